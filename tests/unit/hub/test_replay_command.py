"""``hub replay`` takes the proofs of a protected table for what they are: a wrong one, however small, is told."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from catalog.errors import ProofError
from desensitise.disclosure import parse_spec, protect
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import from_bytes, to_bytes
from desensitise.disclosure.flow import Flow
from desensitise.disclosure.result import certificate_of
from desensitise.disclosure.search import Proof
from hub.cli.protect import protect_command
from hub.cli.replay import replay_command
from tests.unit.hub.test_protect_command import RECORDS, SPEC


@pytest.fixture(scope="module")
def claim():
    rng = np.random.default_rng(2)
    frame = pl.DataFrame(
        {
            "region": rng.choice(list("ABCDE"), 70),
            "kind": rng.choice(list("wxyz"), 70),
            "firm": rng.integers(0, 40, 70).astype(str),
            "value": np.ceil(rng.lognormal(4, 1, 70)),
        }
    )
    return certificate_of(protect(frame, parse_spec(SPEC, "spec.toml")))


def test_a_claim_comes_back_from_its_file_and_holds(claim):
    again = from_bytes(to_bytes(claim))
    assert faults(again) == []
    assert to_bytes(again) == to_bytes(claim)
    assert len(again.proofs) == int(claim.sensitive.sum()) > 0


def first_proof(claim):
    return min(claim.proofs)


def told(claim):
    """With the whole table's total moved, which readers have."""
    one = claim.proofs[first_proof(claim)]
    moved = Flow(np.append(one.up.at, 0), np.append(one.up.amount, 5.0))
    return replace(claim, proofs={**claim.proofs, first_proof(claim): Proof(moved, one.down)})


def shorter(claim):
    one = claim.proofs[first_proof(claim)]
    return replace(claim, proofs={**claim.proofs, first_proof(claim): Proof(one.up.scaled(0.9), one.down)})


def unbalanced(claim):
    one = claim.proofs[first_proof(claim)]
    bent = Flow(one.up.at, one.up.amount * np.where(one.up.at == first_proof(claim), 1.5, 1.0))
    return replace(claim, proofs={**claim.proofs, first_proof(claim): Proof(bent, one.down)})


def below_nought(claim):
    one = claim.proofs[first_proof(claim)]
    return replace(claim, proofs={**claim.proofs, first_proof(claim): Proof(one.up, one.down.scaled(1e6))})


def left_out(claim):
    return replace(claim, proofs={at: one for at, one in claim.proofs.items() if at != first_proof(claim)})


def published(claim):
    suppressed = claim.suppressed.copy()
    suppressed[first_proof(claim)] = False
    return replace(claim, suppressed=suppressed)


def another_value(claim):
    value = claim.value.copy()
    value[first_proof(claim)] += 1
    return replace(claim, value=value)


@pytest.mark.parametrize(
    ("forged", "what"),
    [
        (told, "moves a published figure"),
        (shorter, "moves too little"),
        (unbalanced, "breaks a sum"),
        (below_nought, "breaks a bound"),
        (left_out, "no proof"),
        (published, "is told"),
        (another_value, "does not add up"),
    ],
)
def test_every_forgery_is_told(claim, forged, what):
    assert any(what in line for line in faults(from_bytes(to_bytes(forged(claim)))))


def test_against_an_insider_a_proof_that_moves_what_they_know_is_no_proof():
    rows = [("A", "m", "a", 50), ("B", "m", "b", 60)]
    rows += [(region, "m", f"{region}{at}", 20 + at) for region in "CD" for at in range(5)]
    frame = pl.DataFrame(rows, schema=["region", "kind", "firm", "value"], orient="row")
    claim = certificate_of(protect(frame, parse_spec(SPEC, "spec.toml")))
    assert faults(claim) == []
    assert claim.insiders
    assert any("insider" in line for line in faults(replace(claim, insiders={})))


def test_the_commands_write_and_replay_a_certificate_of_one_table_only(tmp_path):
    records = RECORDS.with_columns(pl.col("region").replace({"B": "=B"}))
    records.write_csv(tmp_path / "t.csv")
    (tmp_path / "spec.toml").write_text(SPEC, encoding="utf-8")
    proof, out = tmp_path / "proof.arrow", tmp_path / "t.protected.csv"
    run = CliRunner()
    options = ["--spec", str(tmp_path / "spec.toml"), "--certificate", str(proof)]
    assert run.invoke(protect_command, [str(tmp_path / "t.csv"), *options]).exit_code == 0
    assert proof.stat().st_mode & 0o077 == 0
    assert "'=B" in out.read_text(encoding="utf-8-sig")
    done = run.invoke(replay_command, [str(proof), "--table", str(out)])
    assert done.exit_code == 0, done.output
    out.write_text(out.read_text(encoding="utf-8").replace("A,F", "A,A", 1), encoding="utf-8")
    assert isinstance(run.invoke(replay_command, [str(proof), "--table", str(out)]).exception, ProofError)
    proof.write_bytes(proof.read_bytes()[:-200])
    assert isinstance(run.invoke(replay_command, [str(proof)]).exception, ProofError)
