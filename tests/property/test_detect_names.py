"""Names, firms and addresses in generated sentences of the kinds that records hold: résumés, reports, complaints."""

import itertools
import random

import pytest

from desensitise.detect import Kind, find

FAMILIES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国志红梅秀珍晓东海燕鹏飞宇欣怡子涵浩然梓萱俊辉雪婷嘉懿文博思源"
)
PLACES = [
    "杭州市西湖区",
    "宁波市鄞州区",
    "山东省济南市历下区",
    "广东省深圳市南山区",
    "成都市武侯区",
    "江苏省苏州市吴中区",
    "武汉市洪山区",
]
ROADS = ["文三", "人民", "建设", "解放", "中山", "学院", "长江", "和平", "青年", "科技"]
WORDS = ["恒远", "瑞达", "华诺", "金盾", "天源", "宏图", "永兴", "安泰", "正大", "博创"]
TRADES = ["电器", "机械", "建材", "线缆", "科技", "食品", "服饰", "化工", "家居", "电动车"]

RESUMES = (
    "{person}先生，中国国籍，无境外永久居留权，1968年出生，硕士学历，高级工程师。",
    "{person}女士：1975年出生，本科学历，曾任{firm}财务总监。",
    "{person}，男，汉族，1970年6月出生，中共党员，现任公司董事、总经理。",
    "公司董事长{person}先生，大学学历，历任{firm}副总经理。",
    "独立董事{person}，女，会计学博士，注册会计师。",
    "{person}：历任{firm}技术员、车间主任、副厂长。",
)
RECORDS = (
    "投诉人{person}反映其在{firm}购买的产品漏电，",
    "现场负责人{person}陪同检查，该企业地址为{address}。",
    "经查，{firm}法定代表人{person}未能提供检验报告。",
    "消费者{person}家住{address}，来电要求退款。",
    "执法人员{person}对位于{address}的{firm}进行了检查。",
)


def person(rng):
    return rng.choice(FAMILIES) + rng.choice(GIVEN) + rng.choice([rng.choice(GIVEN), rng.choice(GIVEN), ""])


def firm(rng):
    place = rng.choice(["杭州", "宁波", "山东", "深圳市", "苏州", ""])
    return place + rng.choice(WORDS) + rng.choice(TRADES) + rng.choice(["有限公司", "股份有限公司", "有限责任公司"])


def address(rng):
    room = rng.choice(["", f"{rng.randrange(1, 30)}幢{rng.randrange(101, 2805)}室", f"{rng.randrange(1, 9)}单元302"])
    return f"{rng.choice(PLACES)}{rng.choice(ROADS)}{rng.choice(['路', '街', '大道'])}{rng.randrange(1, 900)}号{room}"


MAKERS = {"person": (Kind.PERSON, person), "firm": (Kind.ORGANISATION, firm), "address": (Kind.ADDRESS, address)}


def sentences(templates, count=300):
    """Texts and the places of what was put into them, by kind."""
    rng = random.Random(7)
    for _ in range(count):
        text, gold = "", []
        for part in rng.choice(templates).replace("}", "{").split("{"):
            kind, make = MAKERS.get(part, (None, None))
            filled = make(rng) if make else part
            if kind:
                gold.append((len(text), len(text) + len(filled), kind))
            text += filled
        yield text, gold


@pytest.fixture(scope="module")
def resumes():
    return list(sentences(RESUMES))


@pytest.fixture(scope="module")
def records():
    return list(sentences(RECORDS))


def covered(made, mode, kind):
    """The share of things of a kind that spans of this kind cover from end to end."""
    whole = [
        any(s.kind is kind and s.start <= start and end <= s.end for s in spans)
        for (_, gold), spans in zip(made, find([text for text, _ in made], mode=mode), strict=True)
        for start, end, one in gold
        if one is kind
    ]
    return sum(whole) / len(whole)


def test_names_in_resumes_are_found_exactly(resumes):
    right = shown = real = 0
    for (_, gold), spans in zip(resumes, find([text for text, _ in resumes]), strict=True):
        wanted = {(start, end) for start, end, kind in gold if kind is Kind.PERSON}
        found = {(s.start, s.end) for s in spans if s.kind is Kind.PERSON}
        right, shown, real = right + len(wanted & found), shown + len(found), real + len(wanted)
    assert 2 * right / (shown + real) >= 0.98


@pytest.mark.parametrize(("kind", "least"), [(Kind.PERSON, 0.99), (Kind.ORGANISATION, 0.95), (Kind.ADDRESS, 0.95)])
def test_recall_mode_covers_what_records_tell(records, kind, least):
    assert covered(records, "recall", kind) >= least


@pytest.mark.parametrize(("kind", "least"), [(Kind.PERSON, 0.95), (Kind.ORGANISATION, 0.95), (Kind.ADDRESS, 0.9)])
def test_balanced_mode_covers_most_of_it(records, kind, least):
    assert covered(records, "balanced", kind) >= least


def test_spans_that_count_never_overlap(records):
    for spans in find([text for text, _ in records], mode="recall"):
        sure = [span for span in spans if span.score >= 0.5]
        assert all(one.end <= other.start for one, other in itertools.pairwise(sure))
