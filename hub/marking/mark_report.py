"""The report of an identification: signed, and checkable by anyone with the hub's public key, without the hub.

The signature is a signed note over the SHA-256 of the report's canonical JSON. For each named copy the report brings
the ledger's proof that the copy was registered before it left.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from hashlib import sha256
from math import exp, log
from pathlib import Path
from typing import Any

from catalog.errors import ProofError
from catalog.model import Dataset
from desensitise.mark.verdict import Named
from hub.clock import stamp
from hub.db.engine import reading
from hub.ledger.note import open_note, read_vkey
from hub.ledger.store import canonical, proof_json
from hub.ledger.verify import check_proof
from hub.marking.copies import comes_out_again
from hub.marking.identify import Finding, Stamp, Weighed
from hub.parts import Parts

FORMAT = "quality-open-data-hub/mark-report/v1"
_TODO = "Ask the bureau for the report again."
_LIMIT = (
    "只保留经规范化、排序后的相同事实者不留标识，此时结论为“证据不足”；误判上界以密钥仅由本平台掌握为前提；"
    "所指认的是副本来源，由谁传出须另行查证。 "
    "Whoever keeps only sorted, canonical, identical facts keeps no mark; then the answer is 'not enough evidence'. "
    "The bound holds for keys that only the hub knows. A named grant's copy was the source; who passed it on is for "
    "people to find out."
)


def report_of(finding: Finding, parts: Parts, declared: Iterable[Dataset] = ()) -> dict[str, Any]:
    """The report and its note, ready for JSON. Copies of ``declared`` datasets are made anew and compared."""
    known = {one.id: one for one in declared}
    first, *others = (_answer(one, parts, known.get(one.dataset)) for one in finding.weighed)
    body = {
        "format": FORMAT,
        "at": stamp(parts.clock.now()),
        "by": parts.operator,
        "files": finding.files,
        "unread": list(finding.unread),
        "stamped": [_stamp(one) for one in finding.stamped],
        "versions_tried": finding.versions_tried,
        **first,
        "also": others,
        "limit": _LIMIT,
    }
    body = json.loads(json.dumps(body))
    return {"report": body, "note": parts.signer.sign(_signed_text(body)), "vkey": parts.signer.vkey}


def answers(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The answers of a report: what stands in its body, then those about other datasets or versions."""
    return [body, *body.get("also", ())]


def _answer(one: Weighed, parts: Parts, dataset: Dataset | None) -> dict[str, Any]:
    told = {key: value for key, value in asdict(one.verdict).items() if key != "named"}
    named = [_named(each, one, parts, dataset) for each in one.verdict.named]
    return {"dataset": one.dataset, "version": one.version, "tables_of": list(one.files), **told, "named": named}


def _stamp(one: Stamp) -> dict[str, Any]:
    copy = one.entry.copy if one.entry else None
    return {"file": one.file, "copy": one.number, "genuine": copy is not None, "grant": copy.grant if copy else ""}


def _named(one: Named, weighed: Weighed, parts: Parts, dataset: Dataset | None) -> dict[str, Any]:
    """A named grant with the proofs of its named downloads, or of its first copy where no download is named."""
    mine = [e for e in weighed.entries if e.copy.grant == one.grant]
    mine.sort(key=lambda e: e.copy.version != weighed.version)
    shown = [e for e in mine if e.copy.number in one.downloads] or mine[:1]
    with reading(parts.engine) as connection:
        proofs = [json.loads(proof_json(connection, e.leaf, parts.signer.verifier)) for e in shown[:10]]
    copies = [
        {
            "number": e.copy.number,
            "output": e.output,
            "entry": e.leaf,
            "comes_out_again": comes_out_again(dataset, e.copy.number, parts) if dataset else None,
        }
        for e in shown[:10]
    ]
    return {**asdict(one), "copies": copies, "proofs": proofs}


def _signed_text(body: Mapping[str, Any]) -> str:
    return f"{FORMAT}\n{sha256(canonical(body).encode()).hexdigest()}\n"


def with_pdf(whole: Mapping[str, Any], pdf: bytes, parts: Parts) -> dict[str, Any]:
    """The report with a signature over the PDF that shows it, so that both can be checked."""
    return {**whole, "pdf": parts.signer.sign(_pdf_text(pdf))}


def _pdf_text(pdf: bytes) -> str:
    return f"{FORMAT}/pdf\n{sha256(pdf).hexdigest()}\n"


def check_pdf(path: Path, vkey: str | None) -> dict[str, Any]:
    """The same for the PDF of a report, whose JSON lies beside it under the same name."""
    beside = path.with_suffix(".json")
    if not beside.is_file():
        todo = f"Put {beside.name}, which was written with it, beside it."
        raise ProofError("The JSON of the report is missing.", left="Nothing is proven.", todo=todo)
    body = check_report(beside, vkey)
    whole = json.loads(beside.read_text(encoding="utf-8"))
    note = whole.get("pdf", "")
    if not note:
        todo = f"Check {beside.name} itself."
        raise ProofError("The report does not sign a PDF.", left="Only the JSON is proven.", todo=todo)
    if open_note(note, [read_vkey(whole["vkey"])]) != _pdf_text(path.read_bytes()):
        raise ProofError("The PDF is not the one that was signed.", left="Only the JSON is proven.", todo=_TODO)
    return body


def check_report(path: Path, vkey: str | None) -> dict[str, Any]:
    """The report of a file if its signature, its figures and its proofs hold; ProofError otherwise.

    Without ``vkey`` the report's own key is used: then it is whole, but says nothing of who made it.
    """
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        body, note, key = whole["report"], whole["note"], whole["vkey"]
        told = answers(body)
        held = body["format"] == FORMAT and set(whole) <= {"report", "note", "vkey", "pdf"} and all(map(_holds, told))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise ProofError("The file is no report of an identification.", left="Nothing is proven.", todo=_TODO) from None
    if vkey is not None and vkey.strip() != key:
        raise ProofError("The report was signed with another key.", left="Nothing is proven.", todo=_TODO)
    if open_note(note, [read_vkey(key)]) != _signed_text(body) or not held:
        raise ProofError("The report was changed after it was signed.", left="Nothing is proven.", todo=_TODO)
    for answer in told:
        for one in answer["named"]:
            _check_proofs(one, answer["dataset"], key)
    return dict(body)


def _holds(answer: Mapping[str, Any]) -> bool:
    """Whether an answer's figures follow from each other."""
    named, candidates, threshold = answer["named"], int(answer["candidates"]), float(answer["threshold"])
    bounds = all(
        float(n["ln_e"]) >= threshold and _close(float(n["bound"]), candidates * exp(-min(float(n["ln_e"]), 700.0)))
        for n in named
    )
    expected = log(max(candidates, 1) / float(answer["epsilon"]))
    return bounds and abs(threshold - expected) < 1e-9 and bool(named) == (answer["outcome"] == "named")


def _check_proofs(one: Mapping[str, Any], dataset: str, key: str) -> None:
    """Every copy that the report shows stands in the ledger for this grant, under this number."""
    said = [(copy["number"], copy["entry"]) for copy in one["copies"]]
    proven = []
    for proof in one["proofs"]:
        leaf = check_proof(json.dumps(proof), key)
        if leaf.kind != "mark.entered" or (leaf.data.get("grant"), leaf.data.get("dataset")) != (one["grant"], dataset):
            raise ProofError("A proof of the report is about another copy.", left="Nothing is proven.", todo=_TODO)
        proven.append((leaf.data.get("number"), leaf.seq))
    if proven != said or not proven:
        raise ProofError("The report lacks the proof of a copy.", left="Nothing is proven.", todo=_TODO)


def _close(a: float, b: float) -> bool:
    return a <= b * 1.000001 + 1e-300
