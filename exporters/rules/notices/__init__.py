"""Risk monitoring to notices (S0 6.3.5, DOMAIN 8): clusters, clocks, drafts, guards, CAP 1.2."""

from exporters.rules.notices.cap import cap_xml
from exporters.rules.notices.clocks import Clock, clock
from exporters.rules.notices.clusters import clusters
from exporters.rules.notices.draft import recall_notice, text_of, tip
from exporters.rules.notices.guards import Review, hindrances
from exporters.rules.notices.model import (
    Area,
    Bureau,
    Enclosed,
    Kind,
    Level,
    Message,
    Notice,
    Recall,
    Reference,
    Status,
    faults,
)
from exporters.rules.notices.page import Part, page
from exporters.rules.notices.rss import Channel, rss
from exporters.rules.notices.templates import Heard, drafted

__all__ = [
    "Area",
    "Bureau",
    "Channel",
    "Clock",
    "Enclosed",
    "Heard",
    "Kind",
    "Level",
    "Message",
    "Notice",
    "Part",
    "Recall",
    "Reference",
    "Review",
    "Status",
    "cap_xml",
    "clock",
    "clusters",
    "drafted",
    "faults",
    "hindrances",
    "page",
    "recall_notice",
    "rss",
    "text_of",
    "tip",
]
