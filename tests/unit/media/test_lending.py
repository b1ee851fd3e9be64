"""A stored medium is read by whoever is lent it part by part, and what was changed in the vault is not handed on."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from clew.domain.errors import Tampered
from clew.media import lending
from clew.media.digests import content_of
from clew.media.protocol import LENT_ASKED, LENT_PART_BYTES_MAX
from clew.media.seized import read_at
from clew.media.stored_entry import SeizedBytes
from tests.world.large import Large


@pytest.fixture
def large() -> Large:
    return Large(3 * LENT_PART_BYTES_MAX + 11)


@pytest.fixture(params=[0, 10**6], ids=["on a line", "copied"])
def fd(request: pytest.FixtureRequest, large: Large, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    monkeypatch.setattr(lending, "COPIED_BYTES_MAX", request.param)
    with lending.lent(large) as made:
        yield made


def test_it_is_read_from_anywhere_on_and_ends_where_it_ends(fd: int, large: Large) -> None:
    for at, count in ((0, 1), (5, large.size_bytes), (LENT_PART_BYTES_MAX - 1, 2), (large.size_bytes - 3, 100), (large.size_bytes + 9, 5)):
        assert read_at(fd, count, at) == large.clear(at, max(at, min(at + count, large.size_bytes)))


def test_what_a_reader_left_behind_that_was_ended_is_nobodys_answer(large: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "COPIED_BYTES_MAX", 0)
    with lending.lent(large) as fd:
        os.write(fd, LENT_ASKED.pack(7, 9))
        os.write(fd, LENT_ASKED.pack(100, 9))
        assert read_at(fd, 20, 30) == large.clear(30, 50)


def test_what_is_no_question_ends_it_and_what_was_changed_is_refused(large: Large, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lending, "COPIED_BYTES_MAX", 0)
    with lending.lent(large) as fd:
        os.write(fd, b"?" * 40)
        assert read_at(fd, 1, 0) == b""
    large._aead = Large(9)._aead
    with pytest.raises(Tampered), lending.lent(large) as fd:
        assert read_at(fd, 1, 0) == b""


def test_what_was_spilled_is_read_on_a_line_and_what_is_held_as_it_lies(tmp_path: Path) -> None:
    wanted = os.urandom(3 * LENT_PART_BYTES_MAX)
    for held_bytes_max in (2**12, 2**30):
        content = content_of(io.BytesIO(wanted), spill=tmp_path, sealed_bytes_max=held_bytes_max)
        with content, lending.given(content) as fd:
            assert read_at(fd, len(wanted) + 1, 0) == wanted
            assert SeizedBytes(fd, len(wanted)).at(LENT_PART_BYTES_MAX - 5, 10) == wanted[LENT_PART_BYTES_MAX - 5 :][:10]
            assert (fd == content.fd) == content.is_sealed
