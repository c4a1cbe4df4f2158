"""Surrogates give what their slow twins give; they are right, different from the original, and as many as before."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers.id_card import is_id_card
from catalog.identifiers.uscc import has_sound_organisation_code, is_uscc
from catalog.treatment_options import COUNTY_KEPT, MEETING
from catalog.treatment_options import SURROGATES as DECLARED
from desensitise.detect.checks import MOBILE, luhn
from desensitise.places import places
from desensitise.reference import KEYED_REFERENCE
from desensitise.reference.surrogates import REFERENCE_SURROGATES, moved
from desensitise.surrogates import SURROGATES
from desensitise.surrogates.lists import PROVINCES, counties, digest
from desensitise.surrogates.ranks import Derangement
from desensitise.treatments import KEYED

KEY = bytes(range(32))
AREAS = st.sampled_from([*list(counties())[:3], "330106", "370202", "999999", "110000"])
DAYS = st.dates().map(lambda day: day.strftime("%Y%m%d")) | st.sampled_from(["19000101", "20251231", "20240230"])
TAILS = st.text("0123456789", min_size=3, max_size=3)
IDS = st.tuples(AREAS, DAYS, TAILS, st.sampled_from("0123456789Xx")).map("".join)
OLD_IDS = st.tuples(AREAS, DAYS.map(lambda day: day[2:]), TAILS).map("".join)
USCC = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=10, max_size=10)
TEXTS = {
    "mobile": st.from_regex(r"\A(?:\+86|86)?1[3-9][0-9]{9}\Z") | st.text("138 -", max_size=14),
    "id_card": IDS | OLD_IDS | st.text("0123X", max_size=19),
    "uscc": st.tuples(st.sampled_from(["91", "92", "12", "9I"]), AREAS, USCC).map("".join),
    "bank_card": st.from_regex(r"\A(?:62|9558|4|35|99)[0-9]{11,17}\Z"),
    "plate": st.from_regex(r"\A[京浙粤A][A-HJ-NP-Z]·?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9学警]\Z"),
    "name": st.text("张三李四 a", max_size=4),
    "organisation": st.text("某厂有限公司", max_size=6),
    "address": st.sampled_from(["浙江省杭州市西湖区文三路1号", "杭州市西湖区1", "北京朝阳区", "某处", "中国浙江省"]),
}


def treated(kind, values, keep=False, key=KEY, **more):
    options = {"of": kind} | ({"keep": "county"} if keep else {}) | more
    frame = pl.DataFrame({"value": pl.Series(values, dtype=pl.String)})
    return frame.select(KEYED["surrogate"](key)(pl.col("value"), options).alias("value"))["value"].to_list()


@pytest.mark.parametrize(("kind", "keep"), [*((k, False) for k in sorted(TEXTS)), *((k, True) for k in COUNTY_KEPT)])
def test_surrogates_agree_with_their_twins(kind, keep):
    options = {"of": kind} | ({"keep": "county"} if keep else {})
    twin = KEYED_REFERENCE["surrogate"](KEY)

    @settings(deadline=None, max_examples=30)
    @given(st.lists(st.none() | TEXTS[kind], max_size=4))
    def agree(values):
        assert treated(kind, values, keep) == [twin(value, options) for value in values]

    agree()


@settings(deadline=None, max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.integers(2**18, 2**40), st.data())
def test_the_derangement_agrees_with_its_twin_and_moves_every_number(key, size, data):
    ranks = data.draw(st.lists(st.integers(0, size - 1), max_size=2))
    done = Derangement(key, size)(pl.Series(ranks, dtype=pl.UInt64).to_numpy())
    assert done.tolist() == [moved(key, rank, size) for rank in ranks]
    assert all(0 <= after < size and after != before for before, after in zip(ranks, done.tolist(), strict=True))


def test_the_derangement_of_a_small_size_is_a_permutation_without_fixed_points():
    ranks = pl.Series(range(5000), dtype=pl.UInt64).to_numpy()
    done = Derangement(KEY, 5000)(ranks)
    assert sorted(done.tolist()) == list(range(5000))
    assert not (done == ranks).any()


MANY = {
    "mobile": [f"138{n:08}" for n in range(0, 10**8, 50_021)],
    "id_card": [f"330106{1950 + n % 70}{1 + n % 12:02}{1 + n % 28:02}{n % 1000:03}X" for n in range(2000)],
    "uscc": [f"91330106MA{n:06}1X" for n in range(2000)],
    "bank_card": [f"622848{n:012}0" for n in range(2000)],
    "plate": [f"浙A{n:05}" for n in range(2000)] + [f"浙AD{n:05}" for n in range(2000)],
    "name": [f"张{chr(0x4E00 + n)}" for n in range(2000)],
    "organisation": [f"{chr(0x4E00 + n)}厂" for n in range(2000)],
    "address": [f"浙江省杭州市西湖区文三路{n}号" for n in range(2000)],
}
RIGHT = {
    "mobile": lambda text: MOBILE.fullmatch(text) is not None,
    "id_card": is_id_card,
    "uscc": lambda text: is_uscc(text) and has_sound_organisation_code(text) and text.startswith("91"),
    "bank_card": lambda text: len(text) == 19 and text.startswith("62") and luhn(text),
    "plate": lambda text: (
        re.fullmatch(rf"[{PROVINCES}][A-HJ-NP-Z](?:[0-9]{{5}}|[A-HJ-NP-Z][0-9]{{5}})", text) is not None
    ),
    "name": lambda text: 2 <= len(text) <= 5,
    "organisation": lambda text: text.endswith("有限公司"),
    "address": lambda text: places().of(text, "county") in set(counties().values()),
}


@pytest.mark.parametrize("kind", sorted(MANY))
def test_surrogates_are_right_and_never_the_original(kind):
    values = list(dict.fromkeys(MANY[kind]))
    made = treated(kind, values)
    assert all(RIGHT[kind](text) for text in made)
    assert all(before != after for before, after in zip(values, made, strict=True))
    assert treated(kind, values[::-1]) == made[::-1]
    assert treated(kind, values, key=bytes(32)) != made


@pytest.mark.parametrize("kind", ["mobile", "id_card", "uscc", "bank_card", "plate"])
def test_different_numbers_stay_different(kind):
    bodies = {value[:-1] if kind in {"id_card", "uscc", "bank_card"} else value for value in MANY[kind]}
    assert len(set(treated(kind, list(dict.fromkeys(MANY[kind]))))) == len(bodies)


@pytest.mark.parametrize("kind", MEETING)
def test_texts_are_kept_apart_where_it_is_asked(kind):
    values = list(dict.fromkeys(MANY[kind]))
    assert len(set(treated(kind, values, apart=16))) == len(values)
    if kind != "address":  # there are so many that two thousand need not meet
        assert len(set(treated(kind, values))) < len(values)
    twin = KEYED_REFERENCE["surrogate"](KEY)
    assert treated(kind, values[:20], apart=16) == [twin(v, {"of": kind, "apart": 16}) for v in values[:20]]


@pytest.mark.parametrize("kind", COUNTY_KEPT)
def test_a_kept_county_is_the_originals(kind):
    made = treated(kind, MANY[kind][:200], keep=True)
    county = {"id_card": lambda t: t[:6], "uscc": lambda t: t[2:8], "address": lambda t: places().of(t, "county")}[kind]
    assert {county(text) for text in made} == {county(MANY[kind][0])}


def test_a_phone_is_the_same_however_it_is_written():
    assert len(set(treated("mobile", ["13812345678", "138-1234-5678", "+86 138 1234 5678"]))) == 1


def test_every_declared_kind_is_made_and_has_a_twin():
    assert set(DECLARED) == set(SURROGATES) == set(REFERENCE_SURROGATES) == set(TEXTS)
    assert len(digest()) == 64
