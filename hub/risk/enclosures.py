"""Pictures and papers of notices (N12, N24): made bare and looked through before a draft takes them.

A file lies in the database by its digest, written with the draft that takes it; the public gets only files of
published notices. Who reviews the draft sees the pictures: that nobody is in them no program here can tell.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from catalog.errors import OutOfStep, SettingsError
from desensitise.papers import paper
from desensitise.pictures import picture
from exporters.rules.notices import Enclosed
from exporters.rules.notices.model import PDF, PICTURE
from hub.db.notices import notice_file
from hub.risk import notices
from hub.risk.impersonal import findings
from hub.state.exchange import SqlDesk
from hub.state.notices import Filed, all_filed

PARTS: Final = {"picture": "images", "paper": "attachments"}


def enclose(desk: SqlDesk, by: str, number: str, kind: str, raw: bytes, says: str) -> Filed:
    """Put a ``picture`` or ``paper`` to a draft; what it shows is said for those who do not see it.

    SettingsError for a file that cannot be read, and for one whose text or codes tell a person or trade secret.
    """
    draft = notices.open_draft(desk, by, number)
    data, media, text = _bare(kind, raw)
    if found := findings({kind: text}):
        told = ", ".join(found)
        raise SettingsError(f"The file tells what may not be published: {told}.", todo="Take it out of the file.")
    one = Enclosed(sha256(data).hexdigest(), media, len(data), says.strip())
    held = getattr(draft.notice, PARTS[kind])
    if any(other.digest == one.digest for other in held):
        raise OutOfStep("The draft has this file already.", todo="Drop it first to say something else of it.")
    if not desk.connection.execute(select(notice_file.c.digest).where(notice_file.c.digest == one.digest)).first():
        desk.connection.execute(insert(notice_file).values(digest=one.digest, media=media, data=data))
    return notices.enclosed(desk, by, number, PARTS[kind], (*held, one))


def drop(desk: SqlDesk, by: str, number: str, digest: str) -> Filed:
    """Take a file from a draft again. OutOfStep when the draft has no such file."""
    draft = notices.open_draft(desk, by, number).notice
    part = next((part for part in PARTS.values() if any(one.digest == digest for one in getattr(draft, part))), "")
    if not part:
        raise OutOfStep("The draft has no such file.", todo="See `hub notices show`.")
    left = tuple(one for one in getattr(draft, part) if one.digest != digest)
    done = notices.enclosed(desk, by, number, part, left)
    if not any(digest in _digests(one) for one in all_filed(desk.connection)):
        desk.connection.execute(delete(notice_file).where(notice_file.c.digest == digest))
    return done


def file_of(connection: Connection, found: Filed, name: str) -> tuple[Enclosed, bytes] | None:
    """A file of this notice by its name, or None when the notice has no such file."""
    one = next((one for one in _every(found) if one.name == name), None)
    if one is None:
        return None
    data = connection.execute(select(notice_file.c.data).where(notice_file.c.digest == one.digest)).scalar()
    return None if data is None else (one, bytes(data))


def pictures_of(connection: Connection, found: Filed) -> list[tuple[Enclosed, bytes]]:
    """The notice's pictures with their bytes, for paper."""
    return [told for one in found.notice.images if (told := file_of(connection, found, one.name))]


def _every(found: Filed) -> tuple[Enclosed, ...]:
    return (*found.notice.images, *found.notice.attachments)


def _digests(found: Filed) -> set[str]:
    return {one.digest for one in _every(found)}


def _bare(kind: str, raw: bytes) -> tuple[bytes, str, str]:
    """The bytes that are kept, their type, and the text in them that is looked through."""
    if kind == "picture":
        seen = picture(raw)
        return seen.data, PICTURE, "\n".join(seen.codes)
    read = paper(raw)
    return read.data, PDF, read.text
