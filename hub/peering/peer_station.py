"""This hub as a station among its peers, made from its parts; and the door by which peers' messages come in."""

from __future__ import annotations

import binascii
import hashlib
import hmac
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agreements.acting import house_of
from agreements.keys import read_public
from agreements.peers.message import Key
from catalog.errors import OutOfStep, SettingsError
from hub.api.process.limits import Limiter, Rate, rates_path
from hub.keyfiles import made_once
from hub.parts import Parts, registers_of
from hub.peering.peer_answers import Answers
from hub.peering.peer_door import application, refused
from hub.peering.peers import PATH, Station
from hub.settings import Settings
from hub.state.exchange import reading_desk

RATE: Final = Rate("peer messages", 600, 60)
"""Messages a minute from one address. Behind a proxy all peers share the proxy's."""
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def station_of(parts: Parts, settings: Settings) -> Station:
    """The station of the bureau that runs this hub. OutOfStep before the exchange was founded."""
    with reading_desk(parts.engine, parts.clock.now()) as found:
        house = house_of(found)
    private = _private(settings)
    return Station(
        engine=parts.engine,
        uscc=house.id,
        address=settings.api_address.rstrip("/"),
        key=Key(read_public(public_pem(settings))[1], private),
        home=settings.home / "peers",
        answering=Answers(
            parts, registers_of(settings), hmac.digest(private.private_bytes_raw(), b"answer", hashlib.sha256)
        ),
    )


def public_pem(settings: Settings) -> str:
    """The public key that this hub's messages are signed with, to register here and with every peer."""
    raw = _private(settings).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return raw.decode("ascii")


def _private(settings: Settings) -> Ed25519PrivateKey:
    text = made_once(settings.home / "keys" / "peer.key").read_text(encoding="ascii", errors="replace").strip()
    try:
        return Ed25519PrivateKey.from_private_bytes(binascii.unhexlify(text))
    except (binascii.Error, ValueError):
        raise SettingsError("keys/peer.key holds no key.", todo="Restore the file from a backup.") from None


def with_peers(inner: Application, parts: Parts, settings: Settings) -> Application:
    """``inner`` with the peers' door beside it. The door opens by signatures alone, so no token is asked for there."""
    made: list[Callable[..., list[bytes]]] = []
    limiter = Limiter(rates_path(settings))

    def serve(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != PATH:
            return inner(environ, start)
        # Before anything is read: checking a signature costs more than making up a wrong one.
        allowed, left = limiter.take(RATE, str(environ.get("REMOTE_ADDR", "")), time.monotonic())
        if not allowed:
            return refused(start, HTTPStatus.TOO_MANY_REQUESTS, ("retry-after", str(max(left.wait, 1))))
        if not made:
            try:
                made.append(application(station_of(parts, settings), parts.clock.now))
            except OutOfStep:
                return inner(environ, start)
        return made[0](environ, start)

    return serve
