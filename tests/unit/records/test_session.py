"""A session keeps its word: one transaction, one actor."""

import os
import signal

import psycopg
import pytest
from django.contrib.auth import get_backends
from django.db import connections
from django.http import HttpRequest

from clew.domain.errors import Invalid, NotVisible, Unavailable
from clew.domain.handling import MEMBERS_PER_RECORD_MAX, Actor, Audience
from clew.node import postgres
from clew.node.configuration import Configuration
from clew.node.place import place_of
from clew.records import audit, cases, members, officers
from clew.records.session import Session, acting_as, handling_columns
from tests.world.world import World, handling

COLUMNS = "name, owner_member, owner_unit, audience, members, excluded"


def test_what_an_action_writes_is_there_afterwards(world: World) -> None:
    ada = world.officer("ada")
    with acting_as(ada) as session:
        opened = cases.open_case(session, "NO-1", handling(ada))
    with acting_as(ada) as session:
        assert cases.find(session, "NO-1") == opened


def test_an_action_that_fails_leaves_nothing(world: World) -> None:
    ada = world.officer("ada")
    with pytest.raises(ZeroDivisionError), acting_as(ada) as session:
        half_done(session, ada)
    with acting_as(ada) as session, pytest.raises(NotVisible):
        cases.find(session, "NO-1")


def half_done(session: Session, actor: Actor) -> None:
    cases.open_case(session, "NO-1", handling(actor))
    raise ZeroDivisionError


def test_it_is_refused_within_itself(world: World) -> None:
    ada = world.officer("ada")
    with acting_as(ada), pytest.raises(RuntimeError), acting_as(ada):
        pass


def test_rows_are_copied_under_row_security(world: World) -> None:
    ada = world.officer("ada")
    cover = tuple(handling_columns(handling(ada)).values())
    with acting_as(ada) as session:
        for names in (("one", "two"), ("two", "three")):
            with session.copy_into("hash_lists", COLUMNS, on_conflict="on conflict do nothing") as copy:
                for name in names:
                    copy.write_row((name, *cover))
        with session.cursor() as cursor:
            cursor.execute("select array_agg(convert_from(name, 'utf8') order by name) from hash_lists")
            assert cursor.fetchone() == (["one", "three", "two"],)


def test_rows_for_another_owner_are_not_copied(world: World) -> None:
    ada = world.officer("ada")
    cover = tuple((handling_columns(handling(ada)) | {"owner_member": "SE"}).values())
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        acting_as(ada) as session,
        session.copy_into("hash_lists", COLUMNS) as copy,
    ):
        copy.write_row(("one", *cover))


def test_a_record_can_name_as_many_members_as_a_handling(world: World) -> None:
    ada = world.officer("ada")
    codes = [f"M{number:07}" for number in range(2 * MEMBERS_PER_RECORD_MAX)]
    named, excluded = codes[:MEMBERS_PER_RECORD_MAX], codes[MEMBERS_PER_RECORD_MAX:]
    medium = world.medium(ada, Audience.MEMBERS, members=named, excluded=excluded)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id from media")
        assert cursor.fetchone() == (medium,)


def test_a_session_begins_on_a_new_connection_where_the_database_was_gone(
    world: World, configuration: Configuration
) -> None:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere is not this test's to kill")
    ada = world.officer("ada")
    os.kill(int((place_of(configuration).cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    with postgres.running(configuration), acting_as(ada) as session:
        assert session.actor == ada
    connections["owner"].close()


def test_a_database_that_goes_away_within_is_unavailable(world: World) -> None:
    ada = world.officer("ada")
    with pytest.raises(Unavailable), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select pg_terminate_backend(pg_backend_pid())")
    with acting_as(ada) as session:
        assert session.actor == ada


def test_an_officer_acts_for_one_unit_only(world: World) -> None:
    ada = world.officer("Ada", member="NO", unit="VICTIM-ID")
    assert officers.actor_of("ADA") == ada
    with pytest.raises(Invalid):
        world.officer("ada", unit="OTHER")
    with pytest.raises(NotVisible):
        officers.actor_of("eve")


def test_an_officer_signs_in_with_the_password_set_and_no_other(world: World) -> None:
    world.officer("ada")
    assert not _is_let_in("ada", "")
    officers.set_password("ada", "a long enough password")
    assert _is_let_in("ada", "a long enough password")
    assert not _is_let_in("ada", "another password")
    assert not _is_let_in("eve", "a long enough password")


def _is_let_in(username: str, password: str) -> bool:
    """Whether the backend that the pages sign in with takes the password."""
    (backend,) = get_backends()
    return backend.authenticate(HttpRequest(), username=username, password=password) is not None


@pytest.mark.parametrize("password", ["", "elevenchars", "1234567890123", "q1w2e3r4t5y6"])
def test_a_password_that_is_short_or_that_everybody_tries_is_refused(world: World, password: str) -> None:
    world.officer("ada")
    with pytest.raises(Invalid, match="12 characters"):
        officers.set_password("ada", password)


def test_acts_are_appended_and_seen_by_the_own_member_only(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    with acting_as(ada) as session:
        audit.append(session, "case.open", "an id", {"files": 3})
    for actor, count in ((ada, 1), (eve, 0)):
        with acting_as(actor) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from acts where officer = 'ada' and counts ->> 'files' = '3'")
            assert cursor.fetchone() == (count,)


def test_a_case_is_the_own_units_before_another_units(world: World) -> None:
    ada, bob = world.officer("ada", unit="A"), world.officer("bob", unit="B")
    eve = world.officer("eve", member="SE")
    with acting_as(bob) as session:
        bobs = cases.open_case(session, "NO-1", handling(bob))
    with acting_as(ada) as session:
        assert cases.find(session, "NO-1") == bobs
        own = cases.open_case(session, "NO-1", handling(ada))
    assert own != bobs
    with acting_as(eve) as session, pytest.raises(NotVisible):
        cases.find(session, "NO-1")


def test_members_have_short_plain_codes(world: World) -> None:
    world.member("no", "Norway")
    with acting_as(world.officer("ada")) as session:
        assert members.names(session)["NO"] == "Member NO"
    for code in ("N", "NORWAY-SOUTH", "N Ö", ""):
        with pytest.raises(Invalid):
            world.member(code, "Norway")


@pytest.mark.parametrize(
    ("state", "sentence"),
    [("08006", "reached"), ("57P01", "reached"), ("53100", "room"), ("57014", "too long"), ("40P01", "between")],
)
def test_what_the_database_could_not_do_is_told_apart(world: World, state: str, sentence: str) -> None:
    ada = world.officer("ada")
    with pytest.raises(Unavailable, match=sentence), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(f"do $$ begin raise exception 'as a test has it' using errcode = '{state}'; end $$")


def test_a_mistake_of_ours_is_not_called_an_outage(world: World) -> None:
    """A name too long for its index was once told as a database that cannot be reached, and tried for minutes."""
    ada = world.officer("ada")
    with pytest.raises(psycopg.errors.ProgramLimitExceeded), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("do $$ begin raise exception 'as a test has it' using errcode = '54000'; end $$")
