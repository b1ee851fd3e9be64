"""A hidden overlap: both sides are told the same at one moment, and learn of one another once both consent."""

from pathlib import Path

import pytest

from clew.actions import auditing, deconflicting
from clew.cli.drawing import landscape
from clew.domain.errors import NotVisible, StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.overlap import Mode, State, Step
from clew.records.session import acting_as
from tests.world.office import Office, unit_only
from tests.world.ticks import ticks
from tests.world.world import World

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
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    with acting_as(ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.OPEN, "We want to be found.")
    deconflicting.release_all()
    assert told(ada) == ()
    assert [fact.member for fact in look(sven, "SE-1").facts] == ["NO"]
    assert look(ada, "NO-1").facts == ()
    assert len(told(sven)) == 1
    ticks(world)
    assert len(told(ada)) == 1
    assert told(ada)[0].cards == ()
    say(sven, "SE-1", Step.CONSENT)
    assert [card.contact.member for card in told(ada)[0].cards] == ["SE"]
