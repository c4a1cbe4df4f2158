"""PDFs without what writers and their programs hide in them: pages of text and lines, written anew.

Author and program, XMP, notes, forms, links, scripts, files inside and pictures go; a page without text, which would be
a scan that nothing can look through, is refused. The text comes with it, to be scanned.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from catalog.errors import SettingsError

if TYPE_CHECKING:
    from pypdf import PageObject

LARGEST: Final = 6 << 20
"""Bytes of a PDF that is taken."""
MOST_PAGES: Final = 60
_ADVICE: Final = (
    "Write the text anew as a PDF of at most 60 pages and 6 MB, without a password; add pictures as pictures."
)
_PAGE: Final = frozenset({"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Resources"})
_PRIVATE: Final = ("/Metadata", "/PieceInfo", "/AF", "/OPI", "/Ref")
_DEEPEST: Final = 8


@dataclass(frozen=True, slots=True)
class Paper:
    """A PDF and the text of its pages."""

    data: bytes
    text: str


def paper(raw: bytes) -> Paper:
    """The PDF's pages alone; equal files give equal bytes. SettingsError for what cannot be looked through."""
    if len(raw) > LARGEST or not raw.startswith(b"%PDF-"):
        raise SettingsError("The paper is no PDF of the size that is taken.", todo=_ADVICE)
    try:
        made = _anew(raw)
    except Exception:  # noqa: BLE001  # whatever a PDF library raises may quote the file
        made = None
    if made is None:
        raise SettingsError("The PDF cannot be read, is locked or is too long.", todo=_ADVICE)
    if not all(text.strip() for text in made[1]):
        raise SettingsError("A page of the PDF has no text that could be looked through.", todo=_ADVICE)
    return Paper(made[0], "\n".join(made[1]))


def _anew(raw: bytes) -> tuple[bytes, list[str]] | None:
    """The pages and the text of each; None when the file is locked or too long."""
    from pypdf import PdfReader, PdfWriter

    reader = PdfReader(io.BytesIO(raw))
    if reader.is_encrypted or len(reader.pages) > MOST_PAGES:
        return None
    texts = [page.extract_text() for page in reader.pages]
    writer = PdfWriter()
    for page in reader.pages:
        # Before it is taken over: what hangs on it would come along, and stay in the file though nothing shows it.
        _bare(page)
        writer.add_page(page)
    writer.remove_images()
    writer.metadata = None
    room = io.BytesIO()
    writer.write(room)
    return room.getvalue(), texts


def _bare(page: PageObject) -> None:
    for name in [name for name in page if name not in _PAGE]:
        del page[name]
    _strip(page.get("/Resources"), 0)


def _strip(resources: Any, depth: int) -> None:
    """Take the private parts out of what the page draws, and out of what that draws."""
    from pypdf.generic import DictionaryObject

    found = resources.get_object() if resources is not None else None
    if not isinstance(found, DictionaryObject) or depth > _DEEPEST:
        return
    for name in _PRIVATE:
        found.pop(name, None)
    drawn = found.get("/XObject")
    for one in (drawn.get_object() if drawn is not None else {}).values():
        form = one.get_object()
        for name in _PRIVATE:
            form.pop(name, None)
        _strip(form.get("/Resources"), depth + 1)
