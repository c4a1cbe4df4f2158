"""Reading marks from found cells: which symbol a cell shows, given what the shared dataset holds there."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from math import nan

import numpy as np
import pyarrow as pa

from desensitise.mark import texts
from desensitise.mark.channels import arrangements, rounded_tens
from desensitise.mark.days import readings
from desensitise.mark.laws import Law, scaled_decimals, shortened
from desensitise.mark.models import Floats
from desensitise.mark.profile import Channel

_COARSER = (2, 4, 5, 10, 15, 20, 25, 30, 40, 50, 100, 200, 250, 500, 1000)
_NEARLY_ALL = 0.97
_DAY = len("2026-11-22")
_ONE_NUMBER = re.compile(
    r"[^0-9.+-]*([+-]?(?:[0-9]{1,3}(?:[, '][0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)\s*"
    r"((?:千(?![克米瓦])|[百万亿%]){0,2})([^0-9百万亿%-]*-?)"
)
"""A number, what multiplies it, and something before or behind it that does not make it another one."""
_TIMES = {"千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8, "%": 0.01, "": 1.0}
_COMMA_LAST = re.compile(r"([+-]?[0-9]{1,3}(?:[. '][0-9]{3})+|[+-]?[0-9]+),([0-9]{1,2}|[0-9]{4,})\b")
"""A number with a comma before its decimals, as in half of Europe."""
_ENOUGH = 20
_HALF, _MOST, _DECIMALS = 0.5, 0.9, 6
_UNITS = tuple(10.0**n for n in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6))


def observe(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    """Symbols of found cells beside the shared ones; nan where a cell shows none. Additions give the difference."""
    return _READERS[channel.kind](channel, shared, law, found)


def _list(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    del channel
    seen = np.full(len(found), nan)
    for row, (text, ours) in enumerate(zip(found, shared.to_pylist(), strict=True)):
        if not law.active[row] or text is None:
            continue
        known = [texts.one(str(item)) for item in ours]
        places = texts.order_of(text, known) if len(set(known)) == len(known) else None
        if places is not None:
            seen[row] = np.flatnonzero((arrangements(len(known)) == np.array(places)).all(1))[0]
    return seen


def _exemplar(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    del channel
    seen = np.full(len(found), nan)
    for row, (text, ours) in enumerate(zip(found, shared.to_pylist(), strict=True)):
        options = [texts.one(str(item)) for item in ours or ()]
        if law.active[row] and text is not None and len(set(options)) == len(options) and texts.one(text) in options:
            seen[row] = options.index(texts.one(text))
    return seen


def _precision(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    if not channel.coarse:
        fine, _ = scaled_decimals(shared, channel.size)
        tens = rounded_tens(fine)
        scaled = np.round(numbers(found) * 10**channel.size, _DECIMALS)
        theirs = np.rint(_restored(scaled, (fine.astype(np.float64), tens.astype(np.float64))))
        seen = np.where(theirs == fine, 1.0, np.where(theirs == tens, 0.0, nan))
        return np.where(law.active, seen, nan)
    seen = np.full(len(found), nan)
    full, short = shortened(channel, shared)
    for row, text in enumerate(found):
        if law.active[row] and text:
            told = {_plain(short[row]): 0, f"{short[row]}-01": 0, _plain(full[row]): 1}
            said = (text,) if text in told else readings(text)
            seen[row] = next((told[day] for day in said if day in told), nan)
    return seen


def _plain(day: str | None) -> str:
    """A shared day or moment as ``readings`` spell it; days stand so already."""
    return day or "" if day is None or len(day) <= _DAY else next(iter(readings(day.lower())), day)


def _rounding(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    """Rounded to the found cells' own base first, if that is coarser than the mark's."""
    del shared
    low = law.value - law.cut.astype(np.int64)
    high = low + channel.size
    theirs = _restored(numbers(found), (low.astype(np.float64), high.astype(np.float64)))
    best, most = np.full(len(found), nan), -1
    for coarsen in _coarsenings(theirs, channel.size):
        down, up = coarsen(low.astype(np.float64)), coarsen(high.astype(np.float64))
        explained = int(((theirs == up) | (theirs == down)).sum())
        if explained > most:
            most = explained
            best = np.where(theirs == up, 1.0, np.where(theirs == down, 0.0, nan))
            best[(up == down) | ~law.active] = nan
    return best


def _coarsenings(theirs: Floats, base: int) -> list[Callable[[Floats], Floats]]:
    there = theirs[np.isfinite(theirs)]
    enough = len(there) >= _ENOUGH
    fits = [size for size in _COARSER if size > base and enough and (there % size == 0).mean() >= _NEARLY_ALL]
    if not fits:
        return [lambda values: values]
    size = fits[-1]
    return [
        lambda values: np.floor(values / size + 0.5) * size,
        lambda values: np.rint(values / size) * size,
        lambda values: np.floor(values / size) * size,
        lambda values: np.ceil(values / size) * size,
    ]


def _additive(channel: Channel, shared: pa.Array, law: Law, found: Sequence[str | None]) -> Floats:
    del shared
    difference = _moved_back(numbers(found), law.value.astype(np.float64), channel.size)
    # Farther off than any merger of copies with some noise comes, a number is another one.
    near = np.abs(difference) <= 4 * channel.size
    return np.where(law.active & near, difference, nan)


def _restored(theirs: Floats, options: tuple[Floats, ...]) -> Floats:
    """Numbers without a constant that was added to all of them, or in the unit that they had; else as they are.

    ``options`` are what cells may show. Neither they nor the choice hang on anybody's key.
    """
    there = np.isfinite(theirs)

    def explained(values: Floats) -> float:
        return float(np.any([values[there] == one[there] for one in options], axis=0).mean())

    if there.sum() < _ENOUGH or explained(theirs) >= _MOST:
        return theirs
    tried = [np.round(theirs * unit, _DECIMALS) for unit in _UNITS]
    for one in options:
        added, count = np.unique(np.round((theirs - one)[there], _DECIMALS), return_counts=True)
        tried.append(np.round(theirs - added[count.argmax()], _DECIMALS))
    best = max(tried, key=explained)
    return best if explained(best) >= _MOST else theirs


def _moved_back(theirs: Floats, values: Floats, size: int) -> Floats:
    """How far numbers are from ``values``, less a constant that was added to all of them."""
    difference = theirs - values
    there = difference[np.isfinite(difference)]
    if len(there) < _ENOUGH or (np.abs(there) <= size).all():
        return difference
    low, high = there.min(), there.max()
    # Copies differ from the values by ``size`` at most: what lies as close together elsewhere was moved as a whole.
    together = high - low <= 2 * size
    if not together and (np.abs(there) <= 4 * size).mean() >= _HALF:
        return difference
    added = (low + high) / 2 if together else np.median(there)
    moved: Floats = difference - np.rint(added)
    return moved


def numbers(found: Sequence[str | None]) -> Floats:
    """Numbers of texts, whatever unit or sign of money stands beside them; nan for everything else."""
    made = np.array([_number(text) if text else nan for text in found], np.float64)
    made[~np.isfinite(made)] = nan
    return np.round(made, _DECIMALS)


def _number(text: str) -> float:
    text = _COMMA_LAST.sub(lambda told: re.sub("[. ']", "", told[1]) + "." + told[2], text)
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return _spelled(text.replace("\u2212", "-").replace("\u2013", "-"))


def _spelled(text: str) -> float:
    """A number beside a unit, multiplied by a word, or negative as bookkeepers write it."""
    below = text.startswith("(") and text.endswith(")")
    told = _ONE_NUMBER.fullmatch(text[1:-1] if below else text)
    if told is None or told[2] not in _TIMES:
        return nan
    number = float(re.sub("[^0-9.+-]", "", told[1])) * _TIMES[told[2]]
    return -number if below or told[3].endswith("-") else number


_READERS = {
    "list": _list,
    "exemplar": _exemplar,
    "precision": _precision,
    "rounding": _rounding,
    "additive": _additive,
}
