"""Going on from the last release's proofs gives what auditing all editions from nothing would allow, and no more."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from desensitise.disclosure import audit, protect
from desensitise.disclosure.audit import intervals
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import claim_of
from desensitise.disclosure.history import guarded as joint_of_all
from desensitise.disclosure.history.proven import from_bytes, to_bytes
from desensitise.disclosure.history.revive import carried
from desensitise.disclosure.remembered import remembered
from tests.disclosure_year import Kept, next_month, records, spec_for


def months(seed, count, past):
    """Releases of a year month by month, now and then one for another recipient; each before it is remembered."""
    rng = np.random.default_rng(seed)
    known = records(rng, 120)
    for month in range(count):
        protected = protect(known, spec_for(0 if month % 3 else seed % 4), past=past)
        yield protected
        past.keep(protected)
        known = next_month(rng, known, 12)


@pytest.mark.parametrize("seed", [1, *(pytest.param(one, marks=pytest.mark.slow) for one in (0, 2, 3))])
def test_what_the_last_release_proved_leads_to_nothing_that_an_audit_of_all_editions_would_refuse(seed):
    past = Kept()
    for protected in months(seed, 4, past):
        if protected.guarded is None:
            continue
        joint = protected.guarded.joint
        whole = joint_of_all.joint_of(protected.cells, protected.sums, past.all)
        order = joint.spans.columns
        assert joint.spans.sort(order).equals(whole.spans.sort(order))
        pattern = protected.guarded.pattern
        assert pattern.system.sensitive.tolist() == whole.system.sensitive.tolist()
        assert intervals(whole.system, pattern.suppressed).violations(whole.system).tolist() == []
        assert faults(claim_of(pattern)) == []


def test_proofs_lead_on_through_a_year_of_releases():
    """That they are used at all: most of what the fourth release has to prove was proven by the third."""
    past = Kept()
    *_, protected = months(1, 4, past)
    before = from_bytes(past.all[-2].proven)
    assert len(before.proofs) > len(protected.guarded.pattern.proofs) / 3


def test_flows_go_on_into_the_next_release_without_being_sought_anew():
    """Most do; every way on keeps all sums of all editions and moves nothing that is known."""
    past = Kept()
    *_, last = months(1, 4, past)
    joint = joint_of_all.joint_of(last.cells, last.sums, past.all[:-1])
    held = carried(joint, from_bytes(past.all[-2].proven))
    live = [at for at, flow in enumerate(held.flows) if len(flow.at) and not held.whole[at]]
    assert sum(bool(held.on[at]) for at in live) > len(live) / 2
    for flow in (flow for ways in held.on for flow in ways):
        moved = np.zeros(joint.system.size)
        moved[flow.at] = flow.amount
        assert np.abs(joint.system.rows.products(moved)).max() < 1e-5
        assert not joint.system.fixed[flow.at].any()


@pytest.mark.parametrize("wrong", ["doubled", "turned", "others"])
def test_proofs_that_do_not_hold_are_found_anew(wrong):
    """What is handed on decides nothing: damaged, it costs time and leaves the release as safe."""
    past = Kept()
    released = list(months(2, 2, past))
    proven = from_bytes(past.all[-1].proven)
    amount = {
        "doubled": np.arange(len(proven.amount)) % 3 + 1.0,
        "turned": np.where(np.arange(len(proven.at)) % 2, -1, 1),
    }
    other = remembered(released[0]).proven
    if wrong in amount:
        other = to_bytes(replace(proven, amount=proven.amount * amount[wrong]))
    past.all[-1] = replace(past.all[-1], proven=other)
    known = pl.concat([records(np.random.default_rng(7), 140)])
    protected = protect(known, spec_for(0), past=past)
    assert audit(protected).items == ()
    whole = joint_of_all.joint_of(protected.cells, protected.sums, past.all)
    suppressed = protected.guarded.pattern.suppressed
    assert intervals(whole.system, suppressed).violations(whole.system).tolist() == []


def test_what_is_handed_on_is_read_back_as_it_was():
    past = Kept()
    *_, _last = months(3, 3, past)
    proven = from_bytes(past.all[-1].proven)
    again = from_bytes(to_bytes(proven))
    assert to_bytes(again) == past.all[-1].proven
    assert len(proven.proofs) > 0
    assert proven.names == ("for-3/1", "monthly/2")
