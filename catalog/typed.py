"""JSON, TOML and plain values read as the declared types that they are said to be; msgspec does it.

msgspec looks at a type's fields when the type is first asked for, and shows its half-made notes to any other thread
that asks for the same type meanwhile, which ends the process (SIGSEGV, msgspec 0.22). So everybody reads types here:
one thread at a time looks at a type that is new.
"""

from __future__ import annotations

from threading import RLock
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_looking = RLock()
_decoders: dict[Any, msgspec.json.Decoder[Any]] = {}


def decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """What reads JSON as ``kind``; it may be kept and used by several threads."""
    found = _decoders.get(kind)
    if found is None:
        with _looking:
            found = _decoders[kind] = msgspec.json.Decoder(kind)
    return found


def from_json(raw: bytes | str, kind: type[T]) -> T:
    """The value that JSON says. msgspec.DecodeError where it is none, or no ``kind``."""
    return decoder(kind).decode(raw)


def from_toml(text: str, kind: type[T]) -> T:
    """The value that TOML says. msgspec.DecodeError where it is none, or no ``kind``."""
    decoder(kind)
    return msgspec.toml.decode(text, type=kind)


def converted(value: object, kind: type[T], *, from_attributes: bool = False) -> T:
    """Plain values as a ``kind``, or another thing's attributes. msgspec.ValidationError where they are none."""
    decoder(kind)
    return msgspec.convert(value, kind, from_attributes=from_attributes)
