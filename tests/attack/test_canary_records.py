"""Keyed treatments and the measures on records keep planted values and keys to themselves, also when they fail."""

import polars as pl
import pyarrow as pa
import pytest

from catalog.errors import DeclarationError, HubError
from catalog.model import Kind, RecordRisk
from catalog.rows import Raw, Safe
from desensitise.apply import treat
from desensitise.keys import MasterTreatmentKeys
from desensitise.policy import policy_of
from desensitise.records import broken, measure, plan_of, search, survey_rows
from tests.attack.test_canary_desensitise import CANARIES, TEXT, assert_silent, told
from tests.factories import a_column, a_dataset

MASTER = b"canary master key, 32 bytes long"
KEYS = MasterTreatmentKeys(MASTER)
KEYED = [
    ("pseudonym", {}),
    ("fpe", {"alphabet": "digits"}),
    ("fpe", {"alphabet": "alphanumeric"}),
    *(("surrogate", {"of": kind}) for kind in ("mobile", "id_card", "uscc", "bank_card", "plate", "name")),
    *(("surrogate", {"of": kind}) for kind in ("organisation", "address")),
]


@pytest.mark.parametrize(("name", "options"), KEYED)
@pytest.mark.parametrize("value", [*CANARIES, TEXT, "金丝雀13812345678"])
def test_no_value_passes_a_treatment_under_a_key(name, options, value):
    policy = policy_of(a_dataset((a_column("x", treatment=name, options=options),)), KEYS)
    treated = treat(Raw(pa.RecordBatch.from_pydict({"x": [value]})), policy)
    assert_silent(str(treated.safe.batch.to_pydict()))


def test_a_policy_shows_no_key():
    policy = policy_of(a_dataset((a_column("x", treatment="pseudonym"),)), KEYS)
    shown = told(policy, KEYS)
    assert all(one not in shown for one in (str(MASTER), MASTER.hex(), str(policy.rules[0].key), "canary"))


def test_a_treatment_that_gets_no_key_stops_everything():
    for options in ({}, {"scope": "release"}):
        dataset = a_dataset((a_column("x", treatment="pseudonym", options=options),))
        with pytest.raises(DeclarationError, match="under a key"):
            policy_of(dataset)
    with pytest.raises(DeclarationError, match="under a key"):
        policy_of(dataset, KEYS)


def test_a_date_that_is_none_stops_everything_without_being_told():
    column = a_column("x", Kind.STRING, "date_shift", {"entity": "who", "days": 9})
    policy = policy_of(a_dataset((column,)), KEYS)
    with pytest.raises(HubError) as caught:
        treat(Raw(pa.RecordBatch.from_pydict({"x": [TEXT], "who": ["金丝雀"]})), policy)
    assert_silent(told(caught.value))


def test_risk_reports_and_refusals_hold_no_value():
    quasi, promise = ("x", "y"), RecordRisk(("x", "y"), 2, ("y",), 2)
    rows = [Safe(pa.RecordBatch.from_pydict({"x": [TEXT, "a"], "y": ["金丝雀", "b"]}), "p")]
    survey = survey_rows(rows, RecordRisk(quasi, 2))
    risk = measure(survey, 2)
    assert_silent(told(risk.to_json(), broken(risk, promise), search(survey, {}, promise)))
    with pytest.raises(HubError) as caught:
        plan_of(survey, a_dataset((a_column("x"), a_column("y"))), RecordRisk(quasi, 2))
    assert_silent(told(caught.value))


def test_steps_that_cannot_read_a_value_withhold_it():
    column = a_column("x")
    dataset = a_dataset((column, a_column("y")))
    survey = survey_rows(
        [Safe(pa.RecordBatch.from_pydict({"x": [TEXT, "2024-01-01", "金丝雀"], "y": ["a"] * 3}), "p")],
        RecordRisk(("x",), 2),
    )
    found = search(survey, {"x": ("year",)}, RecordRisk(("x",), 2, most_suppressed=40))
    assert found is not None
    assert found.levels == (1,)
    assert dataset.risk is None
    assert isinstance(survey.table, pl.DataFrame)
