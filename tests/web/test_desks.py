"""Desks of parties and bureaus: what is done there, by whom, and what hostile input comes to."""

from __future__ import annotations

import base64
import csv
import zipfile
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from agreements import keys
from agreements.agreement import Agreement
from agreements.permissions import Role
from hub.accounts import drafts
from hub.db.engine import reading
from tests.exchange_world import INSTITUTE, private_key
from tests.web_desks import furnish, whole
from tests.web_people import People, people
from tests.web_world import BASE, token_of, words_of

HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}'
FILLED = {
    "data": {"datasets": "statistics"},
    "purpose": {"purpose": "research", "statement": "研究", "project": HOSTILE, "responsible": "甲", "output": "报告"},
    "terms": {"starts": "2026-03-02", "ends": "2027-03-02", "measures": "专网\n双人", "retention_days": "30"},
}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    folder = tmp_path_factory.mktemp("desks")
    made = people(folder)
    furnish(made, folder)
    made.world.give("shop2", INSTITUTE, Role.QUERY)
    return made


def begin(web: People, reader: Any) -> str:
    answer = web.post("/mine/apply", {}, reader, form="/mine")
    assert answer.status_code == 303
    return str(answer.headers["Location"].rpartition("/")[0])


def applied(web: People, reader: Any) -> str:
    """The number of an application handed in by the steps."""
    base = begin(web, reader)
    for step, typed in FILLED.items():
        assert web.post(f"{base}/{step}", typed, reader).status_code == 303, step
    answer = web.post(f"{base}/check", {}, reader)
    assert answer.status_code == 303, words_of(answer.text)
    return str(answer.headers["Location"].rpartition("/")[2])


def agreement(web: People, number: str) -> Agreement:
    with web.world.desk() as desk:
        found = desk.get(Agreement, number)
    assert found is not None
    return found


def test_bad_input_stands_beside_its_field_and_what_was_typed_is_kept_as_a_draft(web: People) -> None:
    agent = web.signed_in("agent")
    base = begin(web, agent)
    wrong = {**FILLED["terms"], "ends": "yesterday", "retention_days": "-1"}
    answer = web.post(f"{base}/terms", wrong, agent)
    assert answer.status_code == 422
    assert 'id="error-ends"' in answer.text
    assert 'id="error-retention_days"' in answer.text
    assert "专网" in answer.text
    again = web.get(f"{base}/terms", agent).text
    assert 'value="yesterday"' in again
    # The last step names what is missing and where, and hands nothing in.
    page = web.post(f"{base}/check", {}, agent)
    assert page.status_code == 422
    assert "#field-statement" in page.text
    # Nobody else sees a draft.
    assert web.get(f"{base}/data", web.signed_in("lab")).status_code == 404
    assert web.post(f"{base}/remove", {}, agent, form=f"{base}/data").status_code == 303
    assert web.get(f"{base}/data", agent).status_code == 404


def test_an_empty_application_names_what_is_missing_and_nothing_else(web: People) -> None:
    agent = web.signed_in("agent")
    page = words_of(web.get(f"{begin(web, agent)}/check", agent).text)
    assert "用途说明：请填写此项。" in page
    assert "字段：" not in page  # all of them, when none are named


def test_a_hostile_application_is_text_on_every_page(web: People) -> None:
    number = applied(web, web.signed_in("agent"))
    looked = [
        ("agent", f"/mine/agreements/{number}"),
        ("agent", "/mine"),
        ("op1", f"/work/agreements/{number}"),
        ("op1", "/work"),
        ("op1", "/work/agreements"),
    ]
    pages = [web.get(path, web.signed_in(who)).text for who, path in looked]
    for page in pages:
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "49" not in page.partition("alert(1)")[2][:40]  # nor is it a template


def test_after_handing_in_the_draft_is_gone(web: People) -> None:
    with reading(web.parts.engine) as connection:
        before = len(drafts.of(connection, "agent"))
    reader = web.signed_in("agent")
    base = begin(web, reader)
    for step, typed in FILLED.items():
        assert web.post(f"{base}/{step}", typed, reader).status_code == 303, step
    assert web.post(f"{base}/check", {}, reader).status_code == 303
    # Sent twice, by a hurried finger: nothing is applied for twice.
    with web.world.desk() as desk:
        held = len(desk.find(Agreement))
    assert web.post(f"{base}/check", {}, reader, form="/mine").status_code == 404
    with web.world.desk() as desk:
        assert len(desk.find(Agreement)) == held
    with reading(web.parts.engine) as connection:
        assert len(drafts.of(connection, "agent")) == before


def test_a_step_that_is_no_longer_open_says_so_where_it_is_seen(web: People) -> None:
    agent, operator = web.signed_in("agent"), web.signed_in("op1")
    number = applied(web, agent)
    mine, work = f"/mine/agreements/{number}", f"/work/agreements/{number}"
    assert web.post(f"{mine}/steps/withdraw", {}, agent, form=mine).status_code == 303
    # The button is pressed again on a page of before; and the bureau's page was open too.
    for place, reader in ((f"{mine}/steps/withdraw", agent), (f"{work}/steps/check", operator)):
        late = web.post(place, {}, reader, form="/mine")
        assert (late.status_code, 'role="alert"' in late.text) == (422, True), place


def test_the_bureau_offers_other_conditions_and_the_party_answers_with_its_own(web: People) -> None:
    number = applied(web, web.signed_in("agent"))
    operator, agent = web.signed_in("op1"), web.signed_in("agent")
    place = f"/work/agreements/{number}"
    web.post(f"{place}/steps/check", {}, operator, form=place)
    poor = web.post(f"{place}/offer", {"datasets": "statistics"}, operator)
    assert (poor.status_code, 'id="error-statement"' in poor.text) == (422, True)
    narrower = {**FILLED["data"], **FILLED["purpose"], **FILLED["terms"], "retention_days": "7"}
    assert web.post(f"{place}/offer", narrower, operator).status_code == 303
    assert agreement(web, number).state == "countered"
    begun = web.post("/mine/apply", {"of": number}, agent, form="/mine")
    base = begun.headers["Location"].rpartition("/")[0]
    assert 'value="7"' in web.get(f"{base}/terms", agent).text
    assert web.post(f"{base}/check", {}, agent).headers["Location"].endswith(number)
    assert agreement(web, number).state == "submitted"


def test_who_reviewed_does_not_decide_and_nobody_signs_with_anothers_key(web: People) -> None:
    number = applied(web, web.signed_in("agent"))
    place = f"/work/agreements/{number}"
    first, second, agent = web.signed_in("op1"), web.signed_in("op2"), web.signed_in("agent")
    web.post(f"{place}/steps/check", {}, first, form=place)
    silent = web.post(f"{place}/steps/review", {"note": ""}, first, form=place)
    assert (silent.status_code, "请写明理由" in silent.text) == (422, True)
    web.post(f"{place}/steps/review", {"note": "同意"}, first, form=place)
    same = web.post(f"{place}/steps/approve", {"note": "我自己同意"}, first, form=place)
    assert (same.status_code, "须由另一人办理" in same.text, "我自己同意" in same.text) == (422, True, True)
    assert web.post(f"{place}/steps/approve", {}, second, form=place).status_code == 303
    text = agreement(web, number).text.encode()
    assert web.get(f"/mine/agreements/{number}/text.json", agent).data == text
    sign = f"/sign/{number}"
    _, theirs, value = keys.sign(private_key(1), text)
    _, ours, good = keys.sign(private_key(2), text)
    for sent in ({"key": theirs, "value": value}, {"key": ours, "value": value}, {"key": ours, "value": "AAAA"}, {}):
        assert web.post(sign, dict(sent), agent).status_code == 422
    raw = BytesIO(base64.b64decode(good))
    done = web.post(sign, {"key": ours, "file": (raw, "s.bin")}, agent, content_type="multipart/form-data")
    assert done.status_code == 303
    assert [one.party for one in agreement(web, number).signatures] == [INSTITUTE]


def test_a_suspended_agreement_gives_nothing_and_is_appealed_against(web: People) -> None:
    found = web.world.active(whole(project="另一项研究"), offered={"statistics": frozenset()} | offered(web))
    agent, place = web.signed_in("agent"), f"/work/agreements/{found.id}"
    assert web.get("/mine/data/statistics.csv", agent).status_code == 200
    web.post(f"{place}/steps/suspend", {"note": "外传嫌疑"}, web.signed_in("op1"), form=place)
    mine = f"/mine/agreements/{found.id}"
    assert "外传嫌疑" in web.get(mine, agent).text
    empty = web.post(f"{mine}/steps/appeal", {"note": ""}, agent, form=mine)
    assert empty.status_code == 422
    assert web.post(f"{mine}/steps/appeal", {"note": "并非本单位"}, agent, form=mine).status_code == 303
    assert found.id in web.get("/work", web.signed_in("op2")).text
    again = web.post(f"{place}/steps/restore", {}, web.signed_in("op1"), form=place)
    assert again.status_code == 422
    assert web.post(f"{place}/steps/restore", {}, web.signed_in("op2"), form=place).status_code == 303


def offered(web: People) -> dict[str, frozenset[str]]:
    from agreements.subject import offered_of

    return dict(offered_of(web.app.extensions["hub"].datasets.values()))


def sheet(rows: list[list[str]]) -> BytesIO:
    book, out = openpyxl.Workbook(), BytesIO()
    (page,) = book.worksheets
    for row in rows:
        page.append(row)
    for cells in page.iter_rows():
        for cell in cells:
            cell.data_type = "s"  # texts, whatever they look like
    book.save(out)
    out.seek(0)
    return out


def look_up(web: People, file: BytesIO, name: str, how: str = "page") -> Any:
    sent = {"file": (file, name), "as": how}
    return web.post(
        "/mine/negative-list/file", sent, web.signed_in("shop"), form="/mine/negative-list",
        content_type="multipart/form-data",
    )  # fmt: skip


def test_goods_are_looked_up_one_by_one_and_by_spreadsheet(web: People) -> None:
    shop = web.signed_in("shop")
    one = web.post("/mine/negative-list", {"code": "6921168509256"}, shop)
    assert (one.status_code, "已列入" in one.text) == (200, True)
    assert web.post("/mine/negative-list", {}, shop).status_code == 422
    # An institute holds the role and not the right: the clause decides, as over the API.
    refused = web.post("/mine/negative-list", {"code": "6921168509256"}, web.signed_in("agent"))
    assert (refused.status_code, "没有条款允许" in refused.text) == (422, True)
    rows = [["统一社会信用代码", "产品名称", "规格型号", "批号", "编码"], ["", "", "", "", "6921168509256"]]
    rows.append(["", "=HYPERLINK(1)", "", "", "6901234567892"])
    answer = look_up(web, sheet(rows), "goods.xlsx", "file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    told = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))
    assert [line[5] for line in told] == ["outcome", "listed", "unknown_code"]
    # What a spreadsheet would run as a formula comes back as text.
    assert told[2][1] == "'=HYPERLINK(1)"
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in told for cell in line)
    page = look_up(web, BytesIO("code,product\r\n6921168509256,<b>x</b>\r\n".encode("gb18030")), "goods.csv")
    assert "&lt;b&gt;x&lt;/b&gt;" in page.text


def bomb() -> BytesIO:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("xl/worksheets/sheet1.xml", b"\0" * (64 << 20))
    out.seek(0)
    return out


def formula() -> BytesIO:
    book, out = openpyxl.Workbook(), BytesIO()
    book.worksheets[0].append(["code"])
    book.worksheets[0].append(["=1+1"])
    book.save(out)
    out.seek(0)
    return out


def macros() -> BytesIO:
    out = sheet([["code"], ["1"]])
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    out.seek(0)
    return out


@pytest.mark.parametrize(
    ("made", "name"),
    [
        (bomb, "bomb.xlsx"),
        (macros, "macros.xlsx"),
        (lambda: BytesIO(b"PK\x03\x04 broken"), "broken.xlsx"),
        (lambda: BytesIO(b"\xff\xfe\x00broken\x00"), "../../etc/passwd"),
        (lambda: BytesIO(b"nothing,known\r\n1,2\r\n"), "other.csv"),
        (lambda: sheet([["code"], *[[str(number)] for number in range(301)]]), "many.xlsx"),
        (lambda: BytesIO(b""), "empty.csv"),
        (formula, "formula.xlsx"),
    ],
)
def test_a_hostile_or_useless_spreadsheet_is_refused_beside_the_field(web: People, made: Any, name: str) -> None:
    before = sorted(web.parts.work.iterdir())
    answer = look_up(web, made(), name)
    assert answer.status_code == 422
    assert 'id="error-file"' in answer.text
    assert sorted(web.parts.work.iterdir()) == before


def test_an_oversized_upload_is_cut_off(web: People) -> None:
    shop = web.signed_in("shop")
    token = token_of(web.get("/mine/negative-list", shop).text)
    for size in ((2 << 20) + 1, 4 << 20):
        # As bytes: what the client would spool to a file of its own it does not always close.
        parts = [f'--b\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'.encode()]
        parts.append(b'--b\r\nContent-Disposition: form-data; name="file"; filename="x.csv"\r\n\r\n')
        body = b"".join([*parts, b"a" * size, b"\r\n--b--\r\n"])
        answer = shop.post(
            "/mine/negative-list/file",
            data=body,
            base_url=BASE,
            headers={"Referer": BASE + "/mine/negative-list"},
            content_type="multipart/form-data; boundary=b",
        )
        assert answer.status_code in {413, 422}, size
    large = {"x": "a" * (1 << 20)}
    assert web.signed_in("agent").post("/mine/apply/x/data", data=large, base_url=BASE).status_code == 413


def test_a_release_is_previewed_and_decided_by_a_second_person(web: People) -> None:
    place, second = "/work/releases/statistics/2", web.signed_in("op2")
    page = words_of(web.get(place, second).text)
    assert "与上一版的差异" in page
    assert "小计数及其保护所需，未发布" in page
    assert "均不能由已发布数字推出" in page
    assert "region_code" in page
    silent = web.post(place, {"decision": "return", "note": ""}, second)
    assert (silent.status_code, 'id="error-note"' in silent.text) == (422, True)
    assert web.post(place, {}, second).status_code == 422
    assert web.post(place, {"decision": "approve"}, second).status_code == 303
    assert "当前版本" in web.get(place, second).text
    assert web.post(place, {"decision": "approve"}, second, form="/work/leaks").status_code == 422
    assert web.get("/work/releases/statistics/99", second).status_code == 404


def test_a_role_is_given_by_a_second_administrator_only(web: People) -> None:
    first, second = web.signed_in("admin1"), web.signed_in("admin2")
    wanted = {"person": "late", "party": INSTITUTE, "role": "query", "change": "give", "reason": "新同事"}
    assert web.post("/work/roles", {**wanted, "reason": ""}, first).status_code == 422
    assert web.post("/work/roles", {**wanted, "role": "operation"}, first).status_code == 422  # for the bureau alone
    assert web.post("/work/roles", wanted, first).status_code == 303
    number = next(one["name"] for one in waiting(web, "late"))
    same = web.post(f"/work/roles/{number}/approve", {}, first, form="/work/roles")
    assert same.status_code == 422
    assert web.post(f"/work/roles/{number}/approve", {}, second, form="/work/roles").status_code == 303


def waiting(web: People, person: str) -> list[dict[str, str]]:
    from agreements.people import PermissionRequest

    with web.world.desk() as desk:
        return [{"name": one.id} for one in desk.find(PermissionRequest, person=person, state="asked")]


def test_feedback_is_answered_without_naming_anybody(web: People) -> None:
    operator = web.signed_in("op1")
    place = "/work/feedback/K000001"
    named = {"outcome": "accepted", "subject": "等级更正", "answer": "请联系张建国，电话13800138000。"}
    assert web.post(place, named, operator).status_code == 422
    kept = web.post(place, {**named, "outcome": "maybe"}, operator)
    assert "13800138000" in kept.text  # what was typed is kept
    done = web.post(place, {**named, "answer": "已在源头更正，下一版发布。"}, operator)
    assert done.status_code == 303
    assert web.get(place, web.signed_in("agent")).status_code == 404


def test_a_case_is_closed_and_a_bar_lifted_by_a_second_person(web: People) -> None:
    place, first, second = "/work/cases/C000001", web.signed_in("op1"), web.signed_in("op2")
    assert web.post(f"{place}/suspend", {"text": "查实外传"}, first, form=place).status_code == 303
    try:
        assert "查实外传" in web.get("/mine", web.signed_in("agent")).text
        assert web.get("/mine/data/statistics.csv", web.signed_in("agent")).status_code == 403
        assert web.post(f"{place}/restore", {}, first, form=place).status_code == 422
    finally:
        assert web.post(f"{place}/restore", {}, second, form=place).status_code == 303
    assert web.post(f"{place}/close", {"text": "属实"}, first, form=place).status_code == 422
    assert web.post(f"{place}/close", {"text": "属实"}, second, form=place).status_code == 303
    assert web.post(f"{place}/file.zip", {}, second, form=place).data.startswith(b"PK")


def test_a_notice_goes_through_both_reviews_by_others(web: People) -> None:
    place = "/work/notices/370000-2026-X-0001"
    first, second = web.signed_in("op1"), web.signed_in("op2")
    assert web.post(f"{place}/technical", {}, first, form=place).status_code == 422
    early = web.post(f"{place}/publish", {}, second, form=place)
    assert early.status_code == 422
    for step in ("technical", "legal"):
        assert web.post(f"{place}/{step}", {}, second, form=place).status_code == 303
    assert web.post(f"{place}/publish", {}, second, form=place).status_code == 303


def test_a_leak_names_nobody_without_evidence_and_a_verdict_is_not_forged(web: People) -> None:
    operator = web.signed_in("op1")

    def weighed(raw: bytes, name: str) -> Any:
        sent = {"file": (BytesIO(raw), name)}
        return web.post("/work/leaks", sent, operator, content_type="multipart/form-data")

    assert web.post("/work/leaks", {}, operator).status_code == 422
    strange = weighed(b"\x00\x01\x02", "<script>.bin")
    assert "<script>.bin" not in strange.text
    assert weighed(b"PK\x03\x04 broken", "x.xlsx").status_code == 422
    foreign = weighed(b"a,b\r\n1,2\r\n3,4\r\n", "x.csv")
    assert "已确认来源" not in foreign.text
    for sealed in ("", "x.y", "e30.e30"):
        assert web.post("/work/leaks/case", {"report": sealed}, operator, form="/work/leaks").status_code == 400
    taken = web.get("/mine/data/statistics.csv", web.signed_in("agent"))
    assert taken.status_code == 200
    named = weighed(taken.data, "x.csv")
    assert INSTITUTE in named.text
    sealed = named.text.split('name="report" value="')[1].split('"')[0]
    report = web.post("/work/leaks/report.pdf", {"report": sealed}, operator, form="/work/leaks")
    assert report.data.startswith(b"%PDF-")
    # A verdict belongs to whom it was given.
    theirs = web.post("/work/leaks/case", {"report": sealed}, web.signed_in("op2"), form="/work/leaks")
    assert theirs.status_code == 400


def test_uses_are_shown_to_their_own_party(web: People) -> None:
    web.get("/mine/data/statistics.ndjson", web.signed_in("agent"))
    assert "查询" in web.get("/mine/uses", web.signed_in("agent")).text
    assert "工业产品质量监督抽查统计" not in words_of(web.get("/mine/uses", web.signed_in("lab")).text)


def test_a_profile_is_written_for_who_knows_the_secret(web: People, tmp_path: Path) -> None:
    from hub.oauth import clients
    from hub.oauth.clients import Method, Wish

    agent = web.signed_in("agent")
    from hub.db.engine import writing

    with writing(web.parts.engine) as connection:
        wish = Wish("institute-batch", "批处理", Method.SECRET, "machine")
        secret = clients.register(connection, "admin1", wish, web.app.extensions["hub"].now())
    assert "institute-batch" in web.get("/mine/programs", agent).text
    assert "institute-batch" not in web.get("/mine/programs", web.signed_in("lab")).text
    sent = {"client": "institute-batch", "secret": "wrong"}
    form = "/mine/programs"
    assert web.post("/mine/programs/profile", sent, agent, form=form).status_code == 422
    made = web.post("/mine/programs/profile", {**sent, "secret": secret}, agent, form=form)
    assert made.get_json(force=True)["clientId"] == "institute-batch"


def test_ones_own_record_is_corrected_and_anothers_is_not_told_from_none(web: People) -> None:
    lab = web.signed_in("lab")
    assert web.post("/mine/corrections", {"register": "nowhere"}, lab).status_code == 422
    begun = web.post("/mine/corrections", {"register": "enterprises"}, lab)
    assert begun.headers["Location"].endswith("/mine/corrections/enterprises")
    sent = {"record": "nobody-knows", "field": "name", "value": "x", "text": "请更正"}
    wrong = web.post("/mine/corrections/enterprises", sent, lab)
    assert wrong.status_code == 422
    assert 'value="nobody-knows"' in wrong.text
