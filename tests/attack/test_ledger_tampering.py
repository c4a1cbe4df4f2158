"""Somebody with full rights on the database, but without the signing key, rewrites the ledger. All of it is found."""

from __future__ import annotations

import base64
import json
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from catalog.errors import ProofError
from hub.db.engine import connect, writing
from hub.db.migrate import migrate
from hub.ledger import merkle, store
from hub.ledger.audit import verify_last, verify_ledger
from hub.ledger.note import Checkpoint, Signer
from hub.ledger.store import Event
from hub.ledger.verify import check_proof
from tests.plugins.postgres import new_database

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
SIGNER = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
THIEF = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"6" * 32))
TABLES = ("ledger_leaf", "ledger_node", "ledger_checkpoint")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def written(request, tmp_path_factory):
    """27 entries under three checkpoints (sizes 9, 18, 27) and two entries after them; triggers are out of the way."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'hub.db'}"
        else:
            url = stack.enter_context(new_database(request.getfixturevalue("postgres_server")))
        engine = connect(url)
        stack.callback(engine.dispose)
        migrate(engine)
        fill(engine)
        disarm(engine)
        yield engine


def fill(engine):
    for hour in range(3):
        with writing(engine) as connection:
            batch = [Event("release.sealed", {"dataset": "grading", "version": 8 * hour + one}) for one in range(8)]
            store.append(connection, batch, NOW + timedelta(hours=hour))
            store.checkpoint(connection, SIGNER, NOW + timedelta(hours=hour))
    with writing(engine) as connection:
        store.append(connection, [Event("run.started", {"run": "a"}), Event("run.started", {"run": "b"})], NOW)


def disarm(engine):
    with writing(engine) as connection:
        for table in TABLES:
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            else:
                connection.execute(text(f"DROP TRIGGER {table}_no_update"))
                connection.execute(text(f"DROP TRIGGER {table}_no_delete"))


@pytest.fixture
def connection(written):
    """A transaction on the written ledger, rolled back at the end: each attack starts from the same ledger."""
    with written.connect() as made:
        made.begin()
        yield made
        made.rollback()


def tamper(connection, *statements, **values):
    for statement in statements:
        names = {name: value for name, value in values.items() if f":{name}" in statement}
        assert connection.execute(text(statement), names).rowcount != 0


def faults(connection, seen=()):
    report = verify_ledger(connection, [SIGNER.verifier], seen)
    assert report.holds == (not report.faults)
    return {fault.what for fault in report.faults}


def rebuild(connection):
    """What a thorough attacker does after a change: make all nodes fit the entries again."""
    bodies = connection.execute(text("SELECT body FROM ledger_leaf ORDER BY seq")).scalars().all()
    connection.execute(text("DELETE FROM ledger_node"))
    nodes = merkle.grow(0, {}, [merkle.leaf_hash(body.encode()) for body in bodies])
    rows = [{"l": level, "p": position, "h": digest} for (level, position), digest in nodes]
    connection.execute(text("INSERT INTO ledger_node (level, position, hash) VALUES (:l, :p, :h)"), rows)


def test_the_untouched_ledger_holds(connection):
    assert faults(connection) == set()


SWAP = (
    "UPDATE ledger_leaf SET seq = -1 WHERE seq = 3",
    "UPDATE ledger_leaf SET seq = 3 WHERE seq = 4",
    "UPDATE ledger_leaf SET seq = 4 WHERE seq = -1",
)
SHIFT = ("UPDATE ledger_leaf SET seq = -seq WHERE seq > 5", "UPDATE ledger_leaf SET seq = -seq - 1 WHERE seq < 0")
MOVE = ("UPDATE ledger_leaf SET seq = -seq WHERE seq > 5", "UPDATE ledger_leaf SET seq = -seq + 1 WHERE seq < 0")
COPY = "INSERT INTO ledger_leaf (seq, kind, body, at) SELECT 6, kind, body, at FROM ledger_leaf WHERE seq = 5"
CHANGE = "UPDATE ledger_leaf SET body = replace(body, 'grading', 'grad1ng') WHERE seq = 5"

LEAVES = {
    "changed": (CHANGE,),
    "changed by a space": ("UPDATE ledger_leaf SET body = body || ' ' WHERE seq = 5",),
    "emptied": ("UPDATE ledger_leaf SET body = '' WHERE seq = 5",),
    "removed and closed up": ("DELETE FROM ledger_leaf WHERE seq = 5", *SHIFT),
    "inserted": (*MOVE, COPY),
    "reordered": SWAP,
    "the first changed": ("UPDATE ledger_leaf SET body = replace(body, 'grading', 'x') WHERE seq = 0",),
    "a checkpoint's announcement changed": (
        "UPDATE ledger_leaf SET body = replace(body, 'null', '\"x\"') WHERE seq = 8",
    ),
}


@pytest.mark.parametrize("statements", LEAVES.values(), ids=LEAVES.keys())
def test_entries_cannot_be_changed_removed_inserted_or_reordered(connection, statements):
    tamper(connection, *statements)
    assert faults(connection)


@pytest.mark.parametrize("statements", LEAVES.values(), ids=LEAVES.keys())
def test_not_even_when_all_nodes_are_made_to_fit(connection, statements):
    tamper(connection, *statements)
    rebuild(connection)
    assert "checkpoint does not match the entries" in faults(connection)


def test_a_gap_is_found_where_it_is(connection):
    tamper(connection, "DELETE FROM ledger_leaf WHERE seq = 5")
    report = verify_ledger(connection, [SIGNER.verifier])
    assert ("entry is missing", "entry 5") in {(fault.what, fault.place) for fault in report.faults}
    with pytest.raises(ProofError, match="does not prove itself"):
        report.demand()


@pytest.mark.parametrize("seq", [-1, 2**50])
def test_an_entry_far_outside_is_found_quickly(connection, seq):
    tamper(connection, f"INSERT INTO ledger_leaf (seq, kind, body, at) VALUES ({seq}, 'k', '{{}}', 'x')")
    assert faults(connection) & {"entry was inserted", "entry is missing"}


def test_an_entry_after_the_last_checkpoint_cannot_be_changed_under_its_node(connection):
    tamper(connection, "UPDATE ledger_leaf SET body = replace(body, 'run.', 'ran.') WHERE seq = 27")
    assert faults(connection)


@pytest.mark.parametrize("column", ["kind", "at"])
def test_the_columns_beside_an_entry_cannot_be_changed(connection, column):
    tamper(connection, f"UPDATE ledger_leaf SET {column} = 'run.failed' WHERE seq = 28")
    assert faults(connection) == {"entry was changed"}


NODES = {
    "changed": ("UPDATE ledger_node SET hash = :hash WHERE level = 1 AND position = 2",),
    "removed": ("DELETE FROM ledger_node WHERE level = 2 AND position = 1",),
    "added": ("INSERT INTO ledger_node (level, position, hash) VALUES (9, 9, :hash)",),
    "moved": ("UPDATE ledger_node SET position = 99 WHERE level = 1 AND position = 2",),
    "swapped": (
        "UPDATE ledger_node SET position = 99 WHERE level = 1 AND position = 2",
        "UPDATE ledger_node SET position = 2 WHERE level = 1 AND position = 3",
        "UPDATE ledger_node SET position = 3 WHERE level = 1 AND position = 99",
    ),
}


@pytest.mark.parametrize("statements", NODES.values(), ids=NODES.keys())
def test_nodes_cannot_be_changed_removed_added_or_moved(connection, statements):
    tamper(connection, *statements, hash=b"\x07" * 32)
    assert faults(connection)


FORGED = THIEF.sign(Checkpoint(SIGNER.name, 18, b"\x07" * 32).text)
CHECKPOINTS = {
    "removed in the middle": ("DELETE FROM ledger_checkpoint WHERE size = 18",),
    "the last removed": ("DELETE FROM ledger_checkpoint WHERE size = 27",),
    "all removed": ("DELETE FROM ledger_checkpoint",),
    "signed by another key": ("UPDATE ledger_checkpoint SET note = :note WHERE size = 18",),
    "its text changed": ("UPDATE ledger_checkpoint SET note = replace(note, '18', '17') WHERE size = 18",),
    "its time changed": ("UPDATE ledger_checkpoint SET at = '2020-01-01T00:00:00.000000Z' WHERE size = 18",),
    "moved to another size": ("UPDATE ledger_checkpoint SET size = 17 WHERE size = 18",),
    "moved beyond the end": ("UPDATE ledger_checkpoint SET size = 99 WHERE size = 27",),
    "a true one copied": ("INSERT INTO ledger_checkpoint SELECT 20, note, at FROM ledger_checkpoint WHERE size = 18",),
    "one added": ("INSERT INTO ledger_checkpoint (size, note, at) VALUES (20, :note, 'x')",),
    "emptied": ("UPDATE ledger_checkpoint SET note = '' WHERE size = 18",),
}


@pytest.mark.parametrize("statements", CHECKPOINTS.values(), ids=CHECKPOINTS.keys())
def test_checkpoints_cannot_be_changed_removed_or_added(connection, statements):
    tamper(connection, *statements, note=FORGED)
    assert faults(connection)


def test_the_quick_look_at_the_start_finds_a_spoilt_last_checkpoint(connection):
    assert verify_last(connection, [SIGNER.verifier]).holds
    tamper(connection, "UPDATE ledger_node SET hash = :hash WHERE level = 4 AND position = 0", hash=b"\x07" * 32)
    assert not verify_last(connection, [SIGNER.verifier]).holds
    assert not verify_last(connection, [THIEF.verifier]).holds


def test_the_end_of_the_ledger_cannot_be_cut_off_under_its_checkpoints(connection):
    tamper(connection, "DELETE FROM ledger_leaf WHERE seq >= 20")
    rebuild(connection)
    assert "checkpoint covers entries that are not there" in faults(connection)


def test_a_ledger_set_back_to_an_earlier_checkpoint_is_found_by_a_checkpoint_kept_outside(connection):
    seen = [note for _, note, _ in store.checkpoints(connection)]
    tamper(connection, "DELETE FROM ledger_leaf WHERE seq >= 18", "DELETE FROM ledger_checkpoint WHERE size > 18")
    rebuild(connection)
    assert faults(connection) == set()  # truly signed once: nothing inside can tell
    assert faults(connection, seen) == {"entries were removed that a seen checkpoint covers"}


def test_a_fork_from_an_earlier_checkpoint_is_found_by_a_checkpoint_kept_outside(connection):
    seen = [note for _, note, _ in store.checkpoints(connection)]
    tamper(connection, "DELETE FROM ledger_leaf WHERE seq >= 18", "DELETE FROM ledger_checkpoint WHERE size > 18")
    rebuild(connection)
    store.append(connection, [Event("release.sealed", {"dataset": "other"})] * 8, NOW)
    store.append(connection, [Event("release.sealed", {"dataset": "other"})] * 9, NOW)
    store.checkpoint(connection, SIGNER, NOW)
    assert faults(connection) == set()
    assert faults(connection, seen) == {"the tree differs from a seen checkpoint"}


def test_a_seen_checkpoint_of_another_key_is_a_fault(connection):
    assert faults(connection, [FORGED]) == {"seen checkpoint is not signed by the trusted key"}


def test_nothing_is_appended_to_a_tree_that_lost_its_nodes(connection):
    tamper(connection, "DELETE FROM ledger_node WHERE level = 4")
    with pytest.raises(ProofError, match="lacks"):
        store.append(connection, [Event("run.started", {})], NOW)


@pytest.fixture
def proof(connection):
    return json.loads(store.proof_json(connection, 5, SIGNER.verifier))


def _hash(number):
    return base64.b64encode(sha256(bytes([number])).digest()).decode()


FORGERIES = {
    "another leaf": {"leaf": '{"at":"x","data":{},"kind":"release.sealed"}'},
    "another place": {"seq": 4},
    "a place outside": {"seq": 9},
    "a place below": {"seq": -1},
    "another size": {"size": 10},
    "an empty path": {"path": []},
    "a path of other hashes": {"path": [_hash(1)] * 4},
    "a path of no hashes": {"path": [7]},
    "a path of short hashes": {"path": ["AAAA"]},
    "a path without end": {"path": [_hash(1)] * 65},
    "another checkpoint": {"checkpoint": FORGED},
    "no checkpoint": {"checkpoint": ""},
    "another format": {"format": "x"},
    "a number that is true": {"seq": True},
    "a number as text": {"seq": "5"},
    "one key more": {"more": 1},
    "a leaf that cannot be written": {"leaf": "\ud800"},
}


@pytest.mark.parametrize("change", FORGERIES.values(), ids=FORGERIES.keys())
def test_a_forged_proof_proves_nothing(proof, change):
    check_proof(json.dumps(proof), SIGNER.vkey)
    forged = json.dumps(proof | change)
    for key in (SIGNER.vkey, None):
        with pytest.raises(ProofError):
            check_proof(forged, key)


def test_a_proof_that_brings_no_key_of_its_own_needs_a_trusted_one(proof):
    forged = json.dumps(proof | {"vkey": "nothing"})
    assert check_proof(forged, SIGNER.vkey).trusted
    with pytest.raises(ProofError, match="key"):
        check_proof(forged)


def test_a_proof_with_the_thiefs_own_key_is_whole_but_not_trusted():
    leaf = '{"at":"x","data":{"dataset":"grading"},"kind":"release.sealed"}'
    root = merkle.leaf_hash(leaf.encode())
    forged = json.dumps(
        {
            "format": "quality-open-data-hub/ledger-proof/v1",
            "leaf": leaf,
            "seq": 0,
            "size": 1,
            "path": [],
            "checkpoint": THIEF.sign(Checkpoint(THIEF.name, 1, root).text),
            "vkey": THIEF.vkey,
        }
    )
    assert not check_proof(forged).trusted
    with pytest.raises(ProofError, match="trusted key"):
        check_proof(forged, SIGNER.vkey)


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000, '{"seq":1,"seq":2}', "x" * 2_000_000])
def test_a_text_that_is_no_proof_is_told_as_such(text):
    with pytest.raises(ProofError, match="no proof"):
        check_proof(text)


def test_a_leaf_that_is_no_event_is_refused():
    for leaf in ("x", "[]", '{"kind":"a"}', '{"kind":"a","kind":"b","at":"c","data":{}}'):
        forged = {
            "format": "quality-open-data-hub/ledger-proof/v1",
            "leaf": leaf,
            "seq": 0,
            "size": 1,
            "path": [],
            "checkpoint": SIGNER.sign(Checkpoint(SIGNER.name, 1, merkle.leaf_hash(leaf.encode())).text),
            "vkey": SIGNER.vkey,
        }
        with pytest.raises(ProofError, match="no event"):
            check_proof(json.dumps(forged), SIGNER.vkey)
