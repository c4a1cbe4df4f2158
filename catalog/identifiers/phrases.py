"""Grammars of short texts: durations, intervals, document and standard numbers, telephones, e-mail addresses.

Patterns are in the common subset of Python ``re`` and Rust ``regex`` and are meant for whole texts (DOMAIN 1.11, 1.13).
"""

from __future__ import annotations

DURATION = (
    r"P[0-9]{1,4}Y(?:[0-9]{1,4}M)?(?:[0-9]{1,5}D)?|P[0-9]{1,4}M(?:[0-9]{1,5}D)?|P[0-9]{1,4}W|P[0-9]{1,5}D"
    r"|[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
)
"""质保期限: a period with at least one part, or the date it ends on (TR13)."""

_DAY = r"[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
INTERVAL = rf"{_DAY}/{_DAY}"
"""GB/T 7408 interval of two days. The order of the two is not part of the grammar."""

_HAN = "\u4e00-\u9fa5"
DOCUMENT_NO = rf"[{_HAN}]{{1,12}}(?:[(（][{_HAN}]{{1,4}}[)）][{_HAN}]{{1,12}})?〔[0-9]{{4}}〕[0-9]{{1,5}}号"
"""发文字号 such as 国市监质监发〔2023〕38号."""

STANDARD_NO = (
    r"(?:[A-Z]{2,4}(?:/[TZ])?|DB[0-9]{2,6}(?:/T)?|T/[A-Z]{2,12}|Q/[A-Z0-9]{2,16}|ISO/IEC)"
    r" ?[0-9]{1,6}(?:\.[0-9]{1,3})*(?:[-—–][0-9]{4})?(?:/XG[0-9]-[0-9]{4})?"
)
"""National, trade, local, group and firm standards; the year may be missing where any edition is meant."""

TELEPHONE = (
    r"(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}"
    r"|(?:\+?86[- ]?)?(?:\(0[0-9]{2,3}\)|0[0-9]{2,3}[- ]?)?[2-9][0-9]{6,7}(?:[-转][0-9]{1,6})?"
    r"|[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}|[48]00[- ]?[0-9]{4}[- ]?[0-9]{3}|1[0-9]{2}|1[0-9]{4}|9[0-9]{4,7}"
)
"""Mobile, land line with area code and extension, 400 and 800 lines, service numbers such as 12315."""

EMAIL = r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}"
