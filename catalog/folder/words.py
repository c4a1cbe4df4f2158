"""The words of the pages, and how numbers, sizes, times and codes are written in each language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib.resources import files
from typing import Any

CHINA = timezone(timedelta(hours=8))
LANGUAGES = ("zh", "en")
TAGS = {"zh": "zh-CN", "en": "en"}
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
DIMENSIONS = ("normativity", "completeness", "accuracy", "consistency", "timeliness", "accessibility")


@cache
def tables() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """All words: section, key, language."""
    text = (files("catalog.folder") / "words.toml").read_text(encoding="utf-8")
    found: dict[str, Any] = tomllib.loads(text)
    return found


@cache
def page_words(language: str) -> Mapping[str, str]:
    """The fixed texts of pages in one language."""
    return {key: texts[language] for key, texts in tables()["page"].items()}


def label(section: str, key: str, language: str) -> str:
    """What a code is called; a code that has no words yet stands for itself."""
    texts = tables()[section].get(str(key))
    return texts[language] if texts else str(key)


def count(number: int) -> str:
    """12345 as 12,345, in both languages."""
    return f"{number:,}"


def share(score: float) -> str:
    """A score of 0 to 100 with one decimal; only a full score reads 100.0."""
    return "99.9" if 99.9 < score < 100 else f"{score:.1f}"


def size(octets: int) -> str:
    """Bytes as people read them, 1,000 to the kilobyte as download managers count."""
    if octets < 1000:
        return f"{octets} B"
    for unit, one in (("kB", 1e3), ("MB", 1e6)):
        if octets < 999.95 * one:
            return f"{octets / one:.1f} {unit}"
    return f"{octets / 1e9:.1f} GB"


def moment(at: datetime, language: str) -> str:
    """A time in China's zone, to the minute."""
    local = in_china(at)
    if language == "zh":
        return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"
    return f"{local:%Y-%m-%d %H:%M} (UTC+8)"


def in_china(at: datetime) -> datetime:
    """The moment in UTC+8; a time without a zone is taken as China's."""
    return (at if at.tzinfo else at.replace(tzinfo=CHINA)).astimezone(CHINA)


def clean(text: str) -> str:
    """Text without characters that XML forbids and without those that turn the reading direction."""
    return _UNFIT.sub("", text)
