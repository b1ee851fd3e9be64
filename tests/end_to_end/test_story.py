"""The whole story in a browser, from the upload to a child that is safe: by keyboard, by roles and names, in English and in Arabic."""

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser

from clew.actions import counting, raising
from clew.cli.drawing import landscape, room
from clew.domain.handling import Audience
from clew.domain.officer import Role
from clew.media.nursery import Nursery
from clew.records import officers
from tests.world.browsers import chromium, visitor
from tests.world.door import PASSWORD, apart, be_in, virtual_key
from tests.world.kept import connected
from tests.world.office import Office, work_in
from tests.world.reader import Reader
from tests.world.screenshots import keep
from tests.world.serving import pages, worker
from tests.world.ticks import ticks
from tests.world.world import World, handling

CAMERA = "0012004471"
HELD_TIMES_MAX = 3
BREAK_SECONDS = 45 * 60
LOOK_LONG = """
async (seconds) => {
  const clock = document.querySelector("clew-exposure");
  for (let left = seconds; left > 0; left -= 60) await clock.ask({ seconds: 60, warned: 0 });
}
"""
"""What the page says every so often while something clear is on the screen, said for as long at once."""
OTHERS = re.compile(r"(DK|ES) VICTIM-ID")
FOUND_BY = "A school knew the coat."


@dataclass(frozen=True, slots=True, kw_only=True)
class Tale:
    """Who is in it: officers of one member who work on it, one of another member, and media that only this tale has."""

    language: str
    member: str
    other: str
    lead: str
    second: str
    contributor: str
    coordinator: str
    seed: int

    @property
    def case(self) -> str:
        return f"{self.member}-2026-17"


TALES = (
    Tale(language="en", member="NO", other="DK", lead="ada", second="bo", contributor="dina", coordinator="nora", seed=100),
    Tale(language="ar", member="MA", other="ES", lead="amal", second="badr", contributor="carla", coordinator="nadia", seed=200),
)
NAMES = {"NO": "Norway", "DK": "Denmark", "MA": "Morocco", "ES": "Spain"}


def photographed(number: int, path: Path, *, quality: int = 90, camera: str | None = None) -> None:
    """A drawn picture; with a camera that says its serial number. Source: Exif 2.32, tag 0xA431."""
    exif = Image.Exif()
    if camera is not None:
        exif[0x010F] = "Maker"
        exif.get_ifd(0x8769)[0xA431] = camera
    draw = room if number % 2 else landscape
    draw(number, (480, 360)).save(path, quality=quality, exif=exif)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The node with its pages and its worker, a browser, and what was taken in before."""

    world: World
    address: str
    browser: Browser
    folder: Path
    office: Office

    def seized(self, tale: Tale) -> list[Path]:
        """What is uploaded: four pictures, the first of which the other member has too, encoded again."""
        found = [self.folder / f"{tale.member}-{number}.jpg" for number in range(4)]
        for number, path in enumerate(found):
            photographed(tale.seed + number, path, camera=f"{tale.member}{CAMERA}")
        return found

    def enter(self, tale: Tale) -> None:
        """Officers, and what lies there already: a picture that all may know of, and one that either keeps from the other."""
        for name, member in ((tale.lead, tale.member), (tale.second, tale.member), (tale.contributor, tale.other)):
            self.world.officer(name, member=member)
            officers.set_password(name, PASSWORD)
        self.world.officer(tale.coordinator, member=tale.member, role=Role.COORDINATOR)
        for code in (tale.member, tale.other):
            self.world.member(code, NAMES[code])
        lead, holder = officers.actor_of(tale.lead), officers.actor_of(tale.contributor)
        shared, hidden = self.folder / f"{tale.other}-shared", self.folder / f"{tale.other}-hidden"
        for folder in (shared, hidden):
            folder.mkdir()
        with Image.open(self.seized(tale)[0]) as picture:
            picture.save(shared / "again.jpg", quality=60)
        photographed(tale.seed + 8, hidden / "same.jpg")
        self.office.intake(holder, shared, f"{tale.other}-1", series=f"Harbour of {tale.other}")
        for of, member in ((holder, tale.other), (lead, tale.member)):
            self.office.intake(of, hidden, f"{member}-2", cover=handling(of, Audience.UNIT))

    def seize_more(self, tale: Tale) -> None:
        """Later the other member takes in another picture that was taken with the same camera."""
        later = self.folder / f"{tale.other}-later"
        later.mkdir()
        photographed(tale.seed + 9, later / "later.jpg", camera=f"{tale.member}{CAMERA}")
        self.office.intake(officers.actor_of(tale.contributor), later, f"{tale.other}-3")
        raising.raise_all()

    def let_a_night_go_by(self) -> None:
        """What was confirmed and consented to was so the day before, and that day is counted."""
        with connected(**self.world.facts.as_owner()) as owner:
            for table, words in (
                ("victim_steps", "update victim_steps set decided_at = decided_at - interval '1 day'"),
                ("overlap_contacts", "update overlap_contacts set since = since - interval '1 day'"),
                ("statistics", "delete from statistics"), ("period_statistics", "delete from period_statistics"),
            ):
                owner.execute(f"alter table {table} no force row level security")
                owner.execute(words)
                owner.execute(f"alter table {table} force row level security")
        counting.count_up()


@pytest.fixture(scope="module")
def stage(node, nursery: Nursery, tmp_path_factory) -> Iterator[Stage]:
    if not node.is_own:
        pytest.skip("the database elsewhere lets nobody lay back its clock")
    world, folder = World(facts=node), tmp_path_factory.mktemp("story")
    apart(world.empty)
    with ExitStack() as opened:
        opened.enter_context(worker())
        address, browser = opened.enter_context(pages()), opened.enter_context(chromium())
        made = opened.enter_context(work_in(folder, nursery))
        office = Office(workplace=replace(made, vault=settings.CLEW_VAULT))
        yield Stage(world=world, address=address, browser=browser, folder=folder, office=office)
    world.empty()


@pytest.mark.parametrize("tale", TALES, ids=lambda tale: tale.language)
def test_a_child_is_found_from_an_upload_to_safety(stage: Stage, tale: Tale, tmp_path: Path) -> None:
    apart(stage.enter, tale)
    shots = Path(os.environ.get("CLEW_TEST_SCREENSHOTS") or tmp_path) if tale.language == "en" else None
    with ExitStack() as opened:
        lead, second, contributor = (
            Reader(opened.enter_context(visitor(stage.browser, stage.address, viewport={"width": 1200, "height": 800})), tale.language)
            for _ in range(3)
        )
        sign_in_by_passkey(lead, tale.lead)
        be_in(second.visitor, tale.second)
        be_in(contributor.visitor, tale.contributor)
        upload(lead, stage, tale, shots)
        series = go_through(lead, tale, shots)
        child = record(lead, tale, series, shots)
        overlap(lead, contributor, stage, tale)
        ask(lead, contributor, tale, series, shots)
        follow_the_lead(lead, stage, tale, shots)
        find(lead, second, tale, child)
        learn(lead, contributor, child, shots)
        be_in(second.visitor, tale.coordinator)  # in the browser of the second officer: one more is dear
        count(second, stage, tale, shots)
        for one in (lead, second, contributor):
            assert one.visitor.complaints == one.failures == []


def sign_in_by_passkey(who: Reader, name: str) -> None:
    """The first day: a password, and a passkey that is added; then the passkey alone."""
    virtual_key(who.visitor)
    page = who.go("/account/sign-in/")
    who.fill("User name", name)
    who.fill("Password", PASSWORD)
    who.press("Sign in")
    who.follow("Add a passkey")
    who.press("Add it")
    page.get_by_role("heading", name=who.say("Recovery codes")).wait_for()
    page.locator(".menu.officer summary").press("Enter")
    who.press("Sign out")
    page.get_by_role("heading", name=who.say("Sign in")).wait_for()
    who.press("Sign in with a passkey")
    page.get_by_role("heading", name=who.say("Home"), exact=True).wait_for()


def upload(who: Reader, stage: Stage, tale: Tale, shots: Path | None) -> None:
    """A small set from the page; its triage counts while it is taken in."""
    who.follow("Uploads")
    who.fill("Case", tale.case)
    who.fill("Exhibit", "CARD-1")
    who.page.get_by_label(who.say("Files"), exact=True).set_input_files(stage.seized(tale))
    who.press("Upload")
    who.page.wait_for_url("**/exhibits/CARD-1/")
    for answer, count in (("parallel_enquiry", "1"), ("new", "3")):
        who.page.locator(f"[data-field={answer}]").get_by_text(count, exact=True).wait_for()
    who.follow("Refresh")
    keep(who.page, shots, "triage")


def go_through(who: Reader, tale: Tale, shots: Path | None) -> str:
    """By keys alone: looked at, marked, compared with what it matches, put into a series; the reference of that."""
    page = who.page
    who.go("/series/")
    who.fill("What your unit calls it", "Green room")
    who.press("Open it")
    who.read("The series is open.")
    series = re.search(r"S-\d+", page.url).group()
    who.go(f"/cases/{tale.case}/exhibits/CARD-1/")
    who.follow("Go through the media")
    who.press("Begin to look")
    grid = page.get_by_role("listbox", name=who.say("Media"))
    grid.get_by_role("option").first.wait_for()
    grid.focus()
    hold_until_shown(who)
    page.locator("clew-reveal .covered").wait_for()
    keep(page, shots, "grid")
    page.evaluate(LOOK_LONG, BREAK_SECONDS)
    match_of_the_parallel_one(who, shots)
    grid.get_by_role("option").first.wait_for()
    grid.focus()
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press(f"Shift+{who.ahead}")
    page.keyboard.press("s")
    who.fill("Reference of the series, or its title", series)
    page.keyboard.press("Enter")
    page.locator(".grid-status").get_by_text(who.say("Kept.")).wait_for()
    page.keyboard.press("Home")
    page.keyboard.press("p")
    page.keyboard.press("x")
    page.keyboard.press("u")
    page.locator(".grid-status").get_by_text(who.say("Undone.")).wait_for()
    return series


def hold_until_shown(who: Reader) -> None:
    """Hold the key until it is shown; where the page says why it cannot be now, let go and hold again, as one does."""
    page, shown = who.page, who.page.get_by_role("img", name=who.say("The medium, shown"))
    for _ in range(HELD_TIMES_MAX):
        page.keyboard.down("Space")
        shown.or_(page.locator("clew-reveal .said").get_by_text(who.say("It cannot be shown now. Load the page again."))).first.wait_for()
        is_shown = shown.is_visible()
        page.keyboard.up("Space")
        if is_shown:
            return
    raise AssertionError(page.locator("clew-reveal .said").inner_text())


def match_of_the_parallel_one(who: Reader, shots: Path | None) -> None:
    """Go by the arrows to the one that another member has too, open it, and read why it matches."""
    page, word = who.page, who.say("Parallel enquiry")
    page.get_by_role("listbox", name=who.say("Media")).focus()
    page.keyboard.press("Home")
    for _ in range(4):
        here = page.locator(f"#{page.locator('.grid-list').get_attribute('aria-activedescendant')}")
        if word in str(here.get_attribute("aria-label")):
            break
        page.keyboard.press(who.ahead)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name=who.say("Why does this match?")).wait_for()
    page.wait_for_load_state()  # its heading stands there before what is below it has come
    assert OTHERS.search(who.within("Why does this match?").inner_text())
    keep(page, shots, "match")
    page.go_back()


def record(who: Reader, tale: Tale, series: str, shots: Path | None) -> str:
    """A victim without anything that says who it is, linked with the series; and what is read in two media of it. Its reference."""
    page = who.page
    who.follow("Victims")
    who.read("You have looked for a while. A break is a good idea now.")  # on whatever page comes next
    assert who.visitor.faults() == []
    who.press("I take a break")
    page.locator("clew-exposure .break").wait_for(state="hidden")
    form = who.within("Enter a victim")
    who.choose("Sex", "female", form)
    who.fill("Between which ages, such as 7-9", "7-9", form)
    page.get_by_label(who.say("On which day"), exact=True).fill("2026-11-01")
    who.fill("On what basis", "Seen in four media.", form)
    who.press("Enter it", form)
    page.wait_for_url("**/victims/V-*/")
    child = re.search(r"V-\d+", page.url).group()
    who.unfold("Link it with another record")
    who.choose("What joins them", "appears-in")
    who.fill("The other record", series)
    page.get_by_label(who.say("It is a fact, and no candidate"), exact=True).press("Space")
    who.press("Keep the link")
    page.get_by_role("link", name=series).first.wait_for()
    for number, (kind, read) in enumerate((("sign", "Havn"), ("product", "Havnekaffe"))):
        who.go(f"/series/{series}/")
        with page.expect_navigation():
            who.within("Media").get_by_role("row").nth(number + 1).get_by_role("link").first.press("Enter")
        who.follow("Clues")
        clue = who.within("Say what is seen, heard or read in it")
        who.choose("What it is", kind, clue)
        who.fill("What is read or named, as it stands there", read, clue)
        who.fill("Countries it speaks for", f"{tale.other}=3", clue)
        who.choose("How sure you are", "certain", clue)
        who.press("Keep the clue", clue)
        page.locator(".told").wait_for()
    return child


def overlap(lead: Reader, contributor: Reader, stage: Stage, tale: Tale) -> None:
    """Both are told that there is one, and nothing else, until both consent."""
    apart(ticks, stage.world)
    for who, case in ((lead, f"{tale.member}-2"), (contributor, f"{tale.other}-2")):
        who.go("/")
        who.follow("Overlaps to consent to or decline")
        assert NAMES[tale.other] not in lead.main()
        with who.page.expect_navigation():
            who.page.get_by_role("link", name=case).first.press("Enter")
        who.fill("If you consent: what the other side reads on your card", "Ask for the night desk.")
        who.press("Consent")
        who.page.locator(".told").wait_for()
    assert NAMES[tale.member] in contributor.main()
    lead.go("/overlaps/")
    assert NAMES[tale.other] in lead.main()


def ask(lead: Reader, contributor: Reader, tale: Tale, series: str, shots: Path | None) -> None:
    """Another member is asked and answers; with the clue before it the country is likely."""
    lead.go(f"/series/{series}/workbench/")
    lead.follow("Ask other countries")
    form = lead.within("Ask others")
    lead.choose("Units that are asked", f"{tale.other}/VICTIM-ID", form)
    lead.fill("Language that you write in", "en", form)
    lead.fill("Question", "Is this harbour yours?", form)
    lead.press("Ask", form)
    lead.page.locator(".told").wait_for()
    contributor.go("/messages/")
    contributor.follow("A message waits to be read")
    contributor.follow("Read and answer it there")
    contributor.page.get_by_label(contributor.say("✓ yes"), exact=True).press("Space")
    contributor.fill("Country that it speaks for", tale.other)
    contributor.press("Send")
    contributor.page.locator(".told").wait_for()
    lead.go("/messages/")
    lead.follow("A message waits to be read")
    lead.follow("Read and answer it there")
    lead.page.get_by_role("button", name=lead.say("Make a clue of this answer")).press("Enter")
    lead.page.locator(".told").wait_for()
    lead.go(f"/series/{series}/workbench/")
    lead.within("Countries").get_by_text(lead.say("Likely:")).wait_for()
    assert tale.other in lead.within("Countries").locator("strong").first.inner_text()
    keep(lead.page, shots, "country")


def follow_the_lead(who: Reader, stage: Stage, tale: Tale, shots: Path | None) -> None:
    """What the other member takes in later raises a lead; it is found on the home page, and taken."""
    apart(stage.seize_more, tale)
    who.go("/")
    keep(who.page, shots, "home")
    who.within("Leads, best first").get_by_role("link").first.press("Enter")
    who.page.get_by_role("heading", name=who.say("What speaks for it")).wait_for()
    who.press("Take it")
    who.page.locator(".told").wait_for()


def find(lead: Reader, second: Reader, tale: Tale, child: str) -> None:
    """Located, identified, safeguarded: each proposed by one certified officer and confirmed by another."""
    for step in ("locate", "identify", "safeguard"):
        lead.go(f"/victims/{child}/")
        steps = lead.within("How it is found")
        lead.choose("The child is", step, steps)
        lead.fill("On what basis", FOUND_BY, steps)
        lead.fill("What shows it", "Report 12.", steps)
        lead.press("Propose the step", steps)
        lead.read("It waits for another officer of your unit.")
        assert lead.page.get_by_role("button", name=lead.say("Confirm the step")).count() == 0
        second.go(f"/victims/{child}/")
        second.press("Confirm the step")
        second.read("It is confirmed, and whoever had a part in it is told.")


def learn(lead: Reader, contributor: Reader, child: str, shots: Path | None) -> None:
    """Who had a part in it reads at home what came of it, and not how; the child counts once."""
    contributor.go("/")
    for outcome in ("★ The child in a series that your unit had a part in is safe", "● The child in a series that your unit had a part in is identified"):
        assert contributor.within("Because of your work").get_by_role("link", name=contributor.say(outcome)).count() == 1
    keep(contributor.page, shots, "outcome")
    contributor.go(f"/victims/{child}/")
    assert FOUND_BY not in contributor.main()
    lead.go("/victims/")
    lead.follow("Children found", lead.page.get_by_role("main"))
    assert lead.page.get_by_role("row").last.get_by_role("cell").all_inner_texts()[::2] == ["1", "1"]
    contributor.go("/ledger/?by=sex")
    few = contributor.say("few")
    assert contributor.page.get_by_role("row").last.get_by_role("cell").all_inner_texts() == ["0", few, "0", few]


def count(who: Reader, stage: Stage, tale: Tale, shots: Path | None) -> None:
    """Whoever speaks for the member sees the next day that the child is counted, and the country that is joined by an arc."""
    apart(stage.let_a_night_go_by)
    page = who.go("/statistics/")
    page.get_by_role("heading", name=who.say("Statistics"), exact=True).wait_for()
    for section in ("in-period", "stood"):
        for words in ("Children identified", "Children safeguarded"):
            row = page.locator(f"section[aria-labelledby={section}]").get_by_role("row").filter(
                has=page.get_by_role("rowheader", name=who.say(words), exact=True)
            )
            assert row.get_by_role("cell").all_inner_texts()[1] == "1", (section, words)
    map_of_arcs = page.locator("clew-chart[kind=linked]")
    map_of_arcs.locator("svg [aria-label=link] path").wait_for()
    assert map_of_arcs.locator("tbody tr").all_text_contents() == [f"{tale.other}{who.say('one to four')}1"]
    keep(page, shots, "statistics")
    assert who.visitor.faults() == []
