"""Reading the portal through its web server, the way a stranger does: no login, no cookies, a time limit."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.parse
import urllib.request
from http.client import HTTPException

from catalog.errors import PortalError
from catalog.folder.disk import CHUNK, Seen

TIMEOUT = 30.0
PROOF = "Hub-Reads-Back"
"""Header by which the hub proves itself to its own portal server, which then shows the folder as it lies."""
NOT_SHOWN = frozenset({401, 403, 404, 410, 451})


def is_web(base_url: str | None) -> bool:
    """Whether strangers reach the portal by HTTP; otherwise it is read from disk only."""
    return base_url is not None and urllib.parse.urlsplit(base_url).scheme in ("http", "https")


def join(base_url: str, path: str) -> str:
    """The address of a path below the portal's root; names are percent-encoded."""
    return base_url.rstrip("/") + "/" + urllib.parse.quote(path)


def fetch(url: str, proof: str = "") -> Seen | None:
    """Size and SHA-256 of what ``url`` gives; None if the server shows nothing there."""
    try:
        with _opener(proof).open(url, timeout=TIMEOUT) as answer:
            digest, size = hashlib.sha256(), 0
            while chunk := answer.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
            return Seen(size, digest.hexdigest())
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in NOT_SHOWN:
            return None
        raise _unreachable(f"answers {error.code}") from None
    except (OSError, ValueError, HTTPException) as error:
        raise _unreachable(f"cannot be read ({type(error).__name__})") from None


def _opener(proof: str) -> urllib.request.OpenerDirector:
    """HTTP only: a redirect must not lead the hub to its own files or elsewhere."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    opener.addheaders = [("Accept-Encoding", "identity"), ("Cache-Control", "no-cache")]
    if proof:
        opener.addheaders.append((PROOF, proof))
    return opener


def _unreachable(how: str) -> PortalError:
    return PortalError(
        f"The portal's web address {how}.",
        left="The folder itself is as it should be; what strangers see could not be checked.",
        todo="Check the web server and the address, then run the same command again.",
    )
