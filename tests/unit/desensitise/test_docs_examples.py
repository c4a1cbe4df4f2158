"""What the two pages of this room show is what happens."""

import re
from pathlib import Path

import polars as pl
import pytest

from desensitise.detect import Kind
from desensitise.treatments import TREATMENTS

DOCS = Path(__file__).resolve().parents[3] / "docs"
DETECTION = (DOCS / "detection.md").read_text(encoding="utf-8")
TREATED = (DOCS / "treatments.md").read_text(encoding="utf-8")
TABLE = re.findall(
    r"^\| `(\w+)` \| `(.*?)` \| (?:`(.*?)`|\(empty\)) \|$",
    (DOCS / "treatments.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", DETECTION, re.DOTALL)


@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_examples_print_what_the_page_says(code, printed, capsys):
    exec(compile(code, "example", "exec"), {})
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize(("name", "before", "after"), TABLE)
def test_each_treatment_does_what_the_table_says(name, before, after):
    values = pl.DataFrame({"value": [int(before) if name == "withhold_small" else before]})
    assert values.select(TREATMENTS[name](pl.col("value"), {}))["value"].to_list() == [after or None]


def test_the_pages_name_every_treatment_and_kind():
    assert {name for name, _, _ in TABLE} == set(TREATMENTS)
    assert {kind for kind in Kind if f"`{kind}`" in DETECTION} == set(Kind)
    assert len(EXAMPLES) == 2
