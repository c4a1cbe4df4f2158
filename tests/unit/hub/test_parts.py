"""What is found out before anything runs: declarations that no source could satisfy, addresses that no source has."""

import re
from pathlib import Path

import pytest

from catalog.errors import DeclarationError, SettingsError
from catalog.model import SourceSpec
from hub.parts import datasets, open_spec
from hub.settings import Settings

PAGE = Path(__file__).parents[3] / "docs" / "datasets.md"
EXAMPLE = re.search(r"```toml\n(\[dataset\].*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
SOURCE = re.search(r"\[source\]\n.*?\n\n", EXAMPLE, re.DOTALL)[0]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('product = "records"', 'product = "nothing"', "unknown product 'nothing'"),
        ('product = "records"', 'product = "traceability"', "reads .*, which standard 2.7 does not have"),
        (SOURCE, '[source]\nkind = "files"\npattern = "*"\nlayout = "nope"\n\n', "cable-grading: There is no layout"),
        (SOURCE, '[source]\nkind = "sql"\nquery = "DELETE FROM t"\n\n', "cable-grading: .* not a plain SELECT"),
        (SOURCE, '[source]\nkind = "sql"\nquery = "SELECT 1; SELECT 2"\n\n', "cable-grading: .* more than one"),
    ],
)
def test_a_dataset_that_could_never_run_is_refused_when_datasets_are_listed(tmp_path, old, new, why):
    (tmp_path / "own.toml").write_text(EXAMPLE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DeclarationError, match=why):
        datasets(Settings.read({"HUB_DATASETS": str(tmp_path)}))


def test_an_address_of_an_unknown_scheme_is_not_taken_for_a_folder():
    with pytest.raises(SettingsError, match="scheme of --source is unknown") as refused:
        open_spec(SourceSpec("sql", table="t"), (), Settings.read({}), "mysql://u:canary@h/db")
    assert "canary" not in str(refused.value)
