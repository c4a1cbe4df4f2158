"""What the two pages of this room show is what happens."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from catalog.model import Kind
from catalog.treatment_names import KNOWN
from desensitise.detect import Kind as Found
from desensitise.treatments import TREATMENTS

DOCS = Path(__file__).resolve().parents[3] / "docs"
DETECTION = (DOCS / "detection.md").read_text(encoding="utf-8")
TREATED = (DOCS / "treatments.md").read_text(encoding="utf-8")
TABLE = re.findall(
    r"^\| `(\w+)` \| (?:`(.*?)`)? ?\| `(.*?)` \| (?:`(.*?)`|\(empty\)) \|$",
    (DOCS / "treatments.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", DETECTION, re.DOTALL)


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_examples_print_what_the_page_says(code, printed, capsys):
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(("name", "options", "before", "after"), TABLE)
def test_each_treatment_does_what_the_table_says(name, options, before, after):
    number = KNOWN[name].kinds == (Kind.INTEGER, Kind.DECIMAL)
    values = pl.DataFrame({"value": [Decimal(before) if number else before]})
    given = tomllib.loads(f"_ = {{ {options} }}")["_"]
    (treated,) = values.select(TREATMENTS[name](pl.col("value"), given))["value"].to_list()
    assert (treated is None) == (after == "")
    assert treated is None or (Decimal(after) if number and name != "band" else after) == treated


def test_the_pages_name_every_treatment_and_kind():
    assert {name for name, *_ in TABLE} == set(TREATMENTS)
    assert {kind for kind in Found if f"`{kind}`" in DETECTION} == set(Found)
    assert len(EXAMPLES) == 2
