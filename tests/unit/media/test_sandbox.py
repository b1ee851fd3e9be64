"""The trusted side believes nothing of a reader and replaces whatever fails."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from clew.domain.medium import Verdict
from clew.media.deadline import Budget
from clew.media.nursery import Nursery
from clew.media.reading import Reading, Wants
from clew.media.sandbox import Sandbox
from tests.unit.media.conftest import memfd, program
from tests.unit.media.stand_in import fingerprint_of

BUDGET = Budget(cpu_seconds_base=0.6, idle_wall_seconds=1.0, wall_factor=100)


@pytest.fixture(scope="module")
def sandbox(nursery: Nursery):
    with Sandbox(nursery=nursery, budget=BUDGET) as one:
        yield one


def read(sandbox: Sandbox, words: bytes) -> Reading:
    fd = memfd(words)
    try:
        return sandbox.read(fd, len(words), Wants.FULL)
    finally:
        os.close(fd)


def is_right(reading: Reading, words: bytes) -> bool:
    return reading.verdict is Verdict.DECODED and reading.stored[0].bits.tobytes() == fingerprint_of(words)


def test_a_reading_comes_back_whole(sandbox: Sandbox) -> None:
    reading = read(sandbox, b"rows 120000")
    assert len(reading.stored[0]) == len(reading.queries[0]) == 120_000
    assert reading.stored[0].bits[119_999].tobytes() == fingerprint_of(b"rows 120000")
    assert set(reading.stored[0].qualities.tolist()) == {77}


def test_a_path_is_closed_inside(sandbox: Sandbox) -> None:
    assert read(sandbox, b"open /etc/passwd").reason == "The path is closed."


@pytest.mark.parametrize(
    ("misdeed", "reason"),
    [
        (b"die", "The sandboxed reader died."),
        (b"abort", "The sandboxed reader died."),
        (b"forbidden", "The sandboxed reader made a forbidden system call."),
        (b"spin", "The sandboxed reader used more CPU time than a medium may."),
        (b"sleep", "The sandboxed reader stood still."),
        (b"garbage", "The reader's answer is to no question."),
        (b"short", "The reader's answer is to no question."),
        (b"wrong nonce", "The reader's answer is to no question."),
        (b"right nonce", "The reader's answer is not a reading."),
        (b"too long", "The reader's answer is too long."),
        (b"too much", "The sandboxed reader died."),
        (b"claims", "The reader's answer is not a reading."),
        (b"more along", "The reader's answer is not a reading."),
        (b"less along", "The reader's answer is not a reading."),
        (b"longer than it is", "The reader's answer is not a reading."),
        (b"no frame", "The reader's answer is too short."),
    ],
)
def test_a_reader_that_fails_twice_quarantines_its_medium_and_no_other(
    sandbox: Sandbox, misdeed: bytes, reason: str
) -> None:
    reading = read(sandbox, misdeed)
    assert (reading.verdict, reading.reason) == (Verdict.QUARANTINED, reason)
    assert reading.stored == reading.queries == ()
    assert is_right(read(sandbox, b"the next medium"), b"the next medium")


def test_a_forbidden_call_is_an_alarm_each_time(nursery: Nursery) -> None:
    with Sandbox(nursery=nursery) as sandbox:
        read(sandbox, b"die")
        assert sandbox.alarms == 0
        read(sandbox, b"forbidden")
        assert sandbox.alarms == 2


def test_an_answer_given_before_the_question_is_not_taken(sandbox: Sandbox) -> None:
    """A reader leaves a second answer in the channel: the next medium must not get it."""
    first = read(sandbox, b"answers twice")
    assert is_right(first, b"answers twice")
    assert is_right(read(sandbox, b"another medium"), b"another medium")


def test_a_reader_stopped_from_outside_is_noticed_and_replaced(sandbox: Sandbox) -> None:
    assert is_right(read(sandbox, b"before"), b"before")
    stopped = sandbox.reader_pid
    assert stopped is not None
    os.kill(stopped, signal.SIGSTOP)
    assert is_right(read(sandbox, b"after"), b"after")
    assert sandbox.reader_pid != stopped


def test_a_reader_killed_from_outside_costs_no_medium(sandbox: Sandbox) -> None:
    for number in range(10):
        words = b"medium %d" % number
        read(sandbox, b"warm")
        pid = sandbox.reader_pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert is_right(read(sandbox, words), words)


def test_a_reader_killed_in_the_middle_is_tried_once_more(sandbox: Sandbox) -> None:
    read(sandbox, b"warm")
    pid = sandbox.reader_pid
    assert pid is not None
    threading.Timer(0.1, os.kill, (pid, signal.SIGKILL)).start()
    assert is_right(read(sandbox, b"slow"), b"slow")


def test_a_nursery_killed_from_outside_is_started_again(nursery: Nursery, sandbox: Sandbox) -> None:
    assert is_right(read(sandbox, b"before"), b"before")
    assert nursery.pid is not None
    os.kill(nursery.pid, signal.SIGKILL)
    assert is_right(read(sandbox, b"after"), b"after")


def test_readers_end_with_their_nursery() -> None:
    with Nursery(program=program()) as nursery:
        sandbox = Sandbox(nursery=nursery)
        read(sandbox, b"words")
        reader = Path(f"/proc/{sandbox.reader_pid}")
        assert nursery.pid is not None
        os.kill(nursery.pid, signal.SIGKILL)
        end = time.monotonic() + 20
        while reader.exists() and "zombie" not in (reader / "status").read_text():
            assert time.monotonic() < end
            time.sleep(0.02)
        sandbox.close()


def test_a_reader_is_replaced_after_so_many_media(nursery: Nursery) -> None:
    with Sandbox(nursery=nursery, media_per_reader=3) as sandbox:
        pids = []
        for _ in range(7):
            read(sandbox, b"words")
            pids.append(sandbox.reader_pid)
    assert len(set(pids)) == sandbox.readers_started == 3
    assert pids[0] == pids[2] != pids[3] == pids[5] != pids[6]


def test_a_reader_keeps_no_descriptor_but_its_channel_and_its_results(sandbox: Sandbox) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root may look at the descriptors of a locked reader")
    read(sandbox, b"words")
    assert sorted(int(fd.name) for fd in Path(f"/proc/{sandbox.reader_pid}/fd").iterdir()) == [0, 1, 2, 10, 11]


def test_a_reader_gets_nothing_of_the_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEW_SECRET", "key")
    with Sandbox(program=program()) as fresh:
        reading = read(fresh, b"environment")
    assert reading.facts["names"] == sorted(["PATH", "LANG", "HOME", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                             "NUMBA_NUM_THREADS"])  # fmt: skip
