"""Texts that stay as they are, and texts that lose their persons."""

from __future__ import annotations

import polars as pl

from desensitise.detect import Mode
from desensitise.detect import redact as redact_texts
from desensitise.treatments.common import Options, on_distinct


def keep(column: pl.Expr, options: Options) -> pl.Expr:
    """The value as it is."""
    del options
    return column


def redact(column: pl.Expr, options: Options) -> pl.Expr:
    """Free text with typed placeholders (``〔手机号〕``) for every person's trace that detection finds.

    Trade secrets are covered as well unless ``secrets = "keep"``.
    """
    mode: Mode = "balanced" if options.get("mode") == "balanced" else "recall"
    secrets = options.get("secrets") != "keep"
    return on_distinct(
        column.cast(pl.String),
        lambda texts: pl.Series(redact_texts(texts.to_list(), mode=mode, secrets=secrets), dtype=pl.String),
    )
