"""Links: said with a basis, seen where both ends are; a candidate is no fact, and what was refused is not asked again."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest

from clew.actions import describing, ending, linking, restricting, spotting
from clew.actions.opening import Session
from clew.domain.clue import ClueKind, Said
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType, Step
from clew.domain.offender import OffenderFacts
from clew.domain.officer import Role
from clew.domain.place import PlaceFacts, PlaceKind
from clew.domain.retention import calendar_of
from clew.domain.victim import VictimFacts
from clew.records import clues, ends, links, series
from clew.records.handled import Handled
from clew.records.links import Claim, End, LinkRow
from clew.records.session import acting_as
from tests.end_to_end.test_retention_page import NoVault
from tests.world.world import World, handling


def victim(of: Actor, audience: Audience = Audience.ALL) -> str:
    with acting_as(of) as session:
        return describing.enter_victim(session, VictimFacts(), "", handling(of, audience)).kept.reference


def offender(of: Actor, audience: Audience = Audience.ALL) -> str:
    with acting_as(of) as session:
        return describing.enter_offender(session, OffenderFacts(), "", handling(of, audience)).kept.reference


def place(of: Actor, audience: Audience = Audience.ALL) -> str:
    facts = PlaceFacts(kind=PlaceKind.ROOM)
    with acting_as(of) as session:
        return describing.enter_place(session, facts, "", "", handling(of, audience)).kept.reference


def series_of(world: World, of: Actor, name: str) -> str:
    made = world.series(of, name)
    with acting_as(of) as session:
        return series.of(session, [made])[made].reference


def link(by: Actor, a: str, kind: LinkType, b: str, **more: object) -> LinkRow:
    with acting_as(by) as session:
        return linking.link(session, a, kind, b, **({"basis": Basis.SEEN} | more))


def seen(by: Actor, *states: LinkState) -> set[UUID]:
    """The links in these states that somebody sees."""
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("select id from links where state = any(%s)", [list(map(int, states or LinkState))])
        return {row[0] for row in cursor}


def end_of(by: Actor, reference: str, kind: EndKind) -> End:
    with acting_as(by) as session:
        return ends.find(session, ends.Named(kind=kind, words=reference)).end


def test_records_of_every_kind_are_linked(world: World, ada: Actor) -> None:
    medium = world.medium(ada, content=b"a landscape")
    world.exhibit(ada, "NO-1")
    digest = hashlib.sha256(b"a landscape").hexdigest()
    child, man, room, green = victim(ada), offender(ada), place(ada), series_of(world, ada, "green room")
    made = [
        link(ada, child, LinkType.APPEARS_IN, digest), link(ada, child, LinkType.APPEARS_IN, green),
        link(ada, digest, LinkType.MADE_BY, man), link(ada, green, LinkType.TAKEN_AT, room),
        link(ada, man, LinkType.WAS_AT, room, basis=Basis.STATED, confidence=Confidence.CERTAIN),
        link(ada, child, LinkType.CONNECTED_WITH, man), link(ada, green, LinkType.ENQUIRED_IN, "NO-1"),
    ]  # fmt: skip
    assert seen(ada, LinkState.ACCEPTED) == {one.id for one in made}
    assert made[0].claim.b == End(kind=EndKind.MEDIUM, id=medium)
    assert (made[4].claim.basis, made[4].claim.confidence) == (Basis.STATED, Confidence.CERTAIN)
    assert (made[0].asserted_by, made[0].decided_by, made[0].is_own) == ("ada", "ada", True)


def test_links_join_what_they_can_join(world: World, ada: Actor) -> None:
    child, room = victim(ada), place(ada)
    for a, kind, b in ((room, LinkType.MADE_BY, child), (child, LinkType.PART_OF, room), (child, LinkType.CONNECTED_WITH, child)):
        with acting_as(ada) as session, pytest.raises(Invalid):
            linking.link(session, a, kind, b, basis=Basis.SEEN)


def test_a_link_shows_only_where_it_and_both_its_ends_do(world: World, ada: Actor, sven: Actor) -> None:
    """The eight ways in which the link and its two ends are hidden or not: one of them shows."""
    open_to, closed = Audience.ALL, Audience.UNIT
    shown = set()
    for a in (open_to, closed):
        for b in (open_to, closed):
            for own in (open_to, closed):
                made = link(ada, victim(ada, a), LinkType.WAS_AT, place(ada, b), handling=handling(ada, own))
                if {a, b, own} == {open_to}:
                    shown.add(made.id)
    assert len(seen(ada)) == 8
    assert seen(sven) == shown
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select distinct link_id from link_steps")
        assert {row[0] for row in cursor} == shown


def test_a_link_lies_under_its_own_ends_or_is_for_all_who_see_both(world: World, ada: Actor, sven: Actor) -> None:
    hidden, open_room, of_sweden = victim(ada, Audience.UNIT), place(ada), victim(sven)
    assert link(ada, hidden, LinkType.WAS_AT, open_room).handling == handling(ada, Audience.UNIT)
    # Sweden links its own victim with Norway's place: Norway sees that, because Sweden's victim is for all.
    foreign = link(sven, of_sweden, LinkType.WAS_AT, open_room)
    assert foreign.id in seen(ada)
    with acting_as(ada) as session, pytest.raises(NotVisible):
        linking.withdraw(session, foreign.id, "Not mine.")


def test_to_link_what_is_hidden_and_what_is_not_there_is_one_refusal(world: World, ada: Actor, sven: Actor) -> None:
    hidden, own = place(ada, Audience.UNIT), victim(sven)
    world.exhibit(ada, "NO-1")
    told = set()
    for other in (hidden, "P-100000017"):
        with acting_as(sven) as session, pytest.raises(NotVisible) as refused:
            linking.link(session, own, LinkType.WAS_AT, other, basis=Basis.SEEN)
        told.add(str(refused.value))
    with acting_as(sven) as session, pytest.raises(NotVisible) as refused:
        linking.link(session, own, LinkType.ENQUIRED_IN, "NO-1", basis=Basis.SEEN)
    assert {*told, str(refused.value)} == {ends.NONE}


def test_the_database_itself_refuses_an_end_that_is_hidden_absent_or_of_another_kind(
    world: World, ada: Actor, sven: Actor
) -> None:
    own, hidden = end_of(sven, victim(sven), EndKind.VICTIM), end_of(ada, place(ada, Audience.UNIT), EndKind.PLACE)
    absent = End(kind=EndKind.PLACE, id=UUID(int=7))
    another = End(kind=EndKind.OFFENDER, id=own.id)
    for wrong in (hidden, absent, another):
        claim = Claim(type=LinkType.WAS_AT, a=own, b=wrong, basis=Basis.SEEN, confidence=Confidence.POSSIBLE)
        with acting_as(sven) as session, pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            links.add(session, claim, LinkState.ACCEPTED, handling(sven))


# Candidates ------------------------------------------------------------------------------------------------


def found_by_a_program(by: Actor, a: str, b: str) -> int:
    claim = Claim(
        type=LinkType.WAS_AT, a=end_of(by, a, EndKind.VICTIM), b=end_of(by, b, EndKind.PLACE), basis=Basis.MATCHED,
        confidence=Confidence.POSSIBLE, rule="same-camera",
    )  # fmt: skip
    with acting_as(by) as session:
        return linking.propose_all(session, [claim], handling(by))


def test_what_a_program_finds_is_a_candidate_until_an_officer_accepts_it(world: World, ada: Actor) -> None:
    child, room = victim(ada), place(ada)
    assert found_by_a_program(ada, child, room) == 1
    (candidate,) = seen(ada, LinkState.CANDIDATE)
    assert seen(ada, LinkState.ACCEPTED) == set()
    with acting_as(ada) as session:
        assert [one.id for one in links.waiting(session, after=None, limit=10)] == [candidate]
        linking.accept(session, candidate, "The same wallpaper.")
        assert links.waiting(session, after=None, limit=10) == []
        assert [(one.step, one.reason) for one in links.steps_of(session, candidate, 10)] == [(Step.ACCEPT, "The same wallpaper.")]
    assert seen(ada, LinkState.ACCEPTED) == {candidate}


def test_what_was_refused_is_not_proposed_again_by_anybody_and_may_be_thought_better_of(world: World, ada: Actor) -> None:
    child, room = victim(ada), place(ada)
    found_by_a_program(ada, child, room)
    (candidate,) = seen(ada)
    with acting_as(ada) as session, pytest.raises(Invalid):
        linking.refuse(session, candidate, "")
    with acting_as(ada) as session:
        linking.refuse(session, candidate, "Another wallpaper.")
    assert found_by_a_program(ada, child, room) == 0
    with acting_as(ada) as session, pytest.raises(StepRefused):
        linking.propose(session, child, LinkType.WAS_AT, room, basis=Basis.STATED)
    assert seen(ada, LinkState.REFUSED) == {candidate}
    # Whoever says it as a fact has thought better of it.
    assert link(ada, child, LinkType.WAS_AT, room).id == candidate
    assert seen(ada, LinkState.ACCEPTED) == {candidate}


def test_one_unit_says_a_thing_once_and_what_it_took_back_anew(world: World, ada: Actor, sven: Actor) -> None:
    child, man = victim(ada), offender(ada)
    first = link(ada, child, LinkType.CONNECTED_WITH, man)
    assert link(ada, man, LinkType.CONNECTED_WITH, child).id == first.id
    assert link(sven, child, LinkType.CONNECTED_WITH, man).id != first.id
    with acting_as(ada) as session:
        linking.withdraw(session, first.id, "A slip.")
    with acting_as(ada) as session, pytest.raises(StepRefused):
        linking.accept(session, first.id)
    assert link(ada, child, LinkType.CONNECTED_WITH, man).id != first.id


def test_an_officer_restricts_an_own_link(world: World, ada: Actor, sven: Actor) -> None:
    made = link(ada, victim(ada), LinkType.WAS_AT, place(ada))
    assert seen(sven) == {made.id}
    with acting_as(ada) as session:
        linking.restrict(session, made.id, handling(ada, Audience.UNIT), "It is under way.")
    assert seen(sven) == set()
    with acting_as(sven) as session, pytest.raises(NotVisible):
        linking.restrict(session, made.id, handling(sven), "Why not.")


def test_handlings_of_a_link_and_of_a_clue_keep_their_reasons_and_are_widened_by_nobody_alone_where_two_are_asked_for(
    world: World, ada: Actor, sven: Actor
) -> None:
    made = link(ada, victim(ada), LinkType.WAS_AT, place(ada))
    world.medium(ada, content=b"a room")
    with acting_as(ada) as session:
        clue = spotting.add(session, hashlib.sha256(b"a room").hexdigest(), Said(kind=ClueKind.LANDMARK)).id
    acts: list[tuple[Callable[..., None], UUID, Callable[[Actor], tuple[Handled, ...]]]] = [
        (linking.restrict, made.id, lambda who: handled_of(who, lambda session: links.get(session, made.id))),
        (spotting.restrict, clue, lambda who: handled_of(who, lambda session: clues.get(session, clue))),
    ]
    for restrict, of, told in acts:
        for reason in ("", " ", "x" * 501):
            with acting_as(ada) as session, pytest.raises(Invalid, match="reason"):
                restrict(session, of, handling(ada, Audience.MEMBER), reason)
        for audience, reason in ((Audience.MEMBER, "It is under way."), (Audience.ALL, "It is over.")):
            with acting_as(ada) as session:
                restrict(session, of, handling(ada, audience), reason)
        assert [(one.reason, one.by, one.given.audience) for one in told(ada)] == [
            ("It is under way.", "ada", Audience.MEMBER), ("It is over.", "ada", Audience.ALL),
        ]  # fmt: skip
        assert told(sven) == ()
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)
    for restrict, of, told in acts:
        with acting_as(ada) as session:
            restrict(session, of, handling(ada, Audience.MEMBER), "Tightening takes one.")
        with acting_as(ada) as session, pytest.raises(StepRefused, match="Two officers"):
            restrict(session, of, handling(ada, Audience.ALL), "Alone.")
        assert [one.reason for one in told(ada)][2:] == ["Tightening takes one."]


def handled_of(who: Actor, row: Callable[[Session], Any]) -> tuple[Handled, ...]:
    with acting_as(who) as session:
        return row(session).handled


def test_what_is_said_of_a_medium_follows_it_to_the_record_that_it_is_joined_with(
    world: World, ada: Actor, sven: Actor
) -> None:
    """One content under two handlings: opened, the narrower record goes, and the link of it is one of the other."""
    room = place(ada)
    narrow, wide = (world.medium(ada, audience, content=b"a landscape") for audience in (Audience.UNIT, Audience.ALL))
    world.occurrence(ada, narrow, "NO-1", "NARROW", cover=handling(ada, Audience.UNIT))
    world.occurrence(ada, wide, "NO-1", "WIDE")
    ends_of_link = (End(kind=EndKind.MEDIUM, id=narrow), end_of(ada, room, EndKind.PLACE))
    claim = Claim(type=LinkType.TAKEN_AT, a=ends_of_link[0], b=ends_of_link[1], basis=Basis.SEEN, confidence=Confidence.CERTAIN)
    with acting_as(ada) as session:
        made = links.add(session, claim, LinkState.ACCEPTED, handling(ada))
    assert seen(sven) == set()
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.EXHIBIT, "NARROW", "NO-1", handling(ada), "It is over.", reaches_own=True)
    with acting_as(sven) as session:
        assert links.get(session, made.id).claim.a.id == wide


# Ends ------------------------------------------------------------------------------------------------------


def test_links_of_whoever_go_with_the_record_that_they_join(world: World, ada: Actor, sven: Actor) -> None:
    room = place(ada)
    gone, stays = link(sven, victim(sven), LinkType.WAS_AT, room), link(sven, victim(sven), LinkType.WAS_AT, place(sven))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update covers set retention_end = current_date where id = (select cover_id from places where reference = %s)", [room])
        assert cursor.rowcount == 1
    ending.end_due(NoVault(), calendar_of(ada.member, ada.unit))
    assert seen(sven) == {stays.id}
    assert gone.id != stays.id
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select subject_kind, step from tombstones")
        assert cursor.fetchall() == [("place", "done")]
