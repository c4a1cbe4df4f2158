"""The ten data standards: complete, classified, and refused when declared wrongly."""

import pytest

from catalog.errors import DeclarationError
from catalog.identifiers.checks import CHECKS as IMPLEMENTED
from catalog.model import Kind, Required, Sensitivity, Sharing
from catalog.standards import all_standards, load_standard, parent_code, parse_header, parse_standard, table_fields
from catalog.standards.checks import CHECKS
from catalog.standards.patterns import trouble

COUNTS = {
    "1.1": 22,
    "1.2": 30,
    "2.1": 28,
    "2.2": 27,
    "2.3": 42,
    "2.4": 21,
    "2.5": 27,
    "2.6": 35,
    "2.7": 20,
    "2.8": 24,
}

GOOD = """
[standard]
no = "9.9"
version = "1.0"
table = "example"
zh = "示例"
en = "Example"

[[field]]
code = "XX01"
name = "verdict"
zh = "结论"
en = "Verdict"
kind = "code"
codes = "conclusion"
sensitivity = "PUB"
sharing = "OPEN"

[[field]]
code = "XX02"
name = "reason"
zh = "原因"
en = "Reason"
kind = "string"
max_length = 20
sensitivity = "INT"
sharing = "INT"
"""


def standard_with(**changes):
    """The good standard with its last field changed; None removes a key."""
    lines = GOOD.strip().splitlines()
    start = len(lines) - lines[::-1].index("[[field]]")
    body = dict(line.split(" = ", 1) for line in lines[start:])
    body |= changes
    return "\n".join([*lines[:start], *(f"{key} = {value}" for key, value in body.items() if value is not None)])


def test_every_field_of_the_ten_standards_is_declared_once():
    counted = {s.no: sum(1 for field in s.fields if not parent_code(field)) for s in all_standards()}
    assert counted == COUNTS
    assert sum(counted.values()) == 276
    assert [field.code for field in load_standard("2.6").header] == [f"H{n:02}" for n in range(1, 15)]


def test_every_field_has_both_labels_and_both_classes():
    for standard in all_standards():
        for field in (*standard.header, *standard.fields):
            assert field.zh
            assert field.en
            assert field.en[0].isupper() or field.en[0].isdigit()
            assert isinstance(field.sensitivity, Sensitivity)
            assert isinstance(field.sharing, Sharing)
            assert bool(field.note_zh) == bool(field.note_en)


def test_no_personal_or_secret_field_is_open():
    fields = [f for s in all_standards() for f in s.fields]
    secret = [f for f in fields if f.sensitivity in {Sensitivity.PERSONAL, Sensitivity.TRADE_SECRET}]
    assert len(secret) > 40
    assert not [f.code for f in secret if f.sharing is Sharing.OPEN]


def test_parts_follow_their_parent_and_are_no_laxer():
    secrecy = ["PUB", "INT", "TS", "PI"]
    reach = ["OPEN", "DIR", "XREG", "INT", "FLAG", "AUTH", "NONE"]
    parts = 0
    for standard in all_standards():
        by_code = {field.code: field for field in standard.fields}
        for before, field in zip(standard.fields, standard.fields[1:], strict=False):
            if not (parent := parent_code(field)):
                continue
            parts += 1
            assert parent in {before.code, parent_code(before)}
            assert secrecy.index(field.sensitivity) >= secrecy.index(by_code[parent].sensitivity)
            assert reach.index(field.sharing) >= reach.index(by_code[parent].sharing)
    assert parts == 40


def test_a_source_table_has_parts_in_place_of_their_parent():
    names = [field.name for field in table_fields(load_standard("2.7"))]
    assert names[:2] == ["record_id", "standard_no"]
    assert "producer" not in names
    assert names[names.index("producer_name") + 1] == "producer_uscc"
    assert len(names) == len(set(names))


def test_a_correction_must_name_what_it_supersedes():
    field = load_standard("1.1").find("supersedes")
    assert field.required is Required.WHEN
    assert (field.required_when.field, field.required_when.values) == ("record_status", ("2",))


def test_only_the_source_region_must_stand_in_the_current_list():
    regions = [f for s in all_standards() for f in (*s.header, *s.fields) if "region" in (f.check or "", f.codes or "")]
    assert {f.check for f in regions} == {"region"}
    assert {f.name for f in load_standard("2.6").header if f.codes == "gbt2260"} == {"source_region_code"}


def test_an_unknown_standard_is_named_with_the_known_ones():
    with pytest.raises(DeclarationError, match=r"Use one of: 1\.1"):
        load_standard("3.1")


def test_the_example_standard_loads():
    standard = parse_standard(GOOD, "example.toml", ())
    assert [field.kind for field in standard.fields] == [Kind.CODE, Kind.STRING]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"colour": '"red"'}, "unknown key 'colour'"),
        ({"kind": '"blob"'}, "'kind' is unknown"),
        ({"sensitivity": '"SECRET"'}, "'sensitivity' is unknown"),
        ({"sharing": '"MAYBE"'}, "'sharing' is unknown"),
        ({"sensitivity": None}, "unclassified, 'sensitivity' is missing"),
        ({"sharing": None}, "unclassified, 'sharing' is missing"),
        ({"sensitivity": '"PI"', "sharing": '"OPEN"'}, "class PI or TS is declared OPEN"),
        ({"sensitivity": '"TS"', "sharing": '"OPEN"'}, "class PI or TS is declared OPEN"),
        ({"kind": '"code"', "max_length": None, "codes": '"colours"'}, "'codes' is unknown"),
        ({"kind": '"code"', "max_length": None}, "names neither 'codes' nor 'check'"),
        ({"check": '"moon"'}, "'check' is unknown"),
        ({"code": '"XX01"'}, "code 'XX01' stands 2 times"),
        ({"name": '"verdict"'}, "name 'verdict' stands 2 times"),
        ({"name": '"Bad Name"'}, "'name' is no column name"),
        ({"pattern": '"["'}, "'pattern' does not compile"),
        ({"pattern": '"(?=a)b"'}, "look-around"),
        ({"min_length": "30"}, "lower limit is greater"),
        ({"kind": '"integer"', "max_length": None, "minimum": "5", "maximum": "4"}, "lower limit is greater"),
        ({"minimum": "5"}, "'minimum' does not fit kind 'string'"),
        ({"kind": '"integer"'}, "'max_length' does not fit kind 'integer'"),
        ({"kind": '"date"', "max_length": None, "not_before": '"nothing"'}, "'not_before' names no fitting field"),
        ({"kind": '"date"', "max_length": None, "not_before": '"verdict"'}, "'not_before' names no fitting field"),
        (
            {"required": '"when"', "required_when": '{ field = "nothing", values = ["1"] }'},
            "'required_when' names an unknown field",
        ),
        (
            {"required": '"when"', "required_when": '{ field = "verdict", values = ["7"] }'},
            "values that 'verdict' cannot take",
        ),
        (
            {"required": '"when"', "required_when": '{ field = "reason", values = ["1"] }'},
            "'required_when' names an unknown field",
        ),
        ({"kind": '"json"', "max_length": None, "pattern": '"a"'}, "'pattern' does not fit kind 'json'"),
        ({"required_when": '{ field = "verdict", values = ["1"] }'}, 'without required = "when"'),
        ({"max_length": '"ten"'}, "'max_length' must be a whole number"),
        ({"max_length": "true"}, "'max_length' must be a whole number"),
        ({"zh": '""'}, "'zh' is empty"),
        ({"scale": "3"}, "'scale' does not fit"),
    ],
)
def test_a_wrong_field_is_refused_with_file_and_cause(changes, told):
    with pytest.raises(DeclarationError, match=r"example\.toml") as refusal:
        parse_standard(standard_with(**changes), "example.toml", ())
    assert told in str(refusal.value)
    assert refusal.value.todo


def test_a_condition_on_a_field_without_plain_text_is_refused():
    dated = standard_with(kind='"date"', max_length=None)
    more = (
        dated
        + """

[[field]]
code = "XX03"
name = "remark"
zh = "备注"
en = "Remark"
kind = "string"
required = "when"
required_when = { field = "reason", values = ["2024-01-01"] }
sensitivity = "PUB"
sharing = "OPEN"
"""
    )
    with pytest.raises(DeclarationError, match="names a field without a plain text"):
        parse_standard(more, "example.toml", ())


def test_every_check_that_can_be_declared_is_implemented():
    assert frozenset(IMPLEMENTED) == CHECKS


def test_names_of_the_header_cannot_be_taken_again():
    header = load_standard("1.1").header
    with pytest.raises(DeclarationError, match="name 'record_id' stands 2 times"):
        parse_standard(standard_with(name='"record_id"'), "example.toml", header)


def test_a_file_that_is_no_toml_is_refused():
    with pytest.raises(DeclarationError, match="not valid TOML"):
        parse_header("[[field]\n", "header.toml")


@pytest.mark.parametrize("pattern", ["[0-9]{4}", r"\(a\)|b\.c", "(?:甲|乙)+", "[^;]{1,3}", "[0-9A-Fa-f]{64}"])
def test_patterns_that_both_engines_read_alike_are_taken(pattern):
    assert trouble(pattern) == ""


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d+",
        r"\w",
        r"a\b",
        r"(a)\1",
        "^a",
        "a$",
        r"\Aa",
        "(?i)a",
        "(?P<n>a)",
        "(?<!a)b",
        "a++",
        "[a[b]]",
        "[a&&b]",
        "(",
    ],
)
def test_patterns_that_engines_read_differently_are_refused(pattern):
    assert trouble(pattern) != ""
