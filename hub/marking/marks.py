"""The registry of marked copies: each stands in the ledger before a byte of it leaves, and again with what left."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from catalog.errors import ProofError, SettingsError, StorageError
from desensitise.mark import (
    Candidate,
    Channel,
    Copy,
    CopyKeys,
    KeyService,
    Profile,
    keys_of,
)
from hub.clock import Clock, stamp
from hub.code import code_digest
from hub.db.engine import writing
from hub.db.tables import mark_copy
from hub.ledger.note import Signer
from hub.ledger.store import Event, append, checkpoint, queue

if TYPE_CHECKING:
    from hub.parts import Parts

_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a copy before it is made. ``rows`` is the SHA-256 of the list of the rows before marks."""

    dataset: str
    version: int
    grant: str
    recipient: str
    profile: Profile
    facts: str = ""
    policy: str = ""
    rows: str = ""
    formats: tuple[str, ...] = ("csv",)


@dataclass(frozen=True, slots=True)
class Entry:
    """A copy as the registry knows it. ``output`` digests what was delivered, "" while it is being made."""

    copy: Copy
    profile: Profile
    leaf: int
    output: str
    facts: str = ""
    policy: str = ""
    rows: str = ""
    formats: tuple[str, ...] = ("csv",)
    scheme: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry of one house, as ``embed`` asks for one; ``opening`` is the copy that is being made."""

    engine: Engine
    signer: Signer
    clock: Clock
    opening: Opening | None = None

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        """Write the entry and sign the ledger over it; StorageError when the number is taken."""
        opening = self.opening or Opening(
            keys.copy.dataset, keys.copy.version, keys.copy.grant, keys.copy.recipient, profile
        )
        now = self.clock.now()
        with writing(self.engine) as connection:
            _enter(connection, opening, keys, now)
            checkpoint(connection, self.signer, now)

    def close(self, number: int, output: str) -> None:
        """Write down the digest of what was made. ProofError when another one stands there."""
        now = self.clock.now()
        with writing(self.engine) as connection:
            close(connection, number, output, now)
            checkpoint(connection, self.signer, now)


class _Known:
    """A registry for making what is registered already."""

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        del keys, profile


KNOWN = _Known()


def opened(opening: Opening, parts: Parts, *, again: bool = False) -> Entry:
    """Enter a copy under a number of its own before it is made; ``again`` takes up an entry that was never closed.

    SettingsError when copies were registered under another cipher or digest than the settings name.
    """
    service, now = parts.mark_keys(), parts.clock.now()
    with writing(parts.engine) as connection:
        # Whoever enters a copy at the same time waits here, and then sees this one's number.
        queue(connection)
        number = next_number(connection)
        last = entry(connection, number - 1)
        if last is not None and last.scheme != service.scheme:
            raise SettingsError(
                "Copies are registered under another cipher or digest of marks.",
                left="No copy was made.",
                todo="Set HUB_MARK_CIPHER and HUB_MARK_DIGEST as they were.",
            )
        for one in _unclosed(connection, opening) if again else ():
            if _opening_of(one) == opening and one.code == code_digest():
                return one
        copy = Copy(opening.dataset, opening.version, opening.grant, opening.recipient, number, stamp(now))
        _enter(connection, opening, keys_of(service, copy), now)
        checkpoint(connection, parts.signer, now)
        made = entry(connection, number)
    assert made is not None  # noqa: S101 - just written
    return made


def closed(one: Entry, output: str, parts: Parts) -> None:
    """Write down what was made of an entry, before it leaves."""
    Registry(parts.engine, parts.signer, parts.clock).close(one.copy.number, output)


def close(connection: Connection, number: int, output: str, now: datetime) -> None:
    """The same inside a transaction."""
    row = connection.execute(select(mark_copy.c.output).where(mark_copy.c.number == number)).one_or_none()
    if row is None or row.output not in {None, output}:
        raise ProofError(f"Copy {number} is not open in the registry.", todo="Issue a new copy.")
    append(connection, [Event("mark.closed", {"number": number, "output": output})], now)
    connection.execute(update(mark_copy).where(mark_copy.c.number == number).values(output=output))


def _enter(connection: Connection, opening: Opening, keys: CopyKeys, now: datetime) -> None:
    body = {
        **asdict(keys.copy),
        "profile": opening.profile.name,
        "laws": opening.profile.digest,
        "keys": keys.commitment,
        "facts": opening.facts,
        "policy": opening.policy,
        "code": code_digest(),
    }
    (leaf,) = append(connection, [Event("mark.entered", body)], now)
    connection.execute(insert(mark_copy).values(**_row(keys, opening), leaf=leaf, at=stamp(now)))


def _row(keys: CopyKeys, opening: Opening) -> dict[str, Any]:
    copy = keys.copy
    body = {
        **asdict(opening.profile),
        "at": copy.at,
        "facts": opening.facts,
        "policy": opening.policy,
        "rows": opening.rows,
        "formats": opening.formats,
        "scheme": keys.scheme,
        "code": code_digest(),
    }
    return {
        "number": copy.number,
        "dataset": copy.dataset,
        "version": copy.version,
        "grant_id": copy.grant,
        "recipient": copy.recipient,
        "profile": json.dumps(body, ensure_ascii=False, sort_keys=True),
    }


def _opening_of(one: Entry) -> Opening:
    copy = one.copy
    return Opening(
        copy.dataset,
        copy.version,
        copy.grant,
        copy.recipient,
        one.profile,
        one.facts,
        one.policy,
        one.rows,
        one.formats,
    )


def _unclosed(connection: Connection, opening: Opening) -> list[Entry]:
    query = select(mark_copy).where(mark_copy.c.dataset == opening.dataset, mark_copy.c.version == opening.version)
    return [_entry(row) for row in connection.execute(query.where(mark_copy.c.output.is_(None)))]


def entries(
    connection: Connection, dataset: str | None = None, version: int | None = None, grants: Sequence[str] = ()
) -> list[Entry]:
    """Entries by number, of one dataset or all, of one version or all, of some grants or all."""
    query = select(mark_copy).order_by(mark_copy.c.number)
    if dataset is not None:
        query = query.where(mark_copy.c.dataset == dataset)
    if version is not None:
        query = query.where(mark_copy.c.version == version)
    if grants:
        query = query.where(mark_copy.c.grant_id.in_(grants))
    return [_entry(row) for row in connection.execute(query)]


def entry(connection: Connection, number: int) -> Entry | None:
    """The entry of a download number, or None."""
    row = connection.execute(select(mark_copy).where(mark_copy.c.number == number)).one_or_none()
    return None if row is None else _entry(row)


def _entry(row: Any) -> Entry:
    body = json.loads(row.profile)
    at, formats = body.pop("at"), tuple(body.pop("formats", ("csv",)))
    facts, policy, rows, scheme, code = (body.pop(name, "") for name in ("facts", "policy", "rows", "scheme", "code"))
    channels = tuple(Channel(**one) for one in body.pop("channels"))
    body.setdefault("binding", "download")  # as rows of the first copies were bound
    profile = Profile(channels=channels, identity=tuple(body.pop("identity")), **body)
    copy = Copy(row.dataset, row.version, row.grant_id, row.recipient, row.number, at)
    return Entry(copy, profile, row.leaf, row.output or "", facts, policy, rows, formats, scheme, code)


def next_number(connection: Connection) -> int:
    """A download number that no copy has had."""
    highest = connection.execute(select(func.max(mark_copy.c.number))).scalar() or 0
    if highest >= _MOST:
        raise StorageError("All download numbers are used.", todo="Begin a new master key and ledger.")
    return int(highest) + 1


def candidates(found: Sequence[Entry], service: KeyService) -> list[Candidate]:
    """The grants behind entries, with all their downloads."""
    grants: dict[str, list[CopyKeys]] = {}
    for one in found:
        grants.setdefault(one.copy.grant, []).append(keys_of(service, one.copy))
    return [Candidate.of(*keys) for keys in grants.values()]
