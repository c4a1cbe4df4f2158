"""A notice as a CAP 1.2 message (OASIS, urn:oasis:names:tc:emergency:cap:1.2), for alert hubs and other provinces.

Level S is Extreme and Immediate, H Severe and Expected, M Moderate and Expected, L Minor and Future; certainty is
Observed for spot checks, Likely for recalls, else Possible (DOMAIN 8.3).
"""

from __future__ import annotations

from datetime import datetime
from xml.etree import ElementTree as ET

from exporters.rules.notices.draft import text_of
from exporters.rules.notices.model import Enclosed, Kind, Level, Message, Notice
from exporters.rules.notices.page import LEVELS

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
_HOW_BAD = {
    Level.SERIOUS: ("Immediate", "Extreme"),
    Level.HIGH: ("Expected", "Severe"),
    Level.MEDIUM: ("Expected", "Moderate"),
    Level.LOW: ("Future", "Minor"),
}
_CERTAIN = {"spot_check": "Observed", "monitoring": "Observed", "recall": "Likely"}
_EVENTS = {Kind.TIP: "消费提示", Kind.RISK: "风险提示", Kind.RECALL: "召回公告", Kind.WARNING: "消费警示"}


def cap_xml(notice: Notice, files: str = "") -> bytes:
    """The message as UTF-8 XML; equal notices give equal bytes. The notice is sound (``faults``).

    ``files`` is the address that names of enclosed files are put behind; without it they are told without addresses.
    """
    alert = ET.Element("alert", {"xmlns": NAMESPACE})
    for name, text in (
        ("identifier", notice.notice_no),
        ("sender", notice.issuer.uscc),
        ("sent", _time(notice.sent)),
        ("status", notice.status.value),
        ("msgType", notice.message.value),
        ("scope", "Public"),
    ):
        _add(alert, name, text)
    if notice.references:
        told = (f"{r.sender},{r.notice_no},{_time(r.sent)}" for r in notice.references)
        _add(alert, "references", " ".join(told))
    _info(ET.SubElement(alert, "info"), notice, files)
    ET.indent(alert)
    made: bytes = ET.tostring(alert, encoding="utf-8", xml_declaration=True)
    return made


def _info(info: ET.Element, notice: Notice, files: str) -> None:
    urgency, severity = _HOW_BAD[notice.level]
    cancelled = notice.message is Message.CANCEL
    _add(info, "language", "zh-CN")
    _add(info, "category", "Safety")
    _add(info, "event", _EVENTS[notice.kind])
    _add(info, "responseType", "AllClear" if cancelled else "Avoid")
    _add(info, "urgency", "Past" if cancelled else urgency)
    _add(info, "severity", severity)
    _add(info, "certainty", _CERTAIN.get(notice.source, "Possible"))
    _add(info, "effective", _time(notice.sent))
    if notice.expires is not None:
        _add(info, "expires", _time(notice.expires))
    _add(info, "senderName", notice.issuer.name)
    _add(info, "headline", notice.title)
    _add(info, "description", text_of(notice))
    advice = (*notice.to_do, *notice.using, *notice.buying)
    if advice:
        _add(info, "instruction", "\n".join(advice))
    if notice.web:
        _add(info, "web", notice.web)
    _add(info, "contact", notice.contact)
    for name, value in _parameters(notice):
        parameter = ET.SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    for one in (*notice.images, *notice.attachments):
        _resource(ET.SubElement(info, "resource"), one, files)
    for place in notice.areas:
        area = ET.SubElement(info, "area")
        _add(area, "areaDesc", place.name)
        geocode = ET.SubElement(area, "geocode")
        _add(geocode, "valueName", "GB/T 2260")
        _add(geocode, "value", place.code)


def _resource(resource: ET.Element, one: Enclosed, files: str) -> None:
    # CAP's digest is a SHA-1; ours stands in the file's name.
    _add(resource, "resourceDesc", one.says)
    _add(resource, "mimeType", one.media)
    _add(resource, "size", str(one.size))
    if files:
        _add(resource, "uri", f"{files}{one.name}")


def _parameters(notice: Notice) -> list[tuple[str, str]]:
    """What CAP has no element for; a producer stands here only when fact-finding is closed."""
    pairs = [
        ("risk_level", notice.level.value),
        ("risk_colour", LEVELS[notice.level][2]),
        ("category", notice.category),
        ("category_code", notice.category_code),
        ("product", notice.product),
        ("producer", notice.producer if notice.facts_closed else ""),
        *(("code", code) for code in notice.codes),
        *(("standard", standard) for standard in notice.standards),
        *(("exposed", who) for who in notice.exposed),
    ]
    return [(name, value) for name, value in pairs if value]


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _time(at: datetime) -> str:
    """Seconds and a numeric offset; CAP 1.2 (3.3.2) knows no Z and tells UTC as -00:00."""
    return at.replace(microsecond=0).isoformat().replace("+00:00", "-00:00")
