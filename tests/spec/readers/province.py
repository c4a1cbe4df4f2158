"""外省监管部门 Another province's regulator: risk records and trace flow for joint supervision, one field by ticket."""

from __future__ import annotations

from tests.readers_world import NOTICE, Asks

ANSWERS = (
    Asks(
        "reads risk records for joint supervision",
        "/datasets/risk_monitoring/records?{joint}&limit=3",
        200,
        clause="SM04",
        rows=3,
    ),
    Asks("states that purpose", "/datasets/risk_monitoring/records?{why}", 403, "refused", "SM04"),
    Asks("finds no licence of this province", "/datasets/licences/records?{why}", 200, clause="SM03", most=0),
    Asks("nor one from the register", "/registers/licences/records/{licence}?{why}", 403, "refused", "SM03"),
    Asks(
        "sees the flow of a code that its case names",
        "/registers/traceability/records?key=trace_code&value={code}&{joint_case}",
        200,
        clause="SM05",
        rows=1,
    ),
    Asks(
        "not without a case number",
        "/registers/traceability/records?key=trace_code&value={code}&{joint}",
        403,
        "refused",
        "SM05",
    ),
    Asks("not of all codes", "/registers/traceability/records?{joint_case}", 403, "refused", "SM05"),
    Asks(
        "reads the phone that its owner opened",
        "/registers/licences/records/{licence}?fields=applicant_contact_phone&{case}",
        200,
        clause="SM06",
        rows=1,
    ),
    Asks(
        "for the case of the ticket only",
        "/registers/licences/records/{licence}?fields=applicant_contact_phone&{joint}",
        403,
        "refused",
        "SM06",
    ),
    Asks(
        "no other field",
        "/registers/licences/records/{licence}?fields=applicant_contact_name&{case}",
        403,
        "refused",
        "SM06",
    ),
    Asks(
        "no other record",
        "/registers/licences/records/{other_licence}?fields=applicant_contact_phone&{case}",
        403,
        "refused",
        "SM06",
    ),
    Asks("sees what was answered by its ticket", "/tickets/{ticket}/answers", 200),
    Asks("gets no spot checks of this province", "/datasets/spot_checks/records?{why}", 403, "refused", "SM01"),
    Asks("takes the negative list", "/negative-list/feed", 200),
    Asks("issues no notice for this province", "/notices/drafts", 403, "refused", "SM12", method="POST", body=NOTICE),
)
