"""Serving: the pages in this process and a worker beside them, until a signal."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from django.db import connections
from uvicorn.config import STARTUP_FAILURE

from clew.jobs import sequencer, tasks, worker
from clew.node.configuration import Configuration
from clew.node.workplace import equipped

STOP_SECONDS_MAX = 20
AGAIN_SECONDS = 2.0
log = logging.getLogger("clew.node")


def work_for_ever(configuration: Configuration) -> None:
    """Do jobs of this machine and those that any can do, and put the audit in order, until SIGINT or SIGTERM."""
    with equipped(configuration) as workplace, sequencer.beside():
        tasks.equip(workplace)
        worker.work_for_ever([*tasks.queues_of(workplace.host), tasks.academy_queue_of(workplace.host)])


def serve_for_ever(configuration: Configuration, *, port: int | None = None) -> None:
    """Serve the pages, with a worker in a process of its own, until SIGINT or SIGTERM."""
    server = uvicorn.Server(
        uvicorn.Config(
            "clew.node.asgi:application",
            host=configuration.listen_host,
            port=port or configuration.listen_port,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # whoever may say where a request comes from could be the trusted proxy
            lifespan="off",
            timeout_graceful_shutdown=2,
        )
    )
    # What this thread opened before is none of those that requests share: it could not be given back at the end.
    connections.close_all()
    # The server gives a signal on once it has taken its leave: that ends this process as Ctrl-C does, worker first.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # its terminal was closed, and nobody said nohup
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    with suppress(KeyboardInterrupt), _watched_worker():
        server.run()
    # Told to end before the pages were loaded it never began either.
    if not (server.started or server.should_exit):
        sys.exit(STARTUP_FAILURE)


@contextmanager
def _watched_worker() -> Iterator[None]:
    """A worker beside this process, started again where it ends by itself."""
    is_over = threading.Event()
    starting = threading.Lock()  # none is started once it is over, and the last one that was is ended
    workers: list[subprocess.Popen[bytes]] = []

    def watch() -> None:
        while True:
            with starting:
                if is_over.is_set():
                    return
                # In a group of its own: a Ctrl-C is for this process, which ends the worker as it ends itself. One that
                # met the worker while it began would break it off in the middle of an import.
                workers[:] = [
                    subprocess.Popen([sys.executable, "-m", "clew.cli", "work"], env=os.environ, process_group=0)
                ]
            workers[0].wait()
            if not is_over.wait(AGAIN_SECONDS):
                log.warning("the worker ended and is started again")

    watcher = threading.Thread(target=watch, name="worker-watch")
    watcher.start()
    try:
        yield
    finally:
        with starting:
            is_over.set()
        if workers:
            workers[0].send_signal(signal.SIGTERM)
            try:
                workers[0].wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                workers[0].kill()
        watcher.join()
