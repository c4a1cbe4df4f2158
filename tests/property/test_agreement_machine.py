"""However commands are mixed, nothing comes into force without two signatures over one text and a second person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from agreements import applying, concluding, ending, keys, register, roles
from agreements.agreement import Agreement
from agreements.keys import PartyKey, verify
from agreements.model import Grant
from agreements.people import Assignment, Change, PermissionRequest
from agreements.permissions import HOUSE, Role
from catalog.errors import HubError
from hub.db.engine import connect
from hub.db.migrate import migrate
from tests.exchange_world import HOUSE as BUREAU
from tests.exchange_world import INSTITUTE, OFFERED, World, application, private_key, public_key, world

PEOPLE = st.sampled_from(("agent", "op1", "op2", "admin1", "admin2", "lab", "auditor", "machine", "new"))
SIGNERS = st.sampled_from(("agent", "op1", "op2", "lab"))
SEEDS = st.sampled_from((1, 2, 3, 4, 5))
IN_FORCE = {"active", "suspended", "expired", "terminated", "destroyed", "superseded"}


class Exchange(RuleBasedStateMachine):
    """Everybody tries everything; what is refused changes nothing."""

    @initialize()
    def found(self) -> None:
        engine = connect("sqlite:///:memory:")
        migrate(engine)
        self.world: World = world(engine)
        self.numbers: list[str] = []

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.engine.dispose()

    def _try(self, what: Callable[..., object], *arguments: object) -> object:
        try:
            return self.world.do(what, *arguments)
        except HubError:
            return None

    @rule(by=PEOPLE, data=st.data())
    def apply(self, by: str, data: st.DataObject) -> None:
        self.apply_as(by, data.draw(st.sampled_from(["", *self.numbers])))

    def apply_as(self, by: str, replaces: str) -> None:
        made = self._try(applying.apply, self.world.move("", by), application(), replaces)
        if isinstance(made, Agreement):
            self.numbers.append(made.id)

    @precondition(lambda self: self.numbers)
    @rule(by=PEOPLE, data=st.data())
    def move(self, by: str, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(self.numbers))
        move = self.world.move(number, by, "理由")
        commands: dict[str, tuple[Callable[..., object], tuple[object, ...]]] = {
            "check": (applying.check, (OFFERED,)),
            "review": (applying.review, ()),
            "offer": (applying.offer, (application(quota_rows=5),)),
            "accept": (applying.accept, ()),
            "approve": (applying.approve, (OFFERED,)),
            "refuse": (applying.refuse, ()),
            "withdraw": (applying.withdraw, ()),
            "resubmit": (applying.resubmit, (application(quota_rows=7),)),
            "suspend": (ending.suspend, ()),
            "restore": (ending.restore, ()),
            "terminate": (ending.terminate, ()),
            "leave": (ending.leave, ()),
        }
        what, more = commands[data.draw(st.sampled_from(sorted(commands)))]
        self._try(what, move, *more)

    @rule(by=st.sampled_from(("op1", "op2")), other=st.sampled_from(("op1", "op2")), data=st.data())
    def forward(self, by: str, other: str, data: st.DataObject) -> None:
        """The likely way, so that the machine gets far; who decides may be who reviewed."""
        if not self.numbers:
            self.apply_as("agent", "")
        move = self.world.move(data.draw(st.sampled_from(self.numbers)), by, "同意")
        self._try(applying.check, move, OFFERED)
        self._try(applying.review, move)
        self._try(applying.approve, replace(move, by=other), OFFERED)

    @precondition(lambda self: self.numbers)
    @rule(by=SIGNERS, seed=SEEDS, honest=st.booleans(), data=st.data())
    def sign(self, by: str, seed: int, honest: bool, data: st.DataObject) -> None:
        """Signatures by any key, under any key's name, over any agreement's text."""
        number = data.draw(st.sampled_from(self.numbers))
        claimed = seed if honest else data.draw(SEEDS)
        taken_from = number if honest else data.draw(st.sampled_from(self.numbers))
        text = self.world.do(lambda desk: desk.get(Agreement, taken_from)).text
        _, _, value = keys.sign(private_key(seed), text.encode())
        self._try(concluding.sign, self.world.move(number, by), keys.read_public(public_key(claimed))[1], value)

    @precondition(lambda self: self.numbers)
    @rule(first=st.booleans(), second=st.booleans(), data=st.data())
    def conclude(self, first: bool, second: bool, data: st.DataObject) -> None:
        """The likely way again: each side under its own key's name, as often with a forged value as with a right one."""
        with self.world.desk() as desk:
            waiting = [found.id for found in desk.find(Agreement, state="signing")]
        number = data.draw(st.sampled_from(waiting or self.numbers))
        text = self.world.do(lambda desk: desk.get(Agreement, number)).text
        for by, seed, forged in (("agent", 2, first), ("op1", 1, second)):
            _, _, value = keys.sign(private_key(4 if forged else seed), text.encode())
            self._try(concluding.sign, self.world.move(number, by), keys.read_public(public_key(seed))[1], value)

    @rule(by=PEOPLE, seed=SEEDS, party=st.sampled_from((BUREAU, INSTITUTE)))
    def keys(self, by: str, seed: int, party: str) -> None:
        self._try(register.propose_key, by, party, public_key(seed))
        self._try(register.approve_key, by, keys.read_public(public_key(seed))[1])

    @rule(by=PEOPLE, decider=PEOPLE, person=PEOPLE, role=st.sampled_from(Role), change=st.sampled_from(Change))
    def roles(self, by: str, decider: str, person: str, role: Role, change: Change) -> None:
        asked = self._try(roles.request, by, person, BUREAU, role, "理由", change)
        if isinstance(asked, PermissionRequest):
            self._try(roles.approve, decider, asked.id)

    @invariant()
    def in_force_means_signed_twice_and_approved_by_a_second_person(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.desk() as desk:
            known = {key.id: key for key in desk.find(PartyKey)}
            agreements = {found.id: found for found in desk.find(Agreement)}
            grants = desk.find(Grant)
        for found in agreements.values():
            event(f"reached {found.state}")
            if found.state not in IN_FORCE:
                assert found.last("activate") is None
                continue
            first, second = found.signatures[:2]
            assert {first.party, second.party} == {BUREAU, INSTITUTE}
            for one in (first, second):
                key = known[one.key]
                assert key.party == one.party
                assert key.approved_by not in {"", key.proposed_by}
                verify(key.algorithm, key.pem, one.value, found.text.encode())
            reviewed, approved = found.last("review", "offer"), found.last("approve")
            assert reviewed is not None
            assert approved is not None
            assert reviewed.by != approved.by
        assert all(agreements[grant.agreement].state in IN_FORCE for grant in grants)

    @invariant()
    def nobody_gave_themselves_a_role_and_the_house_s_roles_stay_apart(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.desk() as desk:
            held = desk.find(Assignment, held="1")
            requests = {one.id: one for one in desk.find(PermissionRequest)}
        for one in held:
            if one.request != "founding":
                asked = requests[one.request]
                assert asked.decided_by not in {"", asked.asked_by, one.person}
        for person in {one.person for one in held}:
            assert len({one.role for one in held if one.person == person} & HOUSE) <= 1
        assert sum(one.role is Role.ADMINISTRATION for one in held) >= 2


Exchange.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestExchange = pytest.mark.slow(Exchange.TestCase)
