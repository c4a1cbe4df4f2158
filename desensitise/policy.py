"""The policy of a dataset: what is done to each of its columns, read off its declaration."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as slot
from functools import cache
from importlib.resources import files

import pyarrow as pa

from catalog.derive.arrow import data_type
from catalog.errors import DeclarationError
from catalog.model import Audience, Column, Dataset, Field, Kind, Sensitivity
from desensitise.detect import weights
from desensitise.keys import TreatmentKeys, commitment
from desensitise.treatments import DROP, KEYED, TREATMENTS, purpose

KEY_FIELD = "record_id"
KEY_COLUMN = "_key"
# The files whose code decides what a treatment gives; their bytes are part of every policy's digest.
_NAMING = re.compile(
    r"name|phone|contact|person|address|email|id_no|informant|reporter|representative|principal|director|officer|"
    r"(?:inspect|sampl|test|assess|review)(?:or|er)s",
)
_CODE = ("places.py", "apply.py", "propagate.py", "keys.py", "macs.py", "ff1.py", "characters.py")


@dataclass(frozen=True, slots=True)
class Rule:
    """One column of the output: the source field, how it is treated, and the Arrow type it goes out as.

    ``trader`` names the field of the same row that holds the unit's 统一社会信用代码: where that is a sole trader's
    (prefix 92), name, address and code are a person's and are withheld (DOMAIN 1.1). ``text`` says whether a word can
    stand for a withheld value. ``entity`` names the field of the same row that says whose the value is, ``key`` is the
    treatment's own.
    """

    column: str
    field: str
    kind: Kind
    type: pa.DataType
    treatment: str
    options: Mapping[str, str | int]
    trader: str = ""
    text: bool = False
    entity: str = ""
    key: bytes = slot(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in the order of the output's columns. ``personal`` are fields whose values free text must not repeat."""

    dataset: str
    rules: tuple[Rule, ...]
    personal: tuple[str, ...]
    key: str
    digest: str


def needs_keys(dataset: Dataset) -> bool:
    """Whether any column is treated under a key."""
    return any(column.treatment.name in KEYED for column in dataset.columns)


def changes_each_release(dataset: Dataset) -> bool:
    """Whether any column's key is of one release only, so that no two releases can be joined by it."""
    return any(column.treatment.options.get("scope") == "release" for column in dataset.columns)


def policy_of(dataset: Dataset, keys: TreatmentKeys | None = None, release: str = "") -> Policy:
    """The policy that a declaration means; DeclarationError for an unknown treatment or one whose key is missing.

    ``release`` names the release that the rows are for; only keys of one release depend on it.
    """
    numbered = [(at, column) for at, column in enumerate(dataset.columns) if column.treatment.name != DROP]
    rules = tuple(_rule(dataset, at, _key(dataset, column, keys, release)) for at, column in numbered)
    fields = (*(c.field for c in dataset.columns), *dataset.reads, *dataset.standard.fields)
    personal = tuple(dict.fromkeys(f.name for f in fields if f.sensitivity is Sensitivity.PERSONAL and _names(f)))
    return Policy(dataset.id, rules, personal, KEY_FIELD, _digest(dataset.id, rules, personal))


def _key(dataset: Dataset, column: Column, keys: TreatmentKeys | None, release: str) -> bytes:
    name, options = column.treatment.name, column.treatment.options
    if name not in KEYED:
        return b""
    fresh = options.get("scope") == "release"
    if keys is None or (fresh and not release):
        raise DeclarationError(
            f"Dataset {dataset.id}: column {column.name} is treated under a key, and none was given.",
            left="Nothing was released.",
            todo="Give the keys of treatments (HUB_PSEUDONYM_KEY_FILE).",
        )
    return keys.key(str(options.get("family", dataset.id)), release if fresh else "", purpose(name, options))


def _rule(dataset: Dataset, index: int, key: bytes) -> Rule:
    column = dataset.columns[index]
    name = column.treatment.name
    if name not in TREATMENTS and name not in KEYED:
        raise DeclarationError(
            f"Dataset {dataset.id}: column {column.name} declares the unknown treatment '{name}'.",
            left="The dataset was not loaded.",
            todo=f"Use one of: {', '.join((*TREATMENTS, *KEYED, DROP))}.",
        )
    source = column.field
    text = source.kind is Kind.STRING and not (source.check or source.pattern or source.codes)
    outside = dataset.audience in {Audience.PUBLIC, Audience.INSTITUTES} and name != "withhold_small"
    trader = _trader(source, dataset) if outside else ""
    options = column.treatment.options
    entity = str(options.get("entity", ""))
    return Rule(column.name, source.name, source.kind, data_type(column), name, options, trader, text, entity, key)


def _names(field: Field) -> bool:
    """Whether a personal field names somebody or tells how to reach them, rather than their age or score."""
    return _NAMING.search(field.name) is not None


def _trader(field: Field, dataset: Dataset) -> str:
    """The field with the code of the unit whose name or address this is (``producer_name``: ``producer_uscc``)."""
    if field.check == "uscc" or field.name.endswith("uscc"):
        return field.name
    if not field.name.endswith(("_name", "_address", "_unit", "_producer")):
        return ""
    known = {f.name for f in (*(c.field for c in dataset.columns), *dataset.reads)}
    stem = field.name.rpartition("_")[0]
    own = {"enterprise", "applicant", "unit", "registered", "operating", "production"}
    named = {
        "nominal_producer": "producer_uscc",
        "inspected_unit": "inspected_uscc",
        "inspected_address": "inspected_uscc",
    }
    guess = named.get(field.name) or ("uscc" if stem in own else f"{stem}_uscc")
    return guess if guess in known else ""


def _digest(dataset: str, rules: tuple[Rule, ...], personal: tuple[str, ...]) -> str:
    body = {
        "dataset": dataset,
        "rules": [
            [r.column, r.field, r.kind.value, str(r.type), r.treatment, sorted(r.options.items()), r.trader, r.text]
            for r in rules
        ],
        "keys": [commitment(r.key) for r in rules if r.key],
        "lists": _lists() if any(r.treatment == "surrogate" for r in rules) else "",
        "personal": personal,
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _lists() -> str:
    from desensitise.surrogates.lists import digest

    return digest()


@cache
def code_digest() -> str:
    """SHA-256 over the code that treats and detects: a change of code is a change of policy."""
    package = files("desensitise")
    sources = [package / name for name in _CODE]
    for room in ("treatments", "surrogates", "detect"):
        sources += sorted((p for p in (package / room).iterdir() if p.is_file()), key=lambda p: p.name)
    total = hashlib.sha256(weights.digest().encode())
    for source in sources:
        if source.name.endswith((".py", ".npz", ".txt")):
            total.update(source.name.encode() + b"\0" + source.read_bytes())
    return total.hexdigest()
