"""Code lists: complete, with both names, and regions that know their places."""

import pytest

from catalog.codes import (
    city_of,
    code_list,
    county_of,
    indicators,
    names,
    province_of,
    region_name,
    region_names,
    trace_list,
)
from catalog.errors import DeclarationError


def test_the_national_lists_hold_as_many_codes_as_their_sources():
    levels = [len(code) for code in code_list("gbt4754").entries]
    assert [levels.count(n) for n in (1, 2, 3, 4)] == [20, 97, 473, 1381]
    assert len(code_list("gbt12402").entries) == 34
    assert len(code_list("gs1_ai").entries) == 541
    regions = code_list("gbt2260").entries
    # 31 provinces and 3 special regions; 342 cities less 4 headings; 2,978 counties less 3 cities listed twice.
    assert len(regions) == 34 + 338 + 2975


def test_small_lists_have_chinese_and_english_names():
    for name in names():
        found = code_list(name)
        assert found.title_zh
        assert found.title_en
        assert all(zh for zh, _ in found.entries.values())
        if found.source.startswith("formats"):
            assert all(en for _, en in found.entries.values()), name


def test_every_parent_is_a_code_of_the_same_list():
    for name in names():
        found = code_list(name)
        assert set(found.parent) <= set(found.entries)
        assert set(found.parent.values()) <= set(found.entries)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("370000", "山东省"),
        ("370200", "山东省青岛市"),
        ("370202", "山东省青岛市市南区"),
        ("110101", "北京市东城区"),
        ("110100", "北京市"),
        ("500229", "重庆市城口县"),
        ("419001", "河南省济源市"),
        ("429021", "湖北省神农架林区"),
        ("469030", "海南省琼中黎族苗族自治县"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("441900", "广东省东莞市"),
        ("710000", "台湾省"),
        ("999999", ""),
    ],
)
def test_a_region_is_called_by_its_full_name(code, name):
    assert region_name(code) == name


def test_counties_run_by_their_province_stand_for_their_own_city():
    assert city_of()["370202"] == "370200"
    assert city_of()["370200"] == "370200"
    assert city_of()["419001"] == "419001"
    assert "370000" not in city_of()
    assert province_of()["419001"] == "410000"


def test_only_places_of_the_lowest_level_are_counties():
    assert county_of()["370202"] == "370202"
    assert county_of()["441900"] == "441900"
    assert "370200" not in county_of()
    assert set(region_names()) == set(province_of())


def test_an_unknown_list_is_refused_with_the_known_ones():
    with pytest.raises(DeclarationError, match="gbt2260"):
        code_list("colours")


def test_the_trace_list_is_versioned_and_names_known_industries():
    categories = trace_list("2024-draft")
    assert len(categories) == 8
    assert sum(len(category.units) for category in categories) == 31
    industries = code_list("gbt4754").entries
    assert all(c.industry in industries for c in categories if c.industry)
    with pytest.raises(DeclarationError, match="2024-draft"):
        trace_list("1999")


def test_there_are_thirty_outcome_indicators():
    assert [indicator.code for indicator in indicators()] == [f"OC{n:02}" for n in range(1, 31)]
    assert all(i.zh and i.en and i.unit_zh and i.rule for i in indicators())
