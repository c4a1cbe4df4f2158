"""Numbers of licences and certificates: XK, SC, QS, CCC and CMA (DOMAIN 1.6, 1.7, 1.13).

Patterns are in the common subset of Python ``re`` and Rust ``regex`` and are meant for whole texts.
"""

from __future__ import annotations

import re
from enum import StrEnum

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

XK = rf"(?:[（(][{_PROVINCES}][）)]|[{_PROVINCES}])?XK[0-9]{{2}}-[0-9]{{3}}-[0-9]{{5}}"
"""工业产品生产许可证编号: 2 industry, 3 product, 5 firm; a province that issued it stands in front."""

SC = r"SC[0-9]{14}"
"""食品生产许可证编号. Another system, met in licence fields of food-contact products: typed, not refused."""

QS = r"QS[0-9]{12}|QS[0-9]{4}-[0-9]{4}-[0-9]{4}|QS[0-9]{2}-[0-9]{5}-[0-9]{5}"
"""The marks before SC (food) and before XK (food contact products)."""

CCC = r"(?:19|20)[0-9]{14}"
"""强制性产品认证证书编号: 4 year, 2 body, 4 product class, 6 serial. No check digit."""

CMA = r"[0-9]{12}"
"""资质认定证书编号. No check digit."""

LICENCE = rf"{XK}|{SC}|{QS}"


class Licence(StrEnum):
    """Which system a number belongs to."""

    XK = "XK"
    SC = "SC"
    QS = "QS"
    CCC = "CCC"


_SYSTEMS = {
    Licence.XK: re.compile(XK),
    Licence.SC: re.compile(SC),
    Licence.QS: re.compile(QS),
    Licence.CCC: re.compile(CCC),
}


def licence_system(text: str) -> Licence | None:
    """The system whose pattern the whole text fits, or None."""
    return next((system for system, pattern in _SYSTEMS.items() if pattern.fullmatch(text)), None)


def issuing_province(text: str) -> str | None:
    """Short name of the province in front of an XK number, or None for a national one or another text."""
    if licence_system(text) is not Licence.XK:
        return None
    return next((character for character in text[:2] if character in _PROVINCES), None)
