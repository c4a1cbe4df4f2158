"""Questions to the list: may this be sold? By USCC, product, model, batch or code, one or many at a time.

An answer never says that something is good: ``not_listed`` means that no rule that was asked lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import polars as pl

from catalog.identifiers.gs1 import read_gs1
from catalog.identifiers.gtin import is_gtin, padded
from catalog.identifiers.uscc import is_uscc
from exporters.rules.accept import Facts
from exporters.rules.book import Book
from exporters.rules.negative_list.feed import OWN, said
from exporters.rules.negative_list.listing import ADVICE, COLOURS, LISTED, RANKS, SUBJECT, Listing
from exporters.rules.negative_list.spans import each_of

CODES = pl.Schema({"code": pl.String, "producer_uscc": pl.String, "product_name": pl.String, "model_spec": pl.String})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. ``code`` is a GTIN, a GS1 trace code, a product code or a CCC certificate number."""

    uscc: str | None = None
    product: str | None = None
    model: str | None = None
    batch: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """``answers``: one row a question; ``matches``: the entries behind them, by ``question`` number.

    ``outcome`` is listed, partly_listed (only some of what was asked for: a product of the producer, a batch of the
    product), not_listed, unknown_code (nothing is known by this code) or unclear (``flags`` say why: an empty question,
    a model without product, a USCC with a wrong check digit). ``class``, ``colour`` and ``advice`` are the highest that
    hold for all that was asked; ``part_class`` is the highest that holds for a part. ``unattributed`` counts entries on
    goods of this name whose maker may not be named, as fakes: they say nothing of any producer.
    """

    answers: pl.DataFrame
    matches: pl.DataFrame


def codes_of(facts: Facts) -> pl.DataFrame:
    """Which product a code stands for, from the product table and the certificates; GTINs in 14 digits.

    A cell of bar codes may hold several, and what is no GTIN stays as it is: it is asked for as it is printed.
    """
    products = facts["product_basic"]
    subject = ("producer_uscc", "product_name", "model_spec")
    parts = [
        products.select(pl.col("product_code").alias("code"), *subject),
        products.select(_bar_codes().alias("code"), *subject).explode("code"),
    ]
    if "ccc_certificate" in facts:
        models = each_of(facts["ccc_certificate"], "models", "model_spec")
        parts.append(models.select(pl.col("certificate_no").alias("code"), *subject))
    return pl.concat(parts).filter(pl.col("code").is_not_null()).unique().sort(CODES.names())


def _bar_codes() -> pl.Expr:
    """The codes of a cell, GTINs in 14 digits."""
    code = pl.element()
    whole = pl.when(code.str.contains(r"^(?:[0-9]{8}|[0-9]{12,14})$")).then(code.str.zfill(14)).otherwise(code)
    parts = pl.col("gtin").str.strip_chars().str.replace_all(r"[\s;,，；、]+", ";").str.split(";")
    return parts.list.eval(whole)


def ask(listing: Listing, codes: pl.DataFrame, questions: Sequence[Question], book: Book) -> Answers:
    """Answers to questions, in their order."""
    return asked(listing, codes, pl.DataFrame([asdict(q) for q in questions], schema=_QUESTION), book)


def asked(listing: Listing, codes: pl.DataFrame, questions: pl.DataFrame, book: Book) -> Answers:
    """``ask`` for a frame with the columns uscc, product, model, batch, code (text, null where not asked)."""
    numbered = (
        questions.select(_QUESTION.names())
        .cast(_QUESTION)
        .with_row_index("question")
        .with_columns(pl.col("question").cast(pl.Int64))
    )
    # Codes of units are asked for in small letters and full width as well.
    unit = pl.col("uscc").str.normalize("NFKC").str.to_uppercase()
    plain = numbered.with_columns(unit).with_columns(
        pl.col(name).str.strip_chars().replace("", None) for name in _QUESTION
    )
    flagged = plain.with_columns(_flags(plain))
    meant = _meant(flagged.filter(pl.col("flags").is_in(("", _CHECKSUM))), codes)
    entries = listing.entries.filter(pl.col("state") == LISTED)
    matches = _matches(meant, entries).with_columns(*said(book)).sort("question", "class", "entry_id")
    return Answers(_answers(flagged, meant, matches, listing, book), matches)


_CHECKSUM = "USCC_CHECKSUM"
"""Codes with a wrong check digit exist and may be listed; that a mistyped one is not listed says nothing."""

_QUESTION = pl.Schema(dict.fromkeys(("uscc", "product", "model", "batch", "code"), pl.String))


def _flags(questions: pl.DataFrame) -> pl.Series:
    """Why a question cannot be answered; the empty text where it can."""
    usccs = questions["uscc"].unique().drop_nulls().to_list()
    wrong = [text for text in usccs if not is_uscc(text)]
    anything = pl.any_horizontal(pl.col("uscc", "product", "code").is_not_null())
    loose = pl.any_horizontal(pl.col("model", "batch").is_not_null()) & pl.all_horizontal(
        pl.col("product", "code").is_null()
    )
    reasons = (
        pl.when(~anything).then(pl.lit("EMPTY_QUESTION")),
        pl.when(loose).then(pl.lit("MODEL_WITHOUT_PRODUCT")),
        pl.when(pl.col("uscc").is_in(wrong)).then(pl.lit(_CHECKSUM)),
    )
    return questions.select(pl.concat_str(reasons, separator=";", ignore_nulls=True).alias("flags")).to_series()


def _meant(questions: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """Questions with the subject that they mean; a code may stand for several products and then means each of them.

    A question by a code that is not known, or that contradicts the product named beside it, means nothing.
    """
    texts = questions["code"].unique().drop_nulls().to_list()
    read = pl.DataFrame(
        [(text, *_read(text)) for text in texts],
        schema={"code": pl.String, "_key": pl.String, "_lot": pl.String},
        orient="row",
    )
    with_code = questions.filter(pl.col("code").is_not_null()).join(read, on="code", how="left")
    known = with_code.join(codes.rename({"code": "_key"}), on="_key", how="inner")
    agreeing = known.filter(
        pl.all_horizontal(
            pl.col(mine).is_null() | pl.col(theirs).is_null() | (pl.col(mine) == pl.col(theirs))
            for mine, theirs in (("uscc", "producer_uscc"), ("product", "product_name"), ("model", "model_spec"))
        )
    )  # fmt: skip
    by_code = agreeing.select(
        "question", "producer_uscc", "product_name", "model_spec", pl.coalesce("batch", "_lot").alias("batch")
    )
    by_name = questions.filter(pl.col("code").is_null()).select(
        "question", producer_uscc="uscc", product_name="product", model_spec="model", batch="batch"
    )
    return pl.concat([by_code, by_name])


def _read(code: str) -> tuple[str, str | None]:
    """The key under which a code is known, and the batch that it holds."""
    if is_gtin(code):
        return padded(code), None
    elements = dict(gs1.elements) if (gs1 := read_gs1(code)) else {}
    return elements.get("01", code), elements.get("10")


def _matches(meant: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Entries that hold for what is meant: of the producer, of its product, of goods that bear the product's name.

    Joined by as much of the subject as is named, so that no question meets more entries than it is about.
    """
    mine = [pl.col(name) for name in SUBJECT]
    theirs = entries.select(*OWN).rename({name: f"e_{name}" for name in SUBJECT})
    firms, goods = theirs.filter(pl.col("level") == "firm"), theirs.filter(pl.col("level") != "firm")
    unnamed = goods.filter(pl.col("e_producer_uscc").is_null())
    found = [_join(meant.filter(mine[0].is_not_null()), firms, SUBJECT[:1])]
    for depth in (1, 2, 3):
        deep = [mine[i].is_not_null() for i in range(1, depth)] + [mine[i].is_null() for i in range(depth, 3)]
        asked = meant.filter(pl.all_horizontal(pl.lit(value=True), *deep))
        by_unit = asked.filter(mine[0].is_not_null())
        found.append(_join(by_unit, goods, SUBJECT[:depth]))
        if depth > 1:
            found.append(_join(by_unit, unnamed, SUBJECT[1:depth]))
            found.append(_join(asked.filter(mine[0].is_null()), goods, SUBJECT[1:depth]))
    batch = mine[3].is_null() | pl.col("e_batch").is_null() | (mine[3] == pl.col("e_batch"))
    narrower = [mine[i].is_null() & pl.col(f"e_{SUBJECT[i]}").is_not_null() for i in (1, 2, 3)]
    both = pl.concat(found).filter(batch).with_columns(pl.any_horizontal(narrower).alias("partly"))
    told = both.drop(SUBJECT).rename({f"e_{name}": name for name in SUBJECT}).select("question", "partly", *OWN)
    return told.sort("partly").unique(["question", "entry_id"], keep="first", maintain_order=True)


def _join(meant: pl.DataFrame, theirs: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    both = meant.join(theirs, left_on=list(keys), right_on=[f"e_{key}" for key in keys], how="inner", coalesce=False)
    return both.select(*meant.columns, *theirs.columns)


def _answers(
    questions: pl.DataFrame, meant: pl.DataFrame, matches: pl.DataFrame, listing: Listing, book: Book
) -> pl.DataFrame:
    # Fakes say nothing of the producer whose name they bear: they are counted apart and give no class.
    named = pl.col("producer_uscc").is_not_null()
    rank = pl.col("class").replace_strict(RANKS, return_dtype=pl.Int64)
    summed = matches.group_by("question").agg(
        rank.filter(named & ~pl.col("partly")).min().alias("_rank"),
        rank.filter(named & pl.col("partly")).min().alias("_part"),
        named.sum().cast(pl.Int64).alias("entries"),
        (~named).sum().cast(pl.Int64).alias("unattributed"),
    )
    understood = meant.select("question").unique().with_columns(_understood=pl.lit(value=True))
    joined = questions.join(summed, on="question", how="left").join(understood, on="question", how="left")
    words = {rank: name for name, rank in RANKS.items()}
    best, part = (pl.col(name).replace_strict(words, return_dtype=pl.String) for name in ("_rank", "_part"))
    outcome = (
        pl.when(~pl.col("flags").is_in(("", _CHECKSUM))).then(pl.lit("unclear"))
        .when(pl.col("_understood").is_null()).then(pl.lit("unknown_code"))
        .when(pl.col("_rank").is_not_null()).then(pl.lit("listed"))
        .when(pl.col("_part").is_not_null()).then(pl.lit("partly_listed"))
        .when(pl.col("flags") != "")
        .then(pl.lit("unclear"))
        .otherwise(pl.lit("not_listed"))
    )  # fmt: skip
    return joined.select(
        "question",
        *_QUESTION.names(),
        outcome.alias("outcome"),
        best.alias("class"),
        best.replace_strict(COLOURS, return_dtype=pl.String).alias("colour"),
        best.replace_strict(ADVICE, return_dtype=pl.String).alias("advice"),
        part.alias("part_class"),
        pl.col("entries", "unattributed").fill_null(0),
        "flags",
        pl.lit(listing.day).alias("as_of"),
        pl.lit(book.version).alias("rules"),
        pl.lit(";".join(listing.not_asked)).alias("not_asked"),
    ).sort("question")
