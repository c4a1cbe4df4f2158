"""The catalogue's machine-readable description, made from declarations and releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.pack.dcat import catalog_dcat
from catalog.portal import Edition


def describe_catalogue(editions: Sequence[Edition], base_url: str) -> Mapping[str, bytes]:
    """``catalog.jsonld`` and ``catalog.ttl`` (DCAT-AP 3.0.1) of everything the portal shows."""
    jsonld, turtle = catalog_dcat([(edition.dataset, edition.release) for edition in editions], base_url)
    return {"catalog.jsonld": jsonld.encode(), "catalog.ttl": turtle.encode()}


def describe_ckan(editions: Sequence[Edition], url: str) -> Mapping[str, bytes]:
    """The same files with the addresses that CKAN gives to pages and files."""
    from catalog.ckan.places import CkanAddresses

    shown = [(edition.dataset, edition.release) for edition in editions]
    jsonld, turtle = catalog_dcat(shown, url, CkanAddresses(url))
    return {"catalog.jsonld": jsonld.encode(), "catalog.ttl": turtle.encode()}
