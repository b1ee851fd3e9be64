"""Processes forked from one that has imported what they need: `python -m tests.world.forge SOCKET [MODULE]` makes them.

A command spends nine tenths of its time on imports. What is forked is a process all the same, with its own
number, session, input, output and ending, and dies as any other. That commands also begin from nothing is shown
by tests/end_to_end/test_commands.py.
"""

import atexit
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]
REQUEST_BYTES_MAX = 64 * 1024
SECONDS_MAX = 120
Key = tuple[tuple[str, str], ...]


class Forked:
    """A process that was forked; what of `subprocess.Popen` the tests use."""

    def __init__(self, line: socket.socket, ends: list[IO[str] | None]) -> None:
        self._line = line
        self.stdin, self.stdout, self.stderr = ends
        self.returncode: int | None = None
        self.pid = int(self._line.recv(REQUEST_BYTES_MAX))

    def poll(self) -> int | None:
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("forked", timeout or 0)
        return code

    def communicate(self, given: str = "", timeout: float | None = None) -> tuple[str, str]:
        """Give it its input and read all that it says, until it ends."""
        with ThreadPoolExecutor(2) as readers:
            out, err = (readers.submit(one.read) if one else None for one in (self.stdout, self.stderr))
            with suppress(BrokenPipeError):
                if self.stdin:
                    self.stdin.write(given)
                    self.stdin.close()
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                with suppress(ProcessLookupError):
                    os.killpg(self.pid, signal.SIGKILL)  # what it started may hold the ends that are read
                raise
            said = (out.result() if out else "", err.result() if err else "")
        for one in (self.stdout, self.stderr):
            if one:
                one.close()
        return said

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._line], [], [], timeout)[0]:
            self.returncode = int(self._line.recv(REQUEST_BYTES_MAX))
            self._line.close()
        return self.returncode


class Forge:
    """The process that forks, with this environment and more modules that it imports; it ends with the one that started
    it, or when it is closed."""

    def __init__(self, environment: Mapping[str, str], *imported: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="clew-forge-"))
        self._environment = dict(environment)
        command = [sys.executable, "-m", "tests.world.forge", str(self._folder / "socket"), *imported]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        assert self._process.stdout.readline() == b"ready\n"

    def start(
        self, module: str, *words: str, stdin: int = subprocess.PIPE, stdout: IO[str] | int = subprocess.PIPE,
        stderr: int | None = subprocess.PIPE,
    ) -> Forked:  # fmt: skip
        """Run `python -m module words` in a process of its own."""
        ours: list[IO[str] | None] = []
        theirs: list[int] = []
        for way, wanted in (("w", stdin), ("r", stdout), ("r", stderr)):
            if wanted == subprocess.PIPE:
                read, write = os.pipe()
                theirs.append(read if way == "w" else write)
                ours.append(os.fdopen(write if way == "w" else read, way, encoding="utf-8"))
            else:
                theirs.append(os.dup(2 if wanted is None else wanted.fileno()))
                ours.append(None)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        line.connect(str(self._folder / "socket"))
        asked = {"module": module, "words": words, "environment": dict(self._environment), "cwd": str(Path.cwd())}
        socket.send_fds(line, [json.dumps(asked).encode()], theirs)
        for each in theirs:
            os.close(each)
        return Forked(line, ours)

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(SECONDS_MAX)
        self._process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)


_forges: dict[tuple[str, ...], tuple[object, Forge]] = {}
"""By home and by what it imported beside the commands: what the forge was made with, and the forge."""


def forge_of(environment: Mapping[str, str], *imported: str) -> Forge:
    """The forge of these variables; a new one where what it read of the node's keys has changed since."""
    home = environment["CLEW_HOME"]
    named = (home, *imported)
    # Keys of owners and of cases are read, and made, by whoever needs them first.
    kept = (path for path in Path(home, "keys").glob("*") if path.is_file())
    keys = sorted((str(path), path.stat().st_mtime_ns) for path in kept)
    environment = {name: value for name, value in environment.items() if name != "PYTEST_CURRENT_TEST"}
    made_with = (environment, keys)
    if named in _forges and _forges[named][0] != made_with:
        _forges.pop(named)[1].close()
    if named not in _forges:
        _forges[named] = (made_with, Forge(environment, *imported))
    return _forges[named][1]


def forget(home: str) -> None:
    """End the forges of a home, if there are any."""
    for named in [one for one in _forges if one[0] == home]:
        _forges.pop(named)[1].close()


atexit.register(lambda: [forget(home) for home in {one[0] for one in _forges}])


def serve(path: str, *imported: str) -> None:
    """Fork whatever is asked for, until the one that started this ends."""
    _import_all()
    for module in imported:
        importlib.import_module(module)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(path)
        listener.listen(64)
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while listener in select.select([listener, 0], [], [])[0]:
            line, _ = listener.accept()
            asked, files, _, _ = socket.recv_fds(line, REQUEST_BYTES_MAX, 3)
            if os.fork() == 0:
                listener.close()
                _mind(line, json.loads(asked), files)
            line.close()
            for file in files:
                os.close(file)
            _reap()


def _import_all() -> None:
    import clew.cli.main
    import clew.node.workplace  # noqa: F401
    from clew.node import founded
    from clew.node.configuration import Configuration

    if (Configuration.from_environment().keys_folder / founded.FOUNDED).exists():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", founded.SETTINGS)
        import django

        django.setup()
        import tests.world.ending
        import tests.world.office  # noqa: F401


def _reap() -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _mind(line: socket.socket, asked: dict[str, object], files: list[int]) -> None:
    """Start the process, and tell how it ended."""
    child = os.fork()
    if child == 0:
        os.setsid()
        line.send(str(os.getpid()).encode())
        line.close()
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        _run(**asked)
    for file in files:
        os.close(file)
    line.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    os._exit(0)


def _run(module: str, words: list[str], environment: dict[str, str], cwd: str) -> None:
    """What `python -m` does, up to the end of the process."""
    code: object = 0
    try:
        os.chdir(cwd)
        os.environ.update(environment)
        sys.argv[1:] = words
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code or 0
        if not isinstance(code, int):
            sys.stderr.write(f"{code}\n")
            code = 1
    except BaseException:
        traceback.print_exc()
        code = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(BrokenPipeError):
            stream.flush()
    os._exit(int(str(code)))


if __name__ == "__main__":
    serve(*sys.argv[1:])
