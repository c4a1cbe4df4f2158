"""Checkpoints and proofs are read by somebody else's implementation: Go's ``sumdb/note`` and ``sumdb/tlog``."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.db.engine import connect, reading, writing
from hub.db.migrate import migrate
from hub.ledger import store
from hub.ledger.note import Signer, read_checkpoint
from hub.ledger.store import Event
from tests.plugins.fetching import fetched

PROGRAM = Path(__file__).parent / "go_ledger"
ADVICE = (
    "Go is missing or cannot fetch golang.org/x/mod: install the system's golang package and allow its module proxy."
)
NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
SEED = b"1" * 32
SIGNER = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(SEED))
PRIVATE = base64.b64encode(b"\x01" + SEED).decode()
SIZES = (1, 2, 3, 7, 12)


@pytest.fixture(scope="module")
def checker(tmp_path_factory):
    """The Go program, built; without Go these tests skip, or fail when ``HUB_REQUIRE`` names ``go``."""
    binary = tmp_path_factory.mktemp("go") / "check"
    go = shutil.which("go")
    # Run once: what a compiler saves by not optimising is more than what the program then takes.
    command = [str(go), "build", "-gcflags=all=-N -l", "-o", binary, "."]
    environ = {**os.environ, "CGO_ENABLED": "0"}

    def built() -> bool:
        done = go and subprocess.run(command, cwd=PROGRAM, capture_output=True, check=False, env=environ)
        return bool(done and done.returncode == 0)

    fetched("go", built, ADVICE)
    return binary


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Checkpoints at several sizes, every entry's proof in each of them, and the proofs between them, as JSON."""
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'hub.db'}")
    migrate(engine)
    notes = []
    for count in SIZES:
        with writing(engine) as connection:
            store.append(connection, [Event("release.sealed", {"名称": "发布", "n": one}) for one in range(count)], NOW)
            notes.append(store.checkpoint(connection, SIGNER, NOW))
    with reading(engine) as connection:
        sizes = [read_checkpoint(note, [SIGNER.verifier]).size for note in notes]
        made = {
            "vkey": SIGNER.vkey,
            "skey": f"PRIVATE+KEY+{SIGNER.name}+{SIGNER.verifier.key_id.hex()}+{PRIVATE}",
            "checkpoints": notes,
            "inclusion": [
                {
                    "seq": seq,
                    "size": size,
                    "leaf": store.read(connection, seq).body,
                    "path": [b64(one) for one in store.inclusion(connection, seq, size)],
                }
                for size in sizes
                for seq in range(size)
            ],
            "consistency": [
                {"old": old, "new": new, "path": [b64(one) for one in store.consistency(connection, old, new)]}
                for new in sizes
                for old in sizes
                if old <= new
            ],
        }
    engine.dispose()
    return made


def b64(raw):
    return base64.b64encode(raw).decode()


def check(checker, material):
    return subprocess.run([checker], input=json.dumps(material), capture_output=True, text=True, check=False)


def test_go_accepts_all_checkpoints_and_proofs_and_signs_alike(checker, material):
    done = check(checker, material)
    assert done.stderr == ""
    assert done.stdout == "true true true true true 5 checkpoints, 63 inclusions, 15 consistencies\n"


def test_go_refuses_what_was_changed(checker, material):
    first, *others = material["inclusion"][5:]
    wrong = {
        "a leaf": material | {"inclusion": [first | {"leaf": first["leaf"] + " "}, *others]},
        "a place": material | {"inclusion": [first | {"seq": first["seq"] ^ 1}, *others]},
        "a checkpoint": material
        | {"checkpoints": [note.replace("\n30\n", "\n31\n") for note in material["checkpoints"]]},
        "a root": material | {"consistency": [{"old": 2, "new": 5, "path": []}]},
    }
    assert {name for name, one in wrong.items() if check(checker, one).returncode == 1} == set(wrong)
