"""What each role may do of what not every role may: a table, held against what is refused and what is given."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from clew.actions import admitting, auditing, budgeting, examining, mustering, opening, restricting
from clew.actions.opening import Session
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import OF_OFFICERS, Role
from clew.domain.reveal_budget import RevealBudget
from clew.domain.suspension import Level, Scope
from clew.records import cases, statistics
from clew.records.session import acting_as
from tests.world.world import World, handling

ROLES: dict[Role, set[str]] = {
    Role.INVESTIGATOR: {"sees records", "changes handling"},
    Role.ANALYST: {"sees records", "changes handling"},
    # Speaks with other members for the own one; over records and people no more than an investigator.
    Role.COORDINATOR: {"sees records", "changes handling", "speaks for the member", "reads statistics"},
    Role.NATIONAL_ADMINISTRATOR: {
        "sees records", "changes handling", "administers", "reads acts of others", "speaks for the member",
        "reads statistics", "gives reveal budgets",
    },
    Role.AUDITOR: {"reads acts of others"},
    Role.DATA_PROTECTION_OFFICER: {
        "sees records", "changes handling", "reads acts of others", "examines requests",
    },
    Role.OPERATOR: {"administers"},
}  # fmt: skip
"""What each role may do of what not every role may; what is not named it may not."""


def powers() -> dict[str, Callable[[Session], object]]:
    """An attempt at each: refused, or giving something."""

    def sees(session: Session) -> object:
        return cases.find(session, "NO-1")

    def changes(session: Session) -> object:
        given = handling(session.actor, Audience.MEMBER)
        return restricting.change(session, SubjectKind.CASE, "NO-1", None, given, "An operation is under way.")

    def reads_acts(session: Session) -> object:
        found = auditing.acts_of(session, auditing.Wanted(act="exhibit.open")).items
        if not found:
            raise NotVisible("There is none.")
        return found

    def speaks(session: Session) -> object:
        ends_at = mustering.now() + timedelta(days=1)
        return mustering.open_one(session, "Rooms", "Why.", starts_at=None, ends_at=ends_at)

    def counts(session: Session) -> object:
        if not (told := statistics.told(session)):
            raise NotVisible("There is none.")
        return told

    def gives(session: Session) -> object:
        scope = Scope(level=Level.OFFICER, member="NO", officer="ada")
        return budgeting.give(session, scope, RevealBudget(hourly=9, daily=9), "A trial.")

    return {
        "gives reveal budgets": gives,
        "speaks for the member": speaks, "reads statistics": counts,
        "sees records": sees, "changes handling": changes, "reads acts of others": reads_acts,
        "administers": admitting.roster, "examines requests": examining.open_ones,
    }  # fmt: skip


def test_every_role_of_officers_is_in_the_table_of_powers() -> None:
    assert {*ROLES} == {*OF_OFFICERS}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says_and_nothing_else(world: World, role: Role) -> None:
    ada, other = world.officer("ada"), world.officer("other", role=role)
    with acting_as(ada) as session:
        opening.open_exhibit(session, "NO-1", "PHONE-1", handling(ada))
    may = {}
    for power, attempt in powers().items():
        try:
            with acting_as(other) as session:
                attempt(session)
            may[power] = True
        except (NotVisible, StepRefused):
            may[power] = False
    assert {power for power, is_so in may.items() if is_so} == ROLES[role]
