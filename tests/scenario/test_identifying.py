"""A child is identified and made safe by two officers; whoever had a part is told once, and nobody what is hidden."""

import hashlib
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from clew.actions import arriving, asserting, corresponding, describing, gathering, identifying, linking, opening
from clew.actions.identifying import Step
from clew.domain.arrival import Waiting
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.ledger import SMALL, By, Line, of_others
from clew.domain.link import Basis, LinkType
from clew.domain.message import NoticeKind
from clew.domain.person import Sex, age_band
from clew.domain.series import SeriesState
from clew.domain.triage import Answer, Evidence
from clew.domain.victim import Said, VictimFacts, VictimState
from clew.records import identifications, policies, series, victims
from clew.records.session import acting_as
from clew.records.visibility import visible
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.meanwhile import while_open
from tests.world.mutants import changed
from tests.world.office import Office
from tests.world.world import World, handling

HARBOUR = b"a harbour at dusk"


def enter(by: Actor, age: str = "7-9", sex: Sex = Sex.FEMALE) -> str:
    with acting_as(by) as session:
        facts = VictimFacts(sex=sex, age=age_band(age, opening.today()))
        return describing.enter_victim(session, facts, "", handling(by)).kept.reference


def appears(by: Actor, victim: str, in_what: str) -> None:
    with acting_as(by) as session:
        linking.link(session, victim, LinkType.APPEARS_IN, in_what, basis=Basis.SEEN)


def reference(of: Actor, name: str) -> str:
    with acting_as(of) as session:
        return series.find(session, name).reference


def propose(by: Actor, victim: str, step: Step = Step.IDENTIFY) -> None:
    with acting_as(by) as session:
        identifying.propose(session, victim, step, basis="A school photograph.", evidence="Picture 12 of PHONE-1.")


def confirm(by: Actor, victim: str) -> None:
    with acting_as(by) as session:
        identifying.confirm(session, victim)


def take(proposer: Actor, confirmer: Actor, victim: str, step: Step) -> None:
    propose(proposer, victim, step)
    confirm(confirmer, victim)


def state(of: Actor, name: str) -> SeriesState:
    with acting_as(of) as session:
        return series.find(session, name).state


def told(unit: Actor) -> list[tuple[NoticeKind, str]]:
    with acting_as(unit) as session:
        return sorted((one.kind, one.about) for one in corresponding.notices(session).items)


def counted(by: Actor, what: By = By.MEMBER, year: int | None = None) -> dict[str, Line]:
    with acting_as(by) as session:
        found, _ = identifying.ledger(session, what, year)
    return {line.key: line for line in (*found.lines, found.total)}


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO")


@pytest.fixture
def dag(world: World) -> Actor:
    return world.officer("dag", member="DK")


# The story -----------------------------------------------------------------------------------------------


def test_two_officers_identify_a_child_and_all_who_had_a_part_learn_that_it_is_known_and_safe(
    world: World, office: Office, ada: Actor, bo: Actor, sven: Actor, dag: Actor
) -> None:
    """Sweden put a medium into Norway's series, Denmark's triage named it; both are told, and triage says so from now on."""
    medium = world.medium(ada, content=HARBOUR)
    world.occurrence(ada, medium, "NO-1")
    world.series(ada, "green-room", [medium])
    named = reference(ada, "green-room")
    theirs = world.medium(sven)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
            " select s.id, m.id, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded from series s, media m"
            " where m.id = %s", [theirs],
        )  # fmt: skip
    world.occurrence(dag, world.medium(dag, content=HARBOUR), "CASE-1")
    assert [one.answer for one in office.triage(dag).values()] == [Answer.PARALLEL_ENQUIRY]
    child = enter(ada)
    appears(ada, child, named)

    take(ada, bo, child, Step.LOCATE)
    assert told(sven) == []
    propose(ada, child, Step.IDENTIFY)
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        identifying.confirm(session, child)
    assert state(ada, "green-room") is SeriesState.OPEN
    confirm(bo, child)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    assert told(sven) == told(dag) == [(NoticeKind.IDENTIFIED, named)]
    assert told(ada) == []
    assert [one.answer for one in office.triage(dag).values()] == [Answer.SOLVED_ELSEWHERE]

    take(bo, ada, child, Step.SAFEGUARD)
    assert told(dag) == [(NoticeKind.IDENTIFIED, named), (NoticeKind.SAFEGUARDED, named)]
    assert state(ada, "green-room") is SeriesState.SAFEGUARDED
    with acting_as(ada) as session:
        history = identifying.steps(session, child)
    assert [(one.step, one.proposed_by, one.decided_by) for one in history] == [
        (Step.SAFEGUARD, "bo", "ada"), (Step.IDENTIFY, "ada", "bo"), (Step.LOCATE, "ada", "bo"),
    ]  # fmt: skip


def test_a_mistake_is_taken_back_by_two_and_those_who_were_told_are_told_so(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    medium = world.medium(ada, content=HARBOUR)
    world.series(ada, "green-room", [medium])
    world.medium(dag, content=HARBOUR)
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))
    take(ada, bo, child, Step.IDENTIFY)
    take(ada, bo, child, Step.REOPEN)
    assert state(ada, "green-room") is SeriesState.OPEN
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK]
    with acting_as(dag) as session:
        for one in corresponding.notices(session).items:
            corresponding.see(session, one.id)
    take(ada, bo, child, Step.IDENTIFY)
    with acting_as(dag) as session:
        waiting = [one.kind for one in corresponding.notices(session).items if one.seen_at is None]
    assert waiting == [NoticeKind.IDENTIFIED], "what was taken back is told anew"


def test_a_unit_is_told_for_no_medium_that_it_may_not_see(world: World, ada: Actor, bo: Actor, dag: Actor) -> None:
    """The series is open and its medium is not: whoever has the same content must not learn that it lies there."""
    world.series(ada, "green-room", [world.medium(ada, Audience.UNIT, content=HARBOUR)])
    world.medium(dag, content=HARBOUR)
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))
    take(ada, bo, child, Step.IDENTIFY)
    assert told(dag) == []


def test_what_was_taken_back_twice_is_told_twice_and_what_nobody_read_is_told_anew(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    world.series(ada, "green-room", [world.medium(ada, content=HARBOUR)])
    world.medium(dag, content=HARBOUR)
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))

    def latest() -> NoticeKind:
        with acting_as(dag) as session:
            return max(corresponding.notices(session).items, key=lambda one: one.raised_at).kind

    for _ in range(2):
        take(ada, bo, child, Step.IDENTIFY)
        assert latest() is NoticeKind.IDENTIFIED
        take(ada, bo, child, Step.REOPEN)
        assert latest() is NoticeKind.OUTCOME_TAKEN_BACK


def test_a_link_of_another_unit_moves_no_series(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    """Sweden says that Norway's child appears in Norway's other series: Norway's enquiry there goes on."""
    world.series(ada, "green-room", [world.medium(ada)])
    child = enter(ada)
    appears(sven, child, reference(ada, "green-room"))
    take(ada, bo, child, Step.IDENTIFY)
    assert state(ada, "green-room") is SeriesState.OPEN


def test_what_is_told_is_what_the_series_has_come_to(world: World, ada: Actor, bo: Actor, dag: Actor) -> None:
    """Both children are identified before they are linked: making one safe solves the series, and does not make it safe."""
    world.series(ada, "green-room", [world.medium(ada, content=HARBOUR)])
    world.medium(dag, content=HARBOUR)
    one, other, located = enter(ada), enter(ada), enter(ada)
    for child in (one, other):
        take(ada, bo, child, Step.IDENTIFY)
        appears(ada, child, reference(ada, "green-room"))
    take(ada, bo, one, Step.SAFEGUARD)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED]
    take(ada, bo, located, Step.LOCATE)
    appears(ada, located, reference(ada, "green-room"))
    assert state(ada, "green-room") is SeriesState.OPEN, "not every child in it is found"
    assert {kind for kind, _ in told(dag)} == {NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK}
    take(ada, bo, located, Step.REOPEN)
    assert state(ada, "green-room") is SeriesState.OPEN, "who was only located had solved nothing"


def test_whoever_may_not_see_the_series_is_told_nothing(world: World, ada: Actor, bo: Actor, dag: Actor) -> None:
    """Its failure twin: Denmark has the same content, and the series is hidden from it."""
    medium = world.medium(ada, content=HARBOUR)
    made = world.series(ada, "green-room", [medium])
    world.medium(dag, content=HARBOUR)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set excluded = '{DK}' where id = %s", [made])
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))
    take(ada, bo, child, Step.IDENTIFY)
    assert told(dag) == []


def test_a_unit_whose_part_is_hidden_is_told_and_who_tells_learns_nothing_of_it(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    """Denmark's copy is closed to Norway: Denmark learns the outcome, and Norway's side is the same as without it."""
    world.series(ada, "green-room", [world.medium(ada, content=HARBOUR)])
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))

    def last_act(of: Actor) -> tuple[str, str]:
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute("select act, counts::text from acts where act like 'victim.%%' order by at desc limit 1")
            return cursor.fetchone()

    take(ada, bo, child, Step.IDENTIFY)
    without = last_act(ada), last_act(bo)
    take(ada, bo, child, Step.REOPEN)
    world.medium(dag, Audience.UNIT, content=HARBOUR)
    take(ada, bo, child, Step.IDENTIFY)
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED]
    assert (last_act(ada), last_act(bo)) == without == (("victim.propose_identify", "{}"), ("victim.identify", "{}"))
    assert told(ada) == []


def test_a_series_with_two_children_is_solved_when_both_are(world: World, ada: Actor, bo: Actor) -> None:
    medium = world.medium(ada, content=HARBOUR)
    world.occurrence(ada, medium)
    world.series(ada, "green-room", [medium])
    one, other, nobody = enter(ada), enter(ada), enter(ada)
    appears(ada, one, reference(ada, "green-room"))
    appears(ada, other, medium_name(ada))
    appears(ada, nobody, reference(ada, "green-room"))
    with acting_as(ada) as session:
        asserting.say(session, nobody, Said.NO_REAL_CHILD, "Drawn by a program.")
    take(ada, bo, one, Step.IDENTIFY)
    assert state(ada, "green-room") is SeriesState.OPEN
    take(ada, bo, other, Step.IDENTIFY)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    take(ada, bo, other, Step.SAFEGUARD)
    assert state(ada, "green-room") is SeriesState.IDENTIFIED


def medium_name(of: Actor) -> str:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select encode(name, 'hex') from media")
        return cursor.fetchone()[0]


def test_marking_a_series_by_hand_tells_too_and_once(world: World, ada: Actor, dag: Actor) -> None:
    world.series(ada, "green-room", [world.medium(ada, content=HARBOUR)])
    world.medium(dag, content=HARBOUR)
    for wanted in (SeriesState.IDENTIFIED, SeriesState.IDENTIFIED, SeriesState.SAFEGUARDED):
        with acting_as(ada) as session:
            opening.mark_series(session, "green-room", wanted, "By telephone.")
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED, NoticeKind.SAFEGUARDED]


def test_a_step_waits_alone_with_its_basis_and_is_refused_or_withdrawn(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    child = enter(ada)
    for basis, evidence in (("", "Picture 12."), ("A school.", " ")):
        with acting_as(ada) as session, pytest.raises(Invalid):
            identifying.propose(session, child, Step.IDENTIFY, basis=basis, evidence=evidence)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        identifying.propose(session, child, Step.SAFEGUARD, basis="x", evidence="y")
    with acting_as(sven) as session, pytest.raises(NotVisible):
        identifying.propose(session, child, Step.IDENTIFY, basis="x", evidence="y")
    propose(ada, child)
    with acting_as(bo) as session, pytest.raises(StepRefused, match="waits already"):
        identifying.propose(session, child, Step.LOCATE, basis="x", evidence="y")
    with acting_as(bo) as session, pytest.raises(StepRefused, match="Who proposed"):
        identifying.withdraw(session, child)
    with acting_as(bo) as session:
        identifying.refuse(session, child)
    with acting_as(bo) as session, pytest.raises(StepRefused, match="waits"):
        identifying.confirm(session, child)
    propose(ada, child)
    with acting_as(ada) as session:
        identifying.withdraw(session, child)
    with acting_as(sven) as session:
        assert victims.find(session, child).state is VictimState.UNIDENTIFIED
        assert identifying.steps(session, child) == (), "steps are their unit's own"


def test_the_database_takes_no_step_of_one_officer_alone_and_shows_none_to_another_unit(
    world: World, ada: Actor, bo: Actor, sven: Actor
) -> None:
    child = enter(ada)
    propose(ada, child)
    alone = "update victim_steps set status = 'confirmed', decided_by = %s, decided_at = now()"
    for who in ("ada", "bo"):
        with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.Error):
            cursor.execute(alone, [who])
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(alone, ["sven"])
        assert cursor.rowcount == 0
        cursor.execute("select count(*) from victim_steps")
        assert cursor.fetchone() == (0,)
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("update victims set state = 'identified'")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select id from victims")
        victim = cursor.fetchone()[0]
    with acting_as(sven) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute(
            "insert into victim_steps (victim_id, step, state, basis, evidence, member, unit, proposed_by)"
            " values (%s, 'identify', 'identified', 'x', 'y', 'SE', 'VICTIM-ID', 'sven')", [victim],
        )  # fmt: skip


def test_a_next_step_is_listed_when_its_day_has_come(world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    child = enter(ada)
    visit = opening.today() + timedelta(days=10)
    with acting_as(ada) as session:
        identifying.propose(
            session, child, Step.LOCATE, basis="A shop sign.", evidence="Picture 3.", next_step="Ask the town.", next_on=visit
        )
    confirm(bo, child)
    with acting_as(ada) as session:
        assert identifying.due(session).items == ()
        assert Waiting.NEXT_STEPS not in arriving.arrive(session).waiting
    for module in (identifying, arriving):
        monkeypatch.setattr(module, "today", lambda: visit)
    for officer in (ada, bo):
        with acting_as(officer) as session:
            assert arriving.arrive(session).waiting[Waiting.NEXT_STEPS] == 1, "whoever of the unit arrives is told"
    with acting_as(ada) as session:
        (found,) = identifying.due(session).items
        assert (found[0], found[1].next_step) == (child, "Ask the town.")
    take(ada, bo, child, Step.IDENTIFY)
    with acting_as(ada) as session:
        assert identifying.due(session).items == (), "a later step has taken its place"
        assert Waiting.NEXT_STEPS not in arriving.arrive(session).waiting


# What is one with the identified series ---------------------------------------------------------------------


def merged(by: Actor, one: str, other: str, given: Handling | None = None) -> UUID:
    with acting_as(by) as session:
        return gathering.merge(session, one, other, "The same wallpaper.", given)


def taken_back(by: Actor, merge_id: UUID) -> None:
    with acting_as(by) as session:
        gathering.undo(session, merge_id)


def identified_child(ada: Actor, bo: Actor, *series_names: str) -> str:
    child = enter(ada)
    for name in series_names:
        appears(ada, child, reference(ada, name))
    take(ada, bo, child, Step.IDENTIFY)
    return child


@pytest.fixture
def two_series(world: World, ada: Actor, sven: Actor, dag: Actor) -> tuple[str, str]:
    """Norway's series and Sweden's, which has another medium; Denmark has in a case what Sweden's has."""
    world.series(ada, "green-room", [world.medium(ada)])
    world.series(sven, "harbour", [world.medium(sven, content=HARBOUR)])
    world.occurrence(dag, world.medium(dag, content=HARBOUR), "CASE-1")
    return reference(ada, "green-room"), reference(sven, "harbour")


def test_whoever_has_a_part_in_a_series_that_is_one_with_the_identified_one_is_told_once_and_of_a_mistake_too(
    office: Office, ada: Actor, bo: Actor, sven: Actor, dag: Actor, two_series: tuple[str, str]
) -> None:
    """Sweden owns the other series, Denmark's triage names it: both read that the child is known, and learn why."""
    green, _ = two_series
    merged(ada, *two_series)
    child = identified_child(ada, bo, "green-room")
    assert told(sven) == told(dag) == [(NoticeKind.IDENTIFIED, green)]
    assert told(ada) == []
    assert [one.answer for one in office.triage(dag).values()] == [Answer.SOLVED_ELSEWHERE]
    take(ada, bo, child, Step.REOPEN)
    assert told(sven) == told(dag) == [(NoticeKind.IDENTIFIED, green), (NoticeKind.OUTCOME_TAKEN_BACK, green)]


def test_a_merge_after_the_identification_tells_then_and_its_undoing_takes_it_back(
    ada: Actor, bo: Actor, sven: Actor, dag: Actor, two_series: tuple[str, str]
) -> None:
    green, _ = two_series
    identified_child(ada, bo, "green-room")
    assert told(sven) == told(dag) == []
    of_ada = merged(ada, *two_series)
    assert told(sven) == told(dag) == [(NoticeKind.IDENTIFIED, green)]
    of_sven = merged(sven, *two_series)
    assert told(dag) == [(NoticeKind.IDENTIFIED, green)], "the same said by another unit is told nobody again"
    taken_back(ada, of_ada)
    assert told(dag) == [(NoticeKind.IDENTIFIED, green)], "Sweden still says so"
    taken_back(sven, of_sven)
    assert told(sven) == told(dag) == [(NoticeKind.IDENTIFIED, green), (NoticeKind.OUTCOME_TAKEN_BACK, green)]



def test_whoever_is_told_reads_in_which_month_its_own_media_came_in(
    world: World, ada: Actor, bo: Actor, dag: Actor, two_series: tuple[str, str]
) -> None:
    """The first of those by which it has a part, be it in a series that is one with this; on pages, by commands, by the API."""
    merged(ada, *two_series)
    later = world.medium(dag, Audience.UNIT, content=HARBOUR)
    world.medium(dag, content=b"of another matter")
    with acting_as(dag) as session, session.cursor() as cursor:
        cursor.execute(
            "update media set taken_in_at = case when id = %s then '2026-07-04'::timestamptz when name = %s then '2026-05-17'"
            " else '2025-01-01' end where owner_member = 'DK'", [later, hashlib.sha256(HARBOUR).digest()],
        )  # fmt: skip
    identified_child(ada, bo, "green-room")
    client = signed_in("dag")
    for page in ("/", "/messages/"):
        assert '<time datetime="2026-05">May 2026</time>' in client.get(page).content.decode()
    assert client.get("/api/notices").json()["items"][0]["since"].startswith("2026-05-17")
    assert "your media: May 2026" in clew("notice", "list", "--as", "dag").out


def test_who_has_a_part_of_its_own_is_told_nothing_by_a_merge_or_its_undoing(
    world: World, ada: Actor, bo: Actor, dag: Actor, two_series: tuple[str, str]
) -> None:
    world.series(ada, "green-room", [world.medium(ada, content=b"another harbour")])
    world.medium(dag, content=b"another harbour")
    identified_child(ada, bo, "green-room")
    before = told(dag)
    assert before == [(NoticeKind.IDENTIFIED, two_series[0])]
    taken_back(ada, merged(ada, *two_series))
    assert told(dag) == before


@pytest.mark.parametrize("hidden", ["the merge", "the series between", "the identified one"])
def test_no_part_comes_by_a_path_that_is_hidden(
    world: World, ada: Actor, bo: Actor, sven: Actor, dag: Actor, two_series: tuple[str, str], hidden: str
) -> None:
    """Its failure twin: what Denmark may not see gives it no part, before the child is found and after."""
    excluding = "update series set excluded = '{DK}' where reference = %s"
    if hidden != "the merge":
        of, which = (sven, two_series[1]) if hidden == "the series between" else (ada, two_series[0])
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute(excluding, [which])
    given = handling(ada, excluded=["DK"]) if hidden == "the merge" else None
    made = merged(ada, *two_series, given)
    child = identified_child(ada, bo, "green-room")
    assert told(dag) == []
    assert told(sven) == [(NoticeKind.IDENTIFIED, two_series[0])]
    taken_back(ada, made)
    merged(ada, *two_series, given)
    take(ada, bo, child, Step.REOPEN)
    assert told(dag) == []


def test_own_series_that_are_one_follow_together_and_whoever_has_a_part_in_both_is_told_once(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    for name, content in (("green-room", HARBOUR), ("blue-room", b"a quay")):
        world.series(ada, name, [world.medium(ada, content=content)])
        world.medium(dag, content=content)
    merged(ada, "green-room", "blue-room")
    child = identified_child(ada, bo, "green-room")
    assert state(ada, "green-room") is state(ada, "blue-room") is SeriesState.IDENTIFIED
    assert len(told(dag)) == 1
    with acting_as(ada) as session:
        (step,) = series.steps_of(session, series.find(session, "blue-room").id, 9)
        assert step.basis == identifying.AS_ONE
    take(ada, bo, child, Step.REOPEN)
    assert state(ada, "green-room") is state(ada, "blue-room") is SeriesState.OPEN


def test_a_child_of_either_that_is_not_found_holds_back_both(world: World, ada: Actor, bo: Actor) -> None:
    for name in ("green-room", "blue-room"):
        world.series(ada, name, [world.medium(ada)])
    merged(ada, "green-room", "blue-room")
    other = enter(ada)
    appears(ada, other, reference(ada, "blue-room"))
    identified_child(ada, bo, "green-room")
    assert state(ada, "green-room") is state(ada, "blue-room") is SeriesState.OPEN
    take(ada, bo, other, Step.IDENTIFY)
    assert state(ada, "green-room") is state(ada, "blue-room") is SeriesState.IDENTIFIED


def test_an_own_series_follows_a_merge_made_later_and_is_open_again_without_it(
    world: World, ada: Actor, bo: Actor, dag: Actor
) -> None:
    for name in ("green-room", "blue-room", "by-hand"):
        world.series(ada, name, [world.medium(ada, content=name.encode())])
    world.medium(dag, content=b"blue-room")
    identified_child(ada, bo, "green-room")
    with acting_as(ada) as session:
        opening.mark_series(session, "by-hand", SeriesState.IDENTIFIED, "By telephone.")
    made = merged(ada, "green-room", "blue-room")
    by_hand = merged(ada, "green-room", "by-hand")
    assert state(ada, "blue-room") is SeriesState.IDENTIFIED
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED]
    taken_back(ada, made)
    taken_back(ada, by_hand)
    assert state(ada, "blue-room") is SeriesState.OPEN
    assert state(ada, "by-hand") is SeriesState.IDENTIFIED, "what an officer marked stays marked"
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
    assert [kind for kind, _ in told(dag)] == [NoticeKind.IDENTIFIED, NoticeKind.OUTCOME_TAKEN_BACK]


def test_no_series_follows_what_another_unit_says_is_one(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    for name in ("green-room", "blue-room"):
        world.series(ada, name, [world.medium(ada)])
    merged(sven, reference(ada, "green-room"), reference(ada, "blue-room"))
    identified_child(ada, bo, "green-room")
    assert (state(ada, "green-room"), state(ada, "blue-room")) == (SeriesState.IDENTIFIED, SeriesState.OPEN)


@pytest.mark.parametrize("way", ["lies in it", "is one with it"])
def test_what_another_unit_of_the_own_member_has_found_is_never_new(
    office: Office, world: World, ada: Actor, bo: Actor, way: str
) -> None:
    """The medium came with an export and lies in no case: the other unit reads that the child is known, and by whom."""
    eva = world.officer("eva", member="NO", unit="CYBER")
    medium = world.medium(ada, content=HARBOUR)
    world.series(ada, "green-room", [medium] if way == "lies in it" else [])
    if way == "is one with it":
        world.series(eva, "blue-room", [world.medium(eva, content=HARBOUR)])
        merged(ada, "green-room", reference(eva, "blue-room"))
    world.occurrence(eva, world.medium(eva, Audience.UNIT, content=HARBOUR), "CASE-9")
    assert [one.answer for one in office.triage(eva, "CASE-9").values()] == [Answer.NEW]
    identified_child(ada, bo, "green-room")
    assert told(eva) == [(NoticeKind.IDENTIFIED, reference(ada, "green-room"))]
    (found,) = office.triage(eva, "CASE-9").values()
    assert found.answer is Answer.KNOWN
    best = found.reasons[0]
    assert best.evidence is Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER
    assert (best.series, best.owner, best.unit) == ("green-room", "NO", "VICTIM-ID")


CARELESS = {
    "hidden merges count": (
        "clew_parts(", "where {e_is_seen_by_u} and {s_is_seen_by_u}", "where {s_is_seen_by_u}",
        lambda fixtures: test_no_part_comes_by_a_path_that_is_hidden(*fixtures, hidden="the merge")),
    "hidden series count": (
        "clew_parts(", "where {e_is_seen_by_u} and {s_is_seen_by_u}", "where {e_is_seen_by_u}",
        lambda fixtures: test_no_part_comes_by_a_path_that_is_hidden(*fixtures, hidden="the series between")),
    "withdrawn merges count": (
        "clew_parts(", "where e.id = $2 and $3", "where e.id = $2",
        lambda fixtures: test_a_merge_after_the_identification_tells_then_and_its_undoing_takes_it_back(
            *fixtures[1:5], two_series=fixtures[5])),
}  # fmt: skip


@pytest.mark.parametrize("mutant", CARELESS)
def test_careless_telling_would_be_noticed(
    world: World, ada: Actor, bo: Actor, sven: Actor, dag: Actor, two_series: tuple[str, str], mutant: str
) -> None:
    function, before, after, story = CARELESS[mutant]
    rules = {
        "{e_is_seen_by_u}": visible("e.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=policies.FACTS),
        "{s_is_seen_by_u}": visible("s.", viewer_member="u.member", viewer_unit="u.unit", viewer_use=policies.FACTS),
    }
    for place, words in rules.items():
        before, after = before.replace(place, words), after.replace(place, words)
    with changed(world.facts, function, before, after), pytest.raises(AssertionError):
        story((world, ada, bo, sven, dag, two_series))


# The ledger ------------------------------------------------------------------------------------------------


def test_a_child_of_two_members_is_counted_once_when_both_say_that_it_is_one(
    world: World, ada: Actor, bo: Actor, sven: Actor
) -> None:
    """What one of them says alone changes no number: else whoever asserts would try what is hidden from them."""
    tyra = world.officer("tyra", member="SE")
    ours, theirs = enter(ada), enter(sven, age="10-12")
    take(ada, bo, ours, Step.IDENTIFY)
    take(sven, tyra, theirs, Step.IDENTIFY)
    said = {}
    for by in (sven, ada):
        assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 1)
        with acting_as(by) as session:
            said[by] = asserting.same(session, ours, theirs, "The same scar.")
    assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 0)
    assert counted(ada, By.AGE)["7-10"].own == 1
    take(sven, tyra, theirs, Step.SAFEGUARD)
    assert counted(ada)[""].own_safeguarded == 0, "what another member says of its victim moves no number of the own"
    with acting_as(sven) as session:
        asserting.undo(session, said[sven])
    assert (counted(ada)[""].own, counted(sven)[""].own) == (1, 1)
    with acting_as(ada) as session:
        asserting.say(session, ours, Said.NO_REAL_CHILD, "Drawn by a program.")
    assert counted(ada)[""].own == 0


def test_small_numbers_of_others_are_not_shown_and_enough_are(world: World, ada: Actor, sven: Actor) -> None:
    tyra = world.officer("tyra", member="SE")
    for count in range(1, 7):
        take(sven, tyra, enter(sven), Step.IDENTIFY)
        line = counted(ada)["SE"]
        assert (line.own, line.others) == (0, of_others(count))
        assert counted(sven)["SE"].own == count
    assert counted(ada)[""].others == 5
    assert counted(ada, year=1999) == {"": Line(key="", own=0, others=0, own_safeguarded=0, others_safeguarded=0)}


def test_how_long_it_took_is_told_of_own_children(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    medium = world.medium(ada, content=HARBOUR)
    world.series(ada, "green-room", [medium])
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set taken_in_at = now() - interval '30 days'")
    child = enter(ada)
    appears(ada, child, reference(ada, "green-room"))
    take(ada, bo, child, Step.IDENTIFY)
    with acting_as(ada) as session:
        _, times = identifying.ledger(session, By.YEAR)
    (own,) = times
    assert (own.whose, own.children, own.to_lead) == ("own", 1, None)
    assert abs(own.to_identified - timedelta(days=30)) < timedelta(hours=1)
    with acting_as(sven) as session:
        assert identifying.ledger(session, By.YEAR)[1] == ()


def found_after(
    world: World, by: Actor, other: Actor, days: int, *, lead_days: int | None = None, year: int = 2026
) -> None:
    """A child whose own member had it for that many days, and a lead about it that many after its upload."""
    medium = world.medium(by)
    made = world.series(by, f"series {medium}", [medium])
    child = enter(by)
    appears(by, child, reference(by, f"series {medium}"))
    take(by, other, child, Step.IDENTIFY)
    with world_superuser(world) as database:
        (at,) = database.execute(
            "update victim_steps set decided_at = make_timestamptz(%s, 5, 1, 12, 0, 0) + interval '1 minute' * %s"
            " where victim_id = (select id from victims where reference = %s) returning decided_at",
            [year, days, child],
        ).fetchone()
        uploaded_at = at - timedelta(days=days)
        database.execute("update media set taken_in_at = %s where id = %s", [uploaded_at, medium])
        if lead_days is not None:
            database.execute(
                "insert into leads (id, series_id, member, unit, rule, evidence, state, raised_at, changed_at)"
                " values (gen_random_uuid(), %s, %s, %s, 'known-place', 'x', 'raised', %s, %s)",
                [made, by.member, by.unit, uploaded_at + timedelta(days=lead_days), at],
            )


def world_superuser(world: World) -> AbstractContextManager[psycopg.Connection]:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    return connected(**{**world.facts.as_superuser(), "dbname": world.facts.database})


def times_of(by: Actor, year: int | None = None) -> dict[str, tuple[int, timedelta | None, timedelta | None]]:
    """By whose: how many children, the median until the lead and until the identification."""
    with acting_as(by) as session:
        return {
            one.whose: (one.children, one.to_lead, one.to_identified)
            for one in identifying.ledger(session, By.YEAR, year)[1]
        }


def test_of_others_no_wait_of_a_single_child_and_no_number_of_few_is_told(world: World, ada: Actor, bo: Actor, sven: Actor) -> None:
    """Four are not told of, five are; that only one of the five has a lead tells nothing of when it was raised."""
    tyra = world.officer("tyra", member="SE")
    found_after(world, ada, bo, 400, lead_days=1)
    for number in range(4):
        found_after(world, sven, tyra, 10 * (number + 1), lead_days=3 if number == 0 else None)
    assert [*times_of(ada)] == ["own"]
    found_after(world, sven, tyra, 50)
    own, others = times_of(ada)["own"], times_of(ada)["others"]
    assert own == (1, timedelta(days=1), timedelta(days=400))
    assert others == (5, None, timedelta(days=30)), "the own child is in no number of others"
    for _ in range(4):
        found_after(world, ada, bo, 1000)
    assert times_of(ada)["others"] == others, "with own children nobody finds out where those of others lie"
    assert times_of(ada)["own"][0] == 5


def test_no_small_number_follows_from_two_days_or_two_years(world: World, ada: Actor, sven: Actor) -> None:
    """A sixth child of others, of another year, changes nothing that is told until there are ten."""
    tyra = world.officer("tyra", member="SE")
    for number in range(5):
        found_after(world, sven, tyra, 10 * (number + 1), lead_days=number)
    before = times_of(ada)
    assert before == {"others": (5, timedelta(days=2), timedelta(days=30))}
    told = set()
    for number in range(4):
        found_after(world, sven, tyra, 300 + number, lead_days=200, year=2027)
        told.add(str((times_of(ada), times_of(ada, 2026), times_of(ada, 2027))))
    assert told == {str((before, before, {}))}
    found_after(world, sven, tyra, 304, lead_days=200, year=2027)
    assert times_of(ada)["others"][0] == 10
    assert times_of(ada, 2027) == {"others": (5, timedelta(days=200), timedelta(days=302))}


def test_waits_of_others_are_told_in_whole_days(world: World, ada: Actor, sven: Actor) -> None:
    tyra = world.officer("tyra", member="SE")
    for number in range(5):
        found_after(world, sven, tyra, number)
    with world_superuser(world) as database:
        database.execute("update media set taken_in_at = taken_in_at - interval '3 hours 7 minutes'")
    assert times_of(ada)["others"][2] == timedelta(days=3)
    assert times_of(sven)["own"][2] == timedelta(days=2, hours=3, minutes=7)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("count(*) - case when c.is_own then 0 else count(*) % {small} end as children", "count(*) as children"),
        ("where w.is_own or w.place <= w.known - w.known % {small}", "where true"),
        ("c.member = clew_actor_home() as is_own, c.child,", "false as is_own, c.child,"),
    ],
    ids=["counts", "single waits", "own ones"],
)  # fmt: skip
def test_careless_times_would_be_noticed(
    world: World, ada: Actor, bo: Actor, sven: Actor, before: str, after: str
) -> None:
    before, after = (words.replace("{small}", str(SMALL)) for words in (before, after))
    with changed(world.facts, "clew_ledger_times(", before, after), pytest.raises(AssertionError):
        test_of_others_no_wait_of_a_single_child_and_no_number_of_few_is_told(world, ada, bo, sven)


def test_of_two_children_of_one_series_that_are_confirmed_at_once_the_later_has_the_series_follow(
    world: World, ada: Actor, bo: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.series(ada, "green-room", [world.medium(ada)])
    named = reference(ada, "green-room")
    first, second = enter(ada), enter(ada)
    for child in (first, second):
        appears(ada, child, named)
        propose(ada, child)
    with while_open(monkeypatch, world, lambda: confirm(bo, second), at=(identifications, "states_in")) as other:
        confirm(bo, first)
    assert other.had_to_wait
    assert state(ada, "green-room") is SeriesState.IDENTIFIED
