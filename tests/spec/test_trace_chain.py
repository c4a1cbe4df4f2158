"""Chains and gaps are as the manual says; a hash chain shows every later change upstream."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.rules.trace_chain import LINKS, broken, extended, gaps, hops
from tests.rules_world import facts
from tests.spec.trace_chain_cases import CASES, FIRST, SECOND, THIRD, Rows


@pytest.mark.parametrize(("what", "rows", "depths", "wanted"), CASES, ids=[str(n) for n in range(len(CASES))])
def test_a_chain_and_its_gaps_are_those_of_the_manual(
    what: str, rows: Rows, depths: tuple[int | None, ...], wanted: tuple[str, ...]
) -> None:
    flow = facts(trace_flow=rows)["trace_flow"]
    placed = hops(flow).sort("record_id")
    assert tuple(placed["depth"]) == depths, what
    found = gaps(flow).select(pl.col("record_id").str.strip_prefix("trace_flow-"), "gap").rows()
    assert tuple(sorted(f"{record} {gap}" for record, gap in found)) == wanted, what


def test_each_hop_names_the_record_before_it() -> None:
    placed = hops(facts(trace_flow=(FIRST, SECOND, THIRD))["trace_flow"])
    assert placed["before"].to_list() == [None, "trace_flow-0", "trace_flow-1"]


Version = tuple[str, str, str]
VERSIONS: list[Version] = [("A", "2026-01-01", "a1"), ("A", "2026-01-05", "a2"), ("B", "2026-01-02", "b1")]


def frame(versions: list[Version]) -> pl.DataFrame:
    return pl.DataFrame(versions, schema=dict.fromkeys(("record_id", "updated_at", "content"), pl.String), orient="row")


def chained(*steps: list[Version]) -> pl.DataFrame:
    chain = LINKS.to_frame()
    for versions in steps:
        chain = extended(chain, frame(versions))
    return chain


def why(chain: pl.DataFrame, upstream: list[Version]) -> list[tuple[str, str]]:
    return broken(chain, frame(upstream)).select("record_id", "why").rows()


def test_a_source_that_changed_nothing_breaks_nothing() -> None:
    assert why(chained(VERSIONS), VERSIONS) == []
    assert why(chained(VERSIONS), [*VERSIONS, ("A", "2026-02-01", "a3"), ("C", "2026-02-01", "c1")]) == []


CHANGES: dict[str, tuple[list[Version], list[tuple[str, str]]]] = {
    "changed": ([("A", "2026-01-01", "x"), *VERSIONS[1:]], [("A", "changed")]),
    "gone": (VERSIONS[:2], [("B", "gone")]),
    "backdated": ([*VERSIONS, ("A", "2026-01-03", "y")], [("A", "backdated")]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_later_change_upstream_is_seen(name: str) -> None:
    upstream, wanted = CHANGES[name]
    assert why(chained(VERSIONS), upstream) == wanted


def test_a_chain_that_was_tampered_with_is_seen_even_if_upstream_agrees() -> None:
    rows = chained(VERSIONS)
    forged = rows.with_columns(
        pl.when(pl.col("content") == "a1").then(pl.lit("x")).otherwise("content").alias("content")
    )
    assert ("A", "forged") in why(forged, [("A", "2026-01-01", "x"), *VERSIONS[1:]])
    cut = rows.filter(~((pl.col("record_id") == "A") & (pl.col("number") == 1)))
    assert ("A", "forged") in why(cut, VERSIONS)


_TIMES = st.integers(1, 20).map(lambda n: f"2026-01-{n:02d}")
_SOME = st.dictionaries(st.tuples(st.sampled_from("AB"), _TIMES), st.sampled_from("xyz"), max_size=8)


@given(_SOME, st.integers(0, 8))
def test_extending_step_by_step_gives_what_extending_at_once_gives(made: dict[tuple[str, str], str], cut: int) -> None:
    versions = sorted((record, at, content) for (record, at), content in made.items())
    by_time = sorted(versions, key=lambda version: version[1])
    assert chained(by_time[:cut], by_time[cut:]).equals(chained(by_time))
    assert why(chained(by_time), by_time) == []
