"""Names of persons by rule: after a label, before a title, beside a phone number, alone in a column of names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.surnames import AMBIGUOUS, COMMON, COMPOUND, SINGLE
from desensitise.detect.words import Context

_ANY = "|".join(sorted(COMPOUND, key=len, reverse=True)) + "|[" + "".join(sorted(SINGLE)) + "]"
_OFTEN = "|".join(sorted(COMPOUND, key=len, reverse=True)) + "|[" + "".join(sorted(COMMON)) + "]"
_LABELS = (
    "投诉人|举报人|报告人|联系人|反映人|来电人|申请人|经办人|经手人|承办人|负责人|法定代表人|法人代表|法人|代表人|受委托人|委托人|代理人|"
    "当事人|消费者|顾客|客户|用户|患者|伤者|受害人|受害者|死者|业主|户主|房东|租客|店主|店长|老板娘|老板|收件人|收货人|寄件人|发件人|"
    "购买人|购买者|买家|卖家|检查人员|执法人员|抽样人员|检验人员|核查人员|检查人|抽样人|检验员|质检员|安全员|安全总监|总监|"
    "监督员|陪同人员|陪同人|见证人|签收人|姓名|名叫|叫做|我叫|我是|本人|署名|员工|职工|工人|司机|师傅|经理|主任|厂长|会计|同事|邻居|家属|"
    "记者|编辑|作者|导演|教练|主席|会长|部长|局长|处长|科长|院长|校长|市长|县长|镇长|村长|书记|董事长|总裁|教授|博士|医生|律师|"
    "队长|警官|村民|居民|市民|学生|家长|网友|留言人|监护人|车主"
)
TITLES = (
    "先生|女士|小姐|太太|夫人|同志|师傅|老师|医生|大夫|护士|阿姨|大爷|大妈|大姐|大哥|奶奶|爷爷|经理|主任|科长|处长|局长|厂长|店长|"
    "老板娘|老板|总监|主管|队长|组长|所长|院长|校长|董事长|会计|工程师|律师|警官|教授|博士|站长|书记|镇长|村长|同学"
)
# Characters that begin the next word after a name, or never stand in a given name.
_NOT_GIVEN = "的了在是和与及或被把向对从到因为将称说反映诉报举于等也都就来去买某"
_GIVEN = rf"(?:(?!{TITLES})[\u4e00-\u9fff\u3400-\u4dbf](?<![{_NOT_GIVEN}]))"
_AFTER_NAME = (
    r"(?=$|[^\u4e00-\u9fff]|先生|女士|小姐|同志|反映|投诉|举报|来电|电话|手机|称|说|表示|于|在|的|与|和|及|因|被|向|从|购|买|发现|使用|要求|"
    r"认为|不慎|等|是|为|到|对|已|经|未|签|陪|将|把|家|住|男|女|现|现场|确认|负责|代|受|身份|微信|联系|提供|告知|配合|承认|拒绝|"
    r"遂|系|有|给|自|当|曾|也|又|共|分别|后)"
)
_SEPARATOR = r"(?:[一-龥]{0,2}(?:是|为|叫|系|姓名)|\((?!\())?[\s:：、,，\-\u200b(\"“)\]」』>]{0,3}"
# With a mark between label and name any family name will do; run together, only the frequent ones.
_LABEL = rf"(?:{_LABELS})(?:信息|名称|姓名)?"
_MARK = rf"{_SEPARATOR}(?<=[\s:：、,，\-\u200b(\"“)\]」』>是为叫系名])"
_LABELLED = tuple(
    re.compile(rf"{label}((?:{family})(?:{_GIVEN}{{2}}|{_GIVEN}){_AFTER_NAME})")
    for label, family in ((_LABEL + _MARK, _ANY), (_LABEL, _OFTEN))
)
_LABELLED_OPEN = re.compile(rf"{_LABEL}(?:{_MARK})?((?:{_OFTEN}){_GIVEN}{{2}})")
_TITLED = re.compile(rf"((?:{_OFTEN})(?:{_GIVEN}{{1,2}})?)(?={TITLES})")
_TITLE_RARE = re.compile(rf"(?<![\u4e00-\u9fff])((?:{_ANY})(?:{_GIVEN}{{1,2}})?)(?={TITLES})")
_LIST = re.compile(rf"[\s]*[、,，和与及/;；][\s]*((?:{_ANY}){_GIVEN}{{1,2}}?{_AFTER_NAME})")
_BEFORE_NUMBER = re.compile(
    rf"(?:^|[^\u4e00-\u9fff]|[:：是为叫找的]|联系|请与|致电)((?:{_ANY}){_GIVEN}{{1,2}})[\s,，、:：(\-\u200b]{{0,3}}(?:(?:的)?(?:手机号?|电话|联系方式|联系电话|身份证号?码?|证件号码?|tel)[\s:：是为]{{0,2}})?\Z",
    re.IGNORECASE,
)
_AFTER_NUMBER = re.compile(rf"[\s,，、(\-\u200b]{{0,3}}((?:{_ANY}){_GIVEN}{{1,2}})(?=$|[^\u4e00-\u9fff])")
# A gate takes a short word before particulars of a person for a name, whatever its first character.
_PARTICULARS = re.compile(
    r"(?:^|[^\u4e00-\u9fff])([\u4e00-\u9fff]{2,3})[,，、](?=\s?(?:[男女][,，、。;；]|身份证|手机|电话))"
)
_KEEN = (
    _PARTICULARS,
    re.compile(rf"{_LABEL}((?:{_ANY}){_GIVEN}{{1,2}})(?=[^\u4e00-\u9fff]|$)"),
    re.compile(rf"(?:^|[^\u4e00-\u9fff])((?:{_ANY}){_GIVEN}{{1,2}})(?=称|说|表示|反映|投诉|举报|来电|告知|承认)"),
)
BARE_NAME = re.compile(
    rf"(?:{_ANY}|[{''.join(sorted(AMBIGUOUS))}])[\u4e00-\u9fff\u3400-\u4dbf]{{1,2}}|[\u4e00-\u9fff]{{2,6}}·[\u4e00-\u9fff·]{{2,12}}"
)
_SPLIT = re.compile(r"[\s、,，;；/|]+")
_NUMBERS = frozenset({Kind.MOBILE, Kind.PHONE, Kind.ID_CARD})
TRIGGERS = f"{_LABELS}|{TITLES}"
"""Words of which at least one stands in any text where a rule without a number or a column's name finds a name."""


def _listed(text: str, at: int) -> Iterator[Span]:
    """Further names in an enumeration that begins at ``at``."""
    while (more := _LIST.match(text, at)) is not None:
        yield Span(more.start(1), more.end(1), Kind.PERSON, 0.8)
        at = more.end(1)


def _said(text: str, mode: Mode) -> Iterator[Span]:
    for pattern in _LABELLED:
        for m in pattern.finditer(text):
            yield Span(m.start(1), m.end(1), Kind.PERSON, 0.95)
            yield from _listed(text, m.end(1))
    for m in _LABELLED_OPEN.finditer(text):
        yield Span(m.start(1), m.end(1), Kind.PERSON, 0.7)
    # A family name with a title (王女士) points at somebody only together with more; a gate takes no chances.
    if mode == "balanced":
        return
    for pattern in (_TITLED, _TITLE_RARE, *_KEEN):
        for m in pattern.finditer(text):
            yield Span(m.start(1), m.end(1), Kind.PERSON, 0.84)


def _beside(text: str, found: Sequence[Span]) -> Iterator[Span]:
    for number in found:
        if number.kind in _NUMBERS:
            before = _BEFORE_NUMBER.search(text[max(0, number.start - REACH_BEFORE) : number.start])
            if before:
                shift = max(0, number.start - REACH_BEFORE)
                yield Span(before.start(1) + shift, before.end(1) + shift, Kind.PERSON, 0.8)
            after = _AFTER_NUMBER.match(text, number.end)
            if after:
                yield Span(after.start(1), after.end(1), Kind.PERSON, 0.75)


REACH_BEFORE = 16


def _alone(text: str) -> Iterator[Span]:
    """Every item of a cell of a column of names that looks like a name."""
    at = 0
    for part in _SPLIT.split(text):
        at = text.index(part, at)
        if part and BARE_NAME.fullmatch(part):
            yield Span(at, at + len(part), Kind.PERSON, 0.9)
        at += len(part)


def persons(text: str, column: Context, found: Sequence[Span], mode: Mode) -> Iterator[Span]:
    """Spans of names in normalised ``text``; ``found`` are the numbers already found in it."""
    if text.isascii():
        return
    yield from _said(text, mode)
    yield from _beside(text, found)
    if column.persons:
        yield from _alone(text)
