"""The checks that a field may ask for by name: for each a row function, its twin for columns, and its flag.

A value that fails is flagged and kept. The row function and the twin give equal verdicts on every text (held by
property tests); both get texts that were trimmed and narrowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.identifiers import dates, fixed, licences, phrases, regions
from catalog.identifiers.arrays import FEW, Bools, Told
from catalog.identifiers.gtin import gtin_column, is_gtin
from catalog.identifiers.id_card import id_card_column, is_id_card
from catalog.identifiers.matrix import judged
from catalog.identifiers.registration import is_registration_no, judge_registration
from catalog.identifiers.trace_code_columns import forms, trace_code_column
from catalog.identifiers.trace_codes import is_trace_code
from catalog.identifiers.uscc import is_uscc, judge_uscc

Row = Callable[[str], bool]
Column = Callable[[pa.StringArray], Bools]


@dataclass(frozen=True, slots=True)
class Check:
    """A named check. ``column`` gives one boolean per value; nulls are False and mean nothing.

    ``told`` is what the check finds out about values beside its verdict, if anything; asked of the column that was
    judged last it costs nothing.
    """

    name: str
    flag: str
    row: Row
    column: Column
    zh: str
    en: str
    told: Callable[[pa.StringArray], Told] | None = None


def _is_unit_code(text: str) -> bool:
    """A social credit code, or the registration number that older records hold in its place."""
    return is_uscc(text) or is_registration_no(text)


def _unit_code_column(array: pa.StringArray) -> Bools:
    return judged(array, {18: judge_uscc, 15: judge_registration})


def _date_or_batch_column(array: pa.StringArray) -> Bools:
    reading = dates.parse_dates_or_batches(array).field("reading").to_numpy(zero_copy_only=False)
    there = array.is_valid().to_numpy(zero_copy_only=False)
    return np.asarray((reading != dates.Reading.TEXT.value) & there, dtype=bool)


def _grammar(pattern: str) -> tuple[Row, Column]:
    compiled = re.compile(pattern)

    def row(text: str) -> bool:
        return compiled.fullmatch(text) is not None

    def column(array: pa.StringArray) -> Bools:
        return matches(array, pattern)

    return row, column


def matches(array: pa.StringArray, pattern: str) -> Bools:
    r"""Whether each whole value fits the pattern. ``\z``, because ``$`` also stands before a last line break."""
    if len(array) <= FEW:
        compiled = re.compile(pattern)
        texts = array.to_pylist()
        return np.array([text is not None and compiled.fullmatch(text) is not None for text in texts], bool)
    allowed = fixed.alphabets(pattern)
    if allowed is not None:
        return fixed.fits(array, allowed)
    found = pl.Series(array, dtype=pl.String).str.contains(rf"\A(?:{pattern})\z")
    return (found.fill_null(value=False) if found.null_count() else found).to_numpy()


def _listed(name: str) -> tuple[Row, Column]:
    return partial(regions.known, name), partial(regions.known_column, name)


_ALL = (
    Check("uscc", "USCC_CHECKSUM", _is_unit_code, _unit_code_column,
          "统一社会信用代码校验位不符", "Check character of the social credit code is wrong"),
    Check("gtin", "GTIN_CHECKSUM", is_gtin, gtin_column,
          "商品条码校验位不符", "Check digit of the GTIN is wrong"),
    Check("id_card", "ID_CHECKSUM", is_id_card, id_card_column,
          "公民身份号码不符合规则", "Resident identity number breaks its rules"),
    Check("ccc_no", "CCC_FORMAT", *_grammar(licences.CCC),
          "强制性认证证书编号格式不符", "CCC certificate number has another form"),
    Check("licence_no", "LICENCE_FORMAT", *_grammar(licences.LICENCE),
          "许可证编号格式不符", "Licence number has another form"),
    Check("cma_no", "CMA_FORMAT", *_grammar(licences.CMA),
          "资质认定证书编号格式不符", "CMA number has another form"),
    Check("region", "REGION_UNKNOWN", regions.is_region, regions.region_column,
          "行政区划代码不在现行表中", "Region is not in the current list"),
    Check("industry", "INDUSTRY_UNKNOWN", *_listed("gbt4754"),
          "行业代码不在表中", "Industry code is not in the list"),
    Check("economic_type", "ECONOMIC_TYPE_UNKNOWN", *_listed("gbt12402"),
          "经济类型代码不在表中", "Economic type is not in the list"),
    Check("trace_code", "TRACE_CODE_FORMAT", is_trace_code, trace_code_column,
          "追溯码不符合编码规则", "Trace code breaks the rules of its scheme", forms),
    Check("duration", "DURATION_FORMAT", *_grammar(phrases.DURATION),
          "期限格式不符", "Not a period of GB/T 7408 or a date"),
    Check("document_no", "DOCUMENT_NO_FORMAT", *_grammar(phrases.DOCUMENT_NO),
          "文号格式不符", "Document number has another form"),
    Check("standard_no", "STANDARD_NO_FORMAT", *_grammar(phrases.STANDARD_NO),
          "标准编号格式不符", "Standard number has another form"),
    Check("telephone", "TELEPHONE_FORMAT", *_grammar(phrases.TELEPHONE),
          "电话号码格式不符", "Telephone number has another form"),
    Check("email", "EMAIL_FORMAT", *_grammar(phrases.EMAIL),
          "电子邮箱格式不符", "E-mail address has another form"),
    Check("interval", "INTERVAL_FORMAT", *_grammar(phrases.INTERVAL),
          "时间区间格式不符", "Not an interval of two dates"),
    Check("date_or_batch", "DATE_UNPARSED", dates.is_date_or_batch, _date_or_batch_column,
          "生产日期或批号无法识别", "Neither a date nor a batch could be read"),
)  # fmt: skip

CHECKS: Mapping[str, Check] = MappingProxyType({check.name: check for check in _ALL})
