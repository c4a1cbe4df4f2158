"""Small facts handed to a browser and trusted when they come back: sealed by HMAC, for one purpose, until a moment."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta


def seal(key: bytes, purpose: str, facts: list[str], until: datetime) -> str:
    """The facts as text that nobody can change or use for another purpose. They are readable."""
    body = json.dumps([facts, int(until.timestamp())], ensure_ascii=True).encode()
    return f"{_text(body)}.{_text(_mac(key, purpose, body))}"


def opened(key: bytes, purpose: str, text: str, now: datetime) -> list[str] | None:
    """The facts that ``seal`` was given for this purpose, None for anything else or when their time is over."""
    body, _, mac = text.partition(".")
    try:
        raw = _bytes(body)
        if not hmac.compare_digest(_bytes(mac), _mac(key, purpose, raw)):
            return None
        facts, until = json.loads(raw)
    except (ValueError, binascii.Error):
        return None
    return [str(one) for one in facts] if now.timestamp() <= until else None


def in_(minutes: int, now: datetime) -> datetime:
    """The moment so many minutes later."""
    return now + timedelta(minutes=minutes)


def _mac(key: bytes, purpose: str, body: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + body, hashlib.sha256)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
