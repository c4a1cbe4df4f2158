"""Where CKAN shows datasets and gives their files; known before anything is sent, for descriptions of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from catalog.ckan.names import resource_id
from catalog.pack.addresses import Addresses


@dataclass(frozen=True, slots=True)
class CkanAddresses(Addresses):
    """Addresses below the root of a CKAN."""

    def dataset(self, dataset_id: str) -> str:
        return f"{self.base}dataset/{quote(dataset_id)}"

    def page(self, dataset_id: str) -> str:
        return self.dataset(dataset_id)

    def version(self, dataset_id: str, version: int) -> str:
        return f"{self.dataset(dataset_id)}?version={version}"

    def file(self, dataset_id: str, version: int, name: str) -> str:
        id_ = resource_id(dataset_id, version, name)
        return f"{self.dataset(dataset_id)}/resource/{id_}/download/{quote(name)}"
