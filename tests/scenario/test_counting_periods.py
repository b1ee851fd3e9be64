"""Statistics by period: exact of the own member to the day, and of others nothing that was not told without a period."""

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from clew.actions import counting, describing
from clew.actions.counting import Statistics
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor, Audience
from clew.domain.medium import Verdict
from clew.domain.officer import Role
from clew.domain.series import SeriesState
from clew.domain.statistics import ALL_TIME, DAYS, Period, period
from clew.domain.victim import VictimFacts
from clew.records import cases
from clew.records import statistics as records
from clew.records.session import acting_as
from tests.property.test_leaks import functions_that_are
from tests.scenario.test_counting import as_owner, finished, told
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.world import World, handling

Plant = Callable[[date, int], None]
TODAY = datetime.now(UTC).date()
LAST = TODAY - timedelta(days=1)
"""The last day that is counted."""
YEAR = TODAY.year - 1
MIDNIGHT = time(tzinfo=UTC)
FIRST_MOMENT, LAST_MOMENT = timedelta(), timedelta(days=1, microseconds=-1)
ENDS = {
    "30": (LAST - timedelta(days=29), LAST), "90": (LAST - timedelta(days=89), LAST), "365": (LAST - timedelta(days=364), LAST),
    str(YEAR): (date(YEAR, 1, 1), date(YEAR, 12, 31)), str(YEAR - 1): (date(YEAR - 1, 1, 1), date(YEAR - 1, 12, 31)),
    "all": (date.min, LAST),
}  # fmt: skip
EDGES = sorted({
    moment
    for begins, ends in list(ENDS.values())[:-1]
    for moment in (
        datetime.combine(begins, MIDNIGHT) - timedelta(microseconds=1), datetime.combine(begins, MIDNIGHT),
        datetime.combine(ends, MIDNIGHT) + LAST_MOMENT, datetime.combine(ends, MIDNIGHT) + timedelta(days=1),
    )
})  # fmt: skip


@pytest.fixture
def nora(world: World) -> Actor:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere lets nobody write what others own")
    return world.officer("nora", role=Role.COORDINATOR)


def as_superuser(world: World, *statements: tuple[str, list[object]]) -> None:
    """Rows without what they are of: no rule and no trigger is asked."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        database.execute("set local session_replication_role = replica")
        for words, values in statements:
            database.execute(words, values)


def card(world: World, one: Actor, other: Actor, since: datetime, *, case: object = None) -> None:
    """Two members consented to an overlap; `case` is that of the first."""
    contact = uuid4()
    as_superuser(world, *(
        (
            ("insert into overlap_contacts (contact_id, side_id, subject_id, member, unit, other_member, other_unit, since)"
            " values (%s, gen_random_uuid(), coalesce(%s, gen_random_uuid()), %s, %s, %s, %s, %s)"),
            [contact, subject, of.member, of.unit, whom.member, whom.unit, since],
        )
        for of, whom, subject in ((one, other, case), (other, one, None))
    ))  # fmt: skip


def found_and_safe(world: World, of: Actor, found: datetime, safe: datetime) -> None:
    """A child that was identified then, and safeguarded then."""
    with acting_as(of) as session:
        reference = describing.enter_victim(session, VictimFacts(), "", handling(of)).kept.reference
    step = (
        "insert into victim_steps (victim_id, step, state, status, basis, evidence, member, unit, proposed_by, decided_by, decided_at)"
        " select id, %s, %s, 'confirmed', '', '', owner_member, owner_unit, 'one', 'another', %s from victims where reference = %s"
    )
    as_superuser(
        world, ("update victims set state = 'safeguarded' where reference = %s", [reference]),
        (step, ["identify", "identified", found, reference]), (step, ["safeguard", "safeguarded", safe, reference]),
    )  # fmt: skip


def said(world: World, day: date, member: str, figure: str, of: str, number: int) -> None:
    """As it would have been counted that day."""
    as_superuser(world, (
        ("insert into statistics (day, member, figure, of, number) values (%s, %s, %s, %s, %s) on conflict (day, member, figure, of)"
        " do update set number = excluded.number"), [day, member, figure, of, number],
    ))  # fmt: skip


def another_night(world: World) -> None:
    """What was counted was counted the day before."""
    as_owner(world, f"delete from statistics where day = '{LAST}'")
    as_superuser(world, (f"update period_statistics set day = day - 1 where day = '{LAST}'", []))


def flows(of: Actor, name: str) -> dict[tuple[str, str], int | None]:
    return {(one.figure, one.of): one.number for one in counting.read(of, period(name)).in_period}


def within(moments: list[datetime], name: str) -> int:
    begins, ends = ENDS[name]
    return sum(begins <= moment.date() <= ends for moment in moments)


def test_what_happened_on_the_first_and_the_last_day_of_a_period_is_in_it_and_a_moment_beyond_is_not(
    world: World, nora: Actor, sven: Actor
) -> None:
    long_ago, later = datetime(2001, 2, 3, tzinfo=UTC), datetime.combine(TODAY, MIDNIGHT) + timedelta(hours=1)
    for moment in EDGES:
        card(world, nora, sven, moment)
        found_and_safe(world, nora, moment, later)
        found_and_safe(world, nora, long_ago, moment)
    counting.count_up()
    found = EDGES + [long_ago] * len(EDGES)
    moments = {"overlaps.consented": EDGES, "victims.identified": found, "victims.safeguarded": EDGES}
    for name in ENDS:
        wanted = {figure: within(there, name) for figure, there in moments.items()}
        numbers = flows(nora, name)
        assert {figure: numbers.get((figure, ""), 0) for figure in moments} == wanted, name
    assert {within(EDGES, name) for name in ENDS} != {0}


def test_waits_are_of_the_period_in_which_they_ended(world: World, nora: Actor, sven: Actor) -> None:
    for days, seconds in ((0, 100), (29, 300), (30, 5_000), (89, 7_000)):
        side, ended = uuid4(), datetime.combine(LAST - timedelta(days=days), MIDNIGHT) + LAST_MOMENT
        as_superuser(
            world,
            (("insert into overlap_sides (id, member, unit, subject_kind, subject_id, released_at)"
             " values (%s, 'NO', 'VICTIM-ID', 'case', gen_random_uuid(), %s)"), [side, ended - timedelta(seconds=seconds)]),
            (("insert into overlap_contacts (contact_id, side_id, subject_id, member, unit, other_member, other_unit, since)"
             " values (gen_random_uuid(), %s, gen_random_uuid(), 'NO', 'VICTIM-ID', 'SE', 'VICTIM-ID', %s)"), [side, ended]),
        )  # fmt: skip
    counting.count_up()
    waits = {name: (flows(nora, name)["waits.to_consent", "count"], flows(nora, name)["waits.to_consent", "median"]) for name in DAYS[:2]}
    assert waits == {"30": (2, 200), "90": (4, 2_650)}


def test_what_came_is_summed_over_the_days_of_a_period(world: World, nora: Actor, sven: Actor) -> None:
    days = sorted({moment.date() for moment in EDGES} - {TODAY})
    for day in days:
        said(world, day, "NO", "arrivals.arrived", "image", 3)
        said(world, day, "SE", "arrivals.arrived", "image", 7)
    counting.count_up()
    for name, (begins, ends) in ENDS.items():
        if name in (*DAYS, ALL_TIME):
            assert flows(nora, name)["arrivals.arrived", "image"] == 3 * sum(begins <= day <= ends for day in days), name


def test_a_year_that_was_counted_never_changes_and_one_without_numbers_is_no_period(world: World, nora: Actor, sven: Actor) -> None:
    card(world, nora, sven, datetime(YEAR, 5, 4, tzinfo=UTC))
    counting.count_up()
    card(world, nora, sven, datetime(YEAR, 5, 5, tzinfo=UTC))
    another_night(world)
    counting.count_up()
    found = counting.read(nora, period(str(YEAR)))
    assert [(one.figure, one.number) for one in found.in_period if one.figure == "overlaps.consented"] == [("overlaps.consented", 1)]
    assert flows(nora, "all")["overlaps.consented", ""] == 2
    assert [one.name for one in found.periods] == [*DAYS, str(YEAR), ALL_TIME]
    for name in (str(YEAR - 1), str(TODAY.year), "2999"):
        with pytest.raises(NotVisible):
            counting.read(nora, period(name))
    for name in ("7", "1999", "2025-01", "all' or true", "\uff12\uff10\uff12\uff15"):
        with pytest.raises(Invalid):
            period(name)
        with acting_as(nora) as session:  # and the database knows the list too
            assert {one.figure for one in records.told(session, name)} == {"members.connected"}
            assert (records.in_period(session, name), records.over_time(session, name), records.linked(session, name)) == ((), (), ())


# What others may learn -----------------------------------------------------------------------------


def everything_told_of_others(of: Actor) -> dict[str, str]:
    """What an outsider can ask for: of each period all that is told of other members, in files and by the database."""
    offered = [one.name for one in counting.read(of).periods]
    return {name: outside(counting.read(of, Period(name))) + by_the_database(of, name) for name in offered}


def by_the_database(of: Actor, name: str) -> str:
    with acting_as(of) as session, session.cursor() as cursor:
        return repr([
            cursor.execute(f"select * from {words} order by 1, 2, 3, 4", [name]).fetchall()
            for words in ("(select * from clew_statistics(%s)) t where not is_own", "clew_statistics_of_period(%s)", "clew_statistics_over_time(%s)")
        ])  # fmt: skip


def outside(found: Statistics) -> str:
    read = json.loads(counting.as_json(found))
    lines = [row for row in csv.reader(io.StringIO(counting.as_csv(found))) if row[0] != "own"]
    others = {key: [one for one in read[key] if one["whose"] != "own"] for key in ("numbers", "in_period", "over_time", "saved")}
    assert not others["in_period"]
    assert not others["over_time"]
    return json.dumps([others, lines, sorted({one.member for one in (*found.in_period, *found.over_time, *found.linked)})])


def small_worlds(world: World, sven: Actor) -> dict[str, Plant]:
    """Where a small number of Sweden may lie, on which day: and how it is planted."""

    def stock(figure: str, of: str = "") -> Plant:
        return lambda day, number: said(world, day, "SE", figure, of, number)

    return {
        "stock": stock("series.held", "open"), "children": stock("victims.identified"),
        "arrived": stock("arrivals.arrived", "video"), "known": stock("arrivals.known", "video"),
        "answers": stock("answers", "parallel_enquiry"),
    }  # fmt: skip


def over_a_month() -> date:
    return TODAY.replace(day=1) - timedelta(days=1)


def laid_out(world: World) -> None:
    """Three years of four other members with a few of everything each, counted at the ends of years and of last month."""
    for code in ("DK", "FI", "IS"):
        world.officer(f"of-{code.lower()}", member=code)
    counting.count_up()
    for day in {date(YEAR - 1, 12, 31), date(YEAR, 12, 31), over_a_month()}:
        said(world, day, "", "counted", "", 1)
        for code in ("DK", "FI", "IS"):
            for figure, of in (("series.held", "open"), ("victims.identified", ""), ("arrivals.arrived", "video"), ("arrivals.known", "video")):
                said(world, day, code, figure, of, 1)
            said(world, day, code, "media.held", "image", 1_234)
    as_superuser(world, *(
        (("insert into period_statistics (period, day, member, figure, of, number) values (%s, %s, '', 'counted', %s, 1)"
         " on conflict do nothing"), [str(year), date(year, 12, 31), of])
        for year in (YEAR - 1, YEAR) for of in ("", "arrivals")
    ))  # fmt: skip


DAYS_PLANTED = {
    "the last day of a month that is over": over_a_month, "the last day of a year": lambda: date(YEAR, 12, 31),
    "the last day of the year before": lambda: date(YEAR - 1, 12, 31), "the first day of a year": lambda: date(YEAR, 1, 1),
    "the first of 365 days": lambda: over_a_month() - timedelta(days=364), "one day before": lambda: over_a_month() - timedelta(days=365),
    "this month": lambda: LAST, "the middle": lambda: date(YEAR, 6, 15),
}  # fmt: skip


@pytest.mark.parametrize("what", ["stock", "children", "arrived", "known", "answers"])
def test_no_periods_together_tell_a_small_number_of_another_member(world: World, nora: Actor, sven: Actor, what: str) -> None:
    """Wherever in time one to four lie, everything that can be asked for is the same: nothing follows from any difference."""
    laid_out(world)
    plant = small_worlds(world, sven)[what]
    for where, day in DAYS_PLANTED.items():
        answers = set()
        for number in (1, 2, 3, 4):
            plant(day(), number)
            answers.add(json.dumps(everything_told_of_others(nora)))
        assert len(answers) == 1, where
        plant(day(), 0)
    plant(over_a_month(), 4)
    four = everything_told_of_others(nora)
    plant(over_a_month(), 5)
    assert (everything_told_of_others(nora) == four) is (what == "answers"), "five are told, and what triage said is not"


MUTANTS = {
    "a sum of exact numbers": (
        "nullif(coalesce(sum(e.number), 0), 0)",
        "(select sum(k.number) - sum(k.number) % 5 from kept k where not k.is_own and k.figure = e.figure and k.of = e.of)",
    ),
    "fewer than five are told": ("when k.number between 1 and 5 - 1 then null", "when k.number between 1 and 3 - 1 then null"),
    "what triage said is told of others": ("and s.figure <> 'answers'", ""),
    "any of others is the own": ("when k.is_own then k.number", "when k.is_own or k.figure like 'arrivals.%' then k.number"),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_of_periods_notices_what_tells_a_small_number(world: World, nora: Actor, sven: Actor, mutant: str) -> None:
    laid_out(world)
    plants = small_worlds(world, sven)
    answers = set()
    with functions_that_are(lambda words: words.replace(*MUTANTS[mutant]))(world):
        for number in (1, 2, 3, 4):
            for what, times in (("stock", 1), ("arrived", 1), ("answers", 5)):
                plants[what](over_a_month(), number * times)
            answers.add(json.dumps(everything_told_of_others(nora)))
    assert len(answers) > 1


def test_of_a_year_others_are_told_what_was_told_in_the_month_after_it_and_that_stays(world: World, nora: Actor, sven: Actor) -> None:
    end = date(YEAR, 12, 31)
    for number, day in ((8, end), (9, end - timedelta(days=364)), (50, end - timedelta(days=365))):
        said(world, day, "SE", "arrivals.arrived", "image", number)
    for figure, of, number in (("counted", "", 1), ("series.held", "open", 12), ("victims.identified", "", 4)):
        said(world, end, "" if figure == "counted" else "SE", figure, of, number)
    as_superuser(world, *(
        ("insert into period_statistics (period, day, member, figure, of, number) values (%s, %s, '', 'counted', %s, 1)", [str(YEAR), end, of])
        for of in ("", "arrivals")
    ))  # fmt: skip
    in_january = [one for one in counting.read(nora).numbers if not one.is_own]  # nothing was counted since
    assert [one.number for one in in_january if (one.member, one.figure) == ("SE", "arrivals.arrived")] == [15]
    counting.count_up()
    is_january = over_a_month() == end
    if not is_january:
        said(world, over_a_month(), "", "counted", "", 1)
        said(world, over_a_month(), "SE", "series.held", "open", 90)
    found = counting.read(nora, period(str(YEAR)))
    assert [one for one in found.numbers if not one.is_own] == in_january
    stood = [one.number for one in counting.read(nora).numbers if (one.member, one.of) == ("SE", "open")]
    assert stood == [10 if is_january else 90]


def test_of_a_year_of_which_days_were_dropped_nobody_is_told_what_came(world: World, nora: Actor, sven: Actor) -> None:
    """Half a year is a number that was never told: with that of before one could subtract."""
    end = date(YEAR - 2, 12, 31)
    for member in ("NO", "SE"):
        said(world, end, member, "arrivals.arrived", "image", 40)
        said(world, end, member, "series.held", "open", 40)
    said(world, end, "", "counted", "", 1)
    counting.count_up()
    found = counting.read(nora, period(str(YEAR - 2)))
    assert {(one.member, one.figure) for one in found.numbers if one.member} == {("NO", "series.held"), ("SE", "series.held")}
    assert (found.in_period, found.has_arrivals) == ((), False)
    words = signed_in("nora").get(f"/statistics/?period={YEAR - 2}").content.decode()
    assert "Media that came in seizures" in words
    changed = ("and days.has_arrivals", "")
    with functions_that_are(lambda words: words.replace(*changed))(world):
        assert ("SE", "arrivals.arrived") in {(one.member, one.figure) for one in counting.read(nora, period(str(YEAR - 2))).numbers}


# What came turned out to be, and who is connected --------------------------------------------------


def test_what_came_is_counted_by_what_triage_says_of_it_and_told_to_its_member_alone(world: World, nora: Actor, ada: Actor, sven: Actor) -> None:
    def of_sweden(content: bytes, audience: Audience = Audience.ALL) -> object:
        medium = world.medium(sven, audience, content=content)
        world.occurrence(sven, medium, "SE-1", "DISK")
        return medium

    world.series(sven, "solved", [of_sweden(b"solved")], state=SeriesState.IDENTIFIED)
    world.series(sven, "open", [of_sweden(b"open")])
    of_sweden(b"in a case")
    of_sweden(b"hidden", Audience.UNIT)
    before = world.medium(ada, content=b"own before")
    for exhibit in ("PHONE-8", "PHONE-9"):
        world.occurrence(ada, before, exhibit=exhibit)
    for content in (b"solved", b"open", b"in a case", b"hidden", b"never seen"):
        world.occurrence(ada, world.medium(ada, content=content), exhibit="PHONE-9")
    world.occurrence(ada, world.medium(ada, verdict=Verdict.NOT_DECODED), exhibit="PHONE-9")
    world.occurrence(ada, None, exhibit="PHONE-9", reason="io-error")
    finished(world, ada, "PHONE-9")
    counting.count_up()
    found = counting.read(nora)
    answers = {one.of: one.number for one in found.over_time if one.figure == "answers"}
    assert answers == {"solved_elsewhere": 1, "parallel_enquiry": 2, "known": 1, "new": 2, "undecodable": 2}
    arrivals = flows(nora, "365")
    assert (arrivals["arrivals.arrived", "image"], arrivals["arrivals.known", "image"]) == (7, 4), "the hidden one is new"
    astrid = world.officer("astrid", member="SE", unit="ADMIN", role=Role.COORDINATOR)
    assert not [one for one in counting.read(astrid).over_time if one.figure == "answers"]
    assert not {key for key in told(nora) if key[1] == "answers"}
    kept = signed_in("nora").post("/statistics/csv/", {"chart": "answers"}).content.decode().splitlines()
    assert kept[0] == "Month,Answer,Media"
    assert kept[1:3] == [f"{LAST:%Y-%m},★ Solved elsewhere,1", f"{LAST:%Y-%m},⇄ Parallel enquiry,2"]


def test_months_are_sums_of_days_and_lie_within_the_period(world: World, nora: Actor, sven: Actor) -> None:
    for day, number in ((date(YEAR, 1, 1), 1), (date(YEAR, 1, 31), 2), (date(YEAR, 2, 1), 4), (date(YEAR, 12, 31), 8), (date(YEAR - 1, 12, 31), 16)):
        said(world, day, "NO", "answers", "new", number)
    said(world, date(YEAR, 12, 31), "", "counted", "", 1)
    card(world, nora, sven, datetime(YEAR, 1, 1, tzinfo=UTC))
    counting.count_up()
    months = [(one.day, one.number) for one in counting.read(nora, period(str(YEAR))).over_time if one.figure == "answers"]
    assert months == [(date(YEAR, 1, 31), 3), (date(YEAR, 2, 29 if YEAR % 4 == 0 else 28), 4), (date(YEAR, 12, 31), 8)]


def test_arcs_are_of_the_own_member_alone_and_of_cards_that_the_reader_may_see(world: World, nora: Actor, ada: Actor, sven: Actor) -> None:
    dirk = world.officer("dirk", member="DK", unit="ADMIN", role=Role.COORDINATOR)
    olav = world.officer("olav", unit="ANOTHER", role=Role.COORDINATOR)
    world.exhibit(ada, "CASE-1")
    world.exhibit(ada, "CASE-2", cover=handling(ada, Audience.UNIT))
    with acting_as(ada) as session:
        seen, hidden = cases.find(session, "CASE-1"), cases.find(session, "CASE-2")
    now = datetime.combine(LAST, MIDNIGHT)
    for _ in range(3):
        card(world, ada, sven, now, case=seen)
    card(world, ada, sven, now - timedelta(days=30), case=seen)
    card(world, ada, dirk, now, case=hidden)
    for _ in range(40):
        card(world, sven, dirk, now)
    counting.count_up()

    def arcs(of: Actor, name: str) -> dict[str, int | None]:
        return {one.of: one.number for one in counting.read(of, period(name)).linked}

    assert (arcs(olav, "30"), arcs(olav, "90")) == ({"SE": 3}, {"SE": 4})
    assert arcs(nora, "30") == {"SE": 3, "DK": 1}, "the case is her unit's"
    for one in (nora, olav):
        assert "40" not in counting.as_csv(counting.read(one))
    kept = signed_in("olav").post("/statistics/csv/", {"chart": "linked", "period": "90"}).content.decode()
    assert kept == "Member,How many,Overlaps\r\nSE,one to four,4\r\n"


def test_the_page_and_the_files_follow_the_choice_and_the_address_keeps_it(world: World, nora: Actor, ada: Actor, sven: Actor) -> None:
    card(world, nora, sven, datetime(YEAR, 5, 4, tzinfo=UTC))
    counting.count_up()
    client: Client = signed_in("nora")
    page = client.get(f"/statistics/?period={YEAR}").content.decode()
    assert f'<option value="{YEAR}" selected>{YEAR}</option>' in page
    assert f'<input type="hidden" name="period" value="{YEAR}">' in page
    rows = [
        row for row in csv.DictReader(io.StringIO(client.post("/statistics/csv/", {"period": str(YEAR)}).content.decode()))
        if (row["figure"], row["period"]) == ("overlaps.consented", str(YEAR))
    ]  # fmt: skip
    assert [row["number"] for row in rows] == ["1"]
    answer = client.post("/statistics/json/", {"period": str(YEAR)})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="statistics-{YEAR}.json"'
    assert (json.loads(answer.content)["period"], json.loads(client.post("/statistics/json/").content)["period"]) == (str(YEAR), "365")
    assert client.get("/statistics/?period=7").status_code == 400
    assert client.get("/statistics/?period=2199").status_code == 404
    assert signed_in("ada").get(f"/statistics/?period={YEAR}").status_code == 404
    by_api = client.get(f"/api/statistics?period={YEAR}").json()
    assert (by_api["period"], by_api["periods"]) == (str(YEAR), [*DAYS, str(YEAR), "all"])
    assert [one["number"] for one in by_api["in_period"] if one["figure"] == "overlaps.consented"] == [1]
    assert client.get("/api/statistics?period=7").status_code == 400


def test_the_command_follows_the_choice(world: World, nora: Actor, sven: Actor) -> None:
    for _ in range(2):
        card(world, nora, sven, datetime(YEAR, 5, 4, tzinfo=UTC))
    counting.count_up()
    said_of_it = clew("report", "statistics", "--as", "nora", "--period", str(YEAR))
    assert (said_of_it.code, f"{YEAR}{2:>18}  Overlaps to which both sides consented" in said_of_it.out) == (0, True), said_of_it
    read = json.loads(clew("report", "statistics", "--as", "nora", "--period", "30", "--json").out)
    assert (read["period"], [one for one in read["in_period"] if one["figure"] == "overlaps.consented"]) == ("30", [])
    for name in ("7", "2199"):
        assert clew("report", "statistics", "--as", "nora", "--period", name).code not in (0, None)
