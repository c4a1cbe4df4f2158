"""``datapackage.json``: the release as a Frictionless Data Package, with the Table Schema of its rows."""

from __future__ import annotations

import json
from typing import Any

from catalog.datasets.licences import LICENCES
from catalog.derive import dictionary
from catalog.derive.table_schema import table_schema
from catalog.model import Dataset
from catalog.pack.addresses import Addresses
from catalog.release import Release, Resource, Role

NAME = "datapackage.json"


def datapackage(dataset: Dataset, release: Release, base_url: str) -> str:
    """The package's text; equal releases give equal text."""
    places = Addresses.of(base_url, dataset)
    body = {
        "profile": "data-package",
        "name": dataset.id.lower(),
        "id": places.version(dataset.id, release.version),
        "title": f"{dataset.zh} / {dataset.en}",
        "description": f"{dataset.description_zh}\n\n{dataset.description_en}",
        "homepage": places.page(dataset.id),
        "version": str(release.version),
        "created": release.as_of.isoformat(),
        "keywords": [*dataset.keywords_zh, *dataset.keywords_en],
        "licenses": [_licence(dataset)],
        "contributors": [_contributor(dataset)],
        "sources": [{"title": f"{dataset.publisher.zh} / {dataset.publisher.en}", "path": dataset.publisher.url}],
        "resources": [_resource(dataset, resource) for resource in release.resources],
    }
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def _licence(dataset: Dataset) -> dict[str, str]:
    licence = LICENCES[dataset.licence]
    body = {"name": licence.id, "title": f"{licence.zh} / {licence.en}"}
    return body | ({"path": licence.url} if licence.url else {})


def _contributor(dataset: Dataset) -> dict[str, str]:
    publisher = dataset.publisher
    title = f"{publisher.zh} / {publisher.en}"
    return {"title": title, "path": publisher.url, "email": publisher.email, "role": "publisher"}


def _resource(dataset: Dataset, resource: Resource) -> dict[str, Any]:
    part = f"-{resource.part:03d}" if resource.part > 1 else ""
    is_dictionary = resource.role is Role.DICTIONARY
    body: dict[str, Any] = {
        "name": f"{dataset.id.lower()}-{'dictionary' if is_dictionary else resource.format}{part}",
        "path": resource.name,
        "format": resource.format,
        "mediatype": resource.media_type,
        "bytes": resource.size,
        "hash": f"sha256:{resource.sha256}",
    }
    if resource.format != "csv":
        # Described by their size and hash: readers of these formats know the columns and types from the file.
        return body | {"profile": "data-resource", "type": "file"}
    schema = _dictionary_schema() if is_dictionary else table_schema(dataset)
    return body | {
        "profile": "tabular-data-resource",
        "type": "table",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _dictionary_schema() -> dict[str, Any]:
    fields = [
        {"name": name, "type": "boolean" if name == "required" else "string", "title": f"{zh} / {en}"}
        for name, zh, en in dictionary.HEADINGS
    ]
    return {"fields": fields, "missingValues": [""]}
