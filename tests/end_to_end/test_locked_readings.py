"""What a locked reader says of a medium is what an unlocked one says: nothing is imported or opened too late."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from clew.domain.fingerprint import QUALITY_MATCHED_MIN, Kind
from clew.media import decode, sound
from clew.media.nursery import Nursery
from clew.media.reading import FingerprintSet, Reading, Wants
from clew.media.sandbox import Sandbox
from tests.world import clips

MEDIA = Path(os.environ.get("CLEW_TEST_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
SECONDS = 8.0


@pytest.fixture
def sandbox(nursery: Nursery) -> Iterator[Sandbox]:
    with Sandbox(nursery=nursery) as one:
        yield one


def read_both(sandbox: Sandbox, path: Path, wants: Wants) -> tuple[Reading, Reading]:
    """The reading inside the sandbox, and the one in this process."""
    fd = os.open(path, os.O_RDONLY)
    try:
        size = path.stat().st_size
        return sandbox.read(fd, size, wants), decode.read(fd, size, wants)
    finally:
        os.close(fd)


def said(reading: Reading) -> tuple[object, ...]:
    return (
        reading.verdict, reading.reason, reading.kind, reading.width, reading.height, reading.duration_ms,
        reading.camera, dict(reading.facts).keys(), *map(fingerprints, (*reading.stored, *reading.queries)),
    )  # fmt: skip


def fingerprints(one: FingerprintSet) -> tuple[object, ...]:
    """All of a set; of a flat picture (whose bits are rounding) only that it is there."""
    if one.kind in (Kind.PDQ, Kind.PDQ_CENTRED) and one.qualities.max() < QUALITY_MATCHED_MIN:
        return (one.kind, len(one))
    return (one.kind, *(None if rows is None else np.asarray(rows).tobytes() for rows in
                        (one.bits, one.qualities, one.times_ms, one.transforms)))  # fmt: skip


@pytest.mark.parametrize("wants", Wants)
@pytest.mark.parametrize(("name", "codec"), [("clip.mp4", "aac"), ("clip.mkv", "libopus"), ("clip.avi", "pcm_s16le")])
def test_a_clip_with_sound_is_read_whole_in_the_sandbox(
    sandbox: Sandbox, tmp_path: Path, name: str, codec: str, wants: Wants
) -> None:
    """numpy imports a module when it first wraps a pointer: every clip with sound was once lost to that."""
    path = clips.write(
        tmp_path / name, clips.scenes(1, SECONDS), sound=clips.music(2, SECONDS), sound_codec=codec
    )  # fmt: skip
    inside, outside = read_both(sandbox, path, wants)
    assert said(inside) == said(outside)
    assert inside.verdict.is_decoded
    kinds = {one.kind for one in inside.stored}
    assert kinds == ({Kind.FRAME, Kind.SOUND} if sound.available() else {Kind.FRAME})


@pytest.mark.skipif(not MEDIA.is_dir(), reason="no test media (set CLEW_TEST_MEDIA): locked readers of real media NOT TESTED")
@pytest.mark.parametrize("folder", ["formats", "videos", "hostile", "views"])
def test_real_media_are_read_alike_inside_and_outside(sandbox: Sandbox, folder: str) -> None:
    paths = sorted(path for path in (MEDIA / folder).rglob("*") if path.is_file())
    assert paths
    for path in paths[:120]:
        inside, outside = read_both(sandbox, path, Wants.PICTURE_OR_KEY_FRAMES)
        assert said(inside) == said(outside), path.name
        assert "Error)" not in inside.reason.replace("ValueError", "").replace("struct.error", ""), (path.name, inside.reason)
