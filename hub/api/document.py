"""The OpenAPI 3.1 document, finished: who may call what is written into it from the views' own marks."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from hub.api.guard.doors import is_open

TITLE = "工业产品质量安全监管数据开放与共享接口 Quality Open Data Hub API"
ABOUT = (
    "公开数据无需令牌；其余按数据共享开放矩阵以令牌访问。 "
    "Open data needs no token; everything else is answered by token and by the sharing matrix."
)


def finished(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    """Add what flask-smorest cannot know: security of each operation, and the token endpoints' schemes."""
    document["info"]["description"] = ABOUT
    document["components"].setdefault("securitySchemes", {})["bearer"] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "at+jwt (RFC 9068)",
    }
    document["security"] = [{"bearer": []}]
    for rule in app.url_map.iter_rules():
        if is_open(app.view_functions[rule.endpoint]):
            path = _path(rule.rule)
            for method, operation in document["paths"].get(path, {}).items():
                if method.upper() in (rule.methods or ()):
                    operation["security"] = []
    return document


def _path(rule: str) -> str:
    """Flask's ``<int:version>`` as OpenAPI's ``{version}``."""
    return "".join(
        "{" + part[1:-1].rpartition(":")[2] + "}" if part.startswith("<") else part for part in _pieces(rule)
    )


def _pieces(rule: str) -> list[str]:
    return re.split(r"(<[^>]+>)", rule)
