"""Lists page by page, with links that keep what was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from flask import request, url_for

Thing = TypeVar("Thing")
SIZE: Final = 20
_MOST: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Page(Generic[Thing]):
    """One page of a list: ``number`` from 1, of ``count`` pages, of ``total`` things."""

    things: Sequence[Thing]
    number: int
    count: int
    total: int

    @property
    def first(self) -> int:
        """The place of its first thing in the whole list, from 1; 0 when the list is empty."""
        return min((self.number - 1) * SIZE + 1, self.total)

    def numbers(self) -> list[int]:
        """Pages to link: the first, the last and those around; 0 stands for a gap."""
        near = {1, self.count, *range(self.number - 2, self.number + 3)}
        shown = sorted(one for one in near if 1 <= one <= self.count)
        pairs = zip(shown, [*shown[1:], shown[-1] if shown else 0], strict=True)
        return [one for here, after in pairs for one in ((here, 0) if after > here + 1 else (here,))]


def asked() -> int:
    """The page that the request asks for, 1 when it says nothing that makes sense."""
    said = request.args.get("page", "1")
    return min(int(said), _MOST) if said.isascii() and said.isdigit() and len(said) < 9 and int(said) else 1


def page_of(things: Sequence[Thing], size: int = SIZE) -> Page[Thing]:
    """The asked page of a list that lies in memory; past its end, the last one."""
    count = max(-(-len(things) // size), 1)
    number = min(asked(), count)
    return Page(things[(number - 1) * size : number * size], number, count, len(things))


def link(number: int) -> str:
    """The present address with another page."""
    kept: dict[str, Any] = {name: values for name, values in request.args.lists() if name != "page"}
    return url_for(request.endpoint or "", **(request.view_args or {}), **kept, page=number)
