"""What the two pages of this room show is what happens."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from catalog.model import Kind
from catalog.treatment_names import KNOWN, option_trouble
from desensitise.detect import Kind as Found
from desensitise.treatments import KEYED, TREATMENTS, builder_of

DOCS = Path(__file__).resolve().parents[3] / "docs"
DETECTION = (DOCS / "detection.md").read_text(encoding="utf-8")
TREATED = (DOCS / "treatments.md").read_text(encoding="utf-8")
TABLE = re.findall(
    r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| `(.*?)` \| (?:`(.*?)`|\(empty\)) \|$",
    (DOCS / "treatments.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
RISK = (DOCS / "record-risk.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", DETECTION + RISK, re.DOTALL)


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_examples_print_what_the_page_says(code, printed, capsys):
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == printed


KEY = bytes(32)
"""The examples are made under a key of noughts."""


def _read(name, text):
    if KNOWN[name].kinds == (Kind.INTEGER, Kind.DECIMAL) and name != "band":
        return Decimal(text)
    return date.fromisoformat(text) if name == "date_shift" else text


@pytest.mark.parametrize(("name", "options", "before", "after"), TABLE)
def test_each_treatment_does_what_the_table_says(name, options, before, after):
    value = Decimal(before) if name == "band" else _read(name, before)
    values = pl.DataFrame({"value": [value], "entity": ["91370000MA0EXAMPL1"]})
    given = tomllib.loads(f"_ = {{ {options} }}")["_"]
    (treated,) = values.select(builder_of(name, KEY)(pl.col("value"), given).alias("value"))["value"].to_list()
    assert treated == (_read(name, after) if after else None)
    assert option_trouble(name, given, 6) == ""


def test_the_pages_name_every_treatment_and_kind():
    assert {name for name, *_ in TABLE} == {*TREATMENTS, *KEYED}
    assert {kind for kind in Found if f"`{kind}`" in DETECTION} == set(Found)
    assert len(EXAMPLES) == 3
