"""``hub notices``: drafted, reviewed and published by different people, then written in every format."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xmlschema
from click.testing import CliRunner

from catalog.errors import HubError, NotPermitted, OutOfStep, SettingsError
from hub.cli import hub
from tests.exchange_world import world
from tests.house import house
from tests.unit.hub.api.test_notices import DRAFT

CAP = Path(__file__).resolve().parents[2] / "data" / "cap" / "CAP-v1.2.xsd"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("notices")
    parts = house(place / "var", "sqlite:///nowhere")
    world(parts.engine)
    parts.engine.dispose()
    (place / "draft.json").write_text(json.dumps(DRAFT), encoding="utf-8")
    return place


def _run(home: Path, line: str) -> str:
    done = CliRunner().invoke(
        hub, ["notices", *line.split()], env={"HUB_HOME": str(home / "var")}, standalone_mode=False
    )
    if done.exception is not None:
        raise done.exception
    return done.output


def test_a_notice_goes_from_draft_to_every_format(home: Path) -> None:
    made = json.loads(_run(home, f"draft {home / 'draft.json'} --by op1 --json"))
    number = made["notice"]["notice_no"]
    with pytest.raises(NotPermitted):
        _run(home, f"review legal {number} --by op1")
    with pytest.raises(OutOfStep, match="review:technical"):
        _run(home, f"publish {number} --by op2")
    with pytest.raises(OutOfStep):
        _run(home, f"write {number} --to {home / 'no.pdf'}")
    for kind in ("technical", "legal"):
        _run(home, f"review {kind} {number} --by op2")
    assert "已发布" in _run(home, f"publish {number} --by op2")
    for kind in ("pdf", "cap", "json", "text"):
        _run(home, f"write {number} --format {kind} --to {home / kind}")
    xmlschema.XMLSchema(str(CAP)).validate((home / "cap").read_text(encoding="utf-8"))
    assert (home / "pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((home / "json").read_text(encoding="utf-8"))["notice_no"] == number
    assert DRAFT["hazard"] in (home / "text").read_text(encoding="utf-8")
    _run(home, f"feed --region 370102 --to {home / 'rss'}")
    assert number in (home / "rss").read_text(encoding="utf-8")
    assert number in _run(home, "list --state published")
    assert "published" in _run(home, f"show {number}")


def test_strangers_neither_draft_nor_read_drafts(home: Path) -> None:
    for person in ("agent", "auditor1", "nobody"):
        with pytest.raises(HubError):
            _run(home, f"draft {home / 'draft.json'} --by {person}")
    number = json.loads(_run(home, f"draft {home / 'draft.json'} --by op1 --json"))["notice"]["notice_no"]
    with pytest.raises(OutOfStep):
        _run(home, f"show {number} --by agent")
    assert number in _run(home, f"show {number} --by op2")


def test_a_draft_with_other_fields_is_refused_without_its_values(home: Path) -> None:
    (home / "bad.json").write_text(json.dumps({**DRAFT, "level": "13912345678"}), encoding="utf-8")
    with pytest.raises(SettingsError, match="level") as caught:
        _run(home, f"draft {home / 'bad.json'} --by op1")
    assert "13912345678" not in str(caught.value)
