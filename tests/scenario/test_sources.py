"""What else can be taken in than a folder: archives, case exports, hash lists, hostile files."""

import hashlib
import io
import os
import shutil
import tarfile
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from clew.actions import listing, unpacking, walking
from clew.actions.reading import Readers
from clew.cli.drawing import drive, landscape, room, write_clip
from clew.domain.errors import Invalid, SourceUnreadable, Unavailable
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.domain.medium import Verdict
from clew.domain.triage import Answer, Counts, ReasonKind
from clew.media import limits, walk
from clew.media.digests import content_of
from clew.media.nursery import Nursery
from clew.media.sandbox import Sandbox
from clew.records import sealed
from clew.records.intakes import PATH
from clew.records.series import NAME
from clew.records.session import acting_as
from tests.world.disk import small_disk
from tests.world.kept import connected
from tests.world.killing import Beset
from tests.world.office import Office, unit_only
from tests.world.pictures import MEDIA, needs_media, waves
from tests.world.vics import write_cases
from tests.world.world import World

VICS_FOLDER = "VIC_Files"


def jpeg(picture: Image.Image, quality: int = 90) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


@pytest.mark.parametrize("held_bytes_max", [limits.SEALED_CONTENT_BYTES_MAX, 100], ids=["held in memory", "spilled"])
def test_a_zip_gives_what_a_folder_gives(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held_bytes_max: int
) -> None:
    """Doubled and climbing names lose no entry and write nothing anywhere, however large an entry is."""
    monkeypatch.setattr(unpacking, "content_of", partial(content_of, sealed_bytes_max=held_bytes_max))
    (tmp_path / "norway").mkdir()
    (tmp_path / "norway" / "3.jpg").write_bytes(jpeg(room(3)))
    office.intake(ada, tmp_path / "norway", "NO-1")
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("deep.jpg", jpeg(landscape(5)))
    with zipfile.ZipFile(tmp_path / "phone.zip", "w") as archive:
        archive.writestr("DCIM/copy.jpg", jpeg(room(3).resize((320, 240))))
        archive.writestr("../../outside.jpg", jpeg(landscape(4)))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("DCIM/copy.jpg", jpeg(landscape(6)))
        archive.writestr("inner.zip", inner.getvalue())
        archive.writestr("note.txt", "text")
    before = set(tmp_path.parent.rglob("*.jpg"))
    office.intake(sven, tmp_path / "phone.zip", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=1, new=3, undecodable=2)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select case_id, path from occurrences where owner_member = 'SE'")
        assert sorted(sealed.of_case("SE", case).unseal(path, PATH).decode() for case, path in cursor) == [
            "../../outside.jpg", "DCIM/copy.jpg", "DCIM/copy.jpg", "inner.zip", "inner.zip/deep.jpg", "note.txt",
        ]  # fmt: skip
    assert set(tmp_path.parent.rglob("*.jpg")) == before


@pytest.mark.parametrize("form", ["w", "w:gz", "w:xz"])
def test_a_tar_gives_its_files_and_makes_no_link(office: Office, ada: Actor, tmp_path: Path, form: str) -> None:
    with tarfile.open(tmp_path / "dump.tar", form) as archive:
        for seed in range(3):
            content = jpeg(landscape(seed))
            entry = tarfile.TarInfo(f"pictures/{seed}.jpg")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("pictures/link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    office.intake(ada, tmp_path / "dump.tar", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=3, undecodable=1)


def test_an_archive_within_a_folder_is_opened_too(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    with zipfile.ZipFile(tmp_path / "seized" / "backup.dat", "w") as archive:
        archive.writestr("1.jpg", jpeg(landscape(1)))
    office.intake(ada, tmp_path / "seized", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=1, undecodable=1)
    assert "backup.dat/1.jpg" in office.triage(ada, "NO-1")


def test_taking_in_again_adds_only_what_is_new(office: Office, world: World, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    for seed in range(3):
        (tmp_path / "seized" / f"{seed}.jpg").write_bytes(jpeg(landscape(seed)))
    first = office.intake(ada, tmp_path / "seized", "NO-1")
    again = office.intake(ada, tmp_path / "seized", "NO-1")
    assert first == again
    (tmp_path / "seized" / "later.jpg").write_bytes(jpeg(landscape(9)))
    office.intake(ada, tmp_path / "seized", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=4)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from occurrences")
        assert cursor.fetchone() == (4,)


def test_fingerprints_only_leaves_the_vault_empty_and_still_looks_closer(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    (tmp_path / "seized").mkdir()
    write_clip(tmp_path / "seized" / "clip.mp4", drive(7, 8.0))
    (tmp_path / "seized" / "1.jpg").write_bytes(jpeg(landscape(1)))
    office.intake(ada, tmp_path / "seized", "NO-1", keeps_bytes=False)
    assert not list((tmp_path / "vault").rglob("*")) or not any(
        path.is_file() for path in (tmp_path / "vault" / "blobs").rglob("*")
    )
    (tmp_path / "copy").mkdir()
    write_clip(tmp_path / "copy" / "cut.mp4", drive(7, 5.0, start=2.0), bit_rate=400_000)
    office.intake(sven, tmp_path / "copy", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=1)


def test_a_case_export_with_some_files_beside_it(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    """Records with files are read, the others count by their digests; a series counts as identified if all of it is."""
    folder = tmp_path / "export" / VICS_FOLDER
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(jpeg(room(1)))
    gone = jpeg(landscape(2))
    records = [
        _record(1, (folder / "1.jpg").read_bytes(), Series="green", VictimIdentified=True),
        _record(2, gone, Series="blue", VictimIdentified="False"),
        _record(3, jpeg(landscape(3))),
    ]
    with (tmp_path / "export" / "case.json").open("wb") as file:
        file.writelines(write_cases([({"CaseNumber": "NO-1"}, records)]))
    office.intake(ada, tmp_path / "export" / "case.json", "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select name, state from series")
        names = sealed.of_member("NO")
        found = sorted((sealed.words(names, NAME, name), state) for name, state in cursor)
        assert found == [("blue", "open"), ("green", "identified")]
        cursor.execute("select count(*), count(medium_id) from media left join medium_keys on medium_id = id")
        assert cursor.fetchone() == (3, 1)
    (tmp_path / "seized").mkdir()
    (tmp_path / "seized" / "near.jpg").write_bytes(jpeg(room(1).resize((320, 240))))
    (tmp_path / "seized" / "same.jpg").write_bytes(gone)
    office.intake(sven, tmp_path / "seized", "SE-1")
    found = office.triage(sven, "SE-1")
    assert {path: (one.answer, one.reasons[0].kind, one.reasons[0].series) for path, one in found.items()} == {
        "near.jpg": (Answer.SOLVED_ELSEWHERE, ReasonKind.PDQ, "green"),
        "same.jpg": (Answer.PARALLEL_ENQUIRY, ReasonKind.DIGEST, "blue"),
    }


def test_an_export_taken_in_twice_doubles_nothing(office: Office, ada: Actor, tmp_path: Path) -> None:
    records = [_record(number, str(number).encode()) for number in range(20)]
    records.append(_record(21, b"3"))  # several records for one file
    with (tmp_path / "case.json").open("wb") as file:
        file.writelines(write_cases([({"CaseNumber": "NO-1"}, records)]))
    for _ in range(2):
        office.intake(ada, tmp_path / "case.json", "NO-1")
        assert office.counts(ada, "NO-1") == Counts(new=20)


def test_a_pdq_of_a_list_finds_the_picture(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    (tmp_path / "norway").mkdir()
    (tmp_path / "norway" / "1.jpg").write_bytes(jpeg(room(1)))
    office.intake(ada, tmp_path / "norway", "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select bits from fingerprints where kind = 1")
        pdq = bytes(cursor.fetchone()[0]).hex()
    (tmp_path / "list.txt").write_text(f"pdq {pdq}\n")
    office.intake(sven, tmp_path / "list.txt")
    (tmp_path / "seized").mkdir()
    (tmp_path / "seized" / "small.jpg").write_bytes(jpeg(room(1).resize((320, 240))))
    office.intake(sven, tmp_path / "seized", "SE-1")
    (only,) = office.triage(sven, "SE-1").values()
    assert {reason.owner for reason in only.reasons} == {"NO", "SE"}


def _prints(world: World, member: str, names: Collection[bytes]) -> dict[bytes, list[tuple[int, int, bytes, bytes]]]:
    """Verdict and fingerprints of these media of a member, by their names."""
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        rows = connection.execute(
            "select m.name, m.verdict, f.kind, f.bits, f.qualities from media m join fingerprints f on f.medium_id = m.id"
            " where m.owner_member = %s and m.name = any(%s) order by m.name, f.kind",
            [member, list(names)],
        ).fetchall()
    found: dict[bytes, list[tuple[int, int, bytes, bytes]]] = {}
    for name, verdict, kind, bits, qualities in rows:
        found.setdefault(bytes(name), []).append((verdict, kind, bytes(bits), bytes(qualities)))
    return found


GOOD, KILLS = 200, 20


@needs_media
def test_every_file_gets_one_verdict_and_none_is_wrong_though_readers_are_killed_among_hostile_files(
    office: Office, world: World, nursery: Nursery, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Small pictures beside all hostile files; the same pictures as another member takes them in, undisturbed."""
    (tmp_path / "calm").mkdir()
    for number, content in enumerate(waves(GOOD)):
        (tmp_path / "calm" / f"wave {number}.jpg").write_bytes(content)
    office.intake(sven, tmp_path / "calm", "SE-1")
    (tmp_path / "beset").mkdir()
    for path in (*(tmp_path / "calm").iterdir(), *(MEDIA / "hostile").iterdir()):
        shutil.copy(path, tmp_path / "beset" / path.name)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.parent.rglob("*") if path.is_file()}
    beset: list[Beset] = []

    def made() -> Sandbox:
        beset.append(Beset(nursery))
        return beset[-1]

    calm, readers = office.workplace.readers, Readers(2, made)
    object.__setattr__(office.workplace, "readers", readers)
    try:
        intake_id = office.intake(ada, tmp_path / "beset", "NO-1")
    finally:
        object.__setattr__(office.workplace, "readers", calm)
        readers.close()
    assert sum(one.killer.kills for one in beset) >= KILLS
    assert before.items() <= {p: p.stat().st_mtime_ns for p in tmp_path.parent.rglob("*") if p.is_file()}.items()
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(
            "select o.case_id, o.path, o.reason, m.verdict, c.archive is null from occurrences o"
            " join chunks c on c.id = o.chunk_id left join media m on m.id = o.medium_id where o.owner_member = 'NO'"
        )
        rows = [(sealed.of_case("NO", case).unseal(path, PATH), *rest) for case, path, *rest in cursor]
        cursor.execute("select count(*), count(distinct name) from media where owner_member = 'NO'")
        assert len({*cursor.fetchone()}) == 1
        cursor.execute("select count(*) from chunks where state <> %s", [ChunkState.DONE])
        assert cursor.fetchone() == (0,)
    times = Counter(path for path, _, _, lies_in_the_folder in rows if lies_in_the_folder)
    assert times == Counter(os.fsencode(path.name) for path in (tmp_path / "beset").iterdir())
    assert [row for row in rows if (row[1] == "") is (row[2] is None)] == []
    assert Verdict.QUARANTINED not in {verdict for _, _, verdict, _ in rows}
    names = {hashlib.sha256(path.read_bytes()).digest() for path in (tmp_path / "calm").iterdir()}
    mine, theirs = _prints(world, "NO", names), _prints(world, "SE", names)
    assert len(mine) == GOOD
    assert mine == theirs
    with acting_as(ada) as session:
        walking.finish(session, intake_id)


def _record(number: int, content: bytes, **changes: object) -> dict[str, object]:
    return {
        "MediaID": number, "MD5": hashlib.md5(content, usedforsecurity=False).hexdigest().upper(),
        "SHA1": hashlib.sha1(content, usedforsecurity=False).hexdigest(), "MediaSize": len(content),
        "MimeType": "image/jpeg", "RelativeFilePath": f"{VICS_FOLDER}\\{number}.jpg",
        "MediaFiles": [{"FileName": f"{number}.jpg", "FilePath": "a\\b"}], **changes,
    }  # fmt: skip


def test_two_archives_of_one_exhibit_hide_nothing_of_each_other(office: Office, ada: Actor, tmp_path: Path) -> None:
    """The same name at the same place of each, and names that imitate what lies in another archive."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("p.jpg", jpeg(landscape(1)))
    for number in (2, 3):
        with zipfile.ZipFile(tmp_path / f"part{number}.zip", "w") as archive:
            archive.writestr("1.jpg", jpeg(landscape(number)))
            archive.writestr("a.zip/p.jpg", jpeg(landscape(10 + number)))
            archive.writestr("a.zip", inner.getvalue())
        office.intake(ada, tmp_path / f"part{number}.zip", "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select path, case_id, count(*) from occurrences where medium_id is not null group by 1, 2")
        found = {sealed.of_case("NO", case).unseal(path, PATH).decode(): count for path, case, count in cursor}
        assert found == {"1.jpg": 2, "a.zip/p.jpg": 4, "a.zip": 2}
    assert office.counts(ada, "NO-1") == Counts(new=5, undecodable=1)


def test_a_listed_medium_is_read_and_kept_when_its_file_comes(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """A digest on one's own list must not stand in the way of decoding the file itself."""
    (tmp_path / "seized").mkdir()
    path = tmp_path / "seized" / "1.jpg"
    path.write_bytes(jpeg(room(1)))
    (tmp_path / "list.txt").write_text(hashlib.sha256(path.read_bytes()).hexdigest())
    office.intake(ada, tmp_path / "list.txt")
    office.intake(ada, tmp_path / "seized", "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*), count(medium_id), min(width) from media left join medium_keys on medium_id = id")
        assert cursor.fetchone() == (1, 1, 640)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "small.jpg").write_bytes(jpeg(room(1).resize((320, 240))))
    office.intake(sven, tmp_path / "copy", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=1)


def test_what_could_not_be_read_is_tried_again(office: Office, ada: Actor, tmp_path: Path) -> None:
    """A disk was unplugged between the walk and the reading, and is plugged in again."""
    (tmp_path / "seized").mkdir()
    for seed in range(3):
        (tmp_path / "seized" / f"{seed}.jpg").write_bytes(jpeg(landscape(seed)))
    office.intake(ada, tmp_path / "seized", "NO-1", works=False)
    (tmp_path / "seized" / "1.jpg").rename(tmp_path / "elsewhere.jpg")
    office.work()
    assert office.counts(ada, "NO-1") == Counts(new=2, undecodable=1)
    (tmp_path / "elsewhere.jpg").rename(tmp_path / "seized" / "1.jpg")
    office.intake(ada, tmp_path / "seized", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=3)


def test_the_same_source_for_another_audience_is_refused(office: Office, ada: Actor, tmp_path: Path) -> None:
    """It would end well and change nothing: what was shown to all would stay shown."""
    (tmp_path / "seized").mkdir()
    office.intake(ada, tmp_path / "seized", "NO-1")
    with pytest.raises(Invalid, match="audience"):
        office.intake(ada, tmp_path / "seized", "NO-1", cover=unit_only(ada))


def _acts(of: Actor, act: str) -> list[str]:
    with acting_as(of) as session, session.cursor() as cursor:
        return [row[0] for row in cursor.execute("select subject from acts where act = %s order by id", [act])]


def test_a_series_that_a_source_marks_identified_is_on_the_record(office: Office, ada: Actor, tmp_path: Path) -> None:
    records = [
        _record(1, b"1", Series="green", VictimIdentified=True), _record(2, b"2", Series="blue", VictimIdentified=False),
    ]  # fmt: skip
    with (tmp_path / "case.json").open("wb") as file:
        file.writelines(write_cases([({"CaseNumber": "NO-1"}, records)]))
    digest = hashlib.sha256(b"3").hexdigest()
    (tmp_path / "list.csv").write_text(f"sha256,series,victim identified\n{digest},red,yes\n")
    export = office.intake(ada, tmp_path / "case.json", "NO-1")
    listed = office.intake(ada, tmp_path / "list.csv")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id::text, name from series")
        names = {sealed.words(sealed.of_member("NO"), NAME, name): series_id for series_id, name in cursor}
        marked = [names["green"], names["red"]]
    assert _acts(ada, "series.identified") == marked
    assert _acts(ada, "export.take_in") == [str(export)]
    assert _acts(ada, "hash_list.take_in") == [str(listed)]


def test_a_list_whose_disk_fails_midway_is_one_sentence_and_goes_on_where_it_was(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [hashlib.sha256(b"%d" % number).hexdigest() + "\n" for number in range(20)]
    source = tmp_path / "list.txt"
    source.write_text("".join(lines))
    monkeypatch.setattr(listing, "ROWS_PER_BATCH", 3)

    def failing(path: Path) -> Iterator[bytes]:
        yield "".join(lines[:11]).encode()
        yield from walk.blocks(Path("/proc/self/mem"))  # which nobody can read from its beginning

    with monkeypatch.context() as broken:
        broken.setattr(listing, "blocks", failing)
        with pytest.raises(SourceUnreadable, match=r"^The file to take in cannot be read to its end\."):
            office.intake(ada, source)
    assert 0 < _media(ada) < 20
    office.intake(ada, source)
    assert _media(ada) == 20


def _media(of: Actor) -> int:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        return int(cursor.fetchone()[0])


def test_an_entry_for_which_this_machine_has_no_room_waits_and_is_taken_in_later(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk of the node says nothing of what was seized: no file is called unreadable for it."""
    monkeypatch.setattr(unpacking, "content_of", partial(content_of, sealed_bytes_max=100))
    with zipfile.ZipFile(tmp_path / "phone.zip", "w") as archive:
        for seed in range(2):
            archive.writestr(f"{seed}.jpg", jpeg(landscape(seed)))
    with small_disk(tmp_path / "small", "8k") as small, monkeypatch.context() as tight:
        tight.setattr(limits, "DISK_RESERVE_BYTES", 0)
        roomy = office.workplace.spill
        object.__setattr__(office.workplace, "spill", small)
        with pytest.raises(Unavailable, match="spill"):
            office.intake(ada, tmp_path / "phone.zip", "NO-1")
        assert office.counts(ada, "NO-1") == Counts()
        assert shutil.disk_usage(small).used == 0
        object.__setattr__(office.workplace, "spill", roomy)
    with monkeypatch.context() as careful:
        careful.setattr(limits, "DISK_RESERVE_BYTES", 1 << 60)
        with pytest.raises(Unavailable, match="spill"):
            office.intake(ada, tmp_path / "phone.zip", "NO-1")
    office.intake(ada, tmp_path / "phone.zip", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=2)
