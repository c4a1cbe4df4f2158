"""``hub feedback``: what waits for the bureau, the most urgent first, and its public answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agreements import replying
from agreements.feedback import About, FeedbackKind
from agreements.replying import Raised
from hub.cli import hub
from hub.db.engine import connect
from hub.db.migrate import migrate
from tests.exchange_world import LAB, world


@pytest.fixture
def home(tmp_path: Path) -> Path:
    engine = connect(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(engine)
    made = world(engine)
    for kind, text in ((FeedbackKind.CORRECTION, "等级有误"), (FeedbackKind.DEMAND, "希望开放纤维数据")):
        made.do(replying.raise_feedback, Raised(kind, About("grading"), text), made.calendar)
    engine.dispose()
    return tmp_path


def run(home: Path, *arguments: str, by: str = "op1") -> Result:
    return CliRunner().invoke(hub, ["feedback", *arguments, "--by", by], env={"HUB_HOME": str(home)})


def test_the_bureau_lists_and_answers_what_waits_for_it(home: Path) -> None:
    waiting = json.loads(run(home, "list", "--json").output)
    assert [one["id"] for one in waiting] == ["D000001", "K000001"]
    assert all(one["overdue"] for one in waiting)
    assert json.loads(run(home, "list", "--json", by="lab").output) == []
    words = ("--outcome", "accepted", "--subject", "等级", "--answer")
    assert run(home, "answer", "K000001", *words, "请联系张伟 13912345678").exit_code != 0
    assert run(home, "answer", "K000001", *words, "已更正").exit_code == 0
    assert run(home, "answer", "K000001", *words, "已更正").exit_code != 0
    assert run(home, "forward", "D000001", LAB).exit_code != 0
    assert [one["id"] for one in json.loads(run(home, "list", "--json").output)] == ["D000001"]
    assert len(json.loads(run(home, "list", "--all", "--json").output)) == 2
