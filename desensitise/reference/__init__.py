"""Slow, obvious twins of all treatments: one value in, one value out. Property tests hold both equal."""

from desensitise.reference.keyed import KEYED_REFERENCE
from desensitise.reference.plain import REFERENCE, Cell

__all__ = ["KEYED_REFERENCE", "REFERENCE", "Cell"]
