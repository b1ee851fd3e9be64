"""The media grid in a real browser: gone through by the keyboard, few nodes for many media, nothing sharp on the page."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from clew.actions import categorising
from clew.cli.drawing import drive, landscape, write_clip
from clew.domain.officer import Role
from clew.media.nursery import Nursery
from clew.records import cameras, case_stacks, cases, officers, sealed
from clew.records.session import acting_as, handling_columns
from tests.world.browsers import Visitor
from tests.world.door import apart
from tests.world.office import Office, work_in
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

CASE, LARGE = "NO-2026-17", "NO-2026-18"
SERIES = "harbour"
SCHEME = {
    "scheme": "national", "version": 1, "title": "Ours", "categories": {"D": "Drawn things", "0": "Others"},
    "rules": [{"category": "D", "when": {"made": ["drawn"]}}], "otherwise": "0",
}  # fmt: skip
OBSERVED = {"made": "drawn", "shows": "nobody", "age": "none", "grade": "none", "warn": "no"}
PICTURES, MANY = 11, 1_500
NODES_MAX = 300
ARE_SMALL = "all => all.every((one) => one.width <= 20 && one.height <= 20)"


def enter(world: World, nursery: Nursery) -> None:
    """A case of drawn pictures with a clip, and a large one of which only fingerprints came."""
    world.empty()
    ada = world.officer("ada", member="NO")
    with tempfile.TemporaryDirectory() as folder:
        seized = Path(folder) / "seized"
        seized.mkdir()
        for seed in range(PICTURES):
            landscape(seed, (320, 240)).save(seized / f"{seed}.jpg")
        write_clip(seized / "ride.mp4", drive(1, 6.0))
        with work_in(Path(folder), nursery) as workplace:
            # Into the node's own vault: the process that serves the pages opens what is revealed.
            Office(workplace=replace(workplace, vault=settings.CLEW_VAULT)).intake(ada, seized, CASE)
    with acting_as(world.officer("alva", member="NO", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        categorising.load_scheme(session, json.dumps(SCHEME).encode())
    world.series(ada, SERIES)
    with acting_as(ada) as session, session.cursor() as cursor:
        texts = sealed.of_member(ada.member)
        for model, rest in (("Mark II", "< 2"), ("Mark III", "= 2")):
            cursor.execute(
                f"update media set camera_make = %s, camera_model = %s where width = 320 and mod(get_byte(name, 0), 3) {rest}",
                [texts.seal(b"Harbourlens", cameras.MAKE), texts.seal(model.encode(), cameras.MODEL)],
            )
    world.occurrence(ada, seen := world.medium(ada), "NO-2026-16")
    near = [world.medium(ada) for _ in range(3)]
    for medium in (seen, *near):
        world.occurrence(ada, medium, LARGE)
    with acting_as(ada) as session:
        case_id = cases.find(session, LARGE)
        for at, medium in enumerate(near):
            case_stacks.place(session, case_id, {medium: dict.fromkeys(near[:at], 1)})
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(
            """
            with made as (
                insert into media (id, name, sha256, kind, verdict, owner_member, owner_unit, audience, members, excluded)
                select gen_random_uuid(), d, d, 'image', 6, %(owner_member)s, %(owner_unit)s, %(audience)s, '{}', '{}'
                  from (select sha256(n::text::bytea) as d from generate_series(1, %(many)s) n) given returning *)
            insert into occurrences (exhibit_id, case_id, intake_id, path, path_key, medium_id, owner_member, owner_unit,
                                     audience, members, excluded)
            select o.exhibit_id, o.case_id, o.intake_id, o.path, m.name, m.id, m.owner_member, m.owner_unit, m.audience,
                   '{}', '{}' from made m, (select * from occurrences order by id desc limit 1) o""",
            {**handling_columns(handling(ada)), "many": MANY},
        )


def kept() -> list[str]:
    """What stands of marks."""
    with acting_as(officers.actor_of("ada")) as session, session.cursor() as cursor:
        cursor.execute("select said from marks where undone_at is null order by said")
        return [row[0] for row in cursor]


@pytest.fixture(scope="module")
def ada(node, nursery) -> Iterator[Visitor]:
    world = World(facts=node)
    apart(enter, world, nursery)
    with come_in_at_once("ada") as made:
        yield made["ada"]
    world.empty()


def cell(page: Page, position: int) -> str:
    """What is said of the medium at the position."""
    found = page.locator(f"[role=option][aria-posinset='{position}']")
    return str(found.get_attribute("aria-label"))


def test_a_seizure_is_gone_through_by_the_keyboard(ada: Visitor) -> None:
    page = ada.go(f"/cases/{CASE}/")
    page.get_by_role("link", name="Go through the media").click()
    grid = page.locator(".grid-list")
    page.locator("[role=option]").first.wait_for()
    assert page.locator(".grid-cell:not([hidden]) canvas").evaluate_all(ARE_SMALL)
    grid.focus()
    page.keyboard.press("p")
    page.keyboard.press("x")
    page.get_by_text("1: ✕ not relevant. Undo with U.").wait_for()
    assert "◆ relevant" in cell(page, 1)
    assert ada.faults() == []
    here = grid.get_attribute("aria-activedescendant")
    assert page.locator(f"#{here}").get_attribute("aria-posinset") == "3"
    page.keyboard.press("Control+z")
    page.get_by_text("Undone.").wait_for()
    assert "not relevant" not in cell(page, 2)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("x")
    page.get_by_text("4: ✕ not relevant. Undo with U.").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    facts = page.locator(".grid-facts")
    assert "◆ relevant" in facts.inner_text()
    page.keyboard.press("s")
    page.get_by_label("Reference of the series, or its title").fill(SERIES)
    page.keyboard.press("Enter")
    facts.get_by_text(f"in the series \u2068{SERIES}\u2069").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    assert SERIES not in facts.inner_text()
    assert apart(kept) == ["relevant"]
    page.reload()
    page.locator("[role=option]").first.wait_for()
    assert page.locator("[role=option]:not([hidden])").count() == PICTURES  # with the clip, and less what is relevant
    assert page.locator("main img[src], main video[src]").count() == 0
    assert ada.complaints == []


def test_a_page_is_narrowed_to_one_camera_by_its_list_or_by_a_key_on_a_medium_and_kept_so(ada: Visitor) -> None:
    page = ada.go(f"/cases/{CASE}/media/?undecided=0&kind=image")
    page.locator("[role=option]").first.wait_for()
    page.locator("[name=camera]").select_option(label="Harbourlens Mark II")
    page.get_by_role("button", name="Show").press("Enter")
    page.locator("[role=option]").first.wait_for()
    assert "Harbourlens Mark II" in page.locator(".grid-facts").inner_text()
    chosen = page.locator("[role=option]:not([hidden])").count()
    assert 0 < chosen < PICTURES
    assert "Harbourlens" not in page.url
    assert ada.faults() == []
    only = page.url.partition("camera=")[2]
    page = ada.go(f"/cases/{CASE}/media/?undecided=0&kind=image")
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    while "Mark II\u2069" not in page.locator(".grid-facts").inner_text():
        page.keyboard.press("ArrowRight")
    assert only in str(page.get_by_role("link", name="Only this camera").get_attribute("href"))
    page.keyboard.press("o")
    page.wait_for_url(f"**camera={only}*")
    page.locator("[role=option]").first.wait_for()
    assert page.locator("[role=option]:not([hidden])").count() == chosen
    page.get_by_text("Saved views").click()
    page.get_by_label("Name", exact=True).fill("of that camera")
    page.get_by_role("button", name="Keep this filter").click()
    page.get_by_text("Saved views").click()
    assert page.get_by_role("link", name="of that camera").get_attribute("aria-current") == "true"
    page.get_by_role("button", name="Delete of that camera").click()
    page.get_by_role("button", name="Keep it again of that camera").wait_for()
    page.get_by_label("Series by reference").fill("S-000000001")
    page.get_by_role("button", name="Show").press("Enter")
    page.get_by_text("There is no such series, or you may not see it.").wait_for()
    page.get_by_text("No media of this kind wait here.").wait_for()
    assert ada.complaints == []


def test_what_has_the_focus_is_shown_while_space_is_held_and_the_unit_is_told_that_it_was_seen(ada: Visitor) -> None:
    page = ada.go(f"/cases/{CASE}/media/?kind=image")
    page.locator("[role=option]").first.wait_for()
    page.get_by_role("button", name="Begin to look").click()
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    page.keyboard.down("Space")
    page.locator("clew-reveal img[src^='blob:']").wait_for()
    page.keyboard.up("Space")
    page.locator("clew-reveal .covered").wait_for()
    assert page.locator("main img[src], main video[src]").count() == 0
    assert "◉ seen in your unit just now" in cell(page, 1)
    page.reload()
    page.locator("[role=option]").first.wait_for()
    assert "◉ seen in your unit on" in cell(page, 1)
    assert ada.complaints == []


def test_a_clip_shows_its_strip_once_it_has_the_focus(ada: Visitor) -> None:
    page = ada.go(f"/cases/{CASE}/media/?kind=video&undecided=0")
    page.locator("[role=option]").first.wait_for()
    frames = page.get_by_role("img", name="Frames of the video")
    assert 2 <= frames.count() <= 6
    assert frames.evaluate_all(ARE_SMALL)


def test_a_large_case_has_few_nodes_wherever_it_is_looked_at(ada: Visitor) -> None:
    page = ada.go(f"/cases/{LARGE}/media/?undecided=0&answer=all")
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    for size in ("96", "240"):
        page.locator(".grid-size input").fill(size)
        for _ in range(3):
            page.locator(".grid-list").evaluate("one => { one.scrollTop = one.scrollHeight; }")
            page.wait_for_timeout(150)
        assert page.locator(".grid-frame *").count() <= NODES_MAX
    page.locator(".grid-list").focus()
    page.keyboard.press("End")
    label = page.locator(f"#{page.locator('.grid-list').get_attribute('aria-activedescendant')}")
    assert int(str(label.get_attribute("aria-posinset"))) > 600
    assert "◌ fingerprints only" in str(label.get_attribute("aria-label"))
    assert ada.faults() == []


def test_a_stack_is_opened_in_its_place_and_marked_whole_and_what_is_known_is_unfolded_by_a_key(ada: Visitor) -> None:
    page = ada.go(f"/cases/{LARGE}/media/")
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    assert "≡ stack of 3" in cell(page, 1)
    page.keyboard.press("Enter")
    page.get_by_text("The stack is open: 3 near copies. Esc closes it.").wait_for()
    assert ["≡ in the stack above" in cell(page, at) for at in (2, 3, 4)] == [True, True, False]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("x")
    page.get_by_text("1: ✕ not relevant. Undo with U.").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    assert ada.faults() == []
    page.keyboard.press("Escape")
    assert "≡" not in cell(page, 2)
    page.keyboard.press("p")
    page.get_by_text("3 media of 1 stack: ◆ relevant. Undo with U.").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    page.keyboard.press("s")
    page.get_by_label("Reference of the series, or its title").fill(SERIES)
    page.keyboard.press("Enter")
    page.get_by_text("3 media of 1 stack: in the series").wait_for()
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    page.keyboard.press("Control+ArrowRight")
    page.get_by_text("The stack is open: 3 near copies. Esc closes it.").wait_for()
    page.keyboard.press("Control+ArrowLeft")
    assert "≡" not in cell(page, 2)
    page.get_by_text("✓ 1 known is folded away. K shows it.").wait_for()
    page.keyboard.press("k")
    page.wait_for_url("**answer=all*")
    assert ada.complaints == []


def categorised() -> list[bytes]:
    """Contents on which Ada's word stands."""
    with acting_as(officers.actor_of("ada")) as session, session.cursor() as cursor:
        cursor.execute("select m.name from observations o join media m on m.id = o.medium_id where o.withdrawn_at is null")
        return [bytes(row[0]) for row in cursor]


def take_back() -> None:
    names = categorised()
    with acting_as(officers.actor_of("ada")) as session:
        categorising.withdraw(session, names)


def test_a_digit_takes_a_whole_stack_alone_and_in_a_selection_and_is_undone_whole(ada: Visitor) -> None:
    page = ada.go(f"/cases/{LARGE}/media/")
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    assert "≡ stack of 3" in cell(page, 1)
    page.keyboard.press("1")
    for question, answer in OBSERVED.items():
        page.locator(f".grid-category [name=fact-{question}]").select_option(answer)
    page.get_by_role("button", name="Record it").click()
    page.get_by_text("Kept. 3 media of 1 stack: Drawn things. Undo with U.").wait_for()
    page.get_by_text("3 decided since you came").wait_for()
    assert len(apart(categorised)) == 3
    page.keyboard.press("u")
    page.get_by_text("Undone.").wait_for()
    assert apart(categorised) == []
    assert page.get_by_text("decided since you came").count() == 0
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    page.get_by_text("4 media of 1 stack: Drawn things. Undo with U.").wait_for()
    page.get_by_text("4 decided since you came").wait_for()
    assert len(apart(categorised)) == 4
    page.reload()
    page.locator("[role=option]").first.wait_for()
    assert "≡ stack" not in cell(page, 1), "all of it is decided: it left"
    page = ada.go(f"/cases/{LARGE}/media/?undecided=0")
    page.locator("[role=option]").first.wait_for()
    assert ["≡ stack of 3" in cell(page, 1), "▣ categorised" in cell(page, 1)] == [True, True]
    page.locator(".grid-list").focus()
    page.keyboard.press("Enter")
    page.get_by_text("The stack is open").wait_for()
    assert ["▣ categorised" in cell(page, at) for at in (2, 3, 4, 5)] == [True, True, True, False]
    apart(take_back)
    assert ada.complaints == []


def test_what_is_counted_has_the_form_that_goes_with_the_number_in_the_language_of_the_page(ada: Visitor) -> None:
    said = {"fr": "La pile est ouverte : 3 copies proches.", "ar": "الكومة مفتوحة: 3 نسخ متقاربة."}
    stack = {"fr": "≡ pile de 3", "ar": "≡ كومة من 3 مواد"}
    for language, words in said.items():
        ada.context.add_cookies([{"name": "language", "value": language, "url": ada.address}])
        page = ada.go(f"/cases/{LARGE}/media/?undecided=0")
        page.locator("[role=option]").first.wait_for()
        assert stack[language] in cell(page, 1)
        page.locator(".grid-list").focus()
        page.keyboard.press("Enter")
        page.get_by_text(words).wait_for()
    ada.context.add_cookies([{"name": "language", "value": "en", "url": ada.address}])
    page = ada.go(f"/cases/{CASE}/media/?kind=video&undecided=0")
    page.get_by_text("1 medium", exact=True).wait_for()
    assert ada.complaints == []


@pytest.mark.parametrize("width", [320])
def test_the_grid_fits_a_narrow_window_and_another_direction_of_writing(ada: Visitor, width: int) -> None:
    page = ada.go(f"/cases/{CASE}/media/")
    page.locator("[role=option]").first.wait_for()
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.set_viewport_size({"width": width, "height": 700})
    page.locator(".grid-list").focus()
    page.get_by_text("Saved views").click()
    page.get_by_label("Name", exact=True).fill("everything")
    page.get_by_role("button", name="Keep this filter").click()
    page.get_by_text("Saved views").click()
    assert page.get_by_role("link", name="everything").get_attribute("aria-current") == "true"
    page.evaluate("document.documentElement.dir = 'rtl'")
    page.locator("[role=option]").first.wait_for()
    page.locator(".grid-list").focus()
    page.keyboard.press("ArrowLeft")
    here = page.locator(f"#{page.locator('.grid-list').get_attribute('aria-activedescendant')}")
    assert here.get_attribute("aria-posinset") == "2"
    assert ada.faults() == []
