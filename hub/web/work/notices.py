"""Notices in review (SM12): technical and legal review, the producer's word, publication by a second person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import Response, render_template, url_for

from agreements.permissions import Permission
from exporters.rules.notices import hindrances, text_of
from hub.api import notices as api
from hub.api.context import here
from hub.api.problems import Refused
from hub.db.engine import reading
from hub.risk import enclosures
from hub.risk import notices as filing
from hub.state.notices import Filed, filed
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.words import N_
from hub.web.work.area import demand_house, done, pages

STEPS: Final = {
    "technical": N_("技术审核通过"),
    "legal": N_("法制审核通过"),
    "told": N_("已告知生产者"),
    "objects": N_("生产者提出异议"),
    "publish": N_("批准并发布"),
}


@pages.page("/work/notices/<number>")
@signed_in(Permission.NOTICE_PUBLISH)
def notice(number: str) -> str:
    """A draft, and what still stands in its way."""
    demand_house()
    return _page(number, blank())


@pages.page("/work/notices/<number>/files/<name>")
@signed_in(Permission.NOTICE_PUBLISH)
def notice_file(number: str, name: str) -> Response:
    """A picture or paper of a draft, for those who review it."""
    demand_house()
    with reading(here().parts.engine) as connection:
        return api.told_file(enclosures.file_of(connection, _found(number), name[:120]))


@pages.page("/work/notices/<number>/<step>", methods=("POST",), name="notice_step")
@signed_in(Permission.NOTICE_PUBLISH)
def move(number: str, step: str) -> Response:
    """A step of its review."""
    demand_house()
    acts: dict[str, Callable[[], object]] = {
        "technical": lambda: api.review(number, "technical"),
        "legal": lambda: api.review(number, "legal"),
        "told": lambda: api.told({"objects": False}, number),
        "objects": lambda: api.told({"objects": True}, number),
        "publish": lambda: api.publish(number),
    }
    if step not in acts:
        raise Refused("not-found")
    place = url_for("work.home") if step == "publish" else url_for("work.notice", number=number)
    return done(acts[step], blank(), "step", place, lambda wrong: _page(number, wrong))


def _found(number: str) -> Filed:
    with reading(here().parts.engine) as connection:
        found = filed(connection, number[:120])
    if found is None:
        raise Refused("not-found")
    return found


def _page(number: str, form: Form) -> str:
    found = _found(number)
    bureau = found.notice.issuer
    still = () if found.published_at else hindrances(found.notice, found.review, bureau, here().now())
    return render_template(
        "work/notice.html", found=found, text=text_of(found.notice), still=still, form=form, steps=STEPS,
        reviews=filing.REVIEWS,
    )  # fmt: skip
