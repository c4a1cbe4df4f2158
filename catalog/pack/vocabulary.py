"""Codes of the hub in the words of the vocabularies that DCAT-AP names (EU Vocabularies, IANA, ADMS)."""

from __future__ import annotations

from catalog.codes import region_name
from catalog.datasets.licences import LICENCES
from catalog.formats.table import format_of
from catalog.model import Audience, Dataset
from catalog.pack.graph import Iri, Literal, Node, both
from catalog.release import Resource

EU = "http://publications.europa.eu/resource/authority"
THEMES = f"{EU}/data-theme"

_FREQUENCIES = {
    "PT1H": "HOURLY",
    "P1D": "DAILY",
    "P7D": "WEEKLY",
    "P1W": "WEEKLY",
    "P14D": "BIWEEKLY",
    "P2W": "BIWEEKLY",
    "P1M": "MONTHLY",
    "P2M": "BIMONTHLY",
    "P3M": "QUARTERLY",
    "P6M": "ANNUAL_2",
    "P12M": "ANNUAL",
    "P1Y": "ANNUAL",
    "P2Y": "BIENNIAL",
}
_ACCESS = {Audience.PUBLIC: "PUBLIC", Audience.INSTITUTES: "RESTRICTED", Audience.REGULATORS: "RESTRICTED"}
_LICENCE_TYPES = {"CC0-1.0": "PublicDomain", "CC-BY-4.0": "Attribution", "ODC-By-1.0": "Attribution"}
_REGIONS = "urn:quality-open-data:gbt2260"
_IANA = "https://www.iana.org/assignments/media-types"


def frequency(dataset: Dataset) -> Iri:
    """How often the dataset is renewed."""
    return Iri(f"{EU}/frequency/{_FREQUENCIES.get(dataset.frequency, 'OTHER')}")


def access_right(dataset: Dataset) -> Iri:
    """Who may have the dataset."""
    return Iri(f"{EU}/access-right/{_ACCESS.get(dataset.audience, 'NON_PUBLIC')}")


def languages() -> list[Iri]:
    """Names and descriptions are in both languages, values in Chinese."""
    return [Iri(f"{EU}/language/ZHO"), Iri(f"{EU}/language/ENG")]


def themes() -> list[Iri]:
    """All datasets here are the work of market regulators: government, and economy."""
    return [Iri(f"{THEMES}/GOVE"), Iri(f"{THEMES}/ECON")]


def file_type(resource: Resource) -> Iri:
    """The format of a data file."""
    return Iri(f"{EU}/file-type/{format_of(resource.format).file_type}")


def media_type(resource: Resource) -> Iri:
    """The media type of a data file, as IANA registers it."""
    return Iri(f"{_IANA}/{format_of(resource.format).registered}")


def licence(dataset: Dataset) -> Node:
    """The dataset's licence, or the terms that stand in its place."""
    terms = LICENCES[dataset.licence]
    kind = _LICENCE_TYPES.get(terms.id, "OtherRestrictiveClauses")
    facts = both("dct:title", terms.zh, terms.en)
    return Node(
        ("dct:LicenseDocument",),
        (("dct:type", Iri(f"http://purl.org/adms/licencetype/{kind}")), *facts),
        terms.url or f"urn:quality-open-data:terms:{terms.id}",
    )


def region(code: str) -> Node:
    """An area of GB/T 2260. It has no coordinates here, so it is told as the code that it is, not as a location."""
    name = region_name(code) or code
    return Node(
        ("skos:Concept",),
        (
            ("skos:prefLabel", Literal(name, "zh")),
            ("skos:notation", Literal(code)),
            ("skos:inScheme", Iri(_REGIONS)),
        ),
        f"{_REGIONS}:{code}",
    )
