"""The portal that is a folder of pages: readable without scripts, hosted by any web server or opened from disk.

Layout below the root: ``index.html`` and ``en/index.html``; ``datasets/<id>/`` with the page, ``dataset.json`` and
one folder ``v<version>`` per version whose files never change; ``catalog.json``, ``feed.xml`` and what ``describe``
adds. ``.portal`` (mode 0700) is the hub's own room for files on their way and is empty but for a lock when at rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from catalog.errors import PortalError
from catalog.folder import feed, preview, reach, shelf, site, takedown, words
from catalog.folder.change import AS_BEFORE, LOCK, UNFINISHED, Change, commit, open_hidden, settle
from catalog.folder.disk import Seen, look, only_writer, told
from catalog.folder.entry import NAME, Entry, entry_of, load, load_all, to_json
from catalog.model import Audience, Dataset
from catalog.portal import Absence, Edition, Shown, nothing
from catalog.release import Release

Describe = Callable[[Sequence[Edition], str], Mapping[str, bytes]]
"""Further descriptions of the whole catalogue (DCAT-AP), by file name; given the editions and the site's URL or ""."""


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class FolderPortal:
    """``catalog.portal.Portal`` on a folder. Any number of processes may hold one; a lock lets one of them write.

    ``clock`` dates withdrawals, ``patience`` is how many seconds to wait for another publisher before ``Busy``.
    ``proof`` is what the hub's own portal server knows the hub by; any other web server takes no notice of it.
    """

    name = "folder"

    def __init__(
        self,
        root: Path,
        base_url: str | None = None,
        *,
        describe: Describe | None = None,
        clock: Callable[[], datetime] = _now,
        patience: float = 10.0,
        proof: str = "",
    ) -> None:
        self.root = root.absolute()
        self.base_url = base_url or None
        self._describe = describe
        self._clock = clock
        self._patience = patience
        self._proof = proof

    def stage(self, edition: Edition, uploaded: Callable[[], None] = nothing) -> None:
        """Copy an open edition's files to their final address, which no page names yet."""
        _demand_shown(edition)
        with self._writing():
            self._demand_living(edition)
            if edition.dataset.is_open:
                shelf.bring(self.root, edition)
        uploaded()

    def verify(self, edition: Edition) -> None:
        """Read back what strangers get: the staged files and, once this version is current, the pages that name it."""
        _demand_shown(edition)
        with told(AS_BEFORE):
            if edition.dataset.is_open:
                self._verify_files(edition.release)
            else:
                self._demand_no_files(edition.dataset)
            shown = self.shown(edition.dataset.id)
            if shown and shown.version == edition.release.version:
                self._verify_pages(edition)

    def switch(self, edition: Edition) -> None:
        _demand_shown(edition)
        with self._writing():
            self._demand_living(edition)
            known = load(self.root, edition.dataset.id)
            if known and known.current and known.current.version > edition.release.version:
                raise PortalError(
                    f"{edition.dataset.id}: version {known.current.version} is current already.",
                    left=AS_BEFORE,
                    todo="Withdraw the newer version if the older one shall be shown.",
                )
            entry = entry_of(edition, known.withdrawn if known else ())
            self._demand_files(entry)
            commit(self.root, Change(self._site(entry, pages_first=True)))
            self._verify_pages(edition)

    def withdraw(self, dataset: Dataset, versions: Sequence[int], remaining: Edition | None, reason: str) -> Absence:
        """Readers lose the links first, then the pages' own tables, then the files."""
        shelf.demand_id(dataset.id)
        with self._writing():
            if remaining is not None:
                _demand_remaining(dataset, versions, remaining)
                if remaining.dataset.is_open:
                    shelf.bring(self.root, remaining)
                else:
                    self._demand_no_files(remaining.dataset, besides=versions)
            known = load(self.root, dataset.id)
            gone = {version: shelf.file_names(self.root, dataset.id, version) for version in versions}
            entry = takedown.entry_without(known, remaining, gone, self._clock(), words.clean(reason))
            pages = self._site(entry, pages_first=False) if entry else {}
            commit(self.root, Change(pages, [f"datasets/{dataset.id}/v{version}" for version in sorted(gone)]))
            if entry:
                gone = {one.version: one.files for one in entry.withdrawn if one.version in gone}
            return takedown.prove(self.root, self.base_url, dataset.id, gone, self._proof)

    def shown(self, dataset_id: str) -> Shown | None:
        entry = load(self.root, shelf.demand_id(dataset_id))
        return entry.shown if entry else None

    def address(self, dataset_id: str) -> str:
        page = f"datasets/{shelf.demand_id(dataset_id)}/index.html"
        return reach.join(self.base_url, page) if self.base_url else str(self.root / page)

    def refresh(self) -> bool:
        """Make every page anew, for example after an upgrade of the hub; True if any changed."""
        with self._writing():
            entries = list(load_all(self.root))
            pages = {path: data for entry in entries for path, data in self._pages(entry).items()}
            return commit(self.root, Change({**site.static_files(), **pages, **self._front(entries)}))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told(AS_BEFORE):
            hidden = open_hidden(self.root)
            with only_writer(hidden / LOCK, self._patience):
                settle(self.root)
                yield

    def _site(self, entry: Entry, *, pages_first: bool) -> dict[str, bytes]:
        """Everything that one dataset's change touches, in the order readers may meet it."""
        others = [other for other in load_all(self.root) if other.id != entry.id]
        front = self._front(sorted([*others, entry], key=lambda one: one.id))
        pages = self._pages(entry)
        parts = (pages, front) if pages_first else (front, pages)
        return {**site.static_files(), **parts[0], **parts[1]}

    def _pages(self, entry: Entry) -> dict[str, bytes]:
        first_rows = None
        if entry.current and entry.dataset.is_open:
            first_rows = preview.read(shelf.shelf(self.root, entry.id, entry.current.version), entry.current)
        pages = site.pages_of(entry, first_rows, self._is_stocked)
        return {f"datasets/{entry.id}/{NAME}": to_json(entry), **pages}

    def _front(self, entries: Sequence[Entry]) -> dict[str, bytes]:
        extra = self._described(entries)
        lists = {
            "robots.txt": feed.ROBOTS,
            "catalog.json": feed.catalogue(entries, self.base_url),
            "feed.xml": feed.feed(entries, self.base_url),
        }
        if {*extra} & {*lists, "index.html", "about.html"} or any("/" in name or name[:1] == "." for name in extra):
            raise PortalError("A description of the catalogue has a file name that the portal uses itself.")
        return {**extra, **lists, **site.front_pages(entries, sorted(extra))}

    def _described(self, entries: Sequence[Entry]) -> dict[str, bytes]:
        if self._describe is None:
            return {}
        editions = [
            Edition(
                entry.dataset, entry.current, shelf.shelf(self.root, entry.id, entry.current.version), entry.earlier, ""
            )
            for entry in entries
            if entry.current
        ]
        return dict(self._describe(editions, self.base_url or ""))

    def _is_stocked(self, release: Release) -> bool:
        return bool(release.resources) and shelf.is_stocked(self.root, release)

    def _demand_living(self, edition: Edition) -> None:
        known = load(self.root, edition.dataset.id)
        gone = {one.version for one in known.withdrawn} if known else set()
        named = {edition.release.version, *(release.version for release in edition.earlier)}
        if gone & named:
            raise PortalError(
                f"{edition.dataset.id}: version {min(gone & named)} was withdrawn and does not come back.",
                left=AS_BEFORE,
                todo="Publish the data as a new version.",
            )

    def _demand_files(self, entry: Entry) -> None:
        if not entry.dataset.is_open:
            self._demand_no_files(entry.dataset)
        elif entry.current and not shelf.is_stocked(self.root, entry.current):
            raise PortalError(
                f"{entry.current.name} is not staged on the portal.", left=AS_BEFORE, todo="Stage and verify it first."
            )

    def _demand_no_files(self, dataset: Dataset, besides: Sequence[int] = ()) -> None:
        versions = set(shelf.shelves(self.root, dataset.id)) - set(besides)
        if versions:
            raise PortalError(
                f"{dataset.id} is not open, yet files of {len(versions)} versions lie on the portal.",
                left=AS_BEFORE,
                todo="Withdraw those versions first.",
            )

    def _verify_files(self, release: Release) -> None:
        wrong = list(shelf.differences(self.root, release))
        own = shelf.shelf(self.root, release.dataset, release.version)
        wrong += [name for name in shelf.OWN_NAMES if look(self.root, own / name) is None]
        if not shelf.is_stocked(self.root, release):
            wrong.append(shelf.RELEASE)
        if not wrong and reach.is_web(self.base_url):
            wrong = [
                file.name
                for file in release.resources
                if self._fetched(f"datasets/{release.dataset}/v{release.version}/{file.name}")
                != Seen(file.size, file.sha256)
            ]
        if wrong:
            raise PortalError(
                f"{release.name}: {len(set(wrong))} files do not read back as released, the first is {wrong[0]}.",
                left=AS_BEFORE,
                todo="Stage the release again; if it repeats, look at the disk and the web server.",
            )

    def _fetched(self, path: str) -> Seen | None:
        return reach.fetch(reach.join(self.base_url or "", path), self._proof)

    def _verify_pages(self, edition: Edition) -> None:
        dataset, release = edition.dataset, edition.release
        sign = f'data-version="{release.version}" data-content="{release.provenance.content}"'
        for path in (f"datasets/{dataset.id}/index.html", f"en/datasets/{dataset.id}/index.html"):
            page = self.root / path
            seen = look(self.root, page)
            if seen is None or sign not in page.read_text(encoding="utf-8"):
                raise PortalError(f"{path} does not name {release.name}.", left=UNFINISHED, todo="Switch once more.")
            if reach.is_web(self.base_url) and self._fetched(path) != seen:
                raise PortalError(
                    f"The web server shows another {path} than the folder holds.",
                    left="The folder is right; strangers may see an older page.",
                    todo="Clear the web server's cache or check its root, then run the same command again.",
                )


def _demand_shown(edition: Edition) -> None:
    """This portal is public: what is for authorities only is refused, whatever the caller thinks."""
    dataset, release = edition.dataset, edition.release
    shelf.demand_id(dataset.id)
    if dataset.audience not in (Audience.PUBLIC, Audience.INSTITUTES):
        raise PortalError(
            f"{dataset.id} is made for {dataset.audience.value} and is never shown on a public portal.",
            left=AS_BEFORE,
            todo="Give it to its recipients under an agreement.",
        )
    if release.dataset != dataset.id or release.version < 1:
        raise PortalError(f"The release {release.name} does not belong to the dataset {dataset.id}.", left=AS_BEFORE)


def _demand_remaining(dataset: Dataset, versions: Sequence[int], remaining: Edition) -> None:
    _demand_shown(remaining)
    if remaining.dataset.id != dataset.id or remaining.release.version in versions:
        raise PortalError(
            f"{remaining.release.name} cannot remain; it is of another dataset or itself withdrawn.",
            left=AS_BEFORE,
            todo="Name a version that stays, or none.",
        )
