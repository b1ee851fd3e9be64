"""The jobs of an officer whose access is stopped wait, and go on when it comes back."""

import asyncio
from pathlib import Path

from django.db import connections
from procrastinate.contrib.django import app

from clew.actions import admitting, opening, suspending, walking
from clew.actions.workplace import Workplace
from clew.domain.handling import Actor
from clew.domain.suspension import Level, Scope
from clew.jobs import tasks
from clew.node import checkup
from clew.records.session import acting_as
from tests.world import pictures
from tests.world.world import World, handling, superuser

SCOPE = Scope(level=Level.OFFICER, member="NO", officer="ada")


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


def switch(on: bool) -> None:
    with acting_as(admitting.operator_at("NO")) as session:
        if on:
            suspending.suspend(session, SCOPE, "while it is examined")
        else:
            suspending.lift(session, SCOPE)


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
