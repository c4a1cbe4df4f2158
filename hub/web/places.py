"""Addresses that a request names: only those of this site are followed."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 2_000


def local(address: str, otherwise: str = "/") -> str:
    r"""``address`` when it is a path of this site, else ``otherwise``: nobody is sent elsewhere by a link of ours.

    ``//other.example``, ``/\other.example`` and addresses with control characters lead elsewhere in browsers.
    """
    if len(address) > _LONGEST or not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return otherwise
    if not address.isprintable() or "\\" in address:
        return otherwise
    try:
        parts = urlsplit(address)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else address
