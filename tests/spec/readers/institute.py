"""科研机构 A research institute: aggregates under a signed agreement, for research, within what was signed."""

from __future__ import annotations

from tests.readers_world import Asks

ANSWERS = (
    Asks(
        "takes the statistics that the agreement names",
        "/datasets/statistics/records?{research}",
        200,
        clause="SM11",
        rows=1,
    ),
    Asks("for research only", "/datasets/statistics/records?purpose=commercial", 403, "refused", "SM11"),
    Asks(
        "and no column that was not signed",
        "/datasets/statistics/records?{research}&fields=batches",
        403,
        "refused",
        "SM11",
    ),
    Asks(
        "filters by no column it may not see", "/datasets/statistics/records?{research}&batches=1", 422, "unprocessable"
    ),
    Asks("gets no records of licences", "/datasets/licences/records?{research}", 403, "refused"),
    Asks("gets no risk records", "/datasets/risk_monitoring/records?{joint}", 403, "refused"),
    Asks("gets open data like everybody", "/datasets/grading/records?limit=2", 200, clause="SM08", rows=2),
    Asks("asks nothing of the negative list", "/negative-list?code=6901234567892", 403, "refused"),
    Asks("is no agent of its party", "/agreements/{agreement}", 403, "not-permitted"),
)


AGENT = (
    Asks("its agent reads the agreement", "/agreements/{agreement}", 200),
    Asks("takes it as a file with both signatures", "/agreements/{agreement}/files/json", 200),
    Asks("sees what was taken", "/uses", 200),
    Asks("sees the grants", "/grants", 200),
    Asks("sees what the institute is suspected of", "/cases/{case_no}", 200),
    Asks("answers to it", "/cases/{case_no}/remarks", 201, method="POST", body={"text": "仅用于本项目"}),
    Asks("exports no case", "/cases/{case_no}/file", 403, "not-permitted"),
    Asks("takes no data as an agent", "/datasets/statistics/records?{research}", 403, "refused", "SM07"),
)
