"""Market access: goods without a valid production licence (I-3) or compulsory certificate (I-5) (S4 §6).

Rights (licences, certificates) are intervals; their complement are gaps. A product stands on the list in the gaps since
its record was made; goods made in a licence gap stay for good.
"""

from __future__ import annotations

import polars as pl

from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.spans import BATCH, PRODUCT, Found, each_of, found, goods_batch, spans, undecided

_PRODUCTS, _LICENCES, _CERTIFICATES = "product_basic", "production_licence", "ccc_certificate"
_FIRMS, _GOODS = "enterprise_basic", "traceability"
_FOREVER = pl.lit(None, pl.Date)


def unlicensed(facts: Facts, book: Book) -> Found:
    """I-3: a product of the licence catalogue whose producer holds no licence covering its 品种.

    Silence proves nothing where the register does not reach: producers of other provinces without any record in it are
    left undecided.
    """
    products, silent = _of_catalogue(facts, "in_licence_catalogue")
    rights = _licences(facts)
    holders = rights.select("producer_uscc").unique().with_columns(_holds=pl.lit(value=True))
    inside = pl.col("region_code").str.slice(0, 2).is_in(book.items("licence_register_covers")).fill_null(value=False)
    firms = facts[_FIRMS].group_by(producer_uscc="uscc").agg(inside.all().alias("_inside"))
    reached = pl.col("_holds").fill_null(value=False) | pl.col("_inside").fill_null(value=False)
    products = products.join(holders, on="producer_uscc", how="left").join(firms, on="producer_uscc", how="left")
    products = products.with_columns(reached.alias("_reached"))
    keys = ["producer_uscc", "category_name"]
    products = _doubtful(products, rights, keys)
    lacking = _without(products.filter(pl.col("_reached") & pl.col("_doubtful").is_null()), rights, keys)
    return found(
        [
            spans(_on_list(lacking, "licence_covers"), "I-3", PRODUCT, _PRODUCTS),
            spans(_made_in(lacking, facts), "I-3", BATCH, _GOODS),
        ],
        [
            _unclear(silent, "I-3", ("MISSING:in_licence_catalogue", pl.lit(value=True))),
            _unclear(
                products,
                "I-3",
                ("REGISTER_NOT_COVERING:production_licence", ~pl.col("_reached")),
                ("UNKNOWN:production_licence.licence_status", pl.col("_doubtful") == "status"),
                ("MISSING:production_licence.issued_on", pl.col("_doubtful") == "start"),
            ),
        ],
    )


def uncertified(facts: Facts, book: Book) -> Found:
    """I-5: a product of the certification catalogue without a valid certificate for its producer and model."""
    del book
    products, silent = _of_catalogue(facts, "in_ccc_catalogue")
    keys = ["producer_uscc", "product_name", "model_spec"]
    given = each_of(facts[_CERTIFICATES], "models", "model_spec")
    rights = given.select(
        *keys,
        starts="valid_from",
        ends=_ends(_runs("status", "1", "5"), "valid_from"),
        unknown=_unknown("status", "valid_from"),
        first=pl.lit(value=True),
    )
    products = _doubtful(products, rights, keys)
    lacking = _without(products.filter(pl.col("_doubtful").is_null()), rights, keys)
    return found(
        [spans(_on_list(lacking, "certificate_covers"), "I-5", PRODUCT, _PRODUCTS)],
        [
            _unclear(silent, "I-5", ("MISSING:in_ccc_catalogue", pl.lit(value=True))),
            _unclear(
                products,
                "I-5",
                ("UNKNOWN:ccc_certificate.status", pl.col("_doubtful") == "status"),
                ("MISSING:ccc_certificate.valid_from", pl.col("_doubtful") == "start"),
            ),
        ],
    )


def _of_catalogue(facts: Facts, flag: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Products of the catalogue, and those of which nobody says whether they belong to it."""
    products = facts[_PRODUCTS]
    return products.filter(flag), products.filter(pl.col(flag).is_null())


def _doubtful(products: pl.DataFrame, rights: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """With ``_doubtful``: what is not known of a right that may cover the product, ``status`` or ``start``."""
    unclear = rights.filter(pl.col("unknown").is_not_null()).group_by(keys).agg(pl.col("unknown").max())
    return products.join(unclear.rename({"unknown": "_doubtful"}), on=keys, how="left")


def _unknown(status: str, start: str) -> pl.Expr:
    """Without its status or first day nobody can tell when a right held."""
    return pl.when(pl.col(status).is_null()).then(pl.lit("status")).when(pl.col(start).is_null()).then(pl.lit("start"))


def _runs(status: str, valid: str, expired: str) -> pl.Expr:
    """Whether a right ran to its last day: it is valid, or expired on a day that is told."""
    return (pl.col(status) == valid) | ((pl.col(status) == expired) & pl.col("valid_until").is_not_null())


def _licences(facts: Facts) -> pl.DataFrame:
    """Granted licences as intervals; 1 有效 and 2 过期 run to their last day, others to their change of status.

    One that ended on an unknown day counts as ended when its record last changed, so that no goods are blamed for a day
    on which it may still have held. Only a first issue (发证) proves that there was no licence before it; a renewal or
    change proves the contrary, for a time that the register does not tell.
    """
    granted = facts[_LICENCES].filter(pl.col("decision") == "1")
    return granted.select(
        producer_uscc="uscc",
        category_name="licence_category",
        starts="issued_on",
        ends=_ends(_runs("licence_status", "1", "2"), "updated_at"),
        unknown=_unknown("licence_status", "issued_on"),
        first=(pl.col("application_type") == "1").fill_null(value=False),
    )


def _ends(runs: pl.Expr, fallback: str) -> pl.Expr:
    """First day without the right."""
    last = pl.col("valid_until").dt.offset_by("1d")
    return pl.when(runs).then(last).otherwise(pl.min_horizontal(last, pl.coalesce("status_changed_on", fallback)))


def _without(products: pl.DataFrame, rights: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Products by gap: ``gap_from`` (null: since ever) up to ``gap_to`` (null: still)."""
    held = rights.filter(pl.all_horizontal(pl.col(keys).is_not_null())).sort(*keys, "starts", "ends", nulls_last=True)
    far = pl.date(9999, 12, 31)
    reach = pl.col("ends").fill_null(far).cum_max().over(keys)
    held = held.with_columns(reach.alias("gap_from"), pl.col("starts").shift(-1).over(keys).alias("gap_to"))
    after = held.filter(
        (pl.col("gap_from") < far) & (pl.col("gap_to").is_null() | (pl.col("gap_to") > pl.col("gap_from")))
    )
    before = (
        held.group_by(keys, maintain_order=True)
        .agg(pl.col("starts", "first").first())
        .filter("first")
        .rename({"starts": "gap_to"})
        .with_columns(gap_from=_FOREVER)
    )
    gaps = pl.concat([after.select(*keys, "gap_from", "gap_to"), before.select(*keys, "gap_from", "gap_to")])
    never = products.join(held.select(keys).unique(), on=keys, how="anti").with_columns(
        gap_from=_FOREVER, gap_to=_FOREVER
    )
    return pl.concat([products.join(gaps, on=keys, how="inner").select(never.columns), never])


def _on_list(lacking: pl.DataFrame, left: str) -> pl.DataFrame:
    return lacking.with_columns(
        pl.max_horizontal("gap_from", "event_time").alias("listed_on"), left_on="gap_to", left_reason=pl.lit(left)
    )


def _made_in(lacking: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Traced goods made in a gap, one row a batch."""
    subject = ["producer_uscc", "product_name", "model_spec"]
    gaps = lacking.select(*subject, "gap_from", "gap_to").unique()
    made = facts[_GOODS].filter(pl.col("produced_on").is_not_null()).join(gaps, on=subject, how="inner")
    day = pl.col("produced_on")
    inside = (pl.col("gap_from").is_null() | (day >= pl.col("gap_from"))) & (
        pl.col("gap_to").is_null() | (day < pl.col("gap_to"))
    )
    batches = made.filter(inside).with_columns(goods_batch()).filter(pl.col("batch").is_not_null())
    return (
        batches.group_by(*subject, "batch")
        .agg(pl.col("produced_on").min().alias("listed_on"), pl.col("record_id").min(), pl.col("flags").min())
        .with_columns(left_on=_FOREVER)
    )


def _unclear(products: pl.DataFrame, rule: str, *more: tuple[str, pl.Expr]) -> pl.DataFrame:
    return undecided(
        products,
        rule,
        _PRODUCTS,
        ("MISSING:producer_uscc", pl.col("producer_uscc").is_null()),
        ("MISSING:model_spec", pl.col("model_spec").is_null()),
        *more,
    )
