"""What of an exhibit could not be opened, or stopped on its way, is tried again by one press, by the unit that has it."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connections

from clew.actions import looking_closer, retrying, tallying, triaging
from clew.domain.errors import StepRefused
from clew.domain.handling import Actor
from clew.domain.intake import ChunkState
from clew.domain.triage import Counts
from clew.jobs import tasks
from clew.records.session import acting_as
from tests.world import pictures
from tests.world.clients import signed_in
from tests.world.office import Office
from tests.world.world import World, superuser

CASE = "NO-1"
PAGE = f"/cases/{CASE}/exhibits/PHONE-1/"
AGAIN = f"{PAGE}again/"
BUTTON = f'action="{AGAIN}"'


@pytest.fixture
def here(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The pages are served on the machine of the office; jobs lie in the queue."""
    monkeypatch.setattr(settings, "CLEW_HOST", office.workplace.host)
    monkeypatch.setattr(tallying, "KEPT_SECONDS", 0.0)
    tasks.equip(office.workplace)
    return office


def unplugged(office: Office, of: Actor, folder: Path) -> Path:
    """An intake of three pictures, one of which had gone before it was read; where it would have to be."""
    folder.mkdir()
    for seed in range(3):
        pictures.drawn(seed).save(folder / f"{seed}.png")
    office.intake(of, folder, CASE, works=False)
    away = (folder / "1.png").rename(folder.parent / "away.png")
    office.work()
    assert office.counts(of, CASE) == Counts(new=2, undecodable=1)
    return away


def queue() -> list[tuple[str, str, dict[str, object]]]:
    """Jobs that wait: task, queue and what they are given."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("select task_name, queue_name, args from procrastinate_jobs where status = 'todo' order by id")
        return [(task, name, json.loads(args)) for task, name, args in cursor.fetchall()]


def work(world: World) -> None:
    """Do what waits, as a worker does."""
    while waiting := queue():
        superuser(world.facts).execute("delete from procrastinate_jobs where status = 'todo'")
        for task, name, args in waiting:
            if task == "take_in":
                tasks.take_in(**args)
            else:
                tasks.look_closer(SimpleNamespace(job=SimpleNamespace(queue=name)), **args)


def acts(of: Actor) -> list[dict[str, int]]:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select counts from acts where act = 'intake.again'")
        return [json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor]


def test_what_could_not_be_opened_is_tried_again_by_one_press(here: Office, world: World, ada: Actor, tmp_path: Path) -> None:
    away = unplugged(here, ada, tmp_path / "seized")
    client = signed_in("ada")
    shown = client.get(PAGE).content.decode()
    assert BUTTON in shown
    assert "1 file could not be opened, or not be read to its end." in shown
    assert "on the machine" not in shown
    # The disk is still away: nothing is lost by trying, and it can be tried once more.
    assert client.post(AGAIN).status_code == 302
    assert "It is tried again" in (shown := client.get(PAGE).content.decode())
    assert BUTTON not in shown, "a job is under way"
    client.post(AGAIN)
    assert "Nothing of it waits to be tried again." in client.get(PAGE).content.decode()
    assert [(task, name) for task, name, _ in queue()] == [("take_in", "files@here")]
    work(world)
    assert here.counts(ada, CASE) == Counts(new=2, undecodable=1)
    assert BUTTON in client.get(PAGE).content.decode()
    away.rename(tmp_path / "seized" / "1.png")
    client.post(AGAIN)
    work(world)
    assert here.counts(ada, CASE) == Counts(new=3)
    assert BUTTON not in client.get(PAGE).content.decode()
    assert acts(ada) == [{"files": 1, "chunks": 0}] * 2


def test_nobody_but_the_unit_is_offered_or_given_it_and_hidden_is_as_absent(
    here: Office, world: World, ada: Actor, tmp_path: Path
) -> None:
    unplugged(here, ada, tmp_path / "seized")
    world.officer("otto", member="NO", unit="OTHER")
    world.officer("sven", member="SE")
    beside = signed_in("otto")
    shown = beside.get(f"/units/{ada.unit}{PAGE}")
    assert shown.status_code == 200
    assert "could not be opened, or not" not in shown.content.decode()
    for name in ("otto", "sven"):
        client = signed_in(name)
        hidden, absent = client.post(AGAIN), client.post(AGAIN.replace(CASE, "NO-9"))
        assert (hidden.status_code, hidden.content) == (404, absent.content)
        asked = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": str(uuid4())}
        assert client.post("/api/triage/again", json.dumps({"case": CASE, "exhibit": "PHONE-1"}), **asked).status_code == 404
    assert queue() == []


def test_where_the_source_is_on_another_machine_it_is_said_and_a_worker_there_does_it(
    here: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unplugged(here, ada, tmp_path / "seized")
    monkeypatch.setattr(settings, "CLEW_HOST", "elsewhere")
    client = signed_in("ada")
    assert "on the machine \u2068here\u2069" in client.get(PAGE).content.decode()
    made = client.post(
        "/api/triage/again", json.dumps({"case": CASE, "exhibit": "PHONE-1"}),
        content_type="application/json", HTTP_IDEMPOTENCY_KEY=str(uuid4()),
    )  # fmt: skip
    assert made.json() == {"files": 1, "chunks": 0, "hosts": ["here"]}
    assert [name for _, name, _ in queue()] == ["files@here"]
    work(world)


def test_what_stopped_on_its_way_goes_on_and_what_failed_is_forgotten(
    here: Office, world: World, ada: Actor, tmp_path: Path
) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    pictures.drawn(1).save(folder / "1.png")
    intake = here.intake(ada, folder, CASE, works=False)
    here.waiting.clear()
    superuser(world.facts).execute(
        "insert into procrastinate_jobs (queue_name, task_name, args, status) values ('files@here', 'take_in', %s, 'failed')",
        [json.dumps({"intake": str(intake), "officer": "ada", "chunk": 1})],
    )
    client = signed_in("ada")
    assert "A part of it stopped on its way" in client.get(PAGE).content.decode()
    client.post(AGAIN)
    assert tasks.failed(intake) == 0
    work(world)
    assert here.counts(ada, CASE) == Counts(new=1)
    assert BUTTON not in client.get(PAGE).content.decode()


def test_what_came_through_a_browser_and_is_gone_or_no_file_or_under_examination_is_not_tried(
    here: Office, world: World, ada: Actor, tmp_path: Path
) -> None:
    unplugged(here, ada, tmp_path / "seized")
    os.mkfifo(tmp_path / "pipe")
    client = signed_in("ada")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update intakes set source_kind = 'upload'")
    assert BUTTON not in client.get(PAGE).content.decode()
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update intakes set source_kind = 'folder', audience = 0, excluded = '{(blocked)}'")
    client.post(AGAIN)
    assert "under examination" in client.get(PAGE).content.decode()
    assert queue() == []
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update occurrences set reason = 'This is a pipe, not a file.' where reason <> ''")
    assert BUTTON not in client.get(PAGE).content.decode()
    with acting_as(ada) as session, pytest.raises(StepRefused, match="Nothing of it waits"):
        retrying.try_again(session, CASE, "PHONE-1", lambda _: here.adder(ada))


def test_a_closer_look_that_ends_meanwhile_does_not_close_what_is_tried_again(
    here: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look had begun before the files were to be read again: the chunk waits for them all the same."""
    away = unplugged(here, ada, tmp_path / "seized")
    away.rename(tmp_path / "seized" / "1.png")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update chunks set state = %s returning id", [ChunkState.FIRST_ANSWER])
        chunk_id = cursor.fetchone()[0]
    readers = type(here.workplace.readers)
    each = readers.each

    def tried_again_meanwhile(*given, **more):
        monkeypatch.setattr(readers, "each", each)
        signed_in("ada").post(AGAIN)
        return each(*given, **more)

    monkeypatch.setattr(readers, "each", tried_again_meanwhile)
    looking_closer.look_closer(here.workplace, ada, chunk_id)
    work(world)
    assert here.counts(ada, CASE) == Counts(new=3)


def test_a_case_as_a_whole_has_nothing_to_be_tried_again(here: Office, ada: Actor, tmp_path: Path) -> None:
    unplugged(here, ada, tmp_path / "seized")
    with acting_as(ada) as session:
        assert retrying.look(session, triaging.scope(session, CASE)) is None
        undone = retrying.look(session, triaging.scope(session, CASE, "PHONE-1"))
    assert undone == retrying.Undone(files=1, chunks=0, hosts=("here",))
