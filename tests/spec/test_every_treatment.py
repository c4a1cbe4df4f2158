"""A bureau's own declaration can name every treatment with its options, and the main job carries each of them out."""

from __future__ import annotations

import csv
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catalog.datasets import declared
from catalog.identifiers.id_card import is_id_card
from catalog.identifiers.uscc import is_uscc
from catalog.treatment_names import TREATMENTS
from catalog.treatment_options import SURROGATES
from exporters.sample import invent
from hub.job.pipeline import Outcome, release
from hub.parts import datasets
from tests.house import house, settings

COLUMNS = {
    "code": ("uscc", '"keep"'),
    "gone": ("business_licence_file", '"drop"'),
    "name_masked": ("contact_person", '"mask_name"'),
    "phone_masked": ("contact_phone", '"mask_phone"'),
    "id_masked": ("registration_authority", '"mask_id"'),
    "email_masked": ("email", '"mask_email"'),
    "address_masked": ("registered_address", '"mask_address"'),
    "county": ("registered_address", '"county"'),
    "city": ("registered_address", '{ name = "city", withheld = "略" }'),
    "province": ("region_code", '"province"'),
    "month": ("established_on", '"month"'),
    "quarter": ("established_on", '"quarter"'),
    "year": ("established_on", '"year"'),
    "people_band": ("employee_count", '{ name = "band", bounds = "20;300;1000" }'),
    "capital_band": ("registered_capital", '{ name = "band", width = 500 }'),
    "people_round": ("employee_count", '{ name = "round", to = 10 }'),
    "capital_round": ("registered_capital", '{ name = "round", to = "0.5" }'),
    "people_top": ("employee_count", '{ name = "top_code", at = 300 }'),
    "people_bottom": ("employee_count", '{ name = "bottom_code", at = 20 }'),
    "people_counted": ("employee_count", '{ name = "withhold_small", threshold = 10 }'),
    "scope": ("business_scope", '{ name = "redact", mode = "balanced" }'),
    "code_named": ("uscc", '{ name = "pseudonym", family = "units" }'),
    "code_named_once": ("uscc", '{ name = "pseudonym", mac = "sha256", length = 20, scope = "release" }'),
    "code_encrypted": ("uscc", '{ name = "fpe", alphabet = "uscc" }'),
    "opened_shifted": ("established_on", '{ name = "date_shift", entity = "uscc", days = 60 }'),
    **{
        f"{kind}_invented": (field, f'{{ name = "surrogate", of = "{kind}" }}')
        for kind, field in {
            "address": "operating_address",
            "bank_card": "entity_type",
            "id_card": "registration_authority",
            "mobile": "contact_phone",
            "name": "contact_person",
            "organisation": "enterprise_name",
            "plate": "entity_type",
            "uscc": "uscc",
        }.items()
    },
}
ABOUT = """[dataset]
id = "{id}"
standard = "1.2"
product = "records"
title_zh = "主体信息"
title_en = "Units"
description_zh = "用于检验每一种脱敏处理的主体信息。"
description_en = "Units, to try every treatment."
basis = "SM02"
audience = "internal"
domain = "市场监管"
licence = "internal"
frequency = "P1M"
cron = "0 4 1 * *"
approval = "none"
keywords_zh = ["主体"]
keywords_en = ["units"]
formats = ["csv", "parquet"]
conditions_zh = "内部使用。"
conditions_en = "For internal use."

[publisher]
zh = "示例省市场监督管理局"
en = "Sample Province Administration for Market Regulation"
uscc = "11370000005000018M"
region = "370000"
email = "opendata@amr.example.org"
phone = "12315"
url = "https://amr.example.org/"

[source]
kind = "sql"
table = "enterprise_basic"
reads = ["uscc"]
"""


def declaration(name: str, columns: dict[str, tuple[str, str]]) -> str:
    body = "".join(
        f'\n[[column]]\nfield = "{field}"\ntreatment = {treatment}\nas = "{column}"\n'
        for column, (field, treatment) in columns.items()
    )
    return ABOUT.format(id=name) + body


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("province") / "p.sqlite"
    invent(f"sqlite:///{path}", 600, seed=3)
    with closing(sqlite3.connect(path)) as connection, connection:
        # No standard lets a resident number be read; a column is made to hold some, to see them treated.
        connection.execute("UPDATE enterprise_basic SET registration_authority = '11010519491231002X'")
    return f"sqlite:///{path}"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("declarations")
    (folder / "units.toml").write_text(declaration("units", COLUMNS), encoding="utf-8")
    joined = {"code_named": COLUMNS["code_named"], "code_encrypted": COLUMNS["code_encrypted"]}
    (folder / "more.toml").write_text(declaration("more", joined), encoding="utf-8")
    return folder


def rows(home: Path, outcome: Outcome) -> list[dict[str, str]]:
    name = outcome.dataset
    with (home / "releases" / name / str(outcome.release.version) / f"{name}.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_the_declaration_names_every_treatment_and_surrogate(own: Path) -> None:
    (dataset,) = (d for d in declared(own) if d.id == "units")
    used = {column.treatment.name for column in dataset.columns}
    assert used | {"drop"} == set(TREATMENTS)
    assert {str(column.treatment.options.get("of", "")) for column in dataset.columns} - {""} == set(SURROGATES)


def test_every_treatment_is_carried_out_by_the_main_job(tmp_path: Path, source: str, own: Path) -> None:
    parts = house(tmp_path, source, HUB_DATASETS=str(own))
    (dataset,) = datasets(settings(tmp_path, source, HUB_DATASETS=str(own)), ("units",))
    table = rows(tmp_path, release(dataset, parts))
    assert len(table) > 20
    shapes = {
        "name_masked": r".{1,2}\*",
        "phone_masked": r"1..\*{4}....|0[0-9]{2,3}-\*{8}",
        "id_masked": r"110105\*{8}002X",
        "province": r"[0-9]{2}0000",
        "quarter": r"[0-9]{4}Q[1-4]",
        "people_band": r"<20|\[20,300\)|\[300,1000\)|>=1000",
        "capital_band": r"\[[0-9]+,[0-9]+\)",
        "people_round": r"[0-9]*0",
        "capital_round": r"[0-9]+\.[05]0*",
        "code_named": r"[a-p]{32}",
        "code_named_once": r"[a-p]{20}",
        "code_encrypted": r"[0-9A-HJ-NPQRTUWXY]{18}",
        "mobile_invented": r"1[0-9]{10}",
        "organisation_invented": r".+有限公司",
        "address_invented": r".+号",
    }
    for column, shape in shapes.items():
        filled = [row[column] for row in table if row[column]]
        assert filled, column
        assert all(re.fullmatch(shape, value) for value in filled), column
    assert all(is_uscc(row["uscc_invented"]) and row["uscc_invented"] != row["code"] for row in table if row["code"])
    assert {is_id_card(row["id_card_invented"]) for row in table} == {True}
    assert all(int(row["people_top"]) <= 300 <= int(row["people_bottom"]) + 280 for row in table)
    assert not [row for row in table if row["people_counted"] and 1 <= int(row["people_counted"]) < 10]


def test_a_family_of_datasets_can_be_joined_and_another_can_not(tmp_path: Path, source: str, own: Path) -> None:
    parts = house(tmp_path, source, HUB_DATASETS=str(own))
    found = {}
    for dataset in datasets(settings(tmp_path, source, HUB_DATASETS=str(own)), ("units", "more")):
        found[dataset.id] = rows(tmp_path, release(dataset, parts))
    sets = {name: {column: {row[column] for row in table} for column in table[0]} for name, table in found.items()}
    assert sets["units"]["code_named"] <= sets["more"]["code_named"]  # one of them checks more fields
    assert not sets["units"]["code_encrypted"] & sets["more"]["code_encrypted"]


def test_keys_of_a_release_end_with_it_and_other_keys_stay(tmp_path: Path, source: str, own: Path) -> None:
    parts = house(tmp_path, source, HUB_DATASETS=str(own))
    (dataset,) = datasets(settings(tmp_path, source, HUB_DATASETS=str(own)), ("units",))
    first, second = rows(tmp_path, release(dataset, parts)), rows(tmp_path, release(dataset, parts))
    assert sorted(row["code_named"] for row in first) == sorted(row["code_named"] for row in second)
    assert not {row["code_named_once"] for row in first} & {row["code_named_once"] for row in second}


def test_another_master_is_noticed_and_everything_is_treated_anew(tmp_path: Path, source: str, own: Path) -> None:
    parts = house(tmp_path, source, HUB_DATASETS=str(own))
    (dataset,) = datasets(settings(tmp_path, source, HUB_DATASETS=str(own)), ("more",))
    assert release(dataset, parts).state == "stored"
    assert release(dataset, parts).state == "unchanged"
    key = tmp_path / "keys" / "pseudonym.key"
    assert key.stat().st_mode & 0o077 == 0
    first = rows(tmp_path, release(dataset, parts))
    key.write_text("ab" * 32 + "\n")
    outcome = release(dataset, parts)
    assert (outcome.state, outcome.mode) == ("stored", "full")
    assert not {row["code_named"] for row in first} & {row["code_named"] for row in rows(tmp_path, outcome)}


def test_a_dataset_without_keyed_columns_asks_for_no_key(tmp_path: Path, source: str) -> None:
    parts = house(tmp_path, source)
    (dataset,) = datasets(settings(tmp_path, source), ("grading",))
    release(dataset, parts)
    assert not (tmp_path / "keys" / "pseudonym.key").exists()


@pytest.mark.slow
def test_several_processes_treat_under_the_same_keys(
    tmp_path: Path, source: str, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = []
    for workers in ("1", "2"):
        # Workers read their settings, and with them the keys, from their own environment.
        environ = {"HUB_DATASETS": str(own), "HUB_WORKERS": workers, "HUB_UNIT_ROWS": "100"}
        home = tmp_path / workers
        for name, value in {**environ, "HUB_HOME": str(home), "HUB_SOURCE": source}.items():
            monkeypatch.setenv(name, value)
        (home / "keys").mkdir(parents=True)
        key = home / "keys" / "pseudonym.key"
        key.write_text("cd" * 32 + "\n")
        key.chmod(0o600)
        (dataset,) = datasets(settings(home, source, **environ), ("units",))
        tables.append(rows(home, release(dataset, house(home, source, **environ))))
    plain = [{tuple(sorted(item for item in row.items() if item[0] in COLUMNS)) for row in table} for table in tables]
    assert plain[0] == plain[1]
