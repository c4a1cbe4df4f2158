"""Pages with people behind them: the exchange's invented parties, an account for each person, and who is signed in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from agreements.permissions import Role
from hub.accounts import accounts, sessions
from hub.db.engine import writing
from hub.web.app import create_site
from tests.exchange_api import PLATFORM, Exchange, exchange
from tests.exchange_world import HOUSE, INSTITUTE
from tests.loopback import listening
from tests.web_world import BASE, Web

PASSWORD = "correct horse battery"
COOKIE = "__Host-hub-session"
PEOPLE = {
    "admin1": HOUSE,
    "admin2": HOUSE,
    "op1": HOUSE,
    "op2": HOUSE,
    "auditor": HOUSE,
    "agent": INSTITUTE,
    "machine": INSTITUTE,
    "shop": PLATFORM,
}
"""People of the exchange's world who open pages in tests, and their parties."""


class People(Web):
    """The pages, and readers who are somebody."""

    def __init__(self, made: Exchange) -> None:
        super().__init__(made.api)
        self.exchange = made
        self.world = made.world

    def signed_in(self, person: str, factors: str = "password") -> FlaskClient:
        """A reader in whose browser this person signed in a moment ago."""
        reader = self.reader()
        reader.set_cookie(COOKIE, self.session(person, factors), domain="hub.example", secure=True, path="/")
        return reader

    def session(self, person: str, factors: str = "password") -> str:
        """The token of a session that this person began a moment ago."""
        with writing(self.parts.engine) as connection:
            return sessions.begin(connection, person, factors, self.app.extensions["hub"].now())

    def open_account(self, person: str, password: str = PASSWORD) -> None:
        """An account with this password."""
        now = self.app.extensions["hub"].now()
        with writing(self.parts.engine) as connection:
            link = accounts.invite(connection, "admin1", person, now)
            accounts.open_account(connection, link, password, now)

    def sign_in(self, reader: FlaskClient, person: str, password: str = PASSWORD, **more: str) -> Any:
        """Sign in by the form."""
        return self.post("/sign-in", {"person": person, "password": password, **more}, reader)


def people(folder: Path, **more: str) -> People:
    """A published house with its exchange and these people's roles."""
    made = exchange(folder, **more)
    made.world.give("shop", PLATFORM, Role.QUERY)
    return People(made)


@contextmanager
def served_people(folder: Path, **more: str) -> Iterator[tuple[str, People]]:
    """Pages and API on a real loopback port under the name localhost, which browsers take for a safe place."""
    with listening() as server:
        address = f"http://localhost:{server.server_port}"
        folder.mkdir(exist_ok=True)
        made = people(folder, HUB_API_URL=address, HUB_API_PLAIN_LOOPBACK="yes", **more)
        server.app = create_site(made.parts, made.settings)
        yield address, made


__all__ = ["BASE", "COOKIE", "PASSWORD", "PEOPLE", "People", "people", "served_people"]
