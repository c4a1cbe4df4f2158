"""Records over the API: filters, pages, streams with an end record, quotas, marked copies, and a Use for each."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import msgspec
import polars as pl
import pyarrow as pa
import pytest

from agreements import applying, register
from agreements.abuse import Suspicion, rules
from agreements.agreement import DataItem
from agreements.desk import Happened
from agreements.model import Grant
from hub.api.guard import vigil
from hub.state.exchange import desk
from hub.state.uses import SqlUses
from tests.api_world import is_problem
from tests.exchange_api import CITY, NEIGHBOUR, Exchange, exchange
from tests.exchange_world import HOUSE, INSTITUTE, application

GRADING = "/api/v1/datasets/grading/records"
LICENCES = "/api/v1/datasets/licences/records"
STATISTICS = "/api/v1/datasets/statistics/records"
NDJSON = "application/x-ndjson"
ARROW = "application/vnd.apache.arrow.stream"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    made = exchange(tmp_path_factory.mktemp("query"))
    item = DataItem("statistics", ("region_code", "period", "batches_sampled"), ("3701",))
    found = made.world.do
    asked = application(data=(item,), quota_rows=8)
    offered = {"statistics": frozenset(item.fields)}
    number = found(applying.apply, made.world.move("", "agent"), asked, "").id
    move = made.world.move
    found(applying.check, move(number, "op1"), offered)
    found(applying.review, move(number, "op1", "同意"))
    approved = found(applying.approve, move(number, "op2"), offered)
    made.world.sign(approved, "agent", 2)
    made.world.sign(approved, "op2", 1)
    return made


def released(hub: Exchange, name: str) -> pl.DataFrame:
    return pl.read_parquet(hub.api.parts.releases / name / "1" / f"{name}.parquet")


def paged(hub: Exchange, actor: str, path: str, limit: int) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    cursor = ""
    while True:
        joint = "&" if "?" in path else "?"
        body = hub.get(actor, f"{path}{joint}limit={limit}" + (f"&after={cursor}" if cursor else "")).get_json()
        assert body["count"] == len(body["rows"]) <= limit
        found += body["rows"]
        cursor = body["next"]
        if cursor is None:
            return found


def lines(answer: object) -> list[dict[str, object]]:
    return [json.loads(line) for line in answer.data.decode().splitlines()]  # type: ignore[attr-defined]


def test_pages_streams_and_files_hold_the_same_rows(hub: Exchange) -> None:
    pages = paged(hub, "", GRADING, 37)
    stream = lines(hub.get("", GRADING, Accept=NDJSON))
    assert pages == stream[:-1]
    path = hub.api.parts.releases / "grading" / "1" / "grading.jsonl"
    assert pages == [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    arrow = pa.ipc.open_stream(hub.get("", GRADING, Accept=ARROW).data).read_all()
    assert pl.DataFrame(arrow).equals(released(hub, "grading"))


def test_a_stream_ends_with_its_count_and_digest_so_that_a_cut_is_seen(hub: Exchange) -> None:
    answer = hub.get("", GRADING, Accept=NDJSON)
    body, end, _ = answer.data.rpartition(b'{"@end"')[0], lines(answer)[-1]["@end"], 0
    assert end == {"rows": int(answer.headers["X-Rows"]), "sha256": hashlib.sha256(body).hexdigest()}
    raw = hub.get("", GRADING, Accept=ARROW).data
    with pa.ipc.open_stream(io.BytesIO(raw)) as reader:
        told = [reader.read_next_batch_with_custom_metadata() for _ in iter_all(raw)]
    last = told[-1]
    assert last.batch.num_rows == 0
    assert last.custom_metadata[b"rows"] == str(sum(one.batch.num_rows for one in told)).encode()
    # Where the digest was taken is the stream's own affair: it holds of exactly one beginning of the bytes.
    running, cuts = hashlib.sha256(), []
    for at in range(len(raw)):
        if running.hexdigest().encode() == last.custom_metadata[b"sha256"]:
            cuts.append(at)
        running.update(raw[at : at + 1])
    assert len(cuts) == 1


def iter_all(raw: bytes) -> Iterator[int]:
    with pa.ipc.open_stream(io.BytesIO(raw)) as reader:
        for number, _ in enumerate(reader):
            yield number


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("grade=AAA", pl.col("grade") == "AAA"),
        ("grade=AAA&grade=AA", pl.col("grade").is_in(["AAA", "AA"])),
        ("source_region_code.begins=3701", pl.col("source_region_code").str.starts_with("3701")),
        ("graded_on.from=2025-06-01", pl.col("graded_on") >= pl.date(2025, 6, 1)),
        ("graded_on.to=2025-06-01&grade=A", (pl.col("graded_on") <= pl.date(2025, 6, 1)) & (pl.col("grade") == "A")),
        ("grade=nothing", pl.lit(value=False)),
    ],
)
def test_filters_choose_what_the_columns_say(hub: Exchange, query: str, expected: pl.Expr) -> None:
    wanted = released(hub, "grading").filter(expected)["record_uri"].to_list()
    assert [row["record_uri"] for row in paged(hub, "", f"{GRADING}?{query}", 50)] == wanted
    assert lines(hub.get("", f"{GRADING}?{query}", Accept=NDJSON))[-1]["@end"]["rows"] == len(wanted)  # type: ignore[index]


@pytest.mark.parametrize(
    "query",
    [
        "phone=1",
        "grade.like=A",
        "graded_on=13800138000",
        "graded_on.from=a",
        "grade.from=A&grade.from=B",
        "fields=phone",
        "limit=0",
        "limit=x",
        "after=xyz",
        "purpose=fun",
    ],
)
def test_a_wrong_filter_is_named_and_its_value_never_repeated(hub: Exchange, query: str) -> None:
    answer = hub.get("", f"{GRADING}?{query}")
    assert is_problem(answer, 422, "unprocessable")
    assert answer.get_json(force=True)["faults"]
    assert "13800138000" not in answer.text


def test_a_cursor_belongs_to_its_question_and_its_caller(hub: Exchange) -> None:
    cursor = hub.get("", f"{GRADING}?limit=5").get_json()["next"]
    assert hub.get("", f"{GRADING}?limit=9&after={cursor}").status_code == 200
    assert is_problem(hub.get("", f"{GRADING}?grade=A&after={cursor}"), 422)
    assert is_problem(hub.get("bureau", f"{GRADING}?after={cursor}"), 422)
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert is_problem(hub.get("", f"{GRADING}?after={forged}"), 422)


def test_each_regulator_gets_its_own_provinces_licences_and_strangers_none(hub: Exchange) -> None:
    assert is_problem(hub.get("", LICENCES), 404)
    for reader, prefix in (("bureau", "37"), ("city", "37")):
        rows = paged(hub, reader, f"{LICENCES}?purpose=supervision", 500)
        assert rows
        assert all(str(row["source_region_code"]).startswith(prefix) for row in rows)
    assert paged(hub, "neighbour", f"{LICENCES}?purpose=supervision", 500) == []
    for reader in ("institute", "platform"):
        answer = hub.get(reader, f"{LICENCES}?purpose=research")
        assert is_problem(answer, 403, "refused")
        assert answer.get_json(force=True)["clause"]


def test_what_a_filter_hits_never_leaves_the_row_rules(hub: Exchange) -> None:
    own = {
        row["source_region_code"] for row in paged(hub, "neighbour", f"{LICENCES}?source_region_code.begins=37", 500)
    }
    assert own == set()


def test_every_recipient_reads_a_marked_copy_of_its_own_and_the_same_one_again(hub: Exchange) -> None:
    numbers = [hub.get(one, f"{LICENCES}?limit=1").get_json()["copy"] for one in ("bureau", "city", "bureau")]
    assert numbers[0] == numbers[2] != numbers[1]
    assert all(numbers)
    addresses = [hub.get(one, f"{LICENCES}?limit=1").get_json()["rows"][0]["record_uri"] for one in ("bureau", "city")]
    assert addresses[0] != addresses[1]


def test_a_grant_gives_its_fields_and_regions_for_its_purpose_until_its_quota_is_used(hub: Exchange) -> None:
    assert is_problem(hub.get("institute", f"{STATISTICS}?purpose=commercial"), 403)
    assert is_problem(hub.get("institute", f"{STATISTICS}?purpose=research&fields=batches_failed"), 403)
    assert is_problem(hub.get("platform", f"{STATISTICS}?purpose=research"), 403)
    answer = hub.get("institute", f"{STATISTICS}?purpose=research&limit=5")
    body = answer.get_json()
    assert set(body["rows"][0]) == {"region_code", "period", "batches_sampled"}
    assert {row["region_code"][:4] for row in body["rows"]} == {"3701"}
    assert body["clause"] == "SM11"
    assert answer.headers["RateLimit"].rpartition(", ")[2] == '"rows";r=3;t=86400'
    assert answer.headers["RateLimit-Policy"] == '"requests";q=100000;w=60, "rows";q=8;w=86400'
    # A filter may not answer what the columns hide.
    assert is_problem(hub.get("institute", f"{STATISTICS}?purpose=research&batches_failed.from=3"), 422)
    hub.get("institute", f"{STATISTICS}?purpose=research&limit=3")
    refused = hub.get("institute", f"{STATISTICS}?purpose=research&limit=1")
    assert is_problem(refused, 429, "too-many")
    # One row comes back when the first five are a day old; nine never fit.
    wait = int(refused.headers["Retry-After"])
    assert 86_000 < wait < 86_400
    assert refused.headers["RateLimit"].endswith(f'"rows";r=0;t={wait}')
    assert "Retry-After" not in hub.get("institute", f"{STATISTICS}?purpose=research&limit=9").headers
    clock = hub.api.parts.clock
    clock.moment += timedelta(seconds=wait)  # type: ignore[attr-defined]
    assert hub.get("institute", f"{STATISTICS}?purpose=research&limit=1").status_code == 200


def test_a_grant_whose_term_is_over_names_no_columns_for_the_one_that_renewed_it(hub: Exchange) -> None:
    clock = hub.api.parts.clock
    clock.moment += timedelta(days=2)  # type: ignore[attr-defined]
    with desk(hub.api.parts.engine, clock.now()) as found:
        (grant,) = found.find(Grant, party=INSTITUTE, state="active")
        over = grant.starts - timedelta(days=1)
        old = replace(grant, id="0000-0001/statistics", fields=("batches_failed",), starts=over, ends=grant.starts)
        found.keep(Happened("grant.kept", {}), old)
    answer = hub.get("institute", f"{STATISTICS}?purpose=research&limit=1")
    with desk(hub.api.parts.engine, clock.now()) as found:
        found.keep(Happened("grant.kept", {}), replace(old, state="ended"))
    assert (answer.status_code, set(answer.get_json()["rows"][0])) == (200, {*grant.fields})


def test_every_answer_is_a_use_of_the_party(hub: Exchange) -> None:
    uses = SqlUses(hub.api.parts.engine)
    since = hub.api.parts.clock.now() - timedelta(days=30)
    before = len(uses.of(HOUSE, since))
    hub.get("bureau", f"{LICENCES}?limit=7")
    hub.get("bureau", LICENCES, Accept=NDJSON)
    every = uses.of(HOUSE, since)[: len(uses.of(HOUSE, since)) - before]
    new = [one for one in every if one.rows]
    assert [(one.dataset, one.clause, one.action) for one in new] == [("licences", "SM03", "query")] * 2
    assert new[1].rows == 7
    assert new[0].rows == released(hub, "licences").height
    assert all(one.mark != "0" and one.peer for one in new)


def test_a_token_of_fewer_scopes_does_less(hub: Exchange) -> None:
    token = hub.token("bureau", "list:lookup")
    answer = hub.api.get(LICENCES, headers={"Authorization": f"Bearer {token}"})
    assert is_problem(answer, 403, "refused")


def test_a_suspended_party_gets_nothing_at_the_next_request_and_is_told_why(hub: Exchange) -> None:
    assert hub.get("neighbour", LICENCES).status_code == 200
    hub.world.do(register.suspend_party, "op1", NEIGHBOUR, "超范围使用")
    answer = hub.get("neighbour", LICENCES)
    assert is_problem(answer, 403, "refused")
    assert answer.get_json(force=True)["suspended_because"] == "超范围使用"
    hub.world.do(register.restore_party, "op2", NEIGHBOUR)
    assert hub.get("neighbour", LICENCES).status_code == 200


@pytest.mark.parametrize("media", ["application/json", NDJSON, ARROW])
def test_compressed_answers_hold_the_same_bytes(hub: Exchange, media: str) -> None:
    path = f"{GRADING}?limit=50"
    plain = hub.get("", path, Accept=media)
    zipped = hub.get("", path, Accept=media, **{"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    frames = hub.get("", path, Accept=media, **{"Accept-Encoding": "zstd, gzip;q=0.5"})
    assert frames.headers["Content-Encoding"] == "zstd"
    assert pa.input_stream(pa.py_buffer(frames.data), compression="zstd").read() == plain.data
    assert len(zipped.data) < len(plain.data) > len(frames.data)
    assert "Content-Encoding" not in hub.get("", path, Accept=media, **{"Accept-Encoding": "zstd;q=0"}).headers


def test_other_formats_are_refused(hub: Exchange) -> None:
    assert is_problem(hub.get("", GRADING, Accept="text/html"), 406, "not-acceptable")


def test_quota_and_use_are_one_step_however_many_ask_at_once(hub: Exchange) -> None:
    hub.api.parts.clock.moment += timedelta(days=2)  # type: ignore[attr-defined]
    path = f"{STATISTICS}?purpose=research&limit=5"
    bearer = {"Authorization": f"Bearer {hub.token('institute')}"}
    with ThreadPoolExecutor(6) as crowd:
        answers = [one.result() for one in [crowd.submit(hub.api.get, path, headers=bearer) for _ in range(6)]]
    # Eight rows a day: five were given once, and nobody got what was not there any more.
    assert sorted(one.status_code for one in answers) == [200, *[429] * 5]


def test_the_use_of_a_stream_tells_the_bytes_that_left(hub: Exchange) -> None:
    answer = hub.get("city", f"{LICENCES}?purpose=supervision", Accept=NDJSON)
    begun, ended = SqlUses(hub.api.parts.engine).of(CITY, hub.api.parts.clock.now() - timedelta(minutes=5))[1::-1]
    assert (begun.rows, begun.bytes) == (int(answer.headers["X-Rows"]), 0)
    assert (ended.rows, ended.bytes) == (0, len(answer.data))


def test_a_case_that_suspends_holds_at_the_next_request(hub: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = msgspec.structs.replace(rules()["several-addresses"], suspends=True)
    found = (Suspicion(rule, CITY, "", (("addresses", "9"),)),)
    monkeypatch.setattr(vigil, "suspicions", lambda _uses, party, *_: found if party == CITY else ())
    monkeypatch.setattr(hub.api.app.extensions["hub"].recorder._after, "_interval", 0.0)
    assert hub.get("city", f"{LICENCES}?limit=1").status_code == 200
    refused = hub.get("city", f"{LICENCES}?limit=1")
    assert is_problem(refused, 403, "refused")
    assert "C0000" in refused.get_json(force=True)["suspended_because"]
    assert hub.get("bureau", f"{LICENCES}?limit=1").status_code == 200
