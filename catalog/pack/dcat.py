"""DCAT-AP 3.0.1 of a release and of the whole catalogue, as JSON-LD and Turtle.

Every property that the profile's shapes demand or recommend is given from the declaration and the release. A dataset
that is not open has no download address: its distributions lead to the page that states the conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from catalog.folder.words import label, tables
from catalog.formats.table import format_of
from catalog.model import Dataset, Publisher
from catalog.pack import vocabulary
from catalog.pack.addresses import Addresses
from catalog.pack.graph import Iri, Literal, Node, Value, both, jsonld, turtle
from catalog.release import Release, Resource, Role

_JSON_LINES = "https://jsonlines.org/"
_AVAILABLE = Iri(f"{vocabulary.EU}/planned-availability/STABLE")
_SHA256 = Iri("http://spdx.org/rdf/terms#checksumAlgorithm_sha256")
_REGIONAL = Iri("http://purl.org/adms/publishertype/RegionalAuthority")

Facts = list[tuple[str, Value]]


def release_dcat(dataset: Dataset, release: Release, base_url: str) -> tuple[str, str]:
    """JSON-LD and Turtle of one release."""
    roots = [_dataset(dataset, release, Addresses.of(base_url, dataset))]
    return jsonld(roots), turtle(roots)


def catalog_dcat(
    shown: Sequence[tuple[Dataset, Release]], base_url: str, places: Addresses | None = None
) -> tuple[str, str]:
    """JSON-LD and Turtle of a catalogue of the datasets with the release that each shows now.

    ``places``: where a portal shows them that lays its pages out otherwise than below ``base_url``.
    """
    places = places or Addresses.of(base_url, shown[0][0] if shown else None)
    datasets = [_dataset(dataset, release, places) for dataset, release in shown]
    site = tables()["page"]["site"]
    facts: Facts = [
        *both("dct:title", site["zh"], site["en"]),
        *both("dct:description", tables()["page"]["intro"]["zh"], tables()["page"]["intro"]["en"]),
        ("dct:publisher", _publisher(shown[0][0].publisher) if shown else _unnamed(places)),
        *(("dct:language", language) for language in vocabulary.languages()),
        ("foaf:homepage", Iri(places.base)),
        ("dcat:themeTaxonomy", _taxonomy()),
        *(("dct:spatial", vocabulary.region(code)) for code in sorted({d.publisher.region for d, _ in shown})),
        *_catalog_dates([release.as_of for _, release in shown]),
        ("dct:license", _catalog_licence()),
        *(("dcat:dataset", Iri(node.iri)) for node in datasets),
    ]
    catalog = Node(("dcat:Catalog",), tuple(facts), f"{places.base}#catalog")
    return jsonld([catalog, *datasets]), turtle([catalog, *datasets])


def _catalog_dates(moments: Sequence[datetime]) -> Facts:
    return [("dct:issued", _moment(min(moments))), ("dct:modified", _moment(max(moments)))] if moments else []


def _catalog_licence() -> Node:
    """The catalogue's own descriptions are free for everyone, whatever the datasets' terms."""
    return Node(
        ("dct:LicenseDocument",),
        (("dct:type", Iri("http://purl.org/adms/licencetype/PublicDomain")),),
        "https://creativecommons.org/publicdomain/zero/1.0/",
    )


def _taxonomy() -> Node:
    return Node(("skos:ConceptScheme",), (("dct:title", Literal("Data theme", "en")),), vocabulary.THEMES)


def _dataset(dataset: Dataset, release: Release, places: Addresses) -> Node:
    facts: Facts = [
        *both("dct:title", dataset.zh, dataset.en),
        *both("dct:description", dataset.description_zh, dataset.description_en),
        ("dct:identifier", Literal(dataset.id)),
        *(("dcat:keyword", Literal(word, "zh")) for word in dataset.keywords_zh),
        *(("dcat:keyword", Literal(word, "en")) for word in dataset.keywords_en),
        *(("dcat:theme", theme) for theme in vocabulary.themes()),
        *(("dct:language", language) for language in vocabulary.languages()),
        ("dct:publisher", _publisher(dataset.publisher)),
        ("dct:creator", Iri(_publisher(dataset.publisher).iri)),
        ("dcat:contactPoint", _contact(dataset.publisher)),
        ("dct:spatial", vocabulary.region(dataset.publisher.region)),
        ("dct:temporal", _period(dataset, release)),
        ("dct:accrualPeriodicity", vocabulary.frequency(dataset)),
        ("dct:accessRights", vocabulary.access_right(dataset)),
        ("dct:conformsTo", _standard(dataset)),
        ("dct:provenance", _provenance(dataset, release)),
        ("dcat:landingPage", _document(places.page(dataset.id))),
        ("dct:issued", _moment(release.as_of)),
        ("dct:modified", _moment(release.as_of)),
        ("dcat:version", Literal(str(release.version))),
        *_version_notes(release),
        ("dct:hasVersion", Iri(places.version(dataset.id, release.version))),
        *_pages(dataset, release, places),
        *(
            ("dcat:distribution", _distribution(dataset, release, file, places))
            for file in release.resources
            if file.role is Role.DATA
        ),
    ]
    return Node(("dcat:Dataset",), tuple(facts), places.dataset(dataset.id))


def _pages(dataset: Dataset, release: Release, places: Addresses) -> Facts:
    """The data dictionary, where readers can have the files."""
    if not dataset.is_open:
        return []
    dictionaries = [file for file in release.resources if file.role is Role.DICTIONARY]
    words = _titles(label("role", "dictionary", "zh"), label("role", "dictionary", "en"))
    return [
        ("foaf:page", Node(("foaf:Document",), words, places.file(dataset.id, release.version, file.name)))
        for file in dictionaries
    ]


def _distribution(dataset: Dataset, release: Release, file: Resource, places: Addresses) -> Node:
    facts: Facts = [
        *_file_words(dataset, file),
        ("dcat:accessURL", Iri(places.page(dataset.id))),
        *_download(dataset, release, file, places),
        ("dct:format", vocabulary.file_type(file)),
        ("dcat:mediaType", vocabulary.media_type(file)),
        ("dcat:byteSize", Literal(str(file.size), datatype="xsd:nonNegativeInteger")),
        ("spdx:checksum", _checksum(file.sha256)),
        ("dct:license", vocabulary.licence(dataset)),
        ("dct:rights", _rights(dataset)),
        ("dcatap:availability", _AVAILABLE),
        *(("dct:language", language) for language in vocabulary.languages()),
        ("dct:issued", _moment(release.as_of)),
        ("dct:modified", _moment(release.as_of)),
    ]
    if file.format == "jsonl":
        facts.append(("dct:conformsTo", Node(("dct:Standard",), _titles("JSON Lines", "JSON Lines"), _JSON_LINES)))
    return Node(("dcat:Distribution",), tuple(facts), f"{places.version(dataset.id, release.version)}#{file.name}")


def _titles(zh: str, en: str) -> tuple[tuple[str, Value], ...]:
    """A title in both languages."""
    return tuple(both("dct:title", zh, en))


def _file_words(dataset: Dataset, file: Resource) -> Facts:
    form, part = format_of(file.format), f" {file.part}" if file.part > 1 else ""
    return [
        *both("dct:title", f"{dataset.zh}（{form.zh}{part}）", f"{dataset.en} ({form.en}{part})"),
        *both("dct:description", f"{file.name}，{file.rows} 行", f"{file.name}, {file.rows} rows"),
    ]


def _download(dataset: Dataset, release: Release, file: Resource, places: Addresses) -> Facts:
    if not dataset.is_open:
        return []
    return [("dcat:downloadURL", Iri(places.file(dataset.id, release.version, file.name)))]


def _checksum(sha256: str) -> Node:
    return Node(
        ("spdx:Checksum",),
        (("spdx:algorithm", _SHA256), ("spdx:checksumValue", Literal(sha256, datatype="xsd:hexBinary"))),
    )


def _rights(dataset: Dataset) -> Node:
    zh = dataset.conditions_zh or label("audience", dataset.audience.value, "zh")
    en = dataset.conditions_en or label("audience", dataset.audience.value, "en")
    return Node(("dct:RightsStatement",), tuple(both("rdfs:label", zh, en)))


def _publisher(publisher: Publisher) -> Node:
    facts: Facts = [
        *both("foaf:name", publisher.zh, publisher.en),
        ("dct:type", _REGIONAL),
        ("dct:identifier", Literal(publisher.uscc)),
        ("foaf:homepage", Iri(publisher.url)),
        ("foaf:mbox", Iri(f"mailto:{publisher.email}")),
    ]
    return Node(("foaf:Agent",), tuple(facts), f"{publisher.url}#publisher")


def _unnamed(places: Addresses) -> Node:
    """The publisher of a catalogue that shows nothing yet."""
    words = tables()["page"]["site"]
    facts: Facts = [*both("foaf:name", words["zh"], words["en"]), ("dct:type", _REGIONAL)]
    return Node(("foaf:Agent",), tuple(facts), f"{places.base}#publisher")


def _contact(publisher: Publisher) -> Node:
    facts: Facts = [
        *both("vcard:fn", publisher.zh, publisher.en),
        ("vcard:hasEmail", Iri(f"mailto:{publisher.email}")),
        ("vcard:hasTelephone", Iri(f"tel:{publisher.phone.replace(' ', '')}")),
        ("vcard:hasURL", Iri(publisher.url)),
    ]
    return Node(("vcard:Organization",), tuple(facts))


def _period(dataset: Dataset, release: Release) -> Node:
    """Up to when the records were read; from when on, only where the declaration says so (``covers_from``).

    Without a beginning it is left untyped: the profile recommends that a ``dct:PeriodOfTime`` has both ends.
    """
    end = ("dcat:endDate", Literal(release.as_of.date().isoformat(), datatype="xsd:date"))
    start = dataset.options.get("covers_from")
    if not start:
        return Node((), (end,))
    first = start.isoformat() if isinstance(start, date) else str(start)
    return Node(("dct:PeriodOfTime",), (("dcat:startDate", Literal(first, datatype="xsd:date")), end))


def _standard(dataset: Dataset) -> Node:
    standard = dataset.standard
    facts: Facts = [
        *both("dct:title", f"{standard.no} {standard.zh}", f"{standard.no} {standard.en}"),
        ("dct:identifier", Literal(standard.no)),
    ]
    return Node(("dct:Standard",), tuple(facts), f"urn:quality-open-data:standard:{standard.no}")


def _provenance(dataset: Dataset, release: Release) -> Node:
    proof = release.provenance
    digests = f"code {proof.code}; declaration {proof.declaration}; policy {proof.policy}; input {proof.input}"
    zh = f"由{dataset.publisher.zh}业务记录经检查、脱敏和标识后生成（SHA-256：{digests}）。"
    en = f"Made from the records of {dataset.publisher.en} by checking, treating and marking them (SHA-256: {digests})."
    return Node(("dct:ProvenanceStatement",), tuple(both("rdfs:label", zh, en)))


def _version_notes(release: Release) -> Facts:
    c = release.changes
    return both(
        "adms:versionNotes",
        f"新增 {c.added} 条，更正 {c.corrected} 条，撤回 {c.withdrawn} 条",
        f"{c.added} added, {c.corrected} corrected, {c.withdrawn} withdrawn",
    )


def _document(iri: str) -> Node:
    return Node(("foaf:Document",), (), iri)


def _moment(at: datetime) -> Literal:
    return Literal(at.isoformat(), datatype="xsd:dateTime")
