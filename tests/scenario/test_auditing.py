"""Who reads what of the audit: oneself, one's member's auditor, the supervisor of all; and owners, of accesses."""

import itertools
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from clew.actions import auditing, checking, proving, sequencing, triaging
from clew.actions.auditing import Wanted
from clew.domain.errors import Invalid, NotVisible, Unavailable
from clew.domain.handling import NODE, Actor
from clew.domain.officer import Role
from clew.domain.series import SeriesState
from clew.records import acts, audit
from clew.records.session import acting_as
from tests.world.world import World


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def sven(world: World) -> Actor:
    return world.officer("sven", member="SE")


def act(actor: Actor, kind: str = "case.read", subject: str = "", **more: object) -> None:
    with acting_as(actor) as session:
        audit.append(session, kind, subject, **more)


def read(actor: Actor, wanted: Wanted | None = None) -> list[str]:
    """Officers whose acts the actor reads, each once."""
    with acting_as(actor) as session:
        return sorted({one.officer for one in auditing.acts_of(session, wanted or Wanted()).items} - {actor.officer})


def accessed(actor: Actor) -> list[tuple[str, str, str]]:
    with acting_as(actor) as session:
        return [(one.member, one.act, one.subject) for one in auditing.accesses(session, Wanted()).items]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.INVESTIGATOR, False), (Role.ANALYST, False), (Role.COORDINATOR, False), (Role.OPERATOR, False),
        (Role.NATIONAL_ADMINISTRATOR, True), (Role.AUDITOR, True), (Role.DATA_PROTECTION_OFFICER, True),
    ],
)  # fmt: skip
def test_how_much_all_members_do_is_told_to_those_who_audit_only(
    world: World, ada: Actor, sven: Actor, role: Role, sees: bool
) -> None:
    reader = world.officer("reader", member="NO", unit="OTHER", role=role)
    act(sven)
    sequencing.catch_up()
    with acting_as(reader) as session:
        log = auditing.log_now(session)
    assert (log is not None and log.size > 0) is sees


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.INVESTIGATOR, False), (Role.ANALYST, False), (Role.COORDINATOR, False), (Role.OPERATOR, False),
        (Role.NATIONAL_ADMINISTRATOR, True), (Role.AUDITOR, True), (Role.DATA_PROTECTION_OFFICER, True),
    ],
)  # fmt: skip
def test_who_reads_what_others_of_the_member_did(
    world: World, ada: Actor, sven: Actor, role: Role, sees: bool
) -> None:
    reader = world.officer("reader", member="NO", unit="OTHER", role=role)
    act(ada)
    act(sven)
    assert ("ada" in read(reader)) is sees
    assert "sven" not in read(reader)


def test_an_auditor_of_the_supervisor_reads_the_acts_of_all_and_no_other_role_does(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.member("CCF", "Commission")
    auditor = world.officer("auditor", member="CCF", role=Role.AUDITOR)
    analyst = world.officer("analyst", member="CCF", role=Role.ANALYST)
    act(ada)
    act(sven)
    assert not {"ada", "sven"} & {*read(auditor)}
    auditing.add_supervisor("CCF")
    assert {"ada", "sven"} <= {*read(auditor)}
    assert not {"ada", "sven"} & {*read(analyst)}


def test_an_auditor_reads_references_and_no_record(world: World, ada: Actor) -> None:
    auditor = world.officer("auditor", member="NO", role=Role.AUDITOR)
    world.occurrence(ada, world.medium(ada))
    for table in ("cases", "media", "occurrences", "exhibits"):
        with acting_as(auditor) as session, session.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,)


def test_reading_the_audit_is_itself_on_record(ada: Actor) -> None:
    read(ada)
    accessed(ada)
    with acting_as(ada) as session:
        kinds = [one.act for one in auditing.acts_of(session, Wanted()).items]
    assert {"audit.read", "audit.read_accesses"} <= {*kinds}


def test_acts_are_filtered_by_member_kind_subject_and_time_and_paged_without_gaps(world: World, ada: Actor) -> None:
    began = datetime.now(tz=UTC)
    for number in range(25):
        act(ada, ("triage.read", "victim.read", "place.read")[number % 3], f"subject {number % 5}")
    with acting_as(ada) as session:

        def asked(**of: object) -> list[str]:
            return [one.act for one in acts.page(session, Wanted(**of), 100)]

        assert len(asked(act="victim.read")) == 8
        assert len(asked(subject="subject 2")) == 5
        assert asked(member="SE") == []
        assert asked(until=began - timedelta(days=2)) == []
        assert len(asked(since=began, act="triage.read")) == 9
        assert asked(since=datetime.now(tz=UTC) + timedelta(minutes=1)) == []
        pages, before = [], None
        while True:
            page = auditing.acts_of(session, Wanted(act="triage.read", before=before), limit=4)
            pages.append(page.items)
            before = page.next
            if before is None:
                break
    found = [*itertools.chain.from_iterable(pages)]
    assert [len(page) for page in pages] == [4, 4, 1]
    assert len({one.id for one in found}) == 9
    assert [one.id for one in found] == sorted((one.id for one in found), reverse=True)


def test_the_owner_of_a_record_is_found_under_its_identifier(world: World, ada: Actor, sven: Actor) -> None:
    medium, exhibit = world.medium(sven), world.exhibit(sven)
    act(ada, "medium.read", str(medium))
    act(ada, "exhibit.read", str(exhibit))
    act(ada, "medium.read", str(uuid4()))
    act(ada, "chunk.take", "17")
    assert accessed(sven) == [("NO", "exhibit.read", str(exhibit)), ("NO", "medium.read", str(medium))]
    assert accessed(ada) == []


def test_who_sees_a_record_in_a_triage_is_told_to_its_owner_without_the_case(
    world: World, ada: Actor, sven: Actor
) -> None:
    """Sweden learns that Norway was shown its records, and not in which enquiry."""
    known = world.medium(sven, content=b"the same")
    world.series(sven, "green-room", [known], state=SeriesState.IDENTIFIED)
    world.occurrence(ada, world.medium(ada, content=b"the same"), "NO-1", "PHONE-1")
    with acting_as(ada) as session:
        triaging.media(session, "NO-1")
    assert len([*triaging.every_medium(ada, "NO-1")]) == 1
    with acting_as(ada) as session:
        triaging.counts(session, "NO-1")
    assert accessed(sven) == [("NO", "triage.show", ""), ("NO", "triage.read", "")]


def test_an_access_tells_purpose_and_case_only_where_it_is_about_the_owners_record(
    ada: Actor, sven: Actor, world: World
) -> None:
    medium = world.medium(sven)
    act(ada, "medium.reveal", str(medium), purpose="investigation", case="NO-1")
    act(ada, "triage.read", "", shown=["SE"], purpose="investigation", case="NO-SECRET")
    with acting_as(sven) as session:
        about_theirs, about_ours = auditing.accesses(session, Wanted()).items
    assert (about_theirs.subject, about_theirs.case_reference) == ("", "")
    assert (about_ours.subject, about_ours.case_reference) == (str(medium), "NO-1")


def test_the_operator_sees_no_access(world: World, ada: Actor, sven: Actor) -> None:
    operator = world.officer("olga", member="SE", role=Role.OPERATOR)
    act(ada, "medium.read", str(world.medium(sven)))
    assert accessed(operator) == []
    assert accessed(NODE) == []


def test_nobody_writes_an_act_of_another(ada: Actor, sven: Actor) -> None:
    for column, value in (("officer", "sven"), ("member", "SE"), ("unit", "X")):
        row = {"officer": "ada", "member": "NO", "unit": ada.unit} | {column: value}
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(ada) as session:
            session.cursor().execute(
                "insert into acts (id, officer, member, unit, act, subject, counts, salt)"
                " values (%s, %s, %s, %s, 'x', '', '{}', %s)",
                [uuid4(), *row.values(), bytes(16)],
            )


@pytest.mark.parametrize("words", ["update acts set act = 'x'", "delete from acts", "truncate acts", "delete from waiting_acts",
                                   "insert into leaves values (1, gen_random_uuid())", "select from tiles", "select from accesses"])  # fmt: skip
def test_an_act_is_never_changed_or_removed_and_the_log_is_out_of_reach(ada: Actor, words: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(ada) as session:
        session.cursor().execute(words)


def test_an_event_is_proved_to_whoever_may_read_it(world: World, ada: Actor, sven: Actor) -> None:
    act(ada, "case.read", "", purpose="investigation", case="NO-1")
    with acting_as(ada) as session:
        (event,) = acts.page(session, Wanted(act="case.read"), 10)
    with acting_as(ada) as session, pytest.raises(Unavailable):
        proving.prove(session, event.id)
    sequencing.catch_up()
    with acting_as(ada) as session:
        proof = proving.prove(session, event.id)
    found = checking.check(type(proof).parse(str(proof)), sequencing.log_key(), [])
    assert "purpose investigation\ncase sealed:" in found.words
    assert "NO-1" not in found.words
    said = []
    for identifier in (event.id, uuid4()):
        with acting_as(sven) as session, pytest.raises(NotVisible) as refused:
            proving.prove(session, identifier)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_a_supervisor_takes_part() -> None:
    with pytest.raises(Invalid):
        auditing.add_supervisor("QQ")


def test_whatever_is_shown_of_the_use_of_a_record_needs_no_right_on_it(world: World, ada: Actor, sven: Actor) -> None:
    """Who hid a record from a member still sees that its officer once read it."""
    medium = world.medium(sven)
    act(ada, "medium.read", str(medium))
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = 0, excluded = '{NO}' where id = %s", [medium])
    assert accessed(sven) == [("NO", "medium.read", str(medium))]
