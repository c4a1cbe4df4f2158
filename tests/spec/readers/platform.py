"""电商平台 A trading platform: the negative list by feed and by question, open data, and nothing that agencies share."""

from __future__ import annotations

from tests.readers_world import NOTICE, Asks

ANSWERS = (
    Asks("takes the whole negative list", "/negative-list/feed", 200),
    Asks("takes its changes", "/negative-list/feed?since=1", 200),
    Asks("asks about one product", "/negative-list?code=6901234567892", 200, clause="SM16"),
    Asks(
        "asks about its goods",
        "/negative-list",
        200,
        clause="SM16",
        method="POST",
        body={"questions": [{"code": "6901234567892"}]},
    ),
    Asks(
        "gets grading results like everybody",
        "/datasets/grading/records?purpose=commercial&limit=2",
        200,
        clause="SM08",
        rows=2,
    ),
    Asks("gets no risk records", "/datasets/risk_monitoring/records?{joint}", 403, "refused"),
    Asks("gets no statistics", "/datasets/statistics/records?{research}", 403, "refused"),
    Asks("gets no licences", "/registers/licences/records/{licence}?{why}", 403, "refused"),
    Asks("gets no flow", "/registers/traceability/records?key=trace_code&value={code}&{joint_case}", 403, "refused"),
    Asks("reads no other party's ticket", "/tickets/{ticket}/answers", 404, "not-found"),
    Asks("issues no notice", "/notices/drafts", 403, "refused", method="POST", body=NOTICE),
)
