"""The ledger and the receipts of what hubs told each other. What is shown are identifiers, digests and counts."""

from __future__ import annotations

import base64
import json
from typing import Any

from flask import Response, render_template
from sqlalchemy import Connection, select

from agreements.peers.model import Parcel, Receipt
from agreements.permissions import Permission
from catalog.errors import ProofError
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading
from hub.db.tables import ledger_checkpoint
from hub.ledger import merkle, store, timestamps
from hub.state import overview
from hub.state.exchange import reading_desk
from hub.web.house.area import ask, chosen, for_house, listed, names_of_parties, pages

_LARGEST = 1 << 62


@pages.page("/house/ledger")
@for_house(Permission.LEDGER_READ)
def ledger() -> str:
    """Entries, newest first, below the last signed head."""

    def look(connection: Connection) -> str:
        kinds = overview.leaf_kinds(connection)
        kind = chosen("kind", tuple(kinds))
        page = listed(overview.leaf_count(connection, kind), lambda part: overview.leaf_list(connection, part, kind))
        stamped = timestamps.newest(connection)
        facts = {"page": page, "kinds": kinds, "kind": kind, "head": _head(connection), "stamped": stamped}
        return render_template("house/ledger.html", size=store.size(connection), **facts)

    return ask(look)


@pages.page("/house/ledger/<int:seq>", name="ledger_entry")
@for_house(Permission.LEDGER_READ)
def entry(seq: int) -> str:
    """One entry, word for word, with the hash that stands in the tree."""

    def look(connection: Connection) -> str:
        leaf = _leaf(connection, seq)
        digest = base64.b64encode(merkle.leaf_hash(leaf.body.encode())).decode()
        text = json.dumps(json.loads(leaf.body), ensure_ascii=False, indent=2, sort_keys=True)
        head = _head(connection)
        facts = {"size": store.size(connection), "is_covered": head is not None and head.size > seq}
        return render_template("house/entry.html", leaf=leaf, digest=digest, text=text, **facts)

    return ask(look)


@pages.page("/house/ledger/<int:seq>/proof.json", name="ledger_proof")
@for_house(Permission.LEDGER_READ)
def proof(seq: int) -> Response:
    """What proves the entry to somebody without the ledger (``hub ledger check``)."""
    with reading(here().parts.engine) as connection:
        _leaf(connection, seq)
        text = store.proof_json(connection, seq, here().parts.signer.verifier)
    name = f'attachment; filename="entry-{seq}.json"'
    return Response(text, mimetype="application/json", headers={"Content-Disposition": name})


@pages.page("/house/receipts")
@for_house(Permission.LEDGER_READ)
def receipts() -> str:
    """What was told to other hubs and by them, and what still waits."""
    with reading_desk(here().parts.engine, here().now()) as desk:
        found = sorted(desk.find(Receipt), key=lambda one: (one.at, one.id), reverse=True)
        waiting = [one for one in desk.find(Parcel) if one.state != "sent"]
    page = listed(len(found), lambda part: found[part.offset : part.offset + part.limit])
    return render_template("house/receipts.html", page=page, waiting=waiting, names=names_of_parties())


def _head(connection: Connection) -> Any:
    heads = select(ledger_checkpoint).order_by(ledger_checkpoint.c.size.desc()).limit(1)
    return connection.execute(heads).one_or_none()


def _leaf(connection: Connection, seq: int) -> store.Leaf:
    try:
        return store.read(connection, min(seq, _LARGEST))
    except ProofError:
        raise Refused("not-found") from None
