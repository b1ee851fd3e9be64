"""A worker: takes jobs from its queues, and gives back those of workers that died."""

import asyncio
import logging
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

import psycopg
import psycopg_pool
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from clew.domain.errors import Unavailable
from clew.jobs import tasks
from clew.records.outages import AWAY

log = logging.getLogger("clew.jobs")

JOBS_AT_ONCE = 2
"""While one job waits for the database, another keeps the readers at work."""
HEARTBEAT_SECONDS = 2.0
DEAD_AFTER_SECONDS = 20.0
LOOK_SECONDS = 1.0
AWAY_SECONDS = 2.0


def work(queues: Iterable[str], *, until_idle: bool = False) -> bool:
    """Do jobs of `queues` until SIGINT or SIGTERM, or until there are none; whether a signal ended it.

    Raises:
        Unavailable: the database cannot be reached now; what was begun is given back later.
    """
    try:
        return asyncio.run(_work(app.with_connector(app.connector.get_worker_connector()), list(queues), until_idle))
    except (ConnectorException, psycopg.OperationalError, psycopg_pool.PoolTimeout) as lost:
        raise Unavailable(AWAY) from lost


def work_for_ever(queues: Iterable[str]) -> None:
    """Do jobs until SIGINT or SIGTERM, whatever becomes of the database meanwhile."""
    while True:
        with suppress(Unavailable):
            if work(queues):
                return
        log.warning("the database cannot be reached; trying again")
        time.sleep(AWAY_SECONDS)


async def _work(worker: App, queues: list[str], until_idle: bool) -> bool:
    stopped: list[signal.Signals] = []
    tasks.stopping.clear()
    async with worker.open_async():
        working = asyncio.create_task(
            worker.run_worker_async(
                queues=queues,
                wait=not until_idle,
                concurrency=JOBS_AT_ONCE,
                listen_notify=not until_idle,
                install_signal_handlers=False,
                fetch_job_polling_interval=LOOK_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=DEAD_AFTER_SECONDS,
                delete_jobs="successful",
            )
        )
        sweeping = asyncio.create_task(_sweep_for_ever(worker))

        def stop(received: signal.Signals) -> None:
            stopped.append(received)
            tasks.stopping.set()
            working.cancel()  # it ends when the jobs under way are done

        if not until_idle:
            for each in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(each, stop, each)
        try:
            await working
        except asyncio.CancelledError:
            if not stopped:
                raise
        finally:
            sweeping.cancel()
            with suppress(asyncio.CancelledError, ConnectorException):
                await sweeping
    return bool(stopped)


async def _sweep_for_ever(worker: App) -> None:
    while True:
        with suppress(ConnectorException):
            await sweep(worker)
            await worker.connector.execute_query_async(tasks.WAKE)
        await asyncio.sleep(DEAD_AFTER_SECONDS / 2)


async def sweep(worker: App) -> int:
    """Give back the jobs of workers that no longer say they are alive; how many."""
    stalled = list(await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_SECONDS))
    for job in stalled:
        log.info("job %s of a worker that died is given back", job.id)
        try:
            await worker.job_manager.retry_job(job, retry_at=datetime.now(tz=UTC))
        except UniqueViolation:
            # The intake was run again meanwhile and the same job waits anew: it would wait for the dead one for ever.
            if job.id is not None:
                await worker.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
    return len(stalled)
