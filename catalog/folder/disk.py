"""Safe work on a folder that strangers read: whole writes, checked copies, no symbolic links, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import Busy, PortalError

CHUNK = 1 << 20
PUBLIC_FILE = 0o644
PUBLIC_FOLDER = 0o755
PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader gets at an address: size in bytes and SHA-256 of the content."""

    size: int
    sha256: str


def guard(root: Path, path: Path) -> Path:
    """``path`` if no part of it below ``root`` is a symbolic link; raise ``PortalError`` otherwise.

    A link inside the public folder could make the hub write or delete somewhere else, or show a foreign file.
    """
    here = root
    for part in path.relative_to(root).parts:
        if part == "..":
            raise PortalError("A path leads out of the portal folder.", todo="Check the dataset's id and file names.")
        here = here / part
        if here.is_symlink():
            raise PortalError(
                f"{here.relative_to(root)} in the portal folder is a symbolic link.",
                todo="Remove the link; the portal folder holds plain files and folders only.",
            )
    return path


def make_folder(root: Path, path: Path, mode: int = PUBLIC_FOLDER) -> None:
    """Make ``path`` and what lies between it and ``root``, readable for everyone whatever the umask is."""
    guard(root, path)
    if path not in (root, path.parent):
        if not path.parent.is_dir():
            make_folder(root, path.parent, PUBLIC_FOLDER)
        if not path.is_dir():
            path.mkdir()
            path.chmod(mode)
            sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make renames in this folder survive a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _put(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def write_new(path: Path, data: bytes) -> None:
    """Write a file that nobody reads yet, durable and readable for everyone."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PUBLIC_FILE)
    try:
        os.fchmod(handle, PUBLIC_FILE)
        _put(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_new(source: Path, target: Path) -> Seen:
    """Copy a file to a place that nobody reads yet; what was really written is measured on the way."""
    digest, size = hashlib.sha256(), 0
    reader = os.open(source, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        writer = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, PUBLIC_FILE)
        try:
            os.fchmod(writer, PUBLIC_FILE)
            while chunk := os.read(reader, CHUNK):
                digest.update(chunk)
                size += len(chunk)
                _put(writer, chunk)
            os.fsync(writer)
        finally:
            os.close(writer)
    finally:
        os.close(reader)
    return Seen(size, digest.hexdigest())


def look(root: Path, path: Path) -> Seen | None:
    """What an anonymous reader of this host gets at ``path``: None if it is absent or not readable for everyone."""
    try:
        guard(root, path)
        for folder in path.parents:
            if folder == root:
                break
            if folder.stat().st_mode & 0o005 != 0o005:
                return None
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode) or not state.st_mode & 0o004:
            return None
        digest = hashlib.sha256()
        while chunk := os.read(handle, CHUNK):
            digest.update(chunk)
        return Seen(state.st_size, digest.hexdigest())
    finally:
        os.close(handle)


def remove(path: Path) -> None:
    """Remove a file or a whole folder if it is there; a symbolic link is removed, never followed."""
    if path.is_symlink() or path.is_file():
        path.unlink()
    elif path.is_dir():
        shutil.rmtree(path)


@contextmanager
def only_writer(lock: Path, patience: float) -> Iterator[None]:
    """Hold the portal's lock; wait at most ``patience`` seconds for another publisher, then raise ``Busy``.

    The lock belongs to the open file, so it ends with the process, also after a kill.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise Busy(
                        "Another process is publishing to this portal folder.", todo="Run the command again later."
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


REASONS = {
    errno.ENOSPC: "The disk of the portal folder is full.",
    errno.EDQUOT: "The disk quota of the portal folder is used up.",
    errno.EFBIG: "A file is larger than the disk or its limits allow.",
    errno.EROFS: "The portal folder is on a read-only disk.",
    errno.EACCES: "The portal folder may not be written.",
    errno.EPERM: "The portal folder may not be written.",
    errno.ENOENT: "A file or folder that is needed is missing.",
    errno.ELOOP: "A symbolic link stands where a plain file is expected.",
}


@contextmanager
def told(left: str) -> Iterator[None]:
    """Turn what the operating system says into a ``PortalError``; ``left`` says what readers see now."""
    try:
        yield
    except OSError as error:
        happened = REASONS.get(error.errno or 0, f"The portal folder cannot be worked on ({type(error).__name__}).")
        raise PortalError(happened, left=left, todo="Mend that and run the same command again.") from None
