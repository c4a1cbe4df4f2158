"""``hub serve``: the API; ``hub serve-web``: pages and API; ``hub serve-portal``: the folder portal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hub.cli import common
from hub.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from _typeshed.wsgi import WSGIApplication

    from hub.parts import Parts


@click.command(name="serve")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; default: HUB_API_BIND. 监听地址。")
def serve_command(bind: str | None) -> None:
    """Answer the exchange API until stopped. 提供交换接口服务。

    Plain http is refused unless HUB_API_PLAIN_LOOPBACK=yes and the caller sits on this machine; set
    HUB_API_CERTIFICATE and HUB_API_CERTIFICATE_KEY, or stand behind a proxy named in HUB_API_PROXIES.

    \b
    Example:
      HUB_API_PLAIN_LOOPBACK=yes hub serve --bind 127.0.0.1:8080
    """
    settings = common.settings()
    _serve(settings, "api", bind or settings.api_bind, "API 接口: {}/api/v1/docs", _application)


@click.command(name="serve-web")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; default: HUB_API_BIND. 监听地址。")
def serve_web_command(bind: str | None) -> None:
    """Serve the pages for people, and the API beside them. 提供网站页面与交换接口。

    Everything answers behind one door: pages at /, the API below /api/, signing in below /oauth/. Plain http is
    refused as by the API; it uses the same certificate and proxies.

    \b
    Example:
      HUB_API_PLAIN_LOOPBACK=yes hub serve-web --bind 127.0.0.1:8080
    """
    settings = common.settings()
    _serve(settings, "web", bind or settings.api_bind, "Pages 网站: {}/", _site)


@click.command(name="serve-portal")
@click.option("--bind", metavar="HOST:PORT", help="Where to listen; default: HUB_PORTAL_BIND. 监听地址。")
def serve_portal_command(bind: str | None) -> None:
    """Serve the folder portal: its pages, and each download marked. 提供门户页面，每次下载均带标识。

    A data file of an open dataset is answered by a copy made for the caller and entered in the ledger; addresses of
    records are answered below /r/. Plain http is refused as by the API; it uses the same certificate and proxies.

    \b
    Example:
      HUB_API_PLAIN_LOOPBACK=yes hub serve-portal --bind 127.0.0.1:8081
    """
    settings = common.settings()
    _serve(settings, "portal", bind or settings.portal_bind, "Portal 门户: {}/", _portal)


def _serve(
    settings: Settings, name: str, where: str, told: str, make: Callable[[Parts, Settings], WSGIApplication]
) -> None:
    from hub.api.process.serve import run
    from hub.parts import assemble

    # Once before the first worker: a ledger that was tampered with, or a database out of reach, stops the start.
    assemble(settings, name).engine.dispose()
    click.echo(told.format(where))
    run(lambda: make(assemble(settings, name), settings), settings, where)


def _portal(parts: Parts, settings: Settings) -> WSGIApplication:
    from hub.api.portal import create_portal

    return create_portal(parts, settings)


def _site(parts: Parts, settings: Settings) -> WSGIApplication:
    from hub.web.app import create_site

    return create_site(parts, settings)


def _application(parts: Parts, settings: Settings) -> WSGIApplication:
    from hub.api.app import create_app
    from hub.peering.peer_station import with_peers

    app = create_app(parts, settings)
    app.wsgi_app = with_peers(app.wsgi_app, parts, settings)  # type: ignore[method-assign, assignment]
    return app


COMMANDS = (serve_command, serve_portal_command, serve_web_command)
