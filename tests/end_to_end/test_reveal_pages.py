"""Looking at media in a real browser: covered until a press, gone when it is let go, and nothing that the policy forbids."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings
from playwright.sync_api import Page

from clew.actions import arranging
from clew.cli.drawing import landscape
from clew.domain.handling import EVERY_USE, Actor, Audience
from clew.domain.shortcut import DEFAULTS, Scope
from clew.media.nursery import Nursery
from clew.media.vault import Vault
from clew.records import officers
from clew.records.session import acting_as
from clew.web import shortcut_words
from tests.scenario.test_viewing import describe
from tests.world.browsers import Visitor
from tests.world.clips import music, scenes, write
from tests.world.door import apart
from tests.world.office import Office, work_in
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

SHOTS = os.environ.get("CLEW_TEST_SHOTS", "")
"""A folder, where somebody wants to look at the pages too."""


def media_of(actor: Actor) -> dict[str, UUID]:
    with acting_as(actor) as session, session.cursor() as cursor:
        cursor.execute("select kind || case when width > 500 then '-large' else '' end, id from media where owner_member = %s", [actor.member])
        return dict(cursor.fetchall())


def enter(world: World, folder: Path, nursery: Nursery) -> dict[str, UUID]:
    """A drawn landscape and a drawn film in Ada's case, and the landscape encoded again in Sven's."""
    world.empty()
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    ours, theirs = folder / "ours", folder / "theirs"
    for one in (ours, theirs):
        one.mkdir()
    landscape(1, (480, 360)).save(ours / "1.jpg")
    landscape(1, (480, 360)).save(theirs / "1.jpg", quality=60)
    write(ours / "1.webm", scenes(3, 4), codec="libvpx", options={"b": "200k"}, sound=music(3, 4), sound_codec="libopus")
    shared = handling(sven, Audience.ALL, uses=EVERY_USE)
    with work_in(folder, nursery) as made:
        object.__setattr__(made, "vault", Vault(settings.CONFIGURATION.vault_folder, settings.CLEW_KEYRING))
        office = Office(workplace=made)
        office.intake(sven, theirs, "SE-1", cover=shared)
        (medium,) = media_of(sven).values()
        describe(sven, shared, medium)
        office.intake(ada, ours, "NO-1")
    made = media_of(ada)
    world.series(ada, "harbour", made.values())
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set latitude = 59.9139, longitude = 10.7522 where id = %s", [made["image"]])
    return made


@pytest.fixture(scope="module")
def ada(node, nursery, tmp_path_factory) -> Iterator[tuple[Visitor, dict[str, UUID]]]:
    world = World(facts=node)
    found = apart(enter, world, tmp_path_factory.mktemp("reveal"), nursery)
    with ExitStack() as opened:
        yield opened.enter_context(come_in_at_once("ada"))["ada"], found
    world.empty()


def test_a_verdict_is_given_by_key_while_a_viewer_has_the_focus(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    visitor, media = ada
    page = visitor.go(f"/media/{media['image']}/")
    page.locator("clew-reveal .stage").first.focus()
    page.keyboard.press("-")
    assert page.evaluate("document.activeElement.id") == "why", "why is the officer's word: the key keeps nothing"
    page.locator("clew-reveal .stage").first.focus()
    page.keyboard.press("=")
    page.get_by_text("Kept: your unit says that the two are the same.").wait_for()
    shot(page, "verdict")
    assert visitor.faults() == []
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back").wait_for()


def test_what_was_set_aside_is_said_in_the_grid_and_beside_it(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    visitor, media = ada
    page = visitor.go(f"/media/{media['image']}/")
    page.get_by_role("button", name="≠ Not the same").click()
    page.get_by_text("for your unit this match is set aside").wait_for()
    page = visitor.go("/cases/NO-1/media/?answer=all&kind=image")
    page.locator("[role=option]").first.wait_for()
    said = page.locator(".grid-aside").inner_text()
    assert said == "≠ A match with 1 medium is set aside: \u2068ada\u2069 of \u2068VICTIM-ID\u2069 says that it is not the same."
    assert "≠ set aside" in str(page.locator("[role=option]").first.get_attribute("aria-label"))
    page = visitor.go(f"/media/{media['image']}/")
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Taken back").wait_for()
    assert visitor.complaints == []


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def shown(page: Page) -> dict[str, bool]:
    """Which parts of the first viewer are on the screen."""
    stage = page.locator("clew-reveal").first
    return {name: stage.locator(name).is_visible() for name in ("img", "video", "canvas", ".covered")}


def begin(page: Page) -> None:
    """Say for which purpose and case media are looked at, where that was not said yet; the page offers its own case."""
    if page.get_by_role("button", name="Begin to look").count():
        assert page.get_by_label("Case", exact=True).input_value() == "NO-1"
        page.get_by_role("button", name="Begin to look").click()
        page.wait_for_load_state()


NOTHING = {"img": False, "video": False, "canvas": False, ".covered": True}


def test_a_picture_is_shown_while_space_is_held_and_not_a_moment_longer(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['image']}/")
    shot(page, "1-before-the-statement")
    assert who.faults() == []
    stage = page.locator("clew-reveal .stage").first
    stage.focus()
    page.keyboard.down("Space")
    assert "Say first" in page.locator("clew-reveal .said").first.inner_text()
    page.keyboard.up("Space")
    begin(page)
    assert shown(page) == NOTHING
    assert page.get_by_text("Left to reveal: 600 within the hour, 3,000 within the day.").is_visible()
    stage = page.locator("clew-reveal .stage").first
    stage.focus()
    page.keyboard.down("Space")
    page.locator("clew-reveal img").first.wait_for(state="visible")
    shot(page, "2-drawing")
    assert page.get_by_text("Left to reveal: 599 within the hour, 2,999 within the day.").is_visible()
    address = page.locator("clew-reveal img").first.get_attribute("src")
    assert address is not None
    assert address.startswith("blob:")
    assert who.faults() == []
    page.keyboard.up("Space")
    page.locator("clew-reveal .covered").first.wait_for(state="visible")
    assert shown(page) == NOTHING
    assert page.locator("clew-reveal img").first.get_attribute("src") is None
    gone = "address => { const one = new Image(); one.src = address; return one.decode().then(() => 'there', () => 'gone'); }"
    assert page.evaluate(gone, address) == "gone"
    assert [one for one in who.complaints if "ERR_FILE_NOT_FOUND" not in one] == []
    who.complaints.clear()  # the browser has said that the address is gone


def test_every_look_covers_at_once_by_a_key_and_when_the_window_is_left(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['image']}/")
    begin(page)
    first = page.locator("clew-reveal").first
    for look, part in (("Clear", "img"), ("Lens", "canvas"), ("Line drawing", "img")):
        first.get_by_role("button", name=look, exact=True).click()
        first.locator(part).wait_for(state="visible")
        shot(page, f"3-{look.lower().replace(' ', '-')}")
        page.keyboard.press("h")
        first.locator(".covered").wait_for(state="visible")
    for leaving in ("window.dispatchEvent(new Event('blur'))", "window.dispatchEvent(new Event('pagehide'))"):
        first.get_by_role("button", name="Clear", exact=True).click()
        first.locator("img").wait_for(state="visible")
        page.evaluate(leaving)
        assert shown(page) == NOTHING
    assert who.complaints == []


def test_a_film_is_silent_still_and_seeks_in_parts(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['video']}/")
    begin(page)
    first = page.locator("clew-reveal").first
    first.get_by_role("button", name="Frames", exact=True).click()
    first.locator("img").wait_for(state="visible")
    shot(page, "4-frames")
    assert "Frames at 0:00" in first.locator(".said").inner_text()
    first.get_by_role("button", name="Sound curve").click()
    first.locator("canvas").wait_for(state="visible")
    shot(page, "5-sound")
    first.get_by_role("button", name="Clear", exact=True).click()
    film = first.locator("video")
    film.wait_for(state="visible")
    film.evaluate("one => one.readyState ? 0 : new Promise(done => { one.onloadedmetadata = done; })")
    assert film.evaluate("one => [one.muted, one.paused, one.autoplay]") == [True, True, False]
    moved = film.evaluate(
        "one => new Promise(done => { one.onseeked = () => done(one.currentTime); one.currentTime = 2.5; })"
    )
    assert moved == pytest.approx(2.5, abs=0.2)
    shot(page, "6-film")
    first.get_by_role("button", name="Sound off").click()
    assert not film.evaluate("one => one.muted")
    assert who.faults() == []
    page.keyboard.press("Escape")
    assert film.get_attribute("src") is None
    assert film.evaluate("one => one.muted")
    assert who.complaints == []


def test_two_media_are_compared_side_by_side_and_gone_when_covered(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['image']}/")
    begin(page)
    compare = page.locator("clew-compare")
    compare.get_by_role("button", name="Compare side by side").click()
    compare.locator(".views canvas").nth(1).wait_for(state="attached")
    page.wait_for_timeout(400)
    shot(page, "7-compare")
    assert who.faults() == []
    page.keyboard.press("x")
    assert compare.get_by_role("button", name="Difference").get_attribute("aria-pressed") == "true"
    page.wait_for_timeout(200)
    shot(page, "8-difference")
    page.keyboard.press("b")
    assert compare.get_by_role("button", name="Blink").get_attribute("aria-pressed") == "true"
    page.keyboard.press("h")
    assert compare.locator(".views").is_hidden()
    assert compare.locator("canvas").count() == 0
    assert who.complaints == []


def test_the_comparison_is_opened_by_its_key_from_anywhere_on_the_page(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['image']}/")
    begin(page)
    for place in ("body", "#metadata", "clew-compare [data-act=compare]"):
        page.locator(place).first.evaluate("one => { document.activeElement.blur(); one.focus(); }")
        page.keyboard.press("c")
        page.locator("clew-compare .views canvas").nth(1).wait_for(state="attached")
        page.keyboard.press("c")
        page.locator("clew-compare .views").wait_for(state="hidden")
    page.locator("select#why").focus()
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    assert page.locator("clew-compare .views").is_hidden(), "what is typed into a field is no key"
    assert who.complaints == []


def test_the_page_holds_at_320_pixels(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    who.page.set_viewport_size({"width": 320, "height": 800})
    page = who.go(f"/media/{media['video']}/")
    shot(page, "9-narrow")
    assert who.faults() == []
    who.page.set_viewport_size({"width": 1280, "height": 800})


OWN = {
    Scope.MEDIA: {"reveal": "r", "look": "w", "undo": "z"},
    Scope.MEDIUM: {"reveal": "r", "look": "w", "compare": "k", "blink": "y", "same": "+"},
    Scope.ROWS: {"next": "q", "previous": "z"},
    Scope.EVERYWHERE: {"cover": "i", "sheet": "!"},
}


@pytest.fixture
def own_keys(ada: tuple[Visitor, dict[str, UUID]]) -> Iterator[tuple[Visitor, dict[str, UUID]]]:
    """Ada with keys of her own, and as she was afterwards."""
    who, _media = ada

    def arrange() -> None:
        for scope, given in OWN.items():
            with acting_as(officers.actor_of("ada")) as session:
                arranging.arrange(session, scope, given)

    apart(arrange)
    who.go("/account/shortcuts/")
    yield ada
    page = who.go("/account/shortcuts/")
    page.get_by_role("button", name="Put all back as shipped").press("Enter")
    page.get_by_text("Your keys are kept.").wait_for()


def test_covering_at_once_what_was_just_opened_breaks_off_no_loading(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    page = who.go(f"/media/{media['image']}/")
    begin(page)
    for look in ("clear", "lens", "drawing"):
        page.evaluate(
            """look => {
              const stage = document.querySelector("clew-reveal .covered");
              const seen = new MutationObserver(() => {
                if (!stage.hidden) return;
                seen.disconnect();
                document.querySelector("clew-reveal").cover();
              });
              seen.observe(stage, { attributes: true });
              return document.querySelector("clew-reveal").reveal(look);
            }""",
            look,
        )
        page.locator("clew-reveal .covered").first.wait_for(state="visible")
    for wait in (0, 1, 5):
        page.evaluate(
            """wait => new Promise((done) => {
              const views = document.querySelector("clew-compare .views");
              const seen = new MutationObserver(() => {
                seen.disconnect();
                setTimeout(() => { document.querySelector("clew-compare [data-act=compare]").click(); done(); }, wait);
              });
              seen.observe(views, { attributes: true });
              document.querySelector("clew-compare [data-act=compare]").click();
            })""",
            wait,
        )
        page.locator("clew-compare .views").wait_for(state="hidden")
    page.wait_for_timeout(300)
    assert who.complaints == []


def test_own_keys_show_and_cover_in_the_grid_and_the_page_says_them(own_keys: tuple[Visitor, dict[str, UUID]]) -> None:
    who, _media = own_keys
    page = who.go("/cases/NO-1/media/?answer=all&kind=image")
    page.locator("[role=option]").first.wait_for()
    begin(page)
    page.locator("[role=option]").first.wait_for()
    hints = page.locator("#grid-keys").inner_text()
    assert "R hold to reveal" in hints
    assert "I cover" in hints
    page.locator(".grid-list").focus()
    looks = page.locator("clew-reveal [data-look][aria-pressed=true]")
    before = looks.get_attribute("data-look")
    page.keyboard.press("w")
    assert looks.get_attribute("data-look") != before
    page.keyboard.down("r")
    page.locator("clew-reveal .covered").wait_for(state="hidden")
    page.keyboard.up("r")
    page.locator("clew-reveal .covered").wait_for(state="visible")
    page.keyboard.down("r")
    page.locator("clew-reveal .covered").wait_for(state="hidden")
    page.keyboard.press("i")
    page.locator("clew-reveal .covered").wait_for(state="visible")
    page.keyboard.up("r")
    page.keyboard.press("Space")
    assert page.locator("clew-reveal .covered").is_visible(), "the shipped key is none any more"
    page.keyboard.press("p")
    page.get_by_text("◆ relevant. Undo with Z.").wait_for()
    page.keyboard.press("z")
    page.get_by_text("Undone.").wait_for()
    page.keyboard.press("!")
    assert "R\nReveal while held" in page.locator(".sheet .keys").inner_text()
    assert who.complaints == []


def test_own_keys_hold_on_the_page_of_a_medium_and_it_says_them(own_keys: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = own_keys
    page = who.go(f"/media/{media['image']}/")
    begin(page)
    first = page.locator("clew-reveal").first
    assert "Hold R to look, let go to cover. W changes how. I and Esc cover everything" in first.locator(".how").inner_text()
    said = {act: page.locator(f"[data-act={act}] kbd").inner_text() for act in ("compare", "blink", "difference")}
    assert said == {"compare": "K", "blink": "Y", "difference": "X"}
    assert page.locator("[data-verdict=same] kbd").inner_text() == "+"
    first.locator(".stage").focus()
    page.keyboard.down("r")
    first.locator(".covered").wait_for(state="hidden")
    page.keyboard.up("r")
    first.locator(".covered").wait_for(state="visible")
    page.keyboard.press("k")
    page.locator("clew-compare .views canvas").nth(1).wait_for(state="attached")
    page.keyboard.press("y")
    assert page.get_by_role("button", name="Blink").get_attribute("aria-pressed") == "true"
    page.keyboard.press("i")
    assert page.locator("clew-compare .views").is_hidden()
    assert who.complaints == []


def test_own_keys_lead_through_a_list(own_keys: tuple[Visitor, dict[str, UUID]]) -> None:
    who, _media = own_keys
    page = who.go("/cases/NO-1/?answer=new")
    page.get_by_role("link", name="New").first.wait_for()
    rows = page.locator("ol.media > li")
    assert rows.count() == 1
    page.evaluate("document.querySelector('ol.media').append(document.querySelector('ol.media > li').cloneNode(true))")
    page.evaluate("{ const one = document.querySelector('clew-rows'); one.replaceWith(one.cloneNode(true)); }")
    here = "[...document.querySelectorAll('ol.media > li')].indexOf(document.activeElement)"
    rows.first.focus()
    page.keyboard.press("j")
    assert page.evaluate(here) == 0, "the shipped key is none any more"
    page.keyboard.press("q")
    assert page.evaluate(here) == 1
    page.keyboard.press("z")
    assert page.evaluate(here) == 0
    page.keyboard.press("ArrowDown")
    assert page.evaluate(here) == 1
    assert who.complaints == []


def sheet_of(page: Page) -> dict[str, set[str]]:
    """By where a key acts, what `?` says that this page does by keys."""
    page.locator("h1").click()
    page.keyboard.press("?")
    page.locator("dialog.sheet").wait_for()
    said = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll(".sheet h3")].map((one) => [
        one.textContent, [...one.nextElementSibling.querySelectorAll("dd")].map((act) => act.textContent)]))""")
    page.keyboard.press("Escape")
    return {scope: {*acts} for scope, acts in said.items()}


def test_every_key_that_an_officer_is_offered_does_something_on_some_page(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    digest = apart(lambda: digest_of(media["image"]))
    done: dict[str, set[str]] = {}
    for address, waited_for in (
        ("/cases/NO-1/media/?answer=all", "[role=option]"), (f"/media/{media['image']}/", "clew-compare"),
        (f"/links/{digest}/", "clew-graph canvas"), ("/cases/NO-1/?answer=new", "clew-rows"),
    ):  # fmt: skip
        page = who.go(address)
        page.locator(waited_for).first.wait_for(state="attached")
        for scope, acts in sheet_of(page).items():
            done.setdefault(scope, set()).update(acts)
    declared = {
        str(shortcut_words.SCOPES[scope]): {str(shortcut_words.act(act)) for act in acts} for scope, acts in DEFAULTS.items()
    }
    assert done == declared
    assert who.complaints == []


def digest_of(medium: UUID) -> str:
    with acting_as(officers.actor_of("ada")) as session, session.cursor() as cursor:
        cursor.execute("select encode(sha256, 'hex') from media where id = %s", [medium])
        return str(cursor.fetchone()[0])


LED_TO = {
    "c": "/media/{id}/#match", "v": "/links/{digest}/?link=victim#link", "t": "/media/{digest}/clues/#add",
    "f": "/objects/?medium={digest}#cut", "l": "/links/{digest}/", "m": "/map/?medium={id}",
    "a": "/questions/?about=medium&name={digest}&country=SE#ask", "Enter": "/media/{id}/",
}  # fmt: skip


def test_keys_of_the_grid_lead_on_and_back_to_the_same_focus(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    digest = apart(lambda: digest_of(media["image"]))
    page = who.go("/cases/NO-1/media/?answer=all")
    page.locator("[role=option]").nth(1).wait_for()
    page.locator(".grid-list").focus()
    if page.locator("clew-reveal").get_attribute("data-reference") != str(media["image"]):
        page.keyboard.press("ArrowRight")
    place = focus_of(page)
    for key, address in LED_TO.items():
        page.keyboard.press(key)
        page.wait_for_url("**" + address.format(id=media["image"], digest=digest))
        page.go_back()
        page.locator("[role=option]").nth(1).wait_for()
        page.wait_for_function("document.activeElement?.matches('.grid-list')")
        assert focus_of(page) == place
        assert page.locator("clew-reveal").get_attribute("data-reference") == str(media["image"])
    page.keyboard.press("g")
    page.get_by_label("Which medium of this list").fill("2")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement?.matches('.grid-list')")
    assert focus_of(page) == "2"
    assert [one for one in who.complaints if "ERR_ABORTED" not in one] == []
    who.complaints.clear()


def focus_of(page: Page) -> str:
    here = page.locator(".grid-list").get_attribute("aria-activedescendant")
    return str(page.locator(f"#{here}").get_attribute("aria-posinset"))


def test_keys_of_a_viewer_lead_to_pages_that_know_the_medium(ada: tuple[Visitor, dict[str, UUID]]) -> None:
    who, media = ada
    digest = apart(lambda: digest_of(media["image"]))
    for key, address in {**LED_TO, "s": "/series/?medium={digest}"}.items():
        if key in {"c", "Enter"}:
            continue
        page = who.go(f"/media/{media['image']}/")
        page.locator("h1").click()
        page.keyboard.press(key)
        assert page.url.endswith(f"/media/{media['image']}/"), "letters act while the viewer has the focus"
        page.locator("clew-reveal .stage").first.focus()
        page.keyboard.press(key)
        page.wait_for_url("**" + address.format(id=media["image"], digest=digest))
        if key == "v":
            assert page.get_by_label("Which way").input_value() == "to"
            assert page.locator("select[name=type]").input_value() == "appears-in"
        elif key == "f":
            assert page.get_by_label("SHA-256 of the medium").input_value() == digest
        elif key == "m":
            assert page.get_by_label("Around latitude and longitude").input_value() == "59.9,10.8"
        elif key == "a":
            assert page.get_by_label("About").input_value() == "medium"
            assert page.get_by_label("Units that are asked").evaluate("one => [...one.selectedOptions].map((each) => each.value.slice(0, 2))") == ["SE"]
        elif key == "s":
            assert who.faults() == []
            page.locator("td a[href*='medium=']").first.click()
            assert page.get_by_label("SHA-256 of each").input_value() == digest
    assert who.complaints == []
