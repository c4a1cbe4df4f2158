"""Copies of a version: its rows before any mark are kept, and every copy is made of them under keys of its own.

The release itself is the first copy. Whoever downloads gets another one by ``copy_for``; any of them can be made
again from the registry, byte for byte, by ``again``.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from catalog.derive import arrow
from catalog.derive.published import published
from catalog.errors import Busy, NotPermitted, ProofError
from catalog.folder.disk import only_writer
from catalog.model import Dataset
from catalog.pack.addresses import Addresses
from catalog.pack.checksums import manifest
from catalog.pack.pack import PackFacts, write_data, write_lines
from catalog.release import Release, Resource
from catalog.rows import Marked
from desensitise.mark import Profile, keys_of, marked, profile_of
from desensitise.mark.lines import marked_lines
from desensitise.mark.prf import Prf
from desensitise.mark.token import file_token
from exporters.products import product_of
from exporters.products.aggregate import rebuilt
from hub.db.engine import reading
from hub.marking import marks
from hub.marking.kept import Kept, load_kept
from hub.marking.kept_lines import kept_lines
from hub.marking.marks import KNOWN, Entry
from hub.marking.rooms import room
from hub.parts import Parts, shown_on_portal
from hub.state import releases

_ROOM = "copy"
_PATIENCE = 300.0
"""Seconds to wait while others make copies."""
PORTAL, STORE = "portal", "store"
"""Grants of the copies that releases are: what everybody may download, and what stays in the release store."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A finished copy: its number in the registry and its files in ``folder``."""

    number: int
    folder: Path
    files: tuple[Resource, ...]


def profile_for(dataset: Dataset, parts: Parts) -> Profile:
    """How copies of the dataset are marked in this house."""
    address = parts.record_url or f"{Addresses.of(parts.base_url, dataset).base}r/"
    rates = {rate.whole: rate.part for rate in product_of(dataset).rates}
    return profile_of(dataset, f"{address.rstrip('/')}/", parts=rates)


def shown(dataset: Dataset, profile: Profile) -> Dataset:
    """The dataset as readers of a marked copy see it."""
    short = {channel.column for channel in profile.channels if channel.coarse}
    return _with_method(published(dataset, addressed=bool(profile.token), shortened=short))


def _with_method(dataset: Dataset) -> Dataset:
    """An aggregate's description ends with how it is protected, in the words of its declared method."""
    if not dataset.disclosure:
        return dataset
    # Its solver is loaded for aggregates only.
    from desensitise.disclosure.method import method_note
    from desensitise.disclosure.release import spec_of

    zh, en = method_note(spec_of(dataset), past=True)
    return replace(dataset, description_zh=dataset.description_zh + zh, description_en=f"{dataset.description_en} {en}")


def shown_here(dataset: Dataset, parts: Parts) -> Dataset:
    """The dataset as readers of this house's releases see it."""
    return shown(dataset, profile_for(dataset, parts))


def kept_path(dataset: str, version: int, parts: Parts) -> Path:
    """Where a version's rows lie before marks."""
    return parts.unmarked / dataset / str(version)


def opened(dataset: Dataset, version: int, kept: Kept, profile: Profile, parts: Parts) -> Entry:
    """The registry's entry of the copy that the release will be; a broken-off attempt's is taken up again."""
    everybody = shown_on_portal(dataset) and dataset.is_open
    grant, recipient = (PORTAL, parts.portal.name) if everybody else (STORE, dataset.publisher.zh)
    return marks.opened(_opening(dataset, version, grant, recipient, kept, profile, dataset.formats), parts, again=True)


def rows_of(dataset: Dataset, kept: Kept, entry: Entry, mark: str, parts: Parts) -> Iterator[Marked]:
    """The rows as the entry's copy shows them."""
    rates = product_of(dataset).rates

    def with_rates(batch: pa.RecordBatch) -> pa.RecordBatch:
        return rebuilt(batch, rates) if entry.profile.values else batch

    keys = keys_of(parts.mark_keys(), entry.copy)
    yield from marked(load_kept(kept), mark, entry.profile, keys, KNOWN, with_rates)


def file_token_of(entry: Entry, parts: Parts) -> str:
    """What the entry's files carry among their properties; the first copies had none."""
    if entry.profile.binding == "download":
        return ""
    keys = keys_of(parts.mark_keys(), entry.copy)
    return file_token(Prf(keys.download, keys.cipher), entry.copy.number, entry.facts)


def output_of(files: Iterable[Resource]) -> str:
    """SHA-256 over the checksums of a copy's data files, as the registry holds it."""
    data = [resource for resource in files if resource.rows is not None and resource.role == "data"]
    return hashlib.sha256(manifest(data).encode()).hexdigest()


def copy_for(
    dataset: Dataset,
    version: int,
    grant: str,
    recipient: str,
    parts: Parts,
    formats: tuple[str, ...] = ("csv",),
) -> Delivered:
    """Make a copy of a sealed version for one download under a grant; it is registered before its first byte is made.

    NotPermitted when the version is no release that readers have, ProofError when its rows are not there unchanged.
    """
    if grant in {PORTAL, STORE} or not grant:
        raise NotPermitted(f"No copy is made under the name '{grant}'.", todo="Name the grant that it is for.")
    release, first = _release(dataset.id, version, parts)
    kept = _kept(first, parts)
    opening = _opening(dataset, version, grant, recipient, kept, profile_for(dataset, parts), formats)
    entry = marks.opened(opening, parts)
    with room(parts.work, _ROOM) as folder:
        made = _made(dataset, release, entry, kept, parts, folder)
        marks.closed(entry, output_of(made.files), parts)
        return _placed(made, parts)


def standing_copy(
    dataset: Dataset, version: int, grant: str, recipient: str, parts: Parts, formats: tuple[str, ...]
) -> tuple[int, Path]:
    """Number and folder of the one copy of a version that a grant reads from; made when it is first asked for.

    By one process at a time: two would make two, and put a folder into another's place while it is read. Busy when
    others take too long.
    """
    there = _standing(dataset, version, grant, parts, formats)
    if there is None or not there[1].is_dir():
        parts.copies.mkdir(exist_ok=True, mode=0o700)
        with _alone(parts):
            there = _standing(dataset, version, grant, parts, formats)
            if there is None:
                made = copy_for(dataset, version, grant, recipient, parts, formats)
                there = made.number, made.folder
            elif not there[1].is_dir():
                again(dataset, there[0], parts)
    return there


@contextmanager
def _alone(parts: Parts) -> Iterator[None]:
    try:
        with only_writer(parts.copies / ".standing", _PATIENCE):
            yield
    except Busy:
        raise Busy("Copies for others are being made.", left="Nothing was delivered.", todo="Try again.") from None


def _standing(
    dataset: Dataset, version: int, grant: str, parts: Parts, formats: tuple[str, ...]
) -> tuple[int, Path] | None:
    with reading(parts.engine) as connection:
        found = marks.entries(connection, dataset.id, version, (grant,))
    known = next((one for one in found if one.output and one.formats == formats), None)
    return None if known is None else (known.copy.number, parts.copies / str(known.copy.number))


def again(dataset: Dataset, number: int, parts: Parts) -> Delivered:
    """Make a registered copy anew; ProofError when its bytes are not those that the registry knows."""
    with room(parts.work, _ROOM) as folder:
        return _placed(_made_again(dataset, number, parts, folder), parts)


def comes_out_again(dataset: Dataset, number: int, parts: Parts) -> bool:
    """Whether a registered copy, made anew row by row, has the bytes that the registry knows; nothing is kept of it."""
    try:
        with room(parts.work, _ROOM) as folder:
            _made_again(dataset, number, parts, folder, by_rows=True)
    except (ProofError, NotPermitted):
        return False
    return True


def _made_again(dataset: Dataset, number: int, parts: Parts, folder: Path, *, by_rows: bool = False) -> Delivered:
    with reading(parts.engine) as connection:
        entry = marks.entry(connection, number)
    if entry is None or entry.copy.dataset != dataset.id:
        raise ProofError(f"No copy {number} of '{dataset.id}' is registered.", todo="Compare number and dataset.")
    release, first = _release(dataset.id, entry.copy.version, parts)
    made = _made(dataset, release, entry, _kept(first, parts), parts, folder, by_rows=by_rows)
    if entry.output and output_of(made.files) != entry.output:
        raise ProofError(
            f"Copy {number} came out otherwise than it was delivered.",
            left="The new copy was removed.",
            todo="Make it with the hub's version that made it first; the ledger names its code.",
        )
    return made


def _opening(
    dataset: Dataset,
    version: int,
    grant: str,
    recipient: str,
    kept: Kept,
    profile: Profile,
    formats: tuple[str, ...],
) -> marks.Opening:
    return marks.Opening(dataset.id, version, grant, recipient, profile, kept.facts, kept.policy, kept.sha256, formats)


def _release(dataset: str, version: int, parts: Parts) -> tuple[Release, Entry]:
    """The sealed release and the entry of the copy that it is."""
    with reading(parts.engine) as connection:
        found = releases.find_release(connection, dataset, version)
        known = [e for e in marks.entries(connection, dataset, version, (PORTAL, STORE)) if e.output]
    first = next(iter(known), None)
    if found is None or first is None or found.state not in {"sealed", "current", "superseded"}:
        raise NotPermitted(f"{dataset} has no release {version} to copy.", todo="See 'hub releases'.")
    return found.release, first


def _kept(first: Entry, parts: Parts) -> Kept:
    path = kept_path(first.copy.dataset, first.copy.version, parts)
    return Kept(path, first.rows, first.policy, first.facts, "")


def _made(
    dataset: Dataset,
    release: Release,
    entry: Entry,
    kept: Kept,
    parts: Parts,
    folder: Path,
    *,
    by_rows: bool = False,
) -> Delivered:
    """The copy's files in ``folder``; ``by_rows`` asks for the long way, which has the same bytes."""
    facts = PackFacts(
        version=release.version,
        as_of=release.as_of,
        changes=release.changes,
        quality=release.quality,
        held_back=release.held_back,
        mark=release.mark,
        provenance=release.provenance,
        base_url=parts.base_url,
        copy=file_token_of(entry, parts),
    )
    form = replace(shown(dataset, entry.profile), formats=entry.formats)
    lines = None if by_rows or form.formats != ("csv",) else _lines_of(form, kept, entry, parts)
    if lines is None:
        files = write_data(form, rows_of(dataset, kept, entry, release.mark, parts), folder, facts)
    else:
        keys, names = keys_of(parts.mark_keys(), entry.copy), [column.name for column in form.columns]
        made = marked_lines(lines, release.mark, entry.profile, names, keys, KNOWN)
        files = write_lines(form, made, folder, facts)
    return Delivered(entry.copy.number, folder, files)


def _lines_of(form: Dataset, kept: Kept, entry: Entry, parts: Parts) -> Iterator[pa.RecordBatch] | None:
    return kept_lines(form.id, kept, entry.profile, arrow.schema(form.columns), parts.mark_keys())


def _placed(made: Delivered, parts: Parts) -> Delivered:
    """One rename gives the finished copy its name."""
    target = parts.copies / str(made.number)
    target.parent.mkdir(exist_ok=True, mode=0o700)
    shutil.rmtree(target, ignore_errors=True)
    made.folder.replace(target)
    return replace(made, folder=target)
