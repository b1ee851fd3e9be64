"""A box is drawn over what is shown of a medium, in a real browser: by a drag, two clicks or keys, and goes to the forms."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from clew.cli.drawing import landscape
from clew.domain.handling import EVERY_USE, Actor, Audience
from clew.media.nursery import Nursery
from clew.media.vault import Vault
from clew.records.session import acting_as
from tests.world.browsers import Visitor
from tests.world.clips import scenes, write
from tests.world.door import apart
from tests.world.office import Office, work_in
from tests.world.serving import come_in_at_once
from tests.world.world import World, handling

SHOTS = os.environ.get("CLEW_TEST_SHOTS", "")
"""A folder, where somebody wants to look at the pages too."""
ROTATED = 6
"""The camera was held upright: a viewer turns the picture by a quarter, clockwise. Source: Exif 2.32, 4.6.4 A."""
Shares = tuple[float, float, float, float]


def marked(path: Path, *, orientation: int = 1) -> None:
    """A drawn country with a red wall at 0.6,0.1,0.2,0.1 of the picture as it is stored."""
    picture = landscape(3, (480, 360))
    ImageDraw.Draw(picture).rectangle((288, 36, 383, 71), fill=(220, 20, 20))
    noted = Image.Exif()
    noted[0x0112] = orientation
    picture.save(path, quality=95, subsampling=0, exif=noted)


AS_STORED: Shares = (0.6, 0.1, 0.2, 0.1)
AS_SHOWN_ROTATED: Shares = (0.8, 0.6, 0.1, 0.2)


def enter(world: World, folder: Path, nursery: Nursery) -> dict[str, str]:
    """By what it is, the digest of each of Ada's media, and of one of Sven's."""
    world.empty()
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    seized: dict[str, str] = {}
    for name in ("still", "rotated", "film"):
        (folder / name).mkdir()
    marked(folder / "still" / "1.jpg")
    marked(folder / "rotated" / "1.jpg", orientation=ROTATED)
    write(folder / "film" / "1.webm", scenes(3, 4), codec="libvpx", options={"b": "200k"})
    (folder / "theirs").mkdir()
    landscape(9, (480, 360)).save(folder / "theirs" / "1.jpg")
    with work_in(folder, nursery) as made:
        object.__setattr__(made, "vault", Vault(settings.CONFIGURATION.vault_folder, settings.CLEW_KEYRING))
        office = Office(workplace=made)
        for name in ("still", "rotated", "film"):
            office.intake(ada, folder / name, "NO-1", f"PHONE-{name}")
            seized[name] = newest(ada, seized.values())
        office.intake(sven, folder / "theirs", "SE-1", cover=handling(sven, Audience.ALL, uses=EVERY_USE))
        seized["theirs"] = newest(sven, ())
    return seized


def newest(of: Actor, known: object) -> str:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select encode(sha256, 'hex') from media where owner_member = %s", [of.member])
        (found,) = {row[0] for row in cursor} - set(known)  # type: ignore[call-overload]
        return str(found)


@pytest.fixture(scope="module")
def ada(node, nursery, tmp_path_factory) -> Iterator[tuple[Visitor, dict[str, str]]]:
    world = World(facts=node)
    found = apart(enter, world, tmp_path_factory.mktemp("boxes"), nursery)
    with ExitStack() as opened:
        who = opened.enter_context(come_in_at_once("ada"))["ada"]
        page = who.go(f"/media/{found['still']}/")
        page.get_by_role("button", name="Begin to look").click()
        page.wait_for_load_state()
        yield who, found
    world.empty()


def opened(who: Visitor, digest: str, look: str = "clear", part: str = "img") -> tuple[Page, Locator]:
    """The page of the medium, with the medium shown."""
    page = who.go(f"/media/{digest}/")
    viewer = page.locator("clew-reveal").first
    viewer.locator(f"[data-look={look}]").click()
    element = viewer.locator(part)
    element.wait_for(state="visible")
    return page, element


def drawing(page: Page) -> None:
    page.locator("[data-act=box]").click()
    page.locator(".stage.drawing > .box").wait_for(state="attached")


def at(element: Locator, x: float, y: float) -> tuple[float, float]:
    """Where on the screen a share of the element is."""
    place = element.bounding_box()
    assert place is not None
    return place["x"] + x * place["width"], place["y"] + y * place["height"]


def dragged(page: Page, element: Locator, box: Shares) -> None:
    left, top, width, height = box
    page.mouse.move(*at(element, left, top))
    page.mouse.down()
    page.mouse.move(*at(element, left + width / 2, top + height / 2), steps=3)
    page.mouse.move(*at(element, left + width, top + height), steps=3)
    page.mouse.up()


def taken(page: Page) -> dict[str, Shares | float]:
    """Take the box; what the form of a clue then has."""
    page.get_by_role("button", name="Take the box").click()
    page.get_by_role("link", name="Say a clue there").click()
    page.get_by_label("Box in the picture").wait_for()
    box = tuple(float(word) for word in page.get_by_label("Box in the picture").input_value().split(","))
    return {"box": box, "at": float(page.get_by_label("Second, or span").input_value() or -1)}  # type: ignore[dict-item]


PRECISE = 0.004
"""A pixel of the screen, of pictures as large as they are shown here."""


def near(box: Shares) -> object:
    return pytest.approx(box, abs=PRECISE)


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_a_box_is_dragged_and_its_clue_is_kept(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["still"])
    drawing(page)
    assert who.faults() == []
    dragged(page, picture, AS_STORED)
    shot(page, "box-1-drawn")
    told = page.locator("clew-box [data-numbers]").inner_text()
    assert "From the left" in told
    page.wait_for_function("document.querySelector('clew-box [role=status]').textContent.startsWith('From the left')")
    assert taken(page) == {"box": near(AS_STORED), "at": -1}
    shot(page, "box-2-form")
    page.get_by_label("What it is").select_option("landmark")
    page.get_by_role("button", name="Keep the clue").click()
    page.get_by_text("The clue is kept.").wait_for()
    assert who.complaints == []


def test_two_clicks_on_two_corners_do_what_a_drag_does(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["still"])
    drawing(page)
    page.mouse.click(*at(picture, 0.8, 0.2))
    assert "Now click the corner across from it." in page.locator("clew-box [data-numbers]").inner_text()
    assert page.locator(".stage > .corner").count() == 1
    shot(page, "box-3-corner")
    page.mouse.click(*at(picture, 0.6, 0.1))
    assert page.locator(".stage > .corner").count() == 0
    assert taken(page)["box"] == near(AS_STORED)
    assert who.complaints == []


def test_keys_move_the_box_size_it_take_it_and_leave_it(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, _picture = opened(who, media["still"])
    page.locator("clew-reveal .stage").first.focus()
    page.keyboard.press("o")
    page.locator(".stage.drawing > .box:focus").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Shift+ArrowDown")
    assert page.locator(".stage > .box").get_attribute("role") == "application"
    assert who.faults() == []
    shot(page, "box-4-keys")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.matches('[data-to=clue]')")
    assert page.locator("clew-box [role=status]").inner_text() == "Taken. From the left 41%, from the top 42%, 19% wide, 21% high."
    assert who.faults() == []
    # The keys of the page go where the box was drawn, too.
    page.locator("clew-reveal .stage").first.focus()
    page.keyboard.press("f")
    page.get_by_label("Box in the picture").wait_for()
    assert page.get_by_label("Box in the picture").input_value() == "0.41,0.42,0.19,0.21"
    page, _picture = opened(who, media["still"])
    drawing(page)
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("t")
    page.get_by_label("Box in the picture").wait_for()
    assert page.get_by_label("Box in the picture").input_value() == "0.4,0.4,0.2,0.19"
    page, _picture = opened(who, media["still"])
    drawing(page)
    page.keyboard.press("Escape")
    assert page.locator(".stage > .box").count() == 0
    assert page.locator("clew-reveal .covered").first.is_visible(), "what covers everything still does"
    assert page.evaluate("document.activeElement.dataset.act") == "box"
    page.keyboard.press("Enter")
    assert "Show it first" in page.locator("clew-box [data-numbers]").inner_text()
    assert page.locator("[data-taken]").is_hidden()
    page.locator("clew-reveal .stage").first.focus()
    page.keyboard.down("Space")
    page.locator("clew-reveal .covered").first.wait_for(state="hidden")
    page.keyboard.press("o")
    page.locator("clew-reveal .covered").first.wait_for(state="visible")
    page.keyboard.up("Space")
    assert page.locator(".stage > .box").count() == 0, "what is shown while a key is held is covered when the focus goes"
    assert who.complaints == []


def test_what_is_too_large_for_an_object_is_said_at_once_and_goes_to_no_object(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["still"])
    drawing(page)
    dragged(page, picture, (0.1, 0.1, 0.6, 0.6))
    assert "at most a quarter of the picture" in page.locator("clew-box [data-numbers]").inner_text()
    assert page.locator(".stage > .box.large").count() == 1
    page.get_by_role("button", name="Take the box").click()
    assert page.get_by_role("link", name="Say a clue there").is_visible()
    assert page.get_by_role("link", name="Cut the object out").is_hidden()
    assert "box=" not in str(page.locator("a[data-way=find]").get_attribute("href"))
    page = who.go(f"/objects/?medium={media['still']}&box=0.1,0.1,0.6,0.6")
    cut_out(page)
    page.get_by_text("A crop shows an object: it is at most a quarter of the picture.").wait_for()
    page = who.go(f"/media/{media['still']}/clues/?box=0.1,<b>,0,0&at=never")
    assert page.get_by_label("Box in the picture").input_value() == ""
    assert who.complaints == []


def cut_out(page: Page) -> None:
    form = page.locator("section[aria-labelledby=cut]")
    form.get_by_label("Which object it is").fill("a red wall")
    form.get_by_label("Case").fill("NO-1")
    form.get_by_role("button", name="Cut it out").click()


COLOURS = """one => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [one.naturalWidth, one.naturalHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(one, 0, 0);
  const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
  let red = 0;
  for (let at = 0; at < data.length; at += 4) if (data[at] > 170 && data[at + 1] < 80 && data[at + 2] < 80) red += 4;
  return [canvas.width, canvas.height, red / data.length];
}"""


def test_a_picture_that_a_camera_turned_is_cut_where_it_was_drawn(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["rotated"])
    assert picture.evaluate("one => [one.naturalWidth, one.naturalHeight]") == [360, 480]
    drawing(page)
    dragged(page, picture, AS_SHOWN_ROTATED)
    shot(page, "box-5-rotated")
    page.get_by_role("button", name="Take the box").click()
    page.get_by_role("link", name="Cut the object out").click()
    page.get_by_label("Box in the picture").wait_for()
    box = tuple(float(word) for word in page.get_by_label("Box in the picture").input_value().split(","))
    assert box == near(AS_SHOWN_ROTATED)
    assert page.get_by_label("SHA-256 of the medium").input_value() == media["rotated"]
    assert who.faults() == []
    cut_out(page)
    page.get_by_text("It is cut out").wait_for()
    page.get_by_text("Show the object").first.click()
    page.get_by_label("Case").first.fill("NO-1")
    page.get_by_role("button", name="Show", exact=True).first.click()
    shown = page.locator("main img")
    shown.evaluate("one => one.decode()")
    width, height, red = shown.evaluate(COLOURS)
    assert (width / height) == pytest.approx(36 / 96, rel=0.1)
    assert red > 0.9, "what was drawn over is what was cut out"
    assert [one for one in who.complaints if "favicon" not in one] == []


def test_the_line_drawing_has_the_same_shares_as_the_picture(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["rotated"], "drawing")
    drawing(page)
    dragged(page, picture, AS_SHOWN_ROTATED)
    assert taken(page)["box"] == near(AS_SHOWN_ROTATED)
    page, lens = opened(who, media["rotated"], "lens", "canvas")
    drawing(page)
    dragged(page, lens, AS_SHOWN_ROTATED)
    shot(page, "box-6-lens")
    assert taken(page)["box"] == near(AS_SHOWN_ROTATED)
    assert who.complaints == []


def test_bars_around_the_picture_zoom_and_scrolling_change_nothing(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["still"])
    # 480 by 360 in the middle of 500 by 150: bars at both sides; and the whole of it half as large again.
    picture.evaluate("one => Object.assign(one.style, { objectFit: 'contain', inlineSize: '500px', blockSize: '150px', maxInlineSize: 'none' })")
    drawing(page)
    wide = 200 / 500
    inside = (0.3 + AS_STORED[0] * wide, AS_STORED[1], AS_STORED[2] * wide, AS_STORED[3])
    dragged(page, picture, inside)
    shot(page, "box-7-bars")
    assert page.locator(".stage > .box").bounding_box()["x"] == pytest.approx(at(picture, inside[0], 0)[0], abs=2)  # type: ignore[index]
    assert taken(page)["box"] == pytest.approx(AS_STORED, abs=0.01)
    page, picture = opened(who, media["still"])
    page.evaluate("document.body.style.zoom = '1.5'")
    # Larger than what it stands in, and scrolled.
    picture.evaluate("one => Object.assign(one.style, { maxInlineSize: 'none', maxBlockSize: 'none', inlineSize: '1200px', blockSize: '900px' })")
    drawing(page)
    page.locator("clew-reveal .stage").first.evaluate("one => { one.scrollTo(300, 40); one.scrollIntoView({ block: 'start' }); }")
    place = page.locator("clew-reveal .stage").first.bounding_box()
    assert place is not None
    share = [
        ((place["x"] + 60 - at(picture, 0, 0)[0]) / picture.bounding_box()["width"]),  # type: ignore[index]
        ((place["y"] + 60 - at(picture, 0, 0)[1]) / picture.bounding_box()["height"]),  # type: ignore[index]
    ]
    dragged(page, picture, (*share, 0.05, 0.05))
    drawn = page.locator(".stage > .box").bounding_box()
    assert (drawn["x"], drawn["y"]) == pytest.approx((place["x"] + 60, place["y"] + 60), abs=3)  # type: ignore[index]
    assert taken(page)["box"] == pytest.approx((*share, 0.05, 0.05), abs=0.003)
    assert who.complaints == []


def test_a_frame_of_a_film_has_its_second(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, film = opened(who, media["film"], "clear", "video")
    film.evaluate("one => one.readyState ? 0 : new Promise(done => { one.onloadedmetadata = done; })")
    film.evaluate("one => new Promise(done => { one.onseeked = done; one.currentTime = 2.5; })")
    drawing(page)
    assert film.evaluate("one => [one.paused, one.controls]") == [True, False]
    dragged(page, film, (0.25, 0.5, 0.25, 0.25))
    shot(page, "box-8-film")
    assert who.faults() == []
    assert taken(page) == {"box": near((0.25, 0.5, 0.25, 0.25)), "at": pytest.approx(2.5, abs=0.1)}
    page, frames = opened(who, media["film"], "frames")
    drawing(page)
    count = frames.evaluate("one => one.closest('clew-reveal').shown.times.length")
    dragged(page, frames, ((1 + 0.25) / count, 0.5, 0.25 / count, 0.25))
    shot(page, "box-9-frames")
    second = frames.evaluate("one => one.closest('clew-reveal').shown.times[1]") / 1000
    assert f"Second {second:.3f}".rstrip("0") in page.locator("clew-box [data-numbers]").inner_text()
    page.keyboard.press("PageDown")
    page.keyboard.press("PageUp")
    assert taken(page) == {"box": pytest.approx((0.25, 0.5, 0.25, 0.25), abs=0.01), "at": second}
    assert who.complaints == []


def test_from_right_to_left_the_picture_keeps_its_left(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    who.go(f"/media/{media['still']}/").get_by_role("button", name="العربية").press("Enter")
    who.page.wait_for_function("document.documentElement?.dir === 'rtl'")
    try:
        page, picture = opened(who, media["still"])
        drawing(page)
        dragged(page, picture, AS_STORED)
        drawn = page.locator(".stage > .box").bounding_box()
        assert (drawn["x"], drawn["y"]) == pytest.approx(at(picture, 0.6, 0.1), abs=2)  # type: ignore[index]
        page.keyboard.press("ArrowRight")
        shot(page, "box-10-arabic")
        assert who.faults() == []
        page.keyboard.press("Enter")
        address = str(page.locator("[data-to=clue]").get_attribute("href"))
        assert "box=0.61" in address.replace("0.609", "0.61").replace("0.611", "0.61")
        page, frames = opened(who, media["film"], "frames")
        drawing(page)
        count = frames.evaluate("one => one.closest('clew-reveal').shown.times.length")
        frames.evaluate("one => one.parentElement.scrollTo(0, 0)")
        page.keyboard.press("PageDown")
        seen = page.locator(".stage > .box").bounding_box()
        place = frames.bounding_box()
        assert seen is not None
        assert place is not None
        assert (seen["x"] - place["x"]) / place["width"] == pytest.approx((1 + 0.4) / count, abs=0.01)
    finally:
        who.page.get_by_role("button", name="English").press("Enter")
        who.page.wait_for_function("document.documentElement?.dir !== 'rtl'")
    assert who.complaints == []


def test_nothing_of_the_picture_leaves_the_page_and_no_reveal_is_asked_for_it(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["still"])
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    drawing(page)
    dragged(page, picture, AS_STORED)
    page.get_by_role("button", name="Take the box").click()
    page.wait_for_timeout(300)
    assert [one for one in asked if "/exposure" not in one] == []


def test_of_another_member_a_box_goes_to_a_clue_and_to_no_object(ada: tuple[Visitor, dict[str, str]]) -> None:
    who, media = ada
    page, picture = opened(who, media["theirs"])
    drawing(page)
    dragged(page, picture, AS_STORED)
    page.get_by_role("button", name="Take the box").click()
    assert page.get_by_role("link", name="Say a clue there").is_visible()
    assert page.get_by_role("link", name="Cut the object out").count() == 0
    assert who.complaints == []
