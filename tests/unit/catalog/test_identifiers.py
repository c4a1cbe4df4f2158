"""Identifiers: vectors of the standards and real public codes."""

import pytest

from catalog.identifiers.checks import CHECKS
from catalog.identifiers.gs1 import read_gs1
from catalog.identifiers.gtin import check_digit, is_gtin, padded
from catalog.identifiers.licences import Licence, issuing_province, licence_system
from catalog.identifiers.registration import is_registration_no
from catalog.identifiers.trace_codes import Scheme, cut, scheme_of
from catalog.identifiers.uscc import check_character, has_sound_organisation_code, is_sole_trader, is_uscc

USCCS = (
    "91110000600037341L",
    "916100007304136163",
    "91320682573835603W",
    "91A1B2C3MA5FP7W09T",  # letters in the places of the region
    "N2ABCDEFMF0000013L",
    "91330106MA2K0005XF",  # organisation code ends in X
    "91330106MA2K00180E",  # organisation code ends in 0
)
NEW_CARD, OLD_CARD = "11010519491231002X", "440524188001010014"
GTINS = (
    "96385074",
    "036000291452",
    "6921168509256",
    "6922255451427",
    "6956416200067",
    "4891028705949",
    "06921168509256",
    "16921168509253",
)
REGISTRATIONS = ("330106000012340", "110000000000017", "440301100000008")
TRADED = "06921168509256"
LINK = f"https://id.example.cn/01/{TRADED}"


@pytest.mark.parametrize("code", USCCS)
def test_sound_social_credit_codes_pass_inside_and_out(code):
    assert is_uscc(code)
    assert has_sound_organisation_code(code)
    assert check_character(code[:17]) == code[17]


@pytest.mark.parametrize(
    "code",
    [
        "91440300MA5FP7W02K",
        "91110000600037341M",
        "91110000600037341l",
        "91110000600037341",
        "91110000600037341LL",
        "9111000060003734IL",
        "91110000６00037341L",
        "91110000600037341L\n",
        "",
    ],
)
def test_wrong_social_credit_codes_fail(code):
    assert not is_uscc(code)


def test_every_single_wrong_character_of_a_social_credit_code_is_noticed():
    for code in USCCS:
        for place in range(18):
            for other in set("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ") - {code[place]}:
                assert not is_uscc(code[:place] + other + code[place + 1 :])


def test_a_code_may_pass_outside_and_fail_inside():
    assert is_uscc("91330106MA2K00019D")
    assert not has_sound_organisation_code("91330106MA2K00019D")


def test_codes_of_sole_traders_are_told_by_their_first_two_characters():
    assert is_sole_trader("92330106MA2K00019D")
    assert not is_sole_trader(USCCS[0])


def test_the_unit_check_takes_old_registration_numbers_too():
    unit = CHECKS["uscc"].row
    assert all(map(unit, (*USCCS, *REGISTRATIONS)))
    assert not unit("330106000012341")


@pytest.mark.parametrize("number", REGISTRATIONS)
def test_registration_numbers_follow_mod_11_10(number):
    assert is_registration_no(number)
    for place in range(15):
        for other in set("0123456789") - {number[place]}:
            assert not is_registration_no(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("number", ["33010600001234", "3301060000123400", "33010600001234A", "３30106000012340"])
def test_registration_numbers_are_fifteen_plain_digits(number):
    assert not is_registration_no(number)


@pytest.mark.parametrize("number", [NEW_CARD, OLD_CARD, "110105200002290013", "830000199001010012", "110105491231002"])
def test_sound_resident_numbers_pass(number):
    assert CHECKS["id_card"].row(number)


@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002x",
        "110105194912310021",
        "11010519491231002X\n",
        "110105190002290017",  # 1900 was no leap year
        "110105200002300015",  # 30 February
        "110105179912310016",  # before 1800
        "010105194912310026",  # no place begins with 0
        "110105000229001",  # 1900 again, in the old form
        "110105491331002",
        "11010549123100X",
    ],
)
def test_wrong_resident_numbers_fail(number):
    assert not CHECKS["id_card"].row(number)


@pytest.mark.parametrize("code", GTINS)
def test_sound_gtins_of_all_four_lengths_pass(code):
    assert is_gtin(code)
    assert is_gtin(padded(code))
    assert check_digit(code[:-1]) == code[-1]


@pytest.mark.parametrize(
    "code",
    ["6920507111001", "6923450600012", "96385075", "692116850925", "B0CHYPVWHV", "6921168509256 "],
)
def test_wrong_gtins_fail(code):
    assert not is_gtin(code)


@pytest.mark.parametrize(
    ("number", "system", "province"),
    [
        ("XK13-003-00123", Licence.XK, None),
        ("(苏)XK13-001-00001", Licence.XK, "苏"),
        ("（粤）XK13-001-00001", Licence.XK, "粤"),
        ("浙XK13-001-00001", Licence.XK, "浙"),
        ("SC12345678901234", Licence.SC, None),
        ("QS330012345678", Licence.QS, None),
        ("2016010901123456", Licence.CCC, None),
        ("XK13-003-0012", None, None),
        ("苏）XK13-001-00001", None, None),
        ("（外）XK13-001-00001", None, None),
        ("xk13-003-00123", None, None),
        ("XK13-003-00123\n", None, None),
    ],
)
def test_licence_numbers_are_told_apart(number, system, province):
    assert licence_system(number) == system
    assert issuing_province(number) == province
    assert CHECKS["licence_no"].row(number) == (system in {Licence.XK, Licence.SC, Licence.QS})


def test_certificate_numbers_have_sixteen_digits_and_a_year():
    ccc = CHECKS["ccc_no"].row
    assert ccc("2016010901123456")
    assert not any(map(ccc, ("1816010901123456", "201601090112345", "20160109011234567", "2016010901123456\n")))


def test_qualification_numbers_have_twelve_digits():
    cma = CHECKS["cma_no"].row
    assert cma("211120341234")
    assert not any(map(cma, ("21112034123", "2111203412345", "21112034123A", "21112034123４")))


def test_element_strings_are_read_with_and_without_brackets():
    wanted = (("01", TRADED), ("10", "L1"), ("21", "S1"))
    for text in (f"(01){TRADED}(10)L1(21)S1", f"01{TRADED}10L1\x1d21S1", f"]d201{TRADED}10L1\x1d21S1"):
        code = read_gs1(text)
        assert code is not None
        assert code.elements == wanted
        assert code.get("10") == "L1"
        assert code.get("17") is None


def test_digital_links_are_read_with_numbers_and_with_words():
    for text in (f"{LINK}/10/L1?17=270101", "https://id.example.cn/gtin/6921168509256/lot/L1?17=270101"):
        code = read_gs1(text)
        assert code is not None
        assert code.elements == (("01", TRADED), ("10", "L1"), ("17", "270101"))
        assert code.text() == f"{LINK}/10/L1?17=270101"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("https://id.gs1.org/01/09520123456788", "(01)09520123456788"),
        ("https://id.gs1.org/01/09520123456788/22/2A", "(01)09520123456788(22)2A"),
        ("https://id.gs1.org/01/09520123456788/10/ABC%2F123/21/12345?17=180426", "(01)09520123456788(10)ABC/123(21)12345(17)180426"),
        ("https://id.gs1.org/01/09520123456788?17=201225&3103=000195&3922=0299", "(01)09520123456788(17)201225(3103)000195(3922)0299"),
        ("https://example.com/some/path/01/09520123456788?3103=000195&3922=0299&17=201225", "(01)09520123456788(3103)000195(3922)0299(17)201225"),
        ("https://id.gs1.org/01/09520123456788?linkType=all&17=201225", "(01)09520123456788(17)201225"),
        ("0109520123456788310300019517201225", "(01)09520123456788(3103)000195(17)201225"),
    ],
)  # fmt: skip
def test_the_published_examples_of_gs1_are_read(text, wanted):
    """GS1 Digital Link Standard, URI Syntax; extension parameters are no identifiers."""
    read, plain = read_gs1(text), read_gs1(wanted)
    assert read is not None
    assert plain is not None
    assert read.elements == plain.elements
    assert scheme_of(text) is Scheme.GS1


@pytest.mark.parametrize(
    "text",
    [
        "https://id.gs1.org/01/09520123456788&3103=000195&3922=0299",
        "https://id.gs1.org/01/?17=201225&3103=000195",
        "https://id.gs1.org/01/09520123456788?99999=ABC",
        "https://id.gs1.org/01/09520123456788/10/ABC?10=XYZ",
        "https://id.gs1.org/01/09520123456788?3106=000195",
        "(3103)000195",
        "(01)06921168509257",  # wrong check digit
        "(21)S1",  # a serial of nothing
        f"(01){TRADED}(37)5",
        f"(01){TRADED}(21)A(235)B",
        f"(01){TRADED}(01){TRADED}",
        f"(01){TRADED}(17)279901",
        f"(01){TRADED}(250)X",
        f"(01){TRADED}(9999)X",
        f"(01){TRADED}(10)",
        f"(01){TRADED}(10)" + "A" * 21,
        f"{LINK}/21/S/10/L",
        f"{LINK}/10",
        f"{LINK}#a",
        f"https://user@id.example.cn/01/{TRADED}",
        "https://id.example.cn/01/06921168509257",
    ],
)
def test_what_breaks_a_rule_of_gs1_is_not_read_and_not_shown(text):
    assert read_gs1(text) is None
    assert scheme_of(text) is None
    assert cut(text, item=False) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"(01){TRADED}(21)S1", f"(01){TRADED}"),
        (f"(01){TRADED}(10)L1(21)S1", f"(01){TRADED}(10)L1"),
        (f"(01){TRADED}(21)S1(250)T1", f"(01){TRADED}"),
        (f"(01){TRADED}(410)6921168509256(400)ORDER1", f"(01){TRADED}"),
        (f"01{TRADED}10L1\x1d21S1", f"(01){TRADED}(10)L1"),
        (f"{LINK}/10/L1/21/S1?410=6921168509256&17=270101", f"{LINK}/10/L1?17=270101"),
        (f"{LINK}/235/S1", LINK),
        ("(00)123456789012345678", None),
        ("(414)6921168509256(254)7", None),
        ("6921168509256", "6921168509256"),
        ("2016010901123456", "2016010901123456"),
        ("6921168509257", None),
        ("a b", None),
    ],
)
@pytest.mark.parametrize("item", [True, False])
def test_cutting_takes_items_and_receivers_away(text, shown, item):
    assert cut(text, item=item) == shown


@pytest.mark.parametrize(
    ("text", "scheme"), [("E=1000112345", Scheme.ECODE), ("https://www.hgzcloud.com/c/8Kq2", Scheme.OPAQUE)]
)
def test_codes_of_hidden_structure_are_shown_only_where_they_name_no_item(text, scheme):
    assert scheme_of(text) is scheme
    assert cut(text, item=False) == text
    assert cut(text, item=True) is None


def test_trace_codes_fit_512_characters():
    assert scheme_of("x" * 512) is Scheme.OPAQUE
    assert scheme_of("x" * 513) is None
