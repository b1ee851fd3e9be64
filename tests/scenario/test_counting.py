"""Statistics: exact of the own member, coarse and late of others, and for everybody only what the operator lets out."""

import csv
import io
import json
from datetime import date, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.test import Client

from clew.actions import asserting, counting, describing, questioning
from clew.domain.errors import NotAdmitted, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.ledger import of_others
from clew.domain.officer import Role
from clew.domain.statistics import VIEWING_SECONDS
from clew.domain.victim import VictimFacts
from clew.node.statistic_checks import check_statistics
from clew.records.session import acting_as
from clew.web import statistics as pages
from tests.property.test_leaks import functions_that_are
from tests.world.clients import signed_in
from tests.world.contexts import app_connection, claim, true_context
from tests.world.kept import connected
from tests.world.world import World, handling

Key = tuple[str, str, str]


@pytest.fixture(autouse=True)
def nothing_is_remembered() -> None:
    pages._TOLD.forget()


def told(of: Actor) -> dict[Key, int | None]:
    """Numbers of the own member ("own"), of others together ("") and of each other member."""
    return {
        ("own" if one.is_own else one.member, one.figure, one.of): one.number for one in counting.read(of).numbers
    }


def as_owner(world: World, *statements: str, table: str = "statistics") -> None:
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f"alter table {table} no force row level security")
        for statement in statements:
            owner.execute(statement)
        owner.execute(f"alter table {table} force row level security")


def a_month_goes_by(world: World) -> None:
    """What was counted lies in a month that is over now."""
    as_owner(world, "update statistics set day = date_trunc('month', now())::date - 1")


def finished(world: World, of: Actor, exhibit: str) -> None:
    """Everything in the exhibit came by an intake that was finished yesterday."""
    exhibit_id = world.exhibit(of, exhibit=exhibit)
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute(
            """
            insert into intakes (exhibit_id, source, source_kind, started_by, host, keeps_bytes, started_at, finished_at,
                                 owner_member, owner_unit, audience, members, excluded)
            select id, '', 'folder', %s, 'here', false, now(), now() - interval '1 day', owner_member, owner_unit, audience,
                   members, excluded from exhibits where id = %s returning id""",
            [of.officer, exhibit_id],
        )
        made = cursor.fetchone()[0]
        cursor.execute("update occurrences set intake_id = %s where exhibit_id = %s", [made, exhibit_id])


def test_the_own_numbers_are_exact_and_those_of_others_come_in_fives_when_the_month_is_over(
    world: World, nora: Actor, sven: Actor
) -> None:
    for _ in range(3):
        world.medium(nora)
    for _ in range(13):
        world.medium(sven, Audience.UNIT)
    for number in range(4):
        world.series(sven, f"series-{number}")
    counting.count_up()
    numbers = told(nora)
    assert numbers["own", "media.held", "image"] == 3
    assert not {key for key in numbers if key[0] != "own"}, "how much others have is not told within the month"
    a_month_goes_by(world)
    numbers = told(nora)
    assert (numbers["SE", "media.held", "image"], numbers["", "media.held", "image"]) == (10, 10)
    assert (numbers["SE", "series.held", "open"], numbers["SE", "officers.certified", ""]) == (None, None)
    world.medium(sven)
    world.medium(nora)
    counting.count_up()
    later = told(nora)
    assert later["own", "media.held", "image"] == 4
    assert later["SE", "media.held", "image"] == 10



def agreed(world: World, one: Actor, other: Actor, times: int) -> None:
    """Two members consented to so many overlaps: each has a card of the other for every one."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        database.execute("set local session_replication_role = replica")  # cards without the overlaps they are of
        for _ in range(times):
            contact = uuid4()
            for of, with_whom in ((one, other), (other, one)):
                database.execute(
                    "insert into overlap_contacts (contact_id, side_id, subject_id, member, unit, other_member, other_unit)"
                    " values (%s, gen_random_uuid(), gen_random_uuid(), %s, %s, %s, %s)",
                    [contact, of.member, of.unit, with_whom.member, with_whom.unit],
                )


def test_an_overlap_of_two_others_counts_once_among_all_others_and_one_of_the_own_member_in_its_own_number(
    world: World, nora: Actor, sven: Actor
) -> None:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere lets nobody write cards")
    dirk = world.officer("dirk", member="DK", unit="ADMIN", role=Role.COORDINATOR)
    agreed(world, sven, dirk, 5)
    agreed(world, nora, sven, 6)
    counting.count_up()
    a_month_goes_by(world)
    of_nora, of_dirk = told(nora), told(dirk)
    assert [of_nora[whose, "overlaps.consented", ""] for whose in ("own", "SE", "DK", "")] == [6, 10, 5, 5]
    assert len([one for one in counting.read(nora).numbers if (one.member, one.figure) == ("", "overlaps.consented")]) == 1
    assert [of_dirk[whose, "overlaps.consented", ""] for whose in ("own", "SE", "NO", "")] == [5, 10, 5, 5]
    agreed(world, sven, dirk, 3)
    agreed(world, nora, sven, 4)
    as_owner(world, "delete from statistics")
    counting.count_up()
    a_month_goes_by(world)
    assert told(nora)["", "overlaps.consented", ""] == 5, "eight are told as five, whatever the own number is"


def test_a_day_is_counted_once_and_nobody_chooses_which(world: World, nora: Actor) -> None:
    counting.count_up()
    world.medium(nora)
    counting.count_up()
    assert ("own", "media.held", "image") not in told(nora)
    with app_connection() as app:
        claim(app, true_context(app, nora))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("select * from clew_count_of_day(current_date)")


def test_the_doctor_notices_days_that_nobody_counted(world: World, nora: Actor) -> None:
    assert check_statistics(world.facts).ok
    counting.count_up()
    assert check_statistics(world.facts).ok
    as_owner(world, "update statistics set day = day - 9")
    assert not check_statistics(world.facts).ok


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.AUDITOR, Role.DATA_PROTECTION_OFFICER, Role.OPERATOR])
def test_who_does_not_speak_with_other_members_reads_no_statistics(world: World, role: Role) -> None:
    other = world.officer("other", role=role)
    counting.count_up()
    with pytest.raises((StepRefused, NotVisible, NotAdmitted)):
        counting.read(other)
    with app_connection() as app:
        claim(app, true_context(app, other))
        assert app.execute("select * from clew_statistics()").fetchall() == []


def test_whatever_is_small_of_others_is_not_told_and_the_rest_is_what_the_ledger_would_say(world: World, nora: Actor) -> None:
    world.officer("dirk", member="DK")
    counting.count_up()
    values = [0, 1, 4, 5, 6, 9, 10, 14, 1_234]
    for number, value in enumerate(values):
        as_owner(
            world,
            f"insert into statistics (day, member, figure, of, number) select day, 'DK', 'media.held', 'k{number}', {value}"
            " from statistics where figure = 'counted'",
            f"insert into statistics (day, member, figure, of, number) select day, 'SE', 'media.held', 'k{number}', 4"
            " from statistics where figure = 'counted'",
        )
    a_month_goes_by(world)
    numbers = told(nora)
    assert [numbers["DK", "media.held", f"k{at}"] for at in range(len(values))] == [of_others(value) for value in values]
    wanted = [of_others(value) or None for value in values]  # Sweden's four are in no sum, and with them naught is a few
    assert [numbers["", "media.held", f"k{at}"] for at in range(len(values))] == wanted


def test_the_test_above_notices_a_small_number_that_is_told(world: World, nora: Actor) -> None:
    """It counts only once it was seen to fail."""
    world.series(world.officer("sven", member="SE"), "one")
    counting.count_up()
    a_month_goes_by(world)
    assert told(nora)["SE", "series.held", "open"] is None
    small = "when k.number between 1 and 5 - 1 then null"
    with functions_that_are(lambda words: words.replace(small, "when k.number = 4 then null"))(world):
        assert told(nora)["SE", "series.held", "open"] is not None


@pytest.mark.parametrize(("count", "is_told"), [(4, False), (5, True)])
def test_a_median_of_others_is_told_where_it_is_of_enough(world: World, nora: Actor, count: int, is_told: bool) -> None:
    counting.count_up()
    for of, number in (("count", count), ("median", 80_123)):
        for member in ("SE", ""):
            as_owner(
                world,
                "insert into statistics (day, member, figure, of, number)"
                f" select day, '{member}', 'waits.to_lead', '{of}', {number} from statistics where figure = 'counted'",
            )
    a_month_goes_by(world)
    numbers = told(nora)
    wanted = 86_400 if is_told else None  # in whole days: to the second it is the wait of one
    assert (numbers["SE", "waits.to_lead", "median"], numbers["", "waits.to_lead", "median"]) == (wanted, wanted)


def asked(of: Actor, whom: str, number: int) -> str:
    """A question about a series of one's own."""
    with acting_as(of) as session:
        asking = questioning.Asking(
            kind=questioning.Kind.PLUG_TYPE, about=questioning.About.SERIES, name=f"series-{number}", words="Whose plug is it?",
            language="en", due_on=date.today() + timedelta(days=9),  # noqa: DTZ011 (a day is enough)
        )  # fmt: skip
        return questioning.ask(session, asking, questioning.whom([whom], [], []))


def answered(of: Actor, reference: str, said: questioning.Said = questioning.Said.NOTHING_KNOWN) -> None:
    with acting_as(of) as session:
        questioning.answer(session, reference, questioning.Answer(said=said))


def test_from_question_to_answer_is_told_of_whoever_answers_and_by_its_first_word(
    world: World, nora: Actor, ada: Actor, sven: Actor
) -> None:
    dirk = world.officer("dirk", member="DK")
    astrid = world.officer("astrid", member="SE", unit="ADMIN", role=Role.COORDINATOR)
    kari = world.officer("kari", unit="TRACES")
    for number in range(5):
        world.series(ada, f"series-{number}")
    references = [asked(ada, "SE/VICTIM-ID", number) for number in range(5)]
    asked(ada, "SE/VICTIM-ID", 0)  # nobody answers it: it makes no number
    inside = asked(ada, "NO/TRACES", 0)
    abroad = asked(ada, "DK", 0)
    for reference in references:
        answered(sven, reference)
    answered(sven, references[0], questioning.Said.YES)
    answered(kari, inside)
    answered(dirk, abroad)
    as_owner(
        world,
        # The first was asked ten days before, the others three.
        "update questions q set asked_at = asked_at - case when reference = "
        f"'{references[0]}' then interval '10 days' else interval '3 days 5 hours' end",
        table="questions",
    )
    as_owner(world, "update question_answers set answered_at = now() + interval '1 day' where said = 'yes'", table="question_answers")
    counting.count_up()
    of_sweden, of_norway = told(astrid), told(nora)
    assert of_sweden["own", "waits.to_answer", "count"] == 5
    assert 0 <= of_sweden["own", "waits.to_answer", "median"] - (3 * 86_400 + 5 * 3_600) < 60
    assert ("own", "waits.to_answer", "count") not in of_norway, "what one unit asks another of its member is no matter of countries"
    a_month_goes_by(world)
    of_norway = told(nora)
    assert (of_norway["SE", "waits.to_answer", "count"], of_norway["SE", "waits.to_answer", "median"]) == (5, 4 * 86_400)
    assert (of_norway["DK", "waits.to_answer", "count"], of_norway["DK", "waits.to_answer", "median"]) == (None, None)
    assert of_norway["", "waits.to_answer", "median"] == 4 * 86_400
    page = signed_in("nora").get("/statistics/").content.decode()
    assert "From question to answer" in page
    kept = signed_in("nora").post("/statistics/csv/", {"chart": "answered"}).content.decode()
    assert kept == "Member,Answers,Median (seconds)\r\nSE,5 answers or more,345600\r\n"


def test_what_was_known_on_arrival_is_counted_and_saves_the_hours_that_are_assumed(
    world: World, nora: Actor, sven: Actor
) -> None:
    for at in range(2):
        world.medium(sven, content=b"known %d" % at)
    hidden = world.medium(sven, Audience.UNIT, content=b"hidden")
    assert hidden
    for at in range(2):
        world.occurrence(nora, world.medium(nora, content=b"known %d" % at), exhibit="PHONE-2")
    world.occurrence(nora, world.medium(nora, content=b"hidden"), exhibit="PHONE-2")
    world.occurrence(nora, world.medium(nora), exhibit="PHONE-2")
    finished(world, nora, "PHONE-2")
    counting.count_up()
    numbers = told(nora)
    assert numbers["own", "arrivals.arrived", "image"] == 4
    assert numbers["own", "arrivals.known", "image"] == 2, "what is hidden from the member makes no number of its own"
    (saved,) = counting.read(nora).saved
    assert (saved.share, saved.hours) == (0.5, 2 * VIEWING_SECONDS["image"] / 3600)


def test_a_child_of_whom_two_members_know_is_one_that_is_not_identified(world: World, nora: Actor, ada: Actor, sven: Actor) -> None:
    def unidentified() -> int:
        with connected(**world.facts.as_owner()) as owner:
            owner.execute(f"set role {world.facts.roles.blind}")
            return owner.execute("select count(*) from clew_unidentified()").fetchone()[0]

    children = []
    for of in (ada, sven):
        with acting_as(of) as session:
            children.append(describing.enter_victim(session, VictimFacts(), "", handling(of)).kept.reference)
    assert unidentified() == 2
    with acting_as(ada) as session:
        asserting.same(session, *children, "The same room.")
    assert unidentified() == 2, "what one of them says alone changes no number"
    with acting_as(sven) as session:
        asserting.same(session, *children, "The same room.")
    assert unidentified() == 1


def test_files_hold_the_numbers_and_say_what_is_too_small(world: World, nora: Actor, sven: Actor) -> None:
    for _ in range(6):
        world.medium(sven)
    world.series(sven, "one")
    counting.count_up()
    a_month_goes_by(world)
    found = counting.read(nora)
    rows = list(csv.DictReader(io.StringIO(counting.as_csv(found))))
    assert [row["number"] for row in rows if (row["member"], row["figure"]) == ("SE", "media.held")] == ["5"]
    assert [row["number"] for row in rows if (row["member"], row["figure"]) == ("SE", "series.held")] == ["few"]
    read = json.loads(counting.as_json(found))
    assert [one["number"] for one in read["numbers"] if (one["member"], one["figure"]) == ("SE", "series.held")] == [None]
    assert date.fromisoformat(read["others_as_of"]) < date.today()  # noqa: DTZ011 (a day is enough)


def test_the_page_is_for_coordinators_and_to_others_there_is_none(world: World, nora: Actor, ada: Actor) -> None:
    counting.count_up()
    answer = signed_in("nora").get("/statistics/")
    assert (answer.status_code, "Statistics" in answer.content.decode()) == (200, True)
    for address in ("/statistics/", "/there/is/no/such/page/"):
        assert signed_in("ada").get(address).status_code == 404
    kept = signed_in("nora").post("/statistics/csv/")
    assert kept.headers["Content-Disposition"] == 'attachment; filename="statistics.csv"'


# What everybody is told ----------------------------------------------------------------------------


def a_stranger() -> Client:
    """Somebody who is not signed in."""
    return Client(raise_request_exception=False, SERVER_NAME="localhost")


def test_everybody_is_told_nothing_until_the_operator_says_so_and_nothing_more_afterwards(world: World, sven: Actor) -> None:
    for number in range(7):
        world.series(sven, f"series-{number}")
    for _ in range(3):
        with acting_as(sven) as session:
            describing.enter_victim(session, VictimFacts(), "", handling(sven, Audience.UNIT))
    counting.count_up()
    a_month_goes_by(world)
    stranger = a_stranger()
    absent = stranger.get("/there/is/no/such/page/")
    off = stranger.get("/unidentified/")
    assert (off.status_code, off.content) == (404, absent.content)
    counting.publish(is_on=True)
    pages._TOLD.forget()
    answer = stranger.get("/unidentified/")
    words = answer.content.decode()
    assert (answer.status_code, "Set-Cookie" in answer.headers, answer.cookies) == (200, False, {})
    assert "<strong>5</strong>" in words
    assert "few" in words
    assert not any(secret in words for secret in ("SE", "series-1", "V-", "S-"))
    assert answer.headers["Cache-Control"].startswith("public")
    counting.publish(is_on=False)
    pages._TOLD.forget()
    assert stranger.get("/unidentified/").status_code == 404


def test_the_word_of_the_operator_is_on_record_and_nobody_elses_counts(world: World, nora: Actor) -> None:
    counting.publish(is_on=True)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        assert ("statistics.publish",) in owner.execute("select act from acts").fetchall()
    with app_connection() as app:
        claim(app, true_context(app, nora))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("select clew_publish(false)")


def test_the_public_page_asks_the_database_seldom_and_is_refused_where_it_is_asked_too_often(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(counting, "public", lambda: asked.append(1) or ())
    monkeypatch.setattr(pages, "PER_MINUTE_MAX", 3)
    answers = [a_stranger().get("/unidentified/").status_code for _ in range(5)]
    assert answers == [404, 404, 404, 429, 429]
    assert len(asked) == 1
