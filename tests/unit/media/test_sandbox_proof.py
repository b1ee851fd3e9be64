"""The sandbox is closed for real, whoever runs it; where it is not, nothing is decoded."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from clew.domain.errors import Unavailable
from clew.media.lock import Level
from clew.media.nursery import Nursery
from clew.media.proof import prove
from clew.media.reading import Wants
from clew.media.sandbox import Sandbox
from tests.unit.media.conftest import STAND_IN, memfd, program

NOBODY = 65534
ALL_ALLOWED = """
import struct, clew.media.seccomp as seccomp
seccomp.program = lambda pid, of: struct.pack("=HBBI", 6, 0, 0, 0x7FFF0000)
"""
NO_LANDLOCK = "import clew.media.lock as lock; lock._close_paths = lambda: False"
NO_FILTER = "import clew.media.lock as lock; lock._close_calls = lambda: None"
A_THREAD = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"


def test_none_of_the_attempts_to_break_out_is_let_through(nursery: Nursery) -> None:
    proof = prove(nursery)
    assert proof.let_through == ()
    assert proof.is_closed
    assert proof.attempts >= 66
    assert proof.ended >= 40
    assert proof.level is (Level.OWN_USER if os.geteuid() == 0 else Level.LANDLOCK)


def test_without_landlock_the_list_of_calls_still_stops_every_attempt() -> None:
    with Nursery(program=program(NO_LANDLOCK)) as nursery:
        proof = prove(nursery)
    assert (proof.level, proof.let_through) == (Level.SECCOMP, ())


@pytest.mark.parametrize("broken", [ALL_ALLOWED, NO_FILTER, A_THREAD], ids=["allows all", "no filter", "a thread"])
def test_a_sandbox_that_is_not_closed_reads_nothing(broken: str) -> None:
    with Nursery(program=program(broken)) as nursery, Sandbox(nursery=nursery) as sandbox:
        with pytest.raises(Unavailable):
            sandbox.read(memfd(b"words"), 5, Wants.FULL)
        assert sandbox.reader_pid is None


def test_an_open_sandbox_lets_attempts_through_so_that_the_proof_proves_something() -> None:
    """The same attempts in a process whose list of calls allows everything."""
    with Nursery(program=program(ALL_ALLOWED)) as nursery:
        outcomes = {
            name: nursery.outcome(name)[0]
            for name in ("socket udp", "mmap that runs", "clone", "statx", "dup", "memfd_create", "pipe2")
        }
    assert set(outcomes.values()) == {b"let through"}


ORDINARY_USER = """
import sys
sys.path[:0] = {paths!r}
from clew.media.nursery import Nursery
from clew.media.proof import prove
start = "import sys; sys.path[:0] = {paths!r}; import runpy; runpy.run_path({stand_in!r}, run_name='__main__')"
with Nursery(program=(sys.executable, "-I", "-c", start)) as nursery:
    proof = prove(nursery)
print(proof.level.name, proof.attempts, proof.let_through)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="an ordinary user runs the proof above already")
def test_the_sandbox_is_closed_for_an_ordinary_user() -> None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("setpriv (util-linux) is not installed: not proved as an ordinary user")
    drop = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    paths = [sysconfig.get_paths()["purelib"], str(Path(__file__).parents[3] / "src")]
    script = ORDINARY_USER.format(paths=paths, stand_in=str(STAND_IN))
    python = reachable_python(drop, paths)
    if python is None:
        pytest.skip("an ordinary user cannot reach this Python or this checkout: not proved as one")
    done = subprocess.run([*drop, python, "-I", "-c", script], capture_output=True, text=True, check=True)
    level, attempts, let_through = done.stdout.split(maxsplit=2)
    assert (level, let_through.strip()) == (Level.LANDLOCK.name, "()")
    assert int(attempts) >= 66


def reachable_python(drop: list[str], paths: list[str]) -> str | None:
    """A Python that a user without powers can start, and that reaches this checkout."""
    script = f"import sys; sys.path[:0] = {paths!r}; import clew.media, numpy"
    twice = f"import subprocess, sys; subprocess.run([sys.executable, '-I', '-c', {script!r}], check=True)"
    for python in (sys.executable, f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"):
        # Through a process of its own: setpriv still has its powers when it starts the first.
        if Path(python).exists() and not subprocess.run(
            [*drop, python, "-I", "-c", twice], capture_output=True, check=False
        ).returncode:
            return python
    return None
