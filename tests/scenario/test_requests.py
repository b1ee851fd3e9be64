"""Somebody asks a member what is kept about them: the owner is heard, the clock runs, and nobody else learns of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from clew.actions import admitting, arriving, auditing, blocking, consulting, examining
from clew.domain.clock import RequestKind
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.request import KEPT_YEARS, Outcome, State, View
from clew.domain.retention import calendar_of
from clew.records import consultations, requests
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.world import World, handling

WHO = "Quillon Marbeck, 12 Harbour Lane"
WHAT = "I ask what zanthorpe records are kept about me."
QUESTION = "May brindlewick facts of this record be disclosed?"
ANSWER = "Yes, the cloverdene enquiry has ended."
WHY = "Nothing stands against it, says pomfrethill."
TOLD = "By registered letter to tamberline on 3 December."
DPO = Role.DATA_PROTECTION_OFFICER


@pytest.fixture
def dora(world: World) -> Actor:
    return world.officer("dora", member="NO", role=DPO)


@pytest.fixture
def stina(world: World) -> Actor:
    return world.officer("stina", member="SE", role=DPO)


def receive(by: Actor, reference: str = "R-1", kind: RequestKind = RequestKind.ACCESS, days_ago: int = 0) -> None:
    with acting_as(by) as session:
        examining.receive(session, reference, kind, datetime.now(UTC) - timedelta(days=days_ago), WHO, WHAT)


def look(by: Actor, reference: str = "R-1") -> examining.View:
    with acting_as(by) as session:
        return examining.look(session, reference)


def examined(by: Actor, reference: str = "R-1", **more: int) -> None:
    receive(by, reference, **more)
    with acting_as(by) as session:
        examining.admit(session, reference)


def ask(by: Actor, owner: str = "SE", record: UUID | None = None, reference: str = "R-1") -> UUID:
    with acting_as(by) as session:
        return consulting.ask(session, reference, owner, QUESTION, record)


def answer(by: Actor, consultation: UUID, view: View = View.AGREES) -> None:
    with acting_as(by) as session:
        consulting.answer(session, consultation, view, ANSWER)


def decide(by: Actor, outcome: Outcome, reference: str = "R-1") -> None:
    with acting_as(by) as session:
        examining.decide(session, reference, outcome, WHY)


def refusal(kind: type[Exception], act: Callable[[], object]) -> str:
    with pytest.raises(kind) as refused:
        act()
    return str(refused.value)


def test_a_request_is_examined_with_the_owner_decided_and_told(dora: Actor, stina: Actor, world: World) -> None:
    medium = world.medium(world.officer("sven", member="SE"))
    examined(dora)
    asked = ask(dora, record=medium)
    refusal(StepRefused, lambda: decide(dora, Outcome.GRANTED))
    answer(stina, asked)
    decide(dora, Outcome.GRANTED)
    with acting_as(dora) as session:
        examining.close(session, "R-1", TOLD)
    view = look(dora)
    found, (consultation,) = view.request, view.consultations
    assert (found.applicant, found.asked, found.reasons, found.told) == (WHO, WHAT, WHY, TOLD)
    assert (found.state, found.outcome, found.decided_by) == (State.CLOSED, Outcome.GRANTED, "dora")
    assert (consultation.question, consultation.answer, consultation.view) == (QUESTION, ANSWER, View.AGREES)
    assert (consultation.record_id, consultation.answered_by) == (medium, "stina")


def test_a_closed_request_is_nobodys_to_change(dora: Actor, world: World) -> None:
    receive(dora)
    with acting_as(dora) as session:
        examining.dismiss(session, "R-1", WHY)
        examining.close(session, "R-1", TOLD)
    refusal(StepRefused, lambda: decide(dora, Outcome.REFUSED))
    with acting_as(dora) as session, session.cursor() as cursor:
        cursor.execute("update requests set reasons = 'x'")
        assert cursor.rowcount == 0


def test_an_owner_that_objects_or_is_silent_keeps_its_record_to_itself(dora: Actor, stina: Actor, world: World) -> None:
    examined(dora)
    answer(stina, ask(dora), View.OBJECTS)
    refusal(StepRefused, lambda: decide(dora, Outcome.GRANTED))
    decide(dora, Outcome.PARTLY_GRANTED)
    examined(dora, "R-2")
    silent = ask(dora, reference="R-2")
    past(world, silent)
    refusal(StepRefused, lambda: answer(stina, silent))
    refusal(StepRefused, lambda: decide(dora, Outcome.GRANTED, "R-2"))
    decide(dora, Outcome.REFUSED, "R-2")


def past(world: World, consultation: UUID) -> None:
    """As it is once the owner's time is over."""
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute("alter table consultations no force row level security")
        owner.execute("update consultations set ends_at = now() - interval '1 second' where id = %s", [consultation])
        owner.execute("alter table consultations force row level security")


def test_an_owner_sees_the_question_and_nothing_of_the_request(dora: Actor, stina: Actor, world: World) -> None:
    examined(dora)
    asked = ask(dora)
    nora = world.officer("nora", member="SE", role=Role.NATIONAL_ADMINISTRATOR)
    for reader in (stina, nora):
        with acting_as(reader) as session:
            (one,) = consulting.asked_of_us(session)
            assert (one.id, one.member, one.question) == (asked, "NO", QUESTION)
        assert rows(reader) == (0, 1)
    refusal(NotVisible, lambda: look(stina))
    refusal(StepRefused, lambda: look(nora))


def rows(by: Actor) -> tuple[int, int]:
    """How many requests and consultations the database shows this actor, with the application's checks left out."""
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("select (select count(*) from requests), (select count(*) from consultations)")
        return cursor.fetchone()


@pytest.mark.parametrize("role", [role for role in Role if role not in {DPO, Role.PROGRAM, Role.OPERATOR}])
def test_nobody_else_of_the_member_learns_of_a_request(dora: Actor, stina: Actor, world: World, role: Role) -> None:
    examined(dora)
    ask(dora)
    other = world.officer("someone", member="NO", role=role)
    assert rows(other) == (0, 0)
    there, absent = (refusal(StepRefused, lambda name=name: look(other, name)) for name in ("R-1", "R-NOT-THERE"))
    assert there == absent
    refusal(StepRefused, lambda: receive(other, "R-9"))
    assert rows(admitting.operator_at("NO")) == (0, 0)


def test_another_member_cannot_tell_a_request_from_none_and_may_use_its_reference(dora: Actor, world: World) -> None:
    receive(dora)
    dag = world.officer("dag", member="DK", role=DPO)
    there, absent = (refusal(NotVisible, lambda name=name: look(dag, name)) for name in ("R-1", "R-NOT-THERE"))
    assert there == absent
    receive(dag)
    assert look(dag).request.member == "DK"
    with acting_as(dora) as session:
        ours = examining.open_ones(session).items[0].id
    with acting_as(dag) as session:
        first, second = (
            refusal(NotVisible, lambda one=one: examining.look(session, one)) for one in (ours, uuid4())
        )  # fmt: skip
    assert first == second
    asked = uuid4()
    with acting_as(dag) as session:
        refusal(NotVisible, lambda: consulting.answer(session, asked, View.AGREES, ANSWER))


def test_only_a_visible_record_of_the_owner_can_be_named(dora: Actor, stina: Actor, world: World) -> None:
    sven = world.officer("sven", member="SE")
    hidden, ours = world.medium(sven, Audience.UNIT), world.medium(world.officer("ada"))
    examined(dora)
    answers = {refusal(NotVisible, lambda one=one: ask(dora, record=one)) for one in (hidden, ours, uuid4())}
    assert len(answers) == 1
    for owner in ("NO", "XX"):
        refusal(Invalid, lambda owner=owner: ask(dora, owner))


def test_an_owner_is_asked_only_while_the_request_is_examined(dora: Actor, stina: Actor, world: World) -> None:
    receive(dora)
    refusal(StepRefused, lambda: ask(dora))
    with acting_as(dora) as session:
        request_id = examining.look(session, "R-1").request.id
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(dora) as session:
        consultations.add(session, request_id, RequestKind.ACCESS, "SE", None, QUESTION, datetime.now(UTC))


def test_when_a_request_is_withdrawn_no_answer_is_needed_any_more(dora: Actor, stina: Actor) -> None:
    examined(dora)
    asked = ask(dora)
    with acting_as(dora) as session:
        examining.withdraw(session, "R-1", "By telephone.")
    refusal(StepRefused, lambda: answer(stina, asked))


def test_what_is_due_comes_first_and_is_counted_for_the_operator(dora: Actor, world: World) -> None:
    receive(dora, "R-late", days_ago=130)
    receive(dora, "R-new")
    receive(dora, "R-soon", days_ago=100)
    receive(dora, "R-long", RequestKind.DELETION, days_ago=130)
    with acting_as(dora) as session:
        page = examining.open_ones(session, limit=2)
        rest = examining.open_ones(session, page.next, limit=2)
    said = [(one.reference, examining.timing_of(one).value) for one in (*page.items, *rest.items)]
    assert said == [("R-late", "overdue"), ("R-soon", "due-soon"), ("R-new", "in-time"), ("R-long", "in-time")]
    assert rest.next is None
    for looker in (dora, admitting.operator_at("NO"), world.officer("nina", role=Role.NATIONAL_ADMINISTRATOR)):
        with acting_as(looker) as session:
            assert examining.due(session) == examining.Due(open=4, due_soon=1, overdue=1, unanswered=0)
    for looker in (world.officer("ada"), world.officer("stina", member="SE", role=DPO)):
        with acting_as(looker) as session:
            assert examining.due(session).open == 0


def test_what_is_due_and_what_an_owner_is_asked_wait_at_home_for_who_protects_data(
    dora: Actor, stina: Actor, world: World
) -> None:
    receive(dora, "R-late", days_ago=130)
    receive(dora, "R-new")
    examined(dora, "R-soon", days_ago=100)
    ask(dora, reference="R-soon")
    waits = {
        dora: {arriving.Waiting.REQUESTS: 2}, stina: {arriving.Waiting.CONSULTATIONS: 1},
        world.officer("ada"): {}, world.officer("sven", member="SE"): {},
    }  # fmt: skip
    for officer, expected in waits.items():
        with acting_as(officer) as session:
            assert arriving.arrive(session).waiting == expected, officer.officer


def test_a_reference_is_used_once(dora: Actor) -> None:
    receive(dora)
    said = refusal(Invalid, lambda: receive(dora))
    assert "R-1" not in said


def test_what_is_blocked_for_a_request_is_freed_before_it_is_closed(dora: Actor, world: World) -> None:
    ada, bo = world.officer("ada"), world.officer("bo", unit="CYBER")
    world.exhibit(ada, "NO-1", cover=handling(ada, Audience.MEMBER))
    examined(dora)
    block = examining.block(dora, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1")
    assert [one.id for one in look(dora).blocks] == [block]
    request_id = look(dora).request.id
    with acting_as(ada) as session:
        (seen,) = [one.block for one in blocking.blocked_now(session).items]
        assert str(request_id) in seen.reason
        assert "R-1" not in seen.reason
    with acting_as(bo) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from cases")
        assert cursor.fetchone() == (0,)
    decide(dora, Outcome.REFUSED)
    refusal(StepRefused, lambda: close(dora))
    refusal(NotVisible, lambda: examining.unblock(dora, "R-1", uuid4()))
    examining.unblock(dora, "R-1", block)
    close(dora)
    refusal(StepRefused, lambda: examining.block(dora, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1"))


def test_no_number_of_newer_blocks_hides_the_one_of_a_request(dora: Actor, world: World) -> None:
    world.exhibit(world.officer("ada"), "NO-1")
    examined(dora)
    block = examining.block(dora, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1")
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table blocks no force row level security")
        owner.execute(
            """
            insert into blocks (subject_kind, subject_id, member, unit, reason, change_id, laid_by)
            select 'case', gen_random_uuid(), 'NO', 'VICTIM-ID', '', gen_random_uuid(), 'ada'
              from generate_series(0, %s)""",
            [blocking.BLOCKS_SHOWN_MAX],
        )
        owner.execute("alter table blocks force row level security")
    decide(dora, Outcome.REFUSED)
    refusal(StepRefused, lambda: close(dora))
    examining.unblock(dora, "R-1", block)
    close(dora)


def test_a_units_own_block_with_the_same_words_holds_no_request_up(dora: Actor, world: World) -> None:
    ada = world.officer("ada")
    for case in ("NO-1", "NO-2"):
        world.exhibit(ada, case)
    examined(dora)
    block = examining.block(dora, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1")
    with acting_as(ada) as session:
        (seen,) = [one.block for one in blocking.blocked_now(session).items]
        own = blocking.block(session, SubjectKind.CASE, "NO-2", None, seen.reason)
    assert [one.id for one in look(dora).blocks] == [block]
    refusal(NotVisible, lambda: examining.unblock(dora, "R-1", own))
    examining.unblock(dora, "R-1", block)
    decide(dora, Outcome.REFUSED)
    close(dora)


@pytest.mark.parametrize("is_closed", [True, False])
def test_a_block_that_comes_after_the_decision_is_lifted_again(
    dora: Actor, world: World, monkeypatch: pytest.MonkeyPatch, is_closed: bool
) -> None:
    """The request was examined when the officer asked for the block, and not any more when that was laid."""
    ada = world.officer("ada")
    world.exhibit(ada, "NO-1")
    examined(dora)
    lay = blocking.block_on_request

    def decided_meanwhile(*given: object) -> UUID:
        decide(dora, Outcome.REFUSED)
        if is_closed:
            close(dora)
        return lay(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(blocking, "block_on_request", decided_meanwhile)
    refusal(StepRefused, lambda: examining.block(dora, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1"))
    assert look(dora).blocks == ()
    with acting_as(ada) as session:
        assert blocking.blocked_now(session).items == ()


def close(by: Actor, reference: str = "R-1") -> None:
    with acting_as(by) as session:
        examining.close(session, reference, TOLD)


def test_only_a_data_protection_officer_blocks_for_a_request(dora: Actor, world: World) -> None:
    ada = world.officer("ada")
    world.exhibit(ada, "NO-1")
    examined(dora)
    refusal(StepRefused, lambda: examining.block(ada, "R-1", "VICTIM-ID", SubjectKind.CASE, "NO-1"))
    for unit, name in (("VICTIM-ID", "NO-NOT-THERE"), ("NOT-THERE", "NO-1")):
        refusal(NotVisible, lambda unit=unit, name=name: examining.block(dora, "R-1", unit, SubjectKind.CASE, name))


def test_a_request_that_went_on_meanwhile_is_not_moved_by_who_looked_before(dora: Actor) -> None:
    examined(dora)
    with acting_as(dora) as session:
        before = requests.get(session, "R-1")
    decide(dora, Outcome.REFUSED)
    with pytest.raises(StepRefused), acting_as(dora) as session:
        requests.decide(session, before, State.DECIDED, Outcome.GRANTED, WHY)
    assert look(dora).request.outcome is Outcome.REFUSED


def test_every_act_is_on_record_and_the_owner_sees_who_asked_and_who_answered(
    dora: Actor, stina: Actor, world: World
) -> None:
    examined(dora)
    answer(stina, ask(dora))
    decide(dora, Outcome.REFUSED)
    with acting_as(dora) as session, session.cursor() as cursor:
        cursor.execute("select act, purpose, subject from acts where act like 'request.%' order by id")
        found = cursor.fetchall()
        assert [act for act, _, _ in found] == ["request.receive", "request.admit", "request.consult", "request.decide"]
        assert {purpose for _, purpose, _ in found} == {"supervision"}
    for owner, act in ((stina, "request.consult"), (dora, "consultation.answer")):
        with acting_as(owner) as session, session.cursor() as cursor:
            cursor.execute("select act from clew_accesses(null, null, null, null, null, 10)")
            assert act in {row[0] for row in cursor}


def test_no_word_of_a_request_lies_in_the_database_in_the_open(dora: Actor, stina: Actor, world: World) -> None:
    examined(dora)
    answer(stina, ask(dora))
    decide(dora, Outcome.GRANTED)
    with acting_as(dora) as session:
        examining.close(session, "R-1", TOLD)
    canaries = ("Quillon", "zanthorpe", "brindlewick", "cloverdene", "pomfrethill", "tamberline", "R-1")
    with connected(**world.facts.as_owner()) as owner:
        tables = [row[0] for row in owner.execute("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'")]
        for table in tables:
            owner.execute(f'alter table public."{table}" no force row level security')
            text = "\n".join(row[0] for row in owner.execute(f'select t::text from public."{table}" t'))
            assert not [word for word in canaries if word in text], table
        owner.rollback()


# Pages, and the end of requests --------------------------------------------------------------------


def closed(by: Actor, reference: str) -> None:
    examined(by, reference)
    decide(by, Outcome.REFUSED, reference)
    with acting_as(by) as session:
        examining.close(session, reference, TOLD)


def closed_ago(world: World, by: Actor, reference: str, years: int, days: int) -> None:
    """A request that was closed so long ago."""
    closed(by, reference)
    with acting_as(by) as session:
        identifier = requests.get(session, reference).id
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(
            "update requests set closed_at = now() - make_interval(years => %s, days => %s) where id = %s",
            [years, days, identifier],
        )


def left(by: Actor) -> set[str]:
    return {one.reference for is_decided in (True, False) for one in examining.every(by, is_decided=is_decided)}


def test_every_request_is_listed_however_many_there_are(dora: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        receive(dora, f"R-{number}", days_ago=number)
        closed(dora, f"C-{number}")
    monkeypatch.setattr(examining.open_ones, "__defaults__", (None, 2))
    monkeypatch.setattr(examining.decided_ones, "__defaults__", (None, 2))
    assert [one.reference for one in examining.every(dora)] == [f"R-{number}" for number in (4, 3, 2, 1, 0)]
    assert [one.reference for one in examining.every(dora, is_decided=True)] == [f"C-{number}" for number in (4, 3, 2, 1, 0)]


def test_a_request_ends_five_years_after_it_was_closed_with_what_owners_said(
    world: World, dora: Actor, stina: Actor
) -> None:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere has no clock that a test could turn")
    world.officer("sven", member="SE")
    closed_ago(world, dora, "OLD", KEPT_YEARS, 1)
    closed_ago(world, dora, "YOUNG", KEPT_YEARS, -1)
    closed_ago(world, stina, "OLD-OF-SWEDEN", KEPT_YEARS, 1)
    examined(dora, "OPEN")
    ask(dora, reference="OPEN")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(
            "update consultations set request_id = (select id from requests where closed_at < now() - interval '5 years'"
            " and member = 'NO'), answered_at = now(), view = 'agrees', answered_by = 'stina'"
        )
    for actor in (dora, world.officer("nina", role=Role.NATIONAL_ADMINISTRATOR)):
        assert examining.end_closed(actor) == 0
    assert left(dora) == {"OLD", "YOUNG", "OPEN"}
    assert examining.end_closed(calendar_of("NO", "VICTIM-ID")) == 1
    assert left(dora) == {"YOUNG", "OPEN"}
    assert left(stina) == {"OLD-OF-SWEDEN"}
    with acting_as(stina) as session:
        assert consulting.asked_of_us(session) == ()
    with acting_as(world.officer("audrey", role=Role.AUDITOR)) as session:
        (act,) = auditing.acts_of(session, auditing.Wanted(act="request.end")).items
    assert (act.officer, act.counts) == ("calendar:", {"requests": 1})
