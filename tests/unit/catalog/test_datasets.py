"""Dataset declarations: what ships, what a bureau can add, and what the gate refuses."""

import re
from pathlib import Path

import pytest

from catalog.datasets import declared, digest_of, load_dataset, parse_dataset
from catalog.datasets.gate import AGGREGATES, FORMATS, secrets_trouble
from catalog.errors import DeclarationError
from catalog.formats.table import FORMATS as IMPLEMENTED_FORMATS
from catalog.identifiers.uscc import is_uscc
from catalog.model import Audience, Sensitivity, Sharing
from catalog.standards import load_standard
from catalog.treatment_names import TREATMENTS
from desensitise.treatments import DROP, KEYED
from desensitise.treatments import TREATMENTS as IMPLEMENTED_TREATMENTS

PAGE = Path(__file__).parents[3] / "docs" / "datasets.md"
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]


def example(columns=None, **changes):
    """The documented example with keys changed (None removes one) and with other columns."""
    text = EXAMPLE
    for key, value in changes.items():
        line = re.compile(rf"^{key} = .*\n", re.MULTILINE)
        assert line.search(text) or value is not None
        new = "" if value is None else f"{key} = {value}\n"
        # Keys that the example does not have yet belong to [dataset].
        text = (
            line.sub(lambda _, new=new: new, text, count=1) if line.search(text) else text.replace("\n", f"\n{new}", 1)
        )
    if columns is not None:
        body = "".join(f'\n[[column]]\nfield = "{field}"\ntreatment = {how}\n' for field, how in columns)
        text = text[: text.index("[[column]]")] + body
    return text


def refusal(text):
    with pytest.raises(DeclarationError) as refused:
        parse_dataset(text, "own.toml")
    assert refused.value.happened.startswith("own.toml")
    assert refused.value.todo
    return str(refused.value)


TERMS = {"conditions_zh": '"仅限监管"', "conditions_en": '"Supervision only"', "licence": '"agreement"'}
TO_REGULATORS = {**TERMS, "audience": '"regulators"', "approval": '"second-person"', "basis": '"SM15"'}
INSIDE = {**TERMS, "audience": '"internal"', "basis": '"SM15"'}
KEPT = ("grading_no", '"keep"')


def test_a_bureau_adds_a_dataset_by_adding_a_file(tmp_path):
    (tmp_path / "cable.toml").write_text(EXAMPLE, encoding="utf-8")
    own = {dataset.id: dataset for dataset in declared(tmp_path)}
    shipped = {dataset.id for dataset in declared()}
    assert set(own) - shipped == {"cable-grading"}
    added = own["cable-grading"]
    assert [c.name for c in added.columns] == ["grading_no", "manufacturer", "grade", "graded_in"]
    assert added.columns[1].field.name == "producer_name"
    assert added.is_open


def test_nine_datasets_ship_and_rest_on_their_clauses():
    assert {(d.id, d.basis, d.audience.value) for d in declared()} == {
        ("area-colours", "SM15", "public"),
        ("grading", "SM08", "public"),
        ("licences", "SM03", "regulators"),
        ("rectification", "SM10", "public"),
        ("risk_cases", "SM04", "regulators"),
        ("risk_monitoring", "SM04", "regulators"),
        ("spot_checks", "SM01", "internal"),
        ("statistics", "SM11", "institutes"),
        ("traceability", "SM09", "public"),
    }


def test_what_goes_to_other_provinces_without_names_promises_that_nobody_can_be_told_apart():
    (cases,) = [dataset for dataset in declared() if dataset.id == "risk_cases"]
    assert cases.risk is not None
    assert (cases.risk.k, cases.risk.l, cases.risk.t) == (5, 2, 0.5)
    assert not [c.name for c in cases.columns if c.name.endswith(("_no", "_name", "_uscc")) or c.name == "summary"]
    assert not [c.name for c in cases.columns if c.field.sensitivity == Sensitivity.PERSONAL]


def test_no_shipped_open_column_is_personal_secret_or_of_the_flow():
    for dataset in declared():
        if dataset.audience in {Audience.PUBLIC, Audience.INSTITUTES}:
            fields = [column.field for column in dataset.columns]
            assert not [f.name for f in fields if f.sensitivity in {Sensitivity.PERSONAL, Sensitivity.TRADE_SECRET}]
            assert not [f.name for f in fields if f.sharing in {Sharing.FLAGGED, Sharing.AUTHORISED, Sharing.NONE}]
    (trace,) = [dataset for dataset in declared() if dataset.id == "traceability"]
    flow = {"sold_at", "buyer_name", "buyer_address", "supplier_name", "purchased_at", "customer_name", "sold_on"}
    assert not flow & {c.field.name for c in (*trace.columns,)}
    assert {c.treatment.name for c in trace.columns if c.field.name == "producer_address"} == {"county"}


def test_shipped_declarations_are_told_in_both_languages():
    for dataset in declared():
        assert len(dataset.description_zh) > 30
        assert len(dataset.description_en) > 60
        assert len(dataset.keywords_zh) >= 4
        assert len(dataset.keywords_en) >= 4
        assert is_uscc(dataset.publisher.uscc)


def test_counts_rates_and_sums_of_shipped_aggregates_are_withheld_when_small():
    for dataset in declared():
        if dataset.product in AGGREGATES:
            numbers = [c for c in dataset.columns if c.field.kind in {"integer", "decimal"}]
            assert numbers
            assert {c.treatment.name for c in numbers} == {"withhold_small"}
            assert "withheld" in {c.name for c in dataset.columns}


def test_formats_and_treatments_that_can_be_declared_are_implemented():
    assert tuple(IMPLEMENTED_FORMATS) == FORMATS
    assert set(TREATMENTS) == {*IMPLEMENTED_TREATMENTS, *KEYED, DROP}


def test_the_digest_changes_with_meaning_only():
    standard = load_standard("2.7")
    plain = digest_of(EXAMPLE, standard)
    assert digest_of("# a remark\n" + EXAMPLE, standard) == plain
    assert digest_of(EXAMPLE.replace("30 4", "31 4"), standard) != plain
    assert digest_of(EXAMPLE, load_standard("2.6")) != plain
    assert parse_dataset(EXAMPLE, "a.toml").digest == plain


def test_a_dropped_column_is_read_but_is_no_column():
    dataset = parse_dataset(example([KEPT, ("measured_values", '"drop"')]), "own.toml")
    assert [c.name for c in dataset.columns] == ["grading_no"]
    assert [f.name for f in dataset.reads] == ["measured_values"]


def test_options_of_a_treatment_travel():
    column = ("producer_name", '{ name = "county", withheld = "略" }')
    dataset = parse_dataset(example([KEPT, column]), "own.toml")
    assert dict(dataset.columns[1].treatment.options) == {"withheld": "略"}


@pytest.mark.parametrize(
    ("field", "treatment", "told"),
    [
        ("evidence_on", '{ name = "quarter", withheld = "略" }', "option 'withheld' is unknown"),
        ("producer_name", '{ name = "county", withheld = 5 }', "must be a text"),
        ("grade", '{ name = "band", width = 10 }', "does not fit kind"),
        ("grading_no", '{ name = "pseudonym", length = 8 }', "16 to 64"),
        ("grading_no", '{ name = "fpe" }', "option 'alphabet' is missing"),
        ("grading_no", '{ name = "fpe", alphabet = "digits", min_length = 5 }', "fewer than 1,000,000 values"),
        ("grading_no", '{ name = "fpe", alphabet = "aa" }', "different characters"),
        ("graded_on", '{ name = "date_shift", entity = "producer_uscc", days = 0 }', "1 to 3650"),
        ("graded_on", '{ name = "date_shift", entity = "producer_uscc", days = 30 }', "'producer_uscc' is not read"),
    ],
)
def test_a_wrong_option_is_refused_with_the_options_there_are(field, treatment, told):
    message = refusal(example([KEPT, (field, treatment)]))
    assert told in message


@pytest.mark.parametrize(
    ("field", "treatment", "standard", "told"),
    [
        ("measured_values", "keep", "2.7", "class TS cannot go to 'public'"),
        ("producer_contact", "mask_phone", "2.6", "class PI cannot go to 'public'"),
        ("producer_contact", "keep", "2.6", "class PI cannot go to 'public'"),
        ("sold_at", "month", "2.6", "never stands in a bulk file"),
        ("key_quality_indicators", "keep", "2.6", "never stands in a bulk file"),
        ("score", "keep", "2.7", "sharing class DIR is stricter"),
        ("record_id", "keep", "2.7", "sharing class INT is stricter"),
        ("raw_records", "drop", "2.7", "never leaves its source"),
        ("registered_address", "keep", "1.2", "sharing class XREG is stricter"),
        ("registered_address", "city", "1.2", "sharing class XREG is stricter"),
        ("business_scope", "keep", "1.2", "free text needs the treatment"),
    ],
)
def test_a_field_that_may_not_become_public_is_refused(field, treatment, standard, told):
    approved = {"basis": '"SM15"', "approval": '"second-person"', "standard": f'"{standard}"'}
    text = example([("updated_at", '"keep"'), (field, f'"{treatment}"')], **approved)
    message = refusal(text)
    assert told in message
    assert f"column {field}" in message


@pytest.mark.parametrize(
    ("field", "treatment", "standard"),
    [("registered_address", "county", "1.2"), ("business_scope", "redact", "1.2"), ("producer_contact", "drop", "2.6")],
)
def test_a_stricter_treatment_opens_the_way(field, treatment, standard):
    approved = {"basis": '"SM15"', "approval": '"second-person"', "standard": f'"{standard}"'}
    approved["product"] = '"traceability"' if standard == "2.6" else '"records"'
    text = example([("updated_at", '"keep"'), (field, f'"{treatment}"')], **approved)
    assert parse_dataset(text, "own.toml").is_open


def test_open_trace_records_always_lose_their_item_serials():
    text = example([("trace_code", '"keep"')], standard='"2.6"', basis='"SM09"')
    assert "takes item serials out" in refusal(text)
    assert parse_dataset(text.replace('"records"', '"traceability"'), "own.toml").is_open


@pytest.mark.parametrize(
    ("field", "treatment", "told"),
    [
        ("legal_representative", "keep", "needs a masking treatment"),
        ("legal_rep_id_no", "mask_id", "never leaves its source"),
        ("contact_person", "mask_name", ""),
        ("contact_phone", "mask_phone", ""),
        ("registered_address", "keep", ""),
        ("employee_count", "keep", "sharing class INT is stricter"),
        ("business_licence_file", "keep", "sharing class AUTH is stricter"),
        ("business_scope", "keep", "free text needs the treatment"),
    ],
)
def test_regulators_get_masked_contacts_and_nothing_beyond_their_class(field, treatment, told):
    columns = [("updated_at", '"keep"'), (field, f'"{treatment}"')]
    text = example(columns, **TO_REGULATORS, standard='"1.2"')
    if told:
        assert told in refusal(text)
    else:
        assert len(parse_dataset(text, "own.toml").columns) == 2


def test_trade_secrets_stay_in_texts_for_authorities_only():
    kept = '{ name = "redact", secrets = "keep" }'
    columns = [("updated_at", '"keep"'), ("business_scope", kept)]
    text = example(columns, **TO_REGULATORS, standard='"1.2"')
    assert parse_dataset(text, "own.toml").columns[1].treatment.options == {"secrets": "keep"}
    assert secrets_trouble("keep", Audience.PUBLIC) == "only authorities may read trade secrets in texts"


def test_free_text_may_stay_whole_inside():
    text = example([("updated_at", '"keep"'), ("business_scope", '"keep"')], **INSIDE, standard='"1.2"')
    assert parse_dataset(text, "own.toml").audience is Audience.INTERNAL


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"basis": '"SM09"'}, "the clause speaks of standard 2.6 only"),
        ({"basis": '"SM16"'}, "'basis' is unknown"),
        ({"basis": '"SM11"', "audience": '"institutes"', **TERMS}, "the clause opens aggregates only"),
        ({"basis": '"SM15"'}, "every release needs approval"),
        ({"id": '"../etc"'}, "'id' is malformed"),
        ({"id": '"a/b"'}, "'id' is malformed"),
        ({"standard": '"3.1"'}, "'standard' is unknown"),
        ({"licence": '"MIT"'}, "'licence' is unknown"),
        ({"licence": '"agreement"'}, "'licence' does not fit the audience"),
        ({"formats": '["csv", "doc"]'}, "format 'doc' is unknown"),
        ({"formats": '["csv", "csv"]'}, "a format stands twice"),
        ({"frequency": '"weekly"'}, "'frequency' is malformed"),
        ({"frequency": '"P"'}, "'frequency' is malformed"),
        ({"frequency": '"PT"'}, "'frequency' is malformed"),
        ({"cron": '"0 3 * * 1"'}, "days of the week by number"),
        ({"cron": '"0 3 * * mon-5"'}, "days of the week by number"),
        ({"cron": '"0 25 * * *"'}, "impossible hour"),
        ({"cron": '"*/0 3 * * *"'}, "impossible minute"),
        ({"cron": '"0 3 * *"'}, "needs five fields"),
        ({"cron": '"0 3 * * someday"'}, "unknown day"),
        ({"approval": '"maybe"'}, "'approval' is unknown"),
        ({"audience": '"friends"'}, "'audience' is unknown"),
        ({"title_en": None}, "'title_en' is missing"),
        ({"keywords_zh": "[]"}, "'keywords_zh' is missing"),
        ({"mood": '"good"'}, "unknown key 'mood'"),
        ({"uscc": '"91370000005000018M"'}, "'uscc' is no code of a public authority"),
        ({"uscc": '"11370000005000018N"'}, "'uscc' is no sound code of GB 32100"),
        ({"uscc": '"11370000005000081M"'}, "'uscc' is no sound code of GB 32100"),
        ({"uscc": '"1137000000500001M"'}, "'uscc' is no sound code of GB 32100"),
        ({"region": '"379999"'}, "'region' is no code"),
        ({"url": '"http://amr.example.org/"'}, "'url' is no https address"),
        ({"kind": '"ftp"'}, "'kind' is unknown"),
        ({"query": None}, "needs either 'table' or 'query'"),
    ],
)
def test_a_wrong_declaration_is_refused(changes, told):
    assert told in refusal(example(**changes))


@pytest.mark.parametrize("pattern", ["/etc/*.xlsx", "../*.xlsx", "a/../../*.xlsx"])
def test_a_file_pattern_cannot_leave_the_drop_folder(pattern):
    text = EXAMPLE.replace('kind = "sql"\n', f'kind = "files"\nlayout = "samr"\npattern = "{pattern}"\n')
    assert "leaves the drop folder" in refusal(re.sub(r"query = .*\n", "", text))


def test_the_conditions_of_use_are_needed_unless_public():
    inside = {key: value for key, value in INSIDE.items() if key != "conditions_zh"}
    assert "conditions of use are missing" in refusal(example([KEPT], **inside))


def test_a_clause_for_regulators_opens_nothing_to_the_public():
    text = example([("licence_no", '"keep"')], standard='"2.1"', basis='"SM03"')
    assert "sharing class XREG is stricter than audience 'public'" in refusal(text)
    text = example([("updated_at", '"keep"')], standard='"2.1"', basis='"SM03"')
    assert "opens no further than to 'regulators'" in refusal(text)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ([("grading_no", '"blur"')], "'treatment' is unknown"),
        ([("grading_no", '{ name = "blur" }')], "'name' is unknown"),
        ([("colour", '"keep"')], "standard 2.7 has no field 'colour'"),
        ([("producer", '"keep"')], "Use its parts: producer_name, producer_uscc"),
        ([KEPT, KEPT], "two columns are called 'grading_no'"),
        ([("grading_no", '"month"')], "treatment 'month' does not fit kind 'string'"),
        ([("graded_on", '"mask_name"')], "treatment 'mask_name' does not fit kind 'date'"),
        ([("grading_no", '"drop"')], "no column is released"),
    ],
)
def test_a_wrong_column_is_refused(columns, told):
    assert told in refusal(example(columns))


def test_a_column_without_a_treatment_is_refused():
    text = example([KEPT]) + '\n[[column]]\nfield = "grade"\n'
    assert "'treatment' is missing" in refusal(text)


def test_an_output_name_that_is_taken_is_refused():
    text = example([KEPT]) + '\n[[column]]\nfield = "grade"\ntreatment = "keep"\nas = "grading_no"\n'
    assert "two columns are called 'grading_no'" in refusal(text)


def test_what_stays_at_its_source_is_not_even_read():
    text = EXAMPLE.replace('kind = "sql"\n', 'kind = "sql"\nreads = ["raw_records"]\n')
    assert "'raw_records' never leaves its source" in refusal(text)


def test_an_aggregate_column_is_classified_like_a_field():
    (statistics,) = [d for d in declared() if d.id == "statistics"]
    path = Path(__file__).parents[3] / "catalog" / "datasets" / f"{statistics.id}.toml"
    text = path.read_text(encoding="utf-8")
    assert "unclassified, 'sensitivity' is missing" in refusal(text.replace('sensitivity = "PUB"\n', "", 1))
    assert "sharing class INT is stricter" in refusal(text.replace('sharing = "DIR"', 'sharing = "INT"', 1))
    opened = text.replace('audience = "institutes"', 'audience = "public"').replace('"agreement"', '"CC-BY-4.0"')
    assert "sharing class DIR is stricter than audience 'public'" in refusal(opened)
    assert "opens no further than to 'institutes'" in refusal(opened.replace('sharing = "DIR"', 'sharing = "OPEN"'))


def test_two_datasets_cannot_share_an_id(tmp_path):
    (tmp_path / "own.toml").write_text(example(id='"grading"'), encoding="utf-8")
    with pytest.raises(DeclarationError, match="Two datasets have the id 'grading'"):
        declared(tmp_path)


def test_a_missing_folder_or_file_is_told_plainly(tmp_path):
    with pytest.raises(DeclarationError, match="does not exist"):
        declared(tmp_path / "none")
    with pytest.raises(DeclarationError, match=r"none\.toml: cannot be read"):
        load_dataset(tmp_path / "none.toml")
    (tmp_path / "gbk.toml").write_bytes("标题".encode("gbk"))
    with pytest.raises(DeclarationError, match=r"gbk\.toml: cannot be read as UTF-8"):
        load_dataset(tmp_path / "gbk.toml")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ('kind = "http"\npath = "x"\n[source.options]\npagesize = 5', "unknown option 'pagesize'"),
        ('kind = "http"\npath = "x"\n[source.options]\npage_size = 0', "option 'page_size' is no whole number"),
        ('kind = "http"\npath = "x"\n[source.options]\npage_size = "5"', "option 'page_size' is no whole number"),
        ('kind = "http"\npath = "x"\n[source.options]\npaging = "pages"', "'paging' is unknown"),
        ('kind = "http"\npath = "x"\n[source.options]\nfind_nothing = "q"', "'nothing' is no field"),
        ('kind = "sql"\ntable = "t"\n[source.options]\nspeed = 1', "unknown option 'speed'"),
        ('kind = "files"\npattern = "*"\nlayout = "table"\n[source.options]\nno_field = "1"', "'no_field' is no field"),
        ('kind = "files"\npattern = "*"\nlayout = "table"\n[source.headings]\nno_field = ["x"]', "'no_field' is no"),
        ('kind = "files"\npattern = "*"\nlayout = "table"\n[source.headings]\ngrade = "x"', "'grade' must be a list"),
        ('kind = "sql"\ntable = "t"\n[source.headings]\ngrade = ["x"]', "unknown key 'headings'"),
    ],
)
def test_settings_of_a_source_that_nobody_would_read_are_refused(source, why):
    before, rest = EXAMPLE.split("[source]\n")
    assert why in refusal(f"{before}[source]\n{source}\n\n{rest[rest.index('[[column]]') :]}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (example(frequency='"P0D"'), "'frequency' is malformed"),
        (example(title_zh='"a\\u0000b"'), "'title_zh' holds a control character"),
        (EXAMPLE + '\n[[column]]\nfield = "brand"\ntreatment = "keep"\nas = "record_uri"\n', "is the hub's own"),
        (EXAMPLE + "\n[disclosure]\nthreshold = 3\n", "the product releases records"),
        (EXAMPLE + "\n[options]\nperiod = 3\n", "unknown option 'period'"),
    ],
)
def test_what_would_be_ignored_or_break_a_file_later_is_refused_at_once(text, why):
    assert why in refusal(text)


def test_a_declaration_that_a_windows_editor_saved_is_read(tmp_path):
    (tmp_path / "own.toml").write_text(EXAMPLE, encoding="utf-8-sig")
    assert load_dataset(tmp_path / "own.toml").id == "cable-grading"
