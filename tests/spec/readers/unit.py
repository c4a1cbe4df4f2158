"""生产销售单位 A producer: its own base record and what is told of it, the tickets on its data, and the negative list."""

from __future__ import annotations

from tests.readers_world import NOTICE, Asks

ANSWERS = (
    Asks("finds its own base record", "/registers/enterprises/records?purpose=own", 200, clause="SM02", rows=1),
    Asks("reads it whole", "/registers/enterprises/records/{base}", 200, clause="SM02", rows=1),
    Asks("reads no other unit's", "/registers/enterprises/records/{other_base}", 403, "refused", "SM06"),
    Asks(
        "has it corrected by its bureau",
        "/registers/enterprises/records/{base}/corrections",
        201,
        method="POST",
        body={"values": {"contact_phone": "0531-0000000"}, "text": "已变更"},
    ),
    Asks(
        "has no other unit's corrected",
        "/registers/enterprises/records/{other_base}/corrections",
        403,
        "refused",
        "SM06",
        method="POST",
        body={"values": {"contact_phone": "1"}, "text": "x"},
    ),
    Asks("sees its correction on the way", "/feedback", 200),
    Asks("sees who asked for its data, and why", "/tickets/{ticket}", 200),
    Asks("sees every answer that was given", "/tickets/{ticket}/answers", 200),
    Asks("asks whether goods may be sold", "/negative-list?code=6901234567892", 200, clause="SM16"),
    Asks("takes no feed of the list", "/negative-list/feed", 403, "refused"),
    Asks("gets no licences of others", "/datasets/licences/records?{why}", 403, "refused"),
    Asks(
        "gets no flow of goods",
        "/registers/traceability/records?key=trace_code&value={code}&{joint_case}",
        403,
        "refused",
    ),
    Asks("issues no notice", "/notices/drafts", 403, "refused", method="POST", body=NOTICE),
)
