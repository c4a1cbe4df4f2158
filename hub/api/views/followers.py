"""Who is told of notices: a party asks for itself, the bureau that runs the hub agrees (DOMAIN 8.2 step 8)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g

from agreements.model import Party, Standing
from agreements.permissions import Permission
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.notices import FollowerBody, FollowerShape
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.risk import following
from hub.state.exchange import desk
from hub.state.risks import FOLLOWERS

routes = Routes("followers", "Notices pushed to those who ask 提示推送", "/api/v1/notice-followers")
Told = dict[str, Any]


@routes.route("", FollowerShape(many=True))
def followers() -> list[Told]:
    """One's own party's; the hub's house sees all."""
    own = _party(g.standing)
    with reading(here().parts.engine) as connection:
        return [asdict(one) for one in FOLLOWERS.find(connection, party="" if own.house else own.id)]


@routes.route("", FollowerShape, method="POST", body=FollowerBody, status=201, problems=(409,))
def follow(said: dict[str, str]) -> Told:
    """Ask that notices for a region are sent to an address of one's own party."""
    _party(g.standing)
    with desk(here().parts.engine, here().now()) as found:
        return asdict(following.ask(found, g.standing.actor, said["address"], said["region"]))


@routes.route("/<number>/agreement", FollowerShape, method="POST", problems=(409,))
def agree(number: str) -> Told:
    """Agree, as a person of the house who is not the one that asked."""
    who = needs(Permission.NOTICE_PUBLISH)
    with desk(here().parts.engine, here().now()) as found:
        return asdict(following.agree(found, who.actor, number[:120]))


@routes.route("/<number>", FollowerShape, method="DELETE", problems=(409,))
def end(number: str) -> Told:
    """End it; what waits is sent no more."""
    _party(g.standing)
    with desk(here().parts.engine, here().now()) as found:
        return asdict(following.end(found, g.standing.actor, number[:120]))


def _party(who: Standing) -> Party:
    if who.party is None:
        raise Refused("unauthenticated")
    return who.party
