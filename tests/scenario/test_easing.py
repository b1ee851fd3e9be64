"""A clue or a link is restricted for a time: at the end what lasted before holds again, once, and never more than that."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import pytest

from clew.actions import admitting, describing, easing, linking, opening, restricting, spotting, suspending
from clew.actions.opening import Session
from clew.cli import link_answers
from clew.domain.clue import ClueKind, Said
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience, Handling, blocked
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Basis, LinkType
from clew.domain.officer import Role
from clew.domain.place import PlaceFacts, PlaceKind
from clew.domain.retention import CALENDAR
from clew.domain.suspension import Level, Scope
from clew.domain.victim import VictimFacts
from clew.jobs import tasks
from clew.node import checkup
from clew.records import clues, leaves, links, sealed
from clew.records.clues import ClueRow
from clew.records.links import LinkRow
from clew.records.session import acting_as, handling_columns
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.meanwhile import while_open
from tests.world.world import World, handling

WHY = "An operation is under way."
ROOM = b"a drawn room"
DIGEST = hashlib.sha256(ROOM).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """A clue of Norway on its medium, or a link of it between its records; with what is done about it."""

    kind: str
    id: UUID
    of: Actor
    table: str
    """Where what it is about lies."""

    @property
    def _actions(self) -> object:
        return spotting if self.kind == "clue" else linking

    def restrict(self, given: Handling, until: date | None = None, reason: str = WHY) -> date | None:
        with acting_as(self.of) as session:
            return self._actions.restrict(session, self.id, given, reason, until)

    def end(self, reason: str = "It is over.") -> None:
        with acting_as(self.of) as session:
            self._actions.end_restriction(session, self.id, reason)

    def take_back(self) -> None:
        with acting_as(self.of) as session:
            if self.kind == "clue":
                spotting.withdraw(session, self.id)
            else:
                linking.withdraw(session, self.id, "A slip.")

    def row(self, who: Actor) -> ClueRow | LinkRow:
        with acting_as(who) as session:
            return (clues if self.kind == "clue" else links).get(session, self.id)

    def is_seen(self, by: Actor) -> bool:
        try:
            self.row(by)
        except NotVisible:
            return False
        return True


def victim(of: Actor) -> str:
    with acting_as(of) as session:
        return describing.enter_victim(session, VictimFacts(), "", handling(of)).kept.reference


def place(of: Actor) -> str:
    with acting_as(of) as session:
        return describing.enter_place(session, PlaceFacts(kind=PlaceKind.ROOM), "", "", handling(of)).kept.reference


def spotted(by: Actor, **more: object) -> Assertion:
    with acting_as(by) as session:
        made = spotting.add(session, DIGEST, Said(kind=ClueKind.LANDMARK), **more)
    return Assertion(kind="clue", id=made.id, of=by, table="media")


def linked(by: Actor, **more: object) -> Assertion:
    child, room = victim(by), place(by)
    with acting_as(by) as session:
        made = linking.link(session, child, LinkType.WAS_AT, room, basis=Basis.SEEN, **more)
    return Assertion(kind="link", id=made.id, of=by, table="places")


@pytest.fixture(params=["clue", "link"])
def make(request: pytest.FixtureRequest, world: World, ada: Actor) -> Callable[..., Assertion]:
    """Makes clues, or links."""
    if request.param == "clue":
        world.occurrence(ada, world.medium(ada, content=ROOM))
    return lambda **more: (spotted if request.param == "clue" else linked)(ada, **more)


@pytest.fixture
def made(make: Callable[..., Assertion], sven: Actor) -> Assertion:
    found = make()
    assert found.is_seen(sven)
    return found


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day; what is put into the list counts."""
    days = [opening.today()]
    monkeypatch.setattr(easing, "today", lambda: days[-1])
    monkeypatch.setattr(opening, "today", lambda: days[-1])
    return days


@pytest.fixture
def end(now: list[date]) -> date:
    return now[0] + timedelta(days=30)


def two_are_asked_for(world: World) -> None:
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)


def acts(word: str) -> list[tuple[str, str, str]]:
    with leaves.opened() as cursor:
        cursor.execute("select officer, member, unit from acts where act like %s", [f"%.{word}"])
        return cursor.fetchall()


# The end -----------------------------------------------------------------------------------------------------


def test_a_restriction_ends_by_itself_once_and_what_lasted_before_holds_again(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    before = made.row(ada)
    assert made.restrict(handling(ada, Audience.UNIT), end) == end
    assert not made.is_seen(sven)
    now.append(end - timedelta(days=1))
    tasks.end_restrictions(timestamp=0)
    assert not made.is_seen(sven)
    now.append(end)
    tasks.end_restrictions(timestamp=0)
    after = made.row(ada)
    assert (after.handling, after.follows, after.restricted_until) == (before.handling, before.follows, None)
    assert made.is_seen(sven)
    assert easing.end_all_due() == 0
    assert acts("end_restriction") == [(CALENDAR, "NO", ada.unit)]


def test_the_doctor_names_what_should_have_ended(made: Assertion, ada: Actor, now: list[date], end: date) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    assert checkup._restrictions().ok, "there is a day to do it in"
    now.append(end + timedelta(days=1))
    assert not checkup._restrictions().ok
    assert easing.end_all_due() == 1
    assert checkup._restrictions().ok


def test_an_end_is_told_to_the_own_member_alone_beside_the_reason(
    made: Assertion, world: World, ada: Actor, sven: Actor, end: date
) -> None:
    world.member("DK")
    made.restrict(handling(ada, excluded=["DK"]), end)
    own, others = made.row(ada), made.row(sven)
    assert [(one.reason, one.by, one.until, one.is_end) for one in own.handled] == [(WHY, "ada", end, False)]
    assert own.restricted_until == end
    assert (others.handled, others.restricted_until) == ((), None)
    assert str(end) in link_answers.handled_in_words(own.handled)[0]
    assert [one["until"] for one in link_answers.handled_json(own.handled)] == [end.isoformat()]
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        (lying,) = looking.execute(f"select handled::text from {made.kind}s where id = %s", [made.id]).fetchone()
    assert WHY not in lying
    assert str(end) not in lying, "what was given lies sealed"


def test_an_end_is_a_day_to_come_and_of_a_restriction(made: Assertion, ada: Actor, sven: Actor, now: list[date]) -> None:
    for day in (now[0], now[0] - timedelta(days=1)):
        with pytest.raises(Invalid, match="to come"):
            made.restrict(handling(ada, Audience.UNIT), day)
    made.restrict(handling(ada, Audience.MEMBER))
    with pytest.raises(Invalid, match="Only a restriction has an end"):
        made.restrict(handling(ada), now[0] + timedelta(days=3))
    with pytest.raises(Invalid, match="reason"):
        made.restrict(handling(ada, Audience.UNIT), now[0] + timedelta(days=3), reason=" ")
    assert (len(made.row(ada).handled), made.row(ada).restricted_until) == (1, None)


def test_nobody_of_another_unit_restricts_or_ends_and_hidden_and_absent_are_one_answer(
    made: Assertion, ada: Actor, sven: Actor, end: date
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    told = set()
    for one in (made.id, UUID(int=7)):
        other = Assertion(kind=made.kind, id=one, of=sven, table=made.table)
        for act in (other.end, lambda other=other: other.restrict(handling(sven, Audience.UNIT), end)):
            with pytest.raises(NotVisible) as refused:
                act()
            told.add(str(refused.value))
    assert len(told) == 1
    assert not made.is_seen(sven)


# Several, and meanwhile ----------------------------------------------------------------------------------------


def test_two_restrictions_hold_together_and_each_to_its_own_end(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date]
) -> None:
    dina = world.officer("dina", member="DK")
    days = [now[0] + timedelta(days=number) for number in (10, 20)]
    made.restrict(handling(ada, excluded=["SE"]), days[1])
    assert made.restrict(handling(ada, excluded=["SE", "DK"]), days[0]) == days[0]
    assert (made.is_seen(sven), made.is_seen(dina)) == (False, False)
    now.append(days[0])
    assert easing.end_all_due() == 1
    assert (made.is_seen(sven), made.is_seen(dina)) == (False, True)
    assert made.row(ada).restricted_until == days[1]
    now.append(days[1])
    assert easing.end_all_due() == 1
    assert (made.is_seen(sven), made.is_seen(dina)) == (True, True)


def test_what_is_tightened_for_good_meanwhile_holds_after_the_end(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    made.restrict(handling(ada, Audience.UNIT), reason="For good.")
    now.append(end)
    assert easing.end_all_due() == 1
    assert made.row(ada).handling == handling(ada, Audience.UNIT)
    assert not made.is_seen(sven)


def test_what_is_widened_for_good_meanwhile_waits_for_the_end(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    made.restrict(handling(ada, Audience.MEMBER), reason="For good.")
    made.restrict(handling(ada, Audience.UNIT), end)
    assert made.restrict(handling(ada), reason="It may be known.") == end, "and whoever says it is told so"
    assert made.row(ada).handling.audience is Audience.UNIT
    now.append(end)
    assert easing.end_all_due() == 1
    assert made.is_seen(sven)


def test_what_was_taken_back_meanwhile_is_left_alone(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    made.take_back()
    now.append(end + timedelta(days=2))
    assert (easing.end_all_due(), easing.overdue(now[-1])) == (0, 0)
    assert checkup._restrictions().ok
    assert made.row(ada).handling.audience is Audience.UNIT
    assert not made.is_seen(sven)


def test_a_restriction_is_ended_before_its_time_with_a_reason(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    with pytest.raises(StepRefused, match="Nothing with an end"):
        made.end()
    before = made.row(ada)
    made.restrict(handling(ada, Audience.UNIT), end)
    made.restrict(handling(ada, Audience.MEMBER), reason="For good.")
    made.restrict(handling(ada, Audience.UNIT), end + timedelta(days=2))
    with pytest.raises(Invalid, match="reason"):
        made.end(" ")
    made.end()
    after = made.row(ada)
    assert (after.handling.audience, after.restricted_until) == (Audience.MEMBER, None)
    last = after.handled[-1]
    assert (last.reason, last.by, last.is_end, last.given.audience) == ("It is over.", "ada", True, Audience.MEMBER)
    assert "again, before its end" in link_answers.handled_in_words(after.handled)[-1]
    with pytest.raises(StepRefused, match="Nothing with an end"):
        made.end()
    now.append(end + timedelta(days=9))
    assert easing.end_all_due() == 0
    # What is said later begins from there.
    made.restrict(before.handling, reason="For all again.")
    assert made.is_seen(sven)


# Two officers ----------------------------------------------------------------------------------------------------


def test_where_two_are_asked_for_an_end_opens_what_lasted_and_no_officer_alone_more_or_sooner(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    """As restrictions of whole records end: no second officer is asked, because nothing is open then that was not before."""
    two_are_asked_for(world)
    made.restrict(handling(ada, Audience.UNIT), end)
    with pytest.raises(StepRefused, match="Two officers"):
        made.end()
    for until in (None, end + timedelta(days=1)):
        with pytest.raises((StepRefused, Invalid)):
            made.restrict(handling(ada, Audience.MEMBER), until)
    assert not made.is_seen(sven)
    now.append(end)
    assert easing.end_all_due() == 1
    assert made.is_seen(sven)


def test_where_two_are_asked_for_no_chain_of_restrictions_ends_wider_than_what_lasted(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    two_are_asked_for(world)
    made.restrict(handling(ada, Audience.MEMBER), reason="For good.")
    made.restrict(handling(ada, Audience.UNIT), end)
    made.restrict(handling(ada, Audience.UNIT), end + timedelta(days=1))
    for day in (end, end + timedelta(days=1)):
        now.append(day)
        assert easing.end_all_due() == 1
        assert not made.is_seen(sven)
    assert made.row(ada).handling == handling(ada, Audience.MEMBER)
    with pytest.raises(StepRefused, match="Nothing with an end"):
        made.end()


# Killed, failing, beside one another ----------------------------------------------------------------------------


def test_a_run_that_is_killed_between_is_gone_on_with_and_each_ends_once(
    make: Callable[..., Assertion], ada: Actor, sven: Actor, now: list[date], end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [make() for _ in range(3)]
    for one in some:
        one.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    append, done = easing.audit.append, []

    def killed(session: Session, act: str, subject: str) -> object:
        if done:
            raise SystemExit
        done.append(act)
        return append(session, act, subject)

    with monkeypatch.context() as kill:
        kill.setattr(easing.audit, "append", killed)
        with pytest.raises(SystemExit):
            easing.end_all_due()
    assert sum(one.is_seen(sven) for one in some) == len(acts("end_restriction")) == 1
    assert easing.end_all_due() == 2
    assert all(one.is_seen(sven) for one in some)
    assert len(acts("end_restriction")) == 3


def test_one_that_fails_stops_no_other(
    make: Callable[..., Assertion], ada: Actor, now: list[date], end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [make() for _ in range(2)]
    for one in some:
        one.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    lying, failed = easing.lying, []

    def fails_once(*given: object, **more: object) -> object:
        if not failed:
            failed.append(True)
            raise Invalid("Too many.")
        return lying(*given, **more)

    with monkeypatch.context() as fail:
        fail.setattr(easing, "lying", fails_once)
        assert easing.end_all_due() == 1
    assert easing.overdue(end) == 1
    assert easing.end_all_due() == 1


def test_a_run_ends_so_many_and_the_next_goes_on(
    make: Callable[..., Assertion], ada: Actor, now: list[date], end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = [make() for _ in range(3)]
    for one in some:
        one.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    monkeypatch.setattr(easing, "ENDS_PER_RUN_MAX", 2)
    assert [easing.end_all_due() for _ in range(3)] == [2, 1, 0]


def test_restrictions_of_a_suspended_unit_end_too(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    with acting_as(admitting.operator_at("NO")) as session:
        suspending.suspend(session, Scope(level=Level.MEMBER, member="NO"), "While it is examined.")
    now.append(end)
    assert easing.end_all_due() == 1
    assert made.is_seen(sven)


def test_what_is_restricted_while_an_end_is_carried_out_holds(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date], end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    with while_open(
        monkeypatch, world, lambda: made.restrict(handling(ada, Audience.MEMBER), reason="For good."),
        at=(clues if made.kind == "clue" else links, "lie"),
    ) as meanwhile:  # fmt: skip
        assert easing.end_all_due() == 1
    assert meanwhile.had_to_wait
    assert made.row(ada).handling == handling(ada, Audience.MEMBER)
    assert not made.is_seen(sven)


def test_an_end_that_comes_while_an_officer_restricts_anew_opens_nothing(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date], end: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    with while_open(monkeypatch, world, easing.end_all_due, at=(clues if made.kind == "clue" else links, "lie")) as meanwhile:
        made.restrict(handling(ada, Audience.UNIT), reason="For good.")
    assert meanwhile.had_to_wait
    assert made.row(ada).handling == handling(ada, Audience.UNIT)
    assert not made.is_seen(sven)
    assert acts("end_restriction") == [], "the officer's act had taken it along"


# What it is about ------------------------------------------------------------------------------------------------


def lay(by: Actor, table: str, given: Handling) -> None:
    with acting_as(by) as session, session.cursor() as cursor:
        columns = handling_columns(given)
        cursor.execute(
            f"update {table} set audience = %s, members = %s, excluded = %s where owner_member = %s",
            [columns["audience"], columns["members"], columns["excluded"], by.member],
        )
        assert cursor.rowcount == 1


def test_what_is_under_examination_waits_and_ends_after_it(
    made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    made.restrict(handling(ada, Audience.UNIT), end)
    now.append(end + timedelta(days=1))
    lay(ada, made.table, blocked(ada.member, ada.unit))
    assert (easing.overdue(now[-1]), easing.end_all_due()) == (0, 0)
    assert made.row(ada).restricted_until == end
    lay(ada, made.table, handling(ada))
    assert not made.is_seen(sven)
    assert easing.end_all_due() == 1
    assert made.is_seen(sven)


def of_case(by: Actor, to: Audience) -> None:
    with acting_as(by) as session:
        restricting.change(session, SubjectKind.CASE, "CASE-1", None, handling(by, to), WHY)


def test_a_clue_comes_back_as_its_medium_lies_then_and_follows_it_again(
    world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    world.occurrence(ada, world.medium(ada, content=ROOM))
    made = spotted(ada)
    made.restrict(handling(ada, Audience.MEMBER), end)
    of_case(ada, Audience.UNIT)
    now.append(end)
    assert easing.end_all_due() == 1
    row = made.row(ada)
    assert (row.handling.audience, row.follows) == (Audience.UNIT, True)
    assert not made.is_seen(sven)
    of_case(ada, Audience.ALL)
    assert made.is_seen(sven)


def test_a_medium_that_is_widened_meanwhile_takes_no_restricted_clue_along(
    world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    """Whatever of it ends first."""
    world.occurrence(ada, world.medium(ada, content=ROOM))
    of_case(ada, Audience.MEMBER)
    made = spotted(ada)
    for until in (end, end + timedelta(days=1)):
        made.restrict(handling(ada, Audience.UNIT), until)
    of_case(ada, Audience.ALL)
    for day, is_seen in ((now[0], False), (end, False), (end + timedelta(days=1), True)):
        now.append(day)
        assert easing.end_all_due() == (day != now[0])
        assert (made.is_seen(sven), made.row(ada).follows) == (is_seen, is_seen)


def test_a_clue_on_a_medium_of_others_waits_while_its_unit_does_not_see_that(
    world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    world.medium(ada, content=ROOM)
    made = spotted(sven)
    made.restrict(handling(sven, Audience.UNIT), end)
    now.append(end + timedelta(days=1))
    lay(ada, "media", handling(ada, Audience.UNIT))
    assert (easing.end_all_due(), easing.overdue(now[-1])) == (0, 0)
    lay(ada, "media", handling(ada))
    assert not made.is_seen(ada)
    assert easing.end_all_due() == 1
    assert made.is_seen(ada)


def test_what_was_given_before_there_were_ends_lasts(
    made: Assertion, world: World, ada: Actor, sven: Actor, now: list[date], end: date
) -> None:
    """A history as earlier versions kept it: no word of ends in it."""
    given = {name: each for name, each in handling_columns(handling(ada, Audience.MEMBER)).items() if "owner" not in name}
    words = json.dumps({**given, "reason": "Long ago.", "by": "ada", "at": "2026-01-02T03:04:05+00:00"})
    kept = sealed.note("NO", clues.HANDLED if made.kind == "clue" else links.HANDLED, words)
    made.restrict(handling(ada, Audience.MEMBER))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(f"update {made.kind}s set handled = array[%s] where id = %s", [kept, made.id])
    assert [(one.reason, one.until, one.is_end) for one in made.row(ada).handled] == [("Long ago.", None, False)]
    made.restrict(handling(ada, Audience.UNIT), end)
    now.append(end)
    assert easing.end_all_due() == 1
    assert made.row(ada).handling == handling(ada, Audience.MEMBER)
    assert not made.is_seen(sven)


# Commands --------------------------------------------------------------------------------------------------------


def test_commands_restrict_for_a_time_and_end_it_before(made: Assertion, ada: Actor, sven: Actor, now: list[date], end: date) -> None:
    def run(*words: str) -> str:
        said = clew(made.kind, *words, "--as", "ada")
        assert (said.code, said.err) == (0, ""), said
        return said.out

    restricted = ("restrict", str(made.id), "--audience", "unit", "--reason", WHY)
    assert str(end) in run(*restricted, "--until", str(end))
    assert not made.is_seen(sven)
    for bad, why in (("2027-13-40", "A day is written"), ("soon", "A day is written"), ("2020-01-01", "a day to come")):
        said = clew(made.kind, *restricted, "--until", bad, "--as", "ada")
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert why in said.err
    shown = json.loads(run(*(("list", DIGEST) if made.kind == "clue" else ("show", str(made.id))), "--json"))
    (one,) = (shown["clues"][0] if made.kind == "clue" else shown)["handled"]
    assert (one["reason"], one["until"]) == (WHY, str(end))
    assert "again" in run("end-restriction", str(made.id), "--reason", "It is over.")
    assert made.is_seen(sven)
    said = clew(made.kind, "end-restriction", str(made.id), "--reason", "It is over.", "--as", "ada")
    assert (said.code, said.out) == (1, "")
    assert "Nothing with an end" in said.err
