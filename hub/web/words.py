"""What the pages say. Chinese stands in templates and code; English in ``translations/en.po`` of each area.

Catalogues are read as text when the application is made: nothing is compiled, nothing binary is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, Domain, gettext
from markupsafe import Markup, escape

from catalog.folder import words as folder_words

LANGUAGES: Final = ("zh", "en")
COOKIE: Final = "language"
ROOT: Final = Path(__file__).parent
_METHODS: Final = [("**.py", "python"), ("**.html", "jinja2")]
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None}


def N_(text: str) -> str:  # noqa: N802  # gettext's own name for a text that is translated where it is shown
    """The text itself, marked for the catalogue: ``_(text)`` translates it later."""
    return text


def language() -> str:
    """The language of this request: what the reader chose, otherwise Chinese."""
    if not has_request_context():
        return "zh"
    if "language" not in g:
        asked = request.cookies.get(COOKIE, "")
        g.language = asked if asked in LANGUAGES else "zh"
    return str(g.language)


def pick(thing: object, name: str = "") -> Any:
    """A thing's text in the reader's language: its ``name_zh`` or ``zh``; Chinese where English is empty."""
    stem = f"{name}_" if name else ""
    return getattr(thing, stem + language()) or getattr(thing, f"{stem}zh")


def label(section: str, key: str) -> str:
    """What a code of the portal's word list (``catalog/folder/words.toml``) is called."""
    return folder_words.label(section, key, language())


def install(app: Flask) -> None:
    """Give ``app`` its languages."""
    babel = Babel()
    babel.domain_instance = _Words()
    babel.init_app(app, default_locale="zh", default_timezone="Asia/Shanghai", locale_selector=language)
    app.jinja_env.globals["_"] = say


def say(text: str, **values: Any) -> str | Markup:
    """``text`` in the reader's language with ``values`` in it, as templates say ``_``; escaped where it is shown.

    Jinja's own ``_`` takes every text for safe markup and for a format. Texts that come as a variable (an error's, a
    state's) are neither.
    """
    translated: str = gettext(text)
    if not values:
        return translated
    return escape(translated) % values


def said() -> Iterator[tuple[str, int, str]]:
    """File, line and Chinese text of everything that the pages say."""
    for name, line, message, _, _ in extract_from_dir(
        str(ROOT), method_map=_METHODS, keywords=_KEYWORDS, options_map={"**.html": {"trimmed": "true"}}
    ):
        yield name, line, message if isinstance(message, str) else message[0]


@cache
def english() -> Catalog:
    """All English texts by their Chinese ones."""
    whole = Catalog(locale="en")
    for path in sorted(ROOT.glob("**/translations/en.po")):
        with path.open("rb") as stream:
            for message in read_po(stream, locale="en"):
                if message.id:
                    whole.add(message.id, message.string)
    return whole


class _Words(Domain):  # type: ignore[misc]  # Flask-Babel has no annotations
    """Translations from the catalogues' text."""

    def get_translations(self) -> NullTranslations:
        return _translations() if language() == "en" else NullTranslations()


@cache
def _translations() -> Translations:
    packed = BytesIO()
    write_mo(packed, english())
    packed.seek(0)
    return Translations(packed)
