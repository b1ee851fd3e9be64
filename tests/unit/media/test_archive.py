"""Archives are parsed inside the sandbox; stored names and sizes are claims and nothing more."""

import bz2
import gzip
import io
import lzma
import os
import random
import signal
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from clew.media import archive as archives
from clew.media import limits
from clew.media.archive import Allowance, Entry, Unpacker, looks_like_archive
from clew.media.digests import content_of
from clew.media.nursery import Nursery
from clew.media.stored_entry import LOCKED, NOT_A_FILE
from tests.unit.media.conftest import memfd

DRAW = random.Random(7)
FILES = {b"one.jpg": DRAW.randbytes(70_000), b"deep/two.jpg": b"", b"three.bin": DRAW.randbytes(1_200_000), b"z": b"z"}


@dataclass
class Unpacked:
    name: bytes
    content: bytes
    reason: str


def whole(entry: Entry) -> Unpacked:
    with content_of(entry) as content:
        return Unpacked(entry.name, os.pread(content.fd, content.digests.size_bytes, 0), entry.reason)


def unpacked(nursery: Nursery, packed: bytes, start: int = 0, allowance: Allowance | None = None):
    fd = memfd(packed)
    try:
        with Unpacker(fd, len(packed), nursery=nursery, allowance=allowance) as unpacker:
            return [whole(entry) for entry in unpacker.entries(start)], unpacker.ending
    finally:
        os.close(fd)


def zipped(method: int) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as one:
        for name, content in FILES.items():
            one.writestr(name.decode(), content)
    return target.getvalue()


def streamed_zip() -> bytes:
    """A ZIP written to a pipe: its sizes follow its contents."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = io.BytesIO()

        def writable(self) -> bool:
            return True

        def write(self, part) -> int:
            return self.written.write(part)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as one:
        for name, content in FILES.items():
            one.writestr(name.decode(), content)
    return pipe.written.getvalue()


def tarred(form: int = tarfile.GNU_FORMAT, files: dict[bytes, bytes] | None = None) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w", format=form) as one:
        for name, content in (FILES if files is None else files).items():
            member = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            member.size = len(content)
            one.addfile(member, io.BytesIO(content))
    return target.getvalue()


FORMS: dict[str, Callable[[], bytes]] = {
    "zip stored": lambda: zipped(zipfile.ZIP_STORED),
    "zip deflated": lambda: zipped(zipfile.ZIP_DEFLATED),
    "zip bzip2": lambda: zipped(zipfile.ZIP_BZIP2),
    "zip lzma": lambda: zipped(zipfile.ZIP_LZMA),
    "zip streamed": streamed_zip,
    "tar gnu": tarred,
    "tar pax": lambda: tarred(tarfile.PAX_FORMAT),
    "tar ustar": lambda: tarred(tarfile.USTAR_FORMAT),
    "tar gzip": lambda: gzip.compress(tarred(), 1),
    "tar bzip2": lambda: bz2.compress(tarred(), 1),
    "tar xz": lambda: lzma.compress(tarred(), preset=0),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_entry_comes_out_in_its_order(nursery: Nursery, form: str) -> None:
    packed = FORMS[form]()
    assert looks_like_archive(packed[:512])
    entries, ending = unpacked(nursery, packed)
    assert [(entry.name, entry.content) for entry in entries] == list(FILES.items())
    assert ({entry.reason for entry in entries}, ending) == ({""}, "")


@pytest.mark.parametrize("form", ["zip deflated", "tar gnu", "tar gzip"])
def test_reading_goes_on_at_an_ordinal(nursery: Nursery, form: str) -> None:
    entries, _ending = unpacked(nursery, FORMS[form](), start=2)
    assert [(entry.name, entry.content) for entry in entries] == list(FILES.items())[2:]
    assert unpacked(nursery, FORMS[form](), start=9) == ([], "")


@pytest.mark.parametrize("form", ["zip deflated", "zip streamed", "tar gnu", "tar gzip"])
@pytest.mark.parametrize("share", [0.01, 0.3, 0.999])
def test_of_a_cut_archive_what_is_there_is_read(nursery: Nursery, form: str, share: float) -> None:
    packed = FORMS[form]()
    entries, ending = unpacked(nursery, packed[: int(len(packed) * share)])
    wanted = list(FILES.items())
    assert ending != "" or len(entries) == len(wanted)
    for entry, (name, content) in zip(entries, wanted, strict=False):
        assert entry.name == name
        assert content.startswith(entry.content)
        assert entry.reason != "" or entry.content == content
    assert share < 0.1 or len(entries) >= 2


def test_names_are_bytes_as_they_are_stored(nursery: Nursery) -> None:
    names = [b"../up", b"/absolute", b"C:\\windows", b"caf\xe9", b"\xf0\x9f\x8c\xb3", b"a" * 300, b"new\nline"]
    packed = tarred(files=dict.fromkeys(names, b"words"))
    entries, _ending = unpacked(nursery, packed)
    assert [entry.name for entry in entries] == names


def test_a_zip_name_that_is_no_text_loses_no_entry(nursery: Nursery) -> None:
    packed = zipped(zipfile.ZIP_STORED).replace(b"one.jpg", b"on\xff.jp\xfe")
    flagged = packed.replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\0\x08")
    assert flagged != packed
    entries, _ending = unpacked(nursery, flagged)
    assert [entry.name for entry in entries] == [b"on\xff.jp\xfe", *list(FILES)[1:]]


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE]
)
def test_links_devices_and_folders_have_no_content(nursery: Nursery, kind: bytes) -> None:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as one:
        member = tarfile.TarInfo("thing")
        member.type, member.linkname = kind, "/etc/passwd"
        one.addfile(member)
        after = tarfile.TarInfo("after")
        after.size = 5
        one.addfile(after, io.BytesIO(b"words"))
    entries, ending = unpacked(nursery, target.getvalue())
    assert [(entry.content, entry.reason) for entry in entries] == [(b"", NOT_A_FILE), (b"words", "")]
    assert ending == ""


def test_a_link_in_a_zip_has_no_content(nursery: Nursery) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as one:
        link = zipfile.ZipInfo("link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        one.writestr(link, "/etc/passwd")
    entries, _ending = unpacked(nursery, target.getvalue())
    assert [(entry.content, entry.reason) for entry in entries] == [(b"", NOT_A_FILE)]


def test_a_locked_entry_is_reported_and_the_next_is_read(nursery: Nursery) -> None:
    packed = bytearray(zipped(zipfile.ZIP_STORED))
    first = packed.find(b"PK\1\2")
    packed[first + 8] |= 1
    entries, _ending = unpacked(nursery, bytes(packed))
    assert [entry.reason for entry in entries] == [LOCKED, "", "", ""]


def test_a_wrong_checksum_is_told(nursery: Nursery) -> None:
    packed = bytearray(zipped(zipfile.ZIP_STORED))
    packed[100] ^= 1
    entries, _ending = unpacked(nursery, bytes(packed))
    assert [entry.reason != "" for entry in entries] == [True, False, False, False]


def test_a_bomb_is_limited_and_its_neighbours_are_read(
    nursery: Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ARCHIVE_RATIO_FREE_BYTES", 2**20)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as one:
        one.writestr("bomb", bytes(12 * 2**20))
        one.writestr("after", b"words")
    entries, ending = unpacked(nursery, target.getvalue())
    assert [entry.reason for entry in entries] == [archives.BEYOND_ENTRY, ""]
    assert len(entries[0].content) <= 2**20 + 200 * 2**15
    assert (entries[1].content, ending) == (b"words", "")


def test_all_entries_together_have_an_allowance(nursery: Nursery) -> None:
    for packed in (zipped(zipfile.ZIP_STORED), gzip.compress(tarred(), 1)):
        allowance = Allowance(0)
        allowance.bytes_left = 900_000
        entries, ending = unpacked(nursery, packed, allowance=allowance)
        assert entries[0].content == FILES[b"one.jpg"]
        assert any(archives.BEYOND_ARCHIVE in reason for reason in [ending, *(entry.reason for entry in entries)])
        assert sum(len(entry.content) for entry in entries) <= 900_000


def test_entries_are_counted(nursery: Nursery) -> None:
    allowance = Allowance(10**6)
    allowance.entries_left = 3
    entries, ending = unpacked(nursery, zipped(zipfile.ZIP_STORED), allowance=allowance)
    assert (len(entries), ending) == (3, archives.TOO_MANY)


def test_a_lying_size_is_only_a_claim(nursery: Nursery) -> None:
    packed = bytearray(zipped(zipfile.ZIP_DEFLATED))
    first = packed.find(b"PK\1\2")
    struct.pack_into("<I", packed, first + 24, 5)
    entries, _ending = unpacked(nursery, bytes(packed))
    assert [entry.content for entry in entries] == list(FILES.values())


@pytest.mark.parametrize("form", ["zip deflated", "tar gzip"])
def test_an_unpacker_killed_from_outside_goes_on_where_it_was(nursery: Nursery, form: str) -> None:
    packed = FORMS[form]()
    fd = memfd(packed)
    with Unpacker(fd, len(packed), nursery=nursery) as unpacker:
        seen = {}
        for entry in unpacker.entries():
            parts = [entry.read(1000)]
            assert unpacker._process is not None
            os.kill(unpacker._process.pid, signal.SIGKILL)
            while part := entry.read(10**6):
                parts.append(part)
            assert entry.reason == ""
            seen[entry.name] = b"".join(parts)
    os.close(fd)
    assert seen == FILES
    assert (unpacker.ending, unpacker.failures >= 3) == ("", True)


def test_an_entry_not_read_in_its_turn_gives_nothing(nursery: Nursery) -> None:
    packed = zipped(zipfile.ZIP_STORED)
    fd = memfd(packed)
    with Unpacker(fd, len(packed), nursery=nursery) as unpacker:
        one, two, *_ = unpacker.entries()
        assert (one.read(9), two.read(9)) == (b"", b"")
        assert one.reason != ""
    os.close(fd)


def damaged(packed: bytes) -> Iterator[bytes]:
    draw = random.Random(11)
    for _ in range(40):
        changed = bytearray(packed)
        for _ in range(draw.randrange(1, 20)):
            changed[draw.randrange(len(changed))] = draw.randrange(256)
        yield bytes(changed[: draw.randrange(1, len(changed) + 1)] if draw.random() < 0.3 else changed)


@pytest.mark.parametrize("form", ["zip deflated", "tar pax", "tar gzip"])
def test_damage_anywhere_ends_in_reasons_and_never_in_a_dead_unpacker(nursery: Nursery, form: str) -> None:
    """Small archives, so that the damage is in the headers."""
    small = {b"one": b"1" * 40, b"two": b"2" * 300, b"three": b"3"}
    packed = tarred(tarfile.PAX_FORMAT, small)
    if form == "zip deflated":
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as one:
            for name, content in small.items():
                one.writestr(name.decode(), content)
        packed = target.getvalue()
    for changed in damaged(gzip.compress(packed) if form == "tar gzip" else packed):
        fd = memfd(changed)
        with Unpacker(fd, len(changed), nursery=nursery) as unpacker:
            assert len([whole(entry) for entry in unpacker.entries()]) < 100
            assert unpacker.failures == 0
        os.close(fd)
