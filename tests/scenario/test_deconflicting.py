"""A hidden overlap: both sides are told the same at one moment, and learn of one another once both consent."""

from datetime import timedelta
from pathlib import Path

import pytest

from clew.actions import auditing, blocking, corresponding, deconflicting, gathering, restricting, shredding
from clew.cli.drawing import landscape
from clew.domain.errors import NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.message import NoticeKind
from clew.domain.officer import Role
from clew.domain.overlap import Mode, State, Step
from clew.records import messages, overlaps
from clew.records.session import acting_as
from tests.scenario.test_proposing import reference
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


def notices(of: Actor) -> list[tuple[str, bool]]:
    """(case, whether it was seen) of all notices that there is an overlap, the latest first."""
    with acting_as(of) as session:
        found = messages.notices(session, 100)
    return [(one.about, one.seen_at is not None) for one in found if one.kind is NoticeKind.OVERLAP]


def see_all(of: Actor) -> None:
    with acting_as(of) as session:
        for one in messages.notices(session, 100):
            if one.seen_at is None:
                messages.see_one(session, one.id)


def set_mode(of: Actor, case: str, mode: Mode) -> None:
    with acting_as(of) as session:
        deconflicting.set_mode(session, CASE, case, mode, "As the story goes.")


def test_of_an_open_side_that_meets_it_later_a_case_is_told_as_for_the_first_time_and_once(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    """Sweden was told blind; then Denmark, whose rule is open, takes in the same. What Sweden sees is what it is told of."""
    ticks(world)
    see_all(ada)
    see_all(sven)
    first = told(sven)[0].side
    dina = world.officer("dina", member="DK")
    with acting_as(world.officer("dora", member="DK", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        deconflicting.set_mode_of_member(session, Mode.OPEN, "Our rule.")
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    assert [fact.member for fact in look(sven, "SE-1").facts] == ["DK"], "it is seen at once"
    deconflicting.release_all()
    assert notices(sven) == [("SE-1", False), ("SE-1", True)]
    assert notices(ada) == [("NO-1", False), ("NO-1", True)]
    assert notices(dina) == [], "who is open is told at the tick, and blind"
    assert told(sven)[0].side == first, "the side was told of at its tick, and stays so"
    # The same again, seen or not, tells nothing more; nor does more material of the same member and series.
    see_all(sven)
    landscape(7, (320, 240)).save(met / "7.jpg")
    office.intake(sven, met, "SE-1", "PHONE-2", cover=unit_only(sven))
    office.intake(dina, met, "DK-2", cover=unit_only(dina))
    deconflicting.release_all()
    ticks(world)
    assert notices(sven) == [("SE-1", True), ("SE-1", True)]
    assert len(notices(ada)) == 2
    assert notices(dina) == [("DK-1", False), ("DK-2", False)] or notices(dina) == [("DK-2", False), ("DK-1", False)]
    # A series of Denmark's that they see is one thing more.
    office.intake(dina, met, "DK-1", "PHONE-2", cover=unit_only(dina), series="harbour")
    deconflicting.release_all()
    assert [fact.series is not None for fact in look(sven, "SE-1").facts] == [True] or len(look(sven, "SE-1").facts) == 2
    assert notices(sven) == [("SE-1", False), ("SE-1", True), ("SE-1", True)]


@pytest.mark.parametrize("mode", [Mode.CONTACT, Mode.SILENT])
def test_of_a_blind_side_that_meets_it_later_a_case_is_told_nothing_more(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path, mode: Mode
) -> None:
    """The failure twin: Denmark is not open. A notice, or its time, would tell that another came, and when."""
    ticks(world)
    see_all(sven)
    before = look(sven, "SE-1"), notices(sven), told(sven)
    dina = world.officer("dina", member="DK")
    with acting_as(world.officer("dora", member="DK", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        deconflicting.set_mode_of_member(session, mode, "Our rule.")
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    deconflicting.release_all()
    ticks(world, days=2)
    assert (look(sven, "SE-1"), notices(sven), told(sven)) == before
    # Opened, it is told; shut and opened once more, it is not told again.
    set_mode(dina, "DK-1", Mode.OPEN)
    deconflicting.release_all()
    assert notices(sven) == [("SE-1", False), ("SE-1", True)]
    see_all(sven)
    for one in (mode, Mode.OPEN):
        set_mode(dina, "DK-1", one)
        deconflicting.release_all()
    assert notices(sven) == [("SE-1", True), ("SE-1", True)]


def test_who_is_excluded_by_an_open_side_that_comes_later_is_told_nothing_more(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    see_all(sven)
    dina = world.officer("dina", member="DK")
    with acting_as(world.officer("dora", member="DK", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        deconflicting.set_mode_of_member(session, Mode.OPEN, "Our rule.")
    office.intake(dina, met, "DK-1", cover=handling(dina, Audience.UNIT, excluded=["SE"]))
    deconflicting.release_all()
    ticks(world)
    assert notices(sven) == [("SE-1", True)]
    assert notices(ada)[0] == ("NO-1", False), "Norway is not excluded"


def test_who_consented_gets_the_card_of_who_consents_later_with_a_notice_and_of_that_pair_once(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    see_all(ada)
    dina = world.officer("dina", member="DK")
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    ticks(world)
    say(dina, "DK-1", Step.CONSENT)
    with acting_as(ada) as session:
        waiting = [one for one in messages.notices(session, 100) if one.seen_at is None]
    assert [(one.kind, one.about) for one in waiting] == [(NoticeKind.CONTACT, "NO-1")]
    see_all(ada)
    landscape(8, (320, 240)).save(met / "8.jpg")
    office.intake(dina, met, "DK-1", "PHONE-2", cover=unit_only(dina))
    office.intake(ada, met, "NO-1", "PHONE-2", cover=unit_only(ada))
    ticks(world)
    with acting_as(ada) as session:
        assert all(one.seen_at is not None for one in messages.notices(session, 100))
    assert len(look(ada, "NO-1").line.cards) == 2


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


def test_one_word_holds_for_whoever_it_overlaps_with_by_then_and_for_no_member_that_comes_later(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    """Norway and Sweden know of each other; then Denmark comes and consents: it gets the card of neither, nor they its."""
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    dina = world.officer("dina", member="DK")
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    ticks(world, with_words=True)
    before = told(ada)
    assert [card.contact.member for card in before[0].cards] == ["SE"]
    say(dina, "DK-1", Step.CONSENT)
    ticks(world, with_words=True)
    assert told(dina)[0].cards == ()
    assert [card.contact.member for card in told(ada)[0].cards] == ["SE"]
    # Norway says so again for who came since, and Sweden does not: each member for itself, and of each pair both.
    say(ada, "NO-1", Step.CONSENT, words="Ask for the day desk.")
    (card,) = told(dina)[0].cards
    assert (card.contact.member, card.contact.words) == ("NO", "Ask for the day desk.")
    assert [card.contact.member for card in told(ada)[0].cards] == ["DK", "SE"]
    assert [card.contact.member for card in told(sven)[0].cards] == ["NO"]
    # Later cases of a member that was met hold by the word that was said to it.
    office.intake(sven, met, "SE-2", cover=unit_only(sven))
    ticks(world, with_words=True)
    say(sven, "SE-2", Step.CONSENT)
    assert [(one.side.name, {card.contact.member for card in one.cards}) for one in sorted(told(sven), key=lambda one: one.side.name)] == [
        ("SE-1", {"NO"}), ("SE-2", {"NO", "DK"}),
    ]  # fmt: skip


def test_series_that_are_merged_later_make_nobody_known_to_anybody(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path
) -> None:
    """Consent is about a case; that a third member's series is said to be one with one of it moves nothing of that."""
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.CONSENT)
    dina = world.officer("dina", member="DK")
    for of, name in ((ada, "green-room"), (dina, "harbour")):
        world.series(of, name, [world.medium(of, content=name.encode())])
    office.intake(dina, met, "DK-1", cover=unit_only(dina))
    typed = reference(ada, "green-room")
    with acting_as(dina) as session:
        gathering.merge(session, typed, "harbour", "The same room.")
    ticks(world, with_words=True)
    say(dina, "DK-1", Step.CONSENT)
    ticks(world, with_words=True)
    assert told(dina)[0].cards == ()
    assert [card.contact.member for card in told(ada)[0].cards] == ["SE"]
    assert [card.contact.member for card in told(sven)[0].cards] == ["NO"]


def test_who_consented_a_month_ago_is_asked_again_by_its_own_clock_whether_or_not_anybody_came(
    office: Office, world: World, ada: Actor, sven: Actor, met: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks(world)
    say(ada, "NO-1", Step.CONSENT)
    say(sven, "SE-1", Step.DECLINE)
    dina = world.officer("dina", member="DK")
    kinds = []
    for comes in (False, True):
        if comes:
            office.intake(dina, met, "DK-1", cover=unit_only(dina))
        ticks(world, days=29, with_words=True)
        corresponding.look_after()
        assert not reminded(ada), comes
        ticks(world, days=1, with_words=True)
        corresponding.look_after()
        kinds.append(reminded(ada))
        see_all(ada)
        with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
            database.execute("delete from notices where kind = 'overlap-reminder'")
        say(ada, "NO-1", Step.CONSENT)
    assert kinds == [["NO-1"], ["NO-1"]]
    assert not reminded(sven), "who declined is left alone"


def reminded(of: Actor) -> list[str]:
    with acting_as(of) as session:
        return [one.about for one in messages.notices(session, 100) if one.kind is NoticeKind.OVERLAP_REMINDER and one.seen_at is None]


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
