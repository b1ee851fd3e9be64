"""Jobs of workers that died are given back, whatever waits beside them."""

import asyncio
from uuid import uuid4

import pytest
from django.db import connections
from procrastinate.contrib.django import app

from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.jobs import tasks, worker
from tests.world.world import World

CHUNK = 7


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


def _add_job(ada: Actor) -> None:
    tasks.adder(ada, "here", uuid4(), keeps_bytes=True)(CHUNK, ChunkState.WAITING)


def _jobs() -> list[tuple[int, str]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select id, status::text from procrastinate_jobs order by id")
        return cursor.fetchall()


def _begin_job_and_die(last_heartbeat: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into procrastinate_workers (last_heartbeat) values (now() - %s::interval) returning id",
            [last_heartbeat],
        )
        cursor.execute("update procrastinate_jobs set status = 'doing', worker_id = %s", [cursor.fetchone()[0]])


def _sweep() -> int:
    async def sweep() -> int:
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as opened:
            return await worker.sweep(opened)

    return asyncio.run(sweep())


@pytest.mark.parametrize(("silent_for", "given_back"), [("19 seconds", False), ("21 seconds", True)])
def test_a_job_is_given_back_once_its_worker_is_silent_for_long(ada: Actor, silent_for: str, given_back: bool) -> None:
    _add_job(ada)
    [(job, _)] = _jobs()
    _begin_job_and_die(silent_for)
    assert _sweep() == given_back
    assert _jobs() == [(job, "todo" if given_back else "doing")]


def test_a_job_that_waits_anew_does_not_wait_for_its_dead_twin(ada: Actor) -> None:
    """An intake run again adds the jobs it misses; the dead one may neither come back beside it nor block it."""
    _add_job(ada)
    _begin_job_and_die("1 hour")
    _add_job(ada)
    dead, again = (number for number, _ in _jobs())
    assert _sweep() == 1
    assert _jobs() == [(again, "todo")]
    assert dead != again
    assert _sweep() == 0
