"""Trace codes of the four schemes (S2 annex 3): 商品条码 and GS1, Ecode, 数字身份码, CCC.

A bulk file must not let anybody enumerate single items, nor learn where a thing was sent. ``cut`` brings a code to its
class or batch; a code whose structure is not known, or not understood, cannot be cut and goes. The same for whole
columns stands in ``trace_code_columns``.
"""

from __future__ import annotations

import re
from enum import StrEnum

from catalog.identifiers.gs1 import is_compressed, read_gs1
from catalog.identifiers.gtin import LENGTHS, is_gtin
from catalog.identifiers.licences import CCC

LONGEST = 512
_SHOWN = frozenset({"01", "02", "10", "11", "13", "15", "16", "17", "20", "22", "30", "37", "240", "242", "243", "422"})
"""Identifiers of class and batch. Absent by intent: 21, 235, 250 (items), 400, 410, 414, 416, 417, 254 (who received
it), 241, 251, 253, 8008, 8020, 8200 (may single out a customer or an item)."""

ECODE = r"E=[0-4][0-9A-Za-z][!-~\u0080-\U0010ffff]{3,509}"
PRINTED = r"[!-~\u00a1-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u2fff\u3001-\ud7ff\uf900-\ufefe\uff00-\uffef]"
_OPAQUE = re.compile(rf"{PRINTED}{{1,{LONGEST}}}")
ECODE_LINK = rf"(?i:https?://(?:www\.)?iotroot\.com)/{ECODE}"
"""An Ecode at its national resolver."""
LOOKS_LIKE_LINK = r"(?s)(?i:https?)://[^/]+/(?:.*/)?(?:01|gtin)/"


class Scheme(StrEnum):
    """Which kind of code a text is, told by its form alone."""

    GTIN = "gtin"
    GS1 = "gs1"
    ECODE = "ecode"
    CCC = "ccc"
    OPAQUE = "opaque"


def scheme_of(text: str) -> Scheme | None:
    """The scheme of a sound code, or None for a text that claims to be of a scheme and breaks its rules.

    数字身份码 has no published format: whatever prints without spaces and fits 512 characters is ``OPAQUE``.
    """
    if text.isascii() and text.isdigit() and len(text) in LENGTHS:
        return Scheme.GTIN if is_gtin(text) else None
    if re.fullmatch(CCC, text):
        return Scheme.CCC
    if _claims_gs1(text):
        return Scheme.GS1 if len(text) <= LONGEST and read_gs1(text) else None
    if re.fullmatch(f"{ECODE}|{ECODE_LINK}", text):
        return Scheme.ECODE
    if text.startswith(("01", "]")) and read_gs1(text):
        return Scheme.GS1
    return Scheme.OPAQUE if _OPAQUE.fullmatch(text) else None


def _claims_gs1(text: str) -> bool:
    """Brackets, separators, the key of a Digital Link, or a compressed one, which cannot be read."""
    return text.startswith("(") or "\x1d" in text or re.match(LOOKS_LIKE_LINK, text) is not None or is_compressed(text)


def is_trace_code(text: str) -> bool:
    """Whether the text is a sound code of some scheme."""
    return scheme_of(text) is not None


def cut(text: str, *, item: bool) -> str | None:
    """The code of the class or batch, None where none can be told.

    GS1 codes lose every identifier of an item or a receiver, whatever ``item`` says. Ecode and opaque codes hide their
    structure: they are kept only if the record says that its code names no item.
    """
    scheme = scheme_of(text)
    if scheme in {Scheme.GTIN, Scheme.CCC}:
        return text
    if scheme is Scheme.GS1:
        code = read_gs1(text)
        # A pallet's number alone leaves nothing to show.
        return (code.keeping(_SHOWN).text() or None) if code else None
    return text if scheme is not None and not item else None
