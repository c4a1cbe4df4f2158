"""The prefilter never holds back a text in which the scanner finds something. Misses here are leaks."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from catalog.identifiers import uscc
from desensitise.detect.normalise import NUMERALS, normalise
from desensitise.detect.prefilter import candidates, certain
from desensitise.detect.scanner import scan
from desensitise.detect.words import context_of

NUMBERS = st.sampled_from(
    [
        "13812345678",
        "11010519491231002X",
        "110105491231002",
        "6222021234567890128",
        "0571-87654321",
        "010 12345678",
        "+85261234567",
        "92330106MA2ABCDE0X",
        "123456",
        "192.168.1.1",
        "fe80::1:2:3:4",
        "E12345678",
        "H12345678",
        "a_b-c123",
        "zhang@example.com",
        "A12345",
        "D12345",
        "2024-05-13",
        "20240513",
        "86-10-12345678",
        "330106",
        "120.15507,30.27415",
        "30.27415/120.15507",
        "licence_1.png",
        "a/sfz.jpg",
        "l38OO12O5678",
        "138,1234,5678",
        "(852) 2345 6789",
        "zhang(at)qq.com",
        "zhang at qq.com",
        "92 330106 MA2ABCDE0 X",
        "2001:db8::1",
        "1三8一2345六78",
        "a12345",
        "057187654321",
    ],
)
WORDS = st.sampled_from(
    [
        *(
            "电话",
            "手机",
            "联系人",
            "微信",
            "QQ",
            "身份证",
            "卡号",
            "护照",
            "通行证",
            "邮编",
            "车牌",
            "京",
            "粤",
            "张",
            "王小",
            "营业执照.pdf",
            "家住",
        ),
        *(
            "先生",
            "女士",
            "投诉人",
            "tel:",
            "IP",
            "wx",
            "vx",
            "是",
            ":",
            ",",
            "。",
            "（",
            "）",
            "号",
            "元",
            "件",
            "编号",
        ),
        *(
            "加微",
            "Q：",
            "v:",
            "V❤",
            "加Q",
            "客服q",
            "企鹅：",
            "+",
            "受送达人",
            "收",
            "Q Q",
            "邮箱",
            "mail",
            "货车",
            "WJ",
            "使",
            "转",
        ),
    ],
)
GAPS = st.sampled_from(
    [
        "",
        "",
        " ",
        "-",
        ".",
        "\u200b",
        "\u3000",
        "/",
        "(",
        "\n",
        "\x1c",
        "\u00ad",
        "·",
        "\u202d",
        "①",
        "٣",
        "[",
        "】",
        "~",
        ",",
    ]
)


@st.composite
def texts(draw):
    """Numbers and words run together, with the spellings and gaps people hide them by."""
    out = []
    for part in draw(st.lists(st.one_of(NUMBERS, WORDS, GAPS), min_size=1, max_size=6)):
        spelled = part
        if draw(st.integers(0, 3)) == 0:
            gap = draw(GAPS)
            spelled = gap.join(part)
        if draw(st.integers(0, 5)) == 0:
            spelled = spelled.translate({0x30 + d: 0xFF10 + d for d in range(10)})
        if draw(st.integers(0, 7)) == 0:
            spelled = spelled.translate({0x30 + d: "〇一二三四五六七八九"[d] for d in range(10)})
        out.append(spelled)
    return "".join(out)


COLUMNS = [
    None,
    "product_name 产品名称",
    "contact_phone 联系电话",
    "contact_person 联系人",
    "微信号",
    "护照号码",
    "trace_code",
    "营业执照",
    "投诉人经纬度",
]


@pytest.mark.parametrize("column", COLUMNS)
def test_what_the_scanner_finds_passes_the_prefilter(column):
    context = context_of(column)

    @settings(deadline=None, max_examples=60)
    @given(st.lists(texts(), min_size=1, max_size=40))
    @example(["86\u200b138 1234 5678", "(010)12345678", "六二二二〇二一二三四五六七八九〇一二八", "tel 13812345678x1"])
    def nothing_is_missed(values):
        found = [text for text in values if scan(text, context, "balanced")]
        passed = set(candidates(pl.Series(values, dtype=pl.String), context).to_list())
        assert [text for text in found if text not in passed] == []

    nothing_is_missed()


LETTERED = st.lists(
    st.sampled_from(
        ["wx", "vx", "WeChat", "v:", "qq", "tel", "ip", "GB1234", "a1_b-c", "zh1234567", "87654321", "a", " "]
    ),
    min_size=1,
    max_size=6,
).map("".join)
"""Words of accounts alone, and inside of others."""


@settings(deadline=None, max_examples=60)
@given(st.lists(LETTERED, min_size=1, max_size=40))
@example(["wx a1_b-c", "1wx:zh1234567", "GB1234wx zh1234567", "awx zh1234567", "hotel  Nr. 87654321"])
def test_words_of_accounts_pass_where_the_scanner_heeds_them(values):
    context = context_of("trace_code")
    passed = set(candidates(pl.Series(values, dtype=pl.String), context).to_list())
    assert [text for text in values if scan(text, context, "balanced") and text not in passed] == []


@st.composite
def units(draw):
    """Codes of units and of sole traders, and what looks like them; some hold QQ, WX, a mobile or a day of birth."""
    start = draw(st.sampled_from(["91", "93", "92", "12", "9A"])) + draw(st.sampled_from(["110105", "370203"]))
    body = start + draw(st.sampled_from(["MA7QQWX12", "QQ1234567", "WX1380000", "194912310", "MA1IP7VX0"]))
    last = draw(st.sampled_from([*uscc.ALPHABET, "X", "I", "o"]))
    right = all(letter in uscc.ALPHABET for letter in body) and draw(st.booleans())
    text = body + (uscc.check_character(body) if right else last)
    return draw(st.sampled_from(["", " ", "QQ"])) + draw(st.sampled_from([text, text.lower(), text[:-1]]))


@settings(deadline=None, max_examples=60)
@given(st.lists(units(), min_size=1, max_size=40))
@example(["11010519491231002X", "91110105194912310X", "92110105QQ1234567X"])
def test_only_sound_codes_of_companies_are_left_out(values):
    context = context_of("producer_uscc")
    passed = set(candidates(pl.Series(values, dtype=pl.String), context).to_list())
    assert [text for text in values if scan(text, context, "balanced") and text not in passed] == []


@settings(deadline=None, max_examples=600)
@given(st.text(st.sampled_from("0A张é😀\u200b１〇一\n\x1c@＠①❶٣\u202d"), max_size=30))
def test_normalising_keeps_every_position(text):
    plain = normalise(text)
    assert len(plain) == len(text)
    assert all(
        new == old or not old.isascii() or not old.isprintable() or old in NUMERALS
        for old, new in zip(text, plain, strict=True)
    )


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_certain_by_shape_is_what_the_scanner_says(column):
    context = context_of(column)
    shapes = st.from_regex(r"\A1[3-9][0-9]{9}\Z") | st.text("张欧阳王经理小明·某先生", min_size=1, max_size=6) | texts()

    @settings(deadline=None, max_examples=40)
    @given(st.lists(shapes, min_size=1, max_size=20))
    def both_agree(values):
        series = pl.Series(values, dtype=pl.String)
        for kind, pattern in certain(context).items():
            for text in series.filter(series.str.contains(pattern)).to_list():
                assert {span.kind for span in scan(text, context, "balanced")} == {kind}

    both_agree()
