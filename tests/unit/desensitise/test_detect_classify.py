"""Columns are understood from their name and a sample of their values."""

import polars as pl
import pytest

from desensitise.detect import Kind, scan_column
from desensitise.detect.classify import classify

NAMES = ["王小明", "李芳", "陈建国", "张伟", "欧阳娜娜"]


def of(name, values):
    return classify(name, pl.Series("text", values, dtype=pl.String))


def test_a_column_of_names_is_known_without_a_telling_heading():
    assert of("甲", NAMES).context.persons
    assert scan_column(pl.Series(NAMES), "甲") == {Kind.PERSON: 5}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("x", ["江苏", "安徽", "云南", "温州", "金华"]),
        ("x", ["电饭煲", "水泥", "童车", "安全帽", "灶具"]),
        ("产品名称", ["高压锅", "金属网", "马桶盖", "毛巾架"]),
        ("x", ["合格", "不合格", "未检"]),
        ("x", ["王小明"]),
        ("x", []),
    ],
)
def test_other_short_words_are_no_names(name, values):
    assert not of(name, values).context.persons


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("护照号码", Kind.PASSPORT),
        ("微信", Kind.WECHAT),
        ("邮编", Kind.POSTCODE),
        ("qq", Kind.QQ),
        ("通行证号", Kind.PERMIT),
        ("投诉人经纬度", Kind.COORDINATE),
        ("营业执照", Kind.LICENCE_IMAGE),
    ],
)
def test_a_heading_announces_kinds_that_bare_cells_do_not_show(name, kind):
    assert kind in of(name, ["x"]).context.kinds


def test_sentences_are_told_from_values():
    assert of("x", ["产品合格", "消费者投诉称，充电器发热"]).running
    assert not of("x", ["JZT-1", "灶具", "GB 16410-2020 家用燃气灶具 national standard"[:13]]).running


@pytest.mark.parametrize(
    ("column", "value", "kind"),
    [
        ("护照号码", "E12345678", Kind.PASSPORT),
        ("邮编", "310012", Kind.POSTCODE),
        ("投诉人经纬度", "120.15507,30.27415", Kind.COORDINATE),
        ("营业执照", "files/0012.jpg", Kind.LICENCE_IMAGE),
        ("附件", "files/营业执照0012.jpg", Kind.LICENCE_IMAGE),
    ],
)
def test_bare_cells_are_understood_by_their_column(column, value, kind):
    assert scan_column(pl.Series([value]), column) == {kind: 1}
    assert kind not in scan_column(pl.Series([value.replace("营业执照", "图")]), "说明")
