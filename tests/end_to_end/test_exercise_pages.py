"""An exercise done by pages alone, in a real browser: its files got and taken in, and every task to the last point."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from clew.cli.exercise_story import Begun
from tests.world.browsers import Visitor, chromium, visitor
from tests.world.door import code_at
from tests.world.forge import SECONDS_MAX, forge_of
from tests.world.serving import pages, worker
from tests.world.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """An officer at a browser, and the exercise that was drawn for them."""

    at: Visitor
    exercise: Begun

    @property
    def page(self) -> Page:
        return self.at.page

    def told(self, pattern: str) -> str:
        """What the exercise says there."""
        return re.search(pattern, self.exercise.briefing)[1]

    def press(self, name: str) -> str:
        """Press a button; what the page then tells."""
        self.page.get_by_role("button", name=name, exact=True).press("Enter")
        return self.page.locator(".told").inner_text()


@pytest.fixture
def learner(world: World, compiled: Path) -> Iterator[Learner]:
    """The database under test as an academy: one of its own is founded by tests/scenario/test_academy.py."""
    drawing = forge_of(os.environ).start("tests.world.drawer", "ada")
    said, refused = drawing.communicate(timeout=SECONDS_MAX)
    assert drawing.returncode == 0, refused
    exercise = Begun(**json.loads(said))
    with ExitStack() as opened:
        opened.enter_context(worker())
        address = opened.enter_context(pages(application="tests.world.schooled:application"))
        at = opened.enter_context(visitor(opened.enter_context(chromium()), address))
        yield Learner(at=at, exercise=exercise)


def test_an_exercise_is_passed_by_pages_alone(learner: Learner, tmp_path: Path) -> None:
    case = learner.told(r"as case (\S+),")
    come_in(learner)
    take_in(learner, case, tmp_path)
    write_to_the_unit(learner, case)
    child = link(learner, case)
    learner.at.go("/exercise/")
    learner.press("Let a day pass")
    learner.at.go("/overlaps/").get_by_role("link", name=case).first.click()
    learner.press("Consent")
    identify(learner, child)
    learner.at.go("/exercise/")
    learner.press("Let a day pass")
    learner.page.get_by_role("button", name="Hand it in").press("Enter")
    learner.page.get_by_text("● Passed · 100 of 100 points").wait_for()
    assert learner.at.complaints == []


def come_in(who: Learner) -> None:
    """With the password that is told once, and an app that is added there."""
    page = who.at.sign_in(who.exercise.account, who.exercise.password)
    page.get_by_role("link", name="Add an authenticator app").click()
    page.get_by_label("Code", exact=True).fill(code_at(page.get_by_role("textbox", name="Secret").input_value()))
    page.get_by_role("button", name="Add it").click()
    page.wait_for_load_state()


def take_in(who: Learner, case: str, folder: Path) -> None:
    """What the page gives is what the page of uploads takes, as it is."""
    page = who.at.go("/exercise/")
    assert who.at.faults() == []
    with page.expect_download() as got:
        page.get_by_role("button", name="Get the files").press("Enter")
    got.value.save_as(folder / got.value.suggested_filename)
    page.locator("main").get_by_role("link", name="Uploads").click()
    page.get_by_label("Case").fill(case)
    page.get_by_label("Exhibit").fill(who.told(r"exhibit (\S+), and"))
    page.get_by_label("Files").set_input_files(folder / f"{case}.zip")
    # The button can be pressed once the script of the page has come.
    page.locator("clew-upload button[type=submit]:enabled").press("Enter")
    page.wait_for_url("**/exhibits/**")
    # Besides the notes the archive itself gives no picture.
    counts = {"solved_elsewhere": 2, "parallel_enquiry": 2, "new": 6, "known": 1, "undecodable": 2}
    for answer, count in counts.items():
        page.locator(f"[data-field={answer}]").get_by_text(str(count), exact=True).wait_for(timeout=90_000)


def write_to_the_unit(who: Learner, case: str) -> None:
    page = who.at.go(f"/cases/{case}/exhibits/PHONE-1/?answer=parallel_enquiry")
    page.get_by_role("link", name="Ask the unit").first.click()
    page.get_by_label("Request", exact=True).fill("We have the same material.")
    assert who.press("Send") == "The request is sent."


def link(who: Learner, case: str) -> str:
    """The new media with the series of their camera, and that with its place; the child in it."""
    page = who.at.go(f"/cases/{case}/proposals/")
    who.press("Look for more")
    by_camera = page.locator("main li", has_text="taken with the camera")
    series = re.search(r"S-\d{9}", by_camera.first.inner_text())[0]
    for one in by_camera.all():
        one.get_by_role("checkbox").check()
    assert who.press("Accept those ticked") == "3 are accepted."
    at = who.told(r"when it took them: (\S+, \S+)\. ")
    place = who.at.go("/places/?own=1").locator("tbody tr", has_text=at).get_by_role("link").inner_text()
    who.at.go(f"/links/{series}/").get_by_text("Link it with another record").click()
    page.locator("select[name=type]").select_option("taken-at")
    page.get_by_label("The other record").fill(place)
    page.get_by_label("It is a fact").check()
    assert who.press("Keep the link") == "The link is kept."
    return re.search(r"V-\d{9}", page.locator("main table").first.inner_text())[0]


def identify(who: Learner, child: str) -> None:
    page = who.at.go(f"/victims/{child}/")
    page.get_by_label("The child is").select_option("identify")
    steps = page.locator("form", has=page.get_by_label("The child is"))
    steps.get_by_label("On what basis").fill("The school says so.")
    steps.get_by_label("What shows it").fill("The series.")
    assert who.press("Propose the step") == "It waits for another officer of your unit."
