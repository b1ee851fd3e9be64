"""Serving: the pages in this process and a worker beside them, until a signal."""

import logging
import os
import signal
import subprocess
import sys

import uvicorn

from clew.jobs import tasks, worker
from clew.node.configuration import Configuration
from clew.node.workplace import equipped

STOP_SECONDS_MAX = 20
log = logging.getLogger("clew.node")


def work_for_ever(configuration: Configuration) -> None:
    """Do jobs of this machine until SIGINT or SIGTERM."""
    with equipped(configuration) as workplace:
        tasks.equip(workplace)
        worker.work_for_ever([tasks.queue_of(workplace.host)])


def serve_for_ever(configuration: Configuration, *, port: int | None = None) -> None:
    """Serve the pages, with a worker in a process of its own, until SIGINT or SIGTERM."""
    beside = subprocess.Popen([sys.executable, "-m", "clew.cli", "work"], env=os.environ)
    try:
        uvicorn.run(
            "clew.node.asgi:application", host=configuration.listen_host, port=port or configuration.listen_port,
            log_level="warning", access_log=False, server_header=False, lifespan="off",
            timeout_graceful_shutdown=2,
        )  # fmt: skip
    finally:
        beside.send_signal(signal.SIGTERM)
        try:
            beside.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            beside.kill()
