"""Records that promise a k: surveyed whole, generalised or left out, written anew and measured as written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.errors import UnsafeRelease
from catalog.model import Dataset, RecordRisk
from desensitise.parts import load
from desensitise.parts import save as save_safe
from desensitise.policy import Policy
from desensitise.records import Plan, Risk, broken, measure, plan_of, survey_rows
from hub.layers import Layer, PartFile, rows
from hub.parts import Parts
from hub.state.runs import Run

FINAL = "final.arrow"
"""The part that holds what goes out where that is made of all units together."""


@dataclass(frozen=True, slots=True)
class ProtectedRecords:
    """The layer that keeps the promise, how many rows it left out, and the report on both states."""

    layer: Layer
    suppressed: int
    report: Mapping[str, object]


def protect_records(dataset: Dataset, layers: list[Layer], policy: Policy, run: Run, parts: Parts) -> ProtectedRecords:
    """One part in place of all, in which the declared promise holds; UnsafeRelease where it cannot be kept."""
    promise = dataset.risk
    assert promise is not None  # noqa: S101 - asked for promising datasets only
    survey = survey_rows(rows(layers, policy.digest), promise)
    before = measure(survey, promise.k)
    plan = plan_of(survey, dataset, promise)
    path = parts.parts / run.id / FINAL
    saved = save_safe(plan.carried_out(rows(layers, policy.digest)), path)
    # Measured on what was written, not on what was meant.
    after = measure(survey_rows(load(path, saved.sha256, policy.digest), promise), promise.k)
    _demand_kept(dataset, promise, after)
    layer = Layer(run.id, (PartFile(path, saved.sha256, saved.rows),))
    return ProtectedRecords(layer, plan.rows_suppressed, _report(promise, plan, before, after))


def _demand_kept(dataset: Dataset, promise: RecordRisk, risk: Risk) -> None:
    if failed := broken(risk, promise):
        raise UnsafeRelease(
            f"{dataset.id}: the records do not keep what [risk] promises: {'; '.join(failed)}.",
            left="Nothing was released; readers see the version before.",
            todo="Declare coarser steps, fewer quasi-identifiers, or more suppression under [risk].",
        )


def _report(promise: RecordRisk, plan: Plan, before: Risk, after: Risk) -> dict[str, object]:
    return {
        "quasi_identifiers": list(promise.quasi_identifiers),
        "k_declared": promise.k,
        "l_declared": promise.l if promise.sensitive else None,
        "l_by": "entropy" if promise.entropy else "distinct",
        "t_declared": promise.t,
        "levels": dict(plan.levels),
        "suppressed": plan.rows_suppressed,
        "loss": round(plan.loss, 6),
        "before": before.to_json(),
        "after": after.to_json(),
    }
