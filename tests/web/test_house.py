"""The pages of the bureau that runs the hub: what they count, where the numbers lead, who sees them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from exporters.rules.risk_intake.model import Risk, RiskTask
from hub.db.engine import reading, writing
from hub.ledger import store
from hub.ledger.verify import check_proof
from hub.state import overview, runs
from hub.state.releases import Sealed, releases_of
from hub.state.risks import RISKS, TASKS
from hub.web.house.quality import Trend
from hub.web.house.schedule import in_words
from tests.web_people import People, people
from tests.web_world import words_of

PAGES = ("", "/runs", "/quarantine", "/quality", "/datasets", "/parties", "/uses", "/ledger", "/receipts")
_LINK = re.compile(r'href="(/house[^"#]*)"')


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> People:
    made = people(tmp_path_factory.mktemp("house"))
    with writing(made.parts.engine) as connection:
        store.checkpoint(connection, made.parts.signer, made.parts.clock.now())
    return made


@pytest.fixture(scope="module")
def officer(web: People) -> FlaskClient:
    return web.signed_in("op1")


@pytest.fixture(scope="module")
def auditor(web: People) -> FlaskClient:
    return web.signed_in("auditor")


def test_every_number_and_every_link_of_the_area_leads_to_a_page(web: People, auditor: FlaskClient) -> None:
    todo, seen = ["/house"], set[str]()
    while todo:
        address = todo.pop()
        if address in seen or len(seen) > 120:
            continue
        seen.add(address)
        answer = web.get(address.replace("&amp;", "&"), auditor)
        assert answer.status_code == 200, address
        todo += _LINK.findall(answer.text) if answer.content_type.startswith("text/html") else []
    assert {f"/house{one}" for one in PAGES} <= seen
    assert any(one.startswith("/house/runs/") for one in seen)
    assert any(one.startswith("/house/quarantine/") for one in seen)
    assert any(one.startswith("/house/ledger/") for one in seen)


@pytest.mark.parametrize("page", PAGES)
def test_only_people_of_the_bureau_see_them(page: str, web: People) -> None:
    agent = web.signed_in("agent")
    assert web.get(f"/house{page}", agent).status_code == 403
    assert web.get(f"/house{page}", web.reader()).headers["Location"].startswith("/sign-in?to=/house")
    assert "运行管理" not in web.get("/", agent).text


def test_duties_stay_apart(web: People, officer: FlaskClient) -> None:
    admin = web.signed_in("admin1")
    for page in ("/ledger", "/ledger/0", "/receipts"):
        assert web.get(f"/house{page}", officer).status_code == 403
        assert f'"/house{page}"' not in web.get("/house", officer).text
    assert web.get("/house/uses", officer).status_code == 200
    assert web.get("/house/uses", admin).status_code == 403
    assert "/house/uses" not in web.get("/house", admin).text


def test_runs_are_found_by_dataset_and_state(web: People, officer: FlaskClient) -> None:
    page = web.get("/house/runs?dataset=grading", officer).text
    assert "grading-000001" in page
    assert "traceability-000001" not in page
    assert "没有符合条件的运行" in web.get("/house/runs?state=failed", officer).text
    assert web.get("/house/runs?state=<script>", officer).status_code == 404
    assert web.get("/house/runs/no-such-run", officer).status_code == 404


def test_a_run_that_was_broken_off_is_not_called_extracting(web: People, officer: FlaskClient) -> None:
    name, label = "grading-000001", ">已中断，可续<"
    with reading(web.parts.engine) as connection:
        before = runs.find_run(connection, name).state
    assert label not in web.get("/house/runs", officer).text
    try:
        with writing(web.parts.engine) as connection:
            runs.set_state(connection, name, "extracting")
        assert label in web.get("/house/runs", officer).text
        assert label in web.get(f"/house/runs/{name}", officer).text
    finally:
        with writing(web.parts.engine) as connection:
            runs.set_state(connection, name, before)


@pytest.mark.parametrize(
    ("cron", "chinese", "english"),
    [
        ("0 2 * * *", "每日 02:00", "daily at 02:00"),
        ("5 13 * * mon,thu", "每星期一、星期四 13:05", "Monday, Thursday at 13:05"),
        ("0 4 1 * *", "每月 1 日 04:00", "day 1 of each month at 04:00"),
        ("30 5 3 1,4,7,10 *", "1、4、7、10 月 3 日 05:30", "day 3 of Jan, Apr, Jul, Oct at 05:30"),
        ("*/5 * * * *", "", ""),
        ("0 2 1-7 * *", "", ""),
        ("0 2 1 * mon", "", ""),
    ],
)
def test_a_schedule_is_told_in_words(web: People, cron: str, chinese: str, english: str) -> None:
    for language, said in (("zh", chinese), ("en", english)):
        with web.app.test_request_context(headers={"Cookie": f"language={language}"}):
            assert in_words(cron) == said


def test_the_page_of_schedules_shows_no_cron(web: People, officer: FlaskClient) -> None:
    page = words_of(web.get("/house/datasets", officer).text)
    assert "每月 1 日 04:00" in page
    assert "* *" not in page


def test_quarantine_counts_what_the_database_holds(web: People, officer: FlaskClient) -> None:
    with reading(web.parts.engine) as connection:
        found = overview.broken(connection)
    assert found
    most = max(found, key=lambda one: one.records)
    page = web.get(f"/house/quarantine/{most.run}/{most.field}/{most.rule}", officer).text
    assert f"共 {most.records:,} 条" in words_of(page)
    assert len(re.findall(r"<li><code>", page)) == min(most.records, 20)


def test_a_proof_that_was_downloaded_proves_its_entry(web: People, auditor: FlaskClient) -> None:
    answer = web.get("/house/ledger/0/proof.json", auditor)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="entry-0.json"'
    assert check_proof(answer.text).seq == 0


def test_a_party_is_found_by_a_piece_of_its_name_and_shows_its_people(web: People, officer: FlaskClient) -> None:
    listing = web.get("/house/parties?q=研究院", officer).text
    (address,) = set(re.findall(r'href="(/house/parties/[^"?]+)"', listing))
    page = words_of(web.get(address, officer).text)
    assert "示例研究院" in page
    assert "经办" in page
    assert web.get("/house/parties/91370000000000000X", officer).status_code == 404


def test_the_trend_of_quality_is_drawn_when_there_are_versions_to_compare(web: People, officer: FlaskClient) -> None:
    dataset = web.app.extensions["hub"].datasets["grading"]
    (first,) = (one for one in _releases(web, "grading"))
    later = replace(
        first, release=replace(first.release, version=2, quality={**first.release.quality, "accuracy": 12.5})
    )
    trend = Trend(dataset, (first, later))
    assert trend.change("accuracy") == 12.5 - first.release.quality["accuracy"]
    assert trend.scores("normativity") == [first.release.quality["normativity"]] * 2
    assert "data-chart" not in web.get("/house/quality/grading", officer).text


def test_a_task_whose_notice_is_overdue_stands_in_front_and_on_the_cockpit(web: People, officer: FlaskClient) -> None:
    long_ago = datetime(2026, 1, 2, tzinfo=UTC)
    risk = Risk(
        id="complaint/C1", kind="complaint", number="C1", heard_on=long_ago.date(), product_name="<b>电热毯</b>",
        region_code="370212", summary="CANARY-SUMMARY", producer_name="CANARY-FIRM",
    )  # fmt: skip
    task = RiskTask(
        id="T1", product_name="电热毯", producer_uscc="", territory="370212", joint=False, because="injury", complaints=3,
        injuries=1, highest="S", first_on=long_ago.date(), last_on=long_ago.date(), raised_at=long_ago, clock_from=long_ago,
    )  # fmt: skip
    with writing(web.parts.engine) as connection:
        RISKS.put(connection, risk)
        TASKS.put(connection, task)
    page = web.get("/house/risks", officer).text
    assert "已超期" in words_of(page)
    assert "崂山区" in words_of(page)
    assert "&lt;b&gt;电热毯" in page
    assert "CANARY" not in page
    assert "风险提示超期" in words_of(web.get("/house", officer).text)
    assert web.get("/house/risks", web.signed_in("auditor")).status_code == 403


def test_hostile_filters_are_shown_as_text(web: People, officer: FlaskClient) -> None:
    page = web.get("/house/parties?q=<script>alert(1)</script>", officer).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def _releases(web: People, dataset: str) -> list[Sealed]:
    with reading(web.parts.engine) as connection:
        return releases_of(connection, dataset)
