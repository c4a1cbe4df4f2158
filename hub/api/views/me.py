"""What the hub knows of the caller: who acts, for whom, with which permissions, grants and tickets."""

from __future__ import annotations

from typing import Any

from flask import g

from agreements.model import Standing
from hub.api.shapes.exchange import MeShape
from hub.api.wire.routes import Routes

routes = Routes("me", "The caller 当前调用方")


@routes.route("/me", MeShape)
def me() -> dict[str, Any]:
    """Who I am to this hub."""
    standing: Standing = g.standing
    return {
        "actor": standing.actor,
        "client": g.client,
        "party": standing.party,
        "scopes": sorted(standing.permissions),
    }
