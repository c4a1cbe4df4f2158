"""The machine-readable lists of the site: ``feed.xml`` (Atom, RFC 4287), ``catalog.json`` and ``robots.txt``."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree as ET

from catalog.folder import words
from catalog.folder.entry import Entry
from catalog.model import Audience
from catalog.release import Release

ATOM = "http://www.w3.org/2005/Atom"
NEWEST = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROBOTS = b"User-agent: *\nDisallow: /.portal/\n"


@dataclass(frozen=True, slots=True, order=True)
class News:
    """One entry of the feed."""

    at: datetime
    dataset: str
    version: int
    title: str
    summary: str
    author: str


def feed(
    entries: Sequence[Entry],
    base_url: str | None,
    page: Callable[[str], str] | None = None,
    own: tuple[str, str] = ("feed.xml", "index.html"),
) -> bytes:
    """The newest releases and withdrawals. Identifiers stay the same wherever the site is hosted.

    ``page`` tells the address of a dataset's page, and ``own`` that of the feed and of the list of datasets, where
    another portal than the folder shows them.
    """
    page = page or (lambda dataset_id: address(base_url, f"datasets/{dataset_id}/index.html"))
    news = sorted((item for entry in entries for item in _news(entry)), reverse=True)[:NEWEST]
    top = ET.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-CN"})
    _add(top, "id", _urn("feed"))
    _add(top, "title", " / ".join(words.tables()["page"]["site"][language] for language in words.LANGUAGES))
    _add(top, "updated", (news[0].at if news else EPOCH).isoformat())
    ET.SubElement(top, "link", {"rel": "self", "href": address(base_url, own[0])})
    ET.SubElement(top, "link", {"rel": "alternate", "href": address(base_url, own[1])})
    for item in news:
        one = ET.SubElement(top, "entry")
        _add(one, "id", _urn(f"{item.dataset}/{item.version}/{item.title}"))
        _add(one, "title", item.title)
        _add(one, "updated", item.at.isoformat())
        _add(ET.SubElement(one, "author"), "name", item.author)
        ET.SubElement(one, "link", {"href": page(item.dataset)})
        _add(one, "summary", item.summary)
    ET.indent(top)
    text: bytes = ET.tostring(top, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def address(base_url: str | None, path: str) -> str:
    """Absolute where the site's address is known, relative to the root otherwise."""
    return f"{base_url.rstrip('/')}/{quote(path)}" if base_url else quote(path)


def _news(entry: Entry) -> Iterator[News]:
    title, author = f"{entry.dataset.zh} / {entry.dataset.en}", entry.dataset.publisher.zh
    for release in entry.releases:
        changes = release.changes
        summary = (
            f"{release.rows} 行；新增 {changes.added}，更正 {changes.corrected}，撤回 {changes.withdrawn}。 "
            f"{release.rows} rows; {changes.added} added, {changes.corrected} corrected, {changes.withdrawn} withdrawn."
        )
        at = words.in_china(release.as_of)
        yield News(at, entry.id, release.version, f"{title} · v{release.version}", summary, author)
    for gone in entry.withdrawn:
        name = f"{title} · v{gone.version} 已撤回 / withdrawn"
        yield News(words.in_china(gone.since), entry.id, gone.version, name, gone.reason, author)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = words.clean(text)


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"urn:open-data-hub:{name}").urn


def catalogue(entries: Sequence[Entry], base_url: str | None) -> bytes:
    """Every dataset with its current files; addresses are relative to the site's root unless its URL is known."""
    body = {"title": words.tables()["page"]["site"], "datasets": [_listed(entry, base_url) for entry in entries]}
    return (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode("utf-8", "replace")


def _listed(entry: Entry, base_url: str | None) -> dict[str, object]:
    home = f"datasets/{entry.id}/"
    facts: dict[str, object] = {
        "id": entry.id,
        "title": {"zh": entry.dataset.zh, "en": entry.dataset.en},
        "page": {"zh": address(base_url, f"{home}index.html"), "en": address(base_url, f"en/{home}index.html")},
        "record": address(base_url, f"{home}dataset.json"),
        "audience": entry.dataset.audience.value,
        "withdrawn": [gone.version for gone in entry.withdrawn],
    }
    if entry.current:
        facts["description"] = {"zh": entry.dataset.description_zh, "en": entry.dataset.description_en}
        facts["licence"], facts["frequency"] = entry.dataset.licence, entry.dataset.frequency
        facts["current"] = _files(entry, entry.current, base_url)
        facts["versions"] = [release.version for release in entry.releases]
    return facts


def _files(entry: Entry, release: Release, base_url: str | None) -> dict[str, object]:
    shown = release.resources if entry.dataset.audience is Audience.PUBLIC else ()
    return {
        "version": release.version,
        "as_of": words.in_china(release.as_of).isoformat(),
        "rows": release.rows,
        "content": release.provenance.content,
        "files": [
            {
                "name": file.name,
                "role": file.role.value,
                "format": file.format,
                "media_type": file.media_type,
                "size": file.size,
                "rows": file.rows,
                "sha256": file.sha256,
                "address": address(base_url, f"datasets/{entry.id}/v{release.version}/{file.name}"),
            }
            for file in shown
        ],
    }
