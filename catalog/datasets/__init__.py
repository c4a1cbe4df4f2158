"""Datasets: one TOML file each. A bureau adds a dataset by adding a file; ``docs/datasets.md`` says how.

A dropped column is read and checked but is none of ``Dataset.columns``: it stands in ``reads``, so that whatever
lists columns cannot release it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from catalog.datasets import cron
from catalog.datasets.columns import demand_entities, demand_permitted, read_columns, read_reads
from catalog.datasets.gate import AGGREGATES, BASES, FORMATS, OPTIONS, basis_trouble
from catalog.datasets.licences import LICENCES
from catalog.datasets.risk import read_risk
from catalog.datasets.sources import read_publisher, read_source
from catalog.errors import DeclarationError
from catalog.model import Audience, Column, Dataset, Field, Publisher, SourceSpec, Standard
from catalog.standards import all_standards, load_standard
from catalog.standards.reading import Table, canonical, parse

_ID = re.compile(r"[a-z][a-z0-9_-]{1,62}")
_PRODUCT = re.compile(r"[a-z][a-z0-9_]*")
_FREQUENCY = re.compile(
    r"P(?=.*[1-9])(?=[0-9]|T[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?(?:[0-9]+W)?(?:[0-9]+D)?(?:T(?:[0-9]+H)?(?:[0-9]+M)?)?"
)


def load_dataset(path: Path) -> Dataset:
    """The dataset that a file declares; ``DeclarationError`` names file, place and what to do."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # as Windows editors save it
    except (OSError, UnicodeDecodeError):
        raise DeclarationError(
            f"{path.name}: cannot be read as UTF-8 text.", todo="Check that the file exists and how it is encoded."
        ) from None
    return parse_dataset(text, path.name)


@dataclass(frozen=True, slots=True)
class Declared:
    """Datasets in the order of their ids, and what could not be loaded: a file's name or a dataset's id, and why."""

    sound: tuple[Dataset, ...]
    refused: tuple[tuple[str, DeclarationError], ...]


def declared(extra_folder: Path | None = None) -> tuple[Dataset, ...]:
    """The shipped datasets and those of a bureau's own folder, in the order of their ids; all of them, or an error."""
    found = read_all(extra_folder)
    for _, why in found.refused:
        raise why
    return found.sound


def read_all(extra_folder: Path | None) -> Declared:
    """As ``declared``, but a damaged file stands beside those that load. An id that is told twice counts for nobody."""
    if extra_folder is not None and not extra_folder.is_dir():
        raise DeclarationError("The folder of own declarations does not exist.", todo="Create it or unset it.")
    found, refused, own = list(shipped()), [], []
    for path in sorted(extra_folder.glob("*.toml")) if extra_folder is not None else ():
        try:
            found.append(load_dataset(path))
            own.append((path.name, found[-1].id))
        except DeclarationError as error:
            refused.append((path.name, error))
    counts = Counter(dataset.id for dataset in found)
    for twice in sorted(name for name, count in counts.items() if count > 1):
        named = "".join(f" {file} is one of them." for file, name in own if name == twice)
        why = DeclarationError(f"Two datasets have the id '{twice}'.{named}", todo="Give one of them another id.")
        refused.append((twice, why))
    sound = {dataset.id: dataset for dataset in found if counts[dataset.id] == 1}
    return Declared(tuple(sound[key] for key in sorted(sound)), tuple(refused))


@cache
def shipped() -> tuple[Dataset, ...]:
    """The datasets that ship with the hub, in the order of their files."""
    places = sorted((files("catalog") / "datasets").iterdir(), key=lambda place: place.name)
    return tuple(parse_dataset(p.read_text(encoding="utf-8"), p.name) for p in places if p.name.endswith(".toml"))


@cache
def _told(standard: str) -> str:
    """Everything that a standard says, as canonical JSON, for digests."""
    return canonical(asdict(load_standard(standard)))


def parse_dataset(text: str, file: str) -> Dataset:
    """A dataset from its TOML text; ``file`` is named in refusals."""
    root = parse(text, file)
    about = root.table("dataset")
    standard = load_standard(about.one_of("standard", tuple(s.no for s in all_standards())))
    product = _matching(about, "product", _PRODUCT, "Use lower-case letters, digits and _.")
    audience = about.choice("audience", Audience)
    columns = read_columns(root, standard, product)
    demand_permitted(columns, audience, root)
    source_table = root.table("source")
    source, names, own = read_source(source_table, standard)
    reads = (*read_reads(names, standard, source_table), *own)
    demand_entities(columns, reads, root)
    publisher = read_publisher(root.table("publisher"))
    options = _options(root.table("options", needed=False), product)
    if root.has("disclosure") and product not in AGGREGATES:
        root.refuse("[disclosure] protects figures, and the product releases records", "Remove it, or see [risk].")
    disclosure = root.table("disclosure", needed=False).anything()
    facts = _facts(about, standard, product, audience)
    dataset = _assembled(facts, standard, columns, reads, source, publisher, options, _digest_of(root, standard))
    risk, released = read_risk(root, dataset.columns, product)
    root.done()
    return replace(dataset, columns=released, risk=risk, disclosure=MappingProxyType(disclosure))


def _options(table: Table, product: str) -> dict[str, object]:
    options: dict[str, object] = {**table.scalars()}
    if unknown := sorted(set(options) - {"covers_from", *OPTIONS.get(product, ())}):
        known = ", ".join(("covers_from", *OPTIONS.get(product, ())))
        table.refuse(f"unknown option '{unknown[0]}'", f"Remove or rename it; the product knows: {known}.")
    return options


def digest_of(text: str, standard: Standard) -> str:
    """SHA-256 of the declaration's canonical form with its standard's; comments and layout do not count."""
    return _digest_of(parse(text, ""), standard)


def _digest_of(root: Table, standard: Standard) -> str:
    whole = f'{{"declaration":{root.canonical()},"standard":{_told(standard.no)}}}'
    return hashlib.sha256(whole.encode()).hexdigest()


def _assembled(
    facts: Mapping[str, Any],
    standard: Standard,
    columns: tuple[Column, ...],
    reads: tuple[Field, ...],
    source: SourceSpec,
    publisher: Publisher,
    options: dict[str, object],
    digest: str,
) -> Dataset:
    released = tuple(column for column in columns if column.treatment.name != "drop")
    dropped = tuple(column.field for column in columns if column.treatment.name == "drop")
    if facts["product"] in AGGREGATES:
        dropped = ()
    return Dataset(
        standard=standard,
        publisher=publisher,
        source=source,
        columns=released,
        reads=tuple({field.name: field for field in (*reads, *dropped)}.values()),
        options=MappingProxyType(options),
        digest=digest,
        **facts,
    )


def _facts(about: Table, standard: Standard, product: str, audience: Audience) -> dict[str, Any]:
    """Everything of [dataset] that stands in ``Dataset`` under its own name."""
    facts: dict[str, Any] = {
        "id": _matching(about, "id", _ID, "Use 2 to 63 lower-case letters, digits, - and _, a letter first."),
        "product": product,
        "zh": about.text("title_zh"),
        "en": about.text("title_en"),
        "description_zh": about.text("description_zh"),
        "description_en": about.text("description_en"),
        "basis": about.one_of("basis", tuple(BASES)),
        "audience": audience,
        "domain": about.text("domain"),
        "licence": about.one_of("licence", tuple(LICENCES)),
        "frequency": _matching(about, "frequency", _FREQUENCY, "Give an ISO 8601 duration such as P1D."),
        "cron": about.text("cron"),
        "approval": about.one_of("approval", ("none", "second-person")),
        "keywords_zh": about.texts("keywords_zh"),
        "keywords_en": about.texts("keywords_en"),
        "formats": about.texts("formats"),
        "conditions_zh": about.optional_text("conditions_zh") or "",
        "conditions_en": about.optional_text("conditions_en") or "",
    }
    about.done()
    _demand_terms(about, facts)
    if why := basis_trouble(BASES[facts["basis"]], standard.no, audience, product, facts["approval"]):
        about.refuse(f"'basis' does not carry this dataset: {why}", "Choose the clause it rests on, or narrow it.")
    return facts


def _demand_terms(about: Table, facts: Mapping[str, Any]) -> None:
    """Formats, schedule and terms that contradict nothing."""
    if unknown := [name for name in facts["formats"] if name not in FORMATS]:
        about.refuse(f"format '{unknown[0]}' is unknown", f"Use some of: {', '.join(FORMATS)}.")
    if len(set(facts["formats"])) != len(facts["formats"]):
        about.refuse("a format stands twice", "Name each format once.")
    if why := cron.trouble(facts["cron"]):
        about.refuse(f"'cron' {why}", 'Correct the schedule, for example "30 2 * * *" or "0 3 * * mon".')
    is_open = facts["audience"] is Audience.PUBLIC
    if is_open != LICENCES[facts["licence"]].is_open:
        fitting = ", ".join(name for name, licence in LICENCES.items() if licence.is_open == is_open)
        about.refuse("'licence' does not fit the audience", f"Use one of: {fitting}.")
    if not is_open and not (facts["conditions_zh"] and facts["conditions_en"]):
        about.refuse("the conditions of use are missing", "Write conditions_zh and conditions_en.")


def _matching(table: Table, key: str, shape: re.Pattern[str], todo: str) -> str:
    value = table.text(key)
    if not shape.fullmatch(value):
        table.refuse(f"'{key}' is malformed", todo)
    return value
