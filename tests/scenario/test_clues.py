"""Clues: what officers see, hear and read in media, told to whoever sees the medium and taken back by their unit alone."""

import hashlib
from uuid import UUID, uuid4

import psycopg
import pytest

from clew.actions import ending, opening, restricting, spotting
from clew.domain.clue import Box, ClueKind, Said, Where
from clew.domain.cover import Cover
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience, blocked
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Confidence
from clew.domain.medium import MediumKind
from clew.domain.retention import calendar_of
from clew.records import cases, clues, covers
from clew.records.clues import ClueRow
from clew.records.session import acting_as
from tests.end_to_end.test_retention_page import NoVault
from tests.world.kept import connected
from tests.world.world import World, handling

ROOM = b"a drawn room with a socket"
PLUG = Said(kind=ClueKind.PLUG_TYPE, value="L", where=Where(box=Box(x=0.1, y=0.6, width=0.1, height=0.1)),
            certainty=Confidence.CERTAIN, speaks={"IT": 2, "CL": 2, "DE": -1}, note="Beside the door.")  # fmt: skip


def digest(content: bytes = ROOM) -> str:
    return hashlib.sha256(content).hexdigest()


def spot(by: Actor, said: Said = PLUG, content: bytes = ROOM, **more: object) -> ClueRow:
    with acting_as(by) as session:
        return spotting.add(session, digest(content), said, **more)


def seen(by: Actor, content: bytes = ROOM, *, is_all: bool = False) -> list[ClueRow]:
    with acting_as(by) as session:
        return spotting.of_media(session, [digest(content)], is_all=is_all)


def test_a_clue_says_what_was_seen_where_by_whom_how_surely_and_for_which_countries(world: World, ada: Actor, sven: Actor) -> None:
    world.medium(ada, content=ROOM)
    made = spot(ada)
    assert (made.said, made.asserted_by, made.is_own) == (PLUG, "ada", True)
    other = seen(sven)
    assert [one.said for one in other] == [PLUG]
    assert (other[0].asserted_by, other[0].is_own) == (None, False), "officers are named within their member alone"


def test_what_is_read_lies_sealed_and_the_same_lies_equal(world: World, ada: Actor) -> None:
    world.medium(ada, content=ROOM)
    for value in ("COL. SAN M", "col.  san m"):
        spot(ada, Said(kind=ClueKind.TEXT, value=value, note="On a jacket."))
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        rows = looking.execute("select value, read, note, clues::text from clues").fetchall()
    assert len({bytes(value) for value, *_ in rows}) == 1
    assert all(word not in row[3].lower() for row in rows for word in ("san m", "jacket"))


def test_a_clue_is_seen_where_it_and_its_medium_are(world: World, ada: Actor, sven: Actor) -> None:
    """The four ways in which the two are hidden or not: one of them shows; and hidden and absent are one answer."""
    shown = {}
    for of_medium in (Audience.ALL, Audience.UNIT):
        for of_clue in (Audience.ALL, Audience.UNIT):
            content = f"{of_medium} {of_clue}".encode()
            world.medium(ada, of_medium, content=content)
            made = spot(ada, content=content, handling=handling(ada, of_clue))
            shown[of_medium, of_clue] = [one.id for one in seen(sven, content)] == [made.id]
            if not shown[of_medium, of_clue]:
                for unknown in (made.id, uuid4()):
                    with acting_as(sven) as session, pytest.raises(NotVisible, match="There is no such clue"):
                        clues.get(session, unknown)
    assert [ways for ways, is_shown in shown.items() if is_shown] == [(Audience.ALL, Audience.ALL)]


def test_nobody_says_anything_of_a_medium_that_is_hidden_and_is_not_told_that_it_is_there(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.medium(ada, Audience.UNIT, content=ROOM)
    for content in (ROOM, b"never taken in"):
        with pytest.raises(NotVisible, match="There is no such medium"):
            spot(sven, content=content)
    medium = world.medium(ada, Audience.UNIT, content=b"hidden")
    told = set()
    for one in (medium, uuid4()):
        with pytest.raises(psycopg.errors.InsufficientPrivilege) as refused, acting_as(sven) as session:
            clues.add(session, one, PLUG, handling(sven), is_own_handling=False)
        told.add(str(refused.value))
    assert len(told) == 1


def test_a_clue_is_taken_back_by_its_unit_alone_and_stays_on_record(world: World, ada: Actor, sven: Actor) -> None:
    world.medium(ada, content=ROOM)
    made = spot(sven)
    with acting_as(ada) as session, pytest.raises(NotVisible, match="Your unit has no such clue"):
        spotting.withdraw(session, made.id)
    assert [one.id for one in seen(ada)] == [made.id]
    with acting_as(sven) as session:
        spotting.withdraw(session, made.id)
    assert seen(ada) == []
    (kept,) = seen(ada, is_all=True)
    assert kept.withdrawn_at is not None
    assert kept.said == PLUG
    with acting_as(sven) as session, pytest.raises(NotVisible):
        spotting.withdraw(session, made.id)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update clues set withdrawn_by = null, withdrawn_at = null")
        assert cursor.rowcount == 0, "what was taken back is said anew, and never again what it was"


def test_what_was_said_is_never_overwritten(world: World, ada: Actor) -> None:
    world.medium(ada, content=ROOM)
    spot(ada)
    for change in ("read = ''", "countries = '{}'", "asserted_by = 'ada'", "medium_id = gen_random_uuid()"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute(f"update clues set {change}")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (Said(kind=ClueKind.SIGN, where=Where(from_ms=1_000)), "A still has no seconds"),
        (Said(kind=ClueKind.SIGN, note="x" * 501), "at most 500 characters"),
    ],
)
def test_a_place_that_such_a_medium_does_not_have_is_refused(world: World, ada: Actor, said: Said, why: str) -> None:
    world.medium(ada, content=ROOM)
    with pytest.raises(Invalid, match=why):
        spot(ada, said)
    assert seen(ada) == []


def test_what_is_heard_lasts_and_what_is_seen_is_in_a_frame(world: World, ada: Actor) -> None:
    world.medium(ada, content=ROOM, kind=MediumKind.VIDEO)
    spot(ada, Said(kind=ClueKind.SOUND, where=Where(from_ms=500, to_ms=3_000), note="A tram."))
    spot(ada, Said(kind=ClueKind.LANDMARK, where=Where(from_ms=500, box=Box(x=0, y=0, width=1, height=0.5))))
    with pytest.raises(Invalid, match="Only what is heard"):
        spot(ada, Said(kind=ClueKind.LANDMARK, where=Where(from_ms=500, to_ms=3_000)))
    assert len(seen(ada)) == 2


def change(by: Actor, to: Audience) -> None:
    with acting_as(by) as session:
        restricting.change(session, SubjectKind.CASE, "CASE-1", None, handling(by, to), "An operation.")


def test_a_clue_lies_as_its_medium_does_and_follows_it_both_ways(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=ROOM)
    world.occurrence(ada, medium)
    spot(ada)
    narrow = spot(ada, handling=handling(ada, Audience.UNIT))
    change(ada, Audience.UNIT)
    assert seen(sven) == []
    assert {one.handling.audience for one in seen(ada)} == {Audience.UNIT}
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id, is_own_handling from clues")
        assert dict(cursor.fetchall())[narrow.id] is True


def test_a_clue_follows_a_handling_that_widens_again(world: World, ada: Actor, sven: Actor) -> None:
    """A clue of another unit, and one whose handling is its own, stay as they were."""
    medium = world.medium(ada, content=ROOM)
    world.occurrence(ada, medium)
    followed, kept, foreign = spot(ada), spot(ada, handling=handling(ada, Audience.UNIT)), spot(sven)
    change(ada, Audience.UNIT)
    assert seen(sven) == []
    change(ada, Audience.ALL)
    assert {one.id for one in seen(sven)} == {followed.id, foreign.id}
    assert {one.id for one in seen(ada)} == {followed.id, kept.id, foreign.id}


def test_clues_go_along_when_records_of_one_content_are_joined(world: World, ada: Actor, sven: Actor) -> None:
    """The unit holds a content twice, under two handlings; once both are one, so are the clues on it, also of others."""
    wide, narrow = world.medium(ada, content=ROOM), world.medium(ada, Audience.UNIT, content=ROOM)
    world.occurrence(ada, wide)
    world.occurrence(ada, narrow, "CASE-2", cover=handling(ada, Audience.UNIT))
    made = [spot(ada), spot(sven)]
    change(ada, Audience.UNIT)
    found = seen(ada)
    assert {one.id for one in found} == {one.id for one in made}
    assert {one.medium_id for one in found} == {narrow}
    assert [one.handling.audience for one in found if one.is_own] == [Audience.UNIT]
    assert seen(sven) == []


def test_nothing_is_said_of_what_is_under_examination(world: World, ada: Actor) -> None:
    medium: UUID = world.medium(ada, content=ROOM)
    with acting_as(ada) as session, session.cursor() as cursor:
        held = blocked(ada.member, ada.unit)
        cursor.execute(
            "update media set audience = %s, excluded = %s where id = %s", [held.circles, sorted(held.excluded), medium]
        )
    with pytest.raises(StepRefused, match="under examination"):
        spot(ada)


def test_clues_go_with_their_medium_whoever_said_them(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=ROOM)
    spot(ada)
    spot(sven)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("delete from media where id = %s", [medium])
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        assert looking.execute("select count(*) from clues").fetchone() == (0,)


def test_clues_end_with_the_case_of_their_medium_whoever_said_them(world: World, ada: Actor, sven: Actor) -> None:
    """Ended by its day, as the calendar does; what lies in another case too stays, with its clues."""
    world.occurrence(ada, world.medium(ada, content=ROOM))
    kept = world.medium(ada, content=b"in two cases")
    world.occurrence(ada, kept)
    world.occurrence(ada, kept, "CASE-2")
    for by, content in ((ada, ROOM), (sven, ROOM), (sven, b"in two cases")):
        spot(by, content=content)
    with acting_as(ada) as session:
        cover = covers.keep(session, handling(ada), Cover(retention_end=opening.today()))
        with session.cursor() as cursor:
            for table, column in (("cases", "id"), ("exhibits", "case_id")):
                cursor.execute(f"update {table} set cover_id = %s where {column} = %s", [cover, cases.find(session, "CASE-1")])
    ending.end_due(NoVault(), calendar_of(ada.member, ada.unit))
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        assert looking.execute("select count(*) from clues").fetchone() == (1,)
    assert [one.name for one in seen(sven, b"in two cases")] == [hashlib.sha256(b"in two cases").digest()]
