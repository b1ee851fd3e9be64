"""The log is read again at a press, in parts: since when it is unbroken is told to those who audit, and so is a change."""

from uuid import UUID

import pytest

from clew.actions import auditing, rereading, sequencing, verifying
from clew.actions.rereading import Reread
from clew.actions.verifying import Wrong
from clew.domain.errors import StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.formats.checkpoint import Checkpoint
from clew.records import audit, leaves
from clew.records.session import acting_as
from clew.records.verifications import Read
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.world import World

PART = 30


@pytest.fixture(autouse=True)
def little_at_a_press(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rereading, "LEAVES_PER_PRESS_MAX", PART)


@pytest.fixture
def auditor(world: World) -> Actor:
    """An auditor, and a log that begins after everybody's admission."""
    actor = world.officer("auditor", member="NO", role=Role.AUDITOR)
    world.officer("ada", member="NO")
    world.officer("sven", member="SE")
    as_owner(world, "truncate acts, waiting_acts, accesses")
    return actor


def as_owner(world: World, *statements: str) -> list[UUID]:
    """What the owner of the database does behind everybody's back; the last row that was given."""
    found: list[UUID] = []
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table acts no force row level security")
        for statement in statements:
            done = owner.execute(statement)
            found = [row[0] for row in done.fetchall()] if done.description else found
        owner.execute("alter table acts force row level security")
    return found


def act(world: World, name: str, count: int) -> None:
    member = {"ada": "NO", "sven": "SE"}[name]
    with acting_as(Actor(officer=name, member=member, unit="VICTIM-ID")) as session:
        for _ in range(count):
            audit.append(session, "case.read", "")
    sequencing.catch_up()


def press(actor: Actor) -> Reread:
    with acting_as(actor) as session:
        found = rereading.go_on(session)
    sequencing.catch_up()
    return found


def told(actor: Actor) -> Read | None:
    with acting_as(actor) as session:
        log = auditing.log_now(session)
    assert log is not None
    return log.read


def at(number: int) -> object:
    with leaves.opened() as cursor:
        return leaves.time_of(cursor, number)


def test_the_newest_are_read_first_then_what_came_and_then_what_is_older_and_it_begins_anew(world: World, auditor: Actor) -> None:
    act(world, "ada", 75)
    assert told(auditor) is None
    found = press(auditor)
    assert (found.events, found.wrong, found.read.first, found.read.size) == (PART, 0, 45, 75)
    assert found.read.since == at(45)
    assert told(auditor) == found.read
    spans = [(one.events, one.read.first, one.read.size) for one in (press(auditor), press(auditor))]
    # One event came each time: the press before.
    assert spans == [(PART, 45 - 29, 76), (17, 0, 77)]
    read = told(auditor)
    assert read is not None
    assert (read.since, read.back) == (at(0), 0)
    act(world, "ada", 40)
    # All was read: what came goes before, and what is older is read once more.
    rounds = [(one.events, one.read.first, one.read.size, one.read.back) for one in (press(auditor), press(auditor), press(auditor))]
    assert rounds == [(PART, 0, 107, 77), (PART, 0, 119, 59), (PART, 0, 120, 30)]


def test_what_was_read_long_ago_is_read_once_more_and_a_change_since_is_found(world: World, auditor: Actor) -> None:
    act(world, "ada", 20)
    assert press(auditor).events == 20
    as_owner(world, "update acts set subject = 'x' where id = (select act_id from leaves where number = 3)")
    found = press(auditor)
    assert (found.events, [one.number for one in found.findings]) == (21, [3])


def test_what_was_changed_is_found_by_the_press_that_reads_it_and_stays_found(world: World, auditor: Actor) -> None:
    act(world, "ada", 50)
    before = press(auditor).read
    (ours,) = as_owner(world, "update acts set subject = 'x' where id = (select act_id from leaves where number = 5) returning id")
    found = press(auditor)
    assert [(one.wrong, one.number, one.act_id) for one in found.findings] == [(Wrong.EDITED, 5, ours)]
    assert (found.wrong, found.read.first, found.read.size) == (1, before.first, before.size), "nothing moves on over a change"
    assert found.read.failed_at is not None
    page = signed_in("auditor").get("/audit/").content.decode()
    assert "The log is not what was signed." in page
    assert "unbroken" not in page
    assert press(auditor).wrong == 1
    failed = as_owner(world, "select id from acts where act = 'audit.verification_failed'")
    assert len(failed) == 2
    as_owner(world, "update acts set subject = '' where id = (select act_id from leaves where number = 5)")
    healed = press(auditor)
    assert (healed.wrong, healed.read.failed_at, healed.read.first) == (0, None, 0)
    assert "unbroken since" in signed_in("auditor").get("/audit/").content.decode()


def test_an_event_of_another_member_is_told_by_its_number_alone(world: World, auditor: Actor) -> None:
    act(world, "sven", 10)
    act(world, "ada", 10)
    theirs, ours = as_owner(
        world, "update acts set subject = 'x' where id in (select act_id from leaves where number in (3, 13)) returning id"
    )
    assert theirs != ours
    found = press(auditor)
    with acting_as(auditor) as session:
        own = {one.id for one in auditing.acts_of(session, auditing.Wanted()).items}
    assert {(one.number, one.act_id) for one in found.findings} == {(3, None), (13, *({theirs, ours} & own))}


def test_a_log_that_was_begun_anew_is_told_also_where_it_agrees_with_itself(world: World, auditor: Actor) -> None:
    act(world, "ada", 40)
    press(auditor)
    as_owner(world, "truncate acts, waiting_acts, leaves, tiles, checkpoints, cosignatures, accesses")
    act(world, "ada", 10)
    assert {one.wrong for one in press(auditor).findings} == {Wrong.REWOUND}
    act(world, "ada", 60)
    assert {one.wrong for one in press(auditor).findings} == {Wrong.ROOT}
    whole = verifying.verify()
    assert whole.is_good, "it agrees with itself"
    rereading.remember(whole)
    read = told(auditor)
    assert read is not None
    assert read.failed_at is not None


def test_what_was_read_whole_by_command_is_told_on_the_page(world: World, auditor: Actor) -> None:
    act(world, "ada", 80)
    rereading.remember(verifying.verify())
    read = told(auditor)
    assert read is not None
    assert (read.first, read.size, read.since, read.back) == (0, 80, at(0), 0)
    act(world, "ada", 5)
    later = press(auditor).read
    assert (later.first, later.size, later.back) == (0, 85, 55)
    since = Checkpoint(origin=sequencing.log_key().name, size=85, root=later.root)
    rereading.remember(verifying.verify(since=since))
    read = told(auditor)
    assert read is not None
    assert (read.first, read.size, read.back) == (0, 86, 55)


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.COORDINATOR])
def test_who_does_not_audit_has_nothing_read_and_sees_no_button(world: World, auditor: Actor, role: Role) -> None:
    other = world.officer("other", member="NO", role=role)
    with acting_as(other) as session, pytest.raises(StepRefused):
        rereading.go_on(session)
    client = signed_in("other")
    page = client.get("/audit/").content.decode()
    assert not any(words in page for words in ("Verify the chain", "Export these events", "Chain of hashes"))
    client.post("/audit/read-again/")
    assert told(auditor) is None


def test_a_press_on_the_page_says_what_was_read_and_is_on_record(world: World, auditor: Actor) -> None:
    act(world, "ada", 50)
    client = signed_in("auditor")
    answer = client.post("/audit/read-again/", follow=True).content.decode()
    assert "30 events were read again, and are as they were signed." in answer
    assert "older events not yet" in answer
    with acting_as(auditor) as session:
        assert [one.subject for one in auditing.acts_of(session, auditing.Wanted(act="audit.verify")).items] == [""]


def test_an_empty_log_is_unbroken_and_says_nothing_of_since_when(auditor: Actor) -> None:
    with acting_as(auditor) as session:
        found = rereading.go_on(session)
    assert (found.events, found.wrong, found.read.since) == (0, 0, None)
