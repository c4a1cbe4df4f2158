"""Two at once: a decision is made once, a number is given once, whoever comes second is told so."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from agreements import applying, roles
from agreements.agreement import Agreement
from agreements.people import Change
from agreements.permissions import Role
from catalog.errors import HubError
from hub.state.exchange import desk
from tests.exchange_world import HOUSE, OFFERED, World, application


def _at_once(exchange: World, *commands: Callable[..., object]) -> list[str]:
    """Run commands in transactions of their own at the same time; what became of each."""

    def one(command: Callable[..., object]) -> str:
        try:
            with desk(exchange.engine, exchange.now) as found:
                command(found)
        except HubError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(len(commands)) as pool:
        return sorted(pool.map(one, commands))


def test_two_administrators_are_not_removed_by_two_requests_at_once(exchange: World) -> None:
    exchange.give("admin3", HOUSE, Role.ADMINISTRATION)
    first = exchange.do(roles.request, "admin1", "admin2", HOUSE, Role.ADMINISTRATION, "调离", Change.TAKE)
    second = exchange.do(roles.request, "admin2", "admin1", HOUSE, Role.ADMINISTRATION, "调离", Change.TAKE)
    became = _at_once(
        exchange,
        lambda found: roles.approve(found, "admin3", first.id),
        lambda found: roles.approve(found, "admin3", second.id),
    )
    assert became == ["done", "not-permitted"]


def test_a_request_is_decided_once(exchange: World) -> None:
    exchange.give("admin3", HOUSE, Role.ADMINISTRATION)
    asked = exchange.do(roles.request, "admin1", "wang", HOUSE, Role.OPERATION, "新任")
    became = _at_once(
        exchange,
        lambda found: roles.approve(found, "admin2", asked.id),
        lambda found: roles.refuse(found, "admin3", asked.id, "不需要"),
    )
    assert became == ["done", "out-of-step"]


def test_numbers_have_neither_gaps_nor_doubles(exchange: World) -> None:
    move = exchange.move("", "agent")
    became = _at_once(exchange, *[lambda found: applying.apply(found, move, application()) for _ in range(4)])
    assert became == ["done"] * 4
    assert exchange.do(applying.check, exchange.move("2026-0004", "op1"), OFFERED)[1] == ()
    with exchange.desk() as found:
        assert [one.id for one in found.find(Agreement)] == [f"2026-000{number}" for number in range(1, 5)]
