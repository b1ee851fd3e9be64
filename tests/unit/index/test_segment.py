"""A segment on disk: what was written is what is read, and any damage is seen."""

from pathlib import Path

import numpy as np
import pytest

from clew.domain.errors import Tampered
from clew.index import segment
from clew.index.build import write_segment
from clew.index.hamming import pack
from clew.index.plan import PLANS, Plan
from clew.index.segment import Page, open_segment
from tests.unit.index.feed import fingerprints

SMALL = Plan(name="small", widths=(8,) * 32, radii=(0,) * 32)
BITS = fingerprints(np.random.default_rng(1), 3_001)
FILES = ["rows", "numbers", "occupied", "offsets", "postings", "header"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A segment of 3,001 rows in three runs of numbers."""
    monkeypatch.setitem(PLANS, "small", SMALL)
    rows = pack(BITS)
    pages = [Page(7, rows[:1000]), Page(1007, rows[1000:1500]), Page(5000, rows[1500:3000]), Page(9000, rows[3000:])]
    assert write_segment(tmp_path / "segment", pages, plan=SMALL) == 9000
    return tmp_path / "segment"


def test_a_segment_gives_back_its_rows_and_their_numbers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "PAGE_ROWS", 400)
    opened = open_segment(folder)
    opened.verify()
    pages = list(opened.pages())
    assert np.array_equal(np.concatenate([page.rows for page in pages]), pack(BITS))
    numbers = np.concatenate([page.first + np.arange(len(page.rows)) for page in pages])
    assert numbers.tolist() == [*range(7, 1507), *range(5000, 6500), 9000]
    assert opened.last().first == 9000


def test_nothing_partial_is_left_beside_a_segment(folder: Path) -> None:
    assert [each.name for each in folder.parent.iterdir()] == ["segment"]


def test_no_rows_make_no_segment(tmp_path: Path) -> None:
    assert write_segment(tmp_path / "segment", []) is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("where", [0.0, 0.5, 0.999999])
def test_a_flipped_bit_in_any_file_is_seen(folder: Path, name: str, where: float) -> None:
    content = bytearray((folder / name).read_bytes())
    content[int(where * len(content))] ^= 1 << 5
    (folder / name).write_bytes(content)
    with pytest.raises(Tampered):
        open_segment(folder).verify()


@pytest.mark.parametrize("name", FILES)
def test_a_cut_file_is_seen_when_the_segment_is_opened(folder: Path, name: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2 // 8 * 8])
    with pytest.raises(Tampered):
        open_segment(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_seen_when_the_segment_is_opened(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(Tampered):
        open_segment(folder)


def test_a_segment_in_another_order_of_bits_is_not_used(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment, "BIT_ORDER_SEED", 2)
    with pytest.raises(Tampered):
        open_segment(folder)


def test_an_open_segment_outlives_its_files(folder: Path) -> None:
    opened = open_segment(folder)
    for file in folder.iterdir():
        file.unlink()
    assert opened.search(pack(BITS[2999:3000]), 0).row.tolist()[-1] == 6499
