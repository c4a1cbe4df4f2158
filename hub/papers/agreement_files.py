"""An agreement as a file: JSON, or a PDF or XLSX that shows it to people and carries the JSON inside.

Equal agreements give equal bytes. ``verify_file`` proves the JSON that a file carries, and that what the file shows is
what the signed text says: it makes the pages anew and compares them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agreements.envelope import Checked, Envelope, check_envelope, envelope_json, read_envelope
from catalog.errors import ProofError
from hub.papers.agreement_pdf import attached, pages_of, pdf_of
from hub.papers.agreement_xlsx import cells_of, hidden, xlsx_of

LARGEST: Final = 8 << 20


@dataclass(frozen=True, slots=True)
class Proven:
    """A file that holds. ``shown`` is ``identical`` to what this version makes, the ``same text``, or JSON ``only``."""

    checked: Checked
    shown: str


def json_of(checked: Checked) -> bytes:
    """The bare signed file."""
    return envelope_json(checked.envelope)


WRITERS: Final[Mapping[str, Callable[[Checked], bytes]]] = {"json": json_of, "pdf": pdf_of, "xlsx": xlsx_of}


def verify_file(path: Path, trusted: Collection[str] = ()) -> Proven:
    """Prove an agreement's file, offline. ProofError for whatever does not hold, or shows something else."""
    raw = _read(path)
    if raw.startswith(b"%PDF"):
        return _compared(raw, check_envelope(read_envelope(attached(raw)), trusted), pdf_of, pages_of)
    if zipfile.is_zipfile(io.BytesIO(raw)):
        return _compared(raw, check_envelope(read_envelope(hidden(raw)), trusted), xlsx_of, cells_of)
    return Proven(check_envelope(read_envelope(raw), trusted), "only")


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= LARGEST else b""
    except OSError:
        raw = b""
    if not raw:
        raise ProofError("The file cannot be read, or is too large for an agreement.", todo="Check the path.")
    return raw


def _compared(
    raw: bytes, checked: Checked, write: Callable[[Checked], bytes], shown: Callable[[bytes], object]
) -> Proven:
    made = write(checked)
    if made == raw:
        return Proven(checked, "identical")
    if shown(made) != shown(raw):
        raise ProofError(
            "The file shows something else than the text that was signed.",
            left="The signed text inside it holds.",
            todo="Rely on the signed text only: `hub agreements verify FILE --text`.",
        )
    return Proven(checked, "same text")


def envelope_in(path: Path) -> Envelope:
    """The envelope that a file carries, not yet proven."""
    raw = _read(path)
    if raw.startswith(b"%PDF"):
        return read_envelope(attached(raw))
    return read_envelope(hidden(raw) if zipfile.is_zipfile(io.BytesIO(raw)) else raw)
