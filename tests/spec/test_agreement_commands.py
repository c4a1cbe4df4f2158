"""A bureau and an institute conclude an agreement with nothing but the command line and openssl, and end it again."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog.errors import HubError, NotPermitted, OutOfStep, ProofError, SettingsError
from hub.cli import hub
from hub.cli.exchange import TEMPLATE
from tests.exchange_world import HOUSE, INSTITUTE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing"),
]
SM2 = ("-sm3", "-sigopt", "distid:1234567812345678")


class Desk:
    """The command line of one hub, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, line: str, *more: str) -> str:
        done = CliRunner().invoke(
            hub, [*line.split(), *more], standalone_mode=False, env={"HUB_HOME": str(self.folder / "var")}
        )
        if done.exception is not None:
            raise done.exception
        return done.output

    def json(self, line: str, *more: str) -> Any:
        return json.loads(self(line, *more, "--json"))

    def openssl(self, *command: str) -> None:
        subprocess.run(["openssl", *command], cwd=self.folder, check=True, capture_output=True)

    def give(self, person: str, role: str, party: str) -> None:
        asked = self.json(f"permissions request {person} {role} --party {party} --reason 需要 --by zhang")
        self(f"permissions approve {asked['id']} --by li")

    def key(self, name: str, party: str, algorithm: str) -> str:
        self.openssl("genpkey", "-algorithm", algorithm, "-out", f"{name}.pem")
        self.openssl("pkey", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub")
        proposed = self.json(f"parties add-key {party} {self.folder / name}.pub --by zhang")
        self(f"parties approve-key {proposed['id']} --by li")
        return str(proposed["id"])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("bureau"))
    made(f"parties found {HOUSE} 示例省市场监督管理局 --region 370000 --administrator zhang --administrator li")
    made(f"parties register {INSTITUTE} 示例研究院 --kind institute --region 370000 --by zhang")
    for person, role, party in (
        ("wang", "operation", HOUSE),
        ("zhao", "operation", HOUSE),
        ("sun", "audit", HOUSE),
        ("chen", "agent", INSTITUTE),
    ):
        made.give(person, role, party)
    today = "starts = 2026-01-01\nends = 2099-01-01"
    text = TEMPLATE.replace("starts = 2026-01-01\nends = 2027-01-01 ", f"{today} ")
    (made.folder / "application.toml").write_text(text, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def number(desk: Desk) -> str:
    """An agreement in force: the bureau signed with Ed25519, the institute with SM2 by openssl alone."""
    desk.key("bureau", HOUSE, "ed25519")
    institute = desk.key("institute", INSTITUTE, "SM2")
    found = desk.json(f"agreements apply {desk.folder}/application.toml --by chen")["id"]
    assert desk.json(f"agreements check {found} --by wang")["state"] == "review"
    desk(f"agreements review {found} --note 同意 --by wang")
    with pytest.raises(NotPermitted):
        desk(f"agreements decide {found} --approve --by wang")
    desk(f"agreements decide {found} --approve --by zhao")
    (desk.folder / "text").write_text(desk(f"agreements text {found}"), encoding="utf-8")
    desk.openssl("dgst", *SM2, "-sign", "institute.pem", "-out", "value", "text")
    desk(f"agreements sign {found} --signature {desk.folder}/value --key-id {institute} --by chen")
    signed = desk.json(f"agreements sign {found} --key {desk.folder}/bureau.pem --by zhao")
    assert signed["state"] == "active"
    return str(found)


def test_the_agreement_is_downloaded_and_proven_in_every_format(desk: Desk, number: str) -> None:
    for kind in ("json", "pdf", "xlsx"):
        path = desk.folder / f"agreement.{kind}"
        desk(f"agreements download {number} --format {kind} --to {path} --by chen")
        told = desk.json(f"agreements verify {path}")
        assert (told["number"], len(told["signatures"])) == (number, 2)
        assert desk(f"agreements verify {path} --text") == (desk.folder / "text").read_text(encoding="utf-8")
    keys = [one["key"] for one in told["signatures"]]
    assert "trusted" in desk(f"agreements verify {path} --trust {keys[0]} --trust {keys[1]}")
    with pytest.raises(ProofError):
        desk(f"agreements verify {path} --trust {keys[0]} --trust {'0' * 64}")


def test_what_the_commands_list_is_what_happened(desk: Desk, number: str) -> None:
    (listed,) = desk.json("agreements list --state active")
    assert listed["id"] == number
    assert desk.json(f"agreements show {number}")["steps"][-1]["name"] == "activate"
    assert {one["id"] for one in desk.json("parties list")} == {HOUSE, INSTITUTE}
    assert {one["person"] for one in desk.json("permissions list")["held"]} == {
        "zhang",
        "li",
        "wang",
        "zhao",
        "sun",
        "chen",
    }
    for line in ("agreements list", f"agreements show {number}", "agreements due", f"parties show {INSTITUTE}"):
        assert number in desk(line) or INSTITUTE in desk(line) or "none" in desk(line)
    assert "holds" in json.dumps(desk.json("ledger verify"))


def test_suspending_appealing_and_a_case(desk: Desk, number: str) -> None:
    desk(f"agreements suspend {number} --note 疑似外泄 --by wang")
    desk(f"agreements appeal {number} --note 并非本单位 --by chen")
    with pytest.raises(NotPermitted):
        desk(f"agreements restore {number} --by wang")
    desk(f"agreements restore {number} --by zhao")
    case = desk.json(f"cases open {INSTITUTE} --rule traced-leak --fact report=5f0c --by wang")["id"]
    assert desk.json(f"parties show {INSTITUTE}")["party"]["state"] == "suspended"
    path = desk.folder / "case.zip"
    desk(f"cases export {case} --to {path} --by sun")
    assert path.stat().st_size > 1000
    desk(f"cases close {case} --finding 排除 --by zhao")
    desk(f"parties restore {INSTITUTE} --by zhao")


def test_an_agreement_ends_with_a_signed_certificate(desk: Desk, number: str) -> None:
    desk(f"agreements leave {number} --note 项目结束 --by chen")
    key = f"--key {desk.folder}/institute.pem"
    day = "--on 2026-01-02 --method 覆写"
    assert "已销毁" in desk(f"agreements certificate {number} {day}")
    assert desk.json(f"agreements certify {number} {day} {key} --by chen")["state"] == "destroyed"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("agreements show 1999-0001", OutOfStep),
        ("agreements apply {folder}/application.toml --by nobody", NotPermitted),
        ("agreements apply {folder}/broken.toml --by chen", SettingsError),
        ("agreements text 1999-0001", OutOfStep),
        ("agreements verify {folder}/application.toml", ProofError),
        ("parties register 123456789012345679 某院 --kind institute --region 370000 --by zhang", SettingsError),
        ("permissions approve R999999 --by li", OutOfStep),
        ("cases show C999999", OutOfStep),
        ("tickets authorise T999999 --by chen", OutOfStep),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(desk: Desk, line: str, error: type[HubError]) -> None:
    (desk.folder / "broken.toml").write_text("purpose = 'research'\nphone = '13800138000'\n", encoding="utf-8")
    with pytest.raises(error) as caught:
        desk(line.format(folder=desk.folder))
    assert "\n" not in str(caught.value)
    assert "13800138000" not in str(caught.value)
