"""However fingerprints come in mass, no search is left with a long delta to scan, of whatever process."""

from pathlib import Path

import numpy as np
import pytest

from clew.actions import matching
from clew.cli.drawing import drive, landscape, write_clip
from clew.domain.fingerprint import Engine
from clew.domain.handling import Actor
from clew.index import recall
from clew.index.recall import Index
from tests.scenario.test_intakes import export, record
from tests.world.office import Office

DUE = 8
MANY = 40


@pytest.fixture(autouse=True)
def little_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recall, "DELTA_ROWS_DUE", DUE)
    monkeypatch.setattr("clew.actions.listing.ROWS_PER_BATCH", 15)


def pdqs() -> list[str]:
    return [one.tobytes().hex() for one in np.random.default_rng(5).integers(0, 256, (MANY, 32), np.uint8)]


def left_to_scan(office: Office, engine: Engine = Engine.STILL) -> tuple[int, int]:
    """What a process that opens the index now knows in all, and has to scan."""
    index = Index(office.workplace.indexes[engine]._shelf.folder, matching.source_of(engine), threads=1)
    try:
        index.catch_up()
        return index.last + 1, index.delta_rows
    finally:
        index.close()


def test_a_hash_list_leaves_no_large_delta(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("pdq\n" + "\n".join(pdqs()))
    office.intake(ada, tmp_path / "list.csv")
    known, scanned = left_to_scan(office)
    assert known >= MANY
    assert scanned < DUE


def test_a_case_export_leaves_no_large_delta(office: Office, ada: Actor, tmp_path: Path) -> None:
    records = [record(b"%d" % number, f"{number}.bmp", AlternativeHashes=[{"HashName": "PDQ", "HashValue": pdq}]) for number, pdq in enumerate(pdqs())]
    office.intake(ada, export(tmp_path / "case.json", *records), "NO-1")
    known, scanned = left_to_scan(office)
    assert known >= MANY
    assert scanned < DUE


def test_pictures_leave_no_large_delta(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    for seed in range(DUE):
        landscape(seed, (320, 240)).save(tmp_path / "seized" / f"{seed}.jpg")
    office.intake(ada, tmp_path / "seized", "NO-1")
    known, scanned = left_to_scan(office)
    assert known >= 2 * DUE  # each as it lies, and its middle
    assert scanned < DUE


def test_the_closer_look_at_a_video_leaves_no_large_delta(office: Office, ada: Actor, tmp_path: Path) -> None:
    (tmp_path / "seized").mkdir()
    write_clip(tmp_path / "seized" / "clip.mp4", drive(3, 2.0 * DUE))
    office.intake(ada, tmp_path / "seized", "NO-1")
    known, scanned = left_to_scan(office)
    assert known >= 2 * DUE
    assert scanned < DUE
