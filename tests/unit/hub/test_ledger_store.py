from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, select

from catalog.errors import ProofError, SourceError
from hub.db.engine import connect, reading, writing
from hub.db.tables import lease, ledger_checkpoint, ledger_leaf
from hub.ledger import merkle, store
from hub.ledger.audit import verify_last, verify_ledger
from hub.ledger.note import Signer, read_checkpoint
from hub.ledger.store import Event
from hub.ledger.verify import check_proof
from tests.plugins.processes import together

NOW = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
SIGNER = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"1" * 32))
OTHER = Signer("hub.example/ledger", Ed25519PrivateKey.from_private_bytes(b"2" * 32))


def events(count, start=0):
    return [Event("run.finished", {"run": f"r{number}", "名称": "发布"}) for number in range(start, start + count)]


def filled(engine, *batches):
    """Append batches, each under its own checkpoint; the notes."""
    notes = []
    for number, count in enumerate(batches):
        with writing(engine) as connection:
            store.append(connection, events(count), NOW + timedelta(hours=number))
            notes.append(store.checkpoint(connection, SIGNER, NOW + timedelta(hours=number)))
    return notes


def test_entries_are_numbered_in_order(engine):
    with writing(engine) as connection:
        assert store.size(connection) == 0
        assert store.append(connection, events(3), NOW) == range(3)
        assert store.append(connection, [], NOW) == range(3, 3)
        assert store.append(connection, events(2, 3), NOW) == range(3, 5)
        assert store.size(connection) == 5


def test_an_entry_is_its_canonical_json(engine):
    with writing(engine) as connection:
        store.append(connection, [Event("release.sealed", {"z": 1, "a": ["é", None, True]})], NOW)
        leaf = store.read(connection, 0)
    assert (
        leaf.body == '{"at":"2026-01-05T04:00:00.000000Z","data":{"a":["é",null,true],"z":1},"kind":"release.sealed"}'
    )
    assert (leaf.kind, leaf.at, leaf.data) == (
        "release.sealed",
        "2026-01-05T04:00:00.000000Z",
        {"z": 1, "a": ["é", None, True]},
    )


def test_an_entry_that_is_not_there_is_told(engine):
    with reading(engine) as connection, pytest.raises(ProofError, match="no entry 7"):
        store.read(connection, 7)


@pytest.mark.parametrize("kind", ["", "Run", "a b", "checkpoint", "x" * 33, "run\n"])
def test_a_kind_is_a_constant_and_checkpoints_are_the_ledgers_own(engine, kind):
    with writing(engine) as connection, pytest.raises(ValueError, match="kind"):
        store.append(connection, [Event(kind, {})], NOW)


def test_what_json_cannot_say_is_refused(engine):
    for value in (float("nan"), object(), {1, 2}):
        with writing(engine) as connection, pytest.raises((ValueError, TypeError)):
            store.append(connection, [Event("run.finished", {"x": value})], NOW)


def test_roots_and_proofs_are_those_of_the_tree_over_the_bodies(engine):
    with writing(engine) as connection:
        for start in range(0, 21, 3):
            store.append(connection, events(3, start), NOW)
    with reading(engine) as connection:
        hashes = [
            merkle.leaf_hash(body.encode()) for body in connection.scalars(select(ledger_leaf.c.body).order_by("seq"))
        ]
        nodes = dict(merkle.grow(0, {}, hashes)) | {(0, at): one for at, one in enumerate(hashes)}
        roots = [store.root(connection, size) for size in range(22)]
        assert roots == [merkle.fold((0, size), nodes) for size in range(22)]
        for seq, size in ((0, 1), (0, 21), (20, 21), (7, 13)):
            path = store.inclusion(connection, seq, size)
            assert merkle.inclusion_holds(hashes[seq], seq, size, path, roots[size])
        for old, new in ((1, 21), (8, 21), (13, 20), (21, 21)):
            path = store.consistency(connection, old, new)
            assert merkle.consistency_holds(old, new, roots[old], roots[new], path)


def test_a_change_and_its_entry_stand_or_fall_together(engine):
    def change():
        with writing(engine) as connection:
            connection.execute(insert(lease).values(name="a", owner="b", until="c"))
            store.append(connection, events(1), NOW)
            raise SourceError("The source went away.")

    with pytest.raises(SourceError):
        change()
    with reading(engine) as connection:
        assert store.size(connection) == 0
        assert connection.execute(select(lease)).all() == []


def test_a_checkpoint_covers_everything_and_is_announced_by_its_last_entry(engine):
    first, second = filled(engine, 3, 2)
    assert [read_checkpoint(note, [SIGNER.verifier]).size for note in (first, second)] == [4, 7]
    with reading(engine) as connection:
        assert store.read(connection, 3).data == {"previous": None}
        assert store.read(connection, 6).data["previous"]["size"] == 4
        assert [size for size, _, _ in store.checkpoints(connection)] == [4, 7]
        old, new = (read_checkpoint(note, [SIGNER.verifier]) for note in (first, second))
        proof = store.consistency(connection, old.size, new.size)
        assert merkle.consistency_holds(old.size, new.size, old.root, new.root, proof)


def test_without_new_entries_there_is_no_new_checkpoint(engine):
    (note,) = filled(engine, 3)
    with writing(engine) as connection:
        assert store.checkpoint(connection, SIGNER, NOW + timedelta(days=1)) == note
        assert store.size(connection) == 4


def test_a_checkpoint_that_waited_for_another_one_names_it_as_the_one_before(engine):
    filled(engine, 2)
    with writing(engine) as connection:
        # Something that no checkpoint covers yet: both have reason to make one.
        store.append(connection, events(1), NOW)

    def beside():
        with writing(engine) as connection:
            return store.checkpoint(connection, SIGNER, NOW)

    with ThreadPoolExecutor(1) as other:
        with writing(engine) as connection:
            store.append(connection, events(1), NOW)
            later = other.submit(beside)
            while engine.dialect.name == "postgresql" and not (_somebody_waits(connection) or later.done()):
                pass
            store.checkpoint(connection, SIGNER, NOW)
        later.result()
    with reading(engine) as connection:
        assert verify_ledger(connection, [SIGNER.verifier]).faults == ()


def _somebody_waits(connection):
    """Whether another transaction stands in the ledger's queue; SQLite lets none begin before."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return connection.exec_driver_sql(waiting).scalar() > 0


def test_equal_inputs_give_equal_checkpoints_and_proofs(tmp_path, engine):
    from hub.db.migrate import migrate

    twin = connect(f"sqlite:///{tmp_path / 'twin.db'}")
    migrate(twin)
    assert filled(engine, 5, 4) == filled(twin, 5, 4)
    with reading(engine) as one, reading(twin) as two:
        assert store.proof_json(one, 2, SIGNER.verifier) == store.proof_json(two, 2, SIGNER.verifier)
    twin.dispose()


def test_a_proof_is_checked_without_the_ledger_and_never_changes(engine):
    filled(engine, 5)
    with reading(engine) as connection:
        proofs = [store.proof_json(connection, seq, SIGNER.verifier) for seq in range(6)]
    filled(engine, 300)
    with reading(engine) as connection:
        assert [store.proof_json(connection, seq, SIGNER.verifier) for seq in range(6)] == proofs
    for seq, proof in enumerate(proofs):
        leaf = check_proof(proof, SIGNER.vkey)
        assert (leaf.seq, leaf.checkpoint.size, leaf.trusted) == (seq, 6, True)
        assert not check_proof(proof).trusted
    assert check_proof(proofs[2]).data == {"run": "r2", "名称": "发布"}


def test_an_entry_without_a_checkpoint_has_no_proof_yet(engine):
    filled(engine, 1)
    with writing(engine) as connection:
        store.append(connection, events(1), NOW)
        with pytest.raises(ProofError, match="No checkpoint covers entry 2"):
            store.proof_json(connection, 2, SIGNER.verifier)
        with pytest.raises(ProofError, match="No checkpoint covers entry 0"):
            store.proof_json(connection, 0, OTHER.verifier)


def test_an_honest_ledger_holds(engine):
    notes = filled(engine, 1, 7, 100)
    with writing(engine) as connection:
        store.append(connection, events(5), NOW)
    with reading(engine) as connection:
        report = verify_ledger(connection, [SIGNER.verifier], seen=notes)
        assert report.faults == ()
        assert (report.size, report.signed, report.checkpoints) == (116, 111, 3)
        assert verify_last(connection, [SIGNER.verifier]).holds
        report.demand()


def test_an_honest_ledger_longer_than_one_chunk_of_the_audit_holds(engine):
    with writing(engine) as connection:
        for start in range(0, 9000, 1500):
            store.append(connection, events(1500, start), NOW)
            store.checkpoint(connection, SIGNER, NOW)
    with reading(engine) as connection:
        report = verify_ledger(connection, [SIGNER.verifier])
    assert (report.faults, report.size, report.checkpoints) == ((), 9006, 6)


def test_an_empty_ledger_holds(engine):
    with reading(engine) as connection:
        assert verify_ledger(connection, [SIGNER.verifier]).holds
        assert verify_last(connection, [SIGNER.verifier]).holds


def test_after_a_change_of_the_key_old_and_new_checkpoints_hold_under_both_keys(engine):
    filled(engine, 2)
    with writing(engine) as connection:
        store.append(connection, events(1), NOW)
        store.checkpoint(connection, OTHER, NOW)
    with reading(engine) as connection:
        assert verify_ledger(connection, [SIGNER.verifier, OTHER.verifier]).holds
        assert not verify_ledger(connection, [SIGNER.verifier]).holds
        assert check_proof(store.proof_json(connection, 0, OTHER.verifier), OTHER.vkey).checkpoint.size == 5


def _append(url, owner, times):
    engine = connect(url)
    for number in range(times):
        with writing(engine) as connection:
            store.append(connection, [Event("run.started", {"owner": owner, "n": number})] * 3, NOW)
            if number % 5 == 0:
                store.checkpoint(connection, SIGNER, NOW)


def test_processes_that_append_at_once_never_fork_the_ledger(database, engine):
    assert together(_append, *[(database, owner, 20) for owner in ("a", "b", "c")]) == [0, 0, 0]
    with reading(engine) as connection:
        report = verify_ledger(connection, [SIGNER.verifier])
        assert report.faults == ()
        assert report.size == 3 * 20 * 3 + 12
        written = [json.loads(body)["data"] for body in connection.scalars(select(ledger_leaf.c.body).order_by("seq"))]
        for owner in ("a", "b", "c"):
            assert [one["n"] for one in written if one.get("owner") == owner] == [
                n for n in range(20) for _ in range(3)
            ]
        assert len(connection.execute(select(ledger_checkpoint)).all()) == 12
