"""The policy of a dataset: what is done to each of its columns, read off its declaration."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import pyarrow as pa

from catalog.derive.arrow import data_type
from catalog.errors import DeclarationError
from catalog.model import Audience, Dataset, Field, Kind, Sensitivity
from desensitise.detect import weights
from desensitise.treatments import DROP, TREATMENTS

KEY_FIELD = "record_id"
KEY_COLUMN = "_key"
# The files whose code decides what a treatment gives; their bytes are part of every policy's digest.
_NAMING = re.compile(
    r"name|phone|contact|person|address|email|id_no|informant|reporter|representative|principal|director|officer|"
    r"(?:inspect|sampl|test|assess|review)(?:or|er)s",
)
_CODE = ("places.py", "apply.py", "propagate.py", "small_cells.py")


@dataclass(frozen=True, slots=True)
class Rule:
    """One column of the output: the source field, how it is treated, and the Arrow type it goes out as.

    ``trader`` names the field of the same row that holds the unit's 统一社会信用代码: where that is a sole trader's
    (prefix 92), name, address and code are a person's and are withheld (DOMAIN 1.1). ``text`` says whether a word can
    stand for a withheld value.
    """

    column: str
    field: str
    kind: Kind
    type: pa.DataType
    treatment: str
    options: Mapping[str, str | int]
    trader: str = ""
    text: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules in the order of the output's columns. ``personal`` are fields whose values free text must not repeat."""

    dataset: str
    rules: tuple[Rule, ...]
    personal: tuple[str, ...]
    key: str
    digest: str


def policy_of(dataset: Dataset) -> Policy:
    """The policy that a declaration means; DeclarationError for an unknown treatment."""
    rules = tuple(_rule(dataset, index) for index, c in enumerate(dataset.columns) if c.treatment.name != DROP)
    fields = (*(c.field for c in dataset.columns), *dataset.reads, *dataset.standard.fields)
    personal = tuple(dict.fromkeys(f.name for f in fields if f.sensitivity is Sensitivity.PERSONAL and _names(f)))
    return Policy(dataset.id, rules, personal, KEY_FIELD, _digest(dataset.id, rules, personal))


def _rule(dataset: Dataset, index: int) -> Rule:
    column = dataset.columns[index]
    name = column.treatment.name
    if name not in TREATMENTS:
        raise DeclarationError(
            f"Dataset {dataset.id}: column {column.name} declares the unknown treatment '{name}'.",
            left="The dataset was not loaded.",
            todo=f"Use one of: {', '.join((*TREATMENTS, DROP))}.",
        )
    field = column.field
    text = field.kind is Kind.STRING and not (field.check or field.pattern or field.codes)
    outside = dataset.audience in {Audience.PUBLIC, Audience.INSTITUTES} and name != "withhold_small"
    trader = _trader(field, dataset) if outside else ""
    return Rule(column.name, field.name, field.kind, data_type(column), name, column.treatment.options, trader, text)


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
        "personal": personal,
        "code": code_digest(),
    }
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@cache
def code_digest() -> str:
    """SHA-256 over the code that treats and detects: a change of code is a change of policy."""
    package = files("desensitise")
    sources = [package / name for name in _CODE]
    for room in ("treatments", "detect"):
        sources += sorted((p for p in (package / room).iterdir() if p.is_file()), key=lambda p: p.name)
    total = hashlib.sha256(weights.digest().encode())
    for source in sources:
        if source.name.endswith((".py", ".npz", ".txt")):
            total.update(source.name.encode() + b"\0" + source.read_bytes())
    return total.hexdigest()
