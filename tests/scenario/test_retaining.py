"""What comes due is asked of its unit, which keeps it longer with a reason, or lets it end; each is on record."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import pytest

from clew.actions import blocking, corresponding, ending, opening, restricting, retaining, shredding
from clew.domain import agreement
from clew.domain.cover import REVIEW_MONTHS, months_before
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.message import NoticeKind
from clew.domain.officer import Role
from clew.domain.retention import REVIEW_ASKED_AFTER, Rule, State, calendar_of
from clew.node import checkup
from clew.records import messages, retentions
from clew.records.session import acting_as
from clew.web import messages as web_messages
from tests.world.world import World, superuser

ENTERED = date(2026, 3, 31)
END = date(2031, 3, 31)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The day that it is; what is put into the list counts."""
    now = [ENTERED]
    for module in (ending, retaining):
        monkeypatch.setattr(module, "today", lambda: now[-1])
    return now


@pytest.fixture
def bo(world: World, ada: Actor) -> Actor:
    return world.officer("bo")


def case(world: World, officer: Actor, name: str = "NO-1", entered: date = ENTERED, exhibit: str = "PHONE-1") -> None:
    """A case without a cover, entered on a day."""
    world.occurrence(officer, world.medium(officer), name, exhibit)
    at = datetime(entered.year, entered.month, entered.day, 12, tzinfo=UTC)
    with acting_as(officer) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = %s where id in (select case_id from occurrences)", [at])
        cursor.execute("update exhibits set entered_at = %s", [at])


def due(officer: Actor, **asked: object) -> list[tuple[str, date, State]]:
    with acting_as(officer) as session:
        page = retaining.coming_due(session, limit=int(str(asked.get("limit", 100))))
    return [(one.kept.name, one.kept.ends_on, one.state) for one in page.items]


def asked(officer: Actor) -> list[NoticeKind]:
    with acting_as(officer) as session:
        return [one.kind for one in corresponding.notices(session).items if one.seen_at is None]


def test_a_unit_is_asked_once_for_what_ends_within_six_months_until_it_decides(world: World, ada: Actor, day: list[date]):
    other = world.officer("other", unit="INTAKE")
    case(world, ada)
    calendar = calendar_of("NO", ada.unit)
    review = months_before(END, REVIEW_MONTHS)
    day.append(review - timedelta(days=1))
    assert not retaining.ask_for_review(calendar)
    day.append(review)
    assert not retaining.ask_for_review(calendar_of("NO", other.unit))
    assert retaining.ask_for_review(calendar)
    assert not retaining.ask_for_review(calendar)
    assert (asked(ada), asked(other)) == ([NoticeKind.REVIEW], [])
    with acting_as(ada) as session:
        (notice,) = corresponding.notices(session).items
        assert web_messages.address_of_notice(notice) == "/retention/"
        corresponding.see(session, notice.id)
    assert not retaining.ask_for_review(calendar)  # it was asked lately
    database = superuser(world.facts)
    database.execute("update notices set raised_at = raised_at - %s", [REVIEW_ASKED_AFTER])
    assert retaining.ask_for_review(calendar)
    database.execute("delete from notices")
    with acting_as(ada) as session:
        assert not messages.ask_for_review(session, notice.subject_id)  # nobody asks but the calendar
    extend(ada, date(2033, 1, 31))
    assert not retaining.ask_for_review(calendar)


def extend(officer: Actor, until: date, name: str = "NO-1", within: str | None = None) -> retaining.Decision:
    kind = SubjectKind.CASE if within is None else SubjectKind.EXHIBIT
    with acting_as(officer) as session:
        return retaining.extend(session, kind, name, within, until, "An appeal is pending.")


def ends(officer: Actor, name: str = "NO-1", within: str | None = None) -> tuple[date, Rule]:
    kind = SubjectKind.CASE if within is None else SubjectKind.EXHIBIT
    with acting_as(officer) as session:
        kept = retaining.look(session, kind, name, within)[0].kept
    return kept.ends_on, kept.rule


def test_a_case_is_listed_from_six_months_before_its_end_and_a_case_alone_not_its_exhibit(
    world: World, ada: Actor, sven: Actor, day: list[date]
) -> None:
    case(world, ada)
    day.append(date(2030, 9, 29))
    assert due(ada) == []
    day.append(date(2030, 9, 30))
    assert due(ada) == [("NO-1", END, State.REVIEW)]
    assert due(sven) == due(world.officer("eva", unit="INTAKE")) == []
    day.append(END)
    assert due(ada) == [("NO-1", END, State.DUE)]


def test_a_term_counts_where_nothing_else_is_said_and_an_administrator_changes_it(
    world: World, ada: Actor, day: list[date]
) -> None:
    case(world, ada, entered=date(2024, 2, 29))
    assert ends(ada) == (date(2029, 2, 28), Rule.TERM)
    nina = world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(nina) as session:
        retaining.set_term(session, SubjectKind.CASE, 12)
        retaining.set_term(session, SubjectKind.EXHIBIT, 2)
        assert retaining.terms(session)[SubjectKind.CASE] == 12
    assert ends(ada) == (date(2036, 2, 29), Rule.TERM)
    assert ends(ada, "PHONE-1", "NO-1") == (asked_until(), Rule.TERM)
    with pytest.raises(StepRefused), acting_as(ada) as session:
        retaining.set_term(session, SubjectKind.CASE, 50)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(ada) as session:
        retentions.set_term(session, SubjectKind.SERIES, 50)
    with acting_as(world.officer("sven", member="SE")) as session:
        assert retaining.terms(session)[SubjectKind.CASE] == 5


def asked_until() -> date:
    """When owners were asked for as long as everybody is, of what a term shortens that was set today."""
    return months_before(opening.today(), -REVIEW_MONTHS)


def test_a_shorter_term_ends_nothing_before_its_owner_was_asked(world: World, ada: Actor, day: list[date]) -> None:
    """One administrator alone sets it, and of another unit's records too."""
    eva = world.officer("eva", unit="INTAKE")
    case(world, eva, entered=date(2024, 2, 29))
    nina = world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    for kind in (SubjectKind.CASE, SubjectKind.EXHIBIT):
        with acting_as(nina) as session:
            retaining.set_term(session, kind, 1)
    day.append(opening.today())
    assert due(eva) == [("NO-1", asked_until(), State.REVIEW)]
    day.append(date.fromordinal(asked_until().toordinal() - 1))
    with acting_as(nina) as session:
        retaining.set_term(session, SubjectKind.CASE, 1)
    assert due(eva) == [("NO-1", asked_until(), State.REVIEW)], "to say the same again changes nothing"
    day.append(asked_until())
    assert due(eva) == [("NO-1", asked_until(), State.DUE)]


def test_the_doctor_names_a_shredding_that_two_officers_decided_and_nobody_finished(
    world: World, ada: Actor, bo: Actor, day: list[date]
) -> None:
    """It is out of retention, because its end is decided; where no worker runs its keys and bytes stay."""
    case(world, ada)
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    assert checkup._retention().ok, "a proposal is no decision"
    with acting_as(bo) as session:
        shredding.agree(session, "NO-1")
    found = checkup._retention()
    assert not found.ok
    assert "begun and not done: 1" in found.sentence


def test_an_extension_moves_the_end_of_the_case_and_of_all_that_lies_in_it(
    world: World, ada: Actor, day: list[date]
) -> None:
    case(world, ada)
    assert extend(ada, date(2033, 1, 1)).state is agreement.State.IN_FORCE
    assert ends(ada) == (date(2033, 1, 1), Rule.EXTENSION)
    assert ends(ada, "PHONE-1", "NO-1") == (date(2033, 1, 1), Rule.EXTENSION)
    extend(ada, date(2034, 1, 1))
    assert ends(ada) == (date(2034, 1, 1), Rule.EXTENSION)
    with acting_as(ada) as session:
        said = retaining.look(session, SubjectKind.CASE, "NO-1")[1]
    assert [(one.until, one.reason) for one in said] == [
        (date(2033, 1, 1), "An appeal is pending."), (date(2034, 1, 1), "An appeal is pending."),
    ]  # fmt: skip


def test_a_case_lasts_as_long_as_its_last_exhibit(world: World, ada: Actor, day: list[date]) -> None:
    case(world, ada)
    case(world, ada, exhibit="PHONE-2")
    extend(ada, date(2040, 1, 1), "PHONE-2", "NO-1")
    assert ends(ada) == (date(2040, 1, 1), Rule.CONTENT)
    assert ends(ada, "PHONE-1", "NO-1") == (END, Rule.TERM)
    day.append(date(2030, 12, 1))
    assert due(ada) == [("PHONE-1", END, State.REVIEW)]


def test_after_its_end_nothing_is_extended_but_what_is_blocked(world: World, ada: Actor, day: list[date]) -> None:
    case(world, ada)
    day.append(END)
    with pytest.raises(StepRefused):
        extend(ada, date(2040, 1, 1))
    with acting_as(ada) as session:
        block = blocking.block(session, SubjectKind.CASE, "NO-1", None, "A person asked.")
    assert due(ada) == [("NO-1", END, State.BLOCKED)]
    extend(ada, date(2040, 1, 1))
    with acting_as(ada) as session:
        blocking.unblock(session, block)
    assert ends(ada) == (date(2040, 1, 1), Rule.EXTENSION)
    assert due(ada) == []


def test_where_the_administrator_asks_for_it_a_longer_end_takes_a_second_officer(
    world: World, ada: Actor, bo: Actor, day: list[date]
) -> None:
    case(world, ada)
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)
    proposed = extend(ada, date(2040, 1, 1))
    assert proposed.state is agreement.State.PROPOSED
    assert ends(ada) == (END, Rule.TERM)
    with pytest.raises(SecondPersonNeeded), acting_as(ada) as session:
        retaining.approve(session, proposed.id)
    eva = world.officer("eva", unit="INTAKE")
    for step in (retaining.approve, retaining.withdraw):
        with pytest.raises(NotVisible), acting_as(eva) as session:
            step(session, proposed.id)
    with acting_as(bo) as session:
        retaining.approve(session, proposed.id)
    assert ends(ada) == (date(2040, 1, 1), Rule.EXTENSION)
    for step in (retaining.approve, retaining.withdraw):
        with pytest.raises(StepRefused), acting_as(bo) as session:
            step(session, proposed.id)
    again = extend(ada, date(2041, 1, 1))
    with acting_as(bo) as session:
        retaining.withdraw(session, again.id)
    assert ends(ada) == (date(2040, 1, 1), Rule.EXTENSION)


def test_a_proposal_does_not_hold_up_the_end(world: World, ada: Actor, bo: Actor, day: list[date]) -> None:
    case(world, ada)
    with acting_as(world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)
    proposed = extend(ada, date(2040, 1, 1))
    day.append(END)
    with pytest.raises(StepRefused), acting_as(bo) as session:
        retaining.approve(session, proposed.id)


def test_to_let_it_end_answers_the_question_and_an_extension_may_still_follow(
    world: World, ada: Actor, day: list[date]
) -> None:
    case(world, ada)
    with pytest.raises(StepRefused), acting_as(ada) as session:
        retaining.let_end(session, SubjectKind.CASE, "NO-1", None, "Solved.")
    day.append(date(2026, 11, 27))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = '2022-01-15'")
        cursor.execute("update exhibits set entered_at = '2022-01-15'")
    with acting_as(ada) as session:
        retaining.let_end(session, SubjectKind.CASE, "NO-1", None, "Solved.")
        (one,) = retaining.coming_due(session, limit=10).items
    assert (one.kept.is_decided, one.kept.ends_on) == (True, date(2027, 1, 15))
    extend(ada, date(2027, 2, 1))
    assert ends(ada) == (date(2027, 2, 1), Rule.EXTENSION)


def test_every_decision_is_on_record_and_its_reason_lies_sealed(world: World, ada: Actor, day: list[date]) -> None:
    case(world, ada)
    extend(ada, date(2040, 1, 1))
    with pytest.raises(Invalid), acting_as(ada) as session:
        retaining.extend(session, SubjectKind.CASE, "NO-1", None, date(2041, 1, 1), " ")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select act from acts where act = 'retention.extend'")
        assert len(cursor.fetchall()) == 1
        cursor.execute("select reason from retention_decisions")
        assert "appeal" not in cursor.fetchone()[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update retention_decisions set until = '2099-01-01'")


def test_pages_follow_one_another_without_a_gap(world: World, ada: Actor, day: list[date]) -> None:
    for number in range(7):
        case(world, ada, f"NO-{number}")
    day.append(END)
    seen: list[str] = []
    marker: retentions.Marker | None = None
    while True:
        with acting_as(ada) as session:
            page = retaining.coming_due(session, limit=2, after=marker)
        seen += [one.kept.name for one in page.items]
        marker = page.next
        if marker is None:
            break
    assert sorted(seen) == [f"NO-{number}" for number in range(7)]
    assert len(seen) == 7


def test_the_doctor_names_what_is_past_its_end(
    world: World, ada: Actor, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    case(world, ada)
    assert checkup._retention().ok
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = '2000-01-01'")
        cursor.execute("update exhibits set entered_at = '2000-01-01'")
    found = checkup._retention()
    assert not found.ok
    assert "Past their end since a day or more: 1" in found.sentence


def test_of_what_is_foreign_or_absent_nothing_is_said(world: World, ada: Actor, sven: Actor, day: list[date]) -> None:
    case(world, ada)
    for officer, name in ((sven, "NO-1"), (ada, "NO-2")):
        with pytest.raises(NotVisible):
            ends(officer, name)
        with pytest.raises(NotVisible):
            extend(officer, date(2040, 1, 1), name)
    for step in (retaining.approve, retaining.withdraw):
        with pytest.raises(NotVisible), acting_as(ada) as session:
            step(session, UUID(int=7))


def test_who_answers_for_the_member_sees_numbers_of_every_unit_and_nobody_else_does(
    world: World, ada: Actor, sven: Actor, day: list[date]
) -> None:
    case(world, ada)
    case(world, sven, "SE-1")
    day.append(date(2030, 12, 1))
    nina = world.officer("nina", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    found = {one.unit: one for one in retaining.of_every_unit(nina)}
    assert set(found) == {"ADMIN", "VICTIM-ID"}
    assert (found["VICTIM-ID"].by_kind[SubjectKind.CASE], found["VICTIM-ID"].undecided) == (1, 1)
    assert found["ADMIN"].by_kind[SubjectKind.CASE] == 0
    assert retaining.of_every_unit(ada) == ()
    with acting_as(nina) as session:
        assert retaining.coming_due(session, limit=10).items == ()
