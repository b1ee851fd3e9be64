"""Unusual patterns are listed from their limits on and not below, each with the filter that shows its acts."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from clew.actions import auditing
from clew.actions.auditing import Found, Wanted
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.pattern import LIMITS, PERIOD_DAYS, PERIOD_DAYS_MAX, SHOWN_MAX, Pattern, period, reason
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.world import World

DAY = date(2026, 5, 20)
"""A day in the middle of the period that is looked at."""
SINCE, UNTIL = DAY - timedelta(days=20), DAY + timedelta(days=9)


@dataclass(frozen=True, kw_only=True)
class Past:
    """What was done at times of the test's own."""

    connection: psycopg.Connection

    def did(
        self, actor: Actor, act: str, at: datetime, *, count: int = 1, subject: str = "", apart: timedelta = timedelta(0)
    ) -> None:
        for number in range(count):
            when = at + apart * number
            head = int(when.timestamp() * 1000) << 80 | 0x7 << 76 | number << 64 | 0b10 << 62
            self.connection.execute(
                "insert into acts (id, at, officer, member, unit, act, subject, owner, salt, counts)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, '{}')",
                [UUID(int=head | secrets.randbits(62)), when, actor.officer, actor.member, actor.unit, act, subject,
                 actor.member, bytes(16)],
            )  # fmt: skip

    def refused(self, name: Actor, at: datetime) -> None:
        """Somebody failed to sign in by this name."""
        self.did(Actor(officer="operator", member=name.member, unit="NODE"), "sign_in.refused", at, subject=name.officer)

    def worked(self, actor: Actor, days: int, *, before: date = DAY, hour: int = 9) -> None:
        """The officer read something on so many days before, at one hour."""
        for ago in range(1, days + 1):
            self.did(actor, "case.read", on(before - timedelta(days=ago), hour))


def on(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), UTC)


@pytest.fixture
def past(world: World) -> Iterator[Past]:
    facts = world.facts.as_superuser() | {"dbname": world.facts.database}
    with psycopg.connect(**facts, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        yield Past(connection=connection)


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def auditor(world: World) -> Actor:
    return world.officer("auditor", member="NO", role=Role.AUDITOR)


def listed(reader: Actor, pattern: Pattern, since: date = SINCE, until: date = UNTIL) -> list[Found]:
    with acting_as(reader) as session:
        found = auditing.unusual(session, since, until)
    return [case for one in found.listed if one.pattern is pattern for case in one.found]


def shown_by(reader: Actor, case: Found) -> int:
    """How many acts the filter of a case shows."""
    asked = auditing.asked_of(case)
    since, until = asked.pop("since"), asked.pop("until")
    named = {name: asked.pop(name, None) for name in ("member", "act", "subject")}
    with acting_as(reader) as session:
        wanted = auditing.wanted(**named, **asked, since=since, until=until, before=None)
        return len(auditing.acts_of(session, wanted).items)


@pytest.mark.parametrize(
    ("minutes", "is_one"),
    [((0, 15, 30, 45), False), ((0, 15, 30, 45, 60), True), ((0, 15, 30, 45, 61), False), ((0, 20, 40, 60, 80, 100), False)],
)
def test_refused_sign_ins_of_one_name_within_an_hour(
    past: Past, ada: Actor, auditor: Actor, minutes: tuple[int, ...], is_one: bool
) -> None:
    for minute in minutes:
        past.refused(ada, on(DAY) + timedelta(minutes=minute))
    past.refused(auditor, on(DAY, 9, 10))
    found = listed(auditor, Pattern.REFUSED_SIGN_INS)
    assert [(case.officer, case.member, case.count) for case in found] == [("ada", "NO", 5)] * is_one
    for case in found:
        assert (case.first, case.last, shown_by(auditor, case)) == (on(DAY), on(DAY, 10), 5)


def test_refusals_of_a_name_that_nobody_has_are_not_counted_together(past: Past, ada: Actor, auditor: Actor) -> None:
    past.did(Actor(officer="operator", member="NO", unit="NODE"), "sign_in.refused", on(DAY), count=9)
    assert listed(auditor, Pattern.REFUSED_SIGN_INS) == []


@pytest.mark.parametrize(
    ("usual", "today", "is_one"),
    [((), 29, False), ((), 30, True), ((5, 10, 15), 30, False), ((5, 10, 15), 31, True), ((1, 11), 30, True),
     ((100,), 300, False), ((100,), 301, True)],
)  # fmt: skip
def test_many_more_reveals_in_a_day_than_on_the_median_day(
    past: Past, ada: Actor, auditor: Actor, usual: tuple[int, ...], today: int, is_one: bool
) -> None:
    for ago, count in enumerate(usual, start=1):
        past.did(ada, "medium.reveal", on(DAY - timedelta(days=ago)), count=count, subject=str(uuid4()))
    past.did(ada, "medium.reveal", on(DAY - timedelta(days=91)), count=2_000)  # too long ago to count
    past.did(ada, "medium.part", on(DAY), count=50)  # of a reveal that is counted
    past.did(ada, "medium.reveal", on(DAY), count=today)
    found = listed(auditor, Pattern.MANY_REVEALS, DAY, UNTIL)
    assert [(case.officer, case.count, case.act) for case in found] == [("ada", today, "medium.reveal")] * is_one


@pytest.mark.parametrize(("count", "is_one"), [(4, False), (5, True)])
def test_one_officer_reveals_the_same_again(past: Past, ada: Actor, auditor: Actor, count: int, is_one: bool) -> None:
    medium, other = str(uuid4()), str(uuid4())
    past.did(ada, "medium.reveal", on(SINCE), count=count, subject=medium, apart=timedelta(days=2))
    past.did(ada, "medium.reveal", on(DAY), count=4, subject=other)
    past.did(auditor, "medium.reveal", on(DAY), subject=other)
    found = listed(auditor, Pattern.SAME_AGAIN)
    assert [(case.officer, case.subject, case.count) for case in found] == [("ada", medium, count)] * is_one
    assert [shown_by(auditor, case) for case in found] == [count] * is_one


@pytest.mark.parametrize(("day", "night", "is_one"), [(2, 2, False), (3, 0, True)])
def test_exports_by_one_officer_in_a_day(past: Past, ada: Actor, auditor: Actor, day: int, night: int, is_one: bool) -> None:
    past.did(ada, "referral.pack", on(DAY, 23, 57), count=day, apart=timedelta(minutes=1))
    past.did(ada, "report.annual", on(DAY + timedelta(days=1), 0), count=night)
    found = listed(auditor, Pattern.MANY_EXPORTS)
    assert [(case.officer, case.count) for case in found] == [("ada", 3)] * is_one
    assert [auditing.asked_of(case)["act"] for case in found] == ["referral.pack"] * is_one


def test_what_is_of_several_acts_is_asked_for_by_its_kind(past: Past, ada: Actor, auditor: Actor) -> None:
    past.did(ada, "referral.pack", on(DAY), count=2)
    past.did(ada, "report.annual", on(DAY))
    (case,) = listed(auditor, Pattern.MANY_EXPORTS)
    assert auditing.asked_of(case) == {
        "member": "NO", "officer": "ada", "act": "export", "since": f"{DAY}", "until": f"{DAY}"
    }  # fmt: skip
    assert shown_by(auditor, case) == 3


@pytest.mark.parametrize(("days", "is_one"), [(19, False), (20, True)])
def test_an_hour_in_which_the_officer_did_nothing(past: Past, ada: Actor, auditor: Actor, days: int, is_one: bool) -> None:
    past.worked(ada, days)
    past.did(ada, "medium.reveal", on(DAY, 3), count=2)
    past.did(ada, "medium.reveal", on(DAY, 9))
    found = listed(auditor, Pattern.UNUSUAL_HOUR)
    assert [(case.officer, case.first, case.count) for case in found] == [("ada", on(DAY, 3), 2)] * is_one


@pytest.mark.parametrize(
    ("ago", "at", "is_one"), [(90, on(DAY, 3), False), (91, on(DAY, 3), True), (1, on(DAY, 3, 59), False),
                              (1, on(DAY, 4), True), (1, on(DAY, 2, 59), True), (0, on(DAY, 3), True)],
)  # fmt: skip
@pytest.mark.parametrize("act", ["case.read", "medium.reveal"])
def test_what_was_done_at_this_hour_within_the_days_before_makes_it_usual(
    past: Past, ada: Actor, auditor: Actor, ago: int, at: datetime, is_one: bool, act: str
) -> None:
    past.worked(ada, 30)
    past.did(ada, act, at - timedelta(days=ago))
    past.did(ada, "audit.export", on(DAY, 3, 30))
    assert [case.first.hour for case in listed(auditor, Pattern.UNUSUAL_HOUR, DAY, DAY) if case.first.hour == 3] == [3] * is_one


@pytest.mark.parametrize(("silence", "is_one"), [(timedelta(days=60, seconds=-1), False), (timedelta(days=60), True)])
def test_the_first_reveal_after_a_long_silence(
    past: Past, ada: Actor, auditor: Actor, silence: timedelta, is_one: bool
) -> None:
    back = on(DAY)
    past.did(ada, "case.read", back - silence)
    past.did(ada, "sign_in.begin", back)
    past.did(ada, "medium.reveal", back + timedelta(days=2), count=3, apart=timedelta(hours=1))
    found = listed(auditor, Pattern.AFTER_SILENCE)
    assert [(case.officer, case.first, case.count) for case in found] == [("ada", back + timedelta(days=2), 60)] * is_one
    assert [shown_by(auditor, case) for case in found] == [3] * is_one


@pytest.mark.parametrize(("back_for", "is_one"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)])
def test_who_is_back_for_longer_is_not_listed_nor_who_was_never_there(
    past: Past, ada: Actor, auditor: Actor, back_for: timedelta, is_one: bool
) -> None:
    past.did(ada, "medium.reveal", on(DAY) - timedelta(days=100))
    past.did(ada, "sign_in.begin", on(DAY))
    past.did(ada, "medium.reveal", on(DAY) + back_for)
    past.did(auditor, "sign_in.begin", on(DAY))
    past.did(auditor, "audit.export", on(DAY))
    assert [case.officer for case in listed(auditor, Pattern.AFTER_SILENCE)] == ["ada"] * is_one


def test_only_what_the_reader_may_read_is_listed(world: World, past: Past, ada: Actor, auditor: Actor) -> None:
    sven = world.officer("sven", member="SE")
    world.member("CCF", "Commission")
    supervisor = world.officer("overseer", member="CCF", role=Role.AUDITOR)
    for one in (ada, sven):
        past.did(one, "audit.export", on(DAY), count=3)
    assert [case.officer for case in listed(auditor, Pattern.MANY_EXPORTS)] == ["ada"]
    assert listed(supervisor, Pattern.MANY_EXPORTS) == []
    auditing.add_supervisor("CCF")
    assert [case.officer for case in listed(supervisor, Pattern.MANY_EXPORTS)] == ["ada", "sven"]


def test_a_hundred_of_each_are_shown_the_latest_first_and_it_is_said_that_there_are_more(
    past: Past, ada: Actor, auditor: Actor
) -> None:
    def told() -> auditing.Listed:
        with acting_as(auditor) as session:
            return next(one for one in auditing.unusual(session, SINCE, UNTIL).listed if one.pattern is Pattern.SAME_AGAIN)

    for number in range(SHOWN_MAX):
        past.did(ada, "medium.reveal", on(DAY) + timedelta(minutes=number), count=5, subject=str(uuid4()))
    assert (len(told().found), told().has_more) == (SHOWN_MAX, False)
    past.did(ada, "medium.reveal", on(DAY) - timedelta(days=1), count=5, subject=str(uuid4()))
    found = told()
    assert (len(found.found), found.has_more) == (SHOWN_MAX, True)
    assert [case.last for case in found.found] == sorted((case.last for case in found.found), reverse=True)
    assert found.found[-1].last == on(DAY)


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.COORDINATOR, Role.OPERATOR])
def test_to_who_does_not_audit_there_is_no_such_page(world: World, past: Past, ada: Actor, role: Role) -> None:
    other = world.officer("other", member="NO", role=role)
    past.did(ada, "audit.export", on(DAY), count=3)
    with acting_as(other) as session, pytest.raises(NotVisible):
        auditing.unusual(session, SINCE, UNTIL)
    if role is not Role.OPERATOR:
        client = signed_in("other")
        page, absent = client.get("/audit/patterns/"), client.get("/api/no-such-page/")
        assert page.status_code == absent.status_code == 404
        assert client.get("/api/audit/patterns").status_code == 404


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.NATIONAL_ADMINISTRATOR])
def test_who_audits_reads_them_on_the_page_and_by_the_api_and_that_is_on_record(
    world: World, past: Past, ada: Actor, role: Role
) -> None:
    reader = world.officer("reader", member="NO", role=role)
    past.did(ada, "audit.export", on(DAY), count=3)
    client = signed_in("reader")
    page = client.get(f"/audit/patterns/?since={SINCE}&until={UNTIL}").content.decode()
    assert "ada" in page
    assert f"/audit/?member=NO&amp;officer=ada&amp;act=audit.export&amp;since={DAY}&amp;until={DAY}" in page
    told = client.get(f"/api/audit/patterns?since={SINCE}&until={UNTIL}").json()
    assert (told["first"], told["last"]) == (f"{SINCE}", f"{UNTIL}")
    by_name = {one["pattern"]: one for one in told["patterns"]}
    assert {*by_name} == {*Pattern}
    (case,) = by_name["many-exports"]["cases"]
    assert (case["officer"], case["count"], case["filter"]["act"]) == ("ada", 3, "audit.export")
    assert "3" in by_name["many-exports"]["reason"]
    with acting_as(reader) as session:
        assert len(auditing.acts_of(session, Wanted(act="audit.read_patterns")).items) == 2


def test_a_period_that_is_too_long_is_told_beside_the_usual_one(world: World, auditor: Actor) -> None:
    client = signed_in("auditor")
    for since in (f"{DAY - timedelta(days=900)}", "yesterday"):
        page = client.get(f"/audit/patterns/?since={since}&until={DAY}")
        assert page.status_code == 200
        assert 'class="refused"' in page.content.decode()
    assert client.get(f"/api/audit/patterns?since={DAY - timedelta(days=900)}").status_code == 400


def test_the_period_is_thirty_days_where_none_is_said_and_ninety_two_at_most() -> None:
    assert period(None, None, DAY) == (DAY - timedelta(days=PERIOD_DAYS - 1), DAY)
    assert period(None, DAY + timedelta(days=5), DAY)[1] == DAY
    longest = DAY - timedelta(days=PERIOD_DAYS_MAX - 1)
    assert period(longest, DAY, DAY) == (longest, DAY)
    for since, until in ((longest - timedelta(days=1), DAY), (DAY, DAY - timedelta(days=1)), (DAY + timedelta(days=1), None)):
        with pytest.raises(Invalid):
            period(since, until, DAY)


def test_every_pattern_says_its_limits_in_its_sentence() -> None:
    for pattern in Pattern:
        assert all(str(number) in reason(pattern) for number in LIMITS[pattern].values())
