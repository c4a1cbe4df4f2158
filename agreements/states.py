"""The life of an agreement as data: ``states.toml``, read strictly once, and drawn as the docs' diagram."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from agreements.permissions import Permission
from catalog.errors import DeclarationError, OutOfStep
from catalog.typed import converted


class Side(StrEnum):
    """Who moves an agreement on."""

    BUREAU = "bureau"
    CLOCK = "clock"
    RECIPIENT = "recipient"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A state; ``working_days`` is the time that ``waits_for`` has to answer."""

    id: str
    zh: str
    en: str
    waits_for: Side | None = None
    working_days: int = 0
    final: bool = False


class Transition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"sources": "from"}):
    """A move from one of ``sources`` to ``to``. ``second`` names the earlier actor who must be another person."""

    name: str
    zh: str
    sources: tuple[str, ...]
    to: str
    by: Side
    needs: Permission | None = None
    second: str = ""


@dataclass(frozen=True, slots=True)
class Life:
    """All states and transitions by name."""

    states: dict[str, State]
    transitions: dict[str, Transition]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    state: tuple[State, ...]
    transition: tuple[Transition, ...]


@cache
def life() -> Life:
    """The shipped life. DeclarationError when it is malformed or names a state that it does not declare."""
    raw = tomllib.loads((files("agreements") / "states.toml").read_text(encoding="utf-8"))
    try:
        found = converted(raw, _File)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"states.toml is malformed: {error}.", todo="Restore the file.") from None
    states = {state.id: state for state in found.state}
    named = {name for move in found.transition for name in (*move.sources, move.to)}
    if not named <= set(states):
        raise DeclarationError("states.toml: a transition names an undeclared state.", todo="Declare it.")
    return Life(states, {move.name: move for move in found.transition})


def step(state: str, name: str) -> Transition:
    """The transition ``name``. OutOfStep when it does not start from ``state``."""
    move = life().transitions[name]
    if state not in move.sources:
        shown = life().states[state]
        raise OutOfStep(
            f"'{name}' is not possible while the agreement is '{shown.en}' ({shown.zh}).",
            todo="See `hub agreements show` for what can be done now.",
        )
    return move


def open_moves(state: str) -> tuple[Transition, ...]:
    """What can be done from a state."""
    return tuple(move for move in life().transitions.values() if state in move.sources)


def diagram() -> str:
    """The life as a Mermaid state diagram."""
    found = life()
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{one.zh} {one.en}" as {one.id}' for one in found.states.values()]
    for move in found.transitions.values():
        label = f"{move.zh} {move.name}" + (" ②" if move.second else "")
        lines += [f"    {source} --> {move.to}: {label}" for source in move.sources or ("[*]",)]
    lines += [f"    {one.id} --> [*]" for one in found.states.values() if one.final]
    return "\n".join(lines) + "\n"
