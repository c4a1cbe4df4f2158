"""The official numbers that must never be taken for a person's: blanked out before anything is looked for."""

from __future__ import annotations

import re

from desensitise.detect import checks
from desensitise.detect.lazily import lazy
from desensitise.detect.spans import STANDING

_DIGIT = lazy(r"[0-9]")
_USCC = lazy(r"(?<![0-9A-Za-z])[0-9ANYany][0-9A-Ga-g][0-9]{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])")
# Signs of provinces with which a plate begins; 新 stands before standards as well (新GB 1499.2).
_PLATES = "京津沪渝冀豫云辽黑湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_SERIES = (
    "GB|JB|QB|HG|YB|DL|SJ|FZ|JG|CJ|JC|LY|JT|YD|NB|SB|BB|WS|AQ|XF|GA|DB[0-9]{2,4}|T/[A-Z]{2,10}|Q/[A-Z0-9]{2,10}|"
    "ISO|IEC|EN|ASTM"
)
# Numbers of the trade: hotlines, standards, document numbers, codes of Handle and OID, production licences, days.
_SHIELDS = lazy(
    r"(?<![0-9])[48]00(?:[-\s]?[0-9]{3}[-\s]?[0-9]{4}|[-\s]?[0-9]{4}[-\s]?[0-9]{3})(?![0-9])"
    rf"|(?<![0-9A-Z])(?<![{_PLATES}])(?<!新(?!GB))(?<![{_PLATES}新][A-Z][·. -])(?:{_SERIES})"
    r"(?:/[TZ])?\s?[0-9]{1,6}(?:\.[0-9]{1,3})*(?:\s?[-:]\s?[12][0-9]{3})?(?![0-9A-Za-z])"
    r"|[〔\[(][12][0-9]{3}[〕\])]第?[0-9]{1,6}号"
    r"|[\u4e00-\u9fff]ICP[备证]?\s?[0-9]{6,8}号?(?:-[0-9]+)?"
    r"|第\s?(?:[0-9]{1,20}\s?号|[0-9]+(?:\.[0-9]+)+\s?[条款项章节])"
    r"|(?<![0-9.])8[68](?:\.[0-9]{1,6}){1,3}/[0-9A-Za-z._-]+"
    r"|(?<![0-9.])1\.2\.156(?:\.[0-9]+)+"
    r"|XK[0-9]{2}-[0-9]{3}-[0-9]{5}(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}(?P<d>[-/.])(?:0?[1-9]|1[0-2])(?P=d)(?:0?[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?<![0-9])[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?",
)


def shielded(text: str) -> str:
    """Normalised ``text`` with placeholders, official numbers and sound company codes blanked out; same length."""
    if "〔" in text:
        text = STANDING.sub(_blank, text)
    if _DIGIT.search(text) is None:
        return text
    text = _SHIELDS.sub(_blank, text)
    return _USCC.sub(lambda m: "\0" * 18 if _company(m.group()) else m.group(), text)


def _blank(found: re.Match[str]) -> str:
    return "\0" * len(found.group())


def _company(code: str) -> bool:
    """A sound code of anything but a sole trader. A sound resident number is a person even if it fits both."""
    upper = code.upper()
    person = upper[:17].isdigit() and checks.id_shape(upper) and checks.id_check(upper)
    return not upper.startswith("92") and checks.uscc_check(upper) and not person
