"""省局 The bureau that runs the hub: everything of its own territory by clause; its operators handle, two at a time."""

from __future__ import annotations

from tests.readers_world import NOTICE, Asks

ANSWERS = (
    Asks("reads spot checks of its territory", "/datasets/spot_checks/records?{why}&limit=2", 200, clause="SM01"),
    Asks("reads licences of its province", "/datasets/licences/records?{why}&limit=2", 200, clause="SM03", rows=2),
    Asks(
        "asks for one licence as it stands", "/registers/licences/records/{licence}?{why}", 200, clause="SM03", rows=1
    ),
    Asks(
        "asks for one unit of its territory",
        "/registers/enterprises/records?key=uscc&value={unit}&{why}",
        200,
        clause="SM02",
        rows=1,
    ),
    Asks(
        "gets no protected field without the owner",
        "/registers/licences/records/{licence}?fields=applicant_contact_phone&{case}",
        403,
        "refused",
        "SM06",
    ),
    Asks(
        "corrects nobody's record",
        "/registers/enterprises/records/{base}/corrections",
        403,
        "refused",
        method="POST",
        body={"values": {"contact_phone": "1"}, "text": "x"},
    ),
    Asks("looks goods up", "/negative-list?code=6901234567892", 200, clause="SM16"),
    Asks("handles no case without the role", "/cases", 403, "not-permitted", method="POST", body={"party": "x" * 18}),
)


OPERATOR = (
    Asks("its operator sees every case", "/cases/{case_no}", 200),
    Asks(
        "does not close what the same person opened",
        "/cases/{case_no}/finding",
        403,
        "not-permitted",
        method="POST",
        body={"finding": "无"},
    ),
    Asks("exports the evidence", "/cases/{case_no}/file", 200),
    Asks("reads the feedback that waits", "/feedback", 200),
    Asks("takes no data as an operator", "/datasets/licences/records?{why}", 403, "refused", "SM07"),
    Asks(
        "suspends nobody without a reason",
        "/parties/{institute}/suspension",
        422,
        "unprocessable",
        method="POST",
        body={"reason": ""},
    ),
    Asks("drafts a notice for its territory", "/notices/drafts", 201, method="POST", body=NOTICE),
)
