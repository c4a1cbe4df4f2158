"""Pictures of trace codes of all four schemes: drawn by other people's libraries, then photographed badly."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import pytest
import segno
import zxingcpp
from PIL import Image, ImageFilter

from catalog.identifiers.trace_codes import Scheme, scheme_of
from hub.web.public import qr

GS1: Final = "(01)06930064800923(10)B2026(21)S0001"
CODES: Final = {
    "06930064800923": Scheme.GTIN,
    GS1: Scheme.GS1,
    "https://id.gs1.org/01/06930064800923/10/B2026/21/S0001": Scheme.GS1,
    "E=1000112345": Scheme.ECODE,
    "2024010101123456": Scheme.CCC,
    "https://www.hgzcloud.example/c/8Kq2": Scheme.OPAQUE,
}
FORMATS: Final = zxingcpp.BarcodeFormat


def drawn(text: str) -> Image.Image:
    """A QR code by segno."""
    raw = io.BytesIO()
    segno.make(text, error="m", micro=False).save(raw, kind="png", scale=8, border=4)
    return Image.open(raw).convert("L")


def printed(text: str, kind: zxingcpp.BarcodeFormat, *, gs1: bool = False) -> Image.Image:
    """A Data Matrix or bar code by zint."""
    made = zxingcpp.create_barcode(text, kind, gs1=gs1) if gs1 else zxingcpp.create_barcode(text, kind)
    return Image.fromarray(np.array(made.to_image(scale=6, add_quiet_zones=True)))


def saved(picture: Image.Image, kind: str = "PNG", quality: int = 90) -> bytes:
    raw = io.BytesIO()
    picture.convert("RGB").save(raw, kind, quality=quality)
    return raw.getvalue()


def photographed(code: Image.Image, angle: float, size: int, quality: int) -> bytes:
    """As by a phone: askew, from the side, small, out of focus, unevenly lit, noisy, and packed hard as JPEG."""
    table = Image.new("L", (1_000, 1_000), 150)
    table.paste(code.resize((520, 520 * code.height // code.width)), (240, 240))
    seen = table.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=150)
    askew = (1, 0.08, -30, 0.02, 1, -10, 0.00006, 0.00012)
    seen = seen.transform((1_000, 1_000), Image.Transform.PERSPECTIVE, askew, Image.Resampling.BICUBIC, fillcolor=150)
    dots = np.asarray(seen.resize((size, size)).filter(ImageFilter.GaussianBlur(1.0)), float)
    light = np.linspace(0.55, 1.05, size)[None, :] * np.linspace(1, 0.8, size)[:, None]
    noise = np.random.default_rng(7).normal(0, 6, dots.shape)
    return saved(Image.fromarray(np.clip(dots * light + noise, 0, 255).astype("uint8")), "JPEG", quality)


@pytest.mark.parametrize(("code", "scheme"), CODES.items())
def test_a_qr_picture_of_every_scheme_is_read_also_from_a_bad_photograph(code: str, scheme: Scheme) -> None:
    assert scheme_of(code) is scheme
    picture = drawn(code)
    for raw in (saved(picture), photographed(picture, 17, 640, 45), photographed(picture, 63, 420, 30)):
        assert qr.code_in(raw) == code


def test_codes_printed_by_gs1_s_own_rules_are_read() -> None:
    for kind in (FORMATS.DataMatrix, FORMATS.QRCode, FORMATS.Code128):
        assert qr.code_in(saved(printed(GS1, kind, gs1=True))) == GS1
    assert qr.code_in(photographed(printed(GS1, FORMATS.DataMatrix, gs1=True), 8, 640, 45)) == GS1
    goods = printed("6930064800923", FORMATS.EAN13)
    assert qr.code_in(photographed(goods, 8, 640, 45)) == "6930064800923"


def test_a_gs1_code_that_was_printed_without_its_mark_is_told_in_brackets() -> None:
    bare = "010693006480092310B2026\x1d21S0001"
    assert qr.code_in(saved(printed(bare, FORMATS.DataMatrix))) == GS1


def test_what_is_too_dim_or_no_code_is_said_and_nothing_of_it_is_told() -> None:
    dark = Image.fromarray((np.asarray(drawn(GS1)) * 0.02).astype("uint8"))
    for picture in (dark.filter(ImageFilter.GaussianBlur(12)), Image.new("L", (400, 400), 200)):
        with pytest.raises(qr.Unreadable) as hindered:
            qr.code_in(saved(picture))
        assert "06930064800923" not in hindered.value.said
