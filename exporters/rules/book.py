"""A rule set: which rules there are, what each says, and its thresholds, under a version."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from catalog.errors import DeclarationError
from catalog.typed import from_toml
from exporters.rules.soundness import faults


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: its name, basis and the tables it reads. ``mark`` is its class or colour, ``points`` what it scores."""

    id: str
    zh: str
    en: str
    basis: str
    reads: tuple[str, ...]
    mark: str = ""
    points: int = 0
    update: str = ""
    exit: str = ""


class Book(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of one derivation in one version. ``options`` are thresholds and choices, by name."""

    id: str
    version: str
    zh: str
    en: str
    basis: str
    rule: tuple[Rule, ...]
    options: dict[str, int | float | str | tuple[str, ...]]
    texts: dict[str, tuple[str, str]] = {}
    """Words of codes that results hold: code -> (Chinese, English)."""

    def number(self, name: str) -> float:
        """A numeric option."""
        value = self._option(name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self._wrong(name, "a number")
        return value

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self._option(name)
        if not isinstance(value, int):
            raise self._wrong(name, "a whole number")
        return value

    def text(self, name: str) -> str:
        """A text option."""
        value = self._option(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a text")
        return value

    def items(self, name: str) -> tuple[str, ...]:
        """An option that is a list of codes."""
        value = self._option(name)
        if not isinstance(value, tuple):
            raise self._wrong(name, "a list of texts")
        return value

    def bands(self, name: str) -> tuple[tuple[float, int], ...]:
        """An option of steps ``lower limit:points``, highest limit first."""
        try:
            steps = [(float(limit), int(points)) for limit, points in (one.split(":") for one in self.items(name))]
        except ValueError:
            raise self._wrong(name, "a list of limit:points") from None
        return tuple(sorted(steps, reverse=True))

    def words(self, name: str) -> dict[str, int]:
        """An option of ``code:points``."""
        try:
            return {code: int(points) for code, points in (one.split(":") for one in self.items(name))}
        except ValueError:
            raise self._wrong(name, "a list of code:points") from None

    def has(self, rule: str) -> bool:
        """Whether the set holds this rule."""
        return any(one.id == rule for one in self.rule)

    def of(self, rule: str) -> Rule:
        """The rule of this id."""
        found = next((one for one in self.rule if one.id == rule), None)
        if found is None:
            raise DeclarationError(f"Rule set {self.id} {self.version} lacks the rule '{rule}'.", todo="Add it.")
        return found

    def _option(self, name: str) -> int | float | str | tuple[str, ...]:
        if name not in self.options:
            raise DeclarationError(f"Rule set {self.id} {self.version} lacks the option '{name}'.", todo="Add it.")
        return self.options[name]

    def _wrong(self, name: str, wanted: str) -> DeclarationError:
        return DeclarationError(f"Rule set {self.id} {self.version}: '{name}' must be {wanted}.", todo="Mend it.")


def parse_book(text: str, file: str) -> Book:
    """A rule set from its TOML; ``file`` is named in refusals.

    DeclarationError for two rules of one id, and for options that are missing, unknown or contradict each other.
    """
    try:
        book = from_toml(text, Book)
    except (msgspec.DecodeError, ValueError) as error:
        raise DeclarationError(
            f"{file} is no rule set: {type(error).__name__}.", todo="Compare it with rules.toml."
        ) from None
    if len({rule.id for rule in book.rule}) != len(book.rule):
        raise DeclarationError(f"{file} names a rule twice.", todo="Give every rule an id of its own.")
    if wrong := faults(book.id, [rule.id for rule in book.rule], book.options):
        raise DeclarationError(f"{file} is no sound rule set: {'; '.join(wrong)}.", todo="Mend these options.")
    return book


@cache
def shipped(name: str, scheme: str = "rules") -> Book:
    """The rule set that ships with the derivation ``name``, or another of its schemes."""
    place = files("exporters") / "rules" / name / f"{scheme}.toml"
    # The scheme comes from a command line: it names a file beside the others, and no other place.
    if not scheme.replace("_", "").isalnum() or not place.is_file():
        raise DeclarationError(f"There is no scheme '{scheme}' of {name}.", todo="See docs/derivations.md.")
    return parse_book(place.read_text(encoding="utf-8"), f"{name}/{scheme}.toml")
