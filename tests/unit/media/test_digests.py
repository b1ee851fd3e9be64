"""Digests are those of the very bytes that the sandbox reads, and nobody can change them."""

import fcntl
import hashlib
import io
import os
from pathlib import Path

import pytest

from clew.domain.errors import Invalid, Tampered
from clew.media.digests import Content, content_of, content_of_file

SIZES = [0, 1, 63, 64, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20 + 7]


def behind(content: Content) -> bytes:
    return content.read(0, content.digests.size_bytes + 1)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def are_right(content: Content, wanted: bytes) -> bool:
    digests = content.digests
    return behind(content) == wanted and (digests.md5, digests.sha1, digests.sha256, digests.size_bytes) == (
        hashlib.md5(wanted, usedforsecurity=False).digest(),
        hashlib.sha1(wanted, usedforsecurity=False).digest(),
        hashlib.sha256(wanted).digest(),
        len(wanted),
    )


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sealed_bytes_max", [2**20, 2**24])
def test_digests_are_those_of_the_bytes(tmp_path: Path, size: int, sealed_bytes_max: int) -> None:
    wanted = os.urandom(size)
    with content_of(io.BytesIO(wanted), spill=tmp_path, sealed_bytes_max=sealed_bytes_max) as content:
        assert are_right(content, wanted)
        assert content.is_sealed == (size <= sealed_bytes_max) == (content.spilled is None)
        with content.again() as again:
            assert are_right(again, wanted)
        assert are_right(content, wanted)
        if content.is_sealed:
            with pytest.raises(OSError, match="Operation not permitted"):
                os.pwrite(content.fd, b"x", 0)
            with pytest.raises(OSError, match="Operation not permitted"):
                os.ftruncate(content.fd, size + 1)
    assert list(tmp_path.iterdir()) == []


def spilled_file(folder: Path) -> int:
    """The descriptor of this process that has a file without a name below `folder`."""
    opened = {int(one.name): str(one.readlink()) for one in Path("/proc/self/fd").iterdir() if one.is_symlink()}
    (found,) = (number for number, target in opened.items() if target.startswith(f"{folder}/#"))
    return found


def test_what_is_spilled_tells_the_disk_nothing_and_is_noticed_when_it_is_changed(tmp_path: Path) -> None:
    canary = b"canary in the cellar"
    before = open_descriptors()
    with content_of(io.BytesIO(canary * 50_000), spill=tmp_path, sealed_bytes_max=2**16) as content:
        fd = spilled_file(tmp_path)
        lying = os.pread(fd, 2**22, 0)
        assert len(lying) > len(canary) * 50_000
        assert canary[:8] not in lying
        os.pwrite(fd, bytes([lying[500_000] ^ 1]), 500_000)
        with pytest.raises(Tampered):
            behind(content)
    assert open_descriptors() == before


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_read_from_its_beginning_and_stays_open(tmp_path: Path, size: int) -> None:
    wanted = os.urandom(size)
    (tmp_path / "medium").write_bytes(wanted)
    fd = os.open(tmp_path / "medium", os.O_RDONLY)
    try:
        os.lseek(fd, 5, os.SEEK_SET)
        for sealed_bytes_max in (2**20, 2**24):
            with content_of_file(fd, sealed_bytes_max=sealed_bytes_max) as content:
                assert are_right(content, wanted)
                assert fcntl.fcntl(content.fd, fcntl.F_GETFD) & fcntl.FD_CLOEXEC
        os.fstat(fd)
    finally:
        os.close(fd)


def test_a_large_file_that_could_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "medium").write_bytes(b"words")
    fd = os.open(tmp_path / "medium", os.O_RDWR)
    with pytest.raises(Invalid):
        content_of_file(fd, sealed_bytes_max=4)
    os.close(fd)


def test_more_than_memory_may_hold_needs_a_folder() -> None:
    before = open_descriptors()
    with pytest.raises(Invalid):
        content_of(io.BytesIO(b"words"), sealed_bytes_max=4)
    assert open_descriptors() == before


def test_a_source_that_fails_leaves_nothing_open() -> None:
    class Failing(io.BytesIO):
        def read(self, _most: int | None = -1, /) -> bytes:
            raise OSError(5, "the disk is gone")

    before = open_descriptors()
    with pytest.raises(OSError, match="the disk is gone"):
        content_of(Failing())
    assert open_descriptors() == before
