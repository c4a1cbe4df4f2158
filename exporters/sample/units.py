"""Products of the first-batch trace list (追溯实施意见, annex 1): units, models, standards, inspected items.

The units and industry codes are those of the draft; models, limits and quality figures are invented within what such
goods have. A unit's regime says which market-access number its makers need: a production licence or a CCC certificate.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One inspected item: its unit of measure, lower limit, and whether failing it endangers people."""

    name: str
    unit: str
    limit: int
    safety: bool


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the list with what its units share."""

    name: str
    industry: str
    licence: str
    ccc_class: int
    standards: tuple[str, ...]
    mandatory: tuple[str, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A product unit: its category, name and the models sold; ``ccc`` units are certified, the others licensed."""

    category: Category
    name: str
    ccc: bool
    models: tuple[str, ...]


CABLE = Category(
    "电线电缆",
    "3831",
    "XK06-001",
    105,
    ("GB/T 12706.1-2020", "GB/T 9330-2020", "GB/T 1179-2017"),
    (),
    (Item("导体电阻", "mΩ/km", 1150, True), Item("绝缘最薄处厚度", "μm", 620, True), Item("标志", "级", 1, False)),
)
OLD_EDITION = "GB 16410-2007"
"""Of the first standard of gas appliances; careless makers still declare it."""
GAS = Category(
    "燃气器具",
    "3861",
    "XK21-004",
    2401,
    ("GB 16410-2020", "GB 35844-2018", "GB/T 41317-2022"),
    ("GB 16410-2020", "GB 44016-2024"),
    (Item("气密性", "mL/h", 70, True), Item("热效率", "‰", 630, False), Item("熄火保护装置", "s", 60, True)),
)
BIKE = Category(
    "电动自行车",
    "3770",
    "",
    1119,
    ("GB 17761-2024", "GB 42296-2022", "GB 43854-2024"),
    ("GB 17761-2024", "GB 43854-2024"),
    (Item("整车质量", "g", 55_000, True), Item("短路保护", "A", 30, True), Item("说明书", "级", 1, False)),
)
HELMET = Category(
    "安全帽",
    "2927",
    "XK02-001",
    0,
    ("GB 2811-2019",),
    ("GB 2811-2019",),
    (Item("冲击吸收性能", "N", 4900, True), Item("耐穿刺性能", "N", 1200, True), Item("永久标识", "级", 1, False)),
)
PLYWOOD = Category(
    "胶合板",
    "2021",
    "XK03-001",
    0,
    ("GB/T 9846-2015", "GB/T 18101-2013"),
    ("GB 18580-2017",),
    (Item("甲醛释放量", "μg/m³", 124, True), Item("胶合强度", "kPa", 700, False), Item("含水率", "‰", 160, False)),
)
BLOCKBOARD = Category(
    "细木工板",
    "2021",
    "XK03-002",
    0,
    ("GB/T 5849-2016",),
    ("GB 18580-2017",),
    (Item("甲醛释放量", "μg/m³", 124, True), Item("横向静曲强度", "kPa", 15_000, False)),
)
REBAR = Category(
    "冷轧带肋钢筋",
    "3130",
    "XK05-003",
    0,
    ("GB/T 13788-2024",),
    (),
    (Item("抗拉强度", "MPa", 600, True), Item("重量偏差", "‰", 40, True), Item("表面质量", "级", 1, False)),
)
ROPE = Category(
    "钢丝绳",
    "3340",
    "XK05-006",
    0,
    ("GB/T 20118-2017", "GB/T 8918-2006"),
    (),
    (Item("最小破断拉力", "kN", 44, True), Item("直径偏差", "‰", 50, False), Item("扭转次数", "次", 23, True)),
)


LICENSED, CERTIFIED = "licence", "ccc"


def _units(category: Category, regime: str, models: str, *names: str) -> tuple[Unit, ...]:
    return tuple(Unit(category, name, regime == CERTIFIED, tuple(models.split("|"))) for name in names)


UNITS: tuple[Unit, ...] = (
    *_units(CABLE, LICENSED, "JL/G1A-95/15|JL/G1A-240/30|LGJ-50/8", "架空绞线"),
    *_units(CABLE, LICENSED, "KVV 450/750V 4×1.5mm²|KVVP 450/750V 7×2.5mm²|KVV22 10×1.0", "塑料绝缘控制电缆"),
    *_units(CABLE, LICENSED, "YJV 0.6/1kV 3×25+1×16|YJV22 4×35|VV 0.6/1kV 5×6", "挤包绝缘低压电力电缆"),
    *_units(CABLE, LICENSED, "YJV22 8.7/15kV 3×95|YJLV 8.7/10kV 3×70", "挤包绝缘中压电力电缆"),
    *_units(CABLE, LICENSED, "JKLYJ-10kV 1×70|JKLGYJ 1kV 1×50", "架空绝缘电缆"),
    *_units(GAS, CERTIFIED, "DN13×1.5m|DN15×2.0m", "燃气用连接软管"),
    *_units(GAS, CERTIFIED, "JT-RQ01|JT-RQ02B", "家用可燃气体探测器"),
    *_units(GAS, CERTIFIED, "DN15 P=2kPa|DN25 P=5kPa", "燃气紧急切断阀"),
    *_units(GAS, CERTIFIED, "JZT-2B01|JZY-2Q5|JZT-4.5B", "家用燃气灶具"),
    *_units(GAS, CERTIFIED, "ZCT2-A24|CRZ-1.2", "商用燃气灶具"),
    *_units(GAS, LICENSED, "JYT-0.6|JYT-1.2Z|TL-2.0", "瓶装液化石油气调压器（家用、商用）"),
    *_units(BIKE, CERTIFIED, "TDT001Z|TDT108Z|TDR26Z", "电动自行车"),
    *_units(BIKE, CERTIFIED, "48V2.0A|60V2.5A|72V3A", "电动自行车用充电器"),
    *_units(BIKE, CERTIFIED, "6-DZF-20|48V24Ah|60V22Ah", "电动自行车用蓄电池"),
    *_units(HELMET, LICENSED, "ABS-P|HDPE-P-1", "普通型安全帽"),
    *_units(HELMET, LICENSED, "ABS-T-J|GRP-T-LWB", "特殊型安全帽"),
    *_units(PLYWOOD, LICENSED, "1220mm×2440mm×9mm|1220×2440×12 E1|2440×1220×18 ENF", "普通胶合板"),
    *_units(PLYWOOD, LICENSED, "1220×2440×12 B1|1220×2440×18 B1", "难燃胶合板"),
    *_units(BLOCKBOARD, LICENSED, "2440×1220×15 E0|2440×1220×17 ENF", "细木工板", "难燃细木工板"),
    *_units(REBAR, LICENSED, "CRB550 Φ7|CRB600H Φ10", "普通钢筋混凝土用"),
    *_units(REBAR, LICENSED, "CRB650 Φ5|CRB800 Φ5", "预应力混凝土用"),
    *_units(ROPE, LICENSED, "1×19-Φ6-1570|1×37-Φ8", "单层股钢丝绳", "单股钢丝绳"),
    *_units(ROPE, LICENSED, "18×7-Φ12-1770|35W×7-Φ20", "阻旋转钢丝绳"),
    *_units(ROPE, LICENSED, "6×36WS-Φ22-1870|6×29Fi-Φ16", "平行捻密实钢丝绳", "压实（股）钢丝绳"),
    *_units(ROPE, LICENSED, "6V×19-Φ24|6V×37S-Φ28", "异形股钢丝绳"),
    *_units(ROPE, LICENSED, "Φ32-1570|Φ40-1570", "密封钢丝绳"),
    *_units(ROPE, LICENSED, "8×4×9-58×13|8×4×14-94×15", "扁钢丝绳"),
    *_units(ROPE, LICENSED, "Φ14-16股|Φ18-24股", "编织钢丝绳"),
)
"""All units of the first batch, in the list's order as far as models allow."""
