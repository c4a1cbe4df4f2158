"""Names of the grammars and check-digit rules that a field may ask for with ``check``.

``catalog.identifiers`` implements each of them. A value that fails its check is flagged and kept: real registers hold
codes with wrong check digits and regions that have since been renamed.
"""

from __future__ import annotations

from typing import Final

CHECKS: Final = frozenset(
    {
        "ccc_no",
        "cma_no",
        "date_or_batch",
        "document_no",
        "duration",
        "economic_type",
        "email",
        "gtin",
        "id_card",
        "industry",
        "interval",
        "licence_no",
        "region",
        "standard_no",
        "telephone",
        "trace_code",
        "uscc",
    }
)
