"""One declaration a page: address, method, view. The pages of one area are one blueprint with its own templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from flask import Blueprint

View = TypeVar("View", bound=Callable[..., Any])
LARGEST_FORM = 1 << 18
"""Bytes that a form may have, unless its page says otherwise."""


class Pages:
    """The pages of one area, for example ``Pages("public", __file__)``; templates lie in ``templates/<area>/``."""

    def __init__(self, area: str, file: str) -> None:
        self.area = area
        self.blueprint = Blueprint(area, area, template_folder=str(Path(file).parent / "templates"))

    def page(
        self, rule: str, *, methods: Sequence[str] = ("GET",), name: str = "", largest: int = LARGEST_FORM
    ) -> Callable[[View], View]:
        """Register a view under ``<area>.<name>``; ``largest`` bytes of a request are taken at most.

        The view itself says who may see it: ``@openly`` or ``@signed_in(…)`` below this line.
        """

        def register(view: View) -> View:
            vars(view)["hub_largest"] = largest
            self.blueprint.add_url_rule(rule, name or view.__name__, view, methods=list(methods))
            return view

        return register
