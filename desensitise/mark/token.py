"""The token of a row: download number (32 bits), ordinal (32) and a MAC of the row's facts (64), in base32.

It is published as an address where anyone can ask whether the record is the hub's. The MAC is the download key's, so
a token is neither made by others nor moved to another row.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from desensitise.mark.gather import Bytes, even_ends
from desensitise.mark.prf import CipherName, Ints, Prf, Words
from desensitise.mark.rowhash import RowHash

LANE = 1
LENGTH = 26
_EIGHT = np.dtype("<u8")
_TURN = 14
"""Low bits of ordinals; what lies above is mostly the same for all rows of a window."""
_LINES = 64
_OF_FILE = np.array([2**32 - 1], np.uint64)
"""The ordinal of a file, which no row has."""
_TOKEN = re.compile(r"(?<![a-z2-7])[a-z2-7]{26}(?![a-z2-7])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says; nothing of it is true before its MAC is checked."""

    download: int
    ordinal: int
    mac: int


class RowBinding:
    """What tokens bind: one word for the facts of each row, their keyed hash encrypted under the same key."""

    def __init__(self, key: bytes, cipher: CipherName, columns: Sequence[str]) -> None:
        self._hash, self._prf = RowHash(key, columns), Prf(key, cipher)

    def of(self, batch: pa.RecordBatch, then: Callable[[slice], None] = lambda _: None) -> Words:
        """One word a row; ``then`` as for ``RowHash``."""
        return self._prf.drawn(self._hash.of(batch, then), LANE)


def macs(prf: Prf, bound: Words, ordinals: Words) -> Words:
    """MACs of rows under a download's cipher, over what is bound of each row and over its ordinal."""
    return prf.drawn(bound ^ ordinals, LANE, ordinals)


def file_token(prf: Prf, download: int, facts: str) -> str:
    """What a copy's files carry among their properties: a token of no row, bound to the version's digest of facts.

    Whoever holds the file can put it on any other, so it is a hint where to look and never evidence.
    """
    word = np.frombuffer(sha256(b"file " + facts.encode()).digest()[:8], np.uint64)
    said: str = addresses("", download, _OF_FILE, macs(prf, word, _OF_FILE))[0].as_py()
    return said


def addresses(prefix: str, download: int, ordinals: Words, mac: Words, after: str = "") -> pa.Array:
    """``prefix`` and token of each row as Arrow texts, and ``after`` behind them."""
    head, tail = (np.frombuffer(text.encode(), np.uint8) for text in (prefix, after))
    count, width = len(ordinals), len(head) + LENGTH + len(tail)
    room = np.empty((-(-count // _LINES) * _LINES, width), np.uint8)
    line = np.empty((1, width), np.uint8)
    line[:, : len(head)], line[:, len(head) + LENGTH :] = head, tail
    for begin in range(0, count, 1 << _TURN):
        near = slice(begin, begin + (1 << _TURN))
        _tokens(room[near], line, len(head), (download, ordinals[near], mac[near]))
    return pa.StringArray.from_buffers(count, even_ends(count, width), pa.py_buffer(room))


def _tokens(room: Bytes, line: Bytes, place: int, said: tuple[int, Words, Words]) -> None:
    """Write lines with the tokens of a window into ``room``, which holds as many or fills up a block of lines."""
    download, ordinals, mac = said
    count = len(ordinals)
    turns = [int(most) >> _TURN for most in (ordinals.min(), ordinals.max())]
    # Token: 32 bits download, 32 ordinal, 64 MAC and two of nought, five bits a letter. Eight letters at a time.
    above = np.uint64(download << (32 - _TURN))
    begin = above | np.array([turns[0]], np.uint64)
    _put(line, place, begin >> np.uint64(10))
    _put(line, place + 2, begin)
    # Letters that all rows share are copied in blocks, which is as quick as memory is.
    room.reshape(-1, _LINES * line.size)[:] = np.tile(line, _LINES)
    room = room[:count]
    if turns[0] != turns[1]:
        _put(room, place + 2, above | (ordinals >> np.uint64(_TURN)))
    low = (ordinals << np.uint64(64 - _TURN)) >> np.uint64(24)
    _put(room, place + 10, low | (mac >> np.uint64(38)))
    _put(room, place + 18, mac << np.uint64(2))


def _put(room: Bytes, place: int, bits: Words) -> None:
    """Write the low 40 of ``bits`` as eight letters a row: each word is parted in two until letters are bytes."""
    made = bits & np.uint64(0xFFFFFFFFFF)
    low = np.empty_like(made)
    for step, apart, mask in ((20, 32, 0xFFFFF), (10, 16, 0x3FF000003FF), (5, 8, 0x1F001F001F001F)):
        kept = np.uint64(mask)
        np.bitwise_and(made, kept, out=low)
        low <<= np.uint64(apart)
        made >>= np.uint64(step)
        if step < 20:
            made &= kept
        made |= low
    # 0 to 25 are letters, 26 to 31 the digits 2 to 7.
    letters, digits = made.view(np.uint8), low.view(np.uint8)
    np.greater(letters, np.uint8(25), out=low.view(np.bool_))
    digits *= np.uint8(ord("a") - (ord("2") - 26))
    letters += np.uint8(ord("a"))
    letters -= digits
    shown: Words = np.ndarray(len(room), _EIGHT, room, place, (room.shape[1],))
    shown[:] = made


def read_token(text: str) -> Token | None:
    """The last token in a text, or None. Of the letters that would read alike at its end only one is a token's."""
    found = _TOKEN.findall(text)
    if not found:
        return None
    try:
        raw = base64.b32decode(found[-1].upper() + "======")
    except binascii.Error:
        return None
    if base64.b32encode(raw)[:LENGTH].decode() != found[-1].upper():
        return None
    return Token(*(int.from_bytes(raw[a:b], "big") for a, b in ((0, 4), (4, 8), (8, 16))))


def ordinals_of(addresses: pa.Array) -> Ints:
    """The ordinal that each address says, unproven: letters 7 to 13 of its token hold the bits 30 to 64."""
    texts = pc.utf8_slice_codeunits(addresses.cast(pa.string()), 6 - LENGTH, 13 - LENGTH)
    raw = np.frombuffer(texts.buffers()[2], np.uint8)[: 7 * len(texts)].reshape(-1, 7).astype(np.int64)
    digits = np.where(raw >= ord("a"), raw - ord("a"), raw - (ord("2") - 26))
    bits = np.zeros(len(texts), np.int64)
    for place in range(7):
        bits = (bits << 5) | digits[:, place]
    ordinals: Ints = (bits >> 1) & 0xFFFFFFFF
    return ordinals
