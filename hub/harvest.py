"""Looking at a published catalogue from outside, as a harvester does: no login, a time limit on every request."""

from __future__ import annotations

from pathlib import Path

import httpx

from catalog.errors import HubError

SECONDS = 30.0


def fetched(address: str) -> str:
    """The text at a URL or in a file."""
    try:
        if address.startswith(("http://", "https://")):
            return httpx.get(address, timeout=SECONDS, follow_redirects=True).raise_for_status().text
        return Path(address).read_text(encoding="utf-8")
    except (httpx.HTTPError, OSError, ValueError):
        raise HubError("The catalogue cannot be read.", todo="Give the address of catalog.jsonld.") from None


def answers(address: str) -> bool:
    """Whether the address answers an anonymous reader with 200; only the head of the answer is read."""
    try:
        with httpx.stream("GET", address, timeout=SECONDS, follow_redirects=True) as answer:
            return answer.status_code == httpx.codes.OK
    except (httpx.HTTPError, ValueError):
        return False


def conforms(text: str, shapes: Path) -> bool:
    """Whether the SHACL files in ``shapes`` find no violation; needs the packages of the ``dev`` extra."""
    try:
        from pyshacl import validate
        from rdflib import Graph
    except ImportError:
        raise HubError("pyshacl is missing.", todo="Install the dev extra: pip install '.[dev]'.") from None
    rules = Graph()
    for path in sorted(shapes.glob("*.ttl")):
        rules.parse(path, format="turtle")
    if not len(rules):
        raise HubError("The folder holds no SHACL files.", todo="Give the folder of DCAT-AP's shapes (*.ttl).")
    graph = Graph().parse(data=text, format="json-ld")
    return bool(validate(graph, shacl_graph=rules, advanced=True, allow_warnings=True)[0])
