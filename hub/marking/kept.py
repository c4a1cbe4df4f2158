"""The rows of a version before any mark: the parts it is made of, each under a second name, and what to leave out.

Nothing is written again: a part has a hard link in the version's folder (a copy where the disk knows no links), so
later runs may drop their own. ``rows.json`` lists the parts with their digests and, for each layer of runs, the file
of ids that are no longer in force; its own SHA-256 stands in the registry and so proves every row.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow as pa

from catalog.errors import ProofError
from catalog.files import load_batches, save_batches, sha256_of, sync_folder, write_whole
from catalog.repeats import plain
from catalog.rows import Safe
from desensitise.mark import Profile
from desensitise.mark.facts import FactsDigest
from desensitise.narrow import only, outward
from desensitise.parts import load
from hub.layers import Layer, removals, staying

LIST = "rows.json"
_HELD_BYTES = 256 << 20
"""Of the rows that were read for their digest, so many bytes wait in memory for who reads them next."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of a version before any mark, in the folder ``path``; ``sha256`` is that of its list.

    ``facts`` is the same for all copies, ``content`` counts all values. ``held`` are rows by part that were read and
    found to be what was written; whoever takes them finds them once.
    """

    path: Path
    sha256: str
    policy: str
    facts: str
    content: str
    rows: int = 0
    held: dict[str, list[Safe]] = field(default_factory=dict, compare=False, repr=False)


def keep(layers: Sequence[Layer], folder: Path, policy: str, profile: Profile) -> Kept:
    """Put the present state of these layers into ``folder``, which is made anew, and digest it.

    ProofError when a part is not the file that was written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    listed: list[dict[str, object]] = []
    for number, (layer, gone) in enumerate(zip(layers, removals(tuple(layers)), strict=True)):
        removed = ""
        if not gone.is_empty():
            removed = f"removed-{number:05d}.arrow"
            ids = pl.DataFrame({"id": gone.sort()}).to_arrow(compat_level=pl.CompatLevel.oldest())
            save_batches(ids.to_batches(), folder / removed)
        for part in layer.parts:
            name = f"part-{len(listed):05d}.arrow"
            _link(part.path, folder / name)
            digest = sha256_of(folder / removed) if removed else ""
            listed.append({"file": name, "sha256": part.sha256, "removed": removed, "removed_sha256": digest})
    text = json.dumps(listed, indent=1).encode()
    write_whole(folder / LIST, text)
    sync_folder(folder)
    found = Kept(folder, hashlib.sha256(text).hexdigest(), policy, "", "")
    facts, rows, room = FactsDigest(profile), 0, _HELD_BYTES
    held: dict[str, list[Safe]] = {}
    for name, safes in _parts(found):
        whole: list[Safe] = []
        for safe in safes:
            facts.add(safe.batch)
            rows += safe.batch.num_rows
            room -= safe.batch.nbytes
            if room >= 0:
                whole.append(safe)
        if room >= 0:
            held[name] = whole
    return Kept(folder, found.sha256, policy, facts.digest(), facts.content(), rows, held)


def load_kept(kept: Kept) -> Iterator[Safe]:
    """The rows in the order in which they are shared; ProofError when any file is not as it was written.

    Texts that repeat are held once a batch (``catalog.repeats``).
    """
    for _, safes in _parts(kept):
        yield from safes


def _parts(kept: Kept) -> Iterator[tuple[str, Iterable[Safe]]]:
    """The rows of each part by its name; each is read as it is gone through."""
    path = kept.path / LIST
    if not path.is_file() or sha256_of(path) != kept.sha256:
        raise _changed(kept.path)
    for part in _listed(kept.path):
        held = kept.held.pop(part["file"], None)
        yield part["file"], _of_part(kept, part) if held is None else held


def _of_part(kept: Kept, part: dict[str, str]) -> Iterator[Safe]:
    removed = kept.path / part["removed"] if part["removed"] else None
    if removed is not None and (not removed.is_file() or sha256_of(removed) != part["removed_sha256"]):
        raise _changed(kept.path)
    gone = _ids(removed)
    for safe in load(kept.path / part["file"], part["sha256"], kept.policy, repeating=True):
        shown = outward(safe)
        yield shown if gone is None else only(shown, staying(safe.batch, gone))


def shared_table(folder: Path) -> pa.Table | None:
    """All rows of a version before any mark, or None when they are not kept; they prove nothing."""
    batches = list(shared_batches(folder))
    return pa.Table.from_batches(batches) if batches else None


def same_rows(one: Path, other: Path) -> bool:
    """Whether two versions hold the same rows, in whatever order; compared by hashes of 64 bits within this process."""
    first, second = (_hashes(folder) for folder in (one, other))
    return first is not None and second is not None and first.equals(second)


def _hashes(folder: Path) -> pl.Series | None:
    found = [pl.DataFrame(batch).select(pl.struct(pl.all()).hash()).to_series() for batch in shared_batches(folder)]
    return pl.concat(found).sort() if found else None


def shared_batches(folder: Path) -> Iterator[pa.RecordBatch]:
    """The rows of a version before any mark, batch by batch; none when they are not kept. They prove nothing."""
    for _, _, rows in shared_pieces(folder):
        yield rows


def shared_pieces(folder: Path) -> Iterator[tuple[int, int, pa.RecordBatch]]:
    """The same with the number of the part that each batch is in, and its number there."""
    if not (folder / LIST).is_file():
        return
    for place, part in enumerate(_listed(folder)):
        gone = _ids(folder / part["removed"] if part["removed"] else None)
        for number, batch in enumerate(load_batches(folder / part["file"])):
            yield place, number, _shown(batch, gone)


def shared_batch(folder: Path, place: int, number: int) -> pa.RecordBatch:
    """One batch of ``shared_pieces``; no other is decompressed."""
    part = _listed(folder)[place]
    with pa.memory_map(str(folder / part["file"])) as file:
        batch = plain(_batch(pa.ipc.MessageReader.open_stream(file), number))
        return _shown(batch, _ids(folder / part["removed"] if part["removed"] else None))


def _batch(messages: pa.ipc.MessageReader, number: int) -> pa.RecordBatch:
    """One batch of a stream: what stands before it is put together anew without the batches that came earlier."""
    before = [messages.read_next_message()]
    while True:
        message = messages.read_next_message()
        if message.type != "record batch":
            before.append(message)
        elif number:
            number -= 1
        else:
            break
    stream = b"".join(one.serialize() for one in (*before, message))
    with pa.ipc.open_stream(stream) as reader:
        return reader.read_next_batch()


def _shown(batch: pa.RecordBatch, gone: pl.Series | None) -> pa.RecordBatch:
    rows = batch if gone is None else batch.filter(staying(batch, gone))
    return rows.select([name for name in rows.schema.names if not name.startswith("_")]).replace_schema_metadata(None)


def _listed(folder: Path) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = json.loads((folder / LIST).read_bytes())
    return listed


def _ids(path: Path | None) -> pl.Series | None:
    if path is None:
        return None
    return pl.concat(pl.Series("id", batch.column("id"), dtype=pl.String) for batch in load_batches(path))


def _link(part: Path, name: Path) -> None:
    if not part.is_file():
        raise _changed(part.parent)
    try:
        os.link(part, name)
    except OSError:
        shutil.copyfile(part, name)


def _changed(folder: Path) -> ProofError:
    return ProofError(
        f"Rows before marks in {folder.name} are missing or not what was written.",
        left="Nothing was released or copied.",
        todo="Restore HUB_HOME, or run the dataset again with --full; look at who may write to the hub's folder.",
    )
