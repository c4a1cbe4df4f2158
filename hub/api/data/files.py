"""Files of open releases: data as a copy marked for each download, descriptions as they are."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from flask import Response, request

from agreements.model import Action, Standing
from agreements.use import Use
from catalog.model import Dataset
from catalog.release import Resource
from hub.api.guard import delivery
from hub.api.process import limits
from hub.api.process.context import here, peer, peer_hash
from hub.api.process.limits import Rate
from hub.api.wire import sending
from hub.api.wire.problems import Refused
from hub.marking import downloads
from hub.marking.downloads import Download
from hub.state.releases import Sealed

RATE: Final = Rate("downloads", 60, 3600)
"""New copies for one caller. What lies there already may be asked for as often as anything."""
EVERYBODY: Final = Rate("all downloads", 3600, 3600)
"""New copies for all callers together: each leaves a few kilobytes in registry and ledger, for ever."""
_ID: Final = frozenset("abcdefghijklmnopqrstuvwxyz234567")


def answer(found: Dataset, sealed: Sealed, name: str, who: Standing, clause: str, download_id: str = "") -> Response:
    """A file of an open release, whole or a range of it; its entity tag is the SHA-256 of what is sent.

    The answer's ``Content-Location`` leads back to the same copy, from anywhere and on any later day; without it the
    caller's copy of the day is meant, which is made when there is none.
    """
    resource = next((one for one in sealed.release.resources if one.name == name), None)
    if resource is None:
        raise Refused("not-found", "The release has no such file.")
    if not downloads.is_marked(resource):
        path = here().parts.releases / found.id / str(sealed.release.version) / name
        return _told(_sent(path, resource, _age(sealed)), who, sealed, resource, clause, sealed.release.mark)
    copy = _copy(found, sealed, resource, who, download_id)
    made = _sent(copy.path, copy.file, 0)
    made.headers["Cache-Control"] = "private, no-cache"
    made.headers["Content-Location"] = f"{request.path}?download={copy.id}"
    return _told(made, who, sealed, copy.file, clause, str(copy.number))


def _copy(found: Dataset, sealed: Sealed, resource: Resource, who: Standing, download_id: str) -> Download:
    context = here()
    room = context.settings.download_megabytes << 20

    def allowed() -> None:
        # Who is over the own rate takes nothing of everybody's.
        limits.demand(context.limiter, RATE, peer(), context.seconds())
        limits.demand(context.limiter, EVERYBODY, "", context.seconds())

    if download_id:
        copy = None
        if set(download_id) <= _ID:
            copy = downloads.known(found, sealed.release, resource, download_id, context.parts, room)
        if copy is None:
            raise Refused("not-found", "There is no such download.")
        return copy
    caller = f"party {who.party.id}" if who.party else f"address {peer_hash()}"
    return downloads.download(found, sealed.release, resource, caller, context.parts, room, allowed)


def _age(sealed: Sealed) -> int:
    return 300 if sealed.state == "current" else 86_400


def _sent(path: Path, resource: Resource, seconds: int) -> Response:
    if not path.is_file():
        raise Refused("not-found", "The release has no such file.")
    answer = sending.sent(path, resource.media_type, resource.sha256, seconds, resource.name)
    digest = base64.b64encode(bytes.fromhex(resource.sha256)).decode()
    answer.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return answer


def _told(sent: Response, who: Standing, sealed: Sealed, resource: Resource, clause: str, mark: str) -> Response:
    """The answer, once the use stands in the ledger."""
    if _begins(sent, resource, who):
        use = _use(who, sealed, resource, clause, mark)
        here().recorder.record(use)
        delivery.follow(use)
        here().metrics.delivered(sealed.release.dataset, resource.rows or 0)
    return sent


def _begins(sent: Response, resource: Resource, who: Standing) -> bool:
    """Whether a delivery begins: whole files, first parts, and whatever part a caller asks for first.

    Questions about a file are none, nor are the other parts of what a caller began within a day.
    """
    if request.method != "GET" or sent.status_code not in {200, 206}:
        return False
    start = sent.content_range.start or 0
    begins = here().begun.note(f"{who.uscc} {peer_hash()} {resource.sha256}", start, here().seconds())
    return begins or sent.status_code == 200


def _use(who: Standing, sealed: Sealed, resource: Resource, clause: str, mark: str) -> Use:
    return Use(
        at=here().now(),
        party=who.party.id if who.party else "",
        actor=who.actor,
        grant="",
        action=Action.DOWNLOAD,
        dataset=sealed.release.dataset,
        version=sealed.release.version,
        clause=clause,
        rows=resource.rows or 0,
        mark=mark,
        peer=peer_hash(),
    )
