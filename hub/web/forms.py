"""Forms: what was typed, checked by a marshmallow schema as the API's bodies are, kept whatever is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from flask import request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from hub.web.words import N_

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_SAID: Final[dict[str, Any]] = {
    "required": N_("请填写此项。"),
    "null": N_("请填写此项。"),
    "invalid": N_("格式不正确。"),
    "invalid_utf8": N_("格式不正确。"),
    "invalid_email": N_("电子邮箱格式不正确。"),
    "too_large": N_("数字过大。"),
}
FULL: Final = N_("请填写此项。")
LONG: Final = N_("内容过长，请缩短。")
CHOOSE: Final = N_("请从列表中选择。")
ODD: Final = N_("含有不可见的控制字符，请删除。")


@dataclass(frozen=True, slots=True)
class Form:
    """A filled form: ``kept`` is what was typed, ``errors`` in Chinese by field, ``values`` when nothing is wrong."""

    kept: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    errors: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    values: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)

    @property
    def is_right(self) -> bool:
        """Whether it was sent and nothing is wrong."""
        return bool(self.values) and not self.errors

    def wrong(self, **errors: str) -> Form:
        """The same form with these errors beside its fields."""
        return Form(self.kept, {**self.errors, **errors}, self.values)


def blank(**kept: Any) -> Form:
    """A form nobody has filled yet; ``kept`` stands in its fields."""
    return Form(kept)


def read(schema: Schema, sent: MultiDict[str, str] | None = None) -> Form:
    """The present request's form, or ``sent`` (for example the query of a search), against ``schema``.

    A field that the schema declares as a list takes all values of its name; texts are stripped, empty ones are missing.
    """
    given = request.form if sent is None else sent
    kept = {
        name: given.getlist(name) if isinstance(one, fields.List) else given.get(name, "")
        for name, one in schema.fields.items()
    }
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in kept.items()}
    typed = {name: value for name, value in stripped.items() if value not in ("", [])}
    try:
        return Form(kept, {}, schema.load(typed, unknown=EXCLUDE))
    except ValidationError as wrong:
        said = wrong.messages if isinstance(wrong.messages, dict) else {}
        return Form(kept, {str(name): _first(messages) for name, messages in said.items()})


def _first(messages: Any) -> str:
    while isinstance(messages, dict | list):
        messages = next(iter(messages.values() if isinstance(messages, dict) else messages), _SAID["invalid"])
    return str(messages)


def text(
    longest: int, *, required: bool = True, lines: bool = False, pattern: str = "", wrong: str = ""
) -> fields.String:
    """A text of at most ``longest`` characters; ``lines`` may be several; ``pattern`` in full, or ``wrong`` is said."""
    checks: list[Any] = [validate.Length(max=longest, error=LONG), _visible(lines=lines)]
    if pattern:
        checks.append(validate.Regexp(rf"(?:{pattern})\Z", error=wrong or _SAID["invalid"]))
    return fields.String(validate=checks, **_common(required, ""))


def choice(options: Any, *, required: bool = True) -> fields.String:
    """One of ``options`` (a sequence, or a mapping by key)."""
    return fields.String(validate=validate.OneOf(list(options), error=CHOOSE), **_common(required, ""))


def choices(options: Any, *, required: bool = True) -> fields.List[str]:
    """Some of ``options``."""
    one = fields.String(validate=validate.OneOf(list(options), error=CHOOSE))
    return fields.List(
        one, validate=validate.Length(min=1, error=CHOOSE) if required else None, **_common(required, [])
    )


def whole(least: int, most: int, *, required: bool = True, otherwise: int = 0) -> fields.Integer:
    """A whole number from ``least`` to ``most``."""
    said = N_("请填写范围内的整数。")
    return fields.Integer(validate=validate.Range(least, most, error=said), **_common(required, otherwise))


def day(*, required: bool = True) -> fields.Date:
    """A day as browsers send it, YYYY-MM-DD."""
    return fields.Date(format="%Y-%m-%d", **_common(required, None))


def yes() -> fields.Boolean:
    """A box that is ticked or not."""
    return fields.Boolean(truthy={"1", "on", "yes"}, falsy={"0", "no"}, load_default=False, error_messages=_SAID)


def _common(required: bool, otherwise: Any) -> dict[str, Any]:  # noqa: FBT001
    return {"required": required, "error_messages": _SAID, **({} if required else {"load_default": otherwise})}


def _visible(*, lines: bool) -> validate.Predicate | Any:
    allowed = "\r\n\t" if lines else ""

    def check(value: str) -> None:
        if any(not sign.isprintable() and sign not in allowed and not sign.isspace() for sign in value):
            raise ValidationError(ODD)
        if not lines and any(sign in "\r\n" for sign in value):
            raise ValidationError(ODD)

    return check
