"""Pages of a small published house: asked by Flask's client, or by a real browser from a loopback port."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from hub.settings import Settings
from hub.web.app import create_site, create_web
from tests.api_world import NAMES, Api, published

BASE = "https://hub.example"
_FIELD = re.compile(r'name="csrf_token" value="([^"]+)"')
_TAGS = re.compile(r"<[^>]*>")


class Web:
    """The pages over a published house. ``client`` keeps cookies; ``with_cookies`` gives another reader."""

    def __init__(self, api: Api, **named: Any) -> None:
        self.api = api
        self.parts = api.parts
        self.settings: Settings = api.settings
        self.app: Flask = create_web(api.parts, api.settings, api.app.extensions["hub"], **named)
        self.client: FlaskClient = self.app.test_client()
        self.notes: set[str] = set()

    def reader(self) -> FlaskClient:
        """A reader without any cookie."""
        return self.app.test_client()

    def get(self, path: str, client: FlaskClient | None = None, **named: Any) -> Any:
        """A page over https."""
        return (client or self.client).get(path, base_url=BASE, **{"buffered": True, **named})

    def post(self, path: str, data: dict[str, Any], client: FlaskClient | None = None, **named: Any) -> Any:
        """A form of ``path``, sent with the token that its own page gave."""
        who = client or self.client
        token = token_of(self.get(named.pop("form", path), who).text)
        headers = {"Referer": BASE + path, **named.pop("headers", {})}
        sent = {"csrf_token": token, **data}
        return who.post(path, data=sent, base_url=BASE, headers=headers, **{"buffered": True, **named})


def token_of(page: str) -> str:
    """The token in a page's form; "" when it has none."""
    found = _FIELD.search(page)
    return unescape(found[1]) if found else ""


def words_of(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(unescape(_TAGS.sub(" ", page)).split())


def web(folder: Path, names: tuple[str, ...] = NAMES, **more: str) -> Web:
    """The pages of a house with the first release of some datasets, published."""
    return Web(published(folder, names, **more))


def site_of(api: Api) -> Any:
    """Pages and API behind their door."""
    return create_site(api.parts, api.settings)
