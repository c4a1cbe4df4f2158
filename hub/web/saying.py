"""What a refusal of the rules is told as, in the reader's own language, beside the form that it came of."""

from __future__ import annotations

from typing import Final

from catalog.errors import HubError
from hub.api.wire.problems import Refused
from hub.web.words import N_

_SAID: Final = {
    "Who opened a case does not close it.": N_("立案人不能自行结案，请由另一人办理。"),
    "Who suspended a party does not restore it.": N_("暂停人不能自行恢复，请由另一人办理。"),
    "Who drafted a notice does not review it.": N_("起草人不能自行审核，请由另一人办理。"),
    "This side has signed already.": N_("本方已签署。"),
    "This step needs a reason in words.": N_("请写明理由。"),
    "A refusal says why.": N_("请写明理由。"),
    "A review says what it recommends and why.": N_("请写明审查意见及理由。"),
    "This key may not sign: it is not approved, or retired.": N_("该密钥未经核准或已停用，不能签署。"),
    "This key does not belong to the party that signs.": N_("该密钥不属于签署单位。"),
    "A signature does not hold over this text with this key.": N_("签名与协议文本或密钥不符，请对同一文本重新签名。"),
    "The application is not complete as it stands now.": N_("申请现有内容不完整，请反要约或不予同意。"),
    "Aggregates are opened to research institutes and industry associations only (SM11).": N_(
        "汇总数据仅向科研机构和行业协会开放（SM11）。"
    ),
    "The answer names a person, or a number or address of one.": N_("答复中含有个人姓名、号码或住址，请删除后提交。"),
    "A case is closed with a finding.": N_("请写明结论。"),
    "A suspension needs a reason that the party is shown.": N_("请写明暂停理由，该理由向对方显示。"),
    "Only a suspension is appealed against.": N_("只有被暂停时才能申诉。"),
    "No marked copy is registered.": N_("尚未登记任何带标识的副本，无法溯源。"),
    "The party is not active.": N_("该单位当前不是正常状态。"),
    "The request was decided on already.": N_("该申请已有决定。"),
    "This key is known already.": N_("该公钥已经提交过，请另行生成密钥。"),
    "Too many keys of this party wait for approval.": N_("待核准的公钥过多，请先撤回不需要的公钥。"),
    "Who entered a key does not approve it.": N_("提交人不能自行核准，请由另一人办理。"),
    "The party is suspended.": N_("该单位已被暂停。"),
    "Notices go to a public https address or a mailto, for a region of GB/T 2260.": N_(
        "须为公网 https 地址或 mailto: 邮箱，地区须为现行行政区划代码。"
    ),
    "This is asked for already, or the party has asked for too much.": N_("已申请过，或申请过多，请先终止其他地址。"),
    "Who asked does not agree.": N_("申请人不能自行批准，请由另一人办理。"),
    "A suspended party is told nothing.": N_("本单位已被暂停，不能申请。"),
    "The draft has this file already.": N_("草稿中已有此文件；要改说明请先移除。"),
    "This is no public key in PEM.": N_("不是 PEM 格式的公钥，请完整粘贴，包括首尾两行。"),
    "The PEM of this public key is damaged.": N_("公钥内容不完整，请重新复制整个文件。"),
    "This public key is neither Ed25519 nor SM2.": N_("只接受 Ed25519 或 SM2 公钥。"),
    "One's own record needs no ticket.": N_("本单位的记录无需授权，可直接查询。"),
    "A ticket ends within 92 days.": N_("截止日期须在今天之后，至多 92 天。"),
    "The ticket was answered already or has ended.": N_("该申请已答复或已到期，请对方重新申请。"),
    "The ticket was withdrawn already.": N_("已经撤回。"),
    "No party with this code is registered.": N_("该单位尚未在本平台登记。"),
}
_SECOND: Final = N_("须由另一人办理（双人复核）。")
_FALLBACK: Final = N_("操作未被接受，未做任何改动。请核对状态和权限后重试。")

_OF_KIND: Final = {
    "not-found": N_("没有这一项，或您无权查看。"),
    "not-permitted": N_("您的角色没有此权限。"),
    "refused": N_("按共享规则不能提供。"),
    "too-many": N_("操作过于频繁，请稍候再试。"),
}


def said(error: HubError | Refused) -> str:
    """The Chinese text of a refusal, which the page translates."""
    if isinstance(error, Refused):
        return error.detail if error.detail and not error.detail.isascii() else _OF_KIND.get(error.kind, _FALLBACK)
    if error.happened in _SAID:
        return _SAID[error.happened]
    return _SECOND if "second person" in error.happened or "same person" in error.happened else _FALLBACK
