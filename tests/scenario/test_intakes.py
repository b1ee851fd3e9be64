"""What several sources of one exhibit, changing sources and interrupted intakes bring."""

import hashlib
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from clew.actions import listing, receiving, tallying, triaging, walking
from clew.cli.drawing import landscape, room
from clew.domain.handling import Actor
from clew.domain.intake import Refused
from clew.domain.triage import Answer, Counts, ReasonKind, TriagedMedium
from clew.formats import hash_list
from clew.records.session import acting_as
from tests.world.office import Office
from tests.world.vics import write_cases


def occurrences(of: Actor) -> int:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from occurrences")
        return int(cursor.fetchone()[0])


def export(path: Path, *records: dict[str, object]) -> Path:
    """A case export of these records."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(write_cases([({"CaseNumber": "1"}, records)]))
    return path


def record(content: bytes, name: str = "1.jpg", **changes: object) -> dict[str, object]:
    """What an export says of one file, which may lie beside it or not."""
    return {
        "MD5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "SHA1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "MediaSize": len(content), "MimeType": "image/jpeg", "RelativeFilePath": f"files\\{name}",
        "MediaFiles": [{"FileName": name, "FilePath": "DCIM"}], **changes,
    }  # fmt: skip


def test_two_cards_with_the_same_names_sizes_and_times_are_both_taken_in(
    office: Office, ada: Actor, tmp_path: Path
) -> None:
    """The second is another source: that its files look the same from outside says nothing."""
    for number, card in enumerate(("first", "second")):
        picture = tmp_path / card / "DCIM" / "1.bmp"
        picture.parent.mkdir(parents=True)
        landscape(number).save(picture)
        os.utime(picture, (1_000_000_000, 1_000_000_000))
        for _ in range(2):
            office.intake(ada, tmp_path / card, "NO-1")
            assert occurrences(ada) == number + 1
    assert office.counts(ada, "NO-1") == Counts(new=2)


def test_the_same_bytes_on_two_cards_are_one_medium_found_twice(office: Office, ada: Actor, tmp_path: Path) -> None:
    for card in ("first", "second"):
        (tmp_path / card).mkdir()
        landscape(1).save(tmp_path / card / "1.bmp")
        office.intake(ada, tmp_path / card, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=1)
    (only,) = office.triage(ada, "NO-1").values()
    assert only.paths == ("1.bmp", "1.bmp")


def test_two_exports_with_the_same_paths_are_both_taken_in(office: Office, ada: Actor, tmp_path: Path) -> None:
    """With the files beside them, and without."""
    for number, folder in enumerate(("first", "second")):
        (tmp_path / folder / "files").mkdir(parents=True)
        landscape(number).save(tmp_path / folder / "files" / "1.bmp")
        beside = (tmp_path / folder / "files" / "1.bmp").read_bytes()
        source = export(tmp_path / folder / "case.json", record(beside, "1.bmp"), record(b"gone", "2.bmp"))
        for _ in range(2):
            office.intake(ada, source, "NO-1")
            assert occurrences(ada) == 2 * (number + 1)
    assert office.counts(ada, "NO-1") == Counts(new=3)


def test_files_beside_an_export_are_as_large_as_the_disk_says(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that gives no sizes, or wrong ones, does not make one chunk of everything."""
    (tmp_path / "files").mkdir()
    records = []
    for number in range(4):
        landscape(number, (100, 100)).save(tmp_path / "files" / f"{number}.bmp")
        content = (tmp_path / "files" / f"{number}.bmp").read_bytes()
        records.append(record(content, f"{number}.bmp", MediaSize=[None, 1, 0, "many"][number]))
    monkeypatch.setattr(walking, "BYTES_PER_CHUNK_MAX", 60_200)
    office.intake(ada, export(tmp_path / "case.json", *records), "NO-1")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select files, bytes from chunks order by ordinal")
        assert cursor.fetchall() == [(2, 60_108), (2, 60_108)]
    assert office.counts(ada, "NO-1") == Counts(new=4)


def test_files_that_grow_after_they_were_seen_are_taken_in_by_parts(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "seized").mkdir()
    for number in range(6):
        (tmp_path / "seized" / f"{number}.bmp").touch()
    office.intake(ada, tmp_path / "seized", "NO-1", works=False)
    for number in range(6):
        landscape(number, (100, 100)).save(tmp_path / "seized" / f"{number}.bmp")
    monkeypatch.setattr(receiving, "BYTES_PER_CHUNK_MAX", 60_000)
    held: list[int] = []
    take = receiving.take

    def noting(*given: Any, **named: Any) -> None:
        held.append(len(given[3]))
        take(*given, **named)

    monkeypatch.setattr(receiving, "take", noting)
    office.work()
    assert held == [2, 2, 2]
    assert office.counts(ada, "NO-1") == Counts(new=6)


def matches(of: Actor) -> int:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from matches")
        return int(cursor.fetchone()[0])


def pdq_of(of: Actor, kind: int = 1) -> bytes:
    """The PDQ of the one picture that was taken in."""
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select bits from fingerprints where kind = %s", [kind])
        (only,) = cursor
        return bytes(only[0])


def near_lines(pdq: bytes, count: int) -> list[str]:
    """Lines of a list whose fingerprints all lie within a few bits of `pdq`, each another."""
    lines = []
    for number in range(count):
        bits = bytearray(pdq)
        bits[0] ^= number & 0xFF
        bits[1] ^= number >> 8
        lines.append(f"pdq {bits.hex()}")
    return lines


def test_a_burst_on_hash_lists_is_not_matched_with_itself(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list entry is evidence, not a question; what lies in a case is asked all the same."""
    monkeypatch.setattr(listing, "ROWS_PER_BATCH", 100)
    (tmp_path / "seized").mkdir()
    room(1).save(tmp_path / "seized" / "1.bmp")
    office.intake(ada, tmp_path / "seized", "NO-1")
    lines = near_lines(pdq_of(ada), 300)
    for number in range(2):
        (tmp_path / f"list{number}.txt").write_text("\n".join(lines))
        for _ in range(2):
            office.intake(sven, tmp_path / f"list{number}.txt")
    assert matches(sven) == matches(ada) == 300
    assert office.counts(ada, "NO-1") == Counts(known=1)
    (tmp_path / "copy").mkdir()
    room(1).save(tmp_path / "copy" / "1.png")
    office.intake(sven, tmp_path / "copy", "SE-1")
    (only,) = office.triage(sven, "SE-1").values()
    assert {reason.owner for reason in only.reasons} == {"NO", "SE"}
    assert len(only.reasons) == 301


def test_what_was_listed_first_is_compared_once_it_lies_in_a_case(office: Office, ada: Actor, tmp_path: Path) -> None:
    """A record of an export places what two lists named before; the near entries of the lists count."""
    pdq = bytes(range(32))
    first, second = (line.split()[1] for line in near_lines(pdq, 2))
    md5 = hashlib.md5(b"1", usedforsecurity=False).hexdigest()
    (tmp_path / "first.csv").write_text(f"MD5,PDQ\n{md5},{first}\n")
    (tmp_path / "second.csv").write_text(f"PDQ\n{second}\n")
    for name in ("first.csv", "second.csv"):
        office.intake(ada, tmp_path / name)
    assert matches(ada) == 0
    named = record(b"1", SHA1=None, AlternativeHashes=[{"HashName": "PDQ", "HashValue": first}])
    for _ in range(2):
        office.intake(ada, export(tmp_path / "case.json", named), "NO-1")
        (only,) = office.triage(ada, "NO-1").values()
        assert {reason.kind for reason in only.reasons} == {ReasonKind.DIGEST, ReasonKind.PDQ}


@pytest.mark.parametrize("chunk", [1, 200], ids=["chunks apart", "one chunk"])
@pytest.mark.parametrize("is_turned", [False, True], ids=["as it lies", "turned"])
@pytest.mark.parametrize("is_listed_first", [True, False], ids=["list first", "case first"])
def test_a_near_copy_of_what_is_on_a_list_is_known_in_whatever_order_they_come(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, *,
    is_turned: bool, is_listed_first: bool,
) -> None:  # fmt: skip
    """Two pictures of one case are no news to each other until one of them is on a list."""
    monkeypatch.setattr(walking, "FILES_PER_CHUNK_MAX", chunk)
    folder = tmp_path / "seized"
    folder.mkdir()
    room(1).save(folder / "1.bmp")
    copy = room(1).resize((320, 240))
    (copy.transpose(Image.Transpose.ROTATE_90) if is_turned else copy).save(folder / "2.png")
    (tmp_path / "list.txt").write_text(hashlib.sha256((folder / "1.bmp").read_bytes()).hexdigest())
    sources = [tmp_path / "list.txt", folder]
    for source in sources if is_listed_first else reversed(sources):
        office.intake(ada, source, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(known=2)


def test_a_burst_of_one_case_writes_no_matches(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    for number in range(5):
        room(1).save(tmp_path / "seized" / f"{number}.jpg", quality=60 + number)
    office.intake(ada, tmp_path / "seized", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=5)
    assert matches(ada) == 0


def test_what_of_a_list_could_not_be_used_is_said_with_its_lines(office: Office, ada: Actor, tmp_path: Path) -> None:
    """A summary of a list counts no file, and what is new to the unit."""
    lines = ["MD5,SHA1", f"{'0' * 31}1,", "nonsense,", f"{'0' * 31}2,short", *["more nonsense,"] * 40]
    (tmp_path / "list.csv").write_text("\n".join(lines))
    intake_id = office.intake(ada, tmp_path / "list.csv")
    with acting_as(ada) as session:
        summary = walking.finish(session, intake_id)
    assert (summary.files_seen, summary.media_new, summary.size_bytes) == (0, 2, 0)
    done = listing.take_in_list(office.workplace, ada, intake_id, office.adder(ada))
    assert done.records == 2
    assert [(one.reason, one.count, one.numbers[:3], len(one.numbers)) for one in done.refused] == [
        (hash_list.PARTLY_UNDERSTOOD, 1, (4,), 1), (hash_list.NOTHING_KNOWN, 41, (3, 5, 6), listing.NUMBERS_KEPT_MAX),
    ]  # fmt: skip


def test_a_record_without_any_digest_is_said_unless_its_file_lies_beside(
    office: Office, ada: Actor, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    landscape(1).save(tmp_path / "files" / "1.bmp")
    records = [record(b"", f"{number}.bmp", MD5=None, SHA1="?") for number in (1, 2)]
    source = export(tmp_path / "case.json", *records)
    intake_id = office.intake(ada, source, "NO-1")
    done = listing.take_in_export(office.workplace, ada, intake_id, office.adder(ada))
    assert done.refused == (Refused(reason=listing.NO_DIGEST, count=1, numbers=(2,)),)
    assert office.counts(ada, "NO-1") == Counts(new=1)


def test_an_intake_of_nothing_brings_nothing(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    intake_id = office.intake(ada, tmp_path / "empty", "NO-1")
    with acting_as(ada) as session:
        summary = walking.finish(session, intake_id)
    assert (summary.files_seen, summary.media_new, summary.undecodable) == (0, 0, {})


def test_the_number_of_what_is_undecodable_and_its_list_agree(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Three paths of a text that is known by its digest, two of one that is not, and two pipes."""
    (tmp_path / "norway").mkdir()
    (tmp_path / "norway" / "known.txt").write_text("known")
    office.intake(ada, tmp_path / "norway", "NO-1")
    folder = tmp_path / "sweden"
    folder.mkdir()
    for number in range(3):
        (folder / f"known {number}.txt").write_text("known")
    for number in range(2):
        (folder / f"unknown {number}.txt").write_text("unknown")
        os.mkfifo(folder / f"pipe {number}")
    office.intake(sven, folder, "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=1, undecodable=3)
    for limit in (1, 2, 3, 50):
        items: list[TriagedMedium] = []
        after = None
        while after is not None or not items:
            with acting_as(sven) as session:
                scope = triaging.scope(session, "SE-1")
                progress = triaging.progress(session, scope)
                page = tallying.opened(session, scope, progress, answer=Answer.UNDECODABLE, after=after, limit=limit)
            assert len(page.items) + len(page.files) <= limit
            items += [*page.items, *page.files]
            after = page.next
            if after is None:
                break
        assert sorted(sorted(item.paths) for item in items) == [["pipe 0"], ["pipe 1"], ["unknown 0.txt", "unknown 1.txt"]]
    with acting_as(sven) as session:
        assert len(triaging.unread(session, "SE-1").items) == triaging.unread_count(session, "SE-1") == 7


def test_whatever_is_counted_is_listed_files_without_a_medium_too(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamed by blocks and in pages of any length: each once, and of a file its path and why."""
    monkeypatch.setattr(triaging, "MEDIA_PER_BLOCK", 2)
    (tmp_path / "seized").mkdir()
    for number in range(3):
        (tmp_path / "seized" / f"{number}.txt").write_text(str(number))
        os.mkfifo(tmp_path / "seized" / f"pipe {number}")
    landscape(1).save(tmp_path / "seized" / "1.jpg")
    office.intake(ada, tmp_path / "seized", "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=1, undecodable=6)
    streamed = list(triaging.every_medium(ada, "NO-1"))
    assert Counter(one.answer for one in streamed) == {Answer.NEW: 1, Answer.UNDECODABLE: 6}
    assert {one.paths: one.verdict_reason for one in streamed if one.name is None} == {
        (f"pipe {number}",): "This is a pipe, not a file." for number in range(3)
    }
    for limit in (1, 2, 3, 4, 7, 50):
        for answer in (None, *Answer):
            wanted = [one for one in streamed if answer in (None, one.answer)]
            assert _paged(ada, answer, limit) == wanted, (limit, answer)


def _paged(of: Actor, answer: Answer | None, limit: int) -> list[TriagedMedium]:
    items: list[TriagedMedium] = []
    after: str | None = None
    for _ in range(20):
        with acting_as(of) as session:
            page = triaging.media(session, "NO-1", answer=answer, after=after, limit=limit)
        assert len(page.items) <= limit
        items += page.items
        after = page.next
        if after is None:
            return items
    raise AssertionError("the pages have no end")
