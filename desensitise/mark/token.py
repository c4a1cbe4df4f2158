"""The token of a row: download number (32 bits), ordinal (32) and a MAC of the row's facts (64), in base32.

It is published as an address where anyone can ask whether the record is the hub's. The MAC is the download key's, so
a token is neither made by others nor moved to another row.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from desensitise.mark.prf import Prf, Words, blocks

LANE = 1
LENGTH = 26
_DIGITS = b"abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = np.frombuffer(b"".join(bytes((a, b)) for a in _DIGITS for b in _DIGITS), np.uint16)
_TEN = np.uint64(1023)
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says; nothing of it is true before its MAC is checked."""

    download: int
    ordinal: int
    mac: int


def macs(prf: Prf, hashes: Words, ordinals: Words) -> Words:
    """MACs of rows: two blocks of the download's cipher, the second over the first and the row's ordinal."""
    inner = prf.words(blocks(hashes, LANE))
    return prf.words(blocks(inner ^ ordinals, LANE, ordinals))


def addresses(prefix: str, download: int, ordinals: Words, mac: Words) -> pa.Array:
    """``prefix`` and token of each row as Arrow texts."""
    high = (np.uint64(download) << np.uint64(32)) | ordinals
    head = np.frombuffer(prefix.encode(), np.uint8)
    room = np.empty((len(ordinals), len(head) + LENGTH), np.uint8)
    room[:, : len(head)] = head
    shape, steps = (len(ordinals), LENGTH // 2), (room.shape[1], 2)
    pairs: np.ndarray[tuple[int, int], np.dtype[np.uint16]] = np.ndarray(shape, np.uint16, room, len(head), steps)
    for place in range(6):
        pairs[:, place] = _PAIRS[(high >> np.uint64(54 - 10 * place)) & _TEN]
    pairs[:, 6] = _PAIRS[((high << np.uint64(6)) | (mac >> np.uint64(58))) & _TEN]
    for place in range(7, 12):
        pairs[:, place] = _PAIRS[(mac >> np.uint64(48 - 10 * (place - 7))) & _TEN]
    pairs[:, 12] = _PAIRS[(mac << np.uint64(2)) & _TEN]
    ends = np.arange(len(ordinals) + 1, dtype=np.int32) * np.int32(room.shape[1])
    return pa.StringArray.from_buffers(len(ordinals), pa.py_buffer(ends), pa.py_buffer(room))


def read_token(text: str) -> Token | None:
    """The last token in a text, or None."""
    found = _TOKEN.findall(text)
    if not found:
        return None
    try:
        raw = base64.b32decode(found[-1].upper() + "======")
    except binascii.Error:
        return None
    return Token(*(int.from_bytes(raw[a:b], "big") for a, b in ((0, 4), (4, 8), (8, 16))))
