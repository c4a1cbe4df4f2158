"""检测机构 A testing body: the spot checks that it tested itself, and nobody else's."""

from __future__ import annotations

from tests.readers_world import Asks

ANSWERS = (
    Asks("reads the records of its own commissions", "/datasets/spot_checks/records?{why}", 200, clause="SM01", rows=1),
    Asks("takes no whole file of them", "/datasets/spot_checks/releases/1/files/spot_checks.csv?{why}", 403, "refused"),
    Asks("gets no licences", "/datasets/licences/records?{why}", 403, "refused"),
    Asks("gets no risk records", "/datasets/risk_monitoring/records?{joint}", 403, "refused"),
    Asks("gets no statistics", "/datasets/statistics/records?{research}", 403, "refused"),
    Asks("asks nothing of the negative list", "/negative-list?code=6901234567892", 403, "refused"),
    Asks(
        "gets no protected field without the owner",
        "/registers/licences/records/{licence}?fields=applicant_contact_phone&{case}",
        403,
        "refused",
        "SM06",
    ),
    Asks("reads open data", "/datasets/grading/records?limit=1", 200, clause="SM08", rows=1),
)
