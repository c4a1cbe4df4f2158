"""Records and the grades that the catalogue gives them: the table of ``docs/quality-grading.md``.

FJ-001 by GB/T 40100-2025: 导体电阻 (less is better: 1150, 1035, 920, 748, 575) weighs 0.6, 绝缘最薄处厚度 (more: 620, 651, 682,
744, 806) weighs 0.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def _measured(*pairs: tuple[str, object]) -> str:
    import json

    return json.dumps([{"code": code, "value": value} for code, value in pairs])


def _two(first: object, second: object) -> str:
    return _measured(("I1", first), ("I2", second))


Case = tuple[str, Mapping[str, Any], str | None, str | None, str | None, str]
CASES: tuple[Case, ...] = (
    ("两项指标加权 weighted points of two indicators", {}, "导体电阻:AAA;绝缘最薄处厚度:AAA", "60.0", "AAA", ""),
    ("恰在限值上即达到 a limit is reached by meeting it", {"measured_values": _two(575, 806), "grade": "AAAAA"},
     "导体电阻:AAAAA;绝缘最薄处厚度:AAAAA", "100.0", "AAAAA", ""),
    ("权重决定 weights decide", {"measured_values": _two(575, 620), "grade": "AAA"}, "导体电阻:AAAAA;绝缘最薄处厚度:A", "68.0", "AAA", ""),
    ("最低等级 the lowest", {"measured_values": _two(1150, 620), "grade": "A"}, "导体电阻:A;绝缘最薄处厚度:A", "20.0", "A", ""),
    ("数值为文本亦可 a number as text", {"measured_values": _two("900", "700")}, "导体电阻:AAA;绝缘最薄处厚度:AAA", "60.0", "AAA", ""),
    ("未达A级 below A", {"measured_values": _two(1151, 806)}, "绝缘最薄处厚度:AAAAA", None, None, "BELOW_A:measured_values"),
    ("与所报等级不符 against the stated grade", {"grade": "AAAAA"}, "导体电阻:AAA;绝缘最薄处厚度:AAA", None, None, "CONTRADICTS:grade"),
    ("未报等级 no grade stated", {"grade": None}, "导体电阻:AAA;绝缘最薄处厚度:AAA", None, None, "MISSING:grade"),
    ("缺一项指标 an indicator is missing", {"measured_values": _measured(("I1", 900))}, "导体电阻:AAA", None, None, "MISSING:measured_values"),
    ("指标重复 an indicator twice", {"measured_values": _measured(("I1", 900), ("I1", 500), ("I2", 700))},
     "导体电阻:AAA;导体电阻:AAAAA;绝缘最薄处厚度:AAA", None, None, "CONTRADICTS:measured_values"),
    ("标准外的指标 an indicator that the standard has not", {"measured_values": _measured(("I1", 900), ("I2", 700), ("X", 1))},
     "导体电阻:AAA;绝缘最薄处厚度:AAA", None, None, "UNKNOWN:measured_values"),
    ("数值无法读取 a value that cannot be read", {"measured_values": _two("合格", 700)}, "绝缘最薄处厚度:AAA", None, None, "UNREADABLE:measured_values"),
    ("无实测值 nothing measured", {"measured_values": "见报告"}, "", None, None, "MISSING:measured_values"),
    ("目录外产品 not in the catalogue", {"catalogue_item": "FJ-999"}, None, None, None, "UNKNOWN:catalogue_item"),
    ("非本产品的标准 not a standard of this item", {"grading_standard_no": "GB/T 40101-2025"}, None, None, None, "UNKNOWN:grading_standard_no"),
    ("有国标而用团标 a group standard beside a national one", {"grading_standard_no": "T/CAQI 100-2025"}, None, None, None,
     "LOWER_STANDARD:grading_standard_no"),
    ("国标实施前用行标 an industry standard before the national one was in force", {
        "grading_standard_no": "JB/T 10100-2024", "graded_on": "2024-06-01", "evidence_on": "2024-05-01"},
     "导体电阻:AAA;绝缘最薄处厚度:AAA", "60.0", "AAA", ""),
    ("标准尚未实施 a standard not in force yet", {"graded_on": "2024-06-01", "evidence_on": "2024-05-01"}, None, None, None,
     "NOT_IN_FORCE:grading_standard_no"),
    ("检测早于一年 evidence older than a year", {"evidence_on": "2024-12-30"}, "导体电阻:AAA;绝缘最薄处厚度:AAA", None, None, "CONTRADICTS:evidence_on"),
    ("有效期早于评价 ends before it begins", {"valid_until": "2025-12-31"}, "导体电阻:AAA;绝缘最薄处厚度:AAA", None, None, "CONTRADICTS:valid_until"),
)  # fmt: skip
"""What is out of the ordinary, indicator grades, score, grade, flags."""

STATES: tuple[tuple[str, str | None, str, str | None], ...] = (
    ("2026-06-01", "1", "2029-01-01", "valid"),
    ("2025-12-31", "1", "2029-01-01", "not_yet"),
    ("2029-01-01", "1", "2029-01-01", "valid"),
    ("2029-01-02", "1", "2029-01-01", "expired"),
    ("2026-06-01", "2", "2029-01-01", "suspended"),
    ("2029-06-01", "2", "2029-01-01", "expired"),
    ("2026-06-01", "3", "2029-01-01", "revoked"),
    ("2029-06-01", "3", "2029-01-01", "revoked"),
    ("2026-06-01", "4", "2029-01-01", "expired"),
    ("2026-06-01", "5", "2029-01-01", "corrected"),
    ("2026-06-01", None, "2029-01-01", None),
)
"""Day, stated status (QG17), valid until, state. Graded on 2026-01-01."""
