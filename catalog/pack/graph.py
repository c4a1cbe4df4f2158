"""A small RDF graph, written as Turtle and as JSON-LD. Equal graphs give equal bytes; blank nodes stay nested."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "adms": "http://www.w3.org/ns/adms#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "dcatap": "http://data.europa.eu/r5r/",
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "spdx": "http://spdx.org/rdf/terms#",
        "vcard": "http://www.w3.org/2006/vcard/ns#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }
)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in a language, or of a datatype such as ``xsd:date``, or neither."""

    text: str
    language: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Iri:
    """A reference to something described elsewhere."""

    iri: str


@dataclass(frozen=True, slots=True)
class Node:
    """Something described here. Without ``iri`` it is a blank node and stands inside what refers to it."""

    types: tuple[str, ...]
    facts: tuple[tuple[str, Value], ...]
    iri: str = ""


Value = Literal | Iri | Node


def both(name: str, zh: str, en: str) -> list[tuple[str, Value]]:
    """The same fact in Chinese and in English."""
    return [(name, Literal(zh, "zh")), (name, Literal(en, "en"))]


def turtle(roots: Iterable[Node]) -> str:
    """RDF 1.1 Turtle: named nodes in the order in which they are first met."""
    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    body = "".join(f"\n{_iri(node.iri)}{_statements(node, 1)} .\n" for node in _named(roots))
    return head + body


def jsonld(roots: Iterable[Node]) -> str:
    """JSON-LD 1.1 with one ``@graph``; the same nodes in the same order."""
    body = {"@context": dict(PREFIXES), "@graph": [_object(node) for node in _named(roots)]}
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def _named(roots: Iterable[Node]) -> list[Node]:
    """All nodes that have a name, each once; what is said of a node in several places is put together."""
    found: dict[str, Node] = {}
    for root in roots:
        for node in _walk(root):
            if node.iri:
                before = found.get(node.iri)
                found[node.iri] = node if before is None else _together(before, node)
    return list(found.values())


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for _, value in node.facts:
        if isinstance(value, Node):
            yield from _walk(value)


def _together(one: Node, other: Node) -> Node:
    types = dict.fromkeys((*one.types, *other.types))
    return Node(tuple(types), tuple(dict.fromkeys((*one.facts, *other.facts))), one.iri)


def _grouped(node: Node) -> Mapping[str, list[Value]]:
    groups: dict[str, list[Value]] = {}
    for name, value in node.facts:
        groups.setdefault(name, []).append(value)
    return groups


def _statements(node: Node, depth: int) -> str:
    indent = "\n" + "    " * depth
    lines = [f"a {', '.join(node.types)}"] if node.types else []
    lines += [f"{name} {', '.join(_term(v, depth) for v in values)}" for name, values in _grouped(node).items()]
    return indent + f" ;{indent}".join(lines)


def _term(value: Value, depth: int) -> str:
    if isinstance(value, Literal):
        suffix = f"@{value.language}" if value.language else f"^^{value.datatype}" if value.datatype else ""
        return _quoted(value.text) + suffix
    if value.iri:
        return _iri(value.iri)
    assert isinstance(value, Node)  # noqa: S101 - an Iri always has its text
    return f"[{_statements(value, depth + 1)}\n{'    ' * depth}]"


def _iri(iri: str) -> str:
    unfit = "".join(letter for letter in iri if letter <= " " or letter in '<>"{}|^`\\')
    if unfit:
        raise ValueError("an address holds characters that no address may hold")
    return f"<{iri}>"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


def _object(node: Node) -> dict[str, Any]:
    body: dict[str, Any] = {"@id": node.iri} if node.iri else {}
    if node.types:
        body["@type"] = list(node.types)
    for name, values in _grouped(node).items():
        body[name] = [_json_term(value) for value in values]
    return body


def _json_term(value: Value) -> dict[str, Any]:
    if isinstance(value, Literal):
        kind = {"@language": value.language} if value.language else {"@type": value.datatype} if value.datatype else {}
        return {"@value": value.text, **kind}
    if value.iri:
        return {"@id": value.iri}
    assert isinstance(value, Node)  # noqa: S101 - an Iri always has its text
    return _object(value)
