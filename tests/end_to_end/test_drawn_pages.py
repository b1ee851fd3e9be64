"""Links, places, statistics, times and ways of media as pictures, in a real browser: each beside the list that says the same."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from clew.actions import describing, linking
from clew.domain.handling import Actor, Audience
from clew.domain.link import Basis, Confidence, LinkType
from clew.domain.officer import Role
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.records import cases, officers, series
from clew.records.session import acting_as
from tests.scenario.test_counting_periods import card
from tests.scenario.test_linking import link, offender, place, victim
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

PLACES = (
    (PlaceKind.GPS, "NO", Point(latitude=59.9139, longitude=10.7522, precision_m=40)),
    (PlaceKind.LANDMARK, "NO", Point(latitude=60.3913, longitude=5.3221, precision_m=30_000)),
    (PlaceKind.STATED, "SE", Point(latitude=59.3293, longitude=18.0686, precision_m=90_000)),
    (PlaceKind.LANGUAGE, "DK", None),
)

TAP = "name => { document.querySelector('clew-graph').drawing.getElementById(name).emit('tap'); }"
"""What is tapped is not handed back: the whole picture would come with it, as text (12 s)."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What Norway has: a child, a room where it was, a man who was there too, and whom he knows."""

    child: str
    room: str
    man: str
    other: str
    series: str
    medium: str


def enter(world: World) -> Drawn:
    world.empty()
    world.officer("ada", member="NO")
    world.officer("cora", member="NO", role=Role.COORDINATOR)
    ada = officers.actor_of("ada")
    medium = world.medium(ada, content=b"a landscape")
    world.occurrence(ada, medium, "NO-1", "PHONE-1", path=b"DCIM/lake \xff.jpg")
    green = world.series(ada, "green room", [medium])
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set taken_at = '2023-05-04 12:00' where id = %s", [medium])
        reference = series.of(session, [green])[green].reference
    drawn = Drawn(
        child=victim(ada), room=place(ada), man=offender(ada), other=victim(ada), series=reference,
        medium=hashlib.sha256(b"a landscape").hexdigest(),
    )  # fmt: skip
    link(ada, drawn.child, LinkType.WAS_AT, drawn.room, confidence=Confidence.CERTAIN, note="The wallpaper.")
    link(ada, drawn.man, LinkType.WAS_AT, drawn.room)
    link(ada, drawn.man, LinkType.CONNECTED_WITH, drawn.other)
    with acting_as(ada) as session:
        linking.propose(session, drawn.child, LinkType.APPEARS_IN, drawn.series, basis=Basis.SEEN)
        for kind, country, point in PLACES:
            facts = PlaceFacts(kind=kind, country=country, point=point)
            describing.enter_place(session, facts, "", "", handling(ada, Audience.ALL))
    counted(world)
    overlaps_consented_to(world, ada)
    return drawn


def overlaps_consented_to(world: World, ada: Actor) -> None:
    """Six with Sweden and one with Brazil, in a case that Norway's coordinator may see; and forty between those two."""
    others = {code: world.officer(f"of-{code.lower()}", member=code) for code in ("SE", "BR")}
    if not world.facts.is_own:
        return
    world.exhibit(ada, "NO-1")
    with acting_as(ada) as session:
        case = cases.find(session, "NO-1")
    month_over = datetime.now(UTC).replace(day=1) - timedelta(days=2)
    for of, with_whom, times, lies_in in ((ada, others["SE"], 6, case), (ada, others["BR"], 1, case), (others["SE"], others["BR"], 40, None)):
        for _ in range(times):
            card(world, of, with_whom, month_over, case=lies_in)


def counted(world: World) -> None:
    """Three months of the own member, and a month of others, as they would have been counted."""
    rows = [
        (months, "NO", figure, of, number * (4 - months))
        for months in (1, 2, 3)
        for figure, of, number in (("series.held", "open", 12), ("series.held", "identified", 4), ("victims.identified", "", 2))
    ]
    rows += [(1, "", "counted", "", 1), (1, "NO", "media.held", "image", 81_000), (1, "SE", "media.held", "image", 40_000)]
    rows += [(1, "BR", "media.held", "image", 3), (1, "BR", "officers.certified", "", 7), (1, "SE", "officers.certified", "", 3)]
    rows += [
        (months, "NO", "answers", of, number * months)
        for months in (1, 2, 3)
        for of, number in (("solved_elsewhere", 300), ("parallel_enquiry", 500), ("known", 900), ("new", 700), ("undecodable", 40))
    ]
    rows += [
        (1, member, "waits.to_answer", of, number)
        for member, count, seconds in (("NO", 7, 30_000), ("SE", 12, 180_000), ("BR", 4, 900_000))
        for of, number in (("count", count), ("median", seconds))
    ]
    with psycopg.connect(**world.facts.as_owner()) as owner:
        owner.execute("alter table statistics no force row level security")
        for months, *row in rows:
            owner.execute(
                "insert into statistics (day, member, figure, of, number)"
                " select date_trunc('month', now())::date - make_interval(months => %s) - interval '1 day', %s, %s, %s, %s",
                [months - 1, *row],
            )
        owner.execute("alter table statistics force row level security")
        owner.execute("alter table period_statistics no force row level security")
        for member, figure, of, number in (
            ("", "counted", "", 1), ("", "counted", "arrivals", 1), ("NO", "arrivals.arrived", "image", 9_000),
            ("NO", "arrivals.known", "image", 7_000), ("NO", "arrivals.arrived", "video", 800), ("NO", "victims.identified", "", 2),
        ):
            owner.execute(
                "insert into period_statistics (period, day, member, figure, of, number) values ('365', now()::date - 1, %s, %s, %s, %s)",
                [member, figure, of, number],
            )
        owner.execute("alter table period_statistics force row level security")


@pytest.fixture(scope="module")
def seen(node) -> Iterator[tuple[Visitor, Visitor, Drawn]]:
    world = World(facts=node)
    drawn = apart(enter, world)
    with come_in_at_once("ada", "cora") as people:
        yield people["ada"], people["cora"], drawn
    world.empty()


def wait_for(ada: Visitor, records: int) -> None:
    """Until so many records are in the picture."""
    ada.page.wait_for_function(
        "count => document.querySelector('clew-graph').drawing?.nodes(':visible').length === count", arg=records
    )


def test_links_are_explored_by_keys_alone(seen: tuple[Visitor, Visitor, Drawn]) -> None:
    ada, _cora, drawn = seen
    page = ada.go(f"/links/{drawn.child}/")
    wait_for(ada, 4)
    assert ada.faults() == []
    picture, status = page.get_by_role("application"), page.locator("[data-status]")
    picture.focus()
    page.keyboard.press("ArrowDown")
    status.get_by_text(drawn.child).wait_for()
    assert "The wallpaper." in page.locator("[data-evidence]").inner_text()
    page.get_by_label("suggested").press("Space")
    wait_for(ada, 3)
    page.get_by_label("suggested").press("Space")
    page.evaluate(TAP, drawn.man)
    picture.press("Enter")
    status.get_by_text("More records: 1").wait_for()
    wait_for(ada, 5)
    assert page.locator("[data-records] > li").count() == 5
    picture.press("p")
    page.evaluate(TAP, drawn.child)
    picture.press("p")
    status.get_by_text("Links on the path: 2").wait_for()
    assert page.locator("[data-evidence] > li").count() == 2
    assert ada.faults() == []

    page = ada.go(f"/links/{drawn.child}/?to={drawn.other}")
    wait_for(ada, 4)
    assert page.locator("[data-edges] > tr").count() == 3
    assert "How two records are connected" in page.locator("h1").inner_text()
    assert ada.complaints == []


def test_the_map_says_what_its_list_says(seen: tuple[Visitor, Visitor, Drawn]) -> None:
    ada = seen[0]
    page = ada.go("/map/")
    page.locator("clew-map[data-is-ready]").wait_for()
    assert page.locator("section[data-country]").count() == 3
    assert page.locator("li[data-at]").count() == 3
    assert ada.faults() == []
    page.locator(".sign").first.press("Enter")
    page.locator("[data-chosen] a").first.wait_for()
    page.get_by_label("Around latitude and longitude").fill("59.9, 10.8")
    page.get_by_label("Within kilometres").fill("60")
    page.get_by_role("button", name="Search").click()
    page.locator("clew-map[data-is-ready]").wait_for()
    assert page.locator("li[data-at]").all_inner_texts()[0].startswith("◎")
    assert page.locator("li[data-at]").count() == 1
    assert ada.complaints == []


def test_charts_are_drawn_from_their_tables(seen: tuple[Visitor, Visitor, Drawn]) -> None:
    cora = seen[1]
    page = cora.go("/statistics/")
    for kind in ("arrived", "answers", "course", "held", "answered"):
        page.locator(f"clew-chart[kind={kind}] figure:not([hidden]) svg").wait_for()
    assert page.locator("clew-chart[kind=answers] svg [aria-label=bar] rect").count() == 15
    assert cora.faults() == []
    page.locator("clew-chart[kind=held] summary").press("Enter")
    assert page.locator("clew-chart[kind=held] tbody tr").all_inner_texts() == ["BR\tmedia held\tfew", "NO\tmedia held\t81,000", "SE\tmedia held\t40,000"]
    page.locator("clew-chart[kind=answered] summary").press("Enter")
    rows = page.locator("clew-chart[kind=answered] tbody tr").all_inner_texts()
    assert rows == ["NO\t7 answers\t8.3 h", "SE\t10 answers or more\t3.0 d"]
    page.locator("clew-chart[kind=answers] summary").press("Enter")
    rows = page.locator("clew-chart[kind=answers] tbody tr").all_inner_texts()
    assert len(rows) == 15
    assert [row.split("\t", 1)[1] for row in rows[-5:]] == [
        "★ Solved elsewhere\t300", "⇄ Parallel enquiry\t500", "✓ Known\t900", "● New\t700", "△ Undecodable\t40",
    ]
    assert cora.complaints == []


def test_arcs_join_the_own_member_with_those_it_has_overlaps_with_and_no_two_others(seen: tuple[Visitor, Visitor, Drawn], node) -> None:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody write cards")
    cora = seen[1]
    page = cora.go("/statistics/")
    chart = page.locator("clew-chart[kind=linked]")
    chart.locator("figure:not([hidden]) svg").wait_for()
    assert [float(width) for width in chart.locator("svg [aria-label=link]").evaluate_all(
        "marks => marks.filter(one => one.querySelector('path')).map(one => one.getAttribute('stroke-width'))"
    )] == [4.0, 1.75]
    assert chart.locator("svg [aria-label=link] path").count() == 2, "an arc for each pair of the own member"
    chart.locator("summary").press("Enter")
    assert chart.locator("tbody tr").all_inner_texts() == ["BR\tone to four\t1", "SE\tfive to nineteen\t6"]
    assert cora.faults() == []
    with page.expect_download() as kept:
        chart.get_by_role("button", name="Keep this table as CSV").press("Enter")
    assert kept.value.path().read_text() == "Member,How many,Overlaps\nBR,one to four,1\nSE,five to nineteen,6\n"
    assert cora.complaints == []


def test_a_period_is_chosen_by_keyboard_and_stands_in_the_address(seen: tuple[Visitor, Visitor, Drawn]) -> None:
    cora = seen[1]
    page = cora.go("/statistics/")
    period = page.get_by_role("combobox", name="Period")
    assert period.input_value() == "365"
    assert "9,000" in page.get_by_role("region", name="In the period").inner_text()
    period.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/statistics/?period=90")
    assert page.get_by_role("combobox", name="Period").input_value() == "90"
    assert "9,000" not in page.get_by_role("region", name="In the period").inner_text()
    assert cora.faults() == []
    with page.expect_download() as kept:
        page.get_by_role("button", name="Keep as JSON").press("Enter")
    assert kept.value.suggested_filename == "statistics-90.json"
    assert cora.complaints == []


def test_times_of_a_series_and_the_way_of_a_medium_are_read_as_lists(seen: tuple[Visitor, Visitor, Drawn]) -> None:
    ada, _cora, drawn = seen
    page = ada.go(f"/series/{drawn.series}/")
    assert page.locator(".strip-of-days circle").count() == 3
    page.locator("section[aria-labelledby=times] summary").press("Enter")
    rows = page.locator("section[aria-labelledby=times] tbody tr").all_inner_texts()
    assert rows[0] == "taken\tMay 2023\t1"
    assert [row.split("\t")[0] for row in rows] == ["taken", "taken in", "exhibit entered"]
    assert ada.faults() == []
    page = ada.go(f"/media/{drawn.medium}/provenance/")
    chain = page.locator("ol.chain > li")
    assert chain.locator("h2").all_inner_texts() == ["Found", "Taken in", "Series", "Releases", "Who looked"]
    assert "DCIM/lake \\xff.jpg on exhibit PHONE-1 of case NO-1" in chain.first.inner_text()
    assert drawn.series in chain.nth(2).inner_text()
    assert ada.faults() == []
    assert ada.complaints == []
