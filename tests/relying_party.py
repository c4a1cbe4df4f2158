"""Somebody else's web application, in which people sign in by the hub: Flask and authlib, on a port of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_client import OAuth
from authlib.integrations.flask_client import OAuthError as Refused
from flask import Flask, redirect, url_for

from tests.loopback import serving


@dataclass
class Relying:
    """The application: its address and redirect address, and what it was told to be when it was registered."""

    address: str
    back: str
    app: Flask
    heard: list[str] = field(default_factory=list)

    def know(self, hub: str, client_id: str, secret: str, scope: str) -> None:
        """Discover the hub (RFC 8414) and take part in it as this client, by code and PKCE."""
        named = {"client_id": client_id, "client_secret": secret} if secret else {"client_id": client_id}
        kept = {"scope": scope, "code_challenge_method": "S256"}
        if not secret:
            kept["token_endpoint_auth_method"] = "none"
        oauth = OAuth(self.app)
        place = f"{hub}/.well-known/oauth-authorization-server"
        oauth.register("hub", server_metadata_url=place, client_kwargs=kept, **named)
        self.app.extensions["relying"] = (oauth, hub)


@contextmanager
def relying() -> Iterator[Relying]:
    """A running application that knows no hub yet."""
    app = Flask("relying")
    app.secret_key = "invented"
    with serving(app) as address:
        made = Relying(address, f"{address}/back", app)

        @app.get("/")
        def home() -> str:
            return "<h1>检测应用</h1><a href='/in'>用监管数据平台账号登录</a>"

        @app.get("/in")
        def come_in() -> Any:
            oauth, _ = app.extensions["relying"]
            return oauth.hub.authorize_redirect(url_for("back", _external=True))

        @app.get("/back")
        def back() -> Any:
            oauth, hub = app.extensions["relying"]
            try:
                token = oauth.hub.authorize_access_token()
            except Refused as no:
                made.heard.append(no.error)
                return f"<h1>{no.error}</h1>"
            me = oauth.hub.get(f"{hub}/api/v1/me", token=token).json()
            made.heard.append(me["actor"])
            return redirect("/me")

        @app.get("/me")
        def me() -> str:
            return f"<h1>你好，{made.heard[-1]}</h1>"

        yield made


__all__ = ["Relying", "relying"]
