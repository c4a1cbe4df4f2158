"""The Metadata Quality Assessment of data.europa.eu, computed from a published catalogue (DCAT-AP as JSON-LD).

Points and properties are those of the methodology ("Metadata quality assessment methodology"):
at most 405. A catalogue's points are the mean of its datasets', a dataset's distribution points the mean of its
distributions'.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
Answers = Callable[[str], bool]
"""Whether an address answers an anonymous reader with 200."""

EU = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types/"
FREE = ("CSV", "JSON", "XML", "PARQUET", "TSV", "HTML", "TXT", "RDF", "JSON_LD", "RDF_TURTLE")
# Not in the vocabulary's list of machine-readable formats are documents and pictures only.
READABLE = (*FREE[:5], "XLSX", "XLS", "ODS", "RDF", "JSON_LD", "RDF_TURTLE")
EXCELLENT = 351
MOST = 405


@dataclass(frozen=True, slots=True)
class Metric:
    """One line of the assessment: how many points it can give and how many it gave on average."""

    dimension: str
    name: str
    points: int
    reached: float


def assess(text: str, answers: Answers, *, conforms: bool) -> tuple[Metric, ...]:
    """The lines of the assessment; ``conforms`` tells whether the SHACL shapes of DCAT-AP found nothing."""
    nodes = {str(one["@id"]): one for one in json.loads(text)["@graph"] if "@id" in one}
    datasets = [one for one in nodes.values() if "dcat:Dataset" in one.get("@type", ())]
    found = [_of_dataset(one, nodes) for one in datasets]
    lines = [
        *_lines(_DATASET, [(dataset,) for dataset, _ in found]),
        *_lines(_DISTRIBUTION, [files for _, files in found]),
        *_reached(found, answers),
        Metric("interoperability", "DCAT-AP compliance", 30, 30.0 if conforms else 0.0),
    ]
    return tuple(sorted(lines, key=lambda line: (_ORDER.index(line.dimension), -line.points, line.name)))


def total(lines: Iterable[Metric]) -> float:
    """All points reached."""
    return sum(line.reached for line in lines)


_ORDER = ("findability", "accessibility", "interoperability", "reusability", "contextuality")

Found = tuple[Body, tuple[Body, ...]]
Line = tuple[str, str, int, Callable[[Body], bool]]


def _of_dataset(dataset: Body, nodes: Mapping[str, Body]) -> Found:
    files = tuple(nodes.get(str(one.get("@id")), one) for one in dataset.get("dcat:distribution", ()))
    return dataset, files


def _has(name: str) -> Callable[[Body], bool]:
    return lambda body: bool(body.get(name))


def _in(name: str, prefix: str) -> Callable[[Body], bool]:
    return lambda body: any(str(one.get("@id", "")).startswith(prefix) for one in body.get(name, ()))


def _one_of(codes: Sequence[str]) -> Callable[[Body], bool]:
    wanted = {f"{EU}/file-type/{code}" for code in codes}
    return lambda body: any(str(one.get("@id")) in wanted for one in body.get("dct:format", ()))


def _known_format(body: Body) -> bool:
    return _in("dct:format", f"{EU}/file-type/")(body) and _in("dcat:mediaType", IANA)(body)


def _known_licence(body: Body) -> bool:
    known = (f"{EU}/licence/", "https://creativecommons.org/", "http://creativecommons.org/")
    return any(_in("dct:license", prefix)(body) for prefix in known)


_DATASET: tuple[Line, ...] = (
    ("findability", "keyword", 30, _has("dcat:keyword")),
    ("findability", "theme", 30, _has("dcat:theme")),
    ("findability", "spatial", 20, _has("dct:spatial")),
    ("findability", "temporal", 20, _has("dct:temporal")),
    ("reusability", "accessRights", 10, _has("dct:accessRights")),
    ("reusability", "accessRights from vocabulary", 5, _in("dct:accessRights", f"{EU}/access-right/")),
    ("reusability", "contactPoint", 20, _has("dcat:contactPoint")),
    ("reusability", "publisher", 10, _has("dct:publisher")),
)
_DISTRIBUTION: tuple[Line, ...] = (
    ("accessibility", "downloadURL", 20, _has("dcat:downloadURL")),
    ("interoperability", "format", 20, _has("dct:format")),
    ("interoperability", "mediaType", 10, _has("dcat:mediaType")),
    ("interoperability", "format and mediaType from vocabulary", 10, _known_format),
    ("interoperability", "non-proprietary format", 20, _one_of(FREE)),
    ("interoperability", "machine-readable format", 20, _one_of(READABLE)),
    ("reusability", "licence", 20, _has("dct:license")),
    ("reusability", "licence from vocabulary", 10, _known_licence),
    ("contextuality", "rights", 5, _has("dct:rights")),
    ("contextuality", "byteSize", 5, _has("dcat:byteSize")),
    ("contextuality", "issued", 5, _has("dct:issued")),
    ("contextuality", "modified", 5, _has("dct:modified")),
)


def _lines(lines: Sequence[Line], found: Sequence[Sequence[Body]]) -> list[Metric]:
    return [Metric(dimension, name, points, points * _mean(found, test)) for dimension, name, points, test in lines]


def _reached(found: Sequence[Found], answers: Answers) -> list[Metric]:
    """Addresses that answer, each asked once."""
    seen: dict[str, bool] = {}

    def alive(name: str) -> Callable[[Body], bool]:
        def test(body: Body) -> bool:
            for one in body.get(name, ()):
                address = str(one.get("@id"))
                seen[address] = seen[address] if address in seen else answers(address)
            return any(seen[str(one.get("@id"))] for one in body.get(name, ()))

        return test

    files = [files for _, files in found]
    return [
        Metric("accessibility", "accessURL answers 200", 50, 50 * _mean(files, alive("dcat:accessURL"))),
        Metric("accessibility", "downloadURL answers 200", 30, 30 * _mean(files, alive("dcat:downloadURL"))),
    ]


def _mean(found: Sequence[Sequence[Body]], test: Callable[[Body], bool]) -> float:
    """The mean over datasets of the mean over their bodies; a dataset without any counts as nothing."""
    if not found:
        return 0.0
    return sum(sum(map(test, bodies)) / len(bodies) if bodies else 0.0 for bodies in found) / len(found)
