"""A key service of its own process: it alone holds the master of marks, and answers with families' keys by a socket.

The socket is a file, so whoever may open it may ask: mode 0600, or 0660 for a group. Run under a user of its own, the
agent keeps the master out of the memory and the reach of all that serves, marks or identifies. What a worker is given
are the keys of the datasets that it works on; from these it derives those of grants and downloads, as anybody would.

One line of JSON asks (``{"family": "trace"}`` or ``{}``), one line answers (``{"cipher", "digest", "key"}``).
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import socketserver
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from catalog.errors import SettingsError, StorageError
from desensitise.keys import KEY_BYTES, Digest
from desensitise.mark.keys import MasterKeys, download_key, grant_key
from desensitise.mark.prf import CipherName
from hub import log
from hub.db.engine import guarded

_LONGEST: Final = 1024
_PATIENCE: Final = 30.0


@dataclass(frozen=True, slots=True)
class AgentKeys:
    """``KeyService`` by the agent that listens at ``path``. StorageError when it does not answer."""

    path: Path
    _known: dict[str, bytes] = field(default_factory=dict, repr=False)
    _about: dict[str, str] = field(default_factory=dict)

    @property
    def cipher(self) -> CipherName:
        return cast("CipherName", self._told()["cipher"])

    @property
    def digest(self) -> Digest:
        """The digest that derives keys."""
        return cast("Digest", self._told()["digest"])

    @property
    def scheme(self) -> str:
        return f"{self.cipher}-{self.digest}"

    def family(self, dataset: str) -> bytes:
        if dataset not in self._known:
            key = bytes.fromhex(self._asked({"family": dataset}).get("key", ""))
            if len(key) != KEY_BYTES:
                raise _silent()
            self._known[dataset] = key
        return self._known[dataset]

    def grant(self, dataset: str, grant: str) -> bytes:
        return grant_key(self.family(dataset), grant, self.digest)

    def download(self, dataset: str, grant: str, number: int) -> bytes:
        return download_key(self.grant(dataset, grant), number, self.digest)

    def _told(self) -> dict[str, str]:
        if not self._about:
            self._about.update(self._asked({}))
        return self._about

    def _asked(self, question: dict[str, str]) -> dict[str, str]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
                wire.settimeout(_PATIENCE)
                wire.connect(str(self.path))
                wire.sendall(json.dumps(question).encode() + b"\n")
                with wire.makefile("rb") as answer:
                    said: dict[str, str] = json.loads(answer.readline(_LONGEST))
        except (OSError, ValueError):
            raise _silent() from None
        return said


def _silent() -> StorageError:
    return StorageError(
        "The key service does not answer.",
        left="Nothing was marked or examined.",
        todo="Start 'hub keys serve', and look at who may open HUB_MARK_KEY_SOCKET.",
    )


class _Asked(socketserver.StreamRequestHandler):
    timeout = _PATIENCE

    def handle(self) -> None:
        keys = cast("_Agent", self.server).keys
        try:
            question = json.loads(self.rfile.readline(_LONGEST))
            family = question.get("family")
        except (OSError, ValueError, AttributeError):
            return
        said: dict[str, str] = {"cipher": keys.cipher, "digest": keys.digest}
        if isinstance(family, str):
            said["key"] = keys.family(family).hex()
        log.event("keys.answered", family=family if isinstance(family, str) else "")
        self.wfile.write(json.dumps(said).encode() + b"\n")


class _Agent(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def __init__(self, path: Path, keys: MasterKeys) -> None:
        self.keys = keys
        super().__init__(str(path), _Asked)


@contextmanager
def listening(path: Path, keys: MasterKeys, group: str = "") -> Iterator[Callable[[], None]]:
    """Listen at ``path`` as long as the context lasts; calling what it gives answers until the process is stopped.

    SettingsError when another agent listens there, or there is no such group.
    """
    with guarded():
        path.parent.mkdir(parents=True, exist_ok=True)
        _demand_free(path)
        before = os.umask(0o177)
        try:
            agent = _Agent(path, keys)
        finally:
            os.umask(before)
        try:
            if group:
                _share(path, group)
            yield agent.serve_forever
        finally:
            agent.shutdown()
            agent.server_close()
            path.unlink(missing_ok=True)


def _share(path: Path, group: str) -> None:
    try:
        shutil.chown(path, group=group)
    except LookupError:
        raise SettingsError(f"There is no group '{group}'.", todo="Name a group of this machine.") from None
    path.chmod(0o660)


def _demand_free(path: Path) -> None:
    """Remove the socket of an agent that died; one that answers keeps it."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
        wire.settimeout(_PATIENCE)
        if wire.connect_ex(str(path)) == 0:
            raise SettingsError("Another key service listens there.", todo="Stop it first.")
    path.unlink()
