"""Accounts: opened by a one-time link, guessed in vain, ended everywhere at once; every change is in the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select

from catalog.errors import NotPermitted, OutOfStep, SettingsError
from hub.accounts import accounts, codes, guesses, passwords, sealing, sessions
from hub.accounts.entering import Attempt, Outcome, attempt, device_cookie
from hub.db import accounts as tables
from hub.db.engine import connect, reading, writing
from hub.db.migrate import migrate
from hub.db.tables import ledger_leaf
from tests.exchange_world import world

NOW = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)
KEY = bytes(range(32))
PASSWORD = "correct horse battery"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = connect(f"sqlite:///{tmp_path / 'a.db'}")
    migrate(made)
    world(made)
    yield made
    made.dispose()


def opened(engine: Engine, person: str = "agent") -> None:
    with writing(engine) as connection:
        accounts.open_account(connection, accounts.invite(connection, "admin1", person, NOW), PASSWORD, NOW)


def kinds(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return [str(one) for one in connection.execute(select(ledger_leaf.c.kind)).scalars()]


def tried(engine: Engine, person: str = "agent", password: str = PASSWORD, at: datetime = NOW, **more: str) -> Outcome:
    return attempt(engine, KEY, Attempt(person, password, **{"peer": "p1", **more}), at)


def test_a_link_opens_an_account_once_and_every_step_is_in_the_ledger(engine: Engine) -> None:
    with writing(engine) as connection:
        link = accounts.invite(connection, "admin1", "agent", NOW)
        assert accounts.invited(connection, link, NOW) == "agent"
        accounts.open_account(connection, link, PASSWORD, NOW)
        with pytest.raises(OutOfStep):
            accounts.open_account(connection, link, PASSWORD, NOW)
    assert tried(engine) is Outcome.IN
    assert kinds(engine)[-3:] == ["account.invited", "account.opened", "account.sessions-ended"]


def test_only_an_administrator_invites_and_only_who_holds_a_role(engine: Engine) -> None:
    for by, person in (("op1", "agent"), ("agent", "agent"), ("admin1", "nobody")):
        with pytest.raises(NotPermitted), writing(engine) as connection:
            accounts.invite(connection, by, person, NOW)


def test_a_link_ends_with_the_next_one_and_after_three_days(engine: Engine) -> None:
    with writing(engine) as connection:
        old = accounts.invite(connection, "admin1", "agent", NOW)
        new = accounts.invite(connection, "admin1", "agent", NOW)
        assert accounts.invited(connection, old, NOW) == ""
        assert accounts.invited(connection, new, NOW + timedelta(days=2)) == "agent"
        assert accounts.invited(connection, new, NOW + timedelta(days=4)) == ""


@pytest.mark.parametrize("poor", ["short", "aaaaaaaaaaaaaa", "agentagentagent", "x" * 201])
def test_a_poor_password_leaves_the_link_good(engine: Engine, poor: str) -> None:
    with writing(engine) as connection:
        link = accounts.invite(connection, "admin1", "agent", NOW)
        with pytest.raises(SettingsError):
            accounts.open_account(connection, link, poor, NOW)
        assert accounts.invited(connection, link, NOW) == "agent"


def test_nothing_kept_lets_anybody_in(engine: Engine) -> None:
    with writing(engine) as connection:
        link = accounts.invite(connection, "admin1", "agent", NOW)
    opened(engine)
    with writing(engine) as connection:
        token = sessions.begin(connection, "agent", "password", NOW)
        secret = codes.new_secret()
        codes.turn_on(connection, KEY, "agent", secret, pyotp.TOTP(secret).at(NOW), NOW)
        everything = " ".join(
            str(tuple(row))
            for table in (tables.account, tables.invitation, tables.session)
            for row in connection.execute(select(table))
        )
    for open_text in (PASSWORD, link, token, secret):
        assert open_text not in everything
    assert "$argon2id$" in everything


def test_a_name_that_does_not_exist_takes_the_same_work(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    opened(engine)
    seen: list[str] = []
    real = passwords._HASHER.verify

    class Watching:
        def verify(self, kept: str, password: str) -> bool:
            seen.append(kept.rpartition("$")[0].rpartition("$")[0])
            return bool(real(kept, password))

        def hash(self, password: str) -> str:
            return PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1).hash(password)

    monkeypatch.setattr(passwords, "_HASHER", Watching())
    assert tried(engine, "agent", "wrong password") is Outcome.WRONG
    assert tried(engine, "nobody", "wrong password") is Outcome.WRONG
    # The same algorithm with the same costs, whether or not there is anybody of this name.
    assert len(seen) == 2
    assert seen[0] == seen[1]
    assert "m=47104,t=1,p=1" in seen[0]


def test_guesses_are_bounded_and_the_person_still_comes_in_from_a_known_browser(engine: Engine) -> None:
    opened(engine)
    known = device_cookie(KEY, "agent", NOW)
    outcomes = [tried(engine, password="wrong") for _ in range(11)]
    assert outcomes == [Outcome.WRONG] * 10 + [Outcome.TOO_MANY]
    assert tried(engine) is Outcome.TOO_MANY  # even the right password tells the attacker nothing
    assert tried(engine, device=known) is Outcome.IN
    assert tried(engine, peer="elsewhere") is Outcome.IN
    assert tried(engine, at=NOW + timedelta(minutes=11)) is Outcome.IN
    assert kinds(engine).count("account.guessed") == 1


def test_many_addresses_together_wear_out_strangers_only(engine: Engine) -> None:
    opened(engine)
    with writing(engine) as connection:
        for number in range(101):
            guesses.count(connection, guesses.bounds("agent", f"bot{number}", ""), NOW)
    assert tried(engine, peer="new") is Outcome.TOO_MANY
    assert tried(engine, peer="new", device=device_cookie(KEY, "agent", NOW)) is Outcome.IN


def test_a_known_browser_of_somebody_else_or_a_forged_one_counts_as_strange(engine: Engine) -> None:
    opened(engine)
    for _ in range(10):
        tried(engine, password="wrong")
    for cookie in (device_cookie(KEY, "op1", NOW), device_cookie(bytes(32), "agent", NOW), "x.y", "", "é"):
        assert tried(engine, device=cookie) is Outcome.TOO_MANY


def test_a_code_is_asked_for_and_counts_once(engine: Engine) -> None:
    opened(engine)
    secret = codes.new_secret()
    with writing(engine) as connection:
        with pytest.raises(NotPermitted):
            codes.turn_on(connection, KEY, "agent", secret, "000000", NOW)
        codes.turn_on(connection, KEY, "agent", secret, pyotp.TOTP(secret).at(NOW), NOW)
    assert tried(engine) is Outcome.CODE
    assert tried(engine, code=pyotp.TOTP(secret).at(NOW)) is Outcome.CODE  # it was used to turn codes on
    later = NOW + timedelta(seconds=60)
    assert tried(engine, at=later, code=pyotp.TOTP(secret).at(later)) is Outcome.IN
    assert tried(engine, at=later, code=pyotp.TOTP(secret).at(later)) is Outcome.CODE
    assert tried(engine, at=later, password="wrong", code=pyotp.TOTP(secret).at(later)) is Outcome.WRONG


def test_codes_are_guessed_no_further_than_passwords(engine: Engine) -> None:
    opened(engine)
    secret = codes.new_secret()
    with writing(engine) as connection:
        codes.turn_on(connection, KEY, "agent", secret, pyotp.TOTP(secret).at(NOW), NOW)
    outcomes = [tried(engine, code=f"{number:06}") for number in range(12)]
    assert outcomes[-1] is Outcome.TOO_MANY


def test_a_session_ends_when_it_rests_when_it_is_old_and_when_it_is_ended(engine: Engine) -> None:
    opened(engine)
    with writing(engine) as connection:
        first = sessions.begin(connection, "agent", "password", NOW)
        other = sessions.begin(connection, "agent", "password", NOW)
    at = NOW
    assert first != other
    for _ in range(40):  # seen every twenty minutes it goes on, but not beyond twelve hours
        at += timedelta(minutes=20)
        found = sessions.find(engine, first, at)
        if found is None:
            break
    assert at - NOW == timedelta(hours=12)
    assert sessions.find(engine, other, NOW + timedelta(minutes=31)) is None
    with writing(engine) as connection:
        third = sessions.begin(connection, "agent", "password", at)
        assert sessions.end_all(connection, "agent", at) >= 1
    assert sessions.find(engine, third, at) is None
    assert sessions.find(engine, "", at) is None
    assert sessions.find(engine, "x" * 200, at) is None


def test_a_new_password_ends_every_other_session(engine: Engine) -> None:
    opened(engine)
    with writing(engine) as connection:
        mine = sessions.begin(connection, "agent", "password", NOW)
        other = sessions.begin(connection, "agent", "password", NOW)
        keep = sessions.of(connection, "agent", NOW)
    held = sessions.find(engine, mine, NOW)
    assert held is not None
    assert len(keep) == 2
    with pytest.raises(NotPermitted), writing(engine) as connection:
        accounts.change_password(connection, "agent", "wrong", "another good password", NOW, held.id)
    with writing(engine) as connection:
        accounts.change_password(connection, "agent", PASSWORD, "another good password", NOW, held.id)
    assert sessions.find(engine, mine, NOW) is not None
    assert sessions.find(engine, other, NOW) is None
    assert tried(engine) is Outcome.WRONG
    assert tried(engine, password="another good password") is Outcome.IN


def test_a_change_that_fails_leaves_neither_account_nor_event(engine: Engine) -> None:
    before = kinds(engine)

    def cut_short() -> None:
        with writing(engine) as connection:
            accounts.open_account(connection, accounts.invite(connection, "admin1", "agent", NOW), PASSWORD, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_short()
    assert kinds(engine) == before
    assert tried(engine) is Outcome.WRONG


@pytest.mark.parametrize("text", ["", ".", "a", "a.b", "é.é", "=.=", "x" * 5000])
def test_what_was_not_sealed_here_says_nothing(text: str) -> None:
    assert sealing.opened(KEY, "p", text, NOW) is None
    good = sealing.seal(KEY, "p", ["1"], sealing.in_(5, NOW))
    assert sealing.opened(KEY, "p", good, NOW) == ["1"]
    assert sealing.opened(KEY, "q", good, NOW) is None
    assert sealing.opened(KEY, "p", good, sealing.in_(6, NOW)) is None
