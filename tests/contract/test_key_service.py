"""One suite for every key service of marks: the key file's, and the agent that holds the master in its own process."""

from __future__ import annotations

import os
import secrets
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import SettingsError, StorageError
from desensitise.mark import Copy, KeyService, MasterKeys, keys_of
from desensitise.mark.embed import embed
from hub.key_agent import AgentKeys, listening
from tests.mark_world import TRACE, Entries, trace
from tests.plugins.ports import PATIENCE

MASTER = bytes(range(32))
HUB = Path(sys.executable).with_name("hub")


@pytest.fixture(params=["file-aes-sha256", "file-sm4-sm3", "agent-aes-sha256", "agent-sm4-sm3"])
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KeyService]:
    kind, cipher, digest = request.param.split("-")
    master = MasterKeys(MASTER, digest, cipher)
    if kind == "file":
        yield master
        return
    with listening(tmp_path / "keys.sock", master) as serve:
        threading.Thread(target=serve, daemon=True).start()
        yield AgentKeys(tmp_path / "keys.sock")


def test_keys_are_those_of_the_master_whoever_derives_them(service: KeyService) -> None:
    cipher, digest = service.scheme.split("-")
    known = MasterKeys(MASTER, digest, cipher)  # type: ignore[arg-type]
    copy = Copy("trace", 1, "g1", "甲省", 17)
    assert keys_of(service, copy) == keys_of(known, copy)
    assert service.cipher == known.cipher


def test_families_grants_and_downloads_have_keys_of_their_own(service: KeyService) -> None:
    said = [service.family("a"), service.family("b"), service.grant("a", "g"), service.grant("a", "h")]
    said += [service.grant("b", "g"), service.download("a", "g", 1), service.download("a", "g", 2)]
    assert len({*said, MASTER}) == 8
    assert {len(key) for key in said} == {32}


def test_copies_are_the_same_bytes_by_either_service(service: KeyService) -> None:
    cipher, digest = service.scheme.split("-")
    known = MasterKeys(MASTER, digest, cipher)  # type: ignore[arg-type]
    copy, rows = Copy("trace", 1, "g1", "甲省", 17), trace(300)
    one, other = (list(embed([rows], TRACE, keys_of(by, copy), Entries())) for by in (service, known))
    assert one == other


def test_nothing_is_printed_of_a_key(service: KeyService) -> None:
    key = service.family("trace")
    assert key.hex() not in repr(service)
    assert repr(key) not in repr(service)


def test_a_service_that_is_not_there_stops_whatever_asked(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="key service"):
        AgentKeys(tmp_path / "nowhere.sock").family("trace")


def test_only_its_owner_may_open_the_socket_and_two_agents_do_not_share_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.sock"
    with listening(path, MasterKeys(MASTER)) as serve:
        threading.Thread(target=serve, daemon=True).start()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with pytest.raises(SettingsError, match="Another"), listening(path, MasterKeys(MASTER)):
            pass
        assert AgentKeys(path).scheme == "aes-sha256"
    assert not path.exists()


ASK = """
import sys, time
from pathlib import Path
from desensitise.mark import Copy, keys_of
from hub.parts import mark_keys
from hub.settings import Settings
import os
keys = keys_of(mark_keys(Settings.read(os.environ)), Copy("trace", 1, "g", "r", 3))
print(keys.family.hex(), flush=True)
time.sleep(600)
"""


@pytest.mark.slow
def test_the_master_is_in_the_agents_memory_and_in_no_workers(tmp_path: Path) -> None:
    master = secrets.token_bytes(32)
    key = tmp_path / "agent" / "mark.key"
    key.parent.mkdir(mode=0o700)
    key.touch(0o600)
    key.write_text(master.hex())
    path = tmp_path / "keys.sock"
    common = {"PATH": os.environ["PATH"], "HUB_HOME": str(tmp_path / "home"), "HUB_MARK_KEY_SOCKET": str(path)}
    agent = subprocess.Popen([HUB, "keys", "serve"], env={**common, "HUB_MARK_KEY_FILE": str(key)})
    worker: subprocess.Popen[str] | None = None
    try:
        until = time.monotonic() + PATIENCE
        while not answers(path) and time.monotonic() < until:
            time.sleep(0.05)
        worker = subprocess.Popen([sys.executable, "-c", ASK], env=common, stdout=subprocess.PIPE, text=True)
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == MasterKeys(master).family("trace").hex()
        forms = (master, master.hex().encode())
        assert any(form in memory_of(agent.pid) for form in forms)
        assert not any(form in memory_of(worker.pid) for form in forms)
    finally:
        if worker is not None:
            worker.kill()
            worker.communicate()
        agent.send_signal(signal.SIGTERM)
        agent.wait(PATIENCE)
    assert not path.exists()


def answers(path: Path) -> bool:
    """Whether the agent listens: its socket is there a moment before."""
    try:
        return bool(AgentKeys(path).scheme)
    except StorageError:
        return False


def memory_of(process: int) -> bytes:
    """Everything that a process of ours can write to."""
    found = []
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            bounds, rights = line.split()[:2]
            begin, end = (int(one, 16) for one in bounds.split("-"))
            if rights.startswith("rw") and end - begin < 1 << 28:
                memory.seek(begin)
                try:
                    found.append(memory.read(end - begin))
                except OSError:
                    continue
    return b"\n".join(found)
