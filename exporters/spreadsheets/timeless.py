"""Save a workbook without the moment of saving in it, so that equal content gives equal bytes."""

from __future__ import annotations

import io
import re
import zipfile
from typing import IO

import openpyxl

_MOMENT = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")


def save(book: openpyxl.Workbook, file: IO[bytes]) -> None:
    """Write ``book`` to ``file``; zip entries and document properties carry a fixed time."""
    buffer = io.BytesIO()
    book.save(buffer)
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = _STAMPS.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content)
            new.writestr(zipfile.ZipInfo(name, _MOMENT), content, zipfile.ZIP_DEFLATED)
