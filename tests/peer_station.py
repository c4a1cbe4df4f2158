"""A hub as a process of its own on loopback, for tests of two hubs: ``python -m tests.peer_station HOME PORT OTHER``.

It answers on ``PORT`` and knows the hub that asks, on port ``OTHER``, by invented codes and keys. A file ``kill-before``
or ``kill-after`` in its home makes it end hard before or after it answered, as a kill would.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agreements import register
from agreements.keys import PartyKey, read_public
from agreements.model import PartyKind
from agreements.peers import outbox
from agreements.peers.message import Key
from hub.db.engine import connect
from hub.db.migrate import migrate
from hub.peering import peer_door
from hub.peering.peers import Station
from hub.state.exchange import desk
from tests.exchange_world import public_key, uscc

CODES = {"ask": uscc("11370000005000018"), "answer": uscc("11330000005000042")}
REGIONS = {"ask": "370000", "answer": "330000"}
SEEDS = {"ask": 71, "answer": 72}


def station(home: Path, side: str, ports: dict[str, int], database: str = "") -> Station:
    """A founded hub that knows the other as an approved peer."""
    home.mkdir(parents=True, exist_ok=True)
    engine = connect(database or f"sqlite:///{home / 'hub.db'}")
    migrate(engine)
    other = "answer" if side == "ask" else "ask"
    now = datetime.now(UTC)
    key_id = read_public(public_key(SEEDS[side]))[1]
    made = Station(
        engine,
        CODES[side],
        f"http://127.0.0.1:{ports[side]}",
        Key(key_id, Ed25519PrivateKey.from_private_bytes(SEEDS[side].to_bytes(32))),
        home,
        answering=lambda _, number, *__: (200, {"question": number, "count": 0, "rows": []}),
    )
    with desk(engine, now) as found:
        if found.find(PartyKey):
            return made
        register.found(found, CODES[side], f"{side}局", REGIONS[side], ("a1", "a2"))
        register.register(found, "a1", CODES[other], f"{other}局", (PartyKind.HUB, PartyKind.REGULATOR), REGIONS[other])
        for party, seed in ((CODES[side], SEEDS[side]), (CODES[other], SEEDS[other])):
            register.approve_key(found, "a2", register.propose_key(found, "a1", party, public_key(seed)).id)
        outbox.propose_peer(found, "a1", CODES[other], f"http://127.0.0.1:{ports[other]}")
        outbox.approve_peer(found, "a2", CODES[other])
    return made


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main() -> None:
    """Answer until the input ends or the process is killed."""
    home, port, other = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    made = station(home, "answer", {"answer": port, "ask": other})
    serve = peer_door.application(made, lambda: datetime.now(UTC))

    def killed(environ: dict[str, object], start: object) -> list[bytes]:
        if (home / "kill-before").exists():
            os._exit(9)
        body = serve(environ, start)
        if (home / "kill-after").exists():
            # The receipt is committed, the answer never leaves: what a cut connection is to the asker.
            os._exit(9)
        return body

    with make_server("127.0.0.1", port, killed, handler_class=_Quiet) as server:
        print("ready", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
