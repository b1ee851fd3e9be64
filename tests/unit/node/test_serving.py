"""A server ends with its worker, whenever it is told to."""

import os
import signal
import subprocess
import threading
from typing import Any

import pytest

from clew.node import serving


class Worker:
    """A process that stays until it is told to go, or that ended at once."""

    def __init__(self, *, is_there: bool) -> None:
        self.gone = threading.Event()
        self.told: list[int] = []
        if not is_there:
            self.gone.set()

    def wait(self, timeout: float | None = None) -> int:
        assert self.gone.wait(timeout or 10)
        return 0

    def send_signal(self, number: int) -> None:
        self.told.append(number)
        self.gone.set()


def test_a_worker_that_is_just_started_again_ends_with_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """One stop reaches both: the worker ends first, and is started again while the server takes its leave."""
    workers = [Worker(is_there=False), Worker(is_there=True)]
    being_started, may_be_there = threading.Event(), threading.Event()

    def start(*_: Any, **__: Any) -> Worker:
        worker = workers[len(started)]
        started.append(worker)
        if worker is workers[1]:
            being_started.set()
            assert may_be_there.wait(10)
        return worker

    started: list[Worker] = []
    monkeypatch.setattr(serving, "AGAIN_SECONDS", 0)
    monkeypatch.setattr(serving.subprocess, "Popen", start)
    leaving = threading.Timer(0.2, may_be_there.set)
    with serving._watched_worker():
        assert being_started.wait(10)
        leaving.start()
    assert started == workers
    assert workers[1].told == [signal.SIGTERM]


def test_a_ctrl_c_does_not_meet_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal tells every process of the server's group; a worker that only begins would break off in an import."""
    started: list[subprocess.Popen[bytes]] = []
    truly = subprocess.Popen

    def start(_: list[str], **options: Any) -> subprocess.Popen[bytes]:
        started.append(truly(["sleep", "60"], **options))
        return started[-1]

    monkeypatch.setattr(serving.subprocess, "Popen", start)
    with serving._watched_worker():
        while not started:
            threading.Event().wait(0.01)
        assert os.getpgid(started[0].pid) != os.getpgid(0)
    assert started[0].wait(10) == -signal.SIGTERM
