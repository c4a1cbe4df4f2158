"""Mails to followers leave by the house's mail server (SMTP), or lie in a folder for it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from catalog.files import write_whole

Mail = Callable[[str, str, bytes], None]
"""Takes sender, receiver and the mail (RFC 5322). OSError when a later attempt may do, MailRefused when none will."""
FOLDER: Final = "outgoing-mail"
"""Folder in HUB_HOME with mails that something else takes away."""
_TIMEOUT: Final = 20.0
_FOR_GOOD: Final = 500
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


class MailRefused(Exception):
    """The server will never take this mail; ``code`` is its answer (RFC 5321)."""

    def __init__(self, code: int) -> None:
        super().__init__("the mail server refused the mail")
        self.code = code


def into_folder(home: Path) -> Mail:
    """Mails as files, named by their digest: the same mail lies there once."""

    def lay(sender: str, receiver: str, raw: bytes) -> None:
        del sender, receiver
        place = home / FOLDER
        place.mkdir(mode=0o700, exist_ok=True)
        write_whole(place / f"{sha256(raw).hexdigest()}.eml", raw)

    return lay


def by_smtp(address: str) -> Mail:
    """Mails through ``smtp://[user:password@]host[:port]`` or ``smtps://…``.

    Without TLS nothing is said to any machine but this one: ``smtp`` asks for STARTTLS (RFC 3207) and for a
    certificate that proves the host.
    """
    parts = urlsplit(address)
    host, at_once = parts.hostname or "", parts.scheme == "smtps"

    def send(sender: str, receiver: str, raw: bytes) -> None:
        try:
            with _opened(host, parts.port, at_once=at_once) as server:
                if parts.username:
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.sendmail(sender, [receiver], raw)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _told(max((code for code, _ in refused.recipients.values()), default=0)) from None
        except smtplib.SMTPResponseException as refused:
            raise _told(refused.smtp_code) from None
        except smtplib.SMTPException:
            raise OSError("the mail server did not take the mail") from None

    return send


def _opened(host: str, port: int | None, *, at_once: bool) -> smtplib.SMTP:
    safe = ssl.create_default_context()
    if at_once:
        return smtplib.SMTP_SSL(host, port or 465, timeout=_TIMEOUT, context=safe)
    server = smtplib.SMTP(host, port or 587, timeout=_TIMEOUT)
    if host not in _LOOPBACK:
        try:
            server.starttls(context=safe)
        except (OSError, smtplib.SMTPException):
            server.close()
            raise OSError("the mail server offers no proven TLS") from None
    return server


def _told(code: int) -> Exception:
    """What an answer means: 5xx of the mail itself is for good, of a login or a greeting it is the house's to mend."""
    login = (530, 534, 535, 538)
    return MailRefused(code) if code >= _FOR_GOOD and code not in login else OSError("the mail server said later")
