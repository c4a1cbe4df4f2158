"""Names of persons by rule: after a label, before a title, beside a phone number, alone in a column of names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from desensitise.detect.lazily import lazy
from desensitise.detect.lexicon import KIN, NO_NAMES, ROLES, TITLES, alternation
from desensitise.detect.spans import Kind, Mode, Span
from desensitise.detect.surnames import AMBIGUOUS, COMMON, COMPOUND, SINGLE
from desensitise.detect.words import Context

_DOUBLE = alternation(*COMPOUND)
_ANY = f"{_DOUBLE}|[{''.join(sorted(SINGLE))}]"
_OFTEN = f"{_DOUBLE}|[{''.join(sorted(COMMON))}]"
_EVERY = f"{_DOUBLE}|[{''.join(sorted(SINGLE | AMBIGUOUS))}]"
_TITLE = alternation(TITLES)
_HAN = r"[\u4e00-\u9fff\u3400-\u4dbf]"
# Characters that begin the next word after a name, or never stand in a given name.
_NOT_GIVEN = "委的了在是和与及或被把向对从到因为将称说反映诉报举于等也都就来去买购某"
_GIVEN = rf"(?:(?!{_TITLE}){_HAN}(?<![{_NOT_GIVEN}]))"
_AFTER_NAME = (
    r"(?=$|[^\u4e00-\u9fff]|先生|女士|小姐|同志|反映|投诉|举报|来电|电话|手机|称|说|表示|于|在|的|与|和|及|因|被|向|从|购|买|发现|使用|要求|"
    r"认为|不慎|等|是|为|到|对|已|经|未|签|陪|将|把|家|住|男|女|现|现场|确认|负责|代|受|身份|微信|联系|提供|告知|配合|承认|拒绝|"
    r"遂|系|有|给|自|当|曾|也|又|共|分别|后|尽快|没|不|拒|辩|亲自|来|去|夫妇|夫妻|当场|随即|仍|均|都|还|应|收|介绍|告诉)"
)
_MARK = (
    r"(?:[一-龥]{0,2}(?:是|为|叫|系|姓名)|\((?!\())?[\s:：、,，\-\u200b(\"“)\]」』>]{0,3}"
    r"(?<=[\s:：、,，\-\u200b(\"“)\]」』>是为叫系名])"
)
# A role inside what looks like a name (向记者) shows that it is none.
_ROLE = lazy(rf"(?:{alternation(ROLES)})\Z")
_LABEL = lazy(rf"(?:{alternation(ROLES)})(?:信息|名称|姓名)?")
# With a mark between label and name any family name will do; run together, only the frequent ones.
_LABELLED = tuple(
    lazy(rf"{mark}((?:{family})(?:{_GIVEN}{{2}}|{_GIVEN}){_AFTER_NAME})")
    for mark, family in ((_MARK, _ANY), ("", _OFTEN))
)
# Set apart, so that two characters are as wide as three (李　明), or with dots (买买提·艾力): behind a mark only.
_LABELLED_APART = lazy(
    rf"{_MARK}((?:{_ANY})[ ]{{1,4}}{_GIVEN}(?=$|[^\u4e00-\u9fff])|{_HAN}{{1,6}}(?:·{_HAN}{{1,8}}){{1,3}})"
)
_LABELLED_OPEN = lazy(rf"(?:{_MARK})?((?:{_OFTEN}){_GIVEN}{{2}})")
_LIST = lazy(rf"(?:[\s]*[、,，和与及/;；][\s]*|\s{{1,4}})((?:{_ANY}){_GIVEN}{{1,2}}?{_AFTER_NAME})")
_BEFORE_NUMBER = lazy(
    rf"(?:^|[^\u4e00-\u9fff]|[:：是为叫找的]|联系|请与|致电)((?:{_ANY}){_GIVEN}{{1,2}})[\s,，、:：(\-\u200b]{{0,3}}(?:(?:的)?(?:手机号?|电话|联系方式|联系电话|身份证号?码?|证件号码?|tel)[\s:：是为]{{0,2}})?\Z",
    re.IGNORECASE,
)
_AFTER_NUMBER = lazy(rf"[\s,，、(\-\u200b]{{0,3}}((?:{_ANY}){_GIVEN}{{1,2}})(?=$|[^\u4e00-\u9fff])")
# Before particulars as records give them, whatever the name: 李某某，男，汉族；温馨，1991年生. Long ones want more.
_PARTICULARS = tuple(
    lazy(rf"(?:^|(?<=[\s。;；:：!?、|(]))({name})\s?[,，、(|]\s?{more}", re.IGNORECASE)
    for name, more in (
        (rf"{_HAN}{{2,4}}|{_HAN}{{1,2}}[ ]{{1,4}}{_HAN}{{1,2}}", r"[男女](?=[性,，、。;；|)]|$)"),
        (rf"{_HAN}{{2,4}}", r"[12][0-9]{3}年(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?(?:出生|生)(?![产效])"),
        (
            rf"{_HAN}{{5,12}}|{_HAN}{{1,8}}(?:·{_HAN}{{1,8}}){{1,3}}|[a-z][a-z.' ·-]{{2,30}}",
            rf"[男女][,，、|]\s?(?:{_HAN}{{1,5}}[族籍]|[12][0-9]{{3}}年|[0-9]{{1,2}}岁)",
        ),
    )
)
_NO_PARTICULARS = lazy(rf"(?:{alternation(ROLES, KIN)}|性别|以下|人员|共有|均为)")
_SEX_OR_BIRTH = lazy(r"[^\u4e00-\u9fff][男女]|年[0-9月日]{0,6}出?生")
PARTICULARS = r"[^\x{4E00}-\x{9FFF}][男女]"
"""What stands before the sex in any text where such particulars name somebody."""

# What only recall mode looks for: a miss costs more there than a false alarm.
_SAYS = (
    "称|说|表示|反映|投诉|举报|来电|告知|承认|认为|指出|透露|介绍|回忆|坦言|强调|解释|补充|直言|告诉|回应|答复|"
    "承诺|自称|口述|供述|签字|签名|陪同|到场"
)
_START = r"(?:^|(?<=[^\u4e00-\u9fffA-Za-z0-9]))"
_TITLED = lazy(rf"(?={_TITLE})")
_BEFORE_TITLE = (
    lazy(rf"(?<![感多致道答酬])((?:{_OFTEN})(?:{_GIVEN}{{1,2}})?)\Z"),
    lazy(rf"(?<!{_HAN})((?:{_ANY})(?:{_GIVEN}{{1,2}})?)\Z"),
    lazy(rf"(?:(?<!{_HAN})|(?<=[的和与给对找是叫让由请]))({_GIVEN}{{2,3}}(?<![司局厂校院店部科处室组班市县区省副]))\Z"),
)
_KEEN = (
    # a short word before particulars of a person, whatever its first character
    lazy(rf"(?:^|[^\u4e00-\u9fff])({_HAN}{{2,3}})[,，、](?=\s?(?:身份证|手机|电话))"),
    lazy(rf"{_START}((?:{_EVERY}){_GIVEN}{{1,2}})(?!名称|称[:：])(?={_SAYS})"),
    lazy(rf"姓((?:{_ANY}))(?=[^\u4e00-\u9fff]|$|的)"),
    lazy(rf"(?:^|(?<=[\s,;:]))((?:{_ANY}){_GIVEN}{{1,2}})(?=\(?收\)?(?:$|[^\u4e00-\u9fff]))"),
    # somebody speaks: 张三：……
    lazy(rf"(?:^|(?<=[\s。!！?？;；\"“”…]))((?:{_EVERY}){_HAN}{{1,2}})(?=[:：])"),
    # the vaguer ways to point at somebody: 小王, 老李, 阿强, 张某, 王某某
    lazy(
        rf"((?:{_EVERY})某(?![地号些种个厂公企单部市县区省校院村镇路品银商店小基时年月日一])某{{0,2}}(?:[甲乙丙丁]|{_GIVEN}{_AFTER_NAME})?)"
    ),
    lazy(
        rf"(?<![最从很太还多变更古高长大缩减])([小老阿](?:{_OFTEN}))(?=[^\u4e00-\u9fff]|$|{_SAYS}|的|在|和|来|家|给|把)"
    ),
    lazy(
        rf"(?:{alternation(KIN, ROLES)})[\s:：\"“]?((?:{_ANY}){_GIVEN}{{1,2}})"
        rf"(?={_SAYS}|[^\u4e00-\u9fff]|$|的|在|和|与|因|被)"
    ),
    lazy(
        rf"(?:署名|落款|签名|签字|此致|敬礼)[\s:：,，]*(?!确认|盖章|同意|认可|捺印|画押|无异议)({_HAN}{{2,4}})(?=[^\u4e00-\u9fff]|$)"
    ),
)
BARE_NAME = lazy(
    rf"(?:{_EVERY}){_HAN}{{1,2}}|[\u4e00-\u9fff]{{2,6}}·[\u4e00-\u9fff·]{{2,12}}",
)
_ITEMS, _SPLIT = lazy(r"[、,，;；/|]+"), lazy(r"\s+")
_APART = lazy(rf"(?:{_EVERY})(?:[\s\u200b]{{1,4}}{_HAN}){{1,2}}")
_NUMBERS = frozenset({Kind.MOBILE, Kind.PHONE, Kind.ID_CARD})
TRIGGERS = alternation(ROLES)
"""Words of which one stands in any text where balanced mode finds a name without a number or a column's name."""

_REACH = 16
_NAME_REACH = 5


def _listed(text: str, at: int) -> Iterator[Span]:
    """Further names in an enumeration that begins at ``at``."""
    while (more := _LIST.match(text, at)) is not None:
        yield Span(more.start(1), more.end(1), Kind.PERSON, 0.8)
        at = more.end(1)


def _labelled(text: str) -> Iterator[Span]:
    for label in _LABEL.finditer(text):
        for pattern in _LABELLED:
            m = pattern.match(text, label.end())
            if m:
                yield Span(m.start(1), m.end(1), Kind.PERSON, 0.95)
                yield from _listed(text, m.end(1))
        m = _LABELLED_APART.match(text, label.end())
        if m:
            yield Span(m.start(1), m.end(1), Kind.PERSON, 0.9)
        m = _LABELLED_OPEN.match(text, label.end())
        if m:
            yield Span(m.start(1), m.end(1), Kind.PERSON, 0.7)


def _likely(text: str) -> Iterator[Span]:
    """A family name with a title (王女士) points at somebody only together with more; a gate takes no chances."""
    for title in _TITLED.finditer(text):
        first = max(0, title.start() - _NAME_REACH)
        for pattern, score in zip(_BEFORE_TITLE, (0.84, 0.84, 0.55), strict=True):
            m = pattern.search(text, first, title.start())
            if m:
                yield Span(m.start(1), m.end(1), Kind.PERSON, score)
    for pattern in _KEEN:
        for m in pattern.finditer(text):
            yield Span(m.start(1), m.end(1), Kind.PERSON, 0.84)


def _beside(text: str, found: Sequence[Span]) -> Iterator[Span]:
    for number in found:
        if number.kind in _NUMBERS:
            shift = max(0, number.start - _REACH)
            before = _BEFORE_NUMBER.search(text[shift : number.start])
            if before:
                yield Span(before.start(1) + shift, before.end(1) + shift, Kind.PERSON, 0.8)
            after = _AFTER_NUMBER.match(text, number.end)
            if after:
                yield Span(after.start(1), after.end(1), Kind.PERSON, 0.75)


def _alone(text: str) -> Iterator[Span]:
    """Every item of a cell of a column of names that looks like a name."""
    at = 0
    for item in _ITEMS.split(text):
        whole = item.strip()
        for part in (whole,) if _APART.fullmatch(whole) else _SPLIT.split(whole):
            at = text.index(part, at)
            if BARE_NAME.fullmatch(part) or _APART.fullmatch(part):
                yield Span(at, at + len(part), Kind.PERSON, 0.9)
            at += len(part)


def _recorded(text: str) -> Iterator[Span]:
    if _SEX_OR_BIRTH.search(text) is None:
        return
    for pattern in _PARTICULARS:
        for m in pattern.finditer(text):
            if _NO_PARTICULARS.search(m.group(1)) is None:
                yield Span(m.start(1), m.end(1), Kind.PERSON, 0.9)


def _told(text: str, found: Sequence[Span], mode: Mode) -> Iterator[Span]:
    yield from _labelled(text)
    yield from _recorded(text)
    if mode == "recall":
        yield from _likely(text)
    yield from _beside(text, found)


def persons(text: str, column: Context, found: Sequence[Span], mode: Mode) -> Iterator[Span]:
    """Spans of names in normalised ``text``; ``found`` are the numbers already found in it."""
    if text.isascii():
        return
    for span in _told(text, found, mode):
        own = text[span.start : span.end]
        if own not in NO_NAMES and _ROLE.search(own) is None:
            yield span
    if column.persons:
        yield from _alone(text)
