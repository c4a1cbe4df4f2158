"""The digest of the code that runs, so that every run and release names what made it."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

PACKAGES = ("catalog", "exporters", "desensitise", "agreements", "hub")


@cache
def code_digest() -> str:
    """SHA-256 over every Python and TOML file of the five packages, by relative path and content."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                digest.update(str(path.relative_to(root)).encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
