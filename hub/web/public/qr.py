"""Codes in a picture that somebody uploads: QR, Data Matrix and the bar codes of goods; nothing of it is kept."""

from __future__ import annotations

import io
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

from catalog.identifiers.gs1 import read_gs1
from catalog.identifiers.trace_codes import is_trace_code
from hub.web.words import N_

if TYPE_CHECKING:
    from PIL import Image

LARGEST: Final = 6 << 20
"""Bytes of an uploaded picture."""
_PIXELS: Final = 24_000_000
"""Width times height, read from the picture's head before anything of it is unpacked."""
_SIDE: Final = 2_400
"""Pictures are made this small before a code is looked for: a phone's photograph is read just as well."""
_KINDS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
_AT_ONCE: Final = BoundedSemaphore(2)


@dataclass
class Unreadable(Exception):
    """No code could be read; ``said`` tells a person why."""

    said: str


def code_in(raw: bytes) -> str:
    """The first trace code in a picture of at most ``LARGEST`` bytes. Unreadable says what hinders."""
    if not _AT_ONCE.acquire(timeout=10):
        raise Unreadable(N_("正在识别的图片较多，请稍后再试。"))
    try:
        return _read(raw)
    finally:
        _AT_ONCE.release()


def _read(raw: bytes) -> str:
    import zxingcpp

    try:
        grey = _unpacked(raw)
        found = zxingcpp.read_barcodes(grey) if grey else ()
    except Exception:  # noqa: BLE001  # whatever a picture library raises may quote the upload
        raise Unreadable(N_("无法识别的图片。请上传 PNG、JPEG、WebP、BMP 或 GIF 图片。")) from None
    if grey is None:
        raise Unreadable(N_("图片尺寸过大，请裁剪后重新上传。"))
    texts = [_plain(one.text.strip()) for one in found]
    code = next((text for text in texts if is_trace_code(text)), "")
    if not code:
        said = N_("图中的码不是追溯码。") if texts else N_("图中没有找到二维码或条码。请靠近、对准、避免反光后重拍。")
        raise Unreadable(said)
    return code


def _plain(text: str) -> str:
    """A GS1 code that was printed without its mark (FNC1), in the usual brackets; any other text as it is."""
    if "<GS>" not in text:
        return text
    code = read_gs1(text.replace("<GS>", "\x1d").removeprefix("\x1d"))
    return code.text() if code else text


def _unpacked(raw: bytes) -> Image.Image | None:
    """The picture in grey; None, and nothing was unpacked, when it has too many pixels."""
    from PIL import Image

    with Image.open(io.BytesIO(raw), formats=_KINDS) as picture:
        if picture.width * picture.height > _PIXELS:
            return None
        picture.draft("L", (_SIDE, _SIDE))
        grey = picture.convert("L")
    grey.thumbnail((_SIDE, _SIDE))
    return grey
