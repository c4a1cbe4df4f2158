"""The PDF of an agreement: pages for people, and the signed JSON as an attachment."""

from __future__ import annotations

import io
import logging
from typing import Final
from xml.sax.saxutils import escape

from agreements.envelope import Checked, envelope_json
from catalog.errors import ProofError
from hub.papers.agreement_pages import parts

ATTACHMENT: Final = "agreement.json"


def pdf_of(checked: Checked) -> bytes:
    """The PDF's bytes; equal agreements give equal bytes."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(_pages(checked))))
    writer.add_attachment(ATTACHMENT, envelope_json(checked.envelope))
    room = io.BytesIO()
    writer.write(room)
    return room.getvalue()


def _pages(checked: Checked) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("text", fontName="STSong-Light", fontSize=9.5, leading=15, wordWrap="CJK")
    head = ParagraphStyle("head", parent=style, fontSize=13, leading=22, spaceBefore=8)
    room = io.BytesIO()
    number = checked.envelope.number
    document = SimpleDocTemplate(room, pagesize=A4, title=f"Data-use agreement {number}", invariant=1, author="")
    story = []
    for part in parts(checked.envelope, checked.body):
        story += [Paragraph(escape(part.title), head), Spacer(1, 4)]
        story += [Paragraph(f"{escape(name)}: {escape(text)}", style) for name, text in part.lines]
    document.build(story)
    return room.getvalue()


def attached(raw: bytes) -> bytes:
    """The signed JSON inside a PDF. ProofError unless there is exactly one."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    # It would tell on standard error what it stumbles over; what is wrong with the file is told by this program.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        found = PdfReader(io.BytesIO(raw)).attachments.get(ATTACHMENT, [])
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        found = []
    if len(found) != 1:
        raise ProofError(
            "The PDF carries no signed agreement.", left="Nothing is proven.", todo="Ask for the file anew."
        )
    return found[0]


def pages_of(raw: bytes) -> tuple[str, ...]:
    """The text of each page."""
    from pypdf import PdfReader

    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(raw)).pages)
