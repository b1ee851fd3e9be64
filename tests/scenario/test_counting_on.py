"""A child that was found stays counted once when the records of it have come to their end, and nothing of them is kept for that."""

from datetime import date

import pytest

from clew.actions import asserting, ending, opening
from clew.actions.identifying import Step
from clew.domain.cover import default_retention_end
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.ledger import By, of_others
from clew.domain.person import Sex
from clew.domain.victim import Said
from clew.records import victims
from clew.records.session import acting_as
from tests.scenario.test_identifying import counted, enter, take
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World

END = default_retention_end(opening.today())


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo")


@pytest.fixture
def tyra(world: World, sven: Actor) -> Actor:
    return world.officer("tyra", member="SE")


def ends(world: World, office: Office, day: list[date], *, kept: str = "") -> None:
    """Whatever has come to its end goes, but what of this member is kept longer."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        database.execute("update covers set retention_end = %s where owner_member <> %s", [END, kept])
        database.execute("update covers set retention_end = '2099-01-01' where owner_member = %s", [kept])
    day.append(END)
    ending.end_all(office.workplace)


def left(world: World) -> list[tuple[object, ...]]:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        return database.execute("select member, year, sex, youngest, is_safeguarded from children_ended order by 1, 2, 3").fetchall()


def is_there(of: Actor, victim: str) -> bool:
    try:
        with acting_as(of) as session:
            victims.find(session, victim)
    except NotVisible:
        return False
    return True


def test_a_child_that_was_found_stays_counted_as_it_was_when_its_record_ends(
    world: World, office: Office, ada: Actor, bo: Actor, day: list[date]
) -> None:
    """By member, year, age band, sex and how far it came; one that was not found is counted nowhere, before and after."""
    made = enter(ada, "8-9"), enter(ada, "3-5", Sex.MALE), enter(ada, "11-12")
    for victim in made[:2]:
        take(ada, bo, victim, Step.IDENTIFY)
    take(ada, bo, made[1], Step.SAFEGUARD)
    year = opening.today().year
    before = [counted(ada, by) for by in By] + [counted(ada, By.AGE, year)]
    assert before[0][""].own == 2
    ends(world, office, day)
    assert not any(is_there(ada, victim) for victim in made)
    assert [counted(ada, by) for by in By] + [counted(ada, By.AGE, year)] == before
    assert left(world) == [("NO", year, "female", 7, False), ("NO", year, "male", 3, True)]
    ending.end_all(office.workplace)
    assert len(left(world)) == 2


def test_of_others_small_numbers_are_shown_no_more_than_before(
    world: World, office: Office, ada: Actor, sven: Actor, tyra: Actor, day: list[date]
) -> None:
    for _ in range(6):
        take(sven, tyra, enter(sven), Step.IDENTIFY)
    ends(world, office, day)
    assert (counted(ada)["SE"].own, counted(ada)["SE"].others) == (0, of_others(6))
    assert counted(sven)["SE"].own == 6
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        database.execute("delete from children_ended where id in (select id from children_ended limit 2)")
    assert counted(ada)["SE"].others is None, "few are shown to nobody else"
    assert counted(sven)["SE"].own == 4
    for table in ("children_ended", "children_counted"):
        with acting_as(sven) as session, session.cursor() as cursor:
            cursor.execute("select has_table_privilege(%s, 'select')", [table])
            assert cursor.fetchone() == (False,)


def test_who_was_no_real_child_is_counted_neither_before_nor_after(
    world: World, office: Office, ada: Actor, bo: Actor, day: list[date]
) -> None:
    victim = enter(ada)
    take(ada, bo, victim, Step.IDENTIFY)
    with acting_as(ada) as session:
        asserting.say(session, victim, Said.NO_REAL_CHILD, "Drawn by a program.")
    ends(world, office, day)
    assert counted(ada)[""].own == 0
    assert left(world) == []


@pytest.mark.parametrize("theirs_is_found", [True, False])
def test_a_child_of_two_members_is_counted_once_whichever_record_ends_first(
    world: World, office: Office, ada: Actor, bo: Actor, sven: Actor, tyra: Actor, day: list[date], theirs_is_found: bool
) -> None:
    """Norway's record ends. Where Sweden has found the child as well it is Sweden's from then on; where it finds it later, it
    is counted already.
    """
    ours, theirs = enter(ada), enter(sven)
    take(ada, bo, ours, Step.IDENTIFY)
    if theirs_is_found:
        take(sven, tyra, theirs, Step.IDENTIFY)
    for by in (ada, sven):
        with acting_as(by) as session:
            asserting.same(session, ours, theirs, "The same scar.")
    assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 0)
    ends(world, office, day, kept="SE")
    assert not is_there(ada, ours)
    assert is_there(sven, theirs)
    if theirs_is_found:
        assert (counted(ada)[""].own, counted(sven)[""].own) == (0, 1)
        assert left(world) == []
    else:
        assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 0)
        take(sven, tyra, theirs, Step.IDENTIFY)
        assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 0), "counted already"
    ends(world, office, day)
    assert not is_there(sven, theirs)
    assert (counted(ada)[""].own, counted(sven)[""].own) == ((0, 1) if theirs_is_found else (1, 0))


def test_nobody_keeps_a_count_of_a_victim_that_is_not_going(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    """Neither of another's, nor of an own one that is there."""
    victim = enter(ada)
    take(ada, bo, victim, Step.IDENTIFY)
    for by in (ada, sven):
        with acting_as(by) as session, session.cursor() as cursor:
            cursor.execute("select clew_keep_child(%s)", [victims.find(session, victim).kept.id])
    assert left(world) == []
    assert counted(ada)[""].own == 1
