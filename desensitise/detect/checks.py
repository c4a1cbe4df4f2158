"""Check digits and number plans: pure functions of digits, no text around them."""

from __future__ import annotations

import re
from datetime import date

# First two digits of GB/T 2260 codes; 81-83 stand on residence cards for Hong Kong, Macao and Taiwan residents.
_PROVINCES = re.compile(r"1[1-5]|2[123]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]")

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# Numbering plan of mobile networks, including virtual operators (MIIT numbering plan, state of 2024).
MOBILE = re.compile(r"1(?:3[0-9]|4[5-9]|5[0-35-9]|6[2567]|7[0-8]|8[0-9]|9[0-35-9])[0-9]{8}")
# A subscriber number has seven or eight digits and no leading nought.
LANDLINE = re.compile(r"0(?:10|2[0-57-9])[1-9][0-9]{7}|0[3-9][0-9]{2}[1-9][0-9]{6,7}")
# Issuer prefixes of cards seen in China: UnionPay, older ICBC, Visa, Mastercard, JCB, Diners, Amex.
_ISSUERS = re.compile(r"62|60|68|9558|4|5[1-5]|2[2-7]|35|36")
_AMEX, _AMEX_LENGTH = re.compile(r"3[47]"), 15


def day_exists(text: str) -> bool:
    """Whether eight digits YYYYMMDD are a day between 1900 and 2099."""
    if not ("19" <= text[:2] <= "20" and text.isdigit()):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def id_check(number: str) -> bool:
    """GB 11643: whether the last of 18 characters is the right check character."""
    total = sum(int(c) * w for c, w in zip(number, _ID_WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


def id_shape(number: str) -> bool:
    """18 characters with a province (or 9 for a foreign resident) and an existing day of birth."""
    return (_PROVINCES.match(number) is not None or number[0] == "9") and day_exists(number[6:14])


def old_id_shape(number: str) -> bool:
    """15 digits with a province and a day of birth in the twentieth century."""
    return _PROVINCES.match(number) is not None and day_exists("19" + number[6:12])


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    total = 0
    for at, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def bank_card(number: str) -> bool:
    """15-19 digits (15 of American Express only), a known issuer prefix and a right check digit."""
    issued = (_AMEX if len(number) == _AMEX_LENGTH else _ISSUERS).match(number)
    return _AMEX_LENGTH <= len(number) <= 19 and issued is not None and luhn(number)


def uscc_check(code: str) -> bool:
    """GB 32100: whether the last of 18 upper-case symbols is the right check symbol, and the division exists."""
    if not (_PROVINCES.match(code, 2) or code.startswith("10", 2)) or any(c not in _USCC_SYMBOLS for c in code):
        return False
    total = sum(_USCC_SYMBOLS.index(c) * w for c, w in zip(code, _USCC_WEIGHTS, strict=False))
    return _USCC_SYMBOLS[(31 - total % 31) % 31] == code[17]


def registration_check(number: str) -> bool:
    """15-digit registration numbers of firms: ISO 7064 MOD 11,10."""
    state = 10
    for digit in number[:14]:
        state = (state + int(digit)) % 10 or 10
        state = state * 2 % 11
    return (state + int(number[14])) % 10 == 1


_OCTET = "(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
IP4 = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}")
"""Four octets with dots between them."""


def gtin_check(number: str) -> bool:
    """GS1 check digit of 8 to 14 digits."""
    total = sum(int(c) * (3 if at % 2 == 0 else 1) for at, c in enumerate(reversed(number[:-1])))
    return (10 - total % 10) % 10 == int(number[-1])
