"""Jobs wait for a worker that can do them: of one machine where they open its files, else of any."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest
from django.db import connections

from clew.actions import looking_closer, opening, walking
from clew.actions.workplace import Workplace
from clew.cli.drawing import drive, write_clip
from clew.domain.errors import NotAdmitted
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState, Progress
from clew.jobs import tasks
from clew.media.nursery import Nursery
from clew.records.session import acting_as
from tests.world.office import work_in
from tests.world.world import World, handling


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def workplace(world: World, nursery: Nursery, tmp_path: Path) -> Iterator[Workplace]:
    with work_in(tmp_path / "node", nursery) as workplace:
        yield workplace


def _waiting() -> list[tuple[str, str]]:
    """(task, queue) of the jobs that wait."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select task_name, queue_name from procrastinate_jobs where status = 'todo' order by id")
        return cursor.fetchall()


@pytest.mark.parametrize(
    ("state", "keeps_bytes", "waits"),
    [
        (ChunkState.WAITING, True, ("take_in", "files@here")),
        (ChunkState.WAITING, False, ("take_in", "files@here")),
        (ChunkState.FIRST_ANSWER, True, ("look_closer", "media")),
        (ChunkState.FIRST_ANSWER, False, ("look_closer", "files@here")),
    ],
)
def test_only_what_the_vault_holds_is_for_any_machine(
    ada: Actor, state: ChunkState, keeps_bytes: bool, waits: tuple[str, str]
) -> None:
    tasks.adder(ada, "here", uuid4(), keeps_bytes=keeps_bytes)(7, state)
    assert _waiting() == [waits]


def _intake(ada: Actor, source: Path, *, keeps_bytes: bool) -> UUID:
    """A folder that was walked on the machine `here`."""
    with acting_as(ada) as session:
        intake_id = walking.begin(
            session, source=source, source_kind="folder", host="here", handling=handling(ada),
            keeps_bytes=keeps_bytes, exhibit_id=opening.open_exhibit(session, "NO-1", "PHONE-1", handling(ada)),
        )  # fmt: skip
    walking.walk_in(ada, intake_id, tasks.adder(ada, "here", intake_id, keeps_bytes=keeps_bytes))
    return intake_id


def _progress(ada: Actor, intake_id: UUID) -> Progress:
    with acting_as(ada) as session:
        return walking.progress(session, intake_id)


def _work(workplace: Workplace, queues: list[str]) -> None:
    """Do the jobs of `queues` until there are none, in this thread."""
    tasks.equip(workplace)
    while (job := _taken(queues)) is not None:
        task, queue, given = job
        context = [SimpleNamespace(job=SimpleNamespace(queue=queue))] if task == "look_closer" else []
        getattr(tasks, task)(*context, **json.loads(given))


def _taken(queues: list[str]) -> tuple[str, str, str] | None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            """
            delete from procrastinate_jobs where id = (
                select min(id) from procrastinate_jobs
                 where status = 'todo' and queue_name = any(%s) and scheduled_at is null)
            returning task_name, queue_name, args::text""",
            [queues],
        )
        return cursor.fetchone()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    write_clip(folder / "clip.mp4", drive(3, 4.0))
    return folder


def test_another_machine_looks_closer_at_what_the_vault_holds(
    ada: Actor, workplace: Workplace, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It reaches database, vault and keys, and opens no file at the path that the source has elsewhere."""
    intake_id = _intake(ada, source, keeps_bytes=True)
    there = replace(workplace, host="there")
    _work(there, tasks.queues_of("there"))
    assert _waiting() == [("take_in", "files@here")]
    _work(workplace, [tasks.queue_of("here")])
    assert _waiting() == [("look_closer", "media")]
    read: list[str] = []
    monkeypatch.setattr(looking_closer, "open_seized", lambda *_: read.append("a file of another machine"))
    _work(there, tasks.queues_of("there"))
    assert (_waiting(), read) == ([], [])
    assert not _progress(ada, intake_id).is_running
    assert _frames(ada) > 4


def test_a_job_that_is_held_back_waits_for_any_machine_as_before(
    ada: Actor, workplace: Workplace, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> Actor:
        raise NotAdmitted("not now")

    _intake(ada, source, keeps_bytes=True)
    _work(workplace, [tasks.queue_of("here")])
    monkeypatch.setattr(opening, "actor_of", refuse)
    _work(replace(workplace, host="there"), tasks.queues_of("there"))
    assert _waiting() == [("look_closer", "media")]


def test_what_was_left_where_it_is_waits_for_its_machine(ada: Actor, workplace: Workplace, source: Path) -> None:
    intake_id = _intake(ada, source, keeps_bytes=False)
    _work(replace(workplace, host="there"), tasks.queues_of("there"))
    assert _waiting() == [("take_in", "files@here")]
    _work(workplace, tasks.queues_of("here"))
    assert _waiting() == []
    assert not _progress(ada, intake_id).is_running


def _frames(of: Actor) -> int:
    """How many fingerprints of frames are kept."""
    with acting_as(of) as session, session.cursor() as cursor:
        return cursor.execute("select coalesce(sum(count), 0) from fingerprints where kind = 3").fetchone()[0]
