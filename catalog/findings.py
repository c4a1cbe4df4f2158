"""What a look at data found: rules, places and counts, never a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """``count`` cells of ``column`` in ``place`` (a file's name) break ``rule`` (for example ``pi:MOBILE``)."""

    rule: str
    place: str
    column: str
    count: int
    blocks: bool = True


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings of one assessment; ``scanned`` counts the cells that were looked at."""

    items: tuple[Finding, ...]
    scanned: int

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(item for item in self.items if item.blocks)
