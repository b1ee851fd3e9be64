"""A small set of files comes through the pages, stops, goes on, and is an intake like any other; then it is gone."""

import json
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client

from clew.actions import shredding, uploading
from clew.cli.drawing import landscape
from clew.domain import upload as rules
from clew.domain.errors import Invalid
from clew.domain.handling import Actor
from clew.domain.triage import Counts
from clew.domain.upload import PIECE_BYTES_MAX as PIECE
from clew.media.uploads import Uploads
from clew.records import cases
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.office import Office
from tests.world.world import World

JSON = {"content_type": "application/json", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def place(office: Office, monkeypatch: pytest.MonkeyPatch) -> Uploads:
    """Where uploads of this test lie."""
    assert office.workplace.uploads is not None
    made = office.workplace.uploads
    monkeypatch.setattr(settings, "CLEW_UPLOADS", made)
    monkeypatch.setattr(settings, "CLEW_HOST", office.workplace.host)
    monkeypatch.setattr("clew.jobs.tasks.adder", lambda actor, _host, _intake, keeps_bytes: office.adder(actor))  # noqa: ARG005
    return made


def pictures(tmp_path: Path) -> dict[str, bytes]:
    """Drawn landscapes, one larger than a piece and one in an archive, and a file with nothing in it, by their paths."""
    found = {}
    for seed, kind in enumerate(("bmp", "jpg", "jpg")):
        landscape(seed, (600, 400) if kind == "bmp" else (320, 240)).save(tmp_path / f"{seed}.{kind}")
        found[f"DCIM/Åland {seed}.{kind}"] = (tmp_path / f"{seed}.{kind}").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("within.jpg", found.pop("DCIM/Åland 2.jpg"))
    return {**found, "card.zip": (tmp_path / "a.zip").read_bytes(), "empty.txt": b""}


def begin(client: Client, files: dict[str, bytes], case: str = "NO-1") -> str:
    said = {"case": case, "exhibit": "PHONE-1", "files": [[path, len(content)] for path, content in files.items()]}
    return str(client.post("/uploads/begin/", json.dumps(said), **JSON).json()["upload"])


def send(client: Client, address: str, number: int, offset: int, piece: bytes) -> int:
    answer = client.patch(
        f"{address}{number}/", piece, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)}
    )
    return answer.status_code


def test_what_stopped_goes_on_and_is_taken_in_like_any_intake(
    world: World, office: Office, place: Uploads, ada: Actor, tmp_path: Path
) -> None:
    client, files = signed_in("ada"), pictures(tmp_path)
    address = begin(client, files)
    first = next(iter(files.values()))
    assert len(first) > PIECE
    assert send(client, address, 0, 0, first[:PIECE]) == 204
    assert client.head(f"{address}0/").headers["Upload-Offset"] == str(PIECE)
    assert send(client, address, 0, 0, first[:PIECE]) == 409
    assert client.post(f"{address}end/", **JSON).status_code == 409
    assert [one["come"] for one in client.get(address).json()["files"]] == [PIECE, 0, 0, 0]
    for number, content in enumerate(files.values()):
        come = int(client.head(f"{address}{number}/").headers["Upload-Offset"])
        for offset in range(come, len(content), PIECE):
            assert send(client, address, number, offset, content[offset : offset + PIECE]) == 204
    assert client.post(f"{address}end/", **JSON).json() == {"exhibit": "/cases/NO-1/exhibits/PHONE-1/"}
    assert send(client, address, 0, len(first), b"x") == 400
    office.work()
    assert office.counts(ada, "NO-1") == Counts(new=3, undecodable=2)
    paths = {path for one in office.triage(ada, "NO-1").values() for path in one.paths}
    assert paths == {*files, "card.zip/within.jpg"}
    assert uploading.look_after(place, office.workplace.host) == 1
    assert not list(place.folder.iterdir())
    with acting_as(ada) as session:
        assert uploading.own(session) == ()


def test_another_officer_sees_no_upload_and_cancelled_bytes_go_at_once(world: World, place: Uploads, ada: Actor) -> None:
    world.officer("bo")
    client, bo = signed_in("ada"), signed_in("bo")
    address = begin(client, {"a.jpg": b"abc"})
    send(client, address, 0, 0, b"abc")
    absent = f"/uploads/{uuid4()}/"
    for ask in (
        bo.get, lambda at: bo.head(f"{at}0/"), lambda at: bo.post(f"{at}end/"), lambda at: bo.post(f"{at}cancel/"),
        lambda at: bo.patch(f"{at}0/", b"x", content_type="application/octet-stream", headers={"Upload-Offset": "0"}),
    ):  # fmt: skip
        hidden, none = ask(address), ask(absent)
        assert (hidden.status_code, hidden.content) == (none.status_code, none.content) == (404, none.content)
    assert client.head(f"{address}7/").status_code == 404
    assert "PHONE-1" not in bo.get("/uploads/").content.decode()
    assert "PHONE-1" in client.get("/uploads/").content.decode()
    client.post(f"{address}cancel/")
    assert not list(place.folder.iterdir())
    assert client.get(address).status_code == 404


def test_what_nobody_ended_within_a_day_goes(world: World, place: Uploads, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in("ada")
    begin(client, {"a.jpg": b"abc"})
    uploading.look_after(place, settings.CLEW_HOST)
    assert len(list(place.folder.iterdir())) == 1
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update uploads set ends_at = now() - interval '1 minute'")
    monkeypatch.setattr("clew.media.uploads.ORPHAN_SECONDS", -1.0)
    assert uploading.look_after(place, settings.CLEW_HOST) == 1
    assert not list(place.folder.iterdir())


def test_a_case_that_is_shredded_takes_what_is_on_its_way_along(
    world: World, office: Office, place: Uploads, ada: Actor, tmp_path: Path
) -> None:
    landscape(1, (320, 240)).save(tmp_path / "a.jpg")
    bo, ada_s = world.officer("bo"), signed_in("ada")
    early = begin(ada_s, {"a.jpg": b"abc"})
    office.intake(ada, tmp_path / "a.jpg", "NO-1")
    late, elsewhere = begin(ada_s, {"a.jpg": b"abc"}), begin(ada_s, {"a.jpg": b"abc"}, case="NO-2")
    assert [send(ada_s, address, 0, 0, b"abc") for address in (early, late, elsewhere)] == [204] * 3
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    shredding.confirm(office.workplace, bo, "NO-1", backup_days=30, seed=bytes(range(32)))
    assert [ada_s.get(address).status_code for address in (early, late, elsewhere)] == [404, 404, 200]
    assert [one.name for one in place.folder.iterdir()] == [elsewhere.split("/")[2].replace("-", "")]


def test_what_nothing_opens_any_more_goes(world: World, place: Uploads, ada: Actor, office: Office, tmp_path: Path) -> None:
    landscape(1, (320, 240)).save(tmp_path / "a.jpg")
    office.intake(ada, tmp_path / "a.jpg", "NO-1")
    begin(signed_in("ada"), {"a.jpg": b"abc"})
    with acting_as(ada) as session:
        settings.CLEW_KEYRING.destroy("NO", str(cases.find_own(session, "NO-1")))
    assert uploading.look_after(place, settings.CLEW_HOST) == 1
    assert not list(place.folder.iterdir())


WRONG = {
    "no file": [], "twice": [["a", 1], ["a", 1]], "above": [["../a", 1]], "rooted": [["/a", 1]], "dots": [["a/./b", 1]],
    "too large": [["a", rules.FILE_BYTES_MAX + 1]], "below nothing": [["a", -1]], "no number": [["a", "1"]], "true": [["a", True]],
    "too many": [[str(n), 1] for n in range(rules.FILES_MAX + 1)], "all too large": [[str(n), rules.FILE_BYTES_MAX] for n in range(9)],
    "nul": [["a\0b", 1]], "half a sign": [["\ud800", 1]], "long": [["a" * 1001, 1]], "flat": ["a"],
}  # fmt: skip


@pytest.mark.usefixtures("ada")
def test_what_cannot_be_is_refused_with_a_sentence_before_anything_lies_anywhere(place: Uploads) -> None:
    client = signed_in("ada")
    for wrong, files in WRONG.items():
        answer = client.post("/uploads/begin/", json.dumps({"case": "NO-1", "exhibit": "P", "files": files}), **JSON)
        assert (answer.status_code, bool(answer.json()["refused"])) == (400, True), wrong
    assert not place.folder.exists()
    for _ in range(rules.OPEN_PER_OFFICER_MAX):
        begin(client, {"a.jpg": b"abc"})
    said = {"case": "NO-1", "exhibit": "P", "files": [["a", 1]]}
    assert "uploads open" in client.post("/uploads/begin/", json.dumps(said), **JSON).json()["refused"]


@pytest.mark.parametrize(("offset", "size"), [(0, 0), (0, 9), (0, PIECE + 1), (1, PIECE), (PIECE, 11), (PIECE, 9), (-PIECE, PIECE), (2 * PIECE, 0)])
def test_a_piece_is_as_long_as_one_may_be_or_the_rest_of_its_file(offset: int, size: int) -> None:
    file = rules.Promised(path="a", size_bytes=PIECE + 10)
    rules.check_piece(file, 0, PIECE)
    rules.check_piece(file, PIECE, 10)
    with pytest.raises(Invalid):
        rules.check_piece(file, offset, size)
