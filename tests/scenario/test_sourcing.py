"""Where a medium came from and what became of it: to each as far as they may see, and to its owner every access."""

import hashlib

import pytest

from clew.actions import sourcing, surveying
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor, Audience
from clew.domain.series import Event
from clew.records import audit, series
from clew.records.session import acting_as
from tests.world.world import World

LAKE = hashlib.sha256(b"a lake").hexdigest()


def source(by: Actor, digest: str = LAKE) -> sourcing.Provenance:
    with acting_as(by) as session:
        return sourcing.source(session, digest)


def test_paths_cases_and_names_of_officers_stay_with_their_member(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=b"a lake")
    world.occurrence(ada, medium, "NO-1", "PHONE-1", path=b"DCIM/lake.jpg")
    world.series(ada, "green", [medium])
    own, other = source(ada), source(sven)
    assert [(one.path, one.case, one.exhibit) for one in own.found] == [(b"DCIM/lake.jpg", "NO-1", "PHONE-1")]
    assert (other.is_own, other.found, other.looks, other.accesses) == (False, (), (), ())
    assert other.series == own.series
    assert [(one.member, one.act) for one in source(ada).accesses] == [("SE", "medium.source")]


def test_what_is_hidden_is_the_same_as_what_is_not_there(world: World, ada: Actor, sven: Actor) -> None:
    world.occurrence(ada, world.medium(ada, Audience.UNIT, content=b"a lake"), "NO-1", "PHONE-1")
    for name in (LAKE, "0" * 64, "NO-1", "S-123456789"):
        with pytest.raises(NotVisible):
            source(sven, name)
    # Nor does what Sweden has of the same content tell that Norway has it.
    world.medium(sven, content=b"a lake")
    found = source(sven)
    assert (found.is_own, found.found, found.series, found.opened) == (True, (), (), ())
    assert source(ada).owner == "NO"


def test_the_looks_of_others_are_told_to_the_owner(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=b"a lake")
    for by in (ada, sven):
        with acting_as(by) as session:
            audit.append(session, sourcing.REVEAL, str(medium), purpose="victim-identification", case="X-1")
    assert ("SE", sourcing.REVEAL) in [(one.member, one.act) for one in source(ada).accesses]
    assert [one.officer for one in source(ada).looks] == ["ada"]


def test_when_others_took_media_in_is_not_among_the_times_of_a_series(world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=b"a lake")
    world.occurrence(ada, medium, "NO-1", "PHONE-1")
    green = world.series(ada, "green", [medium])
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set taken_at = '2023-05-04 12:00' where id = %s", [medium])
        name = series.of(session, [green])[green].reference

    def events(by: Actor) -> list[Event]:
        with acting_as(by) as session:
            return [one.event for one in surveying.look(session, name).times]

    assert events(ada) == [Event.TAKEN, Event.TAKEN_IN, Event.EXHIBIT_ENTERED]
    assert events(sven) == [Event.TAKEN]
