"""What a declared dataset is to the matrix, so that every channel asks ``decide`` the same question about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agreements.applying import Offered
from agreements.conditions import FLOW
from agreements.model import Form, Subject
from catalog.datasets.gate import AGGREGATES
from catalog.model import Audience, Dataset, Sharing
from catalog.registers import Register

REGION = "source_region_code"
DERIVED = "derived"
"""In the place of a standard's number: results of rules over several standards (SM15)."""


def subject_of(
    dataset: Dataset, fields: Sequence[str] = (), codes: Sequence[str] = (), *, opening: bool = False
) -> Subject:
    """A sealed release of ``dataset``, or ``fields`` of it: it went through the gate and carries its description.

    Fields of class PI and TS that stand in a release are masked there, so none of them counts as protected. Where no
    column tells a row's region, the whole dataset counts as its publisher's. ``opening`` says that the opening of data
    no clause names was approved (SM15); of a dataset that rests on SM15 only what a second person approved is sealed
    for readers.
    """
    columns = {column.name for column in dataset.columns}
    return Subject(
        form=form_of(dataset),
        standard=standard_of(dataset),
        dataset=dataset.id,
        region="" if REGION in columns else dataset.publisher.region,
        codes=tuple(codes),
        fields=tuple(fields) or tuple(column.name for column in dataset.columns),
        made_safe=True,
        described=True,
        opening_approved=opening or dataset.basis == "SM15",
    )


def standard_of(dataset: Dataset) -> str:
    """The standard whose data a release holds; what rules derive of several is of none that the standards name."""
    return DERIVED if dataset.source.kind == "derived" else dataset.standard.no


def form_of(dataset: Dataset) -> Form:
    """Statistics are aggregates, open datasets releases, what agencies share records."""
    if dataset.product in AGGREGATES:
        return Form.AGGREGATES
    return Form.RELEASE if dataset.audience is Audience.PUBLIC else Form.RECORDS


def record_of(register: Register, record: str, fields: Sequence[str], owner: str = "", region: str = "") -> Subject:
    """One record as it stands at the source; ``owner`` and ``region`` are known once it was read."""
    return Subject(
        form=Form.RECORDS,
        standard=register.standard.no,
        dataset=register.id,
        record=record,
        region=region,
        owner=owner,
        fields=tuple(fields),
        protected=register.guarded(fields),
    )


def flow_of(
    register: Register, fields: Sequence[str], codes: Sequence[str] = (), batch: str = "", producer: str = ""
) -> Subject:
    """Trace records with their flow, for named codes or a producer's batch (SM05): what flows is the clause's matter.

    Contacts and what else is shared by 授权查询 only stay protected.
    """
    told = {f.name for f in register.offered if f.name in FLOW and f.sharing is Sharing.FLAGGED}
    return Subject(
        form=Form.RECORDS,
        standard=register.standard.no,
        dataset=register.id,
        owner=producer,
        codes=tuple(codes),
        batch=batch,
        fields=tuple(fields),
        protected=tuple(name for name in register.guarded(fields) if name not in told),
    )


def offered_of(datasets: Iterable[Dataset]) -> Offered:
    """Datasets that agreements are made about (定向开放), with their columns."""
    conditional = (one for one in datasets if one.audience is Audience.INSTITUTES)
    return {one.id: frozenset(column.name for column in one.columns) for one in conditional}


def keyed_of(
    register: Register, fields: Sequence[str], codes: Sequence[str], batch: str = "", producer: str = ""
) -> Subject:
    """Records that a key names: with their flow where the register is of standard 2.6, plain ones elsewhere."""
    if register.standard.no == "2.6":
        return flow_of(register, fields, codes, batch, producer)
    return record_of(register, "", fields)
