"""Traces of persons that are neither numbers nor names: where somebody lives on the map, pictures of their licences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Span
from desensitise.detect.words import Context

IMAGE = r"(?i:\.(?:jpe?g|png|gif|bmp|tiff?|webp|heic|pdf))"
"""Endings of files that are or may be pictures."""

# Four decimals of a degree are some ten metres: a house. The bounds are those of the country (CGCS2000).
_EAST = r"(?:7[3-9]|[89][0-9]|1[0-2][0-9]|13[0-5])\.[0-9]{4,}"
_NORTH = r"(?:[3-9]|[1-4][0-9]|5[0-3])\.[0-9]{4,}"
_PAIR = lazy(
    rf"(?<![0-9.])(?:{_EAST}\s?[°度]?[EN]?[\s,，;；、/]{{1,3}}(?:北纬|纬度|lat)?[\s:：=]{{0,2}}{_NORTH}"
    rf"|{_NORTH}\s?[°度]?[EN]?[\s,，;；、/]{{1,3}}(?:东经|经度|lng|lon)?[\s:：=]{{0,2}}{_EAST})(?![0-9])"
)
_HOME = lazy(r"家|住|居|宅|户籍|收货|送货|投诉人|举报人|消费者|当事人|home")
_WORKS = lazy(r"厂|企业|公司|车间|仓库|门店|经营场所|项目")
_REACH = 24
_REFERENCE = lazy(rf"(?:https?://|data:image/|/)?[^\s,，;；、\"'<>()]{{0,200}}{IMAGE}(?![A-Za-z0-9])")
_LICENCE = lazy(r"执照|许可证|证照|身份证|licen[cs]e|id_?card|zhizhao|yyzz|sfz", re.IGNORECASE)


def traces(text: str, column: Context) -> Iterator[Span]:
    """Coordinates beside words of a home, and references to pictures of licences, in normalised ``text``."""
    if "." not in text:
        return
    for pair in _PAIR.finditer(text):
        before = text[max(0, pair.start() - _REACH) : pair.start()]
        at_home = _HOME.search(before) is not None and _WORKS.search(before) is None
        if at_home or Kind.COORDINATE in column.kinds:
            yield Span(pair.start(), pair.end(), Kind.COORDINATE, 0.9)
    for reference in _REFERENCE.finditer(text):
        if Kind.LICENCE_IMAGE in column.kinds or _LICENCE.search(reference.group()):
            yield Span(reference.start(), reference.end(), Kind.LICENCE_IMAGE, 0.9)
