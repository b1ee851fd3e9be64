"""The jobs of officers whose access is stopped wait, at all three levels, and go on when it comes back."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connections
from procrastinate import utils
from procrastinate.contrib.django import app

from clew.actions import admitting, opening, suspending, walking
from clew.actions.workplace import Workplace
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.domain.suspension import Level, Scope
from clew.jobs import tasks, worker
from clew.node import checkup
from clew.records.session import acting_as
from tests.world import pictures
from tests.world.world import World, handling, superuser

SCOPE = Scope(level=Level.OFFICER, member="NO", officer="ada")
SCOPES = {
    "officer": (SCOPE, {"ada"}),
    "unit": (Scope(level=Level.UNIT, member="NO", unit="VICTIM-ID"), {"ada", "olav"}),
    "member": (Scope(level=Level.MEMBER, member="NO"), {"ada", "olav", "per"}),
}
"""Whom each level of the kill-switch stops, of ada and olav in one unit, per in another, and sven of Sweden."""


def jobs() -> list[tuple[str, bool, bool]]:
    """Of every job: its state, whether it is held, and whether its time has come."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "select status::text, args ? 'is_held', coalesce(scheduled_at <= now(), true) from procrastinate_jobs"
            " where status = 'todo' order by id"
        )
        return cursor.fetchall()


def wake() -> None:
    async def once() -> None:
        async with app.with_connector(app.connector.get_worker_connector()).open_async() as opened:
            await opened.connector.execute_query_async(tasks.WAKE)

    asyncio.run(once())


def switch(on: bool, scope: Scope = SCOPE) -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        if on:
            suspending.suspend(session, scope, "while it is examined")
        else:
            suspending.lift(session, scope)


def begun(workplace: Workplace, folder: Path, of: Actor, number: int) -> UUID:
    """An intake of one picture, whose job waits for a worker."""
    folder.mkdir()
    pictures.drawn(number).save(folder / "one.jpg")
    with acting_as(of) as session:
        exhibit = opening.open_exhibit(session, f"CASE-{number}", "PHONE", handling(of))
        intake = walking.begin(
            session, source=folder, source_kind="folder", host=workplace.host, handling=handling(of), keeps_bytes=True,
            exhibit_id=exhibit, list_id=None, series_id=None,
        )  # fmt: skip
    walking.walk_in(of, intake, tasks.adder(of, workplace.host, intake, keeps_bytes=True))
    return intake


async def in_one_thread(func: Callable[..., object], *given: object, **named: object) -> object:
    return await sync_to_async(func)(*given, **named)


def work(workplace: Workplace) -> None:
    """What a worker of this machine does until it has nothing to do."""
    wake()
    with pytest.MonkeyPatch.context() as patched:  # jobs in one thread, so that its connections can be closed
        patched.setattr(utils, "sync_to_async", in_one_thread)
        while any(is_due for _, _, is_due in jobs()):  # a job that adds another may end after the worker looked
            worker.work(tasks.queues_of(workplace.host), until_idle=True)
    async_to_sync(sync_to_async(connections.close_all))()


def done(world: World, begun_by: dict[str, UUID]) -> set[str]:
    """Whose intake is taken in, looked at past row security: who is stopped may not be asked."""
    rows = superuser(world.facts).execute("select intake_id, state from chunks").fetchall()
    finished = {intake for intake, state in rows if state == ChunkState.DONE}
    return {name for name, intake in begun_by.items() if intake in finished}


def test_a_job_waits_while_its_officer_is_suspended_and_is_done_afterwards(
    world: World, workplace: Workplace, ada: Actor, tmp_path: Path
) -> None:
    (tmp_path / "seized").mkdir()
    pictures.drawn(1).save(tmp_path / "seized" / "one.jpg")
    tasks.equip(workplace)
    with acting_as(ada) as session:
        exhibit = opening.open_exhibit(session, "NO-1", "PHONE", handling(ada))
        intake = walking.begin(
            session, source=tmp_path / "seized", source_kind="folder", host=workplace.host, handling=handling(ada),
            keeps_bytes=True, exhibit_id=exhibit, list_id=None, series_id=None,
        )  # fmt: skip
    taken: list[int] = []
    walking.walk_in(ada, intake, lambda chunk, _: taken.append(chunk))
    switch(on=True)
    tasks.take_in(officer="ada", chunk=taken[0], intake=str(intake))
    assert jobs() == [("todo", True, False)]
    wake()
    assert jobs() == [("todo", True, False)]
    switch(on=False)
    wake()
    assert jobs() == [("todo", True, True)]
    tasks.take_in(officer="ada", chunk=taken[0], intake=str(intake), is_held=True)
    with acting_as(ada) as session:
        assert walking.progress(session, intake).files_done == 1


@pytest.fixture
def officers(world: World) -> dict[str, Actor]:
    homes = {"ada": ("NO", "VICTIM-ID"), "olav": ("NO", "VICTIM-ID"), "per": ("NO", "CYBER"), "sven": ("SE", "NC")}
    return {name: world.officer(name, member=member, unit=unit) for name, (member, unit) in homes.items()}


@pytest.mark.parametrize("level", SCOPES)
def test_a_worker_holds_the_jobs_of_whom_the_switch_stops_and_of_nobody_else(
    world: World, workplace: Workplace, officers: dict[str, Actor], tmp_path: Path, level: str
) -> None:
    scope, stopped = SCOPES[level]
    tasks.equip(workplace)
    intakes = {
        name: begun(workplace, tmp_path / name, actor, number)
        for number, (name, actor) in enumerate(officers.items(), 1)
    }  # fmt: skip
    switch(on=True, scope=scope)
    work(workplace)
    assert done(world, intakes) == officers.keys() - stopped
    work(workplace)
    assert [is_held for _, is_held, _ in jobs()] == [True] * len(stopped), "they wait, and none failed"
    switch(on=False, scope=scope)
    work(workplace)
    assert done(world, intakes) == {*officers}
    assert jobs() == []


@pytest.mark.parametrize("level", SCOPES)
def test_a_job_that_runs_as_the_switch_falls_is_held_and_done_afterwards(
    world: World, workplace: Workplace, officers: dict[str, Actor], tmp_path: Path, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.equip(workplace)
    intakes = {"ada": begun(workplace, tmp_path / "ada", officers["ada"], 1)}
    scope, look = SCOPES[level][0], tasks.receiving.chunk_of

    def falls(*given: object) -> object:
        found = look(*given)
        switch(on=True, scope=scope)
        return found

    meanwhile: Callable[..., object] = falls
    monkeypatch.setattr(tasks.receiving, "chunk_of", meanwhile)
    work(workplace)
    assert (done(world, intakes), [is_held for _, is_held, _ in jobs()]) == (set(), [True])
    monkeypatch.setattr(tasks.receiving, "chunk_of", look)
    switch(on=False, scope=scope)
    work(workplace)
    assert done(world, intakes) == {"ada"}


def test_the_doctor_names_parts_of_intakes_that_were_given_up(world: World) -> None:
    job = "insert into procrastinate_jobs (queue_name, task_name, args, status) values ('vault', %s, %s, %s)"
    given = superuser(world.facts)
    given.execute(job, ["take_in", '{"intake": "1"}', "todo"])
    given.execute(job, ["consolidate", "{}", "failed"])
    assert checkup._intakes().ok, "what the calendar does comes again by itself"
    given.execute(job, ["take_in", '{"intake": "1"}', "failed"])
    found = checkup._intakes()
    assert not found.ok
    assert found.sentence.startswith("Parts of intakes that failed for good: 1.")
