"""Trade secrets said in running text: who bought, how many, at what price, by which order, made by which process.

The fields themselves are withheld by their declaration (``desensitise.secrets``); this finds them where somebody wrote
them into a remark (DOMAIN 2, TR21-TR30, and 6). What a consumer paid and goods' value in a penalty are no trade secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from desensitise.detect.lazily import lazy
from desensitise.detect.spans import Kind, Span

_IS = r"(?:为|是|约|共计|共|达|了|还有|尚有|尚余|剩余|仅剩|:|：|\s){0,4}"
_AMOUNT = r"[0-9][0-9,]*(?:\.[0-9]+)?\s?(?:余|多)?[万亿千百]?"
_UNIT = r"(?:台|件|个|只|吨|箱|套|批|辆|米|公斤|千克|kg|卷|盒|瓶|桶|片|根|条|平方米|立方米)"
_BUYERS = (
    r"(?:销往|销售给|售予|售给|出售给|供货给|供应给|供货至|发往|购方|买方|采购方|需方|购货单位|收货单位|下游客户|供应商|供货商|供方)"
    r"(?:名称)?(?:为|是|:|：|\s){0,3}"
    r"([\u4e00-\u9fff()A-Za-z0-9]{2,30}?(?:公司|厂|商行|商店|门店|超市|经营部|批发部|中心|集团|合作社|医院|学校|店)"
    rf"(?:{_AMOUNT}{_UNIT})?)"
)
# Whoever buys by the hundred is no consumer, whatever he is called.
_NAMED_BUYERS = (
    rf"(?:销往|销售给|售予|售给|出售给|卖给|批发给|供货给|供应给|供货至|发往)"
    rf"(?!我|本人|他|她|你|您|消费者|投诉人|顾客|个人)([\u4e00-\u9fff()A-Za-z0-9]{{2,20}}?{_AMOUNT}{_UNIT})"
)
_CUSTOMERS = (
    r"(?:主要客户|重点客户|客户名单|下游客户|大客户)(?:名称|包括|包含|有|为|是|:|：|\s){1,4}([^。；;\n\x00]{2,80})"
)
_PRICES = (
    rf"((?:进货价|进价|出厂价|批发价|采购价|供货价|结算价|成交价|成本价?|合同(?:金额|价)|货款|毛利率?|利润率?|单价){_IS}"
    rf"(?:[每一]{_UNIT})?{_AMOUNT}(?:元|%|％)(?:/[\u4e00-\u9fff])?)"
)
_ORDERS = (
    r"(?:订单|合同|发货单|送货单|出库单|采购单|运单|提单|(?<![a-z0-9_])P\.?O)(?:编号|号码|号|no)?\.?(?:为|是|:|：|#|\s){0,3}"
    r"((?=[A-Z-]*[0-9])[A-Z0-9][A-Z0-9-]{4,30})"
)
_QUANTITIES = (
    rf"((?:累计|月|年|日)?(?:销售|售出|出货|供货|采购|发货|进货|库存|产销)(?:数量|量|基数)?{_IS}{_AMOUNT}{_UNIT})"
)
_TURNOVER = rf"((?:销量|产量|产能|销售额|营业额|销售收入|营业收入){_IS}{_AMOUNT}(?:{_UNIT}|元))"
_PROCESS = (
    r"(?:工艺参数|工艺配方|生产配方|配方|工艺流程|工艺路线|生产工艺|加工工艺|设备清单|生产设备清单|生产设备|主要设备)(?:如下|为|是|:|：|\s){1,4}"
    r"([^。；;\n\x00]{4,120})"
)
# GS1 application identifiers of the flow, in brackets and in links.
_CODES = r"(\((?:400|41[0467])\)[0-9A-Z./-]{1,30})", r"[/?&;]((?:400|41[0467])[/=][0-9A-Z.-]{1,30})"
_SECRETS = tuple(
    lazy(pattern, re.IGNORECASE)
    for pattern in (_BUYERS, _NAMED_BUYERS, _CUSTOMERS, _PRICES, _ORDERS, _QUANTITIES, _TURNOVER, _PROCESS, *_CODES)
)
_HINT = lazy(
    r"销|售|卖|批发|客户|供|购|买方|需方|收货|发往|货|库存|产量|产能|营业|进价|价|合同|毛利|利润|成本|单|工艺|配方|设备|p\.?o|\((?:4)|[/?&;]4",
    re.IGNORECASE,
)


def trade_secrets(text: str) -> Iterator[Span]:
    """Spans of what would tell the flow of goods or a process, in normalised ``text``."""
    if _HINT.search(text) is None:
        return
    for pattern in _SECRETS:
        for m in pattern.finditer(text):
            yield Span(m.start(1), m.end(1), Kind.TRADE_SECRET, 0.93)
