"""What one inspection counts for: whole numbers by name, from the fields of standard 2.2 and the object CR30.

A number in CR30 counts when it is whole and not below nought, and when it does not contradict its pair (more batches
failed than sampled): otherwise it counts for nothing, and ``undecided`` tells the record.
"""

from __future__ import annotations

import polars as pl

from catalog.codes import province_of

KEYS = ("region_code", "period", "product_group", "unit_role")
"""City, month, product group and role of the inspected unit: the cells that indicators are told for."""

UNIT = "uscc"

READS = (
    "uscc",
    "unit_role",
    "region_code",
    "inspected_on",
    "target_categories",
    "result",
    "rectify_by",
    "rectified_on",
    "recheck_result",
    "case_no",
    "fine_amount",
    "goods_value",
    "transferred",
    "outcome_indicators",
)
"""Fields of an inspection that are read."""

STATED = (
    "inspectors_dispatched",
    "batches_sampled",
    "batches_failed",
    "safety_failed",
    "problems_found",
    "problems_fixed",
    "cases_closed",
    "licences_withdrawn",
    "ccc_withdrawn",
    "goods_off_shelf",
    "recalls",
    "goods_recalled",
    "links_removed",
    "interviews",
    "tips_issued",
    "units_trained",
    "persons_trained",
    "assisted",
    "sampled_before",
    "failed_before",
    "trace_required",
    "trace_coded",
)
"""Names that CR30 may state."""

WITHIN = (
    ("batches_failed", "batches_sampled"),
    ("safety_failed", "batches_failed"),
    ("problems_fixed", "problems_found"),
    ("failed_before", "sampled_before"),
    ("trace_coded", "trace_required"),
)
"""The first is a part of the second."""

_YUAN = {"goods_value": "goods_value", "fines": "fine_amount"}
AMOUNTS = tuple(_YUAN)
"""Counts in fen."""

_RECORDED = (
    "producers_inspected",
    "sellers_inspected",
    "platforms_shops_inspected",
    "due",
    "on_time",
    "rechecked",
    "recheck_passed",
    "cases_filed",
    "transferred",
    *AMOUNTS,
)
MEASURES = (*STATED, *_RECORDED)
"""Names of all counts, Int64."""

_PRODUCERS, _SELLERS, _PLATFORMS = ("1", "3"), ("2",), ("4",)
_MOST = 10**12
_FLAT = r'^\{\s*(?:"[a-z_]{1,40}"\s*:\s*[0-9]{1,12}\s*(?:,\s*"[a-z_]{1,40}"\s*:\s*[0-9]{1,12}\s*)*)?\}$'
"""A flat object of whole numbers: what nearly every cell is."""


def counts(inspections: pl.DataFrame) -> pl.DataFrame:
    """Columns ``KEYS``, ``uscc`` and ``MEASURES`` of each inspection, in their order; nothing is null but keys."""
    held = inspections.with_columns(_found().alias("_found")).hstack(_whole(read_stated(inspections)))
    held = held.with_columns(_problems())
    for part, whole in WITHIN:
        sound = pl.col(part).fill_null(0) <= pl.col(whole).fill_null(0)
        held = held.with_columns(pl.when(sound).then(name).alias(name) for name in (part, whole))
    made = held.select(*_keys(), *_recorded(), *(pl.col(name).fill_null(0) for name in STATED))
    return made.select(*KEYS, UNIT, *MEASURES)


def undecided(inspections: pl.DataFrame) -> pl.DataFrame:
    """Records that do not count whole, or not where they belong: ``record_id``, ``flags`` joined by ``;``, no value.

    ``MISSING:`` is a part of the cell that the record counts in, ``UNKNOWN:region_code`` a region of no list,
    ``UNREADABLE:`` is a number that is none, broken or below nought,
    ``CONTRADICTS:outcome_indicators`` a part that is larger than its whole, or problems against the result (CR18).
    """
    said = _whole(read_stated(inspections))
    below = [_below_nought(column).fill_null(value=False).alias(f"_{column}") for column in _YUAN.values()]
    placed = ("region_code", "inspected_on", "target_categories", "unit_role")
    held = inspections.select("record_id", *placed, _found().alias("_found"), *below)
    held = held.hstack([_unread(inspections, said)]).hstack(said)
    larger = [pl.col(part).fill_null(0) > pl.col(whole).fill_null(0) for part, whole in WITHIN[:2] + WITHIN[3:]]
    more = (pl.col("problems_fixed") > pl.col("problems_found")).fill_null(value=False)
    denied = (pl.col("_found") != (pl.col("problems_found") > 0)).fill_null(value=False)
    strange = ~pl.col("region_code").is_in(list(province_of()))
    told = [
        *(pl.when(pl.col(name).is_null()).then(pl.lit(f"MISSING:{name}")) for name in placed),
        pl.when(strange).then(pl.lit("UNKNOWN:region_code")),
        *(pl.when(pl.col(f"_{column}")).then(pl.lit(f"UNREADABLE:{column}")) for column in _YUAN.values()),
        pl.when(pl.col("_unread")).then(pl.lit("UNREADABLE:outcome_indicators")),
        pl.when(pl.any_horizontal(*larger, more, denied)).then(pl.lit("CONTRADICTS:outcome_indicators")),
    ]
    made = held.select("record_id", pl.concat_str(told, separator=";", ignore_nulls=True).alias("flags"))
    return made.filter(pl.col("flags") != "").sort("record_id")


def _unread(inspections: pl.DataFrame, said: pl.DataFrame) -> pl.Series:
    """Which cells are no object, or state something that is no count; flat objects of counts need no second look."""
    odd = ~_flat(inspections)
    cell = pl.col("outcome_indicators")
    lost = [cell.str.json_path_match(f"$.{name}").is_not_null() & pl.col(name).is_null() for name in STATED]
    no_object = ~cell.str.json_path_match("$").str.starts_with("{").fill_null(value=False) & cell.is_not_null()
    found = inspections.select(cell).hstack(said).filter(odd).select(pl.any_horizontal(no_object, *lost)).to_series()
    rows = pl.Series("_unread", [False], dtype=pl.Boolean).new_from_index(0, inspections.height)
    return rows.scatter(odd.arg_true(), found) if found.len() else rows


def read_stated(inspections: pl.DataFrame) -> pl.DataFrame:
    """The numbers of CR30 as they stand (Float64), null where none can be read.

    Flat objects of whole numbers are read in one pass, whatever else a cell holds name by name.
    """
    flat = _flat(inspections)
    quick = inspections["outcome_indicators"].filter(flat)
    made = quick.str.json_decode(pl.Struct(dict.fromkeys(STATED, pl.Float64))).struct.unnest()
    if quick.len() == inspections.height:
        return made
    rows = pl.DataFrame({"_row": flat.arg_true()}).hstack(made)
    others = pl.DataFrame({"_row": (~flat).arg_true()}).hstack(read_one_by_one(inspections.filter(~flat)))
    return pl.concat([rows, others]).sort("_row").drop("_row")


def _flat(inspections: pl.DataFrame) -> pl.Series:
    return inspections["outcome_indicators"].str.contains(_FLAT).fill_null(value=False)


def read_one_by_one(inspections: pl.DataFrame) -> pl.DataFrame:
    """The same, slowly, whatever the cells hold."""
    return inspections.select(
        pl.col("outcome_indicators").str.json_path_match(f"$.{name}").cast(pl.Float64, strict=False).alias(name)
        for name in STATED
    )


def _whole(said: pl.DataFrame) -> pl.DataFrame:
    sound = {name: pl.col(name).is_between(0, _MOST) & (pl.col(name).floor() == pl.col(name)) for name in STATED}
    return said.select(pl.when(one).then(name).cast(pl.Int64).alias(name) for name, one in sound.items())


def _below_nought(amount: str) -> pl.Expr:
    return pl.col(amount).cast(pl.Decimal(20, 2)) < 0


def _found() -> pl.Expr:
    return (pl.col("result") == "2").fill_null(value=False)


def _problems() -> list[pl.Expr]:
    """Items found and fixed: as stated; else one that was found, and all of them once rectification is complete."""
    stated = pl.col("problems_found")
    found = pl.when(pl.col("_found")).then(pl.when(stated > 0).then(stated).otherwise(1)).otherwise(0)
    fixed = pl.coalesce("problems_fixed", pl.when(pl.col("rectified_on").is_not_null()).then(found).otherwise(0))
    return [found.cast(pl.Int64).alias("problems_found"), fixed.cast(pl.Int64).alias("problems_fixed")]


def _keys() -> list[pl.Expr]:
    return [*cell_keys(), pl.col(UNIT).fill_null("")]


def cell_keys() -> list[pl.Expr]:
    """``KEYS`` of an inspection: the cell that it counts in."""
    return [
        pl.concat_str(pl.col("region_code").str.slice(0, 4), pl.lit("00")).alias("region_code"),
        pl.col("inspected_on").dt.strftime("%Y-%m").alias("period"),
        pl.col("target_categories").alias("product_group"),
        pl.col("unit_role"),
    ]


def _recorded() -> list[pl.Expr]:
    due = pl.col("_found") & pl.col("rectify_by").is_not_null()
    made = {
        "producers_inspected": pl.col("unit_role").is_in(_PRODUCERS),
        "sellers_inspected": pl.col("unit_role").is_in(_SELLERS),
        "platforms_shops_inspected": pl.col("unit_role").is_in(_PLATFORMS),
        "due": due,
        "on_time": due & (pl.col("rectified_on") <= pl.col("rectify_by")),
        "rechecked": pl.col("recheck_result").is_not_null(),
        "recheck_passed": pl.col("recheck_result") == "1",
        "cases_filed": pl.col("case_no").is_not_null(),
        "transferred": pl.col("transferred"),
    }
    amounts = [
        pl.when(~_below_nought(column)).then((pl.col(column).cast(pl.Decimal(20, 2)) * 100).cast(pl.Int64))
        for column in _YUAN.values()
    ]
    fen = [amount.fill_null(0).alias(name) for name, amount in zip(_YUAN, amounts, strict=True)]
    return [*(one.fill_null(value=False).cast(pl.Int64).alias(name) for name, one in made.items()), *fen]
