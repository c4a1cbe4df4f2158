"""The OAuth 2 provider is judged by somebody else's client: ``openid-client`` and ``jose`` from npm, under Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.oauth_world import BACK, PASSWORD, served
from tests.plugins.fetching import fetched

PROGRAM = Path(__file__).parent / "node_oauth"
ADVICE = "Node 20 or npm is missing, or npm cannot fetch openid-client: install them and allow the npm registry."
EXPECTED = """discovered true
client_secret_basic bearer record:query machine
at+jwt machine batch
introspection true machine
revocation false
refused 401
private_key_jwt machine
DPoP dpop machine
authorization_code agreement:read agent
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its packages; without Node these tests skip, or fail when ``HUB_REQUIRE`` names ``node``."""
    folder = tmp_path_factory.mktemp("node")
    for name in ("package.json", "package-lock.json", "check.mjs"):
        shutil.copy(PROGRAM / name, folder)
    npm = shutil.which("npm") and shutil.which("node")
    command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]

    def installed() -> bool:
        done = npm and subprocess.run(command, cwd=folder, capture_output=True, check=False)
        return bool(done and done.returncode == 0)

    fetched("node", installed, ADVICE)
    return folder / "check.mjs"


@pytest.mark.slow
def test_openid_client_uses_every_grant_and_endpoint(program: Path, tmp_path: Path) -> None:
    with served(tmp_path) as hub:
        facts = {
            "address": hub.address,
            "secret": hub.secret,
            "key": hub.key.as_dict(private=True),
            "back": BACK,
            "password": PASSWORD,
        }
        done = subprocess.run(["node", program], input=json.dumps(facts), capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == EXPECTED
