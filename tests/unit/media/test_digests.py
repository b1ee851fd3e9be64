"""Digests are those of the very bytes that the sandbox reads, and nobody can change them."""

import fcntl
import hashlib
import io
import os
from pathlib import Path

import pytest

from clew.domain.errors import Invalid
from clew.media.digests import Content, content_of, content_of_file

SIZES = [0, 1, 63, 64, 2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20 + 7]


def behind(content: Content) -> bytes:
    return os.pread(content.fd, content.digests.size_bytes + 1, 0)


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
        assert content.is_sealed == (size <= sealed_bytes_max)
        with pytest.raises(OSError, match=r"Operation not permitted|Bad file descriptor"):
            os.pwrite(content.fd, b"x", 0)
        with pytest.raises(OSError, match=r"Operation not permitted|Invalid argument"):
            os.ftruncate(content.fd, size + 1)
    assert list(tmp_path.iterdir()) == []


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
