"""The list of leads is whole and in its order, however many there are: what is grave stands first, whenever it was raised."""

import importlib
import random
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from clew.actions import arriving, following, raising
from clew.actions.following import Line
from clew.domain.errors import Invalid
from clew.domain.handling import Actor, Audience
from clew.domain.lead import OPEN, Because, Rule, Step, Weighed, at_most
from clew.domain.lead_page import LeadAt
from clew.domain.series import SeriesState
from clew.records import lead_order, leads
from clew.records.session import acting_as
from tests.scenario.test_leads import let_see
from tests.scenario.test_proposing import CAMERA, found
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.world import World

MIGRATION = importlib.import_module("clew.records.migrations.0083_leads_go_on")


def days_ago(days: float) -> str:
    return f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S}"


def document(number: int) -> dict[str, object]:
    return {"document_id": f"xmp.did:8c0b2c7e55{number:02}"}


def age(world: World, lead: UUID, days: int) -> None:
    """The lead was raised so long ago, and what speaks for it came then."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        for statement in (
            "update leads set raised_at = raised_at - %(age)s, came_at = came_at - %(age)s where id = %(id)s",
            "update media set taken_in_at = taken_in_at - %(age)s where id in (select medium_id from lead_media where lead_id = %(id)s)",
        ):
            everything.execute(statement, {"age": timedelta(days=days), "id": lead})


def plant(world: World, ada: Actor, sven: Actor, count: int = 6) -> UUID:
    """A grave lead that was raised long ago, and others that came since; the grave one."""
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", taken_at=days_ago(20), **CAMERA)
    raising.raise_all()
    with acting_as(ada) as session:
        (grave,) = following.every(session).lines
    age(world, grave.lead.id, 60)
    for number in range(count):
        world.series(ada, f"room-{number}", [found(world, ada, "NO-2", **document(number))])
        facts = {"latitude": 59.9, "longitude": 10.7 + number, "gps_precision_m": 20.0} if number % 2 else {}
        found(world, sven, f"SE-{2 + number % 2}", **document(number), **facts)
    raising.raise_all()
    return grave.lead.id


def through(ada: Actor, limit: int, case: str | None = None) -> list[list[Line]]:
    """Page after page."""
    pages, after = [], None
    while True:
        with acting_as(ada) as session:
            page = following.every(session, after=after, limit=limit, case=case)
        pages.append([*page.lines])
        assert page.is_cut is (page.next is not None)
        if page.next is None:
            return pages
        after = page.next
        assert len(pages) < 40


@pytest.mark.parametrize("low", [1, 2, 3])
def test_what_is_grave_stands_first_however_many_came_since(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch, low: int
) -> None:
    """In the list, at home and for programs."""
    grave = plant(world, ada, sven)
    for name in ("RANKED_MAX", "BEST_OF_MAX"):
        monkeypatch.setattr(following, name, low)
    with acting_as(ada) as session:
        first = following.every(session).lines[0]
        assert first.lead.id == grave
        assert Because.DANGER in first.rank.parts
        assert following.best(session, limit=1)[0].lead.id == grave
        assert arriving.arrive(session).leads[0].lead.id == grave
    client = signed_in("ada")
    assert client.get("/api/leads").json()["items"][0]["id"] == str(grave)
    assert client.get("/api/home").json()["leads"][0]["id"] == str(grave)
    assert f"/leads/{grave}/" in client.get("/leads/").content.decode()
    assert f"/leads/{grave}/" in client.get("/").content.decode()


def test_where_more_is_known_of_leads_behind_those_that_were_ranked_first_the_best_are_found_among_these(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That it is known where something was taken is seen only when a lead is read."""
    grave = plant(world, ada, sven, 5)
    with acting_as(ada) as session:
        following.move(session, grave, Step.SET_ASIDE, why="The camera was sold.")
    with acting_as(ada) as session:
        placed = [line.lead.id for line in following.every(session).lines][:2]
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("update leads set raised_at = raised_at - interval '1 minute' where id = any(%s)", [placed])
    with acting_as(ada) as session:
        wanted = [line.lead.id for line in following.every(session).lines]
        first = lead_order.in_order(session, OPEN, datetime.now(UTC), 1)
        assert first[0].id not in wanted[:2], "what was raised last is of a place that nobody knows"
        monkeypatch.setattr(following, "BEST_OF_MAX", 1)
        for limit in (1, 2):
            assert [line.lead.id for line in following.best(session, limit=limit)] == wanted[:limit]
        monkeypatch.setattr(following, "RANKED_MAX", 1)
        assert [line.lead.id for line in following.best(session, limit=2)] == [first[0].id], "no further than a list"


@pytest.mark.parametrize(("ranked", "limit"), [(2_000, 50), (2_000, 2), (3, 50), (3, 2), (1, 1), (2, 1)])
def test_page_after_page_every_lead_comes_once(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch, ranked: int, limit: int
) -> None:
    plant(world, ada, sven)
    whole = through(ada, 50)
    assert len(whole) == 1
    (wanted,) = whole
    assert len(wanted) == 7
    assert [line.rank.points for line in wanted] == sorted((line.rank.points for line in wanted), reverse=True)
    monkeypatch.setattr(following, "RANKED_MAX", ranked)
    pages = through(ada, limit)
    seen = [line.lead.id for page in pages for line in page]
    assert len(seen) == len({*seen})
    assert {*seen} == {line.lead.id for line in wanted}
    if ranked > len(wanted):
        assert seen == [line.lead.id for line in wanted]
        assert all(len(page) == limit for page in pages[:-1])


def test_pages_of_a_case_and_of_a_series_are_whole_too(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(world, ada, sven)
    for number in range(3):
        found(world, ada, "NO-9", **document(number))
    raising.raise_all()
    (whole,) = through(ada, 50, "NO-9")
    assert len(whole) == 3
    monkeypatch.setattr(following, "RANKED_MAX", 1)
    pages = through(ada, 50, "NO-9")
    assert sorted(line.lead.id for page in pages for line in page) == sorted(line.lead.id for line in whole)
    assert [] in pages, "a page of which nothing is of the case says that there is a next"
    monkeypatch.setattr(following, "SHOWN_MAX", 1)
    client = signed_in("ada")
    shown, address = set(), "/leads/?case=NO-9&state=raised"
    while address:
        page = client.get(address).content.decode()
        shown |= {line.lead.id for line in whole if f"/leads/{line.lead.id}/" in page}
        assert "Nothing waits." not in page or not address
        address = next(iter(re.findall(r'href="([^"]*)">Next page', page)), "").replace("&amp;", "&")
        assert not address or ("case=NO-9" in address and "state=raised" in address)
    assert shown == {line.lead.id for line in whole}


def test_a_lead_that_is_hidden_since_takes_no_place_and_hides_none_behind_it(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    grave = plant(world, ada, sven, 2)
    with acting_as(ada) as session:
        (speaking,) = leads.media(session, grave, 10)
    let_see(sven, speaking.id, Audience.UNIT)
    monkeypatch.setattr(following, "RANKED_MAX", 1)
    monkeypatch.setattr(following, "BEST_OF_MAX", 1)
    pages = through(ada, 50)
    assert [len(page) for page in pages] == [0, 1, 1]
    assert grave not in {line.lead.id for page in pages for line in page}
    monkeypatch.setattr(following, "RANKED_MAX", 3)
    with acting_as(ada) as session:
        assert len(following.best(session, limit=5)) == 2


@pytest.mark.parametrize(("taken", "is_grave"), [(3, True), (2_000, False)])
def test_of_a_lead_that_is_full_too_it_is_seen_that_something_fresh_came_and_a_child_may_be_in_danger_now(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch, taken: int, is_grave: bool
) -> None:
    """It has as many media as say anything new, of years ago; then a picture comes, among others."""
    monkeypatch.setattr(leads, "MEDIA_PER_LEAD_MAX", 2)
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    for number in range(4):
        found(world, sven, "SE-1", taken_at=days_ago(1_000 + number), **CAMERA)
    raising.raise_all()

    def lead() -> Line:
        with acting_as(ada) as session:
            (line,) = following.every(session).lines
        return line

    assert Because.DANGER not in lead().rank.parts
    assert lead().lead.weighed.media <= 3, "two of the newest, and what came last"
    age(world, lead().lead.id, 60)
    assert Because.FRESH not in lead().rank.parts
    for days in (2_100, taken, 2_200):
        found(world, sven, "SE-2", taken_at=days_ago(days), **CAMERA)
    raising.raise_all()
    assert (Because.DANGER in lead().rank.parts) is is_grave
    assert Because.FRESH in lead().rank.parts
    assert lead().lead.weighed.media <= 5
    assert kept(world, lead().lead.id)[0] == lead().lead.weighed.newest_taken_at


def test_a_camera_whose_clock_runs_far_ahead_hides_nothing_that_was_taken_yesterday(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", taken_at=days_ago(-20_000), **CAMERA)
    found(world, sven, "SE-1", taken_at=days_ago(1), **CAMERA)
    raising.raise_all()
    with acting_as(ada) as session:
        (line,) = following.every(session).lines
    assert Because.DANGER in line.rank.parts
    assert kept(world, line.lead.id)[0] == line.lead.weighed.newest_taken_at


def kept(world: World, lead: UUID) -> tuple[object, ...]:
    """What is kept beside it."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        return everything.execute(
            "select newest_taken_at, came_at, media, has_others from leads where id = %s", [lead]
        ).fetchone()


def test_what_is_kept_beside_a_lead_is_what_its_rank_rests_on_and_older_nodes_come_to_have_it(
    world: World, ada: Actor, sven: Actor
) -> None:
    plant(world, ada, sven, 3)
    with acting_as(ada) as session:
        lines = following.every(session).lines
    for line in lines:
        one = line.lead.weighed
        assert kept(world, line.lead.id) == (one.newest_taken_at, one.entered_at, one.media, one.others > 0)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("update leads set newest_taken_at = null, came_at = null, media = 0, has_others = false")
    with acting_as(ada) as session:
        now = datetime.now(UTC)
        assert {one.at.points for one in lead_order.in_order(session, OPEN, now, 10)} == {120}, "of which nothing is known stands first"
        assert [line.rank for line in following.every(session).lines] == [line.rank for line in lines]
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute(MIGRATION.WEIGH)
    for line in lines:
        one = line.lead.weighed
        assert kept(world, line.lead.id) == (one.newest_taken_at, one.entered_at, one.media, one.others > 0)


def test_nobody_is_told_of_the_leads_of_another_unit(world: World, ada: Actor, sven: Actor) -> None:
    plant(world, ada, sven, 2)
    noor = world.officer("noor", member="NO", unit="HOTLINE")
    for other in (sven, noor):
        with acting_as(other) as session:
            assert lead_order.in_order(session, OPEN, datetime.now(UTC), 10) == []


@pytest.mark.parametrize("after", ["x", "1.2.3", "9" * 30 + ".."])
def test_what_is_no_place_in_a_list_is_refused(world: World, ada: Actor, after: str) -> None:
    with acting_as(ada) as session, pytest.raises(Invalid):
        following.every(session, after=after)
    client = signed_in("ada")
    assert client.get("/api/leads", {"after": after}).status_code == 400
    assert client.get("/leads/", {"after": after}).status_code == 400


def test_the_database_works_out_what_the_rules_say_a_rank_is_at_most(world: World, ada: Actor) -> None:
    """On both sides of every edge."""
    chance, now = random.Random(7), datetime(2026, 11, 27, 12, 0, tzinfo=UTC)

    def moment(*days: int) -> datetime:
        return now - timedelta(days=chance.choice(days)) + chance.choice([-1, 0, 1]) * timedelta(microseconds=1)

    for _ in range(400):
        one = Weighed(
            rule=chance.choice([*Rule]), series_state=chance.choice([*SeriesState]),
            newest_taken_at=chance.choice([None, moment(90, 0, -1, 400)]), entered_at=moment(0, 7, 30, 400),
            media=chance.choice([1, 9, 10]), others=chance.choice([0, 1]), has_place=chance.random() < 0.5,
        )  # fmt: skip
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute("set local timezone = 'Europe/Oslo'")
            cursor.execute(
                f"""
                select {lead_order.POINTS.replace("$3", "%(now)s::timestamptz")}
                  from (select %(newest)s::timestamptz as newest_taken_at, %(came)s::timestamptz as came_at, %(rule)s::text as rule,
                               %(media)s::int as media, %(others)s::boolean as has_others) l, (select %(state)s::text as state) s""",
                {
                    "now": now, "newest": one.newest_taken_at, "came": one.entered_at, "rule": one.rule.value, "media": one.media,
                    "others": one.others > 0, "state": one.series_state.value,
                },
            )  # fmt: skip
            assert cursor.fetchone() == (at_most(one, now),), one


def test_leads_of_one_moment_and_rank_are_gone_through_by_their_identifiers(world: World, ada: Actor, sven: Actor) -> None:
    plant(world, ada, sven, 4)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("update leads set raised_at = '2026-01-01', came_at = '2026-01-01', newest_taken_at = null, rule = 'same-document'")
    now, seen, behind = datetime.now(UTC), [], None
    while True:
        with acting_as(ada) as session:
            some = lead_order.in_order(session, OPEN, now, 2, behind=behind)
        if not some:
            break
        seen += [one.id for one in some]
        behind = some[-1].at
    assert len(seen) == 5
    assert seen == sorted(seen)
    with acting_as(ada) as session:
        nowhere = LeadAt(points=0, raised_at=datetime(2020, 1, 1, tzinfo=UTC), id=uuid4())
        assert lead_order.in_order(session, OPEN, now, 2, behind=nowhere) == []
