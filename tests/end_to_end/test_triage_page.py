"""The pages of triage in a real browser, served by a real server on a real database."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from clew.actions import raising
from clew.domain.handling import Actor
from clew.domain.intake import NOT_OPENED, ChunkState
from clew.domain.medium import Verdict
from clew.domain.series import SeriesState
from clew.records import intakes, officers
from clew.records.session import acting_as
from clew.web.triages import MEDIA_PER_PAGE
from tests.scenario.test_proposing import CAMERA, found
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import PASSWORD, apart, come_in, guess
from tests.world.serving import pages
from tests.world.world import World, handling

CASE = "NO-2026-17"
EXHIBIT = f"/cases/{CASE}/exhibits/PHONE~2F1/"
ANSWERS = ("solved_elsewhere", "parallel_enquiry", "new", "known", "undecodable")


@dataclass(frozen=True, kw_only=True)
class Served:
    """Pages at an address, and the records behind them."""

    address: str
    world: World
    ada: Actor


def enter_records(world: World) -> Actor:
    """Sweden knows who is in its series, Spain does not yet; Norway had an earlier case, and now a seizure."""
    actors = {}
    for username, code, name in (("ada", "NO", "Norway"), ("bo", "SE", "Sweden"), ("carla", "ES", "Spain")):
        actors[username] = world.officer(username, member=code)
        world.member(code, name)
        officers.set_password(username, PASSWORD)
    for username, series, state in (
        ("bo", "green-room", SeriesState.IDENTIFIED),
        ("carla", "blue-room", SeriesState.OPEN),
    ):
        media = [world.medium(actors[username], content=f"{username} {number}".encode()) for number in range(3)]
        for medium in media:
            world.occurrence(actors[username], medium, f"{username}-1", "DISK-1")
        world.series(actors[username], series, media, state=state)
    seize(world, actors["ada"])
    return actors["ada"]


def seize(world: World, ada: Actor) -> None:
    """Three media of each of the three, sixty new ones and one that nobody can read."""
    for known in range(3):
        medium = world.medium(ada, content=f"ada {known}".encode())
        world.occurrence(ada, medium, "NO-2025-1", "DISK-1")
        world.occurrence(ada, medium, CASE, "PHONE/1")
        for other in ("bo", "carla"):
            world.occurrence(ada, world.medium(ada, content=f"{other} {known}".encode()), CASE, "PHONE/1")
    for _ in range(60):
        world.occurrence(ada, world.medium(ada), CASE, "PHONE/1")
    broken = world.medium(ada, verdict=Verdict.NOT_DECODED)
    world.occurrence(ada, broken, CASE, "PHONE/1", path=b"notes\xff.bin")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set reason = 'The bytes hold no picture.' where id = %s", [broken])


@pytest.fixture(scope="module")
def served(node) -> Iterator[Served]:
    world = World(facts=node)
    world.empty()
    ada = apart(enter_records, world)
    with pages() as address:
        yield Served(address=address, world=world, ada=ada)
    world.empty()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def signed_in(browser, served):
    """What the browser of an officer of Norway keeps after signing in once."""
    with visitor(browser, served.address) as ada:
        come_in(ada, "ada")
        return ada.context.storage_state()


@pytest.fixture
def ada(browser, served, signed_in) -> Iterator[Visitor]:
    """An officer of Norway, signed in."""
    with visitor(browser, served.address, storage_state=signed_in) as ada:
        yield ada


def numbers(page) -> dict[str, str]:
    return {answer: page.locator(f"[data-field={answer}]").inner_text() for answer in ANSWERS}


def test_everything_but_sign_in_needs_sign_in(browser, served):
    with visitor(browser, served.address) as stranger:
        for path in (
            "/",
            "/cases/",
            f"/cases/{CASE}/",
            EXHIBIT,
            f"{EXHIBIT}progress",
            "/cases/none/",
            "/account/sign-out/",
        ):
            stranger.go(path)
            assert "/account/sign-in/" in stranger.page.url
        assert stranger.go("/account/sign-in/").get_by_role("link").all_inner_texts() == ["Skip to the content"]


def test_a_wrong_password_is_refused_in_words(browser, served):
    with visitor(browser, served.address) as stranger:
        page = stranger.sign_in("bo", "not-the-password")
        assert page.get_by_role("alert").inner_text()
        assert stranger.faults() == []


def test_the_list_of_cases_leads_to_an_exhibit_and_its_numbers(ada):
    ada.go("/cases/").get_by_role("link", name="PHONE/1").click()
    assert numbers(ada.page) == {
        "solved_elsewhere": "3", "parallel_enquiry": "3", "new": "60", "known": "3", "undecodable": "1",
    }  # fmt: skip


def test_signing_out_is_a_deliberate_press(browser, served):
    with visitor(browser, served.address) as ada:
        come_in(ada, "ada")
        ada.go("/account/sign-out/")
        ada.go("/")
        assert ada.page.url == f"{served.address}/"
        ada.page.locator(".menu.officer summary").click()
        ada.page.get_by_role("button", name="Sign out").click()
        ada.go("/")
        assert "/account/sign-in/" in ada.page.url


def test_reasons_say_what_is_known_how_it_was_found_and_whom_to_ask(ada):
    ada.go(EXHIBIT)
    reason = ada.page.locator(".reasons li").first.inner_text()
    assert "Series green-room of Sweden: victim identified" in reason
    assert "Same bytes" in reason
    assert "Contact: Sweden, unit VICTIM-ID" in reason
    ada.go(f"{EXHIBIT}?answer=parallel_enquiry")
    assert "Series blue-room of Spain: victim not yet identified" in ada.page.locator(".reasons li").first.inner_text()


def test_undecodable_files_are_listed_with_their_reason(ada):
    ada.go(f"{EXHIBIT}?answer=undecodable")
    listed = ada.page.locator(".files > li").all_inner_texts()
    assert len(listed) == 1
    assert listed[0].startswith("notes")
    assert ada.page.locator(".files .why").inner_text() == "The bytes hold no picture."


def test_long_lists_come_in_pages_that_hold_every_medium_once(ada):
    ada.go(f"{EXHIBIT}?answer=new")
    listed = ada.page.locator(".media .facts code").all_inner_texts()
    ada.page.get_by_role("link", name="Next").click()
    listed += ada.page.locator(".media .facts code").all_inner_texts()
    assert len(listed) == len(set(listed)) == 60
    assert ada.page.get_by_role("link", name="Next").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("dark", 320)])
def test_every_page_is_accessible_fits_and_breaks_no_policy(browser, served, signed_in, scheme, width):
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with visitor(browser, served.address, **how) as stranger:
        stranger.go("/account/sign-in/")
        assert stranger.faults() == []
        assert stranger.complaints == []
    with visitor(browser, served.address, storage_state=signed_in, **how) as ada:
        for path in (
            "/",
            "/cases/",
            f"/cases/{CASE}/",
            *(f"{EXHIBIT}?answer={answer}" for answer in ANSWERS),
            "/account/sign-out/",
        ):
            ada.go(path)
            assert ada.faults() == [], path
        assert ada.complaints == []
        assert ada.kinds_requested <= {"document", "stylesheet", "script", "other", "eventsource", "fetch"}
        ada.go("/cases/none/")
        assert ada.faults() == []


def test_pages_work_without_scripts(browser, served):
    with visitor(browser, served.address, java_script_enabled=False) as ada:
        come_in(ada, "ada")
        ada.go(EXHIBIT)
        ada.page.get_by_role("link", name="New").click()
        assert ada.page.locator("#media-heading").inner_text().split() == ["●", "New"]
        ada.page.get_by_role("link", name="Refresh").click()
        assert numbers(ada.page)["new"] == "60"
        ada.page.locator(".menu.officer summary").click()
        ada.page.get_by_role("button", name="Sign out").click()
        assert "/account/sign-in/" in ada.page.url


def begin_intake(world: World, ada: Actor, chunks: int, case: str = CASE, exhibit: str = "LIVE") -> list[int]:
    """An intake of ten files a chunk that waits to be worked on; gives the chunks."""
    exhibit_id = world.exhibit(ada, case, exhibit)
    with acting_as(ada) as session:
        begun = intakes.begin(
            session,
            exhibit_id=exhibit_id,
            list_id=None,
            source=b"/seized",
            source_kind="folder",
            host="here",
            keeps_bytes=False,
            series_id=None,
            handling=handling(ada),
        )
        intake = intakes.get(session, begun)
        made = []
        for ordinal in range(chunks):
            paths = [b"%d/%d.jpg" % (ordinal, number) for number in range(10)]
            stubs = [
                intakes.Stub(path=path, key=hashlib.blake2b(path, digest_size=16).digest(), size_bytes=1)
                for path in paths
            ]
            made.append(intakes.add_chunk(session, intake, stubs))
        intakes.walked(session, begun, 10 * chunks)
    return made


def finish_chunk(world: World, ada: Actor, chunk: int) -> None:
    """The chunk is done, and one of its files was a medium."""
    world.occurrence(ada, world.medium(ada), CASE, "LIVE")
    with acting_as(ada) as session:
        intakes.move_chunk(session, chunk, ChunkState.DONE, behind=ChunkState.WAITING)


def test_numbers_move_while_an_intake_runs(ada, served):
    first, second = apart(begin_intake, served.world, served.ada, 2)
    page = ada.go(f"/cases/{CASE}/exhibits/LIVE/?answer=new")
    page.get_by_text("0 of 20 files taken in").wait_for()
    page.evaluate("window.isTheSamePage = true")
    for chunk, said in ((first, "10 of 20 files taken in"), (second, "Intake has ended: 20 files")):
        apart(finish_chunk, served.world, served.ada, chunk)
        page.get_by_text(said, exact=True).wait_for()
    page.get_by_text("Intake has ended. Refresh to list all media.").wait_for()
    assert numbers(page)["new"] == "2"
    assert page.locator("progress").evaluate("bar => [bar.value, bar.max]") == [20, 20]
    assert page.evaluate("window.isTheSamePage")
    assert ada.complaints == []
    page.get_by_role("link", name="Refresh").click()
    page.wait_for_load_state()
    assert page.locator(".media > li").count() == 2


def unplug(world: World, ada: Actor) -> str:
    """A device whose disk went away before one of its files was read, and that has what a series waits for."""
    chunk, = begin_intake(world, ada, 1, "NO-2026-30", "LAPTOP")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update occurrences set reason = %s where chunk_id = %s", [NOT_OPENED, chunk])
        intakes.move_chunk(session, chunk, ChunkState.DONE, behind=ChunkState.WAITING)
    world.series(ada, "harbour", [found(world, ada, "NO-2026-29", **CAMERA)])
    raising.raise_all()
    found(world, ada, "NO-2026-30", **CAMERA)
    world.occurrence(ada, found(world, ada, "NO-2026-31", **CAMERA), "NO-2026-30", "LAPTOP")
    raising.raise_all()
    return "/cases/NO-2026-30/exhibits/LAPTOP/"


def test_the_page_of_a_device_tells_its_leads_and_has_what_could_not_be_opened_tried_again(ada, served):
    page = ada.go(apart(unplug, served.world, served.ada))
    page.get_by_role("heading", name="Leads of this device").wait_for()
    page.get_by_text("10 files could not be opened, or not be read to their end.").wait_for()
    assert "on the machine" in page.locator(".undone").inner_text()
    assert ada.faults() == []
    page.get_by_role("button", name="Try again").press("Enter")
    page.get_by_text("It is tried again: the numbers go on as files are read.").wait_for()
    assert page.get_by_role("button", name="Try again").count() == 0
    page.get_by_role("link", name="It was taken with the camera of the series").click()
    assert "/leads/" in page.url
    ada.page.set_viewport_size({"width": 320, "height": 740})
    page = ada.go("/leads/?case=NO-2026-30&exhibit=LAPTOP")
    page.get_by_role("link", name="LAPTOP").wait_for()
    assert ada.faults() == []
    assert ada.complaints == []


def test_hidden_and_absent_are_one_answer_byte_for_byte(browser, served):
    with visitor(browser, served.address) as carla:
        come_in(carla, "carla")
        for hidden, absent in (
            (f"/cases/{CASE}/", "/cases/carla-2/"),
            (EXHIBIT, "/cases/carla-1/exhibits/none/"),
            (f"{EXHIBIT}progress", "/cases/carla-1/exhibits/none/progress"),
        ):
            answers = [carla.context.request.get(served.address + path) for path in (hidden, absent, "/no/such/page")]
            assert {answer.status for answer in answers} == {404}
            assert len({answer.body() for answer in answers}) == 1
            kept = [{**answer.headers, "date": ""} for answer in answers[:2]]
            assert kept[0] == kept[1]


def test_letters_and_arrows_move_between_media(ada):
    ada.go(f"{EXHIBIT}?answer=new")
    rows = ada.page.locator(".media > li")
    rows.first.focus()
    for key, row in (
        ("j", 1),
        ("ArrowDown", 2),
        ("k", 1),
        ("ArrowUp", 0),
        ("k", 0),
        ("End", MEDIA_PER_PAGE - 1),
        ("Home", 0),
    ):
        ada.page.keyboard.press(key)
        assert rows.nth(row).evaluate("row => row === document.activeElement"), key


def test_guessing_passwords_is_stopped(browser, served):
    with visitor(browser, served.address) as stranger:
        for _ in range(5):
            guess(stranger, "bo", "not-the-password")
        page = stranger.sign_in("bo", PASSWORD)
        assert "/account/sign-in/" in page.url
        assert "Too many" in page.locator("body").inner_text()
