"""The commands that the README and the how-tos give do what is said, in their order, on a fresh node."""

import hashlib
import re
import shlex
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from clew.cli.drawing import drive, landscape, write_clip
from tests.end_to_end.test_commands import SECONDS_MAX, Node, _fresh, _remove, held_up

ROOT = Path(__file__).parents[2]
UNTIL_STOPPED = {"serve", "work"}
STARTING_SECONDS = 5.0
PASSWORD = "a long enough password\n"


def _commands(page: str, section: str = "") -> Iterator[list[str]]:
    """The words behind `clew` of each line of code, of one section if asked."""
    text = (ROOT / page).read_text("utf-8")
    if section:
        text = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^    clew (.+)$", text, re.MULTILINE)
    assert found, f"{page} holds no commands"
    return (shlex.split(line, comments=True) for line in found)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Node]:
    made = _fresh(tmp_path_factory.mktemp("documents") / "clew", compiled, is_forked=True)
    with held_up(made):
        yield made
    _remove(made.home)


def test_every_command_that_is_given_works(node: Node, tmp_path: Path) -> None:
    phone = tmp_path / "phone"
    phone.mkdir()
    exif = Image.Exif()
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Canon", "Canon EOS 80D"
    landscape(3).save(phone / "1.jpg", exif=exif)
    copies = tmp_path / "copies"
    copies.mkdir()
    landscape(3).resize((320, 240)).save(copies / "1.jpg")
    write_clip(phone / "2.mp4", drive(3, 2.0))
    medium, other = (hashlib.sha256((folder / "1.jpg").read_bytes()).hexdigest() for folder in (phone, copies))
    places = {
        "/evidence/phone": str(phone), "SOURCE": str(phone), "folder/": str(phone), "picture.jpg": str(phone / "1.jpg"),
        "MEDIUM": medium, "OTHER": other,
    }  # fmt: skip
    for words in _commands("README.md", "A node of your own"):
        _run(node, [places.get(word, word) for word in words])
    for words in _commands("docs/how-to/admit-officers.md"):
        _run(node, words)
    for words in _commands("docs/how-to/run-a-node.md"):
        _run(node, [places.get(word, word) for word in words])
    node.run("intake", str(phone), "--as", "ada", "--case", "NO-1", "--exhibit", "P-1", "--series", "green-room")
    node.run("member", "add", "SE", "Sweden")
    node.run("officer", "add", "sven", "--member", "SE", "--unit", "NC")
    node.run("intake", str(copies), "--as", "sven", "--case", "SE-1", "--exhibit", "P-1")
    for words in _commands("docs/how-to/take-in-a-device.md"):
        said = _run(node, [places.get(word, word) for word in words])
        if words[0] == "search":
            places["TOKEN"] = re.findall(r"search-media (\S+)", said)[0]
        if words[:2] == ["match", "not-the-same"]:
            places["VERDICT"] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", said)[0]
    for words in _commands("docs/how-to/watch-the-audit.md"):
        _run(node, words)


def _run(node: Node, words: list[str]) -> str:
    """What the command says; one that runs until it is stopped is stopped, and says nothing."""
    if words[0] not in UNTIL_STOPPED:
        return node.run(*words, given=PASSWORD)
    process = node.start(*words)
    time.sleep(STARTING_SECONDS)
    assert process.poll() is None, f"{words} ended by itself"
    process.terminate()  # a service is told so, and ends with whatever it started: that holds what is read here
    _, err = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == 0, f"{words}: {err}"
    return ""
