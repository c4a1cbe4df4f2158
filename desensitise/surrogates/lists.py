"""What surrogates are made of: Faker's Chinese lists, the counties of GB/T 2260, China's mobile prefixes."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from catalog import codes
from desensitise.detect.checks import MOBILE

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of plates: I and O are not used."""

PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"


@cache
def counties() -> dict[str, str]:
    """Code -> full name of every place of the lowest level, in the order of their codes."""
    names = codes.region_names()
    parents = set(codes.code_list("gbt2260").parent.values())
    return {code: names[code] for code in sorted(names) if code not in parents and not code.endswith("00")}


@cache
def mobile_prefixes() -> tuple[int, ...]:
    """The first three digits of mobile numbers in China."""
    return tuple(prefix for prefix in range(100, 200) if MOBILE.fullmatch(f"{prefix}00000000"))


@cache
def family_names() -> tuple[str, ...]:
    """Faker's family names."""
    from faker.providers.person.zh_CN import Provider

    return tuple(Provider.last_names)


@cache
def given_names() -> tuple[str, ...]:
    """Faker's given names, women's and men's."""
    from faker.providers.person.zh_CN import Provider

    return tuple(sorted({*Provider.first_names}))


@cache
def firm_words() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Faker's names of firms and what follows them."""
    from faker.providers.company.zh_CN import Provider

    return tuple(Provider.company_prefixes), tuple(Provider.company_suffixes)


@cache
def street_words() -> tuple[str, ...]:
    """Faker's words for streets."""
    from faker.providers.address.zh_CN import Provider

    return tuple(Provider.street_suffixes)


@cache
def digest() -> str:
    """SHA-256 of all lists: when one changes, so do the surrogates."""
    lists = (counties(), mobile_prefixes(), family_names(), given_names(), firm_words(), street_words())
    return hashlib.sha256(json.dumps([*lists, LETTERS, PROVINCES], ensure_ascii=False).encode()).hexdigest()
