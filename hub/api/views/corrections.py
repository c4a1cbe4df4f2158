"""Corrections asked of a source bureau: each regulator sees the faults of its own records, and no value of them."""

from __future__ import annotations

from typing import Any, Final

from agreements.model import PartyKind, Standing
from agreements.permissions import Permission
from catalog.errors import OutOfStep
from hub.api.guard.asking import needs
from hub.api.process.context import here
from hub.api.shapes.quality import CorrectionsQuery, CorrectionsShape
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.rules import data_quality

routes = Routes("data-quality", "Data quality 数据质量", "/api/v1/data-quality")
_PAGE: Final = 500


@routes.route("/corrections", CorrectionsShape, query=CorrectionsQuery, problems=(404,))
def corrections(asked: dict[str, int]) -> dict[str, Any]:
    """Faults of the caller's own records, those for which rules wait first; five hundred records a page."""
    who: Standing = needs(Permission.RECORD_QUERY)
    if who.party is None or PartyKind.REGULATOR not in who.party.kinds:
        raise Refused("not-permitted", "Corrections go back to regulators that deliver records.")
    try:
        kept = data_quality.kept(here().parts)
    except OutOfStep:
        raise Refused("not-found", "Data quality was not kept yet.") from None
    rows = data_quality.corrections(kept, who.uscc)
    page = rows.slice(asked["start"], _PAGE)
    told = [
        {**row, "faults": row["faults"].split(";"), "rules": [one for one in row["rules"].split(";") if one]}
        for row in page.iter_rows(named=True)
    ]
    return {"run": kept.number, "bureau": who.uscc, "total": rows.height, "records": told}
