"""The page of an exercise keeps its word: it is an academy's alone, gives its files, and says what came of it and why."""

import io
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from clew.actions import admitting
from clew.domain.exercise import SEIZED_BYTES_MAX, SEIZED_FILES_MAX, Cast, Part, Result
from clew.domain.sign_in import FRESH_MAX
from clew.records import exercises
from clew.records.session import acting_as
from tests.world.clients import shown_ago, signed_in
from tests.world.world import World, superuser

BRIEFING = "You are ada.\nA telephone was seized."
PARTS = {Part.TRIAGE: 30, Part.LINKS: 0, Part.DECONFLICTION: 20, Part.IDENTIFICATION: 20}


def test_the_exercise_is_a_page_of_an_academy_alone_and_says_what_came_of_it_and_why(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.officer("ada")
    ada = signed_in("ada")
    assert b"is an exercise" not in ada.get("/").content
    assert ada.get("/exercise/").status_code == 404
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    assert ada.get("/academy/").status_code == 404
    begun = uuid4()
    _begin(begun)
    for address in ("/", "/series/", "/exercise/", "/nowhere/"):
        assert b"This is an exercise." in ada.get(address).content
    page = ada.get("/exercise/").content.decode()
    assert "A telephone was seized." in page
    assert "Hand it in" in page
    _end(begun)
    page = ada.get("/exercise/").content.decode()
    assert "□ Not passed · 70 of 100 points" in page
    assert "The series was linked with a place where none of its media were taken." in page
    assert "Hand it in" not in page
    assert "This exercise is handed in" in ada.post("/exercise/day/", follow=True).content.decode()


FILES = {"IMG_1.jpg": b"a quay", "IMG_2.jpg": b"", "notes.txt": b"drawn"}
ZIP = "/exercise/seizure/"


def test_the_files_of_an_exercise_are_given_to_its_officer_alone_and_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    begun = {name: uuid4() for name in ("ada", "bo")}
    for name, exercise in begun.items():
        world.officer(name)
        _seize(tmp_path, exercise, {f"{name}.txt": b"other"} if name == "bo" else FILES)
    world.officer("dag")
    (tmp_path / "secret.txt").write_text("not of it")
    monkeypatch.setattr(settings, "CLEW_EXERCISES", tmp_path)
    ada = signed_in("ada")
    _begin(begun["ada"])
    assert [ada.post(ZIP).status_code, ada.get("/api/exercise/seizure").status_code] == [404, 404]
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    _begin(begun["bo"], "bo")
    assert ada.get(ZIP).status_code == 405
    given = ada.post(ZIP)
    content = given.content
    assert (given["Content-Type"], given["Cache-Control"]) == ("application/zip", "no-store")
    assert given["Content-Length"] == str(len(content))
    case = Cast.of(begun["ada"], "ada").case
    assert given["Content-Disposition"] == f'attachment; filename="{case}.zip"'
    assert given["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    assert _unpacked(content) == FILES
    assert ada.get("/api/exercise/seizure").content == content
    assert _unpacked(signed_in("bo").post(ZIP).content) == {"bo.txt": b"other"}
    dag = signed_in("dag")
    assert [dag.post(ZIP).status_code, dag.get("/api/exercise/seizure").status_code] == [404, 404]
    acts = superuser(world.facts).execute("select subject, officer from acts where act = 'exercise.take_seizure'").fetchall()
    assert sorted(acts) == sorted([(str(begun["ada"]), "ada")] * 2 + [(str(begun["bo"]), "bo")])
    shown_ago(ada, "ada", FRESH_MAX.total_seconds() + 60)
    assert ada.post(ZIP)["Location"].startswith("/account/again/")
    shown_ago(ada, "ada", 0)
    _end(begun["ada"])
    assert ZIP not in ada.get("/exercise/").content.decode()
    assert "This exercise is handed in" in ada.post(ZIP, follow=True).content.decode()
    assert ada.get("/api/exercise/seizure").status_code == 409


def test_what_is_not_the_drawn_files_and_nothing_else_is_not_given(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    world.officer("ada")
    begun = uuid4()
    monkeypatch.setattr(settings, "CLEW_IS_ACADEMY", True)
    monkeypatch.setattr(settings, "CLEW_EXERCISES", tmp_path)
    _begin(begun)
    ada = signed_in("ada")

    def is_refused() -> bool:
        return "are not on this machine, or cannot be read" in ada.post(ZIP, follow=True).content.decode()

    assert is_refused()
    seized = _seize(tmp_path, begun, {})
    assert is_refused()
    (tmp_path / "key").write_text("not drawn")
    (seized / "IMG_1.jpg").symlink_to(tmp_path / "key")
    assert is_refused()
    (seized / "IMG_1.jpg").unlink()
    for number in range(SEIZED_FILES_MAX + 1):
        (seized / f"{number}.txt").touch()
    assert is_refused()
    (seized / "0.txt").unlink()
    assert len(_unpacked(ada.post(ZIP).content)) == SEIZED_FILES_MAX
    with (seized / "1.txt").open("wb") as large:
        large.truncate(SEIZED_BYTES_MAX + 1)
    assert is_refused()
    monkeypatch.setattr(settings, "CLEW_EXERCISES", None)
    assert is_refused()


def _seize(folder: Path, exercise: UUID, files: dict[str, bytes]) -> Path:
    seized = folder / Cast.of(exercise, "").code / "seizure"
    seized.mkdir(parents=True)
    for name, content in files.items():
        (seized / name).write_bytes(content)
    return seized


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _begin(begun: object, officer: str = "ada") -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        exercises.begin(session, begun, officer, BRIEFING)


def _end(begun: object) -> None:
    result = Result(points=70, has_passed=False, parts=PARTS, remarks=("gathered.wrong", "placed.wrong"))
    with acting_as(admitting.operator_at("NO")) as session:
        exercises.end(session, begun, result)
