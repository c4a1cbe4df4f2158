from __future__ import annotations

import copy
import pickle
from dataclasses import fields
from pathlib import Path

import pytest

from catalog.errors import SettingsError
from hub.settings import Address, Secret, Settings
from hub.settings_page import DOCS, documentation, main

CANARY = "canary-13800138000"


def test_an_empty_environment_gives_the_defaults():
    settings = Settings.read({})
    assert settings.home == Path("var")
    assert settings.database_url == "sqlite:///var/hub.db"
    assert settings.portal_home == Path("var/portal")
    assert settings.key_path == Path("var/keys/ledger.pem")
    assert (settings.unit_rows, settings.workers, settings.small_cell) == (65_536, 1, 5)
    assert str(settings.timezone) == "Asia/Shanghai"


def test_every_setting_can_be_given():
    environ = {
        "HUB_HOME": "/srv/hub",
        "HUB_DATABASE": "postgresql://hub:pw@db.invalid/hub",
        "HUB_DROP_FOLDER": "/srv/in",
        "HUB_PORTAL": "ckan",
        "HUB_UNIT_ROWS": "1000",
        "HUB_TIMEZONE": "UTC",
        "HUB_LEDGER_NAME": "hub.example/ledger",
        "PATH": "/bin",
    }
    settings = Settings.read(environ)
    assert settings.database_url == environ["HUB_DATABASE"]
    assert settings.drop_folder == Path("/srv/in")
    assert (settings.portal, settings.unit_rows, str(settings.timezone)) == ("ckan", 1000, "UTC")


def test_an_empty_text_counts_as_not_set():
    assert Settings.read({"HUB_WORKERS": "", "HUB_SOURCE": ""}) == Settings.read({})


@pytest.mark.parametrize("name", ["HUB_TYPO", "HUB_home", "HUB_", "HUB_HOME_FILE", "HUB_TESTING"])
def test_an_unknown_name_stops_the_start(name):
    with pytest.raises(SettingsError, match=name):
        Settings.read({name: "x"})


def test_names_of_the_tests_are_allowed():
    Settings.read({"HUB_REQUIRE": "postgres,go", "HUB_TEST_POSTGRES": "postgresql://x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HUB_WORKERS", "0"),
        ("HUB_WORKERS", "２"),
        ("HUB_WORKERS", "2\n"),
        ("HUB_WORKERS", "9" * 5000),
        ("HUB_UNIT_ROWS", "many"),
        ("HUB_SMALL_CELL", "1"),
        ("HUB_LOG_LEVEL", "loud"),
        ("HUB_TIMEZONE", "Mars/Olympus"),
        ("HUB_TIMEZONE", "../../etc/passwd"),
        ("HUB_DATABASE", "mysql://x/y"),
        ("HUB_SOURCE", "just-a-word"),
        ("HUB_HTTP_SOURCE", "ftp://x"),
        ("HUB_PORTAL_URL", "javascript:alert(1)"),
        ("HUB_PORTAL", "Folder"),
        ("HUB_LEDGER_NAME", "a+b"),
        ("HUB_LEDGER_NAME", "a b"),
        ("HUB_HOME", "a\x00b"),
    ],
)
def test_a_malformed_value_is_refused_by_name_only(name, value):
    with pytest.raises(SettingsError) as refused:
        Settings.read({name: value})
    assert name in str(refused.value)
    assert value not in str(refused.value) or len(value) == 1
    assert refused.value.__suppress_context__


def test_a_secret_is_read_from_its_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("s3cret\n")
    assert Settings.read({"HUB_HTTP_TOKEN_FILE": str(file)}).http_token.reveal() == "s3cret"


def test_a_secret_given_twice_or_in_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="both"):
        Settings.read({"HUB_HTTP_TOKEN": "a", "HUB_HTTP_TOKEN_FILE": "b"})
    with pytest.raises(SettingsError, match="HUB_HTTP_TOKEN_FILE"):
        Settings.read({"HUB_HTTP_TOKEN_FILE": str(tmp_path / "none")})


def test_secrets_show_themselves_nowhere():
    environ = {
        "HUB_HTTP_TOKEN": CANARY,
        "HUB_DATABASE": f"postgresql://hub:{CANARY}@db.invalid:5432/hub?password={CANARY}",
        "HUB_SOURCE": f"postgresql://reader:{CANARY}@db.invalid/source",
    }
    settings = Settings.read(environ)
    shown = [
        repr(settings),
        str(settings),
        f"{settings.http_token}",
        f"{settings.database!s:>80}",
        str(settings.shown()),
    ]
    assert CANARY not in "".join(shown)
    assert "db.invalid" in settings.shown()["HUB_DATABASE"]
    assert str(settings.http_token) == "…"


def test_a_secret_is_compared_but_not_pickled():
    assert Secret("a") == Secret("a") != Secret("b")
    assert not Secret("")
    assert Secret("a") != "a"
    for way in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            way(Secret("a"))


def test_an_address_that_cannot_be_parsed_shows_nothing():
    assert str(Address(f"postgresql://u:{CANARY}@[bad/x")) == "…"


def test_every_setting_stands_in_the_documentation():
    page = DOCS.read_text(encoding="utf-8")
    assert [line.name for line in fields(Settings) if f"`HUB_{line.name.upper()}`" not in page] == []


def test_the_documentation_is_current():
    assert DOCS.read_text(encoding="utf-8") == documentation()
    assert main(["--check"]) == 0
    assert main(["--unknown"]) == 2


def test_every_setting_has_help_in_both_languages():
    for line in fields(Settings):
        assert line.metadata["en"].isascii()
        assert not line.metadata["zh"].isascii()
