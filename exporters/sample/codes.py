"""Numbers with their check digits, made a column at a time.

Grammar and check digits: GB 32100-2015 (统一社会信用代码), GB 11714 (its embedded organisation code), GS1 General
Specifications (GTIN, element strings, Digital Link), GB/T 31866 (Ecode), the 16-digit CCC certificate number and the
XK licence number. Every function takes whole numbers as numpy arrays and returns one polars text column.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_ASCII = np.frombuffer(USCC_SYMBOLS.encode(), dtype=np.uint8)
_USCC_VALUE = np.zeros(128, dtype=np.int64)
_USCC_VALUE[_USCC_ASCII] = np.arange(31)
_USCC_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)], dtype=np.int64)
_ORG_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2], dtype=np.int64)
# A factor without a common divisor with 31 or 10 scatters running numbers, so neighbours do not look alike.
_SCATTER = 387_420_489
_WIDE_SCATTER = 511_953_187_343


def text(matrix: Bytes) -> pl.Series:
    """Column of fixed-width ASCII texts from a matrix (rows x characters) of character codes."""
    rows, width = matrix.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int64)
    data = np.ascontiguousarray(matrix)
    array = pa.LargeStringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(data))
    return pl.Series(array, dtype=pl.String)


def digits(values: Ints, width: int) -> Bytes:
    """Matrix (rows x width) of the decimal digits as character codes, zero-padded; higher digits are cut off."""
    powers = 10 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    matrix: Bytes = ((values[:, None] // powers) % 10 + 48).astype(np.uint8)
    return matrix


def number(values: Ints, width: int) -> pl.Series:
    """Column of zero-padded numbers of one width."""
    return text(digits(values, width))


def uscc(prefix: Ints, region: Ints, serial: Ints) -> pl.Series:
    """统一社会信用代码 of department and class ``prefix`` (91, 92, 11 …), division ``region`` and firm ``serial``.

    Different serials below 31**6 give different codes, and both check characters are right.
    """
    body = np.empty((len(serial), 18), dtype=np.uint8)
    body[:, 0:2] = digits(prefix, 2)
    body[:, 2:8] = digits(region, 6)
    body[:, 8] = ord("M")
    body[:, 9] = ord("A")
    scattered = (serial * _SCATTER) % 31**6
    body[:, 10:16] = _USCC_ASCII[(scattered[:, None] // 31 ** np.arange(5, -1, -1, dtype=np.int64)) % 31]
    body[:, 16] = _organisation_check(body[:, 8:16])
    values = _USCC_VALUE[body[:, :17]]
    body[:, 17] = _USCC_ASCII[(31 - (values * _USCC_WEIGHTS).sum(axis=1) % 31) % 31]
    return text(body)


def _organisation_check(code: Bytes) -> Bytes:
    values = np.where(code < 58, code.astype(np.int64) - 48, code.astype(np.int64) - 55)
    check = 11 - (values * _ORG_WEIGHTS).sum(axis=1) % 11
    signs: Bytes = np.select([check == 10, check == 11], [ord("X"), ord("0")], check + 48).astype(np.uint8)
    return signs


def gtin13(firm: Ints, item: Ints) -> pl.Series:
    """GTIN-13 with a Chinese prefix (690-694), five digits of the firm and four of the item."""
    body = np.empty((len(firm), 13), dtype=np.uint8)
    body[:, 0:3] = digits(690 + firm % 5, 3)
    body[:, 3:8] = digits(firm, 5)
    body[:, 8:12] = digits(item, 4)
    weights = np.array([1, 3] * 6, dtype=np.int64)
    total = ((body[:, :12].astype(np.int64) - 48) * weights).sum(axis=1)
    body[:, 12] = ((10 - total % 10) % 10 + 48).astype(np.uint8)
    return text(body)


def ccc(year: Ints, product_class: Ints, serial: Ints) -> pl.Series:
    """CCC certificate number: year of issue, body 01, four digits of product class, six of serial."""
    columns = (digits(year, 4), digits(np.ones_like(year), 2), digits(product_class, 4), digits(serial, 6))
    return text(np.hstack(columns))


def ecode(firm: Ints, item: Ints) -> pl.Series:
    """Ecode in text form (GB/T 31866): version 1, NSI of four digits, main code of fifteen."""
    head = np.tile(np.frombuffer(b"E=1", dtype=np.uint8), (len(firm), 1))
    return text(np.hstack((head, digits(1000 + firm % 37, 4), digits(firm, 6), digits(item, 9))))


def opaque(serial: Ints, width: int) -> pl.Series:
    """Column of texts that do not run upward with their number (below 10**7): base 31, one width of at most 12."""
    scattered = ((serial + 5_000_011) * _WIDE_SCATTER) % 31**width
    powers = 31 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return text(_USCC_ASCII[(scattered[:, None] // powers) % 31])
