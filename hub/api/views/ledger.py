"""The ledger for everyone, read only: its signed head and proofs by hash. What an entry says is not told here."""

from __future__ import annotations

import base64

from flask import Response
from sqlalchemy import Connection, select

from hub.api.guard.doors import openly
from hub.api.process.context import here
from hub.api.shapes.common import (
    ConsistencyQuery,
    ConsistencyShape,
    InclusionQuery,
    InclusionShape,
    KeyShape,
    TimestampShape,
)
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.db.tables import ledger_checkpoint
from hub.ledger import merkle, store, timestamps

routes = Routes("ledger", "Signed checkpoints and Merkle proofs (RFC 9162, C2SP) 账本检查点与证明", "/api/v1/ledger")


@routes.route("/checkpoint", media="text/plain", problems=(404,))
@openly
def checkpoint() -> Response:
    """The ledger's last signed head, a C2SP signed note."""
    latest = select(ledger_checkpoint.c.note).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    with reading(here().parts.engine) as connection:
        note = connection.execute(latest).scalar()
    if note is None:
        raise Refused("not-found", "No checkpoint was signed yet.")
    return Response(note, mimetype="text/plain", headers={"Cache-Control": "no-cache"})


@routes.route("/timestamp", TimestampShape, problems=(404,))
@openly
def timestamp() -> dict[str, object]:
    """The newest head that a time-stamping authority vouches for, with its RFC 3161 reply (DER in base64)."""
    with reading(here().parts.engine) as connection:
        found = timestamps.newest(connection)
    if found is None:
        raise Refused("not-found", "No checkpoint has a timestamp.")
    return {"size": found.size, "checkpoint": found.note, "at": found.at, "reply": _text(found.token)}


@routes.route("/inclusion", InclusionShape, query=InclusionQuery, problems=(404,))
@openly
def inclusion(asked: dict[str, int]) -> dict[str, object]:
    """Proof that an entry stands in the tree of a size."""
    with reading(here().parts.engine) as connection:
        _demand_size(connection, asked["size"])
        if asked["entry"] >= asked["size"]:
            raise Refused("not-found", "The tree of this size does not hold the entry.")
        digest = merkle.leaf_hash(store.read(connection, asked["entry"]).body.encode())
        path = store.inclusion(connection, asked["entry"], asked["size"])
    return {**asked, "leaf_hash": _text(digest), "path": [_text(one) for one in path]}


@routes.route("/consistency", ConsistencyShape, query=ConsistencyQuery, problems=(404,))
@openly
def consistency(asked: dict[str, int]) -> dict[str, object]:
    """Proof that one tree begins with another."""
    with reading(here().parts.engine) as connection:
        _demand_size(connection, asked["new"])
        if asked["old"] > asked["new"]:
            raise Refused("not-found", "The older tree is larger than the newer one.")
        path = store.consistency(connection, asked["old"], asked["new"])
    return {**asked, "path": [_text(one) for one in path]}


@routes.route("/keys", KeyShape(many=True))
@openly
def keys() -> list[dict[str, str]]:
    """Keys that checkpoints are signed with."""
    signer = here().parts.signer
    return [{"origin": signer.name, "vkey": signer.vkey}]


def _demand_size(connection: Connection, size: int) -> None:
    # Trees that nobody signed prove nothing, and would tell how busy the hub is.
    latest = select(ledger_checkpoint.c.size).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    if size > (connection.execute(latest).scalar() or 0):
        raise Refused("not-found", "No signed checkpoint covers a tree of this size.")


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
