"""Words that say what a number is. They are looked for in the characters before it and in its column's name."""

from __future__ import annotations

import re
from dataclasses import dataclass

from desensitise.detect.spans import Kind

REACH = 14
"""How many characters before a number are its context."""

_WORDS = {
    Kind.ID_CARD: r"身\s?份\s?证|身份号|公民身份|证件号|居住证|居留证|id[ _-]?(?:card|no|number)|identity",
    Kind.MOBILE: (
        r"手\s?机|移动电话|联系方式|电话|致电|来电|拨打|短信|号码|mobile|phone|(?<![a-z])tel|contact|微信|支付宝"
    ),
    Kind.PHONE: r"电\s?话|座机|固话|传真|联系方式|致电|拨打|分机|phone|(?<![a-z])(?:tel|fax)|contact",
    Kind.BANK_CARD: (
        r"银行|卡号|[建农工中交招]行卡|账号|帐号|账户|帐户|借记卡|信用卡|储蓄卡|开户|打款|转账|汇款|收款|退款|付款|"
        r"card|account"
    ),
    Kind.PASSPORT: r"护\s?照|passport",
    Kind.PERMIT: r"通行证|回乡证|台胞证|永久居留|永居|居留证|permit",
    Kind.QQ: (
        r"(?<![a-z])q\s?q|扣扣|企鹅号?\s?[:：]|企鹅号|球球|(?<![已代所抵折纽])扣\s?[:：]|(?<![a-z])q\s?[:：号群]|"
        r"(?:加|客服|联系|业务|我的?)\s?q(?![a-z])"
    ),
    Kind.WECHAT: (
        r"(?:微|wei)[\s.+-]?信|[薇威维]信|加薇|卫星|(?<![a-z])(?:wx|vx|weixin|wechat)(?![a-z])|[v徽]信|(?:加我?|我的?)\s?v(?![a-z])|加我?\s?v(?![x信])(?=[a-z]*[0-9_-])|加微信?|"
        r"(?<![a-z])v\s?[:：]|[v薇威微][❤♥]"
    ),
    Kind.IP: r"(?<![a-z])ip(?![a-z])|网络地址|服务器|登[录陆]|主机|访问|来自",
    Kind.POSTCODE: r"邮\s?编|邮政编码|post_?code|zip",
    Kind.PLATE: r"车\s?牌|车号|号牌|牌照|plate",
}
_PERSON_COLUMN = (
    r"姓名|联系人|代表人|负责人|举报人|投诉人|报告人|经办人|申请人|收件人|人员|"
    r"person|representative|reporter|informant|inspectors?|samplers?|testers?|assessors?|reviewers?|principal|"
    r"contact_name|full_name"
)
# What a column's name alone can say; these words are too common to look for in texts.
_COLUMN_WORDS = {
    Kind.COORDINATE: (
        r"(?:家庭|住宅|住址|住所|居住|home|residence|reporter|informant|complainant|投诉人|举报人|消费者).{0,8}"
        r"(?:经纬度|坐标|经度|纬度|位置|lon|lat|coord|location)"
    ),
    Kind.LICENCE_IMAGE: (
        r"执照|证照|(?:licen[cs]e|id_?card)_?(?:file|image|photo|scan)|"
        r"(?:许可证|身份证|证书).{0,4}(?:照片|图|扫描|影像|附件)"
    ),
}
_COLUMNS = {kind: re.compile(words, re.IGNORECASE) for kind, words in _COLUMN_WORDS.items()}
CONTEXT = {kind: re.compile(words, re.IGNORECASE) for kind, words in _WORDS.items()}
PERSON_COLUMN = re.compile(_PERSON_COLUMN, re.IGNORECASE)
_LOOK = re.compile(r"\(\?(?:<?!|=)(?:\[[^\]]*\][*]?)+\)")
ANY_CONTEXT = "|".join(_LOOK.sub("", words) for words in _WORDS.values())
"""All context words without look-around, for engines that have none; matches whenever one of ``CONTEXT`` does."""

_WECHAT_ALONE = _WORDS[Kind.WECHAT].replace("(?<![a-z])", "(?:^|[^a-z])").replace("(?![a-z])", "(?:[^a-z]|$)")
ASCII_CONTEXT = "|".join(_LOOK.sub("", words) for words in (_WORDS | {Kind.WECHAT: _WECHAT_ALONE}).values())
"""The same for plain ASCII, where words of accounts stand alone. They are always looked for in whole texts, so what
stands beside them counts in the same way; of other words it may lie outside of what is looked at."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a column's name says about its cells: kinds it announces, and whether it holds names of persons."""

    kinds: frozenset[Kind] = frozenset()
    persons: bool = False

    @property
    def silent(self) -> bool:
        """Whether the name says nothing that changes what is found."""
        return not self.kinds and not self.persons


def context_of(name: str | None) -> Context:
    """What a column's name (any language, None when there is none) says about its cells."""
    if not name:
        return Context()
    kinds = frozenset(kind for kind, words in (CONTEXT | _COLUMNS).items() if words.search(name))
    return Context(kinds, PERSON_COLUMN.search(name) is not None)
