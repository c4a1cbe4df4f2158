from __future__ import annotations

import base64
import stat

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from catalog.errors import ProofError, SettingsError
from hub.ledger.keys import load_signer
from hub.ledger.merkle import EMPTY
from hub.ledger.note import Checkpoint, Signer, open_note, read_checkpoint, read_vkey
from tests.plugins.ports import PATIENCE
from tests.plugins.processes import START, together

# The example of Go's golang.org/x/mod/sumdb/note.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NOTE = (
    TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
PETER = Signer("PeterNeumann", Ed25519PrivateKey.from_private_bytes(SEED))
HUB = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"1" * 32))


def test_the_known_example_is_signed_and_opened_alike():
    assert PETER.vkey == VKEY
    assert PETER.sign(TEXT) == NOTE
    assert open_note(NOTE, [read_vkey(VKEY)]) == TEXT


def test_a_checkpoint_comes_back():
    point = Checkpoint(HUB.name, 0, EMPTY)
    assert read_checkpoint(HUB.sign(point.text), [HUB.verifier]) == point


def test_signatures_of_others_beside_ours_are_passed_over():
    cosigned = NOTE + HUB.sign(TEXT).rpartition("\n\n")[2]
    assert open_note(cosigned, [PETER.verifier]) == TEXT
    assert open_note(cosigned, [HUB.verifier]) == TEXT


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        "\n",
        TEXT,
        NOTE[:-1],
        NOTE.replace("problem", "problems", 1),
        NOTE.replace("— ", "- "),
        NOTE.replace("x08go/", "x08go?"),
        NOTE.replace("JnAM=", "JnAN="),
        NOTE.replace("\n\n", "\n"),
        NOTE + "\n",
        NOTE + "— PeterNeumann\n",
        NOTE.replace("then", "then\r"),
        NOTE + NOTE.rpartition("\n\n")[2] * 200,
        "x" * 70_000 + NOTE,
        NOTE + "— PeterNeumann x08go" + "A" * 84 + "\n",
    ],
)
def test_a_spoilt_note_does_not_open(spoilt):
    with pytest.raises(ProofError):
        open_note(spoilt, [PETER.verifier])


def test_a_note_signed_by_somebody_else_does_not_open():
    with pytest.raises(ProofError, match="trusted key"):
        open_note(NOTE, [HUB.verifier])
    with pytest.raises(ProofError, match="trusted key"):
        open_note(NOTE, [])


def test_a_wrong_signature_of_a_trusted_key_spoils_the_note_even_beside_a_right_one():
    wrong = base64.b64encode(PETER.verifier.key_id + b"\x00" * 64).decode()
    with pytest.raises(ProofError, match="does not hold"):
        open_note(f"{NOTE}— PeterNeumann {wrong}\n", [PETER.verifier])


ROOT = base64.b64encode(EMPTY).decode()


@pytest.mark.parametrize(
    "text",
    [
        f"{HUB.name}\n1\n",
        f"{HUB.name}\n01\n{ROOT}\n",
        f"{HUB.name}\n-1\n{ROOT}\n",
        f"{HUB.name}\n１\n{ROOT}\n",
        f"{HUB.name}\n1\n{ROOT[:-4]}\n",
        f"{HUB.name}\n1\n{ROOT}=\n",
        f"another.example\n1\n{ROOT}\n",
        f"{HUB.name}\n1\n{ROOT}\n\nmore\n",
        TEXT,
    ],
)
def test_a_signed_text_that_is_no_checkpoint_of_ours_is_refused(text):
    with pytest.raises(ProofError):
        read_checkpoint(HUB.sign(text), [HUB.verifier])


def test_extension_lines_are_allowed():
    assert read_checkpoint(HUB.sign(f"{HUB.name}\n7\n{ROOT}\nmore\n"), [HUB.verifier]).size == 7


@pytest.mark.parametrize(
    "text", ["", "a+b", VKEY[:-1], VKEY.replace("c74f20a3", "c74f20a4"), VKEY.replace("+AR", "+AB")]
)
def test_a_wrong_verifier_key_is_refused(text):
    with pytest.raises(ProofError, match="key"):
        read_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n"])
def test_a_name_that_no_note_can_carry_is_refused(name):
    with pytest.raises(ProofError):
        Signer(name, HUB.key)


def test_a_signer_does_not_show_its_key():
    assert "key" not in repr(HUB)


def test_the_key_file_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "ledger.pem"
    first = load_signer("hub", path, lambda: b"7" * 32)
    assert load_signer("hub", path, lambda: b"8" * 32).vkey == first.vkey
    assert first.vkey == Signer("hub", Ed25519PrivateKey.from_private_bytes(b"7" * 32)).vkey
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["ledger.pem"]


def test_a_new_key_is_random(tmp_path):
    assert load_signer("hub", tmp_path / "a").vkey != load_signer("hub", tmp_path / "b").vkey


def test_a_key_file_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "ledger.pem"
    load_signer("hub", path)
    path.chmod(0o640)
    with pytest.raises(SettingsError, match="read by others"):
        load_signer("hub", path)


def test_a_file_that_holds_no_ed25519_key_is_refused(tmp_path):
    other = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (b"", b"nothing", other):
        path = tmp_path / "ledger.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(SettingsError, match="Ed25519"):
            load_signer("hub", path)


def _load(path, gate, out):
    gate.wait(PATIENCE)
    out.put(load_signer("hub", path).vkey)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path):
    gate, out = START.Barrier(4), START.Queue()
    assert together(_load, *[(tmp_path / "keys" / "ledger.pem", gate, out)] * 4) == [0, 0, 0, 0]
    assert len({out.get(timeout=PATIENCE) for _ in range(4)}) == 1
