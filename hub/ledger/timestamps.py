"""Moments by somebody else's clock: RFC 3161 timestamps over checkpoints, where a time-stamping authority is set.

A checkpoint says when it was made by this machine's clock. A timestamp says that it was there at a moment which an
authority vouches for, so that a history made up later cannot be passed off as an old one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)
from sqlalchemy import Connection, Engine, Select, insert, select

from catalog.errors import ProofError, SettingsError, SourceGone
from hub.clock import stamp
from hub.db.engine import writing
from hub.db.tables import ledger_checkpoint, ledger_timestamp
from hub.ledger import store
from hub.ledger.audit import Fault
from hub.ledger.note import Signer

SKEW: Final = timedelta(minutes=5)
TIMEOUT: Final = 20.0
_LARGEST: Final = 1 << 16
_ASK: Final = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
Post = Callable[[str, bytes], bytes]
"""Posts a query to an address and gives the reply; SourceGone when the authority gives none."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A time-stamping authority: its address and the roots that its certificates lead to."""

    url: str
    roots: tuple[Certificate, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Timestamped:
    """A checkpoint over ``size`` entries, and the moment an authority vouches for; ``token`` is the reply in DER."""

    size: int
    note: str
    at: datetime
    token: bytes = field(repr=False)


def authority(url: str, roots: Path | None) -> Authority | None:
    """The authority that the settings name, or None. SettingsError when only one of both is set."""
    if not url and roots is None:
        return None
    if not url or roots is None:
        raise SettingsError("HUB_TSA_URL and HUB_TSA_ROOTS belong together.", todo="Set both or neither.")
    return Authority(url, read_roots(roots))


def read_roots(path: Path) -> tuple[Certificate, ...]:
    """The trusted roots of a PEM file. SettingsError when it holds none."""
    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        raise SettingsError("HUB_TSA_ROOTS names no file with certificates (PEM).", todo="Correct it.") from None


def post(url: str, query: bytes) -> bytes:
    """Ask an authority over HTTP (RFC 3161, 3.4)."""
    try:
        found = httpx.post(url, content=query, headers=_ASK, timeout=TIMEOUT)
    except httpx.HTTPError:
        raise _silent() from None
    if found.status_code != httpx.codes.OK or len(found.content) > _LARGEST:
        raise _silent()
    return found.content


def stamped(note: str, authority: Authority, ask: Post = post) -> tuple[bytes, datetime]:
    """A proven timestamp over a checkpoint's text: the reply and its moment. ProofError when it does not hold."""
    query = TimestampRequestBuilder().data(note.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = query.nonce(nonce=True).cert_request(cert_request=True).build()
    reply = ask(authority.url, request.as_bytes())
    return reply, _proven(note, reply, authority.roots, request.nonce)


def take(engine: Engine, signer: Signer, now: datetime, known: Authority, ask: Post = post) -> Timestamped:
    """Sign the ledger's head if it is not, have it timestamped if it is not, and keep the timestamp.

    No transaction is open while the authority is asked. SourceGone when it is silent, ProofError when it errs.
    """
    with writing(engine) as connection:
        store.checkpoint(connection, signer, now)
        head = bare(connection)
        if head is None:
            found = newest(connection)
            if found is not None:
                return found
    if head is None:
        raise ProofError("The ledger has no checkpoint.", todo="Make one with `hub ledger checkpoint`.")
    size, note = head
    token, at = stamped(note, known, ask)
    with writing(engine) as connection:
        if connection.scalar(select(ledger_timestamp.c.size).where(ledger_timestamp.c.size == size)) is None:
            keep(connection, size, token, at)
    return Timestamped(size, note, at, token)


def check_timestamp(note: str, token: bytes, roots: Sequence[Certificate]) -> datetime:
    """The moment at which this checkpoint was there, by an authority below one of ``roots``; else ProofError."""
    return _proven(note, token, roots, None)


def keep(connection: Connection, size: int, token: bytes, at: datetime) -> None:
    """Keep the timestamp of the checkpoint over ``size`` entries."""
    connection.execute(insert(ledger_timestamp), {"size": size, "token": token, "at": stamp(at)})


def bare(connection: Connection) -> tuple[int, str] | None:
    """The newest checkpoint, size and note, when it has no timestamp yet."""
    row = connection.execute(
        select(ledger_checkpoint.c.size, ledger_checkpoint.c.note, ledger_timestamp.c.at)
        .outerjoin(ledger_timestamp, ledger_timestamp.c.size == ledger_checkpoint.c.size)
        .order_by(ledger_checkpoint.c.size.desc())
        .limit(1)
    ).one_or_none()
    return (row.size, row.note) if row is not None and row.at is None else None


def newest(connection: Connection) -> Timestamped | None:
    """The newest checkpoint that has a timestamp."""
    row = connection.execute(_joined().order_by(ledger_timestamp.c.size.desc()).limit(1)).one_or_none()
    return None if row is None else Timestamped(row.size, row.note, datetime.fromisoformat(row.at), row.token)


def faults(connection: Connection, roots: Sequence[Certificate]) -> tuple[Fault, ...]:
    """Timestamps that do not hold, and checkpoints that claim to be younger than their timestamp."""
    found = []
    for row in connection.execute(_joined().order_by(ledger_timestamp.c.size)):
        place = f"checkpoint {row.size}"
        try:
            at = check_timestamp(row.note, row.token, roots)
        except ProofError:
            found.append(Fault("timestamp does not hold", place))
            continue
        if stamp(at) != row.at:
            found.append(Fault("timestamp's moment was changed", place))
        if datetime.fromisoformat(row.made) > at + SKEW:
            found.append(Fault("checkpoint says it is younger than its timestamp", place))
    return tuple(found)


def _joined() -> Select[tuple[int, bytes, str, str, str]]:
    return select(
        ledger_timestamp.c.size,
        ledger_timestamp.c.token,
        ledger_timestamp.c.at,
        ledger_checkpoint.c.note,
        ledger_checkpoint.c.at.label("made"),
    ).join(ledger_checkpoint, ledger_checkpoint.c.size == ledger_timestamp.c.size)


def _proven(note: str, token: bytes, roots: Sequence[Certificate], nonce: int | None) -> datetime:
    try:
        reply: TimeStampResponse = decode_timestamp_response(token)
        builder = VerifierBuilder(roots=list(roots), nonce=nonce)
        builder.build().verify(reply, sha256(note.encode()).digest())
        return reply.tst_info.gen_time.astimezone(UTC)
    except (VerificationError, ValueError, TypeError, AttributeError):
        # The library's words may repeat what came over the wire.
        raise ProofError(
            "The timestamp does not hold.", left="None was kept.", todo="Compare HUB_TSA_URL and HUB_TSA_ROOTS."
        ) from None


def _silent() -> SourceGone:
    return SourceGone(
        "The time-stamping authority gives no timestamp.", left="The checkpoint stands without one.", todo="Try later."
    )
