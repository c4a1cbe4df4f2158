"""An agreement's file proves itself offline, and no changed, forged, replayed or swapped one passes."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest
from pypdf import PdfReader, PdfWriter

from agreements import concluding, keys, register
from agreements.agreement import Agreement
from agreements.contract import canonical, contract_text, digests
from agreements.envelope import Checked, Envelope, Signed, check_envelope, envelope_json, envelope_of
from agreements.keys import Algorithm, PartyKey
from agreements.model import Party
from catalog.errors import HubError, NotPermitted, OutOfStep, ProofError
from exporters.spreadsheets.timeless import save
from hub.db.engine import connect
from hub.db.migrate import migrate
from hub.papers.agreement_files import WRITERS, verify_file
from tests.exchange_world import HOUSE, INSTITUTE, World, application, private_key, public_key, world

openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing")


@pytest.fixture(scope="module")
def exchange() -> World:
    engine = connect("sqlite:///:memory:")
    migrate(engine)
    return world(engine)


@pytest.fixture(scope="module")
def active(exchange: World) -> Agreement:
    return exchange.active(application(project="=1+1", statement="<b>研究</b> & 分析"))


@pytest.fixture(scope="module")
def envelope(exchange: World, active: Agreement) -> Envelope:
    with exchange.desk() as desk:
        return envelope_of(active, {key.id: key for key in desk.find(PartyKey)})


@pytest.fixture(scope="module")
def checked(envelope: Envelope) -> Checked:
    return check_envelope(envelope)


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_each_kind_of_file_proves_itself(kind: str, checked: Checked, tmp_path: Path) -> None:
    path = tmp_path / f"agreement.{kind}"
    path.write_bytes(WRITERS[kind](checked))
    proven = verify_file(path, {one.key for one in checked.envelope.signatures})
    assert proven.shown == ("only" if kind == "json" else "identical")
    assert proven.checked.body["project"] == "=1+1"
    assert WRITERS[kind](checked) == path.read_bytes()


def test_a_text_like_a_formula_stays_a_text(checked: Checked) -> None:
    book = openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"](checked)))
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds


def _changed(envelope: Envelope, change: Callable[[dict[str, Any]], None]) -> Envelope:
    body = msgspec.json.decode(envelope.text)
    change(body)
    text = canonical(body).decode()
    sha, sm3 = digests(text)
    return msgspec.structs.replace(envelope, text=text, sha256=sha, sm3=sm3)


def _without_recipient(body: dict[str, Any]) -> None:
    body["recipient"]["uscc"] = body["provider"]["uscc"]


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(ends="2037-03-02"),
        lambda body: body.update(quota_rows=0),
        lambda body: body["data"][0].update(fields=[]),
        lambda body: body["terms"]["clause"].pop(1),
        lambda body: body["odrl"]["prohibition"].clear(),
        lambda body: body.update(secret="annex"),
        _without_recipient,
    ],
)
def test_a_changed_text_does_not_pass(envelope: Envelope, change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises(ProofError):
        check_envelope(_changed(envelope, change))


def test_a_text_in_another_spelling_does_not_pass(envelope: Envelope) -> None:
    text = envelope.text.replace('"number":', '"number": ', 1)
    sha, sm3 = digests(text)
    with pytest.raises(ProofError, match="canonical"):
        check_envelope(msgspec.structs.replace(envelope, text=text, sha256=sha, sm3=sm3))


def _resigned(envelope: Envelope, at: int, seed: int, **changed: Any) -> Envelope:
    """Signature ``at`` made anew with the key of ``seed``, over the envelope's text."""
    algorithm, key_id, value = keys.sign(private_key(seed), envelope.text.encode())
    mine = Signed(envelope.signatures[at].party, algorithm, key_id, public_key(seed), value, "2026-03-02T00:00:00Z")
    signatures = list(envelope.signatures)
    signatures[at] = msgspec.structs.replace(mine, **changed)
    return msgspec.structs.replace(envelope, signatures=tuple(signatures))


def test_a_forged_key_is_seen_by_who_knows_the_right_one(envelope: Envelope) -> None:
    forged = _resigned(envelope, 0, 9)
    assert not any(check_envelope(forged).trusted.values())
    with pytest.raises(ProofError, match="not among those you trust"):
        check_envelope(forged, {one.key for one in envelope.signatures})


def test_a_forged_key_under_the_right_key_s_name_does_not_pass(envelope: Envelope) -> None:
    with pytest.raises(ProofError):
        check_envelope(_resigned(envelope, 0, 9, key=envelope.signatures[0].key))


def test_one_key_does_not_sign_for_both(envelope: Envelope) -> None:
    seed = 1 if envelope.signatures[0].party == INSTITUTE else 2
    with pytest.raises(ProofError, match="one key"):
        check_envelope(_resigned(envelope, 0, seed))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_side_signs_exactly_once(envelope: Envelope, count: int) -> None:
    signatures = (*envelope.signatures, envelope.signatures[0])[:count]
    with pytest.raises(ProofError):
        check_envelope(msgspec.structs.replace(envelope, signatures=signatures))


def test_swapped_signatures_do_not_pass(envelope: Envelope) -> None:
    first, second = envelope.signatures
    swapped = (
        msgspec.structs.replace(first, value=second.value),
        msgspec.structs.replace(second, value=first.value),
    )
    with pytest.raises(ProofError, match="does not hold"):
        check_envelope(msgspec.structs.replace(envelope, signatures=swapped))


def test_pages_that_say_something_else_than_the_signed_text_do_not_pass(checked: Checked, tmp_path: Path) -> None:
    other = Checked(checked.envelope, {**checked.body, "ends": "2037-03-02"}, {})
    for kind in ("pdf", "xlsx"):
        path = tmp_path / f"agreement.{kind}"
        path.write_bytes(WRITERS[kind](other))
        with pytest.raises(ProofError, match="shows something else"):
            verify_file(path)


def test_a_file_saved_anew_by_another_tool_still_shows_the_same_text(checked: Checked, tmp_path: Path) -> None:
    path = tmp_path / "agreement.pdf"
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(WRITERS["pdf"](checked))))
    writer.add_metadata({"/Producer": "another"})
    with path.open("wb") as file:
        writer.write(file)
    assert verify_file(path).shown == "same text"
    book = openpyxl.load_workbook(io.BytesIO(WRITERS["xlsx"](checked)))
    book.properties.title = "another"
    workbook = tmp_path / "agreement.xlsx"
    with workbook.open("wb") as file:
        save(book, file)
    assert verify_file(workbook).shown == "same text"


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"%PDF-1.7 nonsense", b"PK\x03\x04", b"\xff\xfe", b'{"format": 1}'])
def test_what_is_no_agreement_is_refused(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(raw)
    with pytest.raises(ProofError):
        verify_file(path)


def test_a_signature_from_another_agreement_does_not_count(exchange: World, active: Agreement) -> None:
    waiting = exchange.approved()
    replayed = next(one for one in active.signatures if one.party == INSTITUTE)
    with pytest.raises(ProofError):
        exchange.do(concluding.sign, exchange.move(waiting.id, "agent"), replayed.key, replayed.value)


def test_another_party_s_key_an_unapproved_and_a_retired_key_do_not_sign(exchange: World) -> None:
    waiting = exchange.approved()

    def signed(seed: int) -> Callable[[], object]:
        _, key_id, value = keys.sign(private_key(seed), waiting.text.encode())
        return lambda: exchange.do(concluding.sign, exchange.move(waiting.id, "agent"), key_id, value)

    with pytest.raises(NotPermitted, match="does not belong"):
        signed(1)()
    exchange.do(register.propose_key, "admin1", INSTITUTE, public_key(6))
    with pytest.raises(OutOfStep, match="may not sign"):
        signed(6)()
    with pytest.raises(NotPermitted, match="does not approve it"):
        exchange.do(register.approve_key, "admin1", keys.read_public(public_key(6))[1])
    rotated = exchange.key(INSTITUTE, 7)
    exchange.do(register.retire_key, "agent", rotated)
    with pytest.raises(OutOfStep, match="may not sign"):
        signed(7)()
    signed(2)()
    with pytest.raises(OutOfStep, match="signed already"):
        signed(2)()


def test_a_text_swapped_in_the_database_is_not_signed(exchange: World) -> None:
    waiting = exchange.approved()
    with exchange.desk() as desk:
        sides = [desk.get(Party, code) for code in (HOUSE, INSTITUTE)]
    assert sides[0] is not None
    assert sides[1] is not None
    text = contract_text(waiting.id, sides[0], sides[1], application(quota_rows=0), "")
    from agreements.desk import Happened

    exchange.do(lambda desk: desk.keep(Happened("test.planted"), replace(waiting, text=text)))
    _, key_id, value = keys.sign(private_key(2), text.encode())
    with pytest.raises(HubError, match="not the one that was approved"):
        exchange.do(concluding.sign, exchange.move(waiting.id, "agent"), key_id, value)


def _run(folder: Path, *command: str) -> str:
    done = subprocess.run(["openssl", *command], cwd=folder, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


SM2 = ("-sm3", "-sigopt", "distid:1234567812345678")


@openssl
def test_openssl_verifies_what_is_signed_here(checked: Checked, tmp_path: Path) -> None:
    (tmp_path / "text").write_text(checked.envelope.text, encoding="utf-8")
    for one in checked.envelope.signatures:
        (tmp_path / "key.pem").write_text(one.public_key)
        (tmp_path / "value").write_bytes(base64.b64decode(one.value))
        told = _run(
            tmp_path, "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "text", "-sigfile", "value"
        )
        assert "Signature Verified Successfully" in told
    told = _run(tmp_path, "dgst", "-sm3", "text")
    assert checked.envelope.sm3 in told


@openssl
def test_sm2_is_understood_by_openssl_and_openssl_by_us(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("数据使用协议", encoding="utf-8")
    for form in ("PKCS #8", "SEC 1"):
        _run(tmp_path, "genpkey", "-algorithm", "SM2", "-out", "key.pem")
        if form == "SEC 1":
            _run(tmp_path, "ec", "-in", "key.pem", "-out", "key.pem")
        _run(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
        public = (tmp_path / "public.pem").read_text()
        algorithm, key_id, value = keys.sign((tmp_path / "key.pem").read_text(), text.read_bytes())
        assert (algorithm, key_id) == (Algorithm.SM2, keys.read_public(public)[1])
        (tmp_path / "value").write_bytes(base64.b64decode(value))
        assert "OK" in _run(tmp_path, "dgst", *SM2, "-verify", "public.pem", "-signature", "value", "text")
        _run(tmp_path, "dgst", *SM2, "-sign", "key.pem", "-out", "theirs", "text")
        theirs = base64.b64encode((tmp_path / "theirs").read_bytes()).decode()
        keys.verify(Algorithm.SM2, public, theirs, text.read_bytes())
        with pytest.raises(ProofError):
            keys.verify(Algorithm.SM2, public, theirs, text.read_bytes() + b" ")


@openssl
def test_an_agreement_is_signed_with_sm2_by_openssl_alone(exchange: World, tmp_path: Path) -> None:
    _run(tmp_path, "genpkey", "-algorithm", "SM2", "-out", "key.pem")
    _run(tmp_path, "pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    proposed = exchange.do(register.propose_key, "admin2", INSTITUTE, (tmp_path / "public.pem").read_text())
    exchange.do(register.approve_key, "admin1", proposed.id)
    waiting = exchange.approved()
    (tmp_path / "text").write_text(waiting.text, encoding="utf-8")
    _run(tmp_path, "dgst", *SM2, "-sign", "key.pem", "-out", "value", "text")
    value = base64.b64encode((tmp_path / "value").read_bytes()).decode()
    exchange.do(concluding.sign, exchange.move(waiting.id, "agent"), proposed.id, value)
    active = exchange.sign(waiting, "op1", 1)
    with exchange.desk() as desk:
        envelope = envelope_of(active, {key.id: key for key in desk.find(PartyKey)})
    assert active.state == "active"
    assert envelope_json(check_envelope(envelope).envelope) == envelope_json(envelope)
