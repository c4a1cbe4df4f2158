"""The registry of marked copies: each stands in the ledger before a byte of it leaves, and again with what left.

A copy's file can be made again from the registry, the shared rows and the master key, byte for byte.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, Engine, func, insert, select, update

from catalog.errors import ProofError, StorageError
from catalog.formats.csv import CsvWriter
from catalog.formats.layout import Layout
from desensitise.mark import (
    Candidate,
    Channel,
    Copy,
    CopyKeys,
    KeyService,
    MasterKeys,
    Profile,
    embed,
    keys_of,
    read_master,
)
from desensitise.mark.embed import marked_schema
from desensitise.mark.facts import facts_digest
from hub.clock import Clock, stamp
from hub.code import code_digest
from hub.db.engine import writing
from hub.db.tables import mark_copy
from hub.keyfiles import made_once
from hub.ledger.note import Signer
from hub.ledger.store import Event, append, checkpoint

_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """A copy as the registry knows it. ``output`` is the SHA-256 of its file, "" while it is being made."""

    copy: Copy
    profile: Profile
    leaf: int
    output: str


@dataclass(frozen=True, slots=True)
class Registry:
    """The registry of one house; ``facts`` and ``policy`` are the digests of the version that is being copied."""

    engine: Engine
    signer: Signer
    clock: Clock
    facts: str = ""
    policy: str = ""

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        """Write the entry and sign the ledger over it; StorageError when the number is taken."""
        now = self.clock.now()
        body = {
            **asdict(keys.copy),
            "profile": profile.name,
            "laws": profile.digest,
            "keys": keys.commitment,
            "facts": self.facts,
            "policy": self.policy,
            "code": code_digest(),
        }
        with writing(self.engine) as connection:
            (leaf,) = append(connection, [Event("mark.entered", body)], now)
            connection.execute(insert(mark_copy).values(**_row(keys.copy, profile), leaf=leaf, at=stamp(now)))
            checkpoint(connection, self.signer, now)

    def close(self, number: int, output: str) -> None:
        """Write down the SHA-256 of the finished file. ProofError when another one stands there."""
        now = self.clock.now()
        with writing(self.engine) as connection:
            row = connection.execute(select(mark_copy.c.output).where(mark_copy.c.number == number)).one_or_none()
            if row is None or row.output not in {None, output}:
                raise ProofError(f"Copy {number} is not open in the registry.", todo="Issue a new copy.")
            append(connection, [Event("mark.closed", {"number": number, "output": output})], now)
            connection.execute(update(mark_copy).where(mark_copy.c.number == number).values(output=output))
            checkpoint(connection, self.signer, now)


def _row(copy: Copy, profile: Profile) -> dict[str, Any]:
    return {
        "number": copy.number,
        "dataset": copy.dataset,
        "version": copy.version,
        "grant_id": copy.grant,
        "recipient": copy.recipient,
        "profile": json.dumps({**asdict(profile), "at": copy.at}, ensure_ascii=False, sort_keys=True),
    }


def entries(connection: Connection, dataset: str | None = None) -> list[Entry]:
    """Entries by number, of one dataset or all."""
    query = select(mark_copy).order_by(mark_copy.c.number)
    if dataset is not None:
        query = query.where(mark_copy.c.dataset == dataset)
    return [_entry(row) for row in connection.execute(query)]


def entry(connection: Connection, number: int) -> Entry | None:
    """The entry of a download number, or None."""
    row = connection.execute(select(mark_copy).where(mark_copy.c.number == number)).one_or_none()
    return None if row is None else _entry(row)


def _entry(row: Any) -> Entry:
    body = json.loads(row.profile)
    at = body.pop("at")
    channels = tuple(Channel(**one) for one in body.pop("channels"))
    profile = Profile(channels=channels, identity=tuple(body.pop("identity")), **body)
    copy = Copy(row.dataset, row.version, row.grant_id, row.recipient, row.number, at)
    return Entry(copy, profile, row.leaf, row.output or "")


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


def deliver(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    keys: CopyKeys,
    profile: Profile,
    registry: Registry,
    folder: Path,
    as_of: datetime,
) -> Path:
    """Make the copy's CSV file; it gets its name only when the registry knows its digest."""
    work = folder / f".copy-{keys.copy.number}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        made, digest = _write(batches, schema, keys, profile, registry, work, as_of)
        registry.close(keys.copy.number, digest)
        return made.replace(folder / f"{keys.copy.dataset}-{keys.copy.number}.csv")
    finally:
        shutil.rmtree(work, ignore_errors=True)


class _Known:
    """A registry for making again what is registered already."""

    def enter(self, keys: CopyKeys, profile: Profile) -> None:
        del keys, profile


def regenerated(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    one: Entry,
    service: KeyService,
    work: Path,
    as_of: datetime,
) -> str:
    """SHA-256 of the copy's file made anew in ``work``, to be compared with the entry's output."""
    return _write(batches, schema, keys_of(service, one.copy), one.profile, _Known(), work, as_of)[1]


def _write(
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    keys: CopyKeys,
    profile: Profile,
    registry: Registry | _Known,
    work: Path,
    as_of: datetime,
) -> tuple[Path, str]:
    shown = marked_schema(schema, profile)
    if profile.token:
        shown = shown.append(pa.field(profile.token, pa.string()))
    writer = CsvWriter(work, Layout(keys.copy.dataset, shown, as_of))
    try:
        for batch in embed(batches, profile, keys, registry):
            writer.write(batch)
        (file,) = writer.close()
    except BaseException:
        writer.abandon()
        raise
    return work / file.name, file.sha256


def digest_of_facts(batches: Iterable[pa.RecordBatch], profile: Profile) -> str:
    """What the catalogue tells of a version beside each copy's own checksum."""
    return facts_digest(batches, profile)


def key_service(home: Path) -> MasterKeys:
    """The master of ``keys/mark.key`` in the home folder; a missing one is made, readable by its owner only."""
    return MasterKeys(read_master(made_once(home / "keys" / "mark.key")))
