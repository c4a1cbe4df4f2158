"""CKAN as a WSGI application. Runs in CKAN's own environment, never in the hub's.

Loading CKAN takes longer than all else, so an empty database is filled in the same process that then serves: tables
by CKAN's own migrations, an administrator, and a token that is left in the file named by ``CKAN_TOKEN_FILE``.
"""

import os
from logging.config import fileConfig
from pathlib import Path

from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.cli.db import _get_pending_plugins, _run_migrations
from ckan.common import config
from ckan.config.middleware import make_app
from ckan.logic import get_action
from ckanext.datastore.backend import postgres

INI = os.environ["CKAN_INI"]
# CKAN 2.12.0 asks for its Chinese words by a name that it does not know itself (400), and then no script starts:
# the preview of a table stays empty. A web server in front of CKAN can rewrite this one address in the same way.
ASKED, MEANT = "/api/i18n/zh_Hans-CN", "/api/i18n/zh_Hans_CN"
fileConfig(INI, disable_existing_loggers=False)
ckan = make_app(CKANConfigLoader(INI).get_config())


def application(environ: dict, start_response: object) -> object:
    """CKAN with that address rewritten."""
    if environ.get("PATH_INFO") == ASKED:
        environ["PATH_INFO"] = MEANT
    return ckan(environ, start_response)


def fill(password: str, target: Path) -> None:
    """Tables, administrator, token."""
    model.repo.upgrade_db()
    for plugin in sorted(_get_pending_plugins()):
        _run_migrations(plugin)
    site = {"ignore_auth": True}
    site["user"] = get_action("get_site_user")(dict(site), {})["name"]
    facts = {"name": "admin", "email": "admin@localhost.invalid", "password": password}
    get_action("user_create")(dict(site), facts)
    model.User.get("admin").sysadmin = True
    model.Session.commit()
    made = get_action("api_token_create")(dict(site), {"user": "admin", "name": "hub"})
    config["ckanext.xloader.api_token"] = made["token"]
    partial = target.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(made["token"])
    partial.replace(target)


if "CKAN_TOKEN_FILE" in os.environ:
    pooled = model.meta.engine
    with ckan._wsgi_app.test_request_context():
        fill(os.environ["CKAN_ADMIN_PASSWORD"], Path(os.environ["CKAN_TOKEN_FILE"]))
        # CKAN's migrations leave an engine behind that opens a connection for every request.
        model.init_model(pooled)
# The workers are forked from here and must not share connections.
model.meta.engine.dispose()
for engine in postgres._engines.values():
    engine.dispose()
