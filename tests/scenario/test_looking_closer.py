"""Videos that cannot be looked at closer are counted, and those that were are not looked at again."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from clew.actions import looking_closer, receiving, walking
from clew.cli.drawing import drive, write_clip
from clew.domain.handling import Actor
from clew.domain.intake import Summary
from clew.records.session import acting_as
from tests.world.office import Office


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Two clips."""
    folder = tmp_path / "seized"
    folder.mkdir()
    for number in range(2):
        write_clip(folder / f"{number}.mp4", drive(number, 3.0))
    return folder


def first_answer(office: Office, of: Actor, source: Path, *, keeps_bytes: bool) -> Any:
    """Take in up to the first answer; what is left to do waits."""
    intake_id = office.intake(of, source, "NO-1", keeps_bytes=keeps_bytes, works=False)
    actor, chunk_id, _ = office.waiting.popleft()
    chunk = receiving.chunk_of(actor, chunk_id)
    assert chunk is not None
    receiving.take_in(office.workplace, actor, chunk, office.adder(actor))
    return intake_id


def summary(of: Actor, intake_id: Any) -> Summary:
    with acting_as(of) as session:
        return walking.finish(session, intake_id)


def test_a_video_whose_source_is_gone_is_counted(office: Office, ada: Actor, clips: Path) -> None:
    intake_id = first_answer(office, ada, clips, keeps_bytes=False)
    (clips / "0.mp4").unlink()
    office.work()
    assert summary(ada, intake_id).key_frames_only == {looking_closer.NO_BYTES: 1}


def test_a_video_whose_stored_bytes_were_changed_is_counted(
    office: Office, ada: Actor, clips: Path, tmp_path: Path
) -> None:
    intake_id = first_answer(office, ada, clips, keeps_bytes=True)
    for clip in clips.iterdir():
        clip.unlink()
    blob = max((tmp_path / "vault" / "blobs").rglob("*"), key=lambda path: path.stat().st_size if path.is_file() else -1)
    blob.chmod(0o600)
    blob.write_bytes(blob.read_bytes()[:-40] + bytes(40))
    office.work()
    assert summary(ada, intake_id).key_frames_only == {looking_closer.TAMPERED: 1}


def test_an_interruption_repeats_no_video(
    office: Office, ada: Actor, clips: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first_answer(office, ada, clips, keeps_bytes=True)
    store, stored = looking_closer._store, []

    def failing(*given: Any) -> None:
        if len(stored) == 1:
            stored.append(None)
            raise KeyboardInterrupt
        store(*given)
        stored.append(given[3].id)

    monkeypatch.setattr(looking_closer, "_store", failing)
    again = office.waiting[-1]
    with pytest.raises(KeyboardInterrupt):
        office.work()
    office.waiting.append(again)
    office.work()
    assert len(stored) == len(set(stored)) == 3


def test_what_was_read_in_full_out_of_an_archive_is_not_counted(
    office: Office, ada: Actor, clips: Path, tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(clips / "0.mp4", "0.mp4")
    (tmp_path / "phone.zip").write_bytes(packed.getvalue())
    intake_id = office.intake(ada, tmp_path / "phone.zip", "NO-1", keeps_bytes=False)
    assert summary(ada, intake_id).key_frames_only == {}
