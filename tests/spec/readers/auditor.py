"""审计员 The auditor: sees what happened, exports the evidence, and changes or takes nothing."""

from __future__ import annotations

from tests.readers_world import Asks

ANSWERS = (
    Asks("sees every case", "/cases", 200),
    Asks("exports the evidence of one", "/cases/{case_no}/file", 200),
    Asks("opens none", "/cases", 403, "not-permitted", method="POST", body={"party": "x" * 18}),
    Asks("closes none", "/cases/{case_no}/finding", 403, "not-permitted", method="POST", body={"finding": "x"}),
    Asks("sees the bureau's own uses", "/uses", 200),
    Asks(
        "suspends nobody", "/parties/{institute}/suspension", 403, "not-permitted", method="POST", body={"reason": "x"}
    ),
    Asks("takes no records", "/datasets/licences/records?{why}", 403, "refused", "SM07"),
    Asks("takes none from a register", "/registers/licences/records/{licence}?{why}", 403, "refused", "SM07"),
    Asks("authorises nothing", "/tickets/{ticket}/authorisation", 403, "not-permitted", method="POST"),
    Asks("asks nothing of the negative list", "/negative-list?code=6901234567892", 403, "refused", "SM07"),
    Asks(
        "answers no feedback",
        "/feedback/K000001/answer",
        403,
        "not-permitted",
        method="POST",
        body={"outcome": "accepted", "subject": "x", "answer": "x"},
    ),
    Asks("proves an entry of the ledger", "/ledger/checkpoint", 200),
)
