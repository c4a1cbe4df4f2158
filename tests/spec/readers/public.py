"""公众 The public: open data whole, conditions of the rest, one scan at a time, and a word about what is wrong."""

from __future__ import annotations

from tests.readers_world import NOTICE, Asks

ANSWERS = (
    Asks("sees the open datasets and those with conditions", "/datasets", 200),
    Asks("reads what the columns of an open dataset mean", "/datasets/grading/dictionary", 200),
    Asks("takes a file of open data", "/datasets/grading/releases/1/files/grading.csv", 200),
    Asks("queries grading results", "/datasets/grading/records?limit=5", 200, clause="SM08", rows=5),
    Asks(
        "queries trace information without flow", "/datasets/traceability/records?limit=5", 200, clause="SM09", rows=5
    ),
    Asks("queries rectification outcomes as statistics", "/datasets/rectification/records?limit=5", 200, clause="SM10"),
    Asks("reads the conditions of statistics", "/datasets/statistics", 200),
    Asks("does not get the statistics themselves", "/datasets/statistics/records", 401, "unauthenticated"),
    Asks("is not told that agencies share licences", "/datasets/licences", 404, "not-found"),
    Asks("nor asks for their records", "/datasets/licences/records?{why}", 404, "not-found"),
    Asks("scans one product", "/trace?code={code}", 200, clause="SM09"),
    Asks("asks no register", "/registers/enterprises/records", 401, "unauthenticated"),
    Asks("asks nothing of the negative list", "/negative-list?code=6901234567892", 401, "unauthenticated"),
    Asks("reads consumer and risk notices", "/notices", 200),
    Asks("drafts none", "/notices/drafts", 401, "unauthenticated", method="POST", body=NOTICE),
    Asks("checks the ledger's head", "/ledger/checkpoint", 200),
    Asks("reads the corrections of others", "/corrections", 200),
    Asks("raises a correction", "/corrections", 201, method="POST", body={"dataset": "grading", "text": "等级有误"}),
    Asks("asks for data that is not open", "/demands", 201, method="POST", body={"text": "希望开放纤维质量数据"}),
    Asks("sees no uses, cases or agreements", "/cases", 401, "unauthenticated"),
)
