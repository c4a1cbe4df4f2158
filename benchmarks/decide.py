"""What a decision costs: microseconds of CPU a question, alone and with the party's standing read from the database.

    python -m benchmarks.decide [--questions N] [--postgres URL]

The floor is the bare driver reading one row by its key in a transaction, in the same run: a request cannot see a
suspension at the very next question for less.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Engine

from agreements.decide import decide
from agreements.desk import Happened
from agreements.model import Action, Form, Grant, Party, PartyKind, Purpose, PurposeKind, Standing, Subject
from agreements.people import Assignment
from agreements.permissions import Role, permissions_of
from hub.db.engine import connect, reading
from hub.db.migrate import migrate
from hub.state.exchange import desk
from hub.state.standing import standing_now

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
CODE = "12370000005000093B"
PARTY = Party(CODE, "示例研究院", (PartyKind.INSTITUTE,), "370000", NOW)
GRANT = Grant(
    "2026-0001/statistics",
    CODE,
    "2026-0001",
    "statistics",
    (PurposeKind.RESEARCH,),
    NOW - timedelta(days=1),
    NOW + timedelta(days=1),
)
WHAT = Subject(Form.AGGREGATES, "2.3", "statistics", fields=("quarter", "batches"), made_safe=True, described=True)
WHY = Purpose(PurposeKind.RESEARCH)


def cost(question: Callable[[], object], count: int) -> float:
    """Microseconds of CPU a call: the best of five runs."""
    question()
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(count):
            question()
        best = min(best, time.process_time() - started)
    return best / count * 1e6


def fill(engine: Engine) -> None:
    """A thousand parties with a machine and a grant each; the one that asks is one of them."""
    migrate(engine)
    with desk(engine, NOW) as found:
        things: list[Party | Assignment | Grant] = []
        for number in range(1000):
            code = CODE if number == 500 else f"1237000000{number:07}X"
            things.append(Party(code, f"院{number}", (PartyKind.INSTITUTE,), "370000", NOW))
            things.append(Assignment(f"m{number}/query", f"m{number}", code, Role.QUERY, NOW, "R"))
            things.append(
                Grant(f"g{number}", code, f"a{number}", "statistics", GRANT.purposes, GRANT.starts, GRANT.ends)
            )
        found.keep(Happened("benchmark.filled"), *things)


def asked(engine: Engine) -> Callable[[], object]:
    """One whole question: standing read anew, then decided."""

    def question() -> object:
        with reading(engine) as connection:
            verdict = decide(standing_now(connection, "m500"), Action.DOWNLOAD, WHAT, WHY, NOW)
        assert verdict.allowed
        return verdict

    return question


def sqlite_floor(path: Path) -> Callable[[], object]:
    """The bare driver reading one party by its key."""
    connection = sqlite3.connect(path, isolation_level=None)

    def question() -> object:
        connection.execute("BEGIN")
        row = connection.execute("SELECT body FROM exchange_party WHERE id = ?", (CODE,)).fetchone()
        connection.execute("COMMIT")
        return row

    return question


def postgres_floor(url: str) -> Callable[[], object]:
    """The same on PostgreSQL."""
    connection = psycopg.connect(url)

    def question() -> object:
        row = connection.execute("SELECT body FROM exchange_party WHERE id = %s", (CODE,)).fetchone()
        connection.commit()
        return row

    return question


def main() -> None:
    """Print the costs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=2000)
    parser.add_argument("--postgres", metavar="URL")
    given = parser.parse_args()
    who = Standing(PARTY, "m", permissions_of([Role.QUERY]), (GRANT,))
    alone = cost(lambda: decide(who, Action.DOWNLOAD, WHAT, WHY, NOW), given.questions)
    print(f"decide alone                        {alone:8.1f} us")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        legs = {"SQLite": connect(f"sqlite:///{path}")}
        if given.postgres:
            legs["PostgreSQL"] = connect(given.postgres)
        for name, engine in legs.items():
            fill(engine)
            floor = sqlite_floor(path) if name == "SQLite" else postgres_floor(given.postgres)
            whole, bare = cost(asked(engine), given.questions), cost(floor, given.questions)
            print(f"standing and decide, {name:<14} {whole:8.1f} us   bare row {bare:6.1f} us   {whole / bare:5.1f} x")
            engine.dispose()


if __name__ == "__main__":
    main()
