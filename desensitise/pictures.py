"""Photographs without what cameras and people hide in them: the pixels alone are kept, written anew.

EXIF with its place and owner, XMP, IPTC, comments, previews and whatever follows the picture in its file go. Faces are
not recognised: that nobody is in the picture is for the people who review it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

from catalog.errors import SettingsError

LARGEST: Final = 6 << 20
"""Bytes of a picture that is taken."""
_PIXELS: Final = 24_000_000
"""Width times height, read from the picture's head before anything of it is unpacked."""
_SIDE: Final = 1_600
_QUALITY: Final = 85
_KINDS: Final = ("PNG", "JPEG", "WEBP")
_ADVICE: Final = "Give a PNG, JPEG or WebP of at most 6 MB and 24 million pixels."


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG of at most 1600 pixels a side, and the texts of the codes that can be read in it."""

    data: bytes
    width: int
    height: int
    codes: tuple[str, ...]


def picture(raw: bytes) -> Picture:
    """The picture upright on white, its pixels only; equal pictures give equal bytes. SettingsError for no picture."""
    try:
        made = _anew(raw) if len(raw) <= LARGEST else None
    except Exception:  # noqa: BLE001  # whatever a picture library raises may quote the file
        raise SettingsError("The file is no picture that can be read.", todo=_ADVICE) from None
    if made is None:
        raise SettingsError("The picture is too large.", todo=_ADVICE)
    return made


def _anew(raw: bytes) -> Picture | None:
    """The picture; None, and nothing was unpacked, when it has too many pixels."""
    import zxingcpp
    from PIL import Image, ImageOps

    with Image.open(io.BytesIO(raw), formats=_KINDS) as opened:
        if opened.width * opened.height > _PIXELS:
            return None
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    # Codes are looked for before it is made smaller: what we cannot read any more, others might.
    codes = tuple(sorted({one.text.strip() for one in zxingcpp.read_barcodes(flat)}))
    flat.thumbnail((_SIDE, _SIDE))
    room = io.BytesIO()
    flat.save(room, "JPEG", quality=_QUALITY)
    return Picture(room.getvalue(), flat.width, flat.height, codes)
