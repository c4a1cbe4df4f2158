"""A leak of several datasets or versions: each is asked about its own tables, and all share one chance of error."""

from __future__ import annotations

import json
from math import log

import polars as pl
import pytest
from click.testing import CliRunner

from catalog.errors import ProofError
from hub.cli import hub
from hub.marking.found_files import Pasted
from hub.marking.identify import examine
from hub.marking.mark_pdf import lines, pdf_of
from hub.marking.mark_report import check_pdf, check_report, report_of, with_pdf
from hub.marking.questions import Met, questions, shares
from tests.house import house
from tests.mark_house import delivered, kept
from tests.mark_world import TRACE, trace

FIRST = trace(1200, seed=5)
SECOND = FIRST.slice(200)
OTHER = trace(400, seed=6)
DELIVERED = {
    "g1": (FIRST, ("trace", 1)),
    "g2": (SECOND, ("trace", 2)),
    "g3": (OTHER, ("other", 1)),
    "g4": (FIRST, ("trace", 1)),
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    made = house(tmp_path_factory.mktemp("leaks") / "var", "sqlite:///none.sqlite")
    for rows, place in ((FIRST, ("trace", 1)), (SECOND, ("trace", 2)), (OTHER, ("other", 1))):
        kept(rows, made, *place)
    yield made
    made.engine.dispose()


@pytest.fixture(scope="module")
def copies(parts):
    return {
        grant: pl.read_csv(delivered(rows, parts, grant, TRACE, place=place), infer_schema=False)
        for grant, (rows, place) in DELIVERED.items()
    }


def asked(parts, *found):
    files = [Pasted(table.write_csv().encode(), f"{n}.csv") for n, table in enumerate(found)]
    return examine(parts, parts.mark_keys(), files, None, 1e-9)


def named(finding):
    return {(one.dataset, one.version): [each.grant for each in one.verdict.named] for one in finding.weighed}


def shuffled(table, rows):
    return table.drop("record_uri").sample(rows, seed=3, shuffle=True)


def test_files_of_several_datasets_name_everyone_in_each(parts, copies):
    finding = asked(parts, shuffled(copies["g3"], 90), copies["g2"][5:9], shuffled(copies["g3"], 40)[:20])
    assert named(finding)["other", 1] == ["g3"]
    assert named(finding)["trace", 2] == ["g2"]
    assert {one.dataset: one.files for one in finding.weighed} == {"other": ("0.csv", "2.csv"), "trace": ("1.csv",)}


def test_copies_of_two_releases_merged_without_tokens_name_both(parts, copies):
    merged = pl.concat([shuffled(copies["g1"], 300), shuffled(copies["g2"], 300)]).sample(600, seed=4, shuffle=True)
    finding = asked(parts, merged)
    assert named(finding) == {("trace", 1): ["g1"], ("trace", 2): ["g2"]}


def test_one_row_of_each_release_names_both_by_their_tokens(parts, copies):
    assert named(asked(parts, pl.concat([copies["g1"][700:701], copies["g2"][3:4]]))) == {
        ("trace", 1): ["g1"],
        ("trace", 2): ["g2"],
    }


def test_questions_share_the_chance_of_error(parts, copies):
    finding = asked(parts, copies["g1"][:30], copies["g3"][:30])
    spent = [one.verdict.epsilon for one in finding.weighed]
    assert sum(spent) == pytest.approx(1e-9)
    for one in finding.weighed:
        assert one.verdict.threshold == pytest.approx(
            log(len({e.copy.grant for e in one.entries}) / one.verdict.epsilon)
        )


def test_the_report_of_several_answers_is_checked_in_all_of_them(parts, copies, tmp_path):
    whole = report_of(asked(parts, copies["g1"][:30], copies["g3"][:30]), parts)
    path = tmp_path / "leak.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    answers = [whole["report"], *check_report(path, parts.signer.vkey)["also"]]
    assert {one["grant"] for answer in answers for one in answer["named"]} >= {"g1", "g3"}
    assert sum("Grant g" in line for line in lines(whole)) >= 2
    whole["report"]["also"][0]["named"] = []
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ProofError):
        check_report(path, parts.signer.vkey)


def test_a_changed_bit_of_the_report_or_of_its_pdf_is_seen(parts, copies, tmp_path):
    whole = report_of(asked(parts, copies["g3"][:30]), parts)
    pdf = pdf_of(whole)
    text = json.dumps(with_pdf(whole, pdf, parts)).encode()
    shown, beside = tmp_path / "leak.pdf", tmp_path / "leak.json"
    shown.write_bytes(pdf)
    beside.write_bytes(text)
    assert check_pdf(shown, parts.signer.vkey)["outcome"] == "named"
    for place in range(0, len(pdf), len(pdf) // 9):
        shown.write_bytes(changed(pdf, place))
        with pytest.raises(ProofError, match="PDF"):
            check_pdf(shown, None)
    for place in [*range(0, len(text), len(text) // 30), *range(text.index(b'"vkey"'), len(text), 11)]:
        beside.write_bytes(changed(text, place))
        with pytest.raises(ProofError):
            check_pdf(shown, parts.signer.vkey)


def changed(raw, place):
    return raw[:place] + bytes([raw[place] ^ 1 << place % 8]) + raw[place + 1 :]


def test_another_key_and_a_missing_half_are_told_apart(parts, copies, tmp_path):
    whole = report_of(asked(parts, copies["g3"][:30]), parts)
    (tmp_path / "leak.json").write_text(json.dumps(whole), encoding="utf-8")
    (tmp_path / "leak.pdf").write_bytes(pdf_of(whole))
    other = house(tmp_path / "other", "sqlite:///none.sqlite")
    with pytest.raises(ProofError, match="another key"):
        check_report(tmp_path / "leak.json", other.signer.vkey)
    with pytest.raises(ProofError, match="PDF"):
        check_pdf(tmp_path / "leak.pdf", None)
    with pytest.raises(ProofError, match="JSON"):
        check_pdf((tmp_path / "leak.pdf").rename(tmp_path / "alone.pdf"), None)
    other.engine.dispose()


def test_a_table_belongs_to_what_it_shows_most_of():
    met = {
        ("a", 1): [Met(500, 0), Met(0, 0)],
        ("b", 1): [Met(20, 0), Met(90, 0)],
        ("b", 2): [Met(20, 0), Met(91, 0)],
        ("b", 3): [Met(20, 0), Met(3, 0)],
        ("b", 4): [Met(20, 0), Met(3, 1)],
    }
    assert questions(met) == [(("a", 1), [0]), (("b", 2), [1]), (("b", 1), [1]), (("b", 4), [1])]


def test_two_years_of_monthly_releases_with_the_same_rows_are_all_asked_about():
    asked_about = questions({("a", month): [Met(60, 0)] for month in range(1, 25)})
    assert sorted(place for place, _ in asked_about) == [("a", month) for month in range(1, 25)]


def test_what_shows_nothing_is_one_question():
    assert questions({("a", 1): [Met(0, 0)], ("b", 1): [Met(0, 0)]}) == [(("b", 1), [0])]
    assert questions({("a", 1): [], ("b", 1): []}) == [(("b", 1), [])]


def test_shares_of_questions_are_one_in_all():
    assert shares(1) == [1]
    assert sum(shares(7)) == pytest.approx(1)


def test_a_report_is_never_written_over_what_was_found(tmp_path):
    found = tmp_path / "leak.json"
    found.write_text("[]", encoding="utf-8")
    for given in (found, tmp_path):
        said = CliRunner().invoke(hub, ["identify", str(given), "--report", str(tmp_path / "leak.pdf")])
        assert (said.exit_code, found.read_text(encoding="utf-8")) == (2, "[]")
    nowhere = CliRunner().invoke(hub, ["identify", str(found), "--report", str(tmp_path / "no" / "out.pdf")])
    assert "no folder" in nowhere.output
