"""Editions for portal tests: real small files with true checksums."""

import hashlib
from datetime import UTC, datetime
from types import MappingProxyType

from catalog.portal import Edition
from catalog.release import Changes, Provenance, Release, Resource, Role
from tests.factories import a_dataset

ROWS = (("R-1", "示例电饭锅"), ("R-2", "示例头盔"))
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "txt": "text/plain"}
NOON = datetime(2026, 7, 1, 4, 0, tzinfo=UTC)


def a_csv(rows=ROWS, names=("record_id", "product_name")):
    lines = [",".join(f'"{cell}"' for cell in row) for row in (names, *rows)]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def a_resource(name, body, role=Role.DATA, rows=None):
    form = name.rsplit(".", 1)[-1]
    digest = hashlib.sha256(body).hexdigest()
    return Resource(name, role, form, MEDIA.get(form, "application/octet-stream"), len(body), digest, rows)


def an_edition(folder, version=1, dataset=None, earlier=(), files=None, proof='{"leaf":1}', **changes):
    """An edition whose files are written to ``folder``/<id>-<version>; ``changes`` go to its release."""
    dataset = dataset or a_dataset()
    home = folder / f"{dataset.id}-{version}"
    home.mkdir(parents=True, exist_ok=True)
    bodies = files or {
        f"{dataset.id}.csv": a_csv((*ROWS, (f"R-v{version}", "示例插座"))),
        f"{dataset.id}.jsonl": f'{{"version":{version}}}\n'.encode() * 50,
        "SHA256SUMS.txt": f"sums {version}\n".encode(),
    }
    resources = []
    for name, body in bodies.items():
        (home / name).write_bytes(body)
        is_data = not name.endswith(".txt")
        rows = body.count(b"\n") - 1 if name.endswith(".csv") else 3
        resources.append(a_resource(name, body, Role.DATA if is_data else Role.MANIFEST, rows if is_data else None))
    content = hashlib.sha256(f"{dataset.id} {version}".encode()).hexdigest()
    facts = {
        "dataset": dataset.id,
        "version": version,
        "rows": 3,
        "as_of": NOON.replace(day=version),
        "resources": tuple(resources),
        "changes": Changes(3, version - 1, 0),
        "provenance": Provenance("a" * 64, "b" * 64, "c" * 64, "d" * 64, content),
        "quality": MappingProxyType({"normativity": 100.0, "completeness": 97.25, "accuracy": 99.96}),
        "held_back": MappingProxyType({"quarantined": 2}),
        "mark": f"mark-{version}",
    }
    release = Release(**{**facts, **changes})
    return Edition(dataset, release, home, tuple(earlier), proof)


def publish(portal, edition):
    """The whole way of a release onto a portal."""
    portal.stage(edition)
    portal.verify(edition)
    portal.switch(edition)
    portal.verify(edition)
