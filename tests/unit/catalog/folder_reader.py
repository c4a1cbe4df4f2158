"""A reader of a folder portal: follows every link from the index, believes no checksum, notes every defect."""

import hashlib
import json
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

VOID = {"meta", "link", "img", "br", "rect"}


class Page(HTMLParser):
    """What a page holds: tags with attributes, links, ids, and file items with their checksums."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.links, self.ids, self.sums, self.stack, self.broken = [], [], [], [], [], []
        self._file = None
        self._in_sum = False
        self.text = ""
        self.feed(text)
        self.close()
        if self.stack:
            self.broken.append(f"unclosed {self.stack}")

    def handle_starttag(self, tag, attrs):
        facts = dict(attrs)
        self.tags.append((tag, facts))
        self.links += [facts[name] for name in ("href", "src") if name in facts]
        self.ids += [facts["id"]] if "id" in facts else []
        if tag == "li" and facts.get("class") == "file":
            self._file = None
        if tag == "a" and "download" in facts and self._file is None:
            self._file = facts["href"]
        self._in_sum = tag == "code" or (self._in_sum and tag != "p")
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.broken.append(f"stray </{tag}>")
        if tag == "code":
            self._in_sum = False

    def handle_data(self, data):
        self.text += data
        if self._in_sum and self._file and len(data) == 64:
            self.sums.append((self._file, data))
            self._file = None


@lru_cache(maxsize=256)
def _parsed(text):
    return Page(text)


def is_local(link):
    parts = urlsplit(link)
    return not parts.scheme and not parts.netloc


def crawl(root: Path):
    """Every page reachable from the index by its path; and every defect on the way."""
    pages, defects = {}, []
    queue = [root / "index.html"] if (root / "index.html").exists() else []
    while queue:
        path = queue.pop()
        if path in pages:
            continue
        page = pages[path] = _parsed(path.read_text(encoding="utf-8"))
        defects += [f"{path.relative_to(root)}: {what}" for what in page.broken]
        for link in filter(is_local, page.links):
            parts = urlsplit(link)
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.is_file():
                defects.append(f"{path.relative_to(root)} links {link}, which is missing")
            elif target.suffix == ".html" and target not in pages:
                queue.append(target)
        defects += [
            f"{path.relative_to(root)}: {name} has another checksum"
            for name, digest in page.sums
            if not _is_true(path.parent / unquote(name), digest)
        ]
    return pages, defects + _lists(root)


def _lists(root: Path):
    if not (root / "catalog.json").exists():
        return []
    listed = json.loads((root / "catalog.json").read_text(encoding="utf-8"))["datasets"]
    files = [file for entry in listed for file in entry.get("current", {}).get("files", [])]
    return [
        f"catalog.json: {file['address']} is not as listed"
        for file in files
        if not _is_true(root / unquote(file["address"]), file["sha256"])
    ]


def _is_true(path: Path, digest):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def tree(root: Path):
    """Every path below the root with its bytes, hidden ones too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
    }


def stamps(root: Path):
    """When each file was last written."""
    return {path.relative_to(root).as_posix(): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}
