"""After a whole run, no file of the node holds a byte of a medium, a name, a path or a note."""

import hashlib
import io
import json
import os
import signal
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from clew.cli.drawing import drive, landscape, write_clip
from clew.node import postgres
from clew.node.configuration import Configuration
from clew.node.place import place_of
from tests.end_to_end.test_commands import Node, _fresh, _remove
from tests.world import canaries
from tests.world.forge import forge_of
from tests.world.vics import medium, write_cases

COMMON = "zanzacanary"
WORDS = {
    "name of a folder": "Qualmhafen-folder-zanzacanary",
    "name of a picture": "Virrebotn-picture-zanzacanary",
    "name with other letters": "Ålefjær-zanzacanary-øæå",
    "name of a clip": "Drottsholm-clip-zanzacanary",
    "name of an entry of an archive": "Montferrat-entry-zanzacanary",
    "name of an archive": "Brackwater-archive-zanzacanary",
    "text of a note": "Ostrogard-note-text-zanzacanary",
    "reference of a case": "Lindholt-case-zanzacanary",
    "reference of an exhibit": "Sundvall-exhibit-zanzacanary",
    "name of a series": "Karelstad-series-zanzacanary",
    "name of a hash list": "Helgeland-list-zanzacanary",
    "file of a hash list": "Vestervik-listfile-zanzacanary",
    "path in an export": "Nordanvind-export-zanzacanary",
    "series in an export": "Tangermark-export-series-zanzacanary",
    "maker of a camera": "Wolkenstein-maker-zanzacanary",
    "model of a camera": "Fernblick-model-zanzacanary",
    "software of a picture": "Farbenfroh-software-zanzacanary",
    "serial of a camera": "SERIAL-4711-0815-zanzacanary",
    "comment in a picture": "Abendrot-comment-zanzacanary",
    "legal basis": "Police Act 3, Fylke-zanzacanary",
    "condition in words": "Ask Vidar-zanzacanary first",
    "condition of a release": "For Uppsala-zanzacanary only",
    "case of a recipient": "SE-zanzacanary-17",
    "reference of a request": "Request-zanzacanary-44",
    "who asks": "Quillon Marbeck-zanzacanary",
    "what is asked": "Is zanzacanary-anything kept about me?",
    "question to an owner": "May zanzacanary-that be told?",
    "answer of an owner": "Of zanzacanary-course.",
    "reasons of a decision": "Nothing zanzacanary-stands against it.",
    "how somebody was told": "By zanzacanary-letter.",
    "title of another series": "Vinterhavn-zanzacanary",
    "narrative of a series": "The zanzacanary-room has one window.",
    "basis of a step": "A zanzacanary-school was named.",
    "why two series are one": "One zanzacanary-wallpaper.",
    "why a series is split": "Another zanzacanary-room.",
    "who a victim is": "Nora zanzacanary, born in 2015",
    "basis of a description": "A zanzacanary-birthday is heard.",
    "name of a place": "Sundnes-zanzacanary harbour",
    "note of a link": "The zanzacanary-jetty is seen.",
    "why a link is refused": "Another zanzacanary-jetty.",
    "name of an upload": "Hafenkante-zanzacanary",
    "words that are searched for": "zanzacanary-jetty",
    "request to another unit": "Do you know zanzacanary-wallpaper?",
    "answer of another unit": "From a zanzacanary-hotel.",
    "value of a clue": "Pension Zanzibar-zanzacanary",
    "note of a clue": "On a zanzacanary-towel.",
    "why a clue is restricted": "A zanzacanary-source.",
    "why a country is likely": "The zanzacanary-plug of Norway.",
    "why a handling changes": "A zanzacanary-operation is under way.",
    "why a case is blocked": "A zanzacanary-court asked for it.",
    "basis of an identification": "A zanzacanary-teacher knew the jacket.",
    "evidence of an identification": "A zanzacanary-photograph of the school.",
    "next step for a victim": "Meet the zanzacanary-guardian.",
    "title of a view": "zanzacanary-films, new",
    "title of a task force": "Harbour-zanzacanary rooms",
    "why there is a task force": "Rooms of one zanzacanary-quay.",
    "what an object is": "A towel with zanzacanary-letters",
    "why an officer is stopped": "Left for zanzacanary-leave.",
    "why more may be revealed": "The zanzacanary-deadline is near.",
}


def picture(seed: int) -> bytes:
    """A JPEG with words in its EXIF."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0131] = (
        WORDS["maker of a camera"], WORDS["model of a camera"], WORDS["software of a picture"],
    )  # fmt: skip
    details = exif.get_ifd(0x8769)
    details[0xA431] = WORDS["serial of a camera"]
    details[0x9286] = b"ASCII\0\0\0" + WORDS["comment in a picture"].encode()
    file = io.BytesIO()
    landscape(seed, (320, 240)).save(file, "jpeg", exif=exif)
    return file.getvalue()


@pytest.fixture(scope="module")
def seized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("elsewhere")
    folder = root / "source" / WORDS["name of a folder"]
    folder.mkdir(parents=True)
    for seed in range(30):
        (folder / f"{WORDS['name of a picture']} {seed}.jpg").write_bytes(picture(seed))
    (folder / f"{WORDS['name with other letters']}.jpg").write_bytes(picture(40))
    (folder / "note.txt").write_text(WORDS["text of a note"] * 20)
    write_clip(folder / f"{WORDS['name of a clip']}.mp4", drive(3, 4.0))
    with zipfile.ZipFile(folder / f"{WORDS['name of an archive']}.zip", "w") as archive:
        archive.writestr(f"{WORDS['name of an entry of an archive']}.jpg", picture(50))
    uploaded = root / "uploaded"
    uploaded.mkdir()
    (uploaded / f"{WORDS['name of an upload']}.txt").write_text(WORDS["text of a note"] * 20)
    landscape(60, (700, 500)).save(uploaded / f"{WORDS['name of an upload']}.bmp")
    (root / f"{WORDS['file of a hash list']}.txt").write_text("\n".join(f"{n:064x}" for n in range(1, 50)))
    records = [
        medium(n, Series=WORDS["series in an export"], MediaFiles=[{"FileName": f"{n}.jpg", "FilePath": WORDS["path in an export"]}])
        for n in range(30)
    ]
    with (root / "export.json").open("wb") as file:
        file.writelines(write_cases([({"CaseNumber": "X"}, records)]))
    return root


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, compiled: Path) -> Iterator[Node]:
    made = _fresh(tmp_path_factory.mktemp("whole") / "clew", compiled, is_forked=True)
    yield made
    _remove(made.home)


def bytes_of_media(seized: Path) -> dict[str, list[bytes]]:
    """Thirty bytes from the middle of the largest file of each kind, as they might lie somewhere."""
    media = (path for folder in ("source", "uploaded") for path in (seized / folder).rglob("*") if path.is_file())
    by_size = sorted((path.stat().st_size, path) for path in media)
    largest = {path.suffix: path.read_bytes() for _, path in by_size}
    return {f"bytes of {kind}": canaries.forms(of[len(of) // 2 :][:30]) for kind, of in largest.items()}


def sought(seized: Path) -> dict[str, list[bytes]]:
    """Every word holds the word that is sought in its place: the whole list would take an hour."""
    assert all(COMMON in word for word in WORDS.values())
    return {"a word": canaries.forms_of_word(COMMON)} | bytes_of_media(seized)


def folders(node: Node) -> list[Path]:
    return [node.home, node.home.parent, place_of(Configuration(home=node.home)).root]


def test_no_file_of_the_node_holds_what_was_planted(node: Node, seized: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Taken in (and killed meanwhile), triaged, compared, shredded; while PostgreSQL runs and after it stopped."""
    spill = node.home.parent / "tmp"
    spill.mkdir()
    monkeypatch.setenv("TMPDIR", str(spill))
    secrets = sought(seized)
    with postgres.running(Configuration(home=node.home)):  # or each of sixty commands would start and stop it
        _work(node, seized, secrets)
        _uploaded(node, "stage", WORDS["reference of a case"], *map(str, (seized / "uploaded").iterdir()))  # and never ended
    assert canaries.found(secrets, folders(node)) == set(), "after a whole run"
    node.run("case", "shred", WORDS["reference of a case"], "--as", "ada")
    assert list((node.home / "uploads").iterdir())
    certificate = node.run("case", "shred", WORDS["reference of a case"], "--as", "bo", "--confirm", "--json")
    assert WORDS["reference of a case"] in certificate
    assert canaries.found(secrets, folders(node)) == set(), "after the case was shredded"
    assert not list((node.home / "uploads").iterdir())


def _work(node: Node, seized: Path, secrets: dict[str, list[bytes]]) -> None:
    """All that is done before anything is shredded; killed once, and looked at there too."""
    case = ("--case", WORDS["reference of a case"], "--exhibit", WORDS["reference of an exhibit"])
    said = ("--legal-basis", WORDS["legal basis"], "--conditions", "H3", "--condition-text", WORDS["condition in words"])
    intake = ("intake", str(seized / "source"), "--as", "ada", *case, "--series", WORDS["name of a series"], *said)
    node.run("init")
    node.run("member", "add", "NO", "Norway")
    node.run("member", "add", "SE", "Sweden")
    node.run("officer", "add", "sven", "--member", "SE", "--unit", "NC")
    for officer in ("ada", "bo"):
        node.run("officer", "add", officer, "--member", "NO", "--unit", "VICTIM-ID")
    node.run("officer", "add", "dora", "--member", "NO", "--unit", "DPO", "--role", "data-protection-officer")
    uploaded = _uploaded(node, "stage", WORDS["reference of a case"], *map(str, sorted((seized / "uploaded").iterdir())))
    assert len(list((node.home / "uploads").rglob("00000*"))) == 2
    killed = node.start(*intake)
    while killed.poll() is None and not any(path.is_file() for path in (node.home / "vault").rglob("*")):
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert canaries.found(secrets, folders(node)) == set(), "after a kill, PostgreSQL running, an upload staged"
    _uploaded(node, "end", uploaded)  # the intake's own workers take it in along with what they do
    node.run(*intake)
    node.run("intake", str(seized / "export.json"), "--as", "ada", "--case", "EXPORTED-1", "--exhibit", "EXPORT")
    listed = seized / f"{WORDS['file of a hash list']}.txt"
    node.run("intake", str(listed), "--as", "ada", "--list", WORDS["name of a hash list"])
    answer = json.loads(node.run("triage", WORDS["reference of a case"], "--as", "ada", "--json"))
    assert len(answer["media"]) == 36
    assert f"{WORDS['name of an upload']}.bmp" in {path for one in answer["media"] for path in one["paths"]}
    assert any(WORDS["name of a picture"] in path for one in answer["media"] for path in one["paths"])
    node.run("compare", str(seized / "source"), "--as", "bo")
    node.run("triage", "no such case", "--as", "ada", code=1)
    _release(node, seized)
    _request(node)
    _series(node, seized)
    _people(node)
    _said(node, seized)


def _said(node: Node, seized: Path) -> None:
    """What else officers say in words: of media, series, victims, handlings, and to one another."""
    by, case, soon = ("--as", "ada"), WORDS["reference of a case"], str(datetime.now(UTC).date() + timedelta(days=9))
    content = (seized / "source" / WORDS["name of a folder"] / f"{WORDS['name of a picture']} 1.jpg").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    node.run("search", WORDS["words that are searched for"], *by)
    node.run("view", "keep", WORDS["title of a view"], "--kind", "video", *by)
    series = node.run("series", "open", "sealed room", *by).strip()
    node.run("series", "add", series, digest, *by)
    clue = ("--kind", "text", "--value", WORDS["value of a clue"], "--note", WORDS["note of a clue"], "--country", "NO")
    spotted = json.loads(node.run("clue", "add", digest, *clue, "--json", *by))
    assert WORDS["value of a clue"] in node.run("clue", "list", digest, *by)
    node.run("clue", "restrict", spotted["id"], "--audience", "unit", "--reason", WORDS["why a clue is restricted"], *by)
    node.run("series", "vote", series, "NO", "--reason", WORDS["why a country is likely"], *by)
    node.run("crop", "make", digest, "--box", "0.1,0.1,0.5,0.5", "--words", WORDS["what an object is"],
             "--purpose", "victim-identification", "--case", case, *by)  # fmt: skip
    asked = node.run("message", "ask", "series", series, "--to", "SE/NC", *by, given=WORDS["request to another unit"]).strip()
    node.run("message", "answer", asked, "--as", "sven", given=WORDS["answer of another unit"])
    assert WORDS["answer of another unit"] in node.run("message", "show", asked, *by)
    child = node.run("victim", "enter", "--basis", "Seen.", *by).strip()
    step = ("--step", "locate", "--basis", WORDS["basis of an identification"], "--evidence", WORDS["evidence of an identification"])
    node.run("identification", "propose", child, *step, "--next", WORDS["next step for a victim"], "--next-on", soon, *by)
    node.run("officer", "add", "cora", "--member", "NO", "--unit", "DESK", "--role", "coordinator")
    force = ("taskforce", "open", WORDS["title of a task force"], "--until", soon, "--member", "SE", "--as", "cora")
    node.run(*force, given=WORDS["why there is a task force"])
    node.run("officer", "add", "nina", "--member", "NO", "--unit", "ADMIN", "--role", "national-administrator")
    node.run("budget", "give", "--hourly", "90", "--daily", "900", "--reason", WORDS["why more may be revealed"], "--as", "nina")
    node.run("officer", "suspend", "cora", "--reason", WORDS["why an officer is stopped"])
    node.run("retention", "block", "case", "EXPORTED-1", "--reason", WORDS["why a case is blocked"], *by)
    node.run("handling", "set", "case", case, "--exclude", "SE", "--reason", WORDS["why a handling changes"], *by)
    assert WORDS["why a handling changes"] in node.run("handling", "show", "case", case, *by)


def _uploaded(node: Node, *words: str) -> str:
    """A step of an upload through the pages."""
    process = forge_of(node.environment).start("tests.world.uploader", *words)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    return out.splitlines()[-1]


def _series(node: Node, seized: Path) -> None:
    """A series is told, taken up, merged, split and proposed to."""
    name, by = WORDS["name of a series"], ("--as", "ada")
    node.run("series", "narrate", name, WORDS["narrative of a series"], *by)
    node.run("series", "mark", name, "--state", "under-enquiry", "--basis", WORDS["basis of a step"], *by)
    other = node.run("series", "open", WORDS["title of another series"], *by).strip()
    node.run("series", "merge", name, other, "--reason", WORDS["why two series are one"], *by)
    content = (seized / "source" / WORDS["name of a folder"] / f"{WORDS['name of a picture']} 0.jpg").read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    node.run("series", "split", name, digest, "--title", "blue room", "--reason", WORDS["why a series is split"], *by)
    node.run("series", "propose", "--case", WORDS["reference of a case"], *by)
    shown = node.run("series", "show", name, "--json", *by)
    kept = ("narrative of a series", "basis of a step", "why two series are one", "why a series is split")
    assert [each for each in kept if WORDS[each] not in shown] == []


def _people(node: Node) -> None:
    """Who a victim is goes nowhere; what is said of it and of its links shows where it should."""
    by = ("--as", "ada")
    child = node.run("victim", "enter", "--basis", WORDS["basis of a description"], *by).strip()
    room = node.run("place", "enter", "--kind", "room", "--name", WORDS["name of a place"], *by).strip()
    node.run("victim", "entrust", child, *by, given=WORDS["who a victim is"])
    link = node.run("link", "add", child, "was-at", room, "--basis", "seen", "--note", WORDS["note of a link"], *by).strip()
    shown = node.run("victim", "show", child, "--json", *by) + node.run("place", "show", room, *by)
    assert [each for each in ("basis of a description", "note of a link", "name of a place") if WORDS[each] not in shown] == []
    assert WORDS["who a victim is"] not in shown
    node.run("link", "refuse", link, "--reason", WORDS["why a link is refused"], *by)
    told = node.run("victim", "reveal", child, "--purpose", "victim-identification", "--case", "NO-1", *by)
    assert WORDS["who a victim is"] in told


def _release(node: Node, seized: Path) -> None:
    """An original goes to another member by its command, and comes out as it went in."""
    content = (seized / "source" / WORDS["name of a folder"] / f"{WORDS['name of a picture']} 0.jpg").read_bytes()
    given = node.run(
        "release", "give", hashlib.sha256(content).hexdigest(), "--to", "SE", "--as", "ada",
        "--purpose", "investigation", "--case", "NO-1",
        "--conditions", WORDS["condition of a release"],
    ).strip()  # fmt: skip
    assert WORDS["condition of a release"] in node.run("release", "list", "--as", "sven")
    fetch = ("release", "fetch", given, "--as", "sven", "--purpose", "victim-identification")
    node.run(*fetch, "--into", str(seized / "fetched.jpg"), "--case", WORDS["case of a recipient"])
    assert (seized / "fetched.jpg").read_bytes() == content
    node.run("release", "withdraw", given, "--as", "ada")
    node.run(*fetch, "--into", str(seized / "again.jpg"), "--case", "SE-1", code=1)
    assert not (seized / "again.jpg").exists()


def _request(node: Node) -> None:
    """Somebody asks what is kept, the owner is heard, it is decided and told, and the year is reported."""
    node.run("officer", "add", "stina", "--member", "SE", "--unit", "DPO", "--role", "data-protection-officer")
    reference, dora = WORDS["reference of a request"], ("--as", "dora")
    asks = f"{WORDS['who asks']}\n{WORDS['what is asked']}"
    node.run("request", "add", reference, "--kind", "access", *dora, given=asks)
    node.run("request", "admit", reference, *dora)
    asked = node.run("request", "consult", reference, "--owner", "SE", *dora, given=WORDS["question to an owner"]).strip()
    node.run("request", "answer", asked, "--view", "agrees", "--as", "stina", given=WORDS["answer of an owner"])
    node.run("request", "decide", reference, "--outcome", "granted", *dora, given=WORDS["reasons of a decision"])
    node.run("request", "close", reference, *dora, given=WORDS["how somebody was told"])
    shown = node.run("request", "show", reference, *dora)
    assert WORDS["who asks"] in shown
    assert WORDS["answer of an owner"] in shown
    assert COMMON not in node.run("report", "annual", *dora)


def test_the_search_finds_what_is_there(tmp_path: Path, seized: Path) -> None:
    """The proof that the test above can fail: each secret, in each form, in a file or in its name."""
    secrets = sought(seized)
    for number, (name, several) in enumerate(secrets.items()):
        for at, form in enumerate(several):
            file = tmp_path / f"{number}-{at}"
            file.write_bytes(b"\x00" * at + form + b"\xff")
            assert {hit for hit, _ in canaries.found({name: several}, [tmp_path])} == {name}
            file.unlink()
    (tmp_path / f"log of {COMMON}").touch()
    assert canaries.found(secrets, [tmp_path])
