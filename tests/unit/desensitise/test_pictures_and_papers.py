"""Files of notices are written anew: what cameras, programs and people hide in them is gone, what is seen stays."""

from __future__ import annotations

import io
from typing import Any

import pytest
import segno
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from catalog.errors import SettingsError
from desensitise.papers import paper
from desensitise.pictures import picture

CANARY = "13912345678"


def photograph(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **more: Any) -> bytes:
    """A photograph that tells who took it, where and with what, in every place that its format has."""
    made = Image.new("RGB", size, "red")
    exif = Image.Exif()
    exif[0x010E] = f"description {CANARY}"
    exif[0x013B] = f"artist {CANARY}"
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"
    comment = {"comment": CANARY.encode()} if kind == "JPEG" else {}
    xmp = {"xmp": f"<x:xmpmeta>{CANARY}</x:xmpmeta>".encode()} if kind != "PNG" else {}
    room = io.BytesIO()
    made.save(room, kind, exif=exif, **comment, **xmp, **more)
    return room.getvalue() + CANARY.encode()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_keeps_its_pixels_only(kind: str) -> None:
    raw = photograph(kind)
    assert CANARY.encode() in raw
    made = picture(raw)
    assert CANARY.encode() not in made.data
    with Image.open(io.BytesIO(made.data)) as seen:
        assert seen.format == "JPEG"
        assert dict(seen.getexif()) == {}
        assert "comment" not in seen.info
        assert "xmp" not in seen.info
        assert seen.size == (made.width, made.height) == (20, 40), "upright, as it was seen"
    assert picture(raw) == made


def test_a_large_photograph_is_made_smaller_and_its_codes_are_read_before() -> None:
    room = io.BytesIO()
    segno.make("https://example.org/u/13912345678").save(room, kind="png", scale=60)
    made = picture(room.getvalue())
    assert max(made.width, made.height) == 1600
    assert made.codes == ("https://example.org/u/13912345678",)


@pytest.mark.parametrize(
    "raw", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 no picture", photograph()[:60], b"x" * (6 << 20) + b"x"]
)
def test_what_is_no_picture_is_refused_without_its_bytes(raw: bytes) -> None:
    with pytest.raises(SettingsError) as caught:
        picture(raw)
    assert caught.value.__cause__ is None


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked() -> None:
    room = io.BytesIO()
    Image.new("1", (6_000, 5_000)).save(room, "PNG")
    with pytest.raises(SettingsError, match="too large"):
        picture(room.getvalue())


def written(*lines: str, image: bool = False) -> bytes:
    """A PDF with a page for each line."""
    from reportlab.pdfgen.canvas import Canvas

    room = io.BytesIO()
    canvas = Canvas(room, invariant=1)
    canvas.setAuthor(CANARY)
    for line in lines:
        canvas.drawString(50, 700, line)
        if image:
            canvas.drawInlineImage(Image.new("RGB", (9, 9), "blue"), 50, 500)
        canvas.showPage()
    canvas.save()
    return room.getvalue()


def test_a_paper_keeps_its_pages_and_loses_what_is_hidden() -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(written("Model M1", "Batch B2"))))
    writer.add_attachment("list.txt", CANARY.encode())
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject(CANARY)}
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(script)})
    writer.pages[0][NameObject("/PieceInfo")] = DictionaryObject({NameObject("/Own"): TextStringObject(CANARY)})
    note = {"/Type": "/Annot", "/Subtype": "/Text"}
    told = DictionaryObject({NameObject(name): NameObject(value) for name, value in note.items()})
    told[NameObject("/Contents")] = TextStringObject(CANARY)
    writer.add_annotation(0, told)
    room = io.BytesIO()
    writer.write(room)
    made = paper(room.getvalue())
    read = PdfReader(io.BytesIO(made.data))
    whole = "".join(str(read.get_object(number)) for number in range(1, len(read.xref[0]) + 1))
    assert CANARY not in whole
    assert not read.attachments
    assert "/Annots" not in read.pages[0]
    assert [page.extract_text().strip() for page in read.pages] == ["Model M1", "Batch B2"]
    assert made.text.split() == ["Model", "M1", "Batch", "B2"]
    assert paper(room.getvalue()) == made


def test_pictures_inside_a_paper_are_taken_out() -> None:
    made = paper(written("Model M1", image=True))
    assert not any(page.images for page in PdfReader(io.BytesIO(made.data)).pages)


def test_a_page_that_nothing_can_look_through_is_refused() -> None:
    with pytest.raises(SettingsError, match="no text"):
        paper(written("Model M1", ""))
    locked = PdfWriter(clone_from=PdfReader(io.BytesIO(written("Model M1"))))
    locked.encrypt("secret")
    room = io.BytesIO()
    locked.write(room)
    for raw in (room.getvalue(), b"%PDF-1.7 nothing", b"PK\x03\x04", written(*(["x"] * 61))):
        with pytest.raises(SettingsError):
            paper(raw)
