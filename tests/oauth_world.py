"""An exchange with its API on a real loopback port, and clients registered in it. Everything is invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from joserfc.jwk import ECKey

from hub.accounts import accounts
from hub.api.app import create_app
from hub.db.engine import writing
from hub.oauth import clients
from hub.oauth.clients import Method, Wish
from hub.parts import Parts, assemble
from hub.settings import Settings
from tests.exchange_world import World, world
from tests.loopback import listening

PASSWORD = "长密码 correct horse"
BACK = "http://127.0.0.1:1/back"


@dataclass
class Served:
    """A running API: its address, the world behind it, a machine's secret and key."""

    address: str
    app: Flask
    parts: Parts
    settings: Settings
    world: World
    secret: str
    other_secret: str
    key: ECKey


def _registered(parts: Parts, key: ECKey) -> tuple[str, str]:
    now = datetime.now(UTC)
    public = (key.as_dict(private=False),)
    with writing(parts.engine) as connection:
        secret = clients.register(connection, "admin1", Wish("batch", "批处理", Method.SECRET, "machine"), now)
        other = clients.register(
            connection, "admin1", Wish("gateway", "网关", Method.SECRET, "machine", introspects=True), now
        )
        clients.register(connection, "admin1", Wish("keyed", "密钥客户端", Method.KEY, "machine", public), now)
        clients.register(connection, "admin1", Wish("app", "应用", Method.NONE, redirects=(BACK,)), now)
        accounts.open_account(connection, accounts.invite(connection, "admin1", "agent", now), PASSWORD, now)
    return secret, other


@contextmanager
def served(home: Path, **more: str) -> Iterator[Served]:
    """An API on loopback, in a thread of this process."""
    with listening() as server:
        address = f"http://127.0.0.1:{server.server_port}"
        settings = Settings.read(
            {
                "HUB_HOME": str(home),
                "HUB_API_URL": address,
                "HUB_API_PLAIN_LOOPBACK": "yes",
                "HUB_API_RATE": "100000",
                **more,
            }
        )
        parts = assemble(settings, "tester")
        made = world(parts.engine)
        key = ECKey.generate_key("P-256")
        secret, other = _registered(parts, key)
        server.app = create_app(parts, settings)
        try:
            yield Served(address, server.app, parts, settings, made, secret, other, key)
        finally:
            parts.engine.dispose()
