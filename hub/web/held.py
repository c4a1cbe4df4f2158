"""What was typed into a form that could not be taken yet: given back, to be sent again with one press of a button.

A session that ended while somebody wrote, or a form whose token is of an earlier one, costs nobody what they typed.
Only a form of this site is given back (a form that another site sent would otherwise be one press from being taken),
never a proof (password, code, key) and no file.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import HTTPException

from hub.web.areas import LARGEST_FORM

Fields = tuple[tuple[str, str], ...]
_PROOFS: Final = frozenset({"csrf_token", "password", "old", "again", "code", "secret", "pem"})
_NEVER: Final = ("/account", "/sign-in", "/sign-out", "/oauth")


def typed() -> Fields:
    """Name and text of all fields of the present request's form; none where it must not or cannot be given back."""
    if request.method != "POST" or request.path.startswith(_NEVER) or not _is_ours():
        return ()
    if request.content_length is None or request.content_length > LARGEST_FORM:
        return ()
    try:
        return tuple((name, text) for name, text in request.form.items(multi=True) if name not in _PROOFS)
    except HTTPException:
        return ()


def _is_ours() -> bool:
    """Whether the form was sent from a page of this site, as browsers tell."""
    site = request.headers.get("Sec-Fetch-Site", "")
    if site and site != "same-origin":
        return False
    sender = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(sender).netloc == request.host
