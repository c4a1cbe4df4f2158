"""Passwords as Argon2id (RFC 9106), with the costs that OWASP's password storage sheet gives for one lane."""

from __future__ import annotations

import threading
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from catalog.errors import SettingsError

SHORTEST: Final = 12
LONGEST: Final = 200
_HASHER: Final = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
# Each check takes 46 MiB: a crowd of guesses waits here and not in the machine's memory.
_AT_ONCE: Final = threading.BoundedSemaphore(4)


def demand_good(password: str, person: str) -> None:
    """SettingsError for a password that is short, long, the person's own name or one character again and again."""
    faults = (
        (len(password) < SHORTEST, f"A password has at least {SHORTEST} characters. 密码至少 {SHORTEST} 个字符。"),
        (len(password) > LONGEST, f"A password has at most {LONGEST} characters. 密码至多 {LONGEST} 个字符。"),
        (
            len(set(password)) < 5 or (bool(person) and password.lower().replace(person.lower(), "").strip() == ""),
            "This password is too easy to guess. 密码过于简单。",
        ),
    )
    for wrong, said in faults:
        if wrong:
            raise SettingsError(said, todo="Choose another one, for example four words. 请另选密码。")


def sealed(password: str) -> str:
    """The text that is kept instead of the password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def holds(kept: str | None, password: str) -> bool:
    """Whether ``kept`` was made of this password; for nobody (None) it takes as long, and is never true."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or _nobody(), password[: LONGEST + 1]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether the text was made with other costs than today's."""
    return _HASHER.check_needs_rehash(kept)


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody has this password")
