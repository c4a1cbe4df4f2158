"""The text that both sides sign: canonical JSON (RFC 8785) of parties, data, terms and their ODRL reading.

What is signed is this text itself, byte for byte; its SHA-256 and SM3 name it. Any tool can check the signatures, and
the text says in Chinese all that binds. Nothing outside the text belongs to the agreement.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec
import rfc8785

from agreements.agreement import Application
from agreements.model import Party, PurposeKind
from agreements.sm2 import sm3
from catalog.errors import DeclarationError, ProofError
from catalog.typed import from_toml

FORMAT: Final = "quality-open-data-hub/agreement/1"
PURPOSES: Final[Mapping[PurposeKind, str]] = {
    PurposeKind.QUALITY: "质量提升分析",
    PurposeKind.RESEARCH: "产业研究",
}


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One clause, and how it reads in ODRL where it does."""

    id: str
    zh: str
    en: str
    odrl: dict[str, str] = {}


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A version of the terms."""

    version: str
    clause: tuple[Clause, ...]

    @property
    def digest(self) -> str:
        """SHA-256 of the terms' canonical JSON."""
        return sha256(canonical(msgspec.to_builtins(self))).hexdigest()


@cache
def terms() -> Terms:
    """The shipped terms. DeclarationError when they are malformed."""
    try:
        return from_toml((files("agreements") / "terms.toml").read_text(encoding="utf-8"), Terms)
    except msgspec.ValidationError as error:
        raise DeclarationError(f"terms.toml is malformed: {error}.", todo="Restore the file.") from None


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785) of plain data."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def digests(text: str) -> tuple[str, str]:
    """SHA-256 and SM3 of a text, in hex."""
    raw = text.encode()
    return sha256(raw).hexdigest(), sm3(raw).hex()


def contract_text(number: str, provider: Party, recipient: Party, application: Application, replaces: str) -> str:
    """The canonical text of an agreement under the present terms."""
    words = terms()
    asked = msgspec.to_builtins(application)
    body = {
        "format": FORMAT,
        "number": number,
        "replaces": replaces,
        "provider": {"name": provider.name, "uscc": provider.id},
        "recipient": {"name": recipient.name, "uscc": recipient.id},
        **asked,
        "purpose_zh": PURPOSES.get(application.purpose, application.purpose.value),
        "citation": f"数据来源：{provider.name}，协议编号 {number}。",
        "terms": {**msgspec.to_builtins(words), "digest": words.digest},
        "odrl": odrl(number, provider.id, recipient.id, application, words),
    }
    return canonical(body).decode()


def odrl(number: str, provider: str, recipient: str, application: Application, words: Terms) -> dict[str, Any]:
    """The agreement as an ODRL 2.2 Agreement in JSON-LD: one permission a dataset, prohibitions, obligations."""
    clauses = [clause for clause in words.clause if clause.odrl]

    def actions(kind: str) -> list[dict[str, Any]]:
        return [
            {"action": one.odrl["action"], "uid": _clause(number, one.id)}
            for one in clauses
            if one.odrl["kind"] == kind
        ]

    constraint = [
        _constraint("purpose", "eq", application.purpose.value),
        _constraint("dateTime", "gteq", application.starts.isoformat(), "xsd:date"),
        _constraint("dateTime", "lt", application.ends.isoformat(), "xsd:date"),
    ]
    ended = _constraint("dateTime", "gteq", application.ends.isoformat(), "xsd:date")
    targets = [f"urn:dataset:{item.dataset}" for item in application.data]
    return {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", {"xsd": "http://www.w3.org/2001/XMLSchema#"}],
        "@type": "Agreement",
        "uid": f"urn:agreement:{number}",
        "assigner": f"urn:uscc:{provider}",
        "assignee": f"urn:uscc:{recipient}",
        "permission": [
            {"target": target, "action": "use", "constraint": constraint, "duty": actions("duty")} for target in targets
        ],
        "prohibition": [{"target": targets, **one} for one in actions("prohibition")],
        "obligation": [{**one, "constraint": [ended]} for one in actions("obligation")],
    }


def _clause(number: str, clause: str) -> str:
    return f"urn:agreement:{number}:clause:{clause}"


def _constraint(left: str, operator: str, right: str, kind: str = "") -> dict[str, Any]:
    return {
        "leftOperand": left,
        "operator": operator,
        "rightOperand": {"@value": right, "@type": kind} if kind else right,
    }


def read_text(text: str) -> dict[str, Any]:
    """The plain data of a signed text. ProofError unless it is canonical and an agreement of this format."""
    try:
        found = msgspec.json.decode(text.encode())
    except (msgspec.DecodeError, UnicodeEncodeError):
        found = None
    if not isinstance(found, dict) or found.get("format") != FORMAT or canonical(found) != text.encode():
        raise ProofError("The text is no agreement in canonical JSON.", todo="Ask the bureau for the file again.")
    return found
