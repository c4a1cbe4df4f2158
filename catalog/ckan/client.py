"""Calls to CKAN's action API by ckanapi: a time limit on each, and errors sorted by what can be done about them.

ckanapi sets no time limit and tries nothing twice, and after a timeout or a 5xx the server may still have done what
it was asked to. So a call that changes something goes through ``settled``: it asks what is there before it tries
again. ckanapi's messages hold the server's whole answer, which may hold values; none of them is passed on.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urljoin

import ckanapi
import requests
from ckanapi.common import reverse_apicontroller_action
from requests_toolbelt import MultipartEncoder

from catalog.errors import PortalError

T = TypeVar("T")
Facts = dict[str, Any]

PAUSES = (0.5, 2.0, 5.0)
CHUNK = 1 << 20
AS_BEFORE = "Readers see what they saw before."
NOT_SHOWN = frozenset({401, 403, 404, 410})
_SERVER = 500


class Uncertain(Exception):
    """The call broke off; the server may have done it or not."""


class Missing(Exception):
    """CKAN knows no such thing, or does not show it to this reader."""


class Changed(Exception):
    """Somebody else changed the dataset since it was read."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send: the form's field, its name for readers, where it lies, its media type."""

    field: str
    name: str
    path: Path
    media_type: str


class Client:
    """One CKAN as one user (``token``) or as an anonymous reader (no token). Not for several threads at once."""

    def __init__(
        self,
        url: str,
        token: str = "",
        *,
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url.rstrip("/") + "/"
        self._token = token
        self._limits = (min(timeout, 10.0), timeout)
        self._sleep = sleep
        self._session = requests.Session()
        self._session.auth = _no_login
        self._api = _Api(self.url, apikey=token or None, session=self._session, user_agent="product-quality-hub")

    def twin(self) -> Client:
        """The same CKAN as the same user, for another thread."""
        return Client(self.url, self._token, timeout=self._limits[1], sleep=self._sleep)

    def call(self, action: str, data: Facts) -> Any:
        """One attempt. ``Missing``, ``Changed``, ``Uncertain``, or ``PortalError`` for a refusal."""
        with _sorted_errors(action, self._api):
            return self._api.call_action(action, data, requests_kwargs={"timeout": self._limits})

    def read(self, action: str, data: Facts) -> Any:
        """A call that changes nothing and may thus be repeated."""
        return self._patiently(lambda: self.call(action, data))

    def find(self, action: str, data: Facts) -> Any:
        """As ``read``; None for what is not there."""
        try:
            return self.read(action, data)
        except Missing:
            return None

    def send(self, action: str, data: Mapping[str, str], uploads: Sequence[Upload]) -> Any:
        """One attempt of a call with files, streamed from disk: memory does not grow with their size."""
        with _sorted_errors(action, self._api), ExitStack() as stack:
            parts: Facts = dict(data)
            for upload in uploads:
                parts[upload.field] = (upload.name, stack.enter_context(upload.path.open("rb")), upload.media_type)
            body = MultipartEncoder(parts)
            url = urljoin(self.url, f"api/action/{action}")
            headers = {"Content-Type": body.content_type, "Authorization": str(self._api.apikey)}
            answer = self._session.post(url, data=body, headers=headers, timeout=self._limits, allow_redirects=False)
            self._api.status = answer.status_code
            return reverse_apicontroller_action(url, answer.status_code, answer.text)

    def settled(self, act: Callable[[], T], look: Callable[[], T | None]) -> T:
        """Do ``act``; when its outcome is unknown, ``look`` whether it was done before doing it again."""
        for pause in PAUSES:
            try:
                return act()
            except Uncertain:
                self._sleep(pause)
                found = self._patiently(look)
                if found is not None:
                    return found
        try:
            return act()
        except Uncertain:
            raise unreachable() from None

    def taken_away(self, action: str, data: Facts, look: Callable[[], bool | None]) -> None:
        """A call that takes something away or changes what may be gone; what was done by an earlier try is done."""

        def act() -> bool:
            try:
                self.call(action, data)
            except Missing:
                return True
            return True

        self.settled(act, look)

    def rest(self) -> None:
        """Give the server a moment before it is asked again."""
        self._sleep(PAUSES[0])

    def download(self, address: str, take: Callable[[Iterator[bytes]], T]) -> T | None:
        """What ``take`` makes of the bytes at an address, piece by piece; None for what is not shown to this reader.

        A download that breaks off is begun anew, so ``take`` may be called again, with the first piece first.
        """
        return self._patiently(lambda: self._download(address, take))

    def digest(self, address: str) -> tuple[int, str] | None:
        """Size and SHA-256 of what an address gives, or None."""
        return self.download(address, _size_and_digest)

    def _download(self, address: str, take: Callable[[Iterator[bytes]], T]) -> T | None:
        headers = {"Accept-Encoding": "identity", "Cache-Control": "no-cache"}
        if self._api.apikey:
            headers["Authorization"] = str(self._api.apikey)
        try:
            with self._session.get(
                urljoin(self.url, address), headers=headers, timeout=self._limits, stream=True, allow_redirects=False
            ) as answer:
                # A reader who may not see a dataset is sent to the login page.
                if answer.status_code in NOT_SHOWN or answer.is_redirect:
                    return None
                if answer.status_code != requests.codes.ok:
                    raise Uncertain
                return take(answer.iter_content(CHUNK))
        except requests.RequestException:
            raise Uncertain from None

    def _patiently(self, act: Callable[[], T]) -> T:
        for pause in PAUSES:
            try:
                return act()
            except Uncertain:
                self._sleep(pause)
        try:
            return act()
        except Uncertain:
            raise unreachable() from None


class _Api(ckanapi.RemoteCKAN):  # type: ignore[misc]
    """Remembers the status of the last answer, which ckanapi's own errors only hold inside a text."""

    status = 0

    def _request_fn(self, *arguments: Any, **more: Any) -> tuple[int, str]:
        self.status, text = super()._request_fn(*arguments, **more)
        return self.status, text


def _size_and_digest(pieces: Iterator[bytes]) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    for piece in pieces:
        size += len(piece)
        digest.update(piece)
    return size, digest.hexdigest()


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps ``requests`` from taking a login out of the user's ``.netrc``."""
    return request


@contextmanager
def _sorted_errors(action: str, api: _Api) -> Iterator[None]:
    api.status = 0
    try:
        yield
    except (requests.Timeout, requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
        raise Uncertain from None
    except ckanapi.NotFound:
        raise Missing from None
    except ckanapi.ValidationError as error:
        facts = error.error_dict if isinstance(error.error_dict, dict) else {}
        if "match" in facts:
            raise Changed from None
        raise _refused(action, sorted(str(key) for key in facts if not str(key).startswith("__"))) from None
    except ckanapi.NotAuthorized:
        if not api.apikey:
            raise Missing from None
        raise PortalError(
            f"CKAN does not permit '{action}'.", left=AS_BEFORE, todo="Check HUB_CKAN_TOKEN and the user's role."
        ) from None
    except ckanapi.SearchIndexError:
        raise PortalError(
            f"CKAN's search index is down, so '{action}' was not done.", left=AS_BEFORE, todo="Start Solr, try again."
        ) from None
    except (ckanapi.CKANAPIError, ckanapi.ServerIncompatibleError, json.JSONDecodeError):
        if api.status >= _SERVER or not api.status:
            raise Uncertain from None
        raise PortalError(
            f"CKAN refused '{action}' with status {api.status}.", left=AS_BEFORE, todo="See CKAN's own log."
        ) from None


def _refused(action: str, fields: Sequence[str]) -> PortalError:
    if "upload" in fields or "resources" in fields:
        return PortalError(
            f"CKAN refused '{action}': a file is too large for it, or a resource is malformed.",
            left=AS_BEFORE,
            todo="Raise ckan.max_resource_size, or let the release be split into smaller parts.",
        )
    return PortalError(
        f"CKAN refused '{action}' because of: {', '.join(fields) or 'the request as a whole'}.",
        left=AS_BEFORE,
        todo="Mend the declaration; CKAN's own log tells more.",
    )


def unreachable() -> PortalError:
    """CKAN gave no usable answer although it was asked several times."""
    return PortalError(
        "CKAN gives no usable answer.", left=AS_BEFORE, todo="Check CKAN, PostgreSQL and Solr; then run it again."
    )
