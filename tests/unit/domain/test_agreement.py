"""One machine of steps for whatever a second officer may have to agree to."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from clew.domain.agreement import STEPS, Proposal, State, Step, after, approved, has_lapsed
from clew.domain.errors import SecondPersonNeeded, StepRefused
from clew.domain.handling import Handling
from clew.domain.handling_change import Change, SubjectKind
from clew.domain.retention import DECISION_STATES, Decision

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def decision(state: State, hours_ago: int = 1) -> Decision:
    return Decision(
        id=UUID(int=1), kind=SubjectKind.CASE, subject_id=UUID(int=2), until=date(2030, 1, 1), reason="An appeal.",
        state=state, proposed_by="ada", proposed_at=NOW - timedelta(hours=hours_ago),
    )  # fmt: skip


def change(state: State, hours_ago: int = 1) -> Change:
    return Change(
        id=UUID(int=1), given=Handling(owner_member="NO", owner_unit="U"), reason="It is over.", state=state,
        proposed_by="ada", proposed_at=NOW - timedelta(hours=hours_ago),
    )  # fmt: skip


BOTH = pytest.mark.parametrize("make", [decision, change])


@BOTH
def test_a_second_person_agrees_within_a_week(make) -> None:
    assert approved(make(State.PROPOSED), by="bo", now=NOW) is State.IN_FORCE
    assert approved(make(State.PROPOSED, 7 * 24 - 1), by="bo", now=NOW) is State.IN_FORCE
    with pytest.raises(SecondPersonNeeded):
        approved(make(State.PROPOSED), by="ada", now=NOW)
    with pytest.raises(StepRefused, match="lapsed"):
        approved(make(State.PROPOSED, 7 * 24), by="bo", now=NOW)


@BOTH
def test_only_a_proposal_lapses(make) -> None:
    for state in State:
        one: Proposal = make(state, 8 * 24)
        assert has_lapsed(one, NOW) is (state is State.PROPOSED)


@BOTH
def test_every_step_that_is_not_in_the_table_is_refused(make) -> None:
    assert set(STEPS) == set(State)
    for state in State:
        for step in Step:
            if step in STEPS[state]:
                assert after(make(state), step) is STEPS[state][step]
            else:
                with pytest.raises(StepRefused):
                    after(make(state), step)


def test_a_decision_comes_to_no_state_that_is_a_changes_alone() -> None:
    assert {*DECISION_STATES} == {State.PROPOSED, *STEPS[State.PROPOSED].values()}
