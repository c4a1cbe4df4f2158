"""The files that share links lead to. Each request is decided on anew: a link ends when its grant does."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, request

from agreements.permissions import Permission
from catalog.errors import NotPermitted
from hub.api.data import delta_tables as tables
from hub.api.guard import delivery
from hub.api.guard.bearer import standing_by
from hub.api.guard.doors import openly
from hub.api.process.context import here
from hub.api.shapes import delta as shapes
from hub.api.wire import sending
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.oauth.jwts import Untrue
from hub.sharing import links
from hub.sharing.links import Link

routes = Routes("delta-files", "Files of shares, by signed links 共享文件（签名链接）", "/api/v1/delta-sharing")
_DEAD: Final = "The link does not hold, or no longer. Ask for a new one."


@routes.route(
    "/files/<link>/<name>",
    query=shapes.SignatureQuery,
    media="application/vnd.apache.parquet",
    problems=(304, 404, 410, 412, 416),
)
@openly
def file(signed: dict[str, Any], link: str, name: str) -> Response:
    """A file of a share, whole or a range of it. The link itself is the key: hand it to nobody."""
    now = here().now()
    said = links.opened(link, signed["signature"], here().key("share-links"), now)
    if said is None or said.file != name:
        raise Refused("not-permitted", _DEAD)
    table = _table(said)
    path = tables.folder_of(table, said.version, said.before) / name
    if path.parent.name != said.cut or not path.is_file():
        raise Refused("not-permitted", _DEAD)
    answer = sending.sent(path, "application/vnd.apache.parquet", name, 0)
    answer.headers["Cache-Control"] = "no-store"
    if request.method == "GET" and answer.status_code in {200, 206}:
        # Its rows were counted when the link was given; what is left to tell is the bytes.
        delivery.follow(tables.use_of(table, said.version, 0, said.cut.partition("-")[0]))
    return answer


def _table(said: Link) -> tables.Table:
    """The table as the link's holder may read it now."""
    try:
        who = standing_by(said.actor, said.client, said.token)
    except (Untrue, NotPermitted):
        raise Refused("not-permitted", _DEAD) from None
    if Permission.SHARE_READ not in who.permissions:
        raise Refused("not-permitted", _DEAD)
    try:
        table = tables.decided(who, said.share, said.dataset)
    except Refused as refused:
        raise Refused("refused" if refused.kind == "refused" else "not-permitted", _DEAD, refused.members) from None
    tables.chosen(table.dataset, said.version)
    return table
