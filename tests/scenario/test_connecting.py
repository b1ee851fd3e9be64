"""Getting connected: what the records show is never ticked by hand, and others are told nothing that is a member's own."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings

from clew.actions import admitting, connecting, opening, schooling
from clew.domain.certification import Step as Given
from clew.domain.certification import Training
from clew.domain.errors import Invalid, NotAdmitted, NotVisible, StepRefused
from clew.domain.exercise import Part, Result
from clew.domain.handling import Actor, Audience
from clew.domain.officer import Role
from clew.domain.readiness import STEPS, Step, Word
from clew.domain.retention import calendar_of
from clew.node.connection import ConnectionFacts
from clew.records.session import acting_as, handling_columns
from tests.scenario.test_identifying import Step as Found
from tests.scenario.test_identifying import enter, take
from tests.world.commands import clew
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.world import World, handling, insert

PASSED = Result(
    points=90, has_passed=True,
    parts={Part.TRIAGE: 30, Part.LINKS: 20, Part.DECONFLICTION: 20, Part.IDENTIFICATION: 20},
)  # fmt: skip
FAILED = Result(
    points=60, has_passed=False,
    parts={Part.TRIAGE: 30, Part.LINKS: 10, Part.DECONFLICTION: 20, Part.IDENTIFICATION: 0},
)  # fmt: skip
OWN = {step for step, about in STEPS.items() if about.is_own}


@pytest.fixture
def nina(world: World) -> Actor:
    return world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)


@pytest.fixture
def carl(world: World) -> Actor:
    """Sweden's coordinator."""
    return world.officer("carl", member="SE", role=Role.COORDINATOR)


def done(by: Actor, member: str | None = None) -> set[Step]:
    with acting_as(by) as session:
        return {line.step for line in connecting.look(session, member).lines if line.is_done}


def exercise(officer: str, result: Result) -> None:
    begun = uuid4()
    schooling.begin(officer, begun)
    schooling.note(officer, begun, result)


def waits(nina: Actor, name: str = "ada") -> UUID:
    """The certification of ada that nina proposed."""
    with acting_as(nina) as session:
        training = Training(
            trainer="the national school", trained_on=opening.today(), ends_at=datetime.now(UTC) + timedelta(days=300)
        )
        return admitting.propose(session, name, Role.ANALYST, training)


def test_what_the_records_show_is_worked_out_from_them(world: World, nina: Actor) -> None:
    assert done(nina) == {Step.UNIT, Step.ADMINISTRATOR}
    with acting_as(nina) as session:
        assert connecting.look(session).next == STEPS[Step.LEGAL_BASIS].next
    opening.add_member("NO", "Norway", legal_basis="The act on police data, section 12.")
    ada, bo, sven = world.officer("ada"), world.officer("bo"), world.officer("sven", member="SE")
    assert done(nina) == {Step.LEGAL_BASIS, Step.UNIT, Step.ADMINISTRATOR}
    exercise("ada", FAILED)
    assert Step.TRAINING not in done(nina)
    exercise("ada", PASSED)
    take_in(ada)
    world.occurrence(ada, world.medium(ada, content=b"a harbour"))
    assert done(nina) == {Step.LEGAL_BASIS, Step.UNIT, Step.ADMINISTRATOR, Step.TRAINING, Step.FIRST_UPLOAD}
    world.medium(sven, content=b"a harbour")
    assert Step.FIRST_MATCH in done(nina)
    child = enter(ada)
    take(ada, bo, child, Found.LOCATE)
    assert Step.FIRST_IDENTIFICATION not in done(nina)
    take(ada, bo, child, Found.IDENTIFY)
    assert done(nina) == {*Step} - {Step.SECURE_LINK}
    with acting_as(nina) as session:
        assert connecting.look(session).next == STEPS[Step.SECURE_LINK].next
        word = Word(done_on=opening.today(), basis="Tested with the operator.")
        connecting.say(session, Step.SECURE_LINK, word)
        assert connecting.look(session).next == "This member is connected."


def take_in(by: Actor) -> None:
    """An intake of the officer's."""
    with acting_as(by) as session:
        row = {"source": b"sealed", "source_kind": "folder", "started_by": by.officer, "host": "here", "keeps_bytes": True}
        insert(session, "intakes", {**row, **handling_columns(handling(by))})


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.SECURE_LINK])
def test_nobody_ticks_by_hand_what_the_records_show(nina: Actor, step: Step) -> None:
    before = done(nina)
    with acting_as(nina) as session, pytest.raises(StepRefused, match="worked out"):
        connecting.say(session, step, Word(done_on=opening.today(), basis="I say so."))
    # Who sees to it, and by when, is said of every step.
    with acting_as(nina) as session:
        line = connecting.say(session, step, Word(kept_by="the liaison officer", due_on=opening.today() - timedelta(1)))
    assert (line.word.kept_by, line.is_overdue) == ("the liaison officer", step not in before)
    assert done(nina) == before


def test_what_only_people_know_is_stated_with_a_day_that_has_come_and_a_basis(nina: Actor) -> None:
    today = opening.today()
    for word in (Word(done_on=today), Word(done_on=today + timedelta(days=1), basis="x"), Word(words="x" * 1001)):
        with acting_as(nina) as session, pytest.raises(Invalid):
            connecting.say(session, Step.SECURE_LINK, word)
    assert clew("readiness", "say", "secure-link", "--as", "nina", "--done", "2026-02-01", "--basis", "tested").code == 0
    assert Step.SECURE_LINK in done(nina)
    with acting_as(nina) as session:
        connecting.say(session, Step.SECURE_LINK, Word(words="The certificate was withdrawn."))
    assert Step.SECURE_LINK not in done(nina)


def test_a_coordinator_of_another_member_is_told_days_and_no_words_and_nothing_of_what_is_the_members_own(
    world: World, nina: Actor, carl: Actor
) -> None:
    with acting_as(nina) as session:
        connecting.say(session, Step.SECURE_LINK, Word(done_on=opening.today(), basis="A paper.", words="Ring Per."))
        connecting.say(session, Step.FIRST_MATCH, Word(due_on=opening.today(), kept_by="ada"))

    def read() -> tuple[object, ...]:
        with acting_as(carl) as session:
            return connecting.look(session, "no"), connecting.checklists(session)

    found, lists = read()
    lines = {line.step: line for line in found.lines}
    assert lines[Step.SECURE_LINK].done_on == opening.today()
    assert {line.word.basis + line.word.words + line.word.kept_by for line in found.lines} == {""}
    assert {line.step for line in found.lines if not line.is_told} == OWN
    assert all(not line.is_done and line.word == Word() for line in found.lines if line.step in OWN)
    # Whatever Norway takes in, matches and finds, and whatever Sweden sees of it: Sweden is told the same.
    ada, bo, sven = world.officer("ada"), world.officer("bo"), world.officer("sven", member="SE")
    world.medium(sven, content=b"a harbour")
    before = read()
    take_in(ada)
    own = handling(ada, Audience.MEMBER)
    world.occurrence(ada, world.medium(ada, Audience.MEMBER, content=b"a harbour"), cover=own)
    take(ada, bo, enter(ada), Found.IDENTIFY)
    assert read() == before
    assert done(nina) & OWN == OWN
    assert {one.member for one in lists} == {"NO", "SE"}


def test_a_match_with_what_a_member_may_not_see_is_none_to_it(world: World, nina: Actor) -> None:
    ada, sven = world.officer("ada"), world.officer("sven", member="SE")
    world.occurrence(ada, world.medium(ada, content=b"a harbour"))
    world.medium(sven, Audience.UNIT, content=b"a harbour")
    assert Step.FIRST_MATCH not in done(nina)


@pytest.mark.parametrize("role", [role for role in Role if role not in connecting.READERS])
def test_other_roles_have_no_checklist_and_an_administrator_none_of_others(world: World, nina: Actor, role: Role) -> None:
    who = Actor(officer="program" if role is Role.PROGRAM else role.value, member="NO", unit="ADMIN", role=role)
    world.member("SE")
    with acting_as(who) as session, pytest.raises(NotVisible):
        connecting.look(session)
    with acting_as(nina) as session:
        assert [one.member for one in connecting.checklists(session)] == ["NO"]
        with pytest.raises(NotVisible) as hidden:
            connecting.look(session, "SE")
        with pytest.raises(NotVisible) as absent:
            connecting.look(session, "XX")
    assert str(hidden.value) == str(absent.value)
    with acting_as(who) as session, pytest.raises(StepRefused):
        connecting.say(session, Step.UNIT, Word(kept_by="me"))


def test_words_of_the_checklist_lie_sealed(nina: Actor, node: ConnectionFacts) -> None:
    with acting_as(nina) as session:
        connecting.say(session, Step.UNIT, Word(kept_by="Per Hansen", words="ring him", basis="the decree"))
        with session.cursor() as cursor:
            row = cursor.execute("select kept_by, basis, words from readiness_words").fetchone()
    assert not any(words in kept for kept in row for words in ("Hansen", "ring", "decree"))


def test_an_exercise_is_ground_for_a_certification_where_the_member_asks_for_one(world: World, nina: Actor) -> None:
    bert = world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("ada")
    proposed = waits(nina)
    with acting_as(nina) as session:
        schooling.need(session, is_needed=True)
    with acting_as(bert) as session, pytest.raises(StepRefused, match="this one has not"):
        admitting.move(session, proposed, Given.GIVE)
    given = "update certifications set state = 'given', given_by = 'bert', given_at = now() where id = %s"
    with app_connection() as app:
        claim(app, true_context(app, bert))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute(given, [proposed])
    exercise("ada", FAILED)
    with acting_as(bert) as session, pytest.raises(StepRefused):
        admitting.move(session, proposed, Given.GIVE)
    exercise("ada", PASSED)
    with acting_as(bert) as session:
        assert schooling.grounds(session, ["ada"])["ada"] > opening.today() + timedelta(days=700)
        admitting.move(session, proposed, Given.GIVE)


def test_one_that_was_passed_certifies_nobody_and_none_is_needed_where_nobody_asks(world: World, nina: Actor) -> None:
    bert = world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(nina) as session:
        admitting.admit(session, "ada", "ADMIN")
        admitting.admit(session, "dag", "ADMIN")
    exercise("ada", PASSED)
    with pytest.raises(NotAdmitted):
        opening.actor_of("ada")
    proposed = waits(nina, "dag")
    with acting_as(bert) as session:
        admitting.move(session, proposed, Given.GIVE)
    assert opening.actor_of("dag").role is Role.ANALYST


def test_a_node_may_ask_for_an_exercise_of_every_member(world: World, nina: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    bert = world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    world.officer("ada")
    monkeypatch.setattr(settings, "CLEW_EXERCISE_NEEDED", True)
    proposed = waits(nina)
    with acting_as(bert) as session, pytest.raises(StepRefused):
        admitting.move(session, proposed, Given.GIVE)


def test_exercises_are_seen_by_the_officer_and_who_administers_the_member(
    world: World, nina: Actor, carl: Actor
) -> None:
    ada, dag = world.officer("ada"), world.officer("dag")
    per = world.officer("per", role=Role.COORDINATOR)
    exercise("ada", PASSED)
    seen = {}
    for who in (ada, dag, per, nina, carl):
        with acting_as(who) as session:
            seen[who.officer] = [line.officer for line in schooling.look(session).items]
    assert seen == {"ada": ["ada"], "dag": [], "per": [], "nina": ["ada"], "carl": []}
    with acting_as(ada) as session, pytest.raises(StepRefused):
        schooling.need(session, is_needed=True)
    for statement in (
        "insert into exercises (member, officer, version, begun_by) values ('NO', 'ada', '1', 'ada')",
        "update exercises set has_passed = true, ended_at = now(), points = 100, parts = '{}'",
    ):
        with app_connection() as app:
            claim(app, true_context(app, ada))
            with suppress(psycopg.errors.InsufficientPrivilege):
                assert app.execute(statement).rowcount == 0


def test_old_exercises_and_words_go_and_what_holds_stays(world: World, nina: Actor, node: ConnectionFacts) -> None:
    world.officer("ada")
    exercise("ada", PASSED)
    for words in ("first", "second"):
        with acting_as(nina) as session:
            connecting.say(session, Step.UNIT, Word(words=words))
    calendar = calendar_of("NO", "VICTIM-ID")
    assert connecting.end_old(calendar) == 0
    _lay_back(node)
    # The latest word stays, however old; what it replaced goes, and so does the exercise.
    assert connecting.end_old(calendar) == 2
    with acting_as(nina) as session:
        assert schooling.look(session).items == ()
        assert next(line for line in connecting.look(session).lines if line.step is Step.UNIT).word.words == "second"


def _lay_back(node: ConnectionFacts) -> None:
    with connected(**node.as_owner()) as owner:
        for table, columns in {"exercises": ("begun_at", "ended_at"), "readiness_words": ("said_at",)}.items():
            owner.execute(f"alter table {table} no force row level security")
            for column in columns:
                owner.execute(f"update {table} set {column} = {column} - interval '1097 days'")
            owner.execute(f"alter table {table} force row level security")


def test_the_commands_say_the_same_in_words_and_as_json(world: World, nina: Actor, carl: Actor) -> None:
    said = clew("readiness", "show", "--as", "nina")
    assert "Next: Enter the legal basis" in said.out
    assert json.loads(clew("readiness", "list", "--as", "carl", "--json").out)["checklists"][0]["member"] == "NO"
    told = json.loads(clew("readiness", "show", "NO", "--as", "carl", "--json").out)["steps"]
    assert [one for one in told if not one["is_told"]] == [{"step": step.value, "is_told": False} for step in Step if step in OWN]
    assert "2 of 5" in clew("readiness", "list", "--as", "carl").out
    assert clew("readiness", "show", "SE", "--as", "nina").err == clew("readiness", "show", "XX", "--as", "nina").err
    assert json.loads(clew("academy", "need", "--as", "nina", "--needed", "--json").out) == {"is_needed": True}
    exercise("nina", FAILED)
    assert "nina  Not passed with 60 of 100 points; 70 pass" in clew("academy", "list", "--as", "nina").out
