"""A scan shows every scheme's code in three visibilities: to all, opened by its firm, and closed."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catalog.identifiers.trace_codes import Scheme, scheme_of
from exporters.sample import invent
from hub.parts import Parts, datasets, registers_of
from hub.scan_view import closed_fields, flagged_fields, scanned
from tests.house import house, settings

FLAGGED = {"sold_at": 1, "buyer_name": 1, "supplier_name": 0, "buyer_contact": 1}
SCHEMES = {"1": Scheme.GS1, "2": Scheme.ECODE, "3": Scheme.OPAQUE, "4": Scheme.CCC}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Parts, Path]:
    folder = tmp_path_factory.mktemp("schemes")
    file = folder / "p.sqlite"
    invent(f"sqlite:///{file}", 600, seed=4)
    with closing(sqlite3.connect(file)) as source, source:
        source.execute("UPDATE traceability SET openness = '1', public_flags = ?", (json.dumps(FLAGGED),))
    return house(folder / "home", f"sqlite:///{file}"), file


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_code_of_each_scheme_is_scanned_in_three_visibilities(place: tuple[Parts, Path], scheme: str) -> None:
    parts, file = place
    given = settings(parts.home, f"sqlite:///{file}")
    (dataset,) = datasets(given, ("traceability",))
    register = registers_of(given)["traceability"]
    query = (
        "SELECT trace_code FROM traceability WHERE trace_scheme = ? AND record_status = '1' AND quality_flags IS NULL "
        "GROUP BY trace_code HAVING count(*) = 1 ORDER BY trace_code"
    )
    with closing(sqlite3.connect(file)) as source, source:
        codes = [row[0] for row in source.execute(query, (scheme,))]
    found = next(
        one for one in (scanned(parts, dataset, register, code) for code in codes) if one.product and one.flagged
    )
    assert found.product is not None
    assert found.flagged is not None
    assert found.product["trace_scheme"] == scheme
    assert scheme_of(str(found.product["trace_code"])) in {
        SCHEMES[scheme],
        Scheme.GTIN if scheme == "1" else SCHEMES[scheme],
    }
    assert set(found.flagged) <= {"sold_at", "buyer_name"} <= set(flagged_fields(register))
    closed = {one["name"] for one in closed_fields(register, list(found.flagged))}
    assert {"supplier_name", "buyer_contact", "quality_control_archive"} <= closed
    assert not closed & (set(found.product) | set(found.flagged))
