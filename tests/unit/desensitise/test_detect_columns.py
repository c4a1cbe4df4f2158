"""Whole columns of any type are searched by distinct values, and cells are counted, never shown."""

import polars as pl
import pyarrow as pa
import pytest

from desensitise.detect import Kind, scan_column
from desensitise.detect.presidio import engine


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["13812345678", "13812345678", None, "ok"]),
        pa.array([13812345678, 13812345678, None, 7]),
        pa.array([["13812345678"], ["13812345678", "ok"], None]),
        pa.array([{"a": "13812345678"}, {"a": "13812345678"}]),
        pa.array(["13812345678", "13812345678", "ok"]).dictionary_encode(),
        pa.array([b"13812345678", b"13812345678"]),
        pa.array([13812345678.0, 13812345678.0]),
        pl.Series(["13812345678", "13812345678"]),
    ],
    ids=["texts", "integers", "lists", "structs", "dictionary", "bytes", "floats", "polars"],
)
def test_cells_of_any_type_are_counted(values):
    assert scan_column(values, "anything") == {Kind.MOBILE: 2}


@pytest.mark.parametrize("values", [pa.array([], pa.string()), pa.nulls(3), pa.array([True]), pa.array([1, 2])])
def test_columns_without_texts_hold_nothing(values):
    assert scan_column(values, "联系电话") == {}


def test_presidio_users_get_the_same_spans():
    results = engine().analyze("投诉人张伟，电话13812345678", language="zh")
    assert sorted((r.entity_type, r.start, r.end) for r in results) == [("MOBILE", 8, 19), ("PERSON", 3, 5)]
    assert engine(column="联系人").analyze("王小明", language="zh")[0].entity_type == "PERSON"
