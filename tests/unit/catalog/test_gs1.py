"""GS1 application identifiers of all kinds, by examples of the General Specifications and by hand."""

from __future__ import annotations

import pytest

from catalog.identifiers.gs1 import is_compressed, read_gs1
from catalog.identifiers.trace_codes import Scheme, cut, scheme_of

GTIN = "(01)09520123456788"
GLN = "6291041500213"
SSCC = "106141412345678908"


@pytest.mark.parametrize(
    "text",
    [
        f"{GTIN}(3103)000195",
        f"{GTIN}(3305)001000(3370)000010",
        f"{GTIN}(3695)000001",
        f"{GTIN}(3103)000195(3900)1234(8020)A1(415){GLN}",
        f"(415){GLN}(8020)A1(3912)1561234",
        f"{GTIN}(30)3(3922)1999",
        f"{GTIN}(30)3(3932)1561999",
        f"(255){GLN}001(3941)0500",
        f"{GTIN}(3103)000195(3951)000199",
        f"{GTIN}(422)156(427)SD",
        f"{GTIN}(423)156392(425)156",
        f"{GTIN}(7003)2606301830(7007)260601260603(7011)260601",
        f"{GTIN}(10)L1(7004)1000(7030)156ABC(710)123(717)7",
        f"{GTIN}(7230)EM1234(8005)001999(8008)26063018",
        f"{GTIN}(8008)260630183059(8001)00100002000300",
        f"{GTIN}(8012)1.2.3(8200)https://example.org/p",
        f"{GTIN}(91)anything(99)else",
        f"{GTIN}(17)280229(13)260700",
        f"{GTIN}(414){GLN}(254)7",
        f"(00){SSCC}(02)09520123456788(37)12",
        f"(00){SSCC}(4300)A%20B(4307)CN(4309)12345678900987654321(4321)1(4326)260630",
        f"(00){SSCC}(4330)001000-(4332)001000",
        f"(253){GLN}DOC1",
        f"(8003)0{GLN}S1",
        "(8006)095201234567880102(10)L1(21)S1",
        f"(415){GLN}(8020)R1(8007)DE89370400440532013000",
        "(8010)1234-AB/7(8011)12",
        "(8013)1987654Ad4X4bL5ttr2310c2K",
        f"(8017){SSCC}(8019)1(7241)01",
        f"(8018){SSCC}(7250)20200229(7252)2",
        f"(8018){SSCC}(7258)1/2(7259)A",
        "(401)ORDER1(402)95210101234567893",
    ],
)
def test_identifiers_of_every_kind_are_read(text: str) -> None:
    code = read_gs1(text)
    assert code is not None
    assert code.text() == text


@pytest.mark.parametrize(
    "text",
    [
        "(00)106141412345678909",
        f"{GTIN}(410)6291041500214",
        f"{GTIN}(17)260230",
        f"{GTIN}(17)261301",
        f"{GTIN}(17)270229",
        f"{GTIN}(7003)2606302430",
        f"{GTIN}(7006)260600",
        f"{GTIN}(8008)26063024",
        f"{GTIN}(3103)00195",
        f"{GTIN}(3103)000195(3102)001950",
        f"{GTIN}(3106)000195",
        f"{GTIN}(3922)1999",
        f"{GTIN}(422)156(426)156",
        f"{GTIN}(427)SD",
        f"{GTIN}(12)260630",
        f"{GTIN}(8013)1987654Ad4X4bL5ttr2310c2X",
        f"{GTIN}(8006)095201234567880102",
        "(8006)095201234567880301",
        "(8006)095201234567870102",
        f"(415){GLN}",
        f"(415){GLN}(8020)R1(8007)DE89370400440532013001",
        "(8011)12",
        f"(8003)1{GLN}",
        f"(8018){SSCC}(7250)20260230",
        f"(8018){SSCC}(7258)2/1(7259)A",
        f"(8017){SSCC}(8018){SSCC}",
        f"(00){SSCC}(4300)A%2(4307)CN",
        f"(00){SSCC}(4307)cn",
        f"{GTIN}(04)1",
        f"{GTIN}(718)1",
        f"{GTIN}(10)A B",
        f"{GTIN}(10)批号",
        f"{GTIN}(30)123456789",
    ],
)
def test_what_breaks_a_format_a_check_or_a_rule_is_not_read(text: str) -> None:
    assert read_gs1(text) is None


def test_separators_stand_only_where_the_length_is_open() -> None:
    wanted = (("01", "09520123456788"), ("3103", "000195"), ("422", "156"), ("10", "L1"), ("17", "270131"))
    text = "0109520123456788310300019542215\x1d"
    assert read_gs1(text) is None
    for raw in (
        "01095201234567883103000195422156\x1d10L1\x1d17270131",
        "]C10109520123456788\x1d3103000195\x1d422156\x1d10L1\x1d17270131\x1d",
    ):
        code = read_gs1(raw)
        assert code is not None
        assert code.elements == wanted
        assert scheme_of(raw) is Scheme.GS1
        assert cut(raw, item=True) == "(01)09520123456788(422)156(10)L1(17)270131"
    assert read_gs1("0109520123456788422156" + "10L1") is None


def test_brackets_inside_of_a_value_come_back() -> None:
    code = read_gs1(rf"{GTIN}(10)A\(21)B(21)S1")
    assert code is not None
    assert code.elements[1:] == (("10", "A(21)B"), ("21", "S1"))
    assert read_gs1(code.text()) == code


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("HTTPS://ID.GS1.ORG/01/09520123456788/21/S1", "https://id.gs1.org/01/09520123456788/21/S1"),
        ("https://a.cn/gtin/9520123456788/lot/lot/ser/ser", "https://a.cn/01/09520123456788/10/lot/21/ser"),
        ("https://a.cn/x/01/09520123456788/22/2A/10/L%2B1?17=270100&3103=000195&linkType=gs1:pip", "https://a.cn/x/01/09520123456788/22/2A/10/L%2B1?17=270100&3103=000195"),
        ("https://a.cn/01/09520123456788?99=x&s4t=1", "https://a.cn/01/09520123456788?99=x"),
    ],
)  # fmt: skip
def test_digital_links_are_told_in_one_spelling(text: str, wanted: str) -> None:
    code = read_gs1(text)
    assert code is not None
    assert code.text() == wanted
    assert scheme_of(text) is Scheme.GS1


@pytest.mark.parametrize(
    "text",
    [
        "https://a.cn/01/09520123456788?21=S1",
        "https://a.cn/01/09520123456788?8200=https%3A%2F%2Fa.cn",
        "https://a.cn/01/09520123456788/21/S1/10/L1",
        "https://a.cn/01/09520123456788/",
        "https://a.cn/01/09520123456788?17=270230",
        "https://a.cn/01/09520123456788?410=6291041500214",
    ],
)
def test_links_that_break_the_syntax_are_not_read(text: str) -> None:
    assert read_gs1(text) is None
    assert scheme_of(text) is None


@pytest.mark.parametrize(
    ("text", "compressed"),
    [
        ("https://id.gs1.org/ARFKk4XB0CDKWcnpq", True),
        ("https://id.gs1.org/01/09520123456788/HghmPPCrLAJ", True),
        ("https://www.hgzcloud.com/c/8Kq2", False),
        ("https://id.gs1.org/01/09520123456788", False),
        ("https://id.gs1.org/00/106141412345678908", False),
        ("https://[id.gs1.org/x", False),
    ],
)
def test_compressed_links_are_known_and_refused(text: str, compressed: bool) -> None:
    assert is_compressed(text) is compressed
    if compressed:
        assert scheme_of(text) is None


@pytest.mark.parametrize("text", ["E=1000112345", "https://www.iotroot.com/E=1000112345"])
def test_an_ecode_is_one_alone_and_at_its_resolver(text: str) -> None:
    assert scheme_of(text) is Scheme.ECODE
