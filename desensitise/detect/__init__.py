"""Finding personal information in Chinese text and tables.

``find`` and ``redact`` work on texts, ``scan_column`` on whole columns. ``desensitise.detect.presidio`` offers the
same as a Presidio recogniser.
"""

from __future__ import annotations

from desensitise.detect.columns import scan_column
from desensitise.detect.scanner import find, redact
from desensitise.detect.spans import PERSONAL, PLACEHOLDER, Kind, Mode, Span

__all__ = ["PERSONAL", "PLACEHOLDER", "Kind", "Mode", "Span", "find", "redact", "scan_column"]
