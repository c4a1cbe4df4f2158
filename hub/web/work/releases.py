"""Releases that await a second person: what would go out, what is held back and why, what differs from the last one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import Response, g, make_response, render_template, request, url_for
from marshmallow import Schema

from agreements.permissions import Permission
from catalog.errors import HubError
from catalog.folder.preview import read as read_preview
from catalog.model import Dataset
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.job.proofs import proof_beside
from hub.job.publish import approve, publish
from hub.job.told import path_of
from hub.marking.copies import shown_here
from hub.state.releases import Sealed, find_release, releases_of, runner_of
from hub.state.runs import find_run
from hub.web.doors import signed_in
from hub.web.forms import Form, blank, choice, read, text
from hub.web.words import N_, label
from hub.web.work.area import demand_house, done, pages

_COLUMNS: Final = 40
REASONS: Final = {
    "quarantined": N_("未通过规则校验，已隔离"),
    "small cells": N_("小计数及其保护所需，未发布"),
    "not for this audience or withdrawn": N_("不属本次开放范围或已撤回"),
    "replaced by a later record": N_("已被较新记录替代"),
    "could be told apart": N_("可能被识别，已抑制"),
}
REPORTED: Final = {
    "rows_read": N_("读取记录"),
    "cells_scanned": N_("闸门扫描的单元格"),
    "gate_cpu_seconds": N_("闸门用时（处理器秒）"),
}


class Decision(Schema):
    """Approve, or return with a reason."""

    decision = choice(("approve", "return"))
    note = text(1_000, required=False, lines=True)


@pages.page("/work/releases/<name>/<int:version>", methods=("GET", "POST"))
@signed_in(Permission.RELEASE_PUBLISH)
def release(name: str, version: int) -> Response:
    """The preview, and the decision on it."""
    demand_house()
    dataset = here().datasets.get(name)
    sealed = _sealed(name, version) if dataset is not None else None
    if dataset is None or sealed is None:
        raise Refused("not-found")
    if request.method == "GET":
        return make_response(_page(dataset, sealed, blank()))
    form = read(Decision())
    if form.is_right and form.values["decision"] == "return" and not form.values["note"]:
        form = form.wrong(note=N_("退回须写明原因。"))
    if form.errors:
        return make_response(_page(dataset, sealed, form), 422)

    def decide() -> None:
        decided = approve(
            dataset, version, g.standing.actor, form.values["decision"], form.values["note"], here().parts
        )
        if form.values["decision"] == "approve":
            publish(dataset, decided, here().parts)

    return done(decide, form, "decision", url_for("work.home"), lambda wrong: _page(dataset, sealed, wrong))


def _sealed(name: str, version: int) -> Sealed | None:
    with reading(here().parts.engine) as connection:
        return find_release(connection, name, version) if version < 2**31 else None


def _page(dataset: Dataset, sealed: Sealed, form: Form) -> str:
    with reading(here().parts.engine) as connection:
        earlier = [one for one in releases_of(connection, dataset.id) if one.release.version < sealed.release.version]
        run = find_run(connection, sealed.run_id)
        runner = runner_of(connection, sealed)
    last = next((one for one in earlier if one.state in {"current", "superseded"}), None)
    heads, rows = _rows(dataset, sealed)
    return render_template(
        "work/release.html",
        dataset=shown_here(dataset, here().parts),
        sealed=sealed,
        release=sealed.release,
        last=last.release if last else None,
        diff=_diff(sealed, last),
        heads=heads,
        rows=rows,
        labels={column.name: column for column in dataset.columns},
        form=form,
        reasons=REASONS,
        report={said: run.report[name] for name, said in REPORTED.items() if name in run.report},
        runner=runner,
        mine=runner == g.standing.actor,
        audit=_audit(dataset, sealed),
    )


def _rows(dataset: Dataset, sealed: Sealed) -> tuple[list[str], list[list[str]]]:
    """The first rows as they would go out; a table that its treatments and the gate have made safe."""
    found = read_preview(here().parts.releases / dataset.id / str(sealed.release.version), sealed.release)
    if found is None:
        return [], []
    return list(found.columns[:_COLUMNS]), [list(row[:_COLUMNS]) for row in found.rows]


def _diff(sealed: Sealed, last: Sealed | None) -> list[tuple[str, Any, Any]]:
    """What differs from the last release that readers have: name, before, now."""
    if last is None:
        return []
    before, now = last.release, sealed.release
    pairs: list[tuple[str, Any, Any]] = [(N_("行数"), before.rows, now.rows)]
    pairs += [
        (REASONS.get(name, name), before.held_back.get(name, 0), now.held_back.get(name, 0))
        for name in sorted({*before.held_back, *now.held_back})
    ]
    pairs += [
        (label("quality", name), before.quality.get(name, N_("未测")), value)
        for name, value in sorted(now.quality.items())
    ]
    for field, said in (("declaration", N_("数据声明")), ("policy", N_("脱敏策略")), ("code", N_("程序版本"))):
        old, new = asdict(before.provenance)[field], asdict(now.provenance)[field]
        pairs.append((said, str(old)[:12], str(new)[:12]))
    return [one for one in pairs if one[1] != one[2]]


def _audit(dataset: Dataset, sealed: Sealed) -> dict[str, Any] | None:
    """The disclosure audit of an aggregate: its proofs, checked anew by plain sums; None where there is none."""
    if not dataset.disclosure:
        return None
    from desensitise.disclosure.certificate import faults
    from desensitise.disclosure.claim import from_bytes

    place = proof_beside(path_of(dataset.id, sealed.release.version, here().parts))
    if not place.is_file():
        return {"held": None}
    try:
        claim = from_bytes(place.read_bytes())
        broken = len(faults(claim))
    except (HubError, ValueError, OSError):
        return {"held": False, "sensitive": 0, "withheld": 0}
    withheld = int((claim.suppressed & ~claim.hidden).sum())
    return {"held": not broken, "sensitive": int(claim.sensitive.sum()), "withheld": withheld}
