"""Victims, offenders and places: entered without a name, seen by whom they are for; who they are stays in the unit."""

import re
from datetime import date

import pytest

from clew.actions import asserting, blocking, describing, ending, entrusting, linking, opening, portraying, restricting
from clew.domain.cover import years_after
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import SHARED_AT_INTAKE, Actor, Audience, Use
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Basis, LinkType
from clew.domain.offender import Established, OffenderFacts
from clew.domain.person import AgeBand, Sex
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.domain.retention import calendar_of
from clew.domain.victim import Said, VictimFacts
from clew.records import merges, nouns, offenders, places, retentions, victims
from clew.records.session import acting_as
from tests.end_to_end.test_retention_page import NoVault
from tests.world.kept import connected
from tests.world.world import World, handling

SEEN = AgeBand(youngest=7, oldest=9, on=date(2023, 4, 15))
GIRL = VictimFacts(sex=Sex.FEMALE, age=SEEN)
OSLO = Point(latitude=59.9139, longitude=10.7522, precision_m=50)


def victim(of: Actor, audience: Audience = Audience.ALL, facts: VictimFacts = GIRL) -> str:
    with acting_as(of) as session:
        return describing.enter_victim(session, facts, "Seen in several media.", handling(of, audience)).kept.reference


def seen_as_one(by: Actor, reference: str) -> set[str]:
    with acting_as(by) as session:
        one = victims.find(session, reference).kept.id
        together = merges.together(session, [one], kind=merges.VICTIMS)[one]
        return {row.kept.reference for row in victims.of(session, together).values()}


@pytest.fixture
def bea(world: World) -> Actor:
    """Of another unit of the same member."""
    return world.officer("bea", unit="NORTH")


def test_a_victim_is_entered_without_a_name_and_others_see_what_is_known(world: World, ada: Actor, sven: Actor) -> None:
    made = victim(ada)
    assert re.fullmatch(r"V-[0-9]{9}", made)
    for by, is_own in ((ada, True), (sven, False)):
        with acting_as(by) as session:
            row = victims.find(session, made)
        assert (row.facts, row.kept.is_own, row.kept.entered_by) == (GIRL, is_own, "ada" if is_own else None)


def test_a_hidden_victim_and_none_are_one_answer(world: World, ada: Actor, sven: Actor) -> None:
    hidden = victim(ada, Audience.UNIT)
    words = set()
    for reference in (hidden, "V-100000017", "nothing"):
        with acting_as(sven) as session, pytest.raises(NotVisible) as refused:
            victims.find(session, reference)
        words.add(str(refused.value))
    assert len(words) == 1
    with acting_as(sven) as session:
        assert victims.page(session, is_own=False, after=None, limit=10) == []


def test_what_was_known_before_stays_beside_what_is_known_now(world: World, ada: Actor, sven: Actor) -> None:
    made = victim(ada)
    now = VictimFacts(sex=Sex.FEMALE, age=AgeBand(youngest=8, oldest=8, on=date(2023, 4, 15)))
    with acting_as(ada) as session:
        describing.describe_victim(session, made, now, "A birthday was heard.")
    with acting_as(sven) as session:
        row = victims.find(session, made)
        told = nouns.descriptions_of(session, victims.NOUN, row.kept.id, 10)
    assert row.facts == now
    assert [one.basis for one in told] == ["A birthday was heard.", "Seen in several media."]
    assert [one.said["oldest"] for one in told] == [8, 9]
    with acting_as(sven) as session, pytest.raises(NotVisible):
        describing.describe_victim(session, made, GIRL, "Another's.")


def test_an_offender_says_what_is_established_and_no_more(world: World, ada: Actor, sven: Actor) -> None:
    with acting_as(ada) as session:
        made = describing.enter_offender(session, OffenderFacts(sex=Sex.MALE), "", handling(ada)).kept.reference
        describing.describe_offender(
            session, made, OffenderFacts(established=Established.CHARGED, sex=Sex.MALE), "The prosecutor of today."
        )
    with acting_as(sven) as session:
        assert offenders.find(session, made).facts.established is Established.CHARGED


# Places ---------------------------------------------------------------------------------------------------


def test_where_a_place_is_others_know_to_a_tenth_of_a_degree_and_nearer_if_they_may(
    world: World, ada: Actor, sven: Actor
) -> None:
    facts = PlaceFacts(kind=PlaceKind.GPS, country="NO", point=OSLO)
    given = {
        Use.FACTS: handling(ada),
        Use.ORIGINAL: handling(ada, members=["SE"], named_uses=Use.FACTS | Use.FINGERPRINTS | Use.ORIGINAL),
    }
    for use, one in given.items():
        with acting_as(ada) as session:
            made = describing.enter_place(session, facts, "the harbour", "", one).kept.reference
            assert places.find(session, made).point == OSLO
        with acting_as(sven) as session, session.cursor() as cursor:
            seen = places.find(session, made)
            cursor.execute("select latitude, longitude from places where id = %s", [seen.kept.id])
            assert cursor.fetchone() == seen.coarse == (59.9, 10.8)
        assert (seen.name, seen.point) == ("the harbour", OSLO if use is Use.ORIGINAL else None)


def test_places_whose_circles_meet_may_be_the_same_as_far_as_their_points_are_seen(
    world: World, ada: Actor, sven: Actor
) -> None:
    shared = SHARED_AT_INTAKE | Use.ORIGINAL
    points = {
        "here": OSLO, "beside": Point(latitude=59.9145, longitude=10.7522, precision_m=50),
        "across the town": Point(latitude=59.9439, longitude=10.7522, precision_m=50),
        "somewhere": Point(latitude=59.9, longitude=10.7, precision_m=500_000),
        "in the same latitude": Point(latitude=59.9139, longitude=-10.7522, precision_m=50),
    }  # fmt: skip
    made = {}
    for by, uses in ((ada, shared), (sven, shared), (sven, SHARED_AT_INTAKE)):
        for name, point in points.items():
            given = handling(by, uses=uses)
            with acting_as(by) as session:
                facts = PlaceFacts(kind=PlaceKind.GPS, point=point)
                made[by.member, uses, name] = describing.enter_place(session, facts, name, "", given).kept.reference
    with acting_as(ada) as session:
        view = portraying.look_at_place(session, made["NO", shared, "here"])
    wanted = [made["SE", shared, "here"], *(made[member, shared, "beside"] for member in ("NO", "SE"))]
    assert {row.kept.reference for row in view.near} == {*wanted}
    assert view.near[0].kept.reference == wanted[0]
    with acting_as(ada) as session:
        assert portraying.look_at_place(session, made["SE", SHARED_AT_INTAKE, "here"]).near == ()
        assert portraying.look_at_place(session, made["NO", shared, "somewhere"]).near == ()


# Who they are ----------------------------------------------------------------------------------------------


def test_who_a_victim_is_its_unit_alone_reads_for_a_purpose_and_on_record(
    world: World, ada: Actor, bea: Actor, sven: Actor
) -> None:
    made = victim(ada)
    with acting_as(ada) as session:
        entrusting.entrust(session, made, "Nora Example, born 2015-02-03")
    with pytest.raises(Invalid):
        entrusting.reveal(ada, made, purpose="curiosity", case="NO-1")
    (read,) = entrusting.reveal(ada, made, purpose="victim-identification", case="NO-1")
    assert read.words == "Nora Example, born 2015-02-03"
    assert "Nora" not in repr(read)
    for other in (bea, sven):
        with pytest.raises(NotVisible):
            entrusting.reveal(other, made, purpose="victim-identification", case="NO-1")
    for by, use in ((ada, Use.FACTS), (ada, Use.EXPORT), (bea, Use.ORIGINAL), (sven, Use.ORIGINAL)):
        with acting_as(by, use) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from identities")
            assert cursor.fetchone()[0] == 0, (by, use)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select purpose from acts where act = 'identity.reveal' and subject in (select id::text from victims)")
        assert cursor.fetchall() == [("victim-identification",)]


def test_what_is_entrusted_lies_sealed_and_is_forgotten_when_told_to(world: World, ada: Actor) -> None:
    made = victim(ada)
    with acting_as(ada) as session:
        entrusting.entrust(session, made, "Nora Example")
    with acting_as(ada, Use.ORIGINAL) as session, session.cursor() as cursor:
        cursor.execute("select words from identities")
        assert "Nora" not in cursor.fetchone()[0]
    entrusting.forget(ada, made, purpose="supervision", case="NO-1")
    with acting_as(ada, Use.ORIGINAL) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from identities")
        assert cursor.fetchone()[0] == 0


# What units assert ------------------------------------------------------------------------------------------


def test_two_victims_are_said_to_be_one_and_its_undoing_parts_them(
    world: World, ada: Actor, sven: Actor
) -> None:
    one, other, third = victim(ada), victim(sven), victim(ada)
    with acting_as(sven) as session:
        first = asserting.same(session, other, one, "The same scar.")
    with acting_as(ada) as session:
        asserting.same(session, one, third, "The same room.")
    assert seen_as_one(ada, other) == seen_as_one(sven, third) == {one, other, third}
    with acting_as(ada) as session, pytest.raises(NotVisible):
        asserting.undo(session, first)
    with acting_as(sven) as session:
        asserting.undo(session, first)
    assert seen_as_one(ada, other) == {other}
    assert seen_as_one(ada, third) == {one, third}


def test_a_duplicate_that_is_hidden_joins_nothing_for_whoever_does_not_see_it(
    world: World, ada: Actor, sven: Actor
) -> None:
    one, hidden, third = victim(ada), victim(ada, Audience.UNIT), victim(ada)
    with acting_as(ada) as session:
        asserting.same(session, one, hidden, "The same scar.", handling(ada))
        asserting.same(session, hidden, third, "The same room.", handling(ada))
    assert seen_as_one(ada, one) == {one, hidden, third}
    assert seen_as_one(sven, one) == {one}


def test_a_unit_says_beside_others_that_there_is_no_real_child_and_takes_it_back(
    world: World, ada: Actor, sven: Actor
) -> None:
    made = victim(ada)
    with acting_as(sven) as session:
        word = asserting.say(session, made, Said.NO_REAL_CHILD, "A program drew it.")
        assert asserting.say(session, made, Said.NO_REAL_CHILD, "Said again.") == word
    with acting_as(ada) as session:
        (said,) = victims.words_of(session, [victims.find(session, made).kept.id], 10)
    assert (said.said, said.owner, said.reason, said.asserted_by) == (Said.NO_REAL_CHILD, "SE", "A program drew it.", None)
    with acting_as(ada) as session, pytest.raises(NotVisible):
        asserting.undo(session, word)
    with acting_as(sven) as session:
        asserting.undo(session, word)
    with acting_as(ada) as session:
        (said,) = victims.words_of(session, [victims.find(session, made).kept.id], 10)
    assert said.withdrawn_at is not None


# Handled, kept and ended ------------------------------------------------------------------------------------


def test_a_victim_is_restricted_examined_and_kept_as_a_case_is(world: World, ada: Actor, sven: Actor) -> None:
    made = victim(ada)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.VICTIM, made, None, handling(ada, Audience.UNIT), "An operation.")
    with acting_as(sven) as session, pytest.raises(NotVisible):
        victims.find(session, made)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.VICTIM, made, None, handling(ada), "It is over.")
        kept = retentions.of(session, SubjectKind.VICTIM, victims.find(session, made).kept.id)
    assert (kept.name, kept.ends_on) == (made, years_after(opening.today(), 5))
    with acting_as(ada) as session:
        blocking.block(session, SubjectKind.VICTIM, made, None, "A request.")
    for by, refusal in ((sven, NotVisible), (ada, StepRefused)):
        with acting_as(by) as session, pytest.raises(refusal):
            asserting.say(session, made, Said.ADULT_NOW, "A birthday.")
    with acting_as(ada) as session, pytest.raises(StepRefused):
        describing.describe_victim(session, made, GIRL, "A birthday.")


def test_nothing_of_a_victim_is_left_but_its_tombstone(world: World, ada: Actor, sven: Actor) -> None:
    made, other = victim(ada), victim(sven)
    with acting_as(ada) as session:
        asserting.same(session, made, other, "The same scar.")
        entrusting.entrust(session, made, "Nora Example")
    with acting_as(sven) as session:
        asserting.say(session, made, Said.ADULT_NOW, "A birthday.")
        linking.link(session, other, LinkType.CONNECTED_WITH, made, basis=Basis.STATED)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update covers set retention_end = current_date")
    ending.end_due(NoVault(), calendar_of(ada.member, ada.unit))
    tables = ("victims", "descriptions", "identities", "victim_merges", "victim_words", "links", "link_steps")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        left = {table: superuser.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}
        kinds = superuser.execute("select subject_kind, step from tombstones").fetchall()
    assert left == {table: int(table in {"victims", "descriptions"}) for table in tables}
    assert kinds == [("victim", "done")]
    assert seen_as_one(sven, other) == {other}


def test_a_reason_is_demanded_and_nothing_is_one_with_itself(world: World, ada: Actor) -> None:
    one, other = victim(ada), victim(ada)
    with acting_as(ada) as session:
        with pytest.raises(Invalid):
            asserting.same(session, one, other, " ")
        with pytest.raises(Invalid):
            asserting.same(session, one, one, "The same.")
        with pytest.raises(Invalid):
            asserting.say(session, one, Said.ADULT_NOW, "")
