"""One template shows media, and one script makes them visible: all others are read for what could."""

import re
from pathlib import Path

import pytest

import clew.web
from clew.web import headers

WEB = Path(clew.web.__file__).parent
TEMPLATES, STATIC = WEB / "templates", WEB / "static"
THE_TEMPLATE = "media/medium.html"
THE_SCRIPT = "reveal.js"

SHOWING_IN_TEMPLATES = re.compile(r"<(?:img|video|audio|canvas|picture|source|object|embed|iframe|image)\b|\bsrcset=|\bposter=|background", re.IGNORECASE)
SHOWING_IN_SCRIPTS = re.compile(
    r"createObjectURL|new Image\b|createElementNS\([^)]*(?:image|foreignObject)|createElement\((?:[^\"'`]|.(?:img|video|audio|canvas|picture|source|object|embed|iframe)\b)"
    r"|innerHTML|insertAdjacentHTML|outerHTML|<(?:img|video|canvas)"
    r"|drawImage|createImageBitmap|putImageData|backgroundImage|OpenSeadragon|data:image"
)
SHOWING_IN_STYLES = re.compile(r"\burl\(|\bimage\(|image-set\(", re.IGNORECASE)
OTHER_TEMPLATES = {
    "objects/one.html": "an object that two officers let out, by a ticket that is good once",
}
"""Templates that show a picture that is no medium, each with its reason."""
OTHER_SCRIPTS = {
    "preview.js": "previews: 78 waves of grey, added up, of which nothing sharp can come",
    "compare.js": "two media side by side, by the addresses that the one script gave, and gone when it covers",
}
"""Scripts that show what is no medium, or what the one script gave, each with its reason."""


def files(folder: Path, ending: str) -> list[Path]:
    return sorted(path for path in folder.rglob(f"*{ending}") if "vendor" not in path.parts)


def named(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def test_no_other_template_can_show_anything() -> None:
    found = {named(path, TEMPLATES) for path in files(TEMPLATES, ".html") if SHOWING_IN_TEMPLATES.search(path.read_text("utf-8"))}
    assert found == {THE_TEMPLATE, *OTHER_TEMPLATES}


def test_no_other_script_can_show_anything() -> None:
    found = {named(path, STATIC) for path in files(STATIC, ".js") if SHOWING_IN_SCRIPTS.search(path.read_text("utf-8"))}
    assert found <= {THE_SCRIPT, *OTHER_SCRIPTS}
    assert THE_SCRIPT in found


def test_no_style_brings_a_picture_along() -> None:
    assert [named(path, STATIC) for path in files(STATIC, ".css") if SHOWING_IN_STYLES.search(path.read_text("utf-8"))] == []


def test_only_one_script_makes_addresses_of_media_and_asks_for_them() -> None:
    making = [path.name for path in files(STATIC, ".js") if re.search(r"ObjectURL|\.blob\(", path.read_text("utf-8"))]
    assert making == [THE_SCRIPT]


def test_a_page_may_make_pictures_only_where_the_one_template_is_drawn() -> None:
    """The template's own tag writes on the request what widens the policy: nothing else does."""
    writing = [
        named(path, WEB) for path in files(WEB, ".py") if re.search(r"SHOWS_MEDIA|shows_media|MEDIA_SECURITY_POLICY", path.read_text("utf-8"))
    ]
    assert writing == ["headers.py", "templatetags/media.py"]
    assert "blob:" not in headers.CONTENT_SECURITY_POLICY
    assert "media-src" not in headers.CONTENT_SECURITY_POLICY
    using = [path.name for path in files(WEB, ".py") if THE_TEMPLATE in path.read_text("utf-8")]
    using += [path.name for path in files(TEMPLATES, ".html") if THE_TEMPLATE in path.read_text("utf-8")]
    assert using == ["media.py"]


@pytest.mark.parametrize("word", ["<img src=x>", "<VIDEO>", "<canvas>"])
def test_the_reading_of_templates_notices(word: str) -> None:
    assert SHOWING_IN_TEMPLATES.search(word)


def test_what_is_shown_makes_no_sound_and_does_not_move_by_itself() -> None:
    template = (TEMPLATES / THE_TEMPLATE).read_text("utf-8")
    (film,) = re.findall(r"<video[^>]*>", template)
    assert "autoplay" not in template
    assert " muted" in film
    assert " hidden" in film
    assert " src=" not in template.replace("<script type=\"module\" src=", "")
