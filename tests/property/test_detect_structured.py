"""Structured identifiers in generated sentences: every kind, every way of writing, among numbers that are nobody's."""

import random

import pytest

from catalog.identifiers.uscc import check_character
from desensitise.detect import Kind, find
from desensitise.detect.checks import luhn

CARRIERS = ["请联系{}处理", "登记信息：{}。", "据反映，{}，情况属实", "{}", "备注{}已核实", "（{}）", "产品合格{}；"]
ZERO = "\u200b"


def digits(rng, n):
    return "".join(rng.choice("0123456789") for _ in range(n))


def luhned(body):
    return next(body + str(d) for d in range(10) if luhn(body + str(d)))


def id_number(rng):
    body = rng.choice(["110105", "330106", "440524", "510107", "650102"]) + str(rng.randrange(1940, 2020))
    body += f"{rng.randrange(1, 13):02}{rng.randrange(1, 29):02}" + digits(rng, 3)
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, weights, strict=True)) % 11]


def mobile(rng):
    return rng.choice(["138", "139", "150", "166", "177", "188", "199"]) + digits(rng, 8)


def trader(rng, prefix="92"):
    body = prefix + "330106MA" + "".join(rng.choice("0123456789ABCDEFGH") for _ in range(7))
    return body + check_character(body)


def cut(number, *sizes, gap):
    parts, at = [], 0
    for size in sizes:
        parts.append(number[at : at + size])
        at += size
    return gap.join(parts)


def wide(text):
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def spoken(text):
    return "".join("〇一二三四五六七八九"[int(c)] for c in text)


def mobile_written(rng):
    number = mobile(rng)
    gap = rng.choice([" ", "-", "－", ".", ZERO])
    return rng.choice(
        [
            number,
            cut(number, 3, 4, 4, gap=gap),
            wide(number),
            spoken(number),
            ZERO.join(number),
            " ".join(number),
            "86" + number,
            f"({number[:3]}){number[3:7]}-{number[7:]}",
            cut(number, 3, 4, 4, gap=rng.choice([",", "~", "*"])),
            number[:3] + spoken(number[3:7]) + number[7:],
            number[0] + number[1:6] + "O" + "ol"[rng.randrange(2)] + number[8:],
            "(+86)" + number,
        ],
    )


def id_written(rng):
    number = id_number(rng)
    ways = [
        number,
        number.lower(),
        wide(number),
        cut(number, 6, 8, 4, gap=" "),
        cut(number, 6, 4, 4, 4, gap="-"),
        ZERO.join(number),
    ]
    return rng.choice(ways)


def card_written(rng):
    number = luhned("62" + digits(rng, 16))
    return rng.choice(["卡号", "银行账户：", "开户行某支行，账号"]) + rng.choice(
        [number, cut(number, 4, 4, 4, 4, 3, gap=" "), wide(number)]
    )


def phone_written(rng):
    local = rng.choice("2345678") + digits(rng, 7)
    area, gap = rng.choice(["010", "021", "0571", "0755"]), rng.choice(["-", " ", "－"])
    return rng.choice(
        [
            f"{area}{gap}{local}",
            f"({area}){local}",
            f"电话{area}{local}",
            f"座机：{local}",
            f"{area}-{local}转8{digits(rng, 2)}",
            f"{area}-{local}（分机8{digits(rng, 2)}）",
            f"{area}{local}转8{digits(rng, 2)}",
            f"+86-{area[1:]}-{local}ext.8{digits(rng, 2)}",
            f"TEL:{local}",
            f"({rng.choice(['852', '853'])}) {local[:4]} {local[4:]}",
        ]
    )


def plate_written(rng):
    tail = rng.choice(["12345", "A1234", "D12345", "8888Z", "12345F", "1234挂", "B123警", "SJ428"])
    if rng.random() < 0.2:
        return f"车牌{rng.choice('京沪粤浙苏')}b{digits(rng, 3)}k{digits(rng, 1)}"
    return rng.choice("京沪粤浙苏") + rng.choice("ABCD") + rng.choice(["", "·", " "]) + tail


def ip4(rng):
    octets = f"{rng.randrange(100, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.7"
    return rng.choice(["登录", "IP：", "主机", "IP"]) + rng.choice([octets, wide(octets)])


def ip6(rng):
    return rng.choice(["IP地址", ""]) + f"240e:{rng.randrange(1, 0xFFFF):x}::{rng.randrange(1, 0xFFFF):x}"


PERSONAL = {
    Kind.MOBILE: mobile_written,
    Kind.ID_CARD: id_written,
    Kind.BANK_CARD: card_written,
    Kind.PHONE: phone_written,
    Kind.PLATE: plate_written,
    Kind.EMAIL: lambda rng: (
        rng.choice(["邮箱", ""])
        + rng.choice(["li.si", "a_b-c", "zhang88"])
        + rng.choice(["@", "＠", "(at)", " @ ", "\u200b@"])
        + "example.com"
    ),
    Kind.WECHAT: lambda rng: (
        rng.choice(["微信", "微信号：", "wx:", "VX ", "加v "]) + rng.choice(["li_si2024", "abc-def9", "wxid_9k2m3"])
    ),
    Kind.QQ: lambda rng: (
        rng.choice(["QQ", "QQ号：", "扣扣 ", "qq:"]) + rng.choice("123456789") + digits(rng, rng.randrange(5, 10))
    ),
    Kind.PASSPORT: lambda rng: (
        rng.choice(["护照", "护照号码：", "passport no. "])
        + rng.choice(["E", "G", "EA", "e", "G "])
        + digits(rng, 8)[: rng.choice([8])]
    ),
    Kind.PERMIT: lambda rng: (
        rng.choice(["回乡证H", "港澳居民来往内地通行证M", "通行证：C", "往来台湾通行证T"]) + digits(rng, 8)
    ),
    Kind.IP: lambda rng: rng.choice([ip4, ip6])(rng),
    Kind.USCC_SOLE_TRADER: lambda rng: rng.choice([trader(rng), cut(trader(rng), 2, 6, 9, 1, gap=" ")]),
    Kind.POSTCODE: lambda rng: rng.choice(["邮编", "邮政编码："]) + "3100" + digits(rng, 2),
}


def gtin(rng):
    body = "69" + digits(rng, 10)
    total = sum(int(c) * (3 if at % 2 else 1) for at, c in enumerate(body))
    return body + str(-total % 10)


NOBODYS = {
    "gtin": gtin,
    "gtin14": lambda rng: "0" + gtin(rng),
    "digital link": lambda rng: f"https://id.example.cn/01/0{gtin(rng)}/10/B{digits(rng, 8)}",
    "ecode": lambda rng: "E=1000" + digits(rng, 20),
    "ccc": lambda rng: "证书20" + str(rng.randrange(10, 25)) + "0109" + digits(rng, 8),
    "xk": lambda rng: f"XK{digits(rng, 2)}-{digits(rng, 3)}-{digits(rng, 5)}",
    "standard": lambda rng: rng.choice(
        ["GB/T 5023.3-2008", "GB 13091.11—2019", "DB33/T 2317-2021", "T/CAS 306-2018", "Q/ABC 001-2020"]
    ),
    "document": lambda rng: f"国市监质监发〔20{rng.randrange(10, 25)}〕{rng.randrange(1, 999)}号",
    "day": lambda rng: rng.choice(
        ["2024-05-13", "2024/5/13", "2024.05.13", "20240513", "2024年5月13日", "2024-05-13 10:20:30"]
    ),
    "batch": lambda rng: f"批号{rng.choice(['B', 'LOT', ''])}2024{rng.randrange(1, 13):02}{digits(rng, 5)}",
    "amount": lambda rng: f"货值{rng.randrange(10**9, 10**11)}.{digits(rng, 2)}元",
    "model": lambda rng: f"型号TDT{digits(rng, 8)}Z",
    "hotline": lambda rng: rng.choice(["12315", "12345", "客服电话400-820-8820", "热线800-820-8820", "拨打4008208820"]),
    "company": lambda rng: "代码" + trader(rng, "91"),
    "longitude": lambda rng: f"东经120.{digits(rng, 11)}",
    "numbered": lambda rng: rng.choice(["第{}号", "批次号{}", "订单号：{}", "货号{}"]).format(mobile(rng)),
    "handle": lambda rng: f"86.{digits(rng, 3)}.{digits(rng, 2)}/1{rng.choice('358')}{digits(rng, 9)}",
    "version": lambda rng: f"固件版本{rng.randrange(1, 9)}.{rng.randrange(20)}.{rng.randrange(20)}.{digits(rng, 3)}",
    "counted": lambda rng: f"共{mobile(rng)}" + rng.choice(["个", "次", "辆"]),
    "new standard": lambda rng: f"新GB {digits(rng, 4)}.{digits(rng, 1)}-2023",
    "works": lambda rng: f"厂区坐标{rng.randrange(110, 122)}.{digits(rng, 6)},{rng.randrange(22, 40)}.{digits(rng, 6)}",
    "icp": lambda rng: f"浙ICP备{digits(rng, 8)}号",
    "clause": lambda rng: f"按5.3.{rng.randrange(1, 9)}.1和6.3.7.12执行",
    "weight": lambda rng: f"净重{digits(rng, 1)}{rng.randrange(10**6, 10**7)}千克",
}


@pytest.mark.parametrize("kind", sorted(PERSONAL))
def test_every_way_of_writing_is_found(kind):
    rng = random.Random(kind)
    texts = [rng.choice(CARRIERS).format(PERSONAL[kind](rng)) for _ in range(200)]
    missed = [spans for spans in find(texts) if kind not in {span.kind for span in spans}]
    assert len(missed) == 0


@pytest.mark.parametrize("name", sorted(NOBODYS))
def test_numbers_of_the_trade_are_left_alone(name):
    rng = random.Random(name)
    structured = set(PERSONAL)
    texts = [rng.choice(CARRIERS).format(NOBODYS[name](rng)) for _ in range(200)]
    wrong = [spans for spans in find(texts) if any(span.kind in structured for span in spans)]
    assert len(wrong) == 0
