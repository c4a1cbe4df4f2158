"""A published house with an exchange behind it, and a caller for each reader: who gets what over the API."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agreements import register
from agreements.model import PartyKind
from agreements.permissions import Permission, Role
from hub.db.engine import writing
from hub.oauth import clients
from hub.oauth.clients import Method, Wish
from tests.api_world import NAMES, Api, published
from tests.exchange_world import HOUSE, INSTITUTE, World, uscc, world
from tests.house import Ticking

NEIGHBOUR = uscc("11320000005000019")
CITY = uscc("11370100005000017")
PLATFORM = uscc("91370000005000011")
READERS = {"bureau": HOUSE, "city": CITY, "neighbour": NEIGHBOUR, "institute": INSTITUTE, "platform": PLATFORM}
START = datetime(2026, 3, 3, 1, 0, tzinfo=UTC)


@dataclass
class Exchange:
    """The API, the world behind it, and one machine account a reader, named as the reader."""

    api: Api
    world: World

    def token(self, actor: str, *scopes: str) -> str:
        """A token for an account, with all scopes when none are named."""
        context = self.api.app.extensions["hub"]
        chosen = list(scopes) or [str(one) for one in Permission]
        return str(context.tokens.make(actor, "test-client", chosen, context.now())[0])

    def get(self, actor: str, path: str, **headers: str) -> Any:
        """A GET by an account; "" is the public."""
        bearer = {"Authorization": f"Bearer {self.token(actor)}"} if actor else {}
        return self.api.get(path, headers={**bearer, **headers})

    def post(self, actor: str, path: str, body: object = None, **headers: str) -> Any:
        """A POST of JSON by an account."""
        known = {"Authorization": f"Bearer {self.token(actor)}", **headers}
        return self.api.ask("POST", path, headers=known, json=body if body is not None else {})


def exchange(folder: Path, names: tuple[str, ...] = NAMES, /, **more: str) -> Exchange:
    """Everything together, on SQLite or the database that ``HUB_DATABASE`` names."""
    first = published(folder, names, **more)
    made = world(first.parts.engine)
    clock = Ticking(START)
    parts = replace(first.parts, clock=clock)
    api = Api(
        parts, folder / "home", f"sqlite:///{folder / 'p.sqlite'}", folder / "drop", HUB_API_RATE="100000", **more
    )
    for code, name, kind, region in (
        (NEIGHBOUR, "邻省市场监督管理局", PartyKind.REGULATOR, "320000"),
        (CITY, "示例市市场监督管理局", PartyKind.REGULATOR, "370100"),
        (PLATFORM, "示例电商平台", PartyKind.PLATFORM, "370000"),
    ):
        made.do(register.register, "admin1", code, name, (kind,), region)
    for reader, party in READERS.items():
        made.give(reader, party, Role.QUERY)
    with writing(parts.engine) as connection:
        clients.register(connection, "admin1", Wish("test-client", "测试", Method.SECRET, "machine"), clock.now())
    return Exchange(api, made)
