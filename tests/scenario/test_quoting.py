"""Metadata as they lie in a file: kept of what is not kept itself, for whoever may see the original, on record."""

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from clew.actions import opening, quoting
from clew.cli.drawing import landscape
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import EVERY_USE, Actor, Audience, Use
from clew.media.reading import BlockKind
from clew.records import metadata
from clew.records.session import acting_as
from tests.scenario.test_medium_page import page, taken_in
from tests.scenario.test_viewing import describe
from tests.world.clients import signed_in
from tests.world.office import Office
from tests.world.world import handling

NOTE = b"Fjellheim-note " * 400
STATED = {"purpose": "investigation", "case": "NO-1"}


def photograph(folder: Path) -> Path:
    """A drawn landscape with a long maker's note."""
    folder.mkdir()
    made = Image.Exif()
    made[0x010F] = "Norvik"
    made.get_ifd(0x8769)[0x927C] = NOTE
    landscape(1, (320, 240)).save(folder / "1.jpg", exif=made)
    return folder


def digest_of(actor: Actor, medium: object) -> str:
    with acting_as(actor) as session, session.cursor() as cursor:
        cursor.execute("select name from media where id = %s", [medium])
        return bytes(cursor.fetchone()[0]).hex()


def test_of_a_file_that_is_not_kept_its_metadata_are(office: Office, ada: Actor, tmp_path: Path) -> None:
    medium = taken_in(office, ada, photograph(tmp_path / "a"), "NO-1", keeps_bytes=False)
    digest = digest_of(ada, medium)
    (one,) = quoting.quote(ada, digest, **STATED).blocks
    assert (one.kind, NOTE in one.content, one.left_out_bytes) == (BlockKind.EXIF, True, 0)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select purpose, subject from acts where act = 'medium.quote'")
        assert cursor.fetchall() == [("investigation", str(medium))]
        cursor.execute("select metadata from media where id = %s", [medium])
        assert b"Fjellheim" not in bytes(cursor.fetchone()[0])


def test_whoever_sees_only_facts_is_told_what_somebody_is_told_of_nothing(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Places are exact in there, as in the original."""
    digest = digest_of(ada, taken_in(office, ada, photograph(tmp_path / "a"), "NO-1", cover=handling(ada)))
    with acting_as(sven) as session:
        assert opening.actor_of("sven") == session.actor
    for asked in (digest, "ab" * 32):
        with pytest.raises(NotVisible) as told:
            quoting.quote(sven, asked, **STATED)
        assert str(told.value) == "There is no such record to link."


def test_another_member_that_may_see_the_original_gets_them_on_the_owners_record(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    shared = handling(ada, Audience.ALL, uses=EVERY_USE)
    medium = taken_in(office, ada, photograph(tmp_path / "a"), "NO-1", cover=shared)
    describe(ada, shared, medium)
    assert NOTE in quoting.quote(sven, digest_of(ada, medium), **STATED).blocks[0].content


def test_no_purpose_no_metadata_and_no_other_use_either(office: Office, ada: Actor, tmp_path: Path) -> None:
    medium = taken_in(office, ada, photograph(tmp_path / "a"), "NO-1")
    digest = digest_of(ada, medium)
    with pytest.raises(Invalid):
        quoting.quote(ada, digest, purpose="", case="NO-1")
    for use in (Use.FACTS, Use.PREVIEW):
        with acting_as(ada, use) as session, pytest.raises(ValueError, match="originals"):
            metadata.of(session, medium)


def test_a_page_gives_them_as_a_zip_once_purpose_and_case_are_stated(office: Office, ada: Actor, tmp_path: Path) -> None:
    medium = taken_in(office, ada, photograph(tmp_path / "a"), "NO-1")
    digest = digest_of(ada, medium)
    assert "The metadata as they lie in the file" in page("ada", medium)
    client, back = signed_in("ada"), {"back": f"/media/{medium}/"}
    refused = client.post(f"/media/{digest}/metadata/", back)
    assert (refused.status_code, refused["Location"]) == (302, f"/media/{medium}/")
    client.post("/looks/state/", {**STATED, **back})
    answer = client.post(f"/media/{digest}/metadata/", back)
    assert answer["Content-Disposition"] == f'attachment; filename="metadata-{digest[:12]}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == ["exif.tif"]
        assert NOTE in archive.read("exif.tif")
    assert client.post(f"/media/{'ab' * 32}/metadata/", back).status_code == 404


def test_a_medium_without_any_has_none_and_the_page_offers_none(office: Office, ada: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    medium = taken_in(office, ada, folder, "NO-1")
    assert quoting.quote(ada, digest_of(ada, medium), **STATED).blocks == ()
    assert "The metadata as they lie in the file" not in page("ada", medium)
