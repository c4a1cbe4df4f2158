"""Where a release and its parts are found on the web. The folder portal lays its files out in the same way."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from catalog.model import Dataset


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses below ``base``, the root of the portal, which ends with a slash."""

    base: str

    @classmethod
    def of(cls, base_url: str, dataset: Dataset | None = None) -> Addresses:
        """Below ``base_url``; without one, below the publisher's own site, so that addresses are never relative."""
        base = base_url or (dataset.publisher.url if dataset else "") or "https://data.invalid/"
        return cls(quote(base.rstrip("/"), safe=":/?#[]@!$&'()*+,;=%~") + "/")

    def dataset(self, dataset_id: str) -> str:
        """What the dataset is called, whatever its version."""
        return f"{self.base}datasets/{quote(dataset_id)}/"

    def page(self, dataset_id: str) -> str:
        """The page a person reads."""
        return f"{self.dataset(dataset_id)}index.html"

    def version(self, dataset_id: str, version: int) -> str:
        """What one release of the dataset is called; its files lie below."""
        return f"{self.dataset(dataset_id)}v{version}/"

    def file(self, dataset_id: str, version: int, name: str) -> str:
        return f"{self.version(dataset_id, version)}{quote(name)}"
