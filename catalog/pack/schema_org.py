"""A dataset in the words of schema.org, for search engines that read a page's JSON-LD.

Properties are those of https://schema.org/Dataset and https://schema.org/DataDownload that Google Dataset Search
reads. A dataset that is not open has no distribution: its page tells the conditions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from catalog.codes import region_name
from catalog.datasets.licences import LICENCES
from catalog.folder.words import tables
from catalog.model import Column, Dataset, Publisher
from catalog.pack.addresses import Addresses
from catalog.release import Release, Resource, Role

Facts = dict[str, Any]


def schema_org(dataset: Dataset, release: Release, places: Addresses) -> str:
    """JSON-LD of a ``schema.org/Dataset`` with its data files as distributions; equal inputs give equal texts."""
    terms = LICENCES.get(dataset.licence)
    facts: Facts = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": places.dataset(dataset.id),
        "url": places.page(dataset.id),
        "identifier": dataset.id,
        "name": dataset.zh,
        "alternateName": dataset.en,
        "description": f"{dataset.description_zh}\n\n{dataset.description_en}",
        "keywords": [*dataset.keywords_zh, *dataset.keywords_en],
        "inLanguage": ["zh-CN", "en"],
        "version": str(release.version),
        "datePublished": release.as_of.isoformat(),
        "dateModified": release.as_of.isoformat(),
        "isAccessibleForFree": dataset.is_open,
        "license": terms.url if terms and terms.url else places.page(dataset.id),
        "conditionsOfAccess": " / ".join(text for text in (dataset.conditions_zh, dataset.conditions_en) if text),
        "publisher": _bureau(dataset.publisher),
        "creator": {"@id": _name(dataset.publisher)},
        "spatialCoverage": _region(dataset.publisher.region),
        "temporalCoverage": f"{dataset.options.get('covers_from') or '..'}/{release.as_of.date().isoformat()}",
        "variableMeasured": [_variable(column) for column in dataset.columns],
        "includedInDataCatalog": {
            "@type": "DataCatalog",
            "name": tables()["page"]["site"]["zh"],
            "url": places.base,
        },
        "distribution": _files(dataset, release, places),
    }
    return json.dumps(_given(facts), ensure_ascii=False, separators=(",", ":"))


def _files(dataset: Dataset, release: Release, places: Addresses) -> list[Facts]:
    if not dataset.is_open:
        return []
    return [_file(release, file, places) for file in release.resources if file.role is Role.DATA]


def _file(release: Release, file: Resource, places: Addresses) -> Facts:
    return {
        "@type": "DataDownload",
        "name": file.name,
        "contentUrl": places.file(release.dataset, release.version, file.name),
        "encodingFormat": file.media_type,
        "contentSize": f"{file.size} B",
        "sha256": file.sha256,
        "dateModified": release.as_of.isoformat(),
    }


def _bureau(publisher: Publisher) -> Facts:
    contact = {
        "@type": "ContactPoint",
        "contactType": "customer service",
        "email": publisher.email,
        "telephone": publisher.phone,
    }
    return {
        "@type": "GovernmentOrganization",
        "@id": _name(publisher),
        "name": publisher.zh,
        "alternateName": publisher.en,
        "identifier": publisher.uscc,
        "url": publisher.url,
        "contactPoint": contact,
    }


def _name(publisher: Publisher) -> str:
    return f"{publisher.url}#publisher"


def _region(code: str) -> Facts:
    return {"@type": "Place", "name": region_name(code) or code, "identifier": f"GB/T 2260 {code}"}


def _variable(column: Column) -> Facts:
    return {"@type": "PropertyValue", "name": column.name, "alternateName": f"{column.zh} / {column.en}"}


def _given(facts: Mapping[str, Any]) -> Facts:
    """Without what is not known: an empty text or list says something else."""
    return {key: value for key, value in facts.items() if value not in ("", [])}
