"""A hidden overlap: both sides are told the same at one moment, and learn of one another once both consent."""

from datetime import timedelta
from pathlib import Path

import pytest

from clew.actions import auditing, blocking, deconflicting, restricting, shredding
from clew.cli.drawing import landscape
from clew.domain.errors import NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.overlap import Mode, State, Step
from clew.records import overlaps
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.meanwhile import while_open
from tests.world.office import Office, unit_only
from tests.world.ticks import ticks
from tests.world.world import World, handling

CASE = SubjectKind.CASE


@pytest.fixture
def met(office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path) -> Path:
    """Norway and Sweden took in the same pictures, and neither lets the other see them."""
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(3):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    office.intake(ada, folder, "NO-1", cover=unit_only(ada))
    office.intake(sven, folder, "SE-1", cover=unit_only(sven))
    return folder


def look(of: Actor, case: str) -> deconflicting.View:
    with acting_as(of) as session:
        return deconflicting.look(session, CASE, case)


def say(of: Actor, case: str, step: Step, reason: str = "Another enquiry may be near.", words: str = "") -> deconflicting.View:
    with acting_as(of) as session:
        return deconflicting.say(session, CASE, case, step, reason=reason, words=words)


def told(of: Actor) -> tuple[deconflicting.Line, ...]:
    with acting_as(of) as session:
        return deconflicting.sides(session).items


def test_both_sides_are_told_the_same_at_one_moment_and_once_both_consent_each_sees_whom_to_ask(
    world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    assert told(ada) == told(sven) == ()
    ticks(world)
    (norway,), (sweden,) = told(ada), told(sven)
    assert norway.side.released_at == sweden.side.released_at
    assert (norway.side.name, norway.side.state, norway.cards) == ("NO-1", State.ASKED, ())
    assert (sweden.side.name, sweden.side.state, sweden.cards) == ("SE-1", State.ASKED, ())
    assert say(ada, "NO-1", Step.CONSENT, words="Ask for the night desk.").line.cards == ()
    assert told(sven)[0] == sweden
    (card,) = say(sven, "SE-1", Step.CONSENT).line.cards
    assert (card.contact.member, card.contact.unit, card.contact.words) == ("NO", "VICTIM-ID", "Ask for the night desk.")
    (other,) = look(ada, "NO-1").line.cards
    assert (other.contact.member, other.contact.id, other.contact.since) == ("SE", card.contact.id, card.contact.since)


def test_where_one_side_declines_the_other_sees_what_it_saw_and_never_who_it_was(
    world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    before = look(ada, "NO-1")
    say(sven, "SE-1", Step.DECLINE, "An operation is under way.")
    ticks(world, days=3)
    assert look(ada, "NO-1") == before
    assert before.line is not None
    assert before.line.cards == ()


def test_what_a_side_did_is_in_its_own_audit_and_names_nobody(world: World, ada: Actor, sven: Actor, met: Path) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    look(sven, "SE-1")
    for officer in (ada, sven):
        with acting_as(officer) as session:
            acts = auditing.acts_of(session, auditing.Wanted()).items
            assert not auditing.accesses(session, auditing.Wanted()).items
        assert {"overlap.consent", "overlap.read"} <= {act.act for act in acts}
        assert {act.owner for act in acts} == {officer.member}
        assert all(act.shown == () for act in acts)


def test_a_case_of_which_nothing_was_told_answers_nothing(ada: Actor, sven: Actor, met: Path) -> None:
    assert look(ada, "NO-1").line is None
    with pytest.raises(NotVisible):
        say(ada, "NO-1", Step.CONSENT)
    with pytest.raises(NotVisible):
        say(ada, "SE-1", Step.CONSENT)


def test_a_silent_side_learns_of_the_overlap_and_the_other_learns_nothing(
    world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    with acting_as(ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.SILENT, "An operation is under way.")
    ticks(world)
    assert [line.mode for line in told(ada)] == [Mode.SILENT]
    assert told(sven) == ()
    with pytest.raises(StepRefused):
        say(ada, "NO-1", Step.CONSENT)


def test_an_open_side_is_seen_at_once_and_is_told_at_the_tick(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with acting_as(ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.OPEN, "We want to be found.")
    deconflicting.release_all()
    assert told(ada) == ()
    assert [fact.member for fact in look(sven, "SE-1").facts] == ["NO"]
    assert look(ada, "NO-1").facts == ()
    for most, looked_at in ((5_000, None), (0, 0)):
        monkeypatch.setattr(overlaps, "LOOKED_AT_MAX", most)
        with acting_as(sven) as session:
            found = deconflicting.look(session, CASE, "SE-1", whole=False)
        assert (found.facts, found.looked_at) == (look(sven, "SE-1").facts, looked_at)
    assert len(told(sven)) == 1
    ticks(world)
    assert len(told(ada)) == 1
    assert told(ada)[0].cards == ()
    say(sven, "SE-1", Step.CONSENT)
    assert [card.contact.member for card in told(ada)[0].cards] == ["SE"]


def test_who_became_silent_gets_and_gives_no_card_and_what_was_exchanged_stays(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    silence(ada, "NO-1")
    say(sven, "SE-1", Step.CONSENT)
    assert told(ada)[0].cards == told(sven)[0].cards == ()
    with acting_as(ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", None, "The operation is over.")
    assert len(told(ada)[0].cards) == len(told(sven)[0].cards) == 1
    silence(ada, "NO-1")
    assert len(told(ada)[0].cards) == len(told(sven)[0].cards) == 1


def silence(of: Actor, case: str) -> None:
    with acting_as(of) as session:
        deconflicting.set_mode(session, CASE, case, Mode.SILENT, "An operation is under way.")


def test_one_word_holds_for_whoever_overlaps_now_and_later(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    dina = world.officer("dina", member="DK")
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    ticks(world)
    assert len(told(ada)) == 1
    say(dina, "DK-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    assert [card.contact.member for card in told(ada)[0].cards] == ["DK", "SE"]
    assert [card.contact.member for card in told(dina)[0].cards] == ["NO", "SE"]


def test_nobody_is_told_of_what_is_examined_ended_or_open_to_all_before_the_tick(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    with acting_as(sven) as session:
        block = blocking.block(session, CASE, "SE-1", None, "A person asked.")
    ticks(world)
    assert told(ada) == told(sven) == ()
    with acting_as(sven) as session:
        blocking.unblock(session, block)
    deconflicting.release_all()
    assert told(ada) == told(sven) == ()
    ticks(world)
    assert len(told(ada)) == len(told(sven)) == 1


def test_a_card_is_given_to_nobody_whose_media_are_examined_or_gone_meanwhile(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(sven, "SE-1", Step.CONSENT)
    with acting_as(sven) as session:
        blocking.block(session, CASE, "SE-1", None, "A person asked.")
    before = told(ada)[0]
    assert say(ada, "NO-1", Step.CONSENT).line.cards == ()
    assert told(ada)[0].side.released_at == before.side.released_at
    with pytest.raises(StepRefused):
        say(sven, "SE-1", Step.DECLINE)


def test_what_a_side_was_told_and_said_goes_with_its_case_and_the_other_side_reads_what_it_read(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    before = look(ada, "NO-1")
    sylvia = world.officer("sylvia", member="SE")
    with acting_as(sven) as session:
        shredding.propose(session, "SE-1")
    shredding.confirm(office.workplace, sylvia, "SE-1", backup_days=30, seed=bytes(32))
    ticks(world)
    assert look(ada, "NO-1") == before
    assert told(sven) == ()
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        for table in ("overlap_sides", "overlap_decisions", "overlap_contacts"):
            assert owner.execute(f"select count(*) from {table} where member = 'SE'").fetchone() == (0,), table
        assert owner.execute("select count(*) from overlap_grounds").fetchone() == (0,)


def test_nobody_takes_away_what_they_were_told_to_see_whether_it_comes_back(ada: Actor, sven: Actor, world: World, met: Path) -> None:
    ticks(world)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select clew_forget_overlaps((select id from cases))")
    assert len(told(ada)) == 1


def test_a_coordinator_answers_for_what_they_may_see_and_no_other_unit_does(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    cora = world.officer("cora", unit="LIAISON", role=Role.COORDINATOR)
    eva = world.officer("eva", unit="INTAKE")
    ticks(world)
    assert told(cora) == told(eva) == ()
    with acting_as(ada) as session:
        restricting.change(session, CASE, "NO-1", None, handling(ada, Audience.MEMBER), "For all of our units.")
    assert len(told(cora)) == len(told(eva)) == 1
    with acting_as(eva) as session, pytest.raises(StepRefused):
        deconflicting.say(session, CASE, "NO-1", Step.CONSENT, unit="VICTIM-ID")
    with acting_as(cora) as session:
        deconflicting.say(session, CASE, "NO-1", Step.CONSENT, unit="VICTIM-ID")
    assert told(ada)[0].side.state is State.CONSENTED


def test_who_is_asked_is_reminded_by_its_own_clock_until_it_has_answered(
    world: World, ada: Actor, sven: Actor, met: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks(world)
    (line,) = told(ada)
    assert (line.is_due, line.remind_on) == (False, line.side.released_at.date() + timedelta(days=7))
    monkeypatch.setattr(deconflicting, "today", lambda: line.remind_on)
    assert told(ada)[0].is_due
    say(ada, "NO-1", Step.DECLINE)
    assert told(ada)[0].remind_on is None
    assert told(sven)[0].is_due


def test_an_open_rule_needs_a_second_officer_where_the_member_asks_for_one(
    world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    nina, bo = world.officer("nina", role=Role.NATIONAL_ADMINISTRATOR), world.officer("bo")
    with acting_as(nina) as session:
        restricting.ask_for_second(session, is_asked=True)

    def opens(of: Actor) -> bool:
        with acting_as(of) as session:
            return deconflicting.set_mode(session, CASE, "NO-1", Mode.OPEN, "We want to be found.").is_in_force

    assert not opens(ada)
    assert look(sven, "SE-1").facts == ()
    with pytest.raises(SecondPersonNeeded):
        opens(ada)
    assert opens(bo)
    assert [fact.member for fact in look(sven, "SE-1").facts] == ["NO"]


def test_a_member_has_one_rule_for_its_cases_without_one_and_its_administrator_sets_it(
    world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    nina = world.officer("nina", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        deconflicting.set_mode_of_member(session, Mode.SILENT, "We say nothing.")
    with acting_as(nina) as session:
        deconflicting.set_mode_of_member(session, Mode.SILENT, "We say nothing.")
    assert look(ada, "NO-1").mode is Mode.SILENT
    ticks(world)
    assert told(sven) == ()
    with acting_as(ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.CONTACT, "This one is no operation.")
    ticks(world)
    assert len(told(sven)) == 1


def test_of_two_that_consent_at_one_moment_both_get_the_card(
    world: World, ada: Actor, sven: Actor, met: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks(world)
    with while_open(monkeypatch, world, lambda: say(sven, "SE-1", Step.CONSENT), at=(deconflicting, "look")) as meanwhile:
        say(ada, "NO-1", Step.CONSENT)
    assert meanwhile.had_to_wait
    assert len(told(ada)[0].cards) == len(told(sven)[0].cards) == 1
