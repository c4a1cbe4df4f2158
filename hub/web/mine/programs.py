"""Programs of a party: its clients of the API, how to call it, and the profile for Delta Sharing."""

from __future__ import annotations

import json

from flask import Response, g, make_response, render_template, request

from agreements.people import Assignment
from agreements.permissions import Permission
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.process.limits import Rate
from hub.db.engine import reading
from hub.oauth import clients
from hub.oauth.clients import Client, knows_secret
from hub.sharing.profile import oauth_profile
from hub.sharing.shares import SCHEMA, offers
from hub.state.exchange import reading_desk
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.mine.area import pages
from hub.web.words import N_

_RATE = Rate("profiles", 10, 600)


@pages.page("/mine/programs")
@signed_in(Permission.AGREEMENT_READ, Permission.SHARE_READ)
def programs() -> Response:
    """The party's clients, and what each reads by Delta Sharing."""
    return _page(blank())


@pages.page("/mine/programs/profile", methods=("POST",), name="programs_profile")
@signed_in(Permission.AGREEMENT_READ, Permission.SHARE_READ)
def profile() -> Response:
    """A profile file for Delta Sharing clients, for who knows the client's secret; the secret is not kept."""
    limits.demand(here().limiter, _RATE, g.standing.actor, here().seconds())
    client_id, secret = request.form.get("client", ""), request.form.get("secret", "").strip()
    form = blank(client=client_id)
    found = next((one for one in _own() if one.client_id == client_id), None)
    if found is None:
        return _page(form.wrong(client=N_("请从列表中选择。")))
    if not knows_secret(found, secret):
        return _page(form.wrong(secret=N_("密钥不正确。")))
    body = json.dumps(oauth_profile(here().settings.api_address, client_id, secret), indent=1) + "\n"
    headers = {"Content-Disposition": f'attachment; filename="{client_id}.share"', "Cache-Control": "no-store"}
    return Response(body, content_type="application/json", headers=headers)


def _own() -> list[Client]:
    """Clients that act as an account of the caller's party."""
    with reading_desk(here().parts.engine, here().now()) as desk:
        ours = {one.person for one in desk.find(Assignment, party=g.standing.uscc) if one.held}
    with reading(here().parts.engine) as connection:
        return [one for one in clients.listed(connection) if one.active and one.person in ours]


def _page(form: Form) -> Response:
    tables = [
        (f"{one.share}.{SCHEMA}.{one.dataset.id}", one.dataset)
        for one in offers(g.standing, tuple(here().datasets.values()), here().now())
    ]
    body = render_template(
        "mine/programs.html", form=form, clients=_own(), tables=tables, address=here().settings.api_address
    )
    return make_response(body, 422 if form.errors else 200)
