"""Treatments under a key give what their slow twins give, and what standards and keys promise."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desensitise.ff1 import FF1, longest
from desensitise.keys import MasterTreatmentKeys
from desensitise.macs import _without_sm3, mac_of, macs
from desensitise.reference import KEYED_REFERENCE
from desensitise.reference.ciphers import aes, ff1, sm4
from desensitise.treatments import ENTITY, KEYED, purpose

KEY = bytes(range(32))
OTHER = bytes(range(1, 33))
VALUES = st.text("0129AX张 -é😀", max_size=12)
NUMBERS = st.text("0123456789", max_size=34)
ALPHABETS = st.sampled_from(["digits", "letters", "alphanumeric", "uscc", "甲乙丙丁戊己庚辛", "01"])
SIGNS = {"digits": "0129", "letters": "AZM", "alphanumeric": "09AZ", "uscc": "09AY", "01": "01"}
# Published with the standard: FF1samples of the Cryptographic Standards and Guidelines programme.
KEY_256 = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94"
SAMPLES = [
    (16, 10, "", "0123456789", "2433477484"),
    (16, 10, "39383736353433323130", "0123456789", "6124200773"),
    (16, 36, "3737373770717273373737", "0123456789abcdefghi", "a9tv40mll9kdu509eum"),
    (24, 10, "", "0123456789", "2830668132"),
    (24, 10, "39383736353433323130", "0123456789", "2496655549"),
    (24, 36, "3737373770717273373737", "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"),
    (32, 10, "", "0123456789", "6657667009"),
    (32, 10, "39383736353433323130", "0123456789", "1001623463"),
    (32, 36, "3737373770717273373737", "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"),
]


def treated(name, values, options, dtype=pl.String, entities=None, key=KEY):
    frame = pl.DataFrame({"value": pl.Series(values, dtype=dtype)})
    if entities is not None:
        frame = frame.with_columns(pl.Series(ENTITY, entities, dtype=pl.String))
    return frame.select(KEYED[name](key)(pl.col("value"), options))["value"].to_list()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.none() | VALUES, max_size=6), st.sampled_from(["sm3", "sha256"]), st.integers(16, 64))
def test_pseudonyms_agree_with_their_twin(values, mac, length):
    options = {"mac": mac, "length": length}
    twin = KEYED_REFERENCE["pseudonym"](KEY)
    assert treated("pseudonym", values, options) == [twin(value, options, None) for value in values]


@pytest.mark.parametrize("cipher", ["sm4", "aes"])
def test_format_preserving_encryption_agrees_with_its_twin(cipher):
    @settings(deadline=None, max_examples=40)
    @given(st.data(), ALPHABETS)
    def agree(data, alphabet):
        signs = SIGNS.get(alphabet, alphabet)
        values = data.draw(st.lists(st.none() | st.text(signs, max_size=26) | VALUES, max_size=5))
        options = {"alphabet": alphabet, "cipher": cipher}
        twin = KEYED_REFERENCE["fpe"](KEY)
        assert treated("fpe", values, options) == [twin(value, options, None) for value in values]

    agree()


@pytest.mark.parametrize(("size", "radix", "tweak", "plain", "cipher"), SAMPLES)
def test_the_nine_samples_of_the_standard_come_out(size, radix, tweak, plain, cipher):
    key, said = bytes.fromhex(KEY_256)[:size], bytes.fromhex(tweak)
    numerals = [int(sign, 36) for sign in plain]
    wanted = [int(sign, 36) for sign in cipher]
    fast = FF1(key, radix, "aes", said)
    assert fast.encrypt(np.array([numerals] * 3, np.uint64)).tolist() == [wanted] * 3
    assert fast.decrypt(np.array([wanted], np.uint64)).tolist() == [numerals]
    assert ff1(lambda block: aes(key, block), radix, numerals, said) == wanted
    assert ff1(lambda block: aes(key, block), radix, wanted, said, decrypt=True) == numerals


def test_the_slow_sm4_is_the_standards_sm4():
    # GB/T 32907-2016, annex A.1
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert sm4(key, key).hex() == "681edf34d206965e86b3e94f536e4246"


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(["aes", "sm4"]), st.integers(2, 70), st.binary(max_size=20))
def test_ff1_agrees_with_the_slow_one_and_turns_back(data, cipher, radix, tweak):
    length = data.draw(st.integers(2, longest(radix)))
    rows = data.draw(st.lists(st.lists(st.integers(0, radix - 1), min_size=length, max_size=length), max_size=3))
    values = np.array(rows, np.uint64).reshape(-1, length)
    block = (lambda b: aes(KEY[:16], b)) if cipher == "aes" else (lambda b: sm4(KEY[:16], b))
    fast = FF1(KEY[:16], radix, cipher, tweak)
    done = fast.encrypt(values)
    assert done.tolist() == [ff1(block, radix, row, tweak) for row in rows]
    assert fast.decrypt(done).tolist() == rows


def test_longer_values_than_ff1_here_can_hold_are_refused():
    with pytest.raises(ValueError, match="2 to 32 numerals"):
        FF1(KEY, 10).encrypt(np.zeros((1, 33), np.uint64))


def test_many_values_are_encrypted_alike_whatever_stands_beside_them():
    values = np.random.default_rng(1).integers(0, 10, (40_000, 11)).astype(np.uint64)
    whole = FF1(KEY, 10).encrypt(values)
    assert len(np.unique(whole, axis=0)) == len(np.unique(values, axis=0))
    assert (FF1(KEY, 10).encrypt(values[39_000:39_010]) == whole[39_000:39_010]).all()


def test_texts_of_too_small_a_domain_are_withheld():
    assert treated("fpe", ["12345", "123456"], {"alphabet": "digits"})[0] is None
    assert treated("fpe", ["12345", "123456"], {"alphabet": "digits"})[1] is not None
    assert treated("fpe", ["123456", "12345678"], {"alphabet": "digits", "min_length": 8})[0] is None


DAYS = st.dates()
MOMENTS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(lambda t: t.replace(microsecond=0))


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.tuples(st.none() | DAYS, st.none() | st.text("ab 张", max_size=3)), max_size=6), st.integers(1, 3650)
)
def test_shifted_days_agree_with_their_twin(rows, days):
    options = {"entity": "unit", "days": days}
    twin = KEYED_REFERENCE["date_shift"](KEY)
    values, entities = [value for value, _ in rows], [entity for _, entity in rows]
    expected = [twin(value, options, entity) for value, entity in rows]
    assert treated("date_shift", values, options, pl.Date, entities) == expected


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | MOMENTS, max_size=6), st.integers(1, 3650))
def test_shifted_times_agree_with_their_twin(values, days):
    options = {"entity": "unit", "days": days}
    twin = KEYED_REFERENCE["date_shift"](KEY)
    expected = [twin(value, options, "u") for value in values]
    assert treated("date_shift", values, options, pl.Datetime("ms"), ["u"] * len(values)) == expected


@settings(deadline=None)
@given(st.lists(st.dates(date(1950, 1, 1), date(2050, 1, 1)), min_size=2, max_size=6), st.integers(1, 400))
def test_a_shift_keeps_order_and_distance_and_never_stands_still(values, days):
    moved = treated("date_shift", values, {"entity": "unit", "days": days}, pl.Date, ["one unit"] * len(values))
    offsets = {after - before for before, after in zip(values, moved, strict=True)}
    assert len(offsets) == 1
    assert 1 <= abs(offsets.pop().days) <= days


def test_times_keep_their_hour_through_a_summer_time_of_old():
    china = timezone(timedelta(hours=8))
    noon = datetime(1988, 4, 9, 12, tzinfo=china).astimezone(UTC)
    (moved,) = treated(
        "date_shift", [noon], {"entity": "u", "days": 9}, pl.Datetime("ms", "Etc/GMT-8"), ["another unit"]
    )
    assert (moved.hour, moved.minute) == (12, 0)


@pytest.mark.parametrize(
    ("name", "values", "options"),
    [
        ("pseudonym", ["330106", "A", "张三"], {}),
        ("fpe", ["13812345678", "91330106"], {"alphabet": "digits"}),
    ],
)
def test_another_key_gives_other_values_and_the_same_key_the_same(name, values, options):
    assert treated(name, values, options) == treated(name, values, options)
    assert not set(treated(name, values, options)) & set(treated(name, values, options, key=OTHER))


def test_pseudonyms_are_letters_only():
    texts = treated("pseudonym", [str(n) for n in range(500)], {})
    assert all(len(text) == 32 and set(text) <= set("abcdefghijklmnop") for text in texts)
    assert len(set(texts)) == 500


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32), st.text("a张0", max_size=200))
def test_many_hashes_at_once_are_the_librarys(key, text):
    for digest in ("sha256", "sm3"):
        assert macs(key, [text], digest) == [hmac.digest(key, text.encode(), digest)]
    assert _without_sm3(key)(text.encode()) == mac_of(key, "sm3")(text.encode())


def test_the_sm3_behind_pseudonyms_is_the_standards():
    # GB/T 32905-2016, annex A.1
    said = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hashlib.new("sm3", b"abc").hexdigest() == said


def test_keys_differ_by_family_release_and_purpose_and_do_not_show_themselves():
    keys = MasterTreatmentKeys(KEY)
    asked = [("a", "", "p"), ("b", "", "p"), ("a", "1", "p"), ("a", "2", "p"), ("a", "", "q"), ("a", "1", "q")]
    made = {keys.key(*one) for one in asked}
    assert len(made) == len(asked)
    assert all(len(key) == 32 for key in made)
    assert keys.key("a", "1", "p") == MasterTreatmentKeys(KEY).key("a", "1", "p")
    assert "\\x" not in repr(keys)
    assert "b'" not in repr(keys)
    assert purpose("fpe", {"cipher": "aes"}) != purpose("fpe", {})


def test_every_treatment_under_a_key_has_a_slow_twin():
    assert set(KEYED_REFERENCE) == set(KEYED)
