"""Whatever table is asked for, an outsider with a solver of their own learns no protected cell too closely."""

import pytest

from tests.table_attacker import Asked, guarded, invented, learned


@pytest.mark.parametrize("seed", range(1, 8))
def test_no_protected_cell_is_narrowed(seed: int) -> None:
    assert learned(*invented(seed)) == []


def test_the_outsider_learns_where_only_sensitive_cells_are_withheld(monkeypatch: pytest.MonkeyPatch) -> None:
    from desensitise.disclosure import protect as whole

    asked, records = invented(2)

    def careless(table: object, spec: object) -> object:
        from dataclasses import replace

        from desensitise.disclosure.result import told_table

        done = whole(table, spec)  # type: ignore[arg-type]
        assert done.pattern is not None
        sensitive = done.pattern.system.sensitive
        return replace(done, table=told_table(done.cells, done.primary, sensitive))

    monkeypatch.setattr("tests.table_attacker.protect", careless)
    assert learned(asked, records) != []


def test_rules_are_those_of_the_handbook() -> None:
    asked = Asked((), (), signed=False, p=15.0, n=1, k=75.0)
    assert guarded(asked, {"A": (60.0, False), "B": (30.0, False), "C": (1.0, False)}) == 8.0
    assert guarded(asked, {"A": (40.0, False), "B": (30.0, False), "C": (30.0, False)}) == 0.0
    assert guarded(asked, {"A": (60.0, True), "B": (30.0, True), "C": (1.0, True)}) == 0.0
