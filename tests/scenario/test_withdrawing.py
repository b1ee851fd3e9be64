"""What an officer takes back takes what rested on it: leads are set aside and say so, series and the ledger follow; and back."""

import hashlib
from uuid import UUID

import pytest

from clew.actions import asserting, describing, gathering, identifying, linking, proposing, raising
from clew.actions.identifying import Step
from clew.actions.withdrawing import A_PLACE, NO_PLACE, NOT_REJECTED, REJECTED
from clew.domain.handling import Actor
from clew.domain.lead import Rule, State
from clew.domain.ledger import By
from clew.domain.link import Basis, LinkType
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.domain.series import SeriesState
from clew.domain.victim import Said
from clew.records import leads
from clew.records.session import acting_as
from tests.scenario.test_identifying import enter, reference, state, take
from tests.scenario.test_leads import NEAR, of
from tests.scenario.test_proposing import CAMERA, found
from tests.world.world import World, handling

ALL = frozenset(State)
EDGE = {"latitude": 59.9143, "longitude": 10.7522, "gps_precision_m": 20.0}


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo")


def names(*words: bytes) -> list[bytes]:
    return [hashlib.sha256(one).digest() for one in words]


def states(unit: Actor) -> list[State]:
    return [one.state for one in of(unit, ALL)]


def last_word(unit: Actor) -> tuple[str, str]:
    """(who, why) of the last step of the unit's only lead."""
    (lead,) = of(unit, ALL)
    with acting_as(unit) as session:
        step = leads.steps(session, lead.id, 1)[0]
    return step.taken_by, step.reason


def place(by: Actor, latitude: float = 59.9139) -> str:
    with acting_as(by) as session:
        facts = PlaceFacts(kind=PlaceKind.LANDMARK, country="NO", point=Point(latitude=latitude, longitude=10.7522, precision_m=40.0))
        return describing.enter_place(session, facts, f"the square at {latitude}", "", handling(by)).kept.reference


def says(by: Actor, one: str, link_type: LinkType, other: str) -> UUID:
    with acting_as(by) as session:
        return linking.link(session, one, link_type, other, basis=Basis.SEEN).id


def test_a_lead_whose_only_medium_is_rejected_is_set_aside_and_comes_back_with_it(
    world: World, ada: Actor, sven: Actor
) -> None:
    """Another unit's lead on the same stays; and one for which another medium speaks holds."""
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, ada, "NO-2", content=b"rejected", **CAMERA)
    raising.raise_all()
    assert states(ada) == [State.RAISED]
    with acting_as(ada) as session:
        waiting = proposing.waiting(session, "NO-2")
        proposing.reject(session, [one.id for one in waiting])
    assert states(ada) == [State.SET_ASIDE]
    assert last_word(ada) == ("ada", REJECTED)
    raising.raise_all()
    assert states(ada) == [State.SET_ASIDE]
    with acting_as(ada) as session:
        proposing.reconsider(session, [one.id for one in waiting])
    assert states(ada) == [State.RAISED]
    assert last_word(ada) == ("ada", NOT_REJECTED)
    found(world, ada, "NO-2", content=b"another", **CAMERA)
    raising.raise_all()
    with acting_as(ada) as session:
        gathering.add(session, "green-room", media=names(b"rejected"))
        gathering.remove(session, "green-room", names(b"rejected"), "Another camera of the same kind.")
    assert states(ada) == [State.RAISED], "the other medium speaks for it"
    with acting_as(ada) as session:
        gathering.add(session, "green-room", media=names(b"another"))
        gathering.remove(session, "green-room", names(b"another"), "Neither.")
    assert states(ada) == [State.SET_ASIDE]


def test_what_an_officer_set_aside_for_another_reason_does_not_come_back_by_itself(
    world: World, ada: Actor, sven: Actor
) -> None:
    from clew.actions import following
    from clew.domain.lead import Step as LeadStep

    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, ada, "NO-2", content=b"rejected", **CAMERA)
    raising.raise_all()
    (lead,) = of(ada)
    with acting_as(ada) as session:
        following.move(session, lead.id, LeadStep.SET_ASIDE, why="The camera was sold.")
        waiting = proposing.waiting(session, "NO-2")
        proposing.reject(session, [one.id for one in waiting])
    with acting_as(ada) as session:
        proposing.reconsider(session, [one.id for one in waiting])
    assert states(ada) == [State.SET_ASIDE]
    assert last_word(ada) == ("ada", "The camera was sold.")


@pytest.mark.parametrize("turned", [False, True])
def test_a_lead_that_rests_on_a_place_goes_and_comes_with_the_link(
    world: World, ada: Actor, sven: Actor, turned: bool
) -> None:
    """Said either way round: the series was taken at the place, or the place appears in the series."""
    world.series(ada, "green-room", [found(world, ada, "NO-1")])
    room, square = reference(ada, "green-room"), place(ada)
    ends = (square, LinkType.APPEARS_IN, room) if turned else (room, LinkType.TAKEN_AT, square)
    link = says(ada, *ends)
    found(world, sven, "SE-1", **NEAR)
    raising.raise_all()
    assert [(one.rule, one.state) for one in of(ada, ALL)] == [(Rule.KNOWN_PLACE, State.RAISED)]
    with acting_as(ada) as session:
        linking.withdraw(session, link, "It was another square.")
    assert states(ada) == [State.SET_ASIDE]
    assert last_word(ada) == ("ada", NO_PLACE)
    says(ada, *ends)
    assert states(ada) == [State.RAISED]
    assert last_word(ada) == ("ada", A_PLACE)


def test_a_lead_near_another_place_of_the_series_holds_when_one_is_taken_back(
    world: World, ada: Actor, sven: Actor
) -> None:
    """The failure twin; and a lead by a camera, which rests on no place, is moved by none."""
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    room = reference(ada, "green-room")
    first = says(ada, room, LinkType.TAKEN_AT, place(ada))
    second = says(ada, room, LinkType.TAKEN_AT, place(ada, 59.9141))
    found(world, sven, "SE-1", **NEAR)
    found(world, sven, "SE-2", **CAMERA)
    raising.raise_all()
    assert {one.rule for one in of(ada)} == {Rule.KNOWN_PLACE, Rule.SAME_CAMERA}
    with acting_as(ada) as session:
        linking.refuse(session, first, "It was another square.")
    assert states(ada) == [State.RAISED, State.RAISED]
    with acting_as(ada) as session:
        linking.withdraw(session, second, "Nor this.")
    assert {one.rule: one.state for one in of(ada, ALL)} == {
        Rule.KNOWN_PLACE: State.SET_ASIDE, Rule.SAME_CAMERA: State.RAISED,
    }  # fmt: skip


def children(unit: Actor) -> int:
    with acting_as(unit) as session:
        return identifying.ledger(session, By.MEMBER)[0].total.own


def test_a_series_follows_a_child_that_is_linked_later_and_goes_back_when_the_link_is_taken_back(
    world: World, ada: Actor, bo: Actor
) -> None:
    victim = enter(ada)
    take(ada, bo, victim, Step.IDENTIFY)
    world.series(ada, "green-room", [world.medium(ada)])
    room = reference(ada, "green-room")
    link = says(ada, victim, LinkType.APPEARS_IN, room)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    another = enter(ada, "4-6")
    second = says(ada, another, LinkType.APPEARS_IN, room)
    assert state(ada, "green-room") is SeriesState.OPEN, "not all children in it are found"
    with acting_as(ada) as session:
        linking.refuse(session, second, "It is another room.")
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    with acting_as(ada) as session:
        linking.withdraw(session, link, "It was a mistake.")
    assert state(ada, "green-room") is SeriesState.OPEN
    assert children(ada) == 1, "the child is found wherever it appears"


def test_that_there_is_no_real_child_is_followed_by_series_leads_and_the_ledger_and_so_is_its_taking_back(
    world: World, ada: Actor, bo: Actor, sven: Actor
) -> None:
    """Two victims in one series, one of them found: that the other is no real child makes all of them found."""
    found_one, nobody = enter(ada), enter(ada, "4-6")
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    room = reference(ada, "green-room")
    for victim in (found_one, nobody):
        says(ada, victim, LinkType.APPEARS_IN, room)
    take(ada, bo, found_one, Step.IDENTIFY)
    assert state(ada, "green-room") is SeriesState.OPEN
    with acting_as(ada) as session:
        word = asserting.say(session, nobody, Said.NO_REAL_CHILD, "It is drawn.")
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    assert of(ada) == (), "nobody waits for what is solved"
    with acting_as(ada) as session:
        asserting.undo(session, word)
    assert state(ada, "green-room") is SeriesState.OPEN
    raising.raise_all()
    assert [one.rule for one in of(ada)] == [Rule.SAME_CAMERA]
    assert children(ada) == 1
    with acting_as(ada) as session:
        asserting.say(session, found_one, Said.NO_REAL_CHILD, "It is drawn too.")
    assert children(ada) == 0
    assert state(ada, "green-room") is SeriesState.OPEN


def test_what_an_officer_marked_and_what_another_unit_says_moves_nothing(
    world: World, ada: Actor, bo: Actor, sven: Actor
) -> None:
    from clew.actions import opening

    victim = enter(ada)
    world.series(ada, "green-room", [world.medium(ada)])
    room = reference(ada, "green-room")
    with acting_as(ada) as session:
        opening.mark_series(session, "green-room", SeriesState.IDENTIFIED, "A school was named.")
    link = says(ada, victim, LinkType.APPEARS_IN, room)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED, "an officer said so"
    with acting_as(ada) as session:
        linking.withdraw(session, link, "It was a mistake.")
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    take(ada, bo, victim, Step.IDENTIFY)
    link = says(ada, victim, LinkType.APPEARS_IN, room)
    with acting_as(ada) as session:
        linking.withdraw(session, link, "It was a mistake.")
    assert state(ada, "green-room") is SeriesState.IDENTIFIED, "an officer had said so before"
    theirs = enter(sven)
    says(sven, theirs, LinkType.APPEARS_IN, room)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
