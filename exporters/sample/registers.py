"""Rule registers of the sample province: facts that no data standard carries, one CSV each; and standard 2.4.

Certificates cover what the world's goods carry; the rest bites now and then. Each register has its own stream, so the
tables of the province do not depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from catalog.files import disk_error, write_whole
from exporters.rules.tables import register_codes
from exporters.sample import care, codes, draw
from exporters.sample.header import START
from exporters.sample.units import OLD_EDITION, UNITS
from exporters.sample.world import World

_CAUSES = 10
"""Causes of product quality stand before the last one, 其他."""
_RENEWED = START - np.timedelta64(1_100, "D")


def registers(here: World, folder: Path) -> tuple[str, ...]:
    """Write ``<register>.csv`` into the folder, each whole or not at all; their names."""
    made = {name: make(here, draw.stream(here.seed, "register", name)) for name, make in _MAKERS.items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, frame in made.items():
            write_whole(folder / f"{name}.csv", frame.write_csv().encode())
    except OSError as error:
        raise disk_error(error, folder) from None
    return tuple(made)


def _days(rng: draw.Rng, n: int, low: int, high: int) -> draw.Times:
    """``n`` days between ``low`` and ``high`` days after the sample's year began."""
    moved: draw.Times = START + draw.whole(rng, low, high, n).astype("timedelta64[D]")
    return moved


def _goods(here: World, good: draw.Ints) -> dict[str, pl.Series]:
    unit = here.of_goods("unit", good).to_numpy()
    return {
        "product_name": draw.coded(unit, [u.name for u in UNITS]),
        "brand": here.of_goods("brand", good),
        "model_spec": here.of_goods("model", good),
    }


def _maker(here: World, good: draw.Ints) -> pl.Series:
    return here.of_firms("uscc", here.of_goods("maker", good).to_numpy())


def _some(here: World, rng: draw.Rng, every: int, what: str) -> draw.Ints:
    drawn = rng.integers(0, here.goods.height, max(20, here.goods.height // every))
    return care.blamed(here.seed, here.loose(here.goods["maker"].to_numpy()), drawn, what)


def _keyed(prefix: str, columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    frame = pl.DataFrame(columns)
    number = codes.number(np.arange(frame.height, dtype=np.int64) + 1, 8)
    return frame.with_columns(draw.glue(prefix, "37-", number).alias("record_id"))


def _certificates(here: World, rng: draw.Rng) -> pl.DataFrame:
    good = np.flatnonzero(here.goods["ccc"].is_not_null().to_numpy()).astype(np.int64)
    n = len(good)
    maker = here.of_goods("maker", good).to_numpy()
    status = draw.weighted(rng, (950, 20, 10, 10, 10), n)
    fit = care.kept(here.seed, here.loose(maker), "certificate", 0, 0.01)
    status = np.where(fit, 0, status)
    issued = _days(rng, n, -1_500, -400)
    # A careful maker has its certificate renewed in time: no older than three years when the sample's year begins.
    issued = np.where(fit & (issued < _RENEWED), issued + np.timedelta64(450, "D"), issued)
    changed = draw.days(_days(rng, n, 0, 300)).set(pl.Series(status == 0), None)
    goods = _goods(here, good)
    return _keyed(
        "CC",
        {
            "certificate_no": here.of_goods("ccc", good),
            "producer_uscc": _maker(here, good),
            "product_name": goods["product_name"],
            "models": goods["model_spec"],
            "status": draw.coded(status, ("1", "2", "3", "4", "5")),
            "valid_from": draw.days(issued),
            "valid_until": draw.days(draw.later(issued, np.full(n, 5 * 365))),
            "status_changed_on": changed,
        },
    )


def _penalties(here: World, rng: draw.Rng) -> pl.DataFrame:
    good = _some(here, rng, 100, "penalty")
    n = len(good)
    decided = _days(rng, n, -200, 330)
    seller = draw.chance(rng, 0.3, n)
    shops = here.of_firms("uscc", here.sellers[rng.integers(0, len(here.sellers), n)])
    causes = [code for code, _, _ in register_codes()["penalty_cause"]]
    sample = draw.glue("CY37", codes.number(draw.whole(rng, 1, max(here.rows // 5, 800), n), 9))
    return _keyed(
        "PD",
        {
            "decision_no": draw.glue("鲁市监处罚〔2026〕", codes.number(np.arange(n, dtype=np.int64) + 1, 5), "号"),
            "party_uscc": draw.either(seller, shops, _maker(here, good)),
            "party_role": draw.coded(seller.astype(np.int64), ("1", "2")),
            "cause": draw.choose(rng, tuple(causes), n, (*([1] * _CAUSES), 3)),
            "serious": pl.Series(draw.chance(rng, 0.1, n)),
            "decided_on": draw.days(decided),
            "executed_on": draw.days(draw.later(decided, draw.whole(rng, 10, 60, n))).set(
                pl.Series(draw.chance(rng, 0.2, n)), None
            ),
            "revoked_on": draw.days(draw.later(decided, np.full(n, 90))).set(
                pl.Series(~draw.chance(rng, 0.02, n)), None
            ),
            "sampling_form_no": draw.only(draw.chance(rng, 0.4, n), sample),
            **_goods(here, good),
        },
    )


def _recalls(here: World, rng: draw.Rng) -> pl.DataFrame:
    good = _some(here, rng, 400, "recall")
    n = len(good)
    started = _days(rng, n, -100, 330)
    closed = draw.chance(rng, 0.5, n)
    goods = _goods(here, good)
    end = draw.days(draw.later(started, np.full(n, 120))).set(pl.Series(~closed), None)
    return _keyed(
        "RC",
        {
            "recall_no": draw.glue("ZH37", codes.number(np.arange(n, dtype=np.int64) + 1, 6)),
            "producer_uscc": _maker(here, good),
            "product_name": goods["product_name"],
            "models": goods["model_spec"],
            "batches": draw.only(
                draw.chance(rng, 0.6, n), draw.glue("B", codes.number(draw.whole(rng, 1, 99_999, n), 8))
            ),
            "ordered": pl.Series(draw.chance(rng, 0.3, n)),
            "started_on": draw.days(started),
            "closed_on": end,
            "assessed_on": end,
        },
    )


def _findings(here: World, rng: draw.Rng) -> pl.DataFrame:
    good = _some(here, rng, 300, "finding")
    n = len(good)
    found = _days(rng, n, 0, 330)
    fixed = draw.days(draw.later(found, np.full(n, 20))).set(pl.Series(~draw.chance(rng, 0.7, n)), None)
    return _keyed(
        "IF",
        {
            "finding_no": draw.glue("YZ37", codes.number(np.arange(n, dtype=np.int64) + 1, 6)),
            "producer_uscc": _maker(here, good),
            "counterfeit": draw.choose(rng, ("0", "1", "2"), n, (90, 5, 5)),
            **_goods(here, good),
            "batch": draw.only(
                draw.chance(rng, 0.5, n), draw.glue("B", codes.number(draw.whole(rng, 1, 99_999, n), 8))
            ),
            "finding": draw.choose(rng, ("1", "2"), n, (7, 3)),
            "found_on": draw.days(found),
            "confirmed_on": fixed,
        },
    )


def _editions(here: World, rng: draw.Rng) -> pl.DataFrame:
    """The world declares current editions; careless makers of gas appliances still declare the one before."""
    del here, rng
    return _keyed(
        "RS",
        {
            "old_no": pl.Series([OLD_EDITION, "GB 17761-2018"]),
            "new_no": pl.Series(["GB 16410-2020", "GB 17761-2024"]),
            "implemented_on": pl.Series(["2022-01-01", "2025-09-01"]),
            "transition_end": pl.Series(["2025-12-31", "2025-11-30"]),
        },
    )


def _eliminated(here: World, rng: draw.Rng) -> pl.DataFrame:
    del here, rng
    columns = {"item_no": ["淘汰-1"], "product_name": ["直排式热水器"], "listed_on": ["2024-02-01"]}
    frame = {name: pl.Series(values) for name, values in columns.items()}
    return _keyed("EP", {**frame, "removed_on": pl.Series([None], dtype=pl.String)})


def _closings(here: World, rng: draw.Rng) -> pl.DataFrame:
    """Cases of counties by their first character, as the inspections number them; half of the numbers are closed."""
    n = 1_000
    county = here.pools.places["county"].gather(rng.integers(0, here.pools.places.height, n)).str.head(1)
    serial = pl.Series(draw.whole(rng, 1, 2_999, n)).cast(pl.String)
    return _keyed(
        "CL",
        {
            "case_no": draw.glue("鲁", county, "市监处罚〔", draw.choose(rng, ("2025", "2026"), n), "〕", serial, "号"),
            "closed_on": draw.days(_days(rng, n, 100, 364)),
        },
    )


def _duties(here: World, rng: draw.Rng) -> pl.DataFrame:
    """Standard 2.4: what producers record of their duties; some lack a director, an officer or a record."""
    maker = here.makers
    n = len(maker)
    told = _days(rng, n, 0, 300)
    examined = draw.chance(rng, 0.8, n)
    director = draw.glue('{"name":"', here.people(rng, n), '"}')
    officers = draw.glue('["', here.people(rng, n), '"]')
    record = draw.constant('[{"checked":true}]', n)
    return _keyed(
        "MR",
        {
            "updated_at": draw.days(told),
            "record_status": draw.constant("1", n),
            "supersedes": pl.Series([None], dtype=pl.String).new_from_index(0, n),
            "source_org_uscc": here.of_places("bureau_uscc", here.of_firms("place", maker).to_numpy()),
            "uscc": here.of_firms("uscc", maker),
            "quality_director": draw.only(draw.chance(rng, 0.92, n), director),
            "quality_officers": draw.only(draw.chance(rng, 0.97, n), officers),
            "exam_on": draw.days(told).set(pl.Series(~examined), None),
            "exam_result": draw.only(examined, draw.coded(draw.weighted(rng, (94, 6), n), ("1", "2"))),
            "daily_control": draw.only(draw.chance(rng, 0.95, n), record),
            "weekly_check": draw.only(draw.chance(rng, 0.95, n), record),
            "monthly_meeting": draw.only(draw.chance(rng, 0.93, n), record),
        },
    )


_MAKERS = {
    "main_responsibility": _duties,
    "ccc_certificate": _certificates,
    "penalty_decision": _penalties,
    "recall": _recalls,
    "inspection_finding": _findings,
    "replaced_standard": _editions,
    "eliminated_product": _eliminated,
    "case_closing": _closings,
}
