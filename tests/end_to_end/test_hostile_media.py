"""Good and hostile media through the real sandbox, while its readers are killed: none is wrong."""

import csv
import os
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest

from clew.domain.medium import Verdict
from clew.media.archive import Unpacker, looks_like_archive
from clew.media.digests import content_of, content_of_file
from clew.media.lock import Level
from clew.media.nursery import Nursery
from clew.media.proof import prove
from clew.media.reading import Reading, Wants
from clew.media.sandbox import Sandbox
from tests.world.killing import Killer
from tests.world.pictures import waves

MEDIA = Path(os.environ.get("CLEW_TEST_MEDIA", Path(__file__).parents[3] / "shared" / "media"))
GOOD, KILLS = 400, 50
VERDICTS_BY_EXPECTATION = {
    "refuse by its header": {Verdict.REFUSED},
    "report as empty": {Verdict.NOT_DECODED},
    "report as damaged;": {Verdict.NOT_DECODED, Verdict.DAMAGED_READ},
    "read by content": {Verdict.DECODED},
    "keep the name": {Verdict.DECODED},
    "refuse; serve": {Verdict.NOT_DECODED},
    "never fetch": {Verdict.NOT_DECODED},
    "refuse entities": {Verdict.NOT_DECODED},
    "show what can be read": {Verdict.DAMAGED_READ},
}


@dataclass(frozen=True)
class Summary:
    """What must be the same however often a reader was killed."""

    verdict: Verdict
    reason: str
    stored: tuple[bytes, ...]
    queries: tuple[bytes, ...]


def summary(reading: Reading) -> Summary:
    stored = tuple(one.bits.tobytes() for one in reading.stored)
    return Summary(reading.verdict, reading.reason, stored, tuple(one.bits.tobytes() for one in reading.queries))


@pytest.fixture(scope="module")
def nursery(compiled: Path) -> Iterator[Nursery]:
    with Nursery(cache=compiled) as one:
        yield one


@pytest.fixture(scope="module")
def drawn() -> list[bytes]:
    """JPEGs of drawn waves, no two the same."""
    return waves(GOOD)


def hostile_files() -> list[Path]:
    folder = MEDIA / "hostile"
    if not folder.is_dir():
        pytest.skip(f"the hostile media are absent ({folder}): nothing is proved with them")
    return sorted(path for path in folder.iterdir() if path.name != "hostile.csv")


def read(sandbox: Sandbox, content: bytes) -> Reading:
    with content_of(BytesIO(content)) as sealed:
        return sandbox.read(sealed.fd, sealed.digests.size_bytes, Wants.FULL)


def test_the_real_decoders_are_locked_in(nursery: Nursery) -> None:
    proof = prove(nursery)
    assert proof.let_through == ()
    assert proof.level is (Level.OWN_USER if os.geteuid() == 0 else Level.LANDLOCK)


def test_each_hostile_file_gets_the_verdict_that_is_expected_of_it(nursery: Nursery) -> None:
    files = hostile_files()
    with (MEDIA / "hostile" / "hostile.csv").open(encoding="utf-8", newline="") as table:
        expected = {row["file"]: row["expected"] for row in csv.DictReader(table)}
    with Sandbox(nursery=nursery) as sandbox:
        for path in files:
            fd = os.open(path, os.O_RDONLY)
            with content_of_file(fd) as content:
                reading = sandbox.read(content.fd, content.digests.size_bytes, Wants.FULL)
            os.close(fd)
            wish = expected[path.name]
            for words, verdicts in VERDICTS_BY_EXPECTATION.items():
                assert not wish.startswith(words) or reading.verdict in verdicts, path.name
            assert reading.verdict not in (Verdict.QUARANTINED, Verdict.WAITING), path.name
        assert (sandbox.alarms, sandbox.readers_started) == (0, 1)


def test_killing_readers_changes_no_verdict_and_no_fingerprint(nursery: Nursery, drawn: list[bytes]) -> None:
    named = [*((f"drawn {number}", one) for number, one in enumerate(drawn)),
             *((path.name, path.read_bytes()) for path in hostile_files())]  # fmt: skip
    random.Random(1).shuffle(named)
    with Sandbox(nursery=nursery) as calm:
        wanted = [summary(read(calm, content)) for _, content in named]
    assert sum(one.verdict is Verdict.DECODED for one in wanted) >= GOOD
    assert len({one.stored for one in wanted}) >= GOOD
    with Sandbox(nursery=nursery) as sandbox, Killer(sandbox, nursery) as killer:
        end = time.monotonic() + 60
        while killer.kills < KILLS and time.monotonic() < end:
            for (name, content), expected in zip(named, wanted, strict=True):
                killer.next_medium()
                assert summary(read(sandbox, content)) == expected, name
    assert killer.kills >= KILLS
    assert sandbox.alarms == 0


CONCAT = """
import os, socket, sys
from io import BytesIO
import av
from clew.domain.medium import Verdict
from clew.media.reading import Reading
from clew.media.worker import Decoders, run

def read(fd, size, wants):
    try:
        with av.open(BytesIO(os.pread(fd, size, 0)), options={"safe": "0"}) as opened:
            frames = sum(1 for _ in opened.decode(video=0))
        return Reading(verdict=Verdict.DECODED, reason=f"{frames} frames")
    except Exception as failure:
        return Reading(verdict=Verdict.NOT_DECODED, reason=type(failure).__name__)

def warm():
    for sample in (sys.argv[1], os.devnull):
        fd = os.open(sample, os.O_RDONLY)
        read(fd, 1 << 20, None)
        os.close(fd)

run(socket.socket(fileno=int(sys.argv[2])), Decoders(warm=warm, read=read, cut=lambda *_: (1, 0, 0, b""), render=lambda *_: ((1, *[0] * 17), b"")))
"""


def drawn_clip(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for shade in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade * 20, np.uint8), format="rgb24")
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def test_a_script_that_names_another_file_reads_nothing(tmp_path: Path, nursery: Nursery) -> None:
    """Even a decoder without our list of formats, which outside does decode the other file."""
    tmp_path.chmod(0o755)
    clip = tmp_path / "canary.mp4"
    drawn_clip(clip)
    script = f"ffconcat version 1.0\nfile {clip}\n".encode()
    with av.open(BytesIO(script), options={"safe": "0"}) as opened:
        assert sum(1 for _ in opened.decode(video=0)) == 10
    with Sandbox(program=(sys.executable, "-I", "-c", CONCAT, str(clip))) as sandbox:
        assert "frames" in read(sandbox, clip.read_bytes()).reason
        reading = read(sandbox, script)
        assert (reading.verdict, reading.reason) == (Verdict.NOT_DECODED, "PermissionError")
    with Sandbox(nursery=nursery) as sandbox:
        assert read(sandbox, script).verdict is Verdict.NOT_DECODED


def test_hostile_archives_write_nothing_and_lose_no_entry(nursery: Nursery, tmp_path: Path) -> None:
    counts = {"zip-3000-entries.zip": 3000, "zip-odd-names.zip": 12, "zip-slip.zip": 5, "tar-links-out.tar": 5}
    before = sorted(tmp_path.parent.iterdir())
    total = 0
    for path in hostile_files():
        fd = os.open(path, os.O_RDONLY)
        size = os.fstat(fd).st_size
        if looks_like_archive(os.pread(fd, 512, 0)):
            with Unpacker(fd, size, nursery=nursery) as unpacker:
                entries = 0
                for entry in unpacker.entries():
                    with content_of(entry) as content:
                        total += content.digests.size_bytes
                    entries += 1
            assert unpacker.failures == 0, path.name
            assert entries == counts.get(path.name, entries), path.name
        os.close(fd)
    assert total < 64 * 2**20
    assert sorted(tmp_path.parent.iterdir()) == before
