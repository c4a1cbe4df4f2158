"""Which files a caller began to take from this process, so that later parts of a file are told from first ones."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Final

_MOST: Final = 20_000


class Begun:
    """The last deliveries that began. What was forgotten counts as new: rather one Use too many than one too few."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._lock = Lock()

    def note(self, key: str) -> bool:
        """Note a delivery; whether it was not known before."""
        with self._lock:
            fresh = key not in self._keys
            self._keys[key] = None
            self._keys.move_to_end(key)
            if len(self._keys) > self._most:
                self._keys.popitem(last=False)
        return fresh
