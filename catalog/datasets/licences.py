"""Licences and terms that a dataset may be given under."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Licence:
    """``is_open`` says whether everyone may use the data; ``url`` is "" for terms fixed in an agreement."""

    id: str
    zh: str
    en: str
    url: str
    is_open: bool


def _licence(name: str, zh: str, en: str, url: str = "") -> tuple[str, Licence]:
    return name, Licence(name, zh, en, url, is_open=bool(url))


_CC = "https://creativecommons.org"

LICENCES: Mapping[str, Licence] = MappingProxyType(
    dict(
        (
            _licence("CC-BY-4.0", "知识共享署名 4.0", "Creative Commons Attribution 4.0", f"{_CC}/licenses/by/4.0/"),
            _licence("CC0-1.0", "知识共享零 1.0", "Creative Commons Zero 1.0", f"{_CC}/publicdomain/zero/1.0/"),
            _licence(
                "ODC-By-1.0",
                "开放数据共用署名 1.0",
                "Open Data Commons Attribution 1.0",
                "https://opendatacommons.org/licenses/by/1-0/",
            ),
            _licence("agreement", "数据使用协议", "Data-use agreement"),
            _licence("internal", "内部共享", "Sharing among authorities only"),
        )
    )
)
