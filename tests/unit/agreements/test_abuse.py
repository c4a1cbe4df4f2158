"""Uses are counted, abuse opens a case, a case can suspend at once, and its file holds all evidence."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from agreements import cases
from agreements.abuse import LEAK, rules, suspicions
from agreements.acting import standing_of
from agreements.case import CaseState
from agreements.envelope import check_envelope, read_envelope
from agreements.model import Action, Grant, PartyState
from agreements.use import Use, keep_until
from catalog.errors import NotPermitted, SettingsError
from hub.db.engine import writing
from hub.ledger import store
from hub.ledger.note import Signer, read_checkpoint
from hub.papers.case_file import case_file
from hub.state.use_audit import broken_batches
from hub.state.uses import SqlUses, batch_holds, forget_uses
from hub.timetable.watching import watch
from tests.exchange_world import INSTITUTE, World

SIGNER = Signer("test/ledger", Ed25519PrivateKey.from_private_bytes(bytes(32)))


def _use(exchange: World, rows: int, *, missed: int = 0, peer: str = "a", ago: timedelta = timedelta()) -> Use:
    return Use(
        at=exchange.now - ago,
        party=INSTITUTE,
        actor="machine",
        grant="2026-0001/statistics",
        action=Action.DOWNLOAD,
        dataset="statistics",
        version=1,
        clause="SM11",
        rows=rows,
        missed=missed,
        peer=peer,
    )


def _found(exchange: World, *, quota: bool = True) -> list[str]:
    with exchange.desk() as desk:
        (grant,) = desk.find(Grant, party=INSTITUTE)
    found = suspicions(SqlUses(exchange.engine), INSTITUTE, grant if quota else None, exchange.now)
    return [one.rule.id for one in found]


def test_ordinary_use_raises_nothing(exchange: World) -> None:
    exchange.active()
    SqlUses(exchange.engine).write([_use(exchange, 900), _use(exchange, 100, peer="b")])
    assert _found(exchange) == []


def test_a_quota_counts_down_and_beyond_it_is_suspicious(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    uses.write([_use(exchange, 900)])
    with exchange.desk() as desk:
        (grant,) = desk.find(Grant, party=INSTITUTE)
    day = exchange.now - timedelta(hours=24)
    later = exchange.now + timedelta(seconds=1)
    assert grant.quota_rows - uses.taken(INSTITUTE, day, later, grant.id).rows == 100
    uses.write([_use(exchange, 101)])
    assert uses.taken(INSTITUTE, day, later, grant.id).rows > grant.quota_rows
    assert _found(exchange) == ["volume"]


def test_a_quota_counts_uses_that_are_written_before_earlier_ones(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    second, first = _use(exchange, 900), _use(exchange, 900, ago=timedelta(milliseconds=1))
    assert uses.write_within([([second], 1000)]) == (1000,)
    assert uses.write_within([([first], 1000)]) == (100,)
    assert len(uses.of(INSTITUTE, exchange.now - timedelta(hours=1))) == 1


def test_uses_of_one_answer_are_written_together_or_not_at_all(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    steps = [_use(exchange, 600), replace(_use(exchange, 600), version=2)]
    assert uses.write_within([(steps, 1000), (steps[:1], 1000), (steps[1:], 1000)]) == (1000, 1000, 400)
    assert [one.rows for one in uses.of(INSTITUTE, exchange.now - timedelta(hours=1))] == [600]


def test_it_is_told_when_so_many_rows_fit_again(exchange: World) -> None:
    number = exchange.active()
    uses, day = SqlUses(exchange.engine), timedelta(days=1)
    older, younger = timedelta(hours=5), timedelta(hours=2)
    written = [_use(exchange, 500, ago=older), _use(exchange, 400, ago=younger)]
    uses.write(written)
    grant = written[0].grant
    assert number
    assert uses.room_at(INSTITUTE, grant, 1000, 100, exchange.now) == exchange.now
    assert uses.room_at(INSTITUTE, grant, 1000, 101, exchange.now) == exchange.now - older + day
    assert uses.room_at(INSTITUTE, grant, 1000, 601, exchange.now) == exchange.now - younger + day
    assert uses.room_at(INSTITUTE, grant, 1000, 1001, exchange.now) is None


def test_codes_that_do_not_exist_are_enumeration(exchange: World) -> None:
    exchange.active()
    SqlUses(exchange.engine).write([_use(exchange, 1, missed=1) for _ in range(20)])
    assert _found(exchange) == []
    SqlUses(exchange.engine).write([_use(exchange, 0, missed=1)])
    assert _found(exchange) == ["enumeration"]


def test_four_addresses_within_an_hour_are_too_many(exchange: World) -> None:
    exchange.active()
    SqlUses(exchange.engine).write([_use(exchange, 1, peer=peer) for peer in "abc"])
    assert _found(exchange) == []
    SqlUses(exchange.engine).write([_use(exchange, 1, peer="d", ago=timedelta(minutes=50))])
    assert _found(exchange) == ["several-addresses"]


def test_a_sudden_change_is_seen_against_the_28_days_before(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    uses.write([_use(exchange, 30_000)])
    assert _found(exchange, quota=False) == []
    uses.write([_use(exchange, 84_000, ago=timedelta(days=9))])
    assert _found(exchange, quota=False) == []
    uses.write([_use(exchange, 1)])
    assert _found(exchange, quota=False) == ["sudden-change"]


def test_a_rule_opens_one_case_at_a_time(exchange: World) -> None:
    exchange.active()
    SqlUses(exchange.engine).write([_use(exchange, 2000)])
    with exchange.desk() as desk:
        (grant,) = desk.find(Grant, party=INSTITUTE)
    found = suspicions(SqlUses(exchange.engine), INSTITUTE, grant, exchange.now)
    (case,) = exchange.do(cases.raise_cases, found)
    assert (case.rule, dict(case.facts)["rows"], case.opened_by) == ("volume", "2000", "watch")
    assert exchange.do(cases.raise_cases, found) == ()
    exchange.do(cases.close_case, "op1", case.id, "季度更新所致")
    assert len(exchange.do(cases.raise_cases, found)) == 1


def test_what_a_closed_case_was_about_opens_no_other_one_and_what_comes_after_does(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    uses.write([_use(exchange, 2000, ago=timedelta(minutes=5))])
    (case,) = watch(exchange.engine, exchange.now)
    exchange.do(cases.close_case, "op1", case.id, "季度更新所致")
    later = exchange.now + timedelta(minutes=10)
    assert watch(exchange.engine, later) == ()
    uses.write([replace(_use(exchange, 1001), at=later)])
    (again,) = watch(exchange.engine, later)
    assert (again.rule, dict(again.facts)["rows"]) == ("volume", "1001")


def test_a_case_file_of_very_many_uses_is_made(exchange: World) -> None:
    exchange.active()
    for rows in range(60):
        SqlUses(exchange.engine).write([_use(exchange, rows)])
    case = exchange.do(cases.open_case, "op1", INSTITUTE, "manual", ())
    with exchange.desk() as desk:
        raw = desk.connection.connection.driver_connection
        if isinstance(raw, sqlite3.Connection):
            # Who is suspected of much has more uses than a statement may have parameters, whatever that number is.
            usual = raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 50)
        assert case_file(desk, "auditor", case.id, SIGNER)
        if isinstance(raw, sqlite3.Connection):
            raw.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, usual)


def test_watching_looks_at_everybody_who_used_anything_today(exchange: World) -> None:
    exchange.active()
    uses = SqlUses(exchange.engine)
    uses.write([_use(exchange, 2000), _use(exchange, 0, missed=30)])
    opened = watch(exchange.engine, exchange.now)
    assert {one.rule for one in opened} == {"volume"}
    uses.write([replace(_use(exchange, 0, missed=3000), grant="")])
    assert {one.rule for one in watch(exchange.engine, exchange.now)} == {"enumeration"}
    assert watch(exchange.engine, exchange.now) == ()
    assert watch(exchange.engine, exchange.now + timedelta(days=2)) == ()


def test_a_traced_leak_suspends_the_party_with_its_case(exchange: World) -> None:
    exchange.active()
    case = exchange.do(cases.open_case, "op1", INSTITUTE, LEAK, (("report", "ab12"),))
    with exchange.desk() as desk:
        party = standing_of(desk, "machine").party
    assert party is not None
    assert party.state is PartyState.SUSPENDED
    assert party.reason == f"{case.id}: 溯源到的泄漏 a leaked copy was traced to the party"
    appealed = exchange.do(cases.remark, "agent", case.id, "该副本已被盗用")
    assert appealed.remarks[0][1:] == ("agent", "该副本已被盗用")
    with pytest.raises(NotPermitted):
        exchange.do(cases.remark, "lab", case.id, "与我无关")
    with pytest.raises(NotPermitted, match="does not close"):
        exchange.do(cases.close_case, "op1", case.id, "属实")
    assert exchange.do(cases.close_case, "op2", case.id, "属实").state is CaseState.CLOSED


def test_the_case_file_holds_all_evidence_and_proves_itself(exchange: World) -> None:
    agreed = exchange.active()
    SqlUses(exchange.engine).write([_use(exchange, 10), _use(exchange, 20)])
    case = exchange.do(cases.open_case, "op1", INSTITUTE, "manual", ())
    with exchange.desk() as desk:
        raw = case_file(desk, "auditor", case.id, SIGNER)
    with pytest.raises(NotPermitted), exchange.desk() as desk:
        case_file(desk, "agent", case.id, SIGNER)
    with zipfile.ZipFile(io.BytesIO(raw)) as found:
        files = {name: found.read(name) for name in found.namelist()}
    lines = [line.split("  ") for line in files.pop("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert sums == {name: sha256(content).hexdigest() for name, content in files.items()}
    assert check_envelope(read_envelope(files[f"agreements/{agreed.id}.json"])).body["number"] == agreed.id
    assert [json.loads(line)["rows"] for line in files["uses.jsonl"].splitlines()] == [10, 20]
    entries = [json.loads(line) for line in files["ledger/entries.jsonl"].splitlines()]
    kinds = {json.loads(one["leaf"])["kind"] for one in entries}
    assert {"party.registered", "agreement.activate", "use.recorded", "case.opened"} <= kinds
    assert read_checkpoint(files["ledger/checkpoint.txt"].decode(), [SIGNER.verifier]).size > 20
    with exchange.engine.connect() as connection:
        last = store.read(connection, store.size(connection) - 1)
    assert (last.kind, last.data["sha256"]) == ("case.exported", sha256(raw).hexdigest())


def test_a_changed_use_no_longer_matches_its_ledger_entry(exchange: World) -> None:
    SqlUses(exchange.engine).write([_use(exchange, 10), replace(_use(exchange, 20), peer="z")])
    with writing(exchange.engine) as connection:
        leaf = store.size(connection) - 1
        digest = store.read(connection, leaf).data["sha256"]
        assert batch_holds(connection, leaf, digest)
        connection.execute(text("UPDATE exchange_use SET rows = 11 WHERE rows = 10"))
        assert not batch_holds(connection, leaf, digest)


def test_what_a_use_was_for_stands_under_its_ledger_entry_and_older_uses_keep_theirs(exchange: World) -> None:
    plain, told = _use(exchange, 10), replace(_use(exchange, 20), purpose="joint_supervision", case_no="案〔2026〕1号")
    SqlUses(exchange.engine).write([plain])
    SqlUses(exchange.engine).write([told])
    with writing(exchange.engine) as connection:
        last = store.size(connection) - 1
        digests = {leaf: store.read(connection, leaf).data["sha256"] for leaf in (last - 1, last)}
        # The digest of a use as it was written before purposes were kept.
        columns = "at, party, actor, grant_id, action, dataset, version, clause, rows, bytes, missed, mark, peer"
        row = connection.execute(text(f"SELECT {columns} FROM exchange_use WHERE leaf = {last - 1}")).mappings().one()
        assert sha256(store.canonical([dict(row)]).encode()).hexdigest() == digests[last - 1]
        assert all(batch_holds(connection, leaf, digest) for leaf, digest in digests.items())
        connection.execute(text("UPDATE exchange_use SET case_no = 'x' WHERE case_no <> ''"))
        assert not batch_holds(connection, last, digests[last])
    assert SqlUses(exchange.engine).of(plain.party, plain.at)[-1].purpose == ""


def test_uses_are_kept_for_six_months_at_least(exchange: World) -> None:
    for days in (0, 30, 183):
        with pytest.raises(SettingsError, match="184"):
            keep_until(exchange.now, days)
    uses = SqlUses(exchange.engine)
    uses.write([_use(exchange, 1, ago=timedelta(days=200))])
    uses.write([_use(exchange, 2, ago=timedelta(days=180))])
    with writing(exchange.engine) as connection:
        assert forget_uses(connection, keep_until(exchange.now, 184), exchange.now) == 1
    assert [one.rows for one in uses.of(INSTITUTE, exchange.now - timedelta(days=400))] == [2]


def test_uses_that_were_changed_removed_or_slipped_in_are_found_and_forgotten_ones_are_not_missed(
    exchange: World,
) -> None:
    uses = SqlUses(exchange.engine)
    old = timedelta(days=200)
    # The first batch was written late: one of its uses is younger than what is forgotten below.
    uses.write([_use(exchange, 1, ago=old), _use(exchange, 2, ago=timedelta(days=180))])
    for rows in (3, 4, 5):
        uses.write([_use(exchange, rows, ago=old if rows == 3 else timedelta())])
    with writing(exchange.engine) as connection:
        assert forget_uses(connection, keep_until(exchange.now, 184), exchange.now) == 1
        assert list(broken_batches(connection)) == []
        first, _, fourth, fifth = connection.execute(
            text("SELECT seq FROM ledger_leaf WHERE kind = 'use.recorded' ORDER BY seq")
        ).scalars()
        connection.execute(text("UPDATE exchange_use SET rows = 11 WHERE rows = 1"))
        connection.execute(text("DELETE FROM exchange_use WHERE rows = 4"))
        connection.execute(text(f"UPDATE exchange_use SET leaf = {fifth + 7} WHERE rows = 5"))
        assert list(broken_batches(connection)) == [first, fourth, fifth, fifth + 7]


def test_every_rule_is_worded_and_only_a_traced_leak_suspends_unseen() -> None:
    assert all(rule.zh and rule.en for rule in rules().values())
    assert [rule.id for rule in rules().values() if rule.suspends] == [LEAK]
