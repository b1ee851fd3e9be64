"""An officer looks at a medium: on record, in order and signed before a single byte; otherwise nothing is shown."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connections

from clew.actions import auditing, sequencing, viewing
from clew.actions.auditing import Wanted
from clew.actions.workplace import Workplace
from clew.cli.drawing import landscape
from clew.domain.cover import Cover
from clew.domain.errors import ClewError, Invalid, NotVisible, Tampered, Unavailable
from clew.domain.handling import EVERY_USE, Actor, Audience, Handling
from clew.domain.triage import Counts
from clew.records import covers, leaves
from clew.records.leaves import LOCK
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.world import World, handling

PURPOSE, CASE = "victim-identification", "NO-2026-17"
SHORT = 0.3


@pytest.fixture
def drawn(tmp_path: Path) -> bytes:
    """A folder with one drawn landscape; gives its bytes."""
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    return (folder / "1.jpg").read_bytes()


def medium_of(actor: Actor) -> UUID:
    with acting_as(actor) as session, session.cursor() as cursor:
        cursor.execute("select id from media")
        (found,) = cursor.fetchall()
        return found[0]


def describe(owner: Actor, shared: Handling, medium: UUID) -> None:
    """The owner says what the medium is kept for."""
    with acting_as(owner) as session, session.cursor() as cursor:
        cover_id = covers.keep(session, shared, Cover(retention_end=date(2031, 1, 1)))
        cursor.execute("update media set cover_id = %s where id = %s", [cover_id, medium])


def look(workplace: Workplace, actor: Actor, medium: UUID, **more: object) -> bytes:
    with viewing.revealed(workplace.vault, actor, medium, **({"purpose": PURPOSE, "case": CASE} | more)) as reader:
        return b"".join(bytes(block) for block in reader)


@contextmanager
def illness(world: World, words: str, cure: str) -> Iterator[None]:
    with connected(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(words)
        try:
            yield
        finally:
            owner.execute(cure)


@contextmanager
def another_sequencer_that_hangs(world: World) -> Iterator[None]:
    with connected(**world.facts.as_owner()) as hanging:
        hanging.execute("select pg_advisory_lock(%s)", [LOCK])
        yield


def reveals(world: World) -> int:
    with leaves.opened() as cursor:
        cursor.execute("select count(*) from acts where act = 'medium.reveal'")
        return cursor.fetchone()[0]


def test_what_is_shown_is_on_record_with_purpose_and_case_and_has_its_leaf(
    office: Office, ada: Actor, drawn: bytes, tmp_path: Path
) -> None:
    office.intake(ada, tmp_path / "seized")
    medium = medium_of(ada)
    assert look(office.workplace, ada, medium) == drawn
    with acting_as(ada) as session:
        (act,) = auditing.acts_of(session, Wanted(act="medium.reveal")).items
    assert (act.subject, act.owner, act.purpose, act.case_reference) == (str(medium), "NO", PURPOSE, CASE)
    assert sequencing.find_receipt(act.id) is not None


def test_the_event_is_signed_before_the_key_is_asked_for(
    office: Office, ada: Actor, drawn: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, tmp_path / "seized")
    medium, seen = medium_of(ada), []
    vault_open = office.workplace.vault.open

    def watched(*given: object) -> object:
        with acting_as(ada) as session:
            (act,) = auditing.acts_of(session, Wanted(act="medium.reveal")).items
        seen.append(sequencing.find_receipt(act.id))
        return vault_open(*given)

    monkeypatch.setattr(office.workplace.vault, "open", watched)
    look(office.workplace, ada, medium)
    assert len(seen) == 1
    assert seen[0] is not None


ILLNESSES = {
    "acts cannot be written": ("revoke insert on acts from {app}", "grant insert on acts to {app}"),
    "leaves cannot be written": ("revoke insert on leaves from {sequencer}", "grant insert on leaves to {sequencer}"),
    "checkpoints cannot be written": (
        "revoke insert on checkpoints from {sequencer}", "grant insert on checkpoints to {sequencer}",
    ),
    "acts that wait cannot be taken": (
        "revoke delete on waiting_acts from {sequencer}", "grant delete on waiting_acts to {sequencer}",
    ),
    "a tile was changed": (
        "update tiles set hashes = overlay(hashes placing '\\x00' from 1 for 1) where level = 0", "truncate tiles",
    ),
    "the checkpoint is not ours": ("update checkpoints set note = replace(note, 'clew', 'brew')", "truncate checkpoints"),
}  # fmt: skip


@pytest.mark.parametrize("name", ILLNESSES)
def test_where_the_audit_is_ill_nothing_is_shown(
    office: Office, ada: Actor, world: World, drawn: bytes, tmp_path: Path, name: str
) -> None:
    office.intake(ada, tmp_path / "seized")
    sequencing.catch_up()
    medium = medium_of(ada)
    assert look(office.workplace, ada, medium) == drawn
    roles = {"app": world.facts.roles.app, "sequencer": world.facts.roles.sequencer}
    words, cure = (each.format(**roles) for each in ILLNESSES[name])
    with illness(world, words, cure), pytest.raises((Unavailable, Tampered)):
        look(office.workplace, ada, medium, within_seconds=SHORT)


def test_while_the_sequencer_stands_still_nothing_is_shown_and_an_intake_goes_on(
    office: Office, ada: Actor, world: World, drawn: bytes, tmp_path: Path
) -> None:
    office.intake(ada, tmp_path / "seized")
    medium = medium_of(ada)
    more = tmp_path / "more"
    more.mkdir()
    landscape(2, (320, 240)).save(more / "2.jpg")
    with another_sequencer_that_hangs(world):
        with pytest.raises(Unavailable, match="nothing is shown"):
            look(office.workplace, ada, medium, within_seconds=SHORT)
        office.intake(ada, more, "NO-2")
        assert office.counts(ada, "NO-2") == Counts(new=1)
    assert look(office.workplace, ada, medium) == drawn
    assert reveals(world) == 2  # the one that was refused is on record too


def test_while_the_log_cannot_be_written_an_intake_goes_on(
    office: Office, ada: Actor, world: World, drawn: bytes, tmp_path: Path
) -> None:
    sequencer = world.facts.roles.sequencer
    with illness(world, f"revoke insert on leaves from {sequencer}", f"grant insert on leaves to {sequencer}"):
        office.intake(ada, tmp_path / "seized")
        assert office.counts(ada) == Counts(new=1)
        with pytest.raises(Unavailable):
            look(office.workplace, ada, medium_of(ada), within_seconds=SHORT)
    assert look(office.workplace, ada, medium_of(ada)) == drawn


def test_a_hidden_medium_and_one_that_never_was_are_one_answer(
    office: Office, ada: Actor, sven: Actor, drawn: bytes, tmp_path: Path
) -> None:
    office.intake(ada, tmp_path / "seized", cover=unit_only(ada))
    said = []
    for medium in (medium_of(ada), uuid4()):
        with pytest.raises(NotVisible) as refused:
            look(office.workplace, sven, medium)
        said.append(str(refused.value))
    assert said[0] == said[1]


@pytest.mark.parametrize("stated", [{"purpose": ""}, {"purpose": "curiosity"}, {"case": ""}, {"case": " "}, {"case": "x" * 201}, {"case": "a\nb"}])
def test_nothing_is_shown_without_purpose_and_case(
    office: Office, ada: Actor, drawn: bytes, tmp_path: Path, stated: dict[str, str]
) -> None:
    office.intake(ada, tmp_path / "seized")
    with pytest.raises(Invalid):
        look(office.workplace, ada, medium_of(ada), **stated)


def test_the_owner_sees_who_looked_at_its_medium(
    office: Office, ada: Actor, sven: Actor, drawn: bytes, tmp_path: Path
) -> None:
    shared = handling(ada, Audience.ALL, uses=EVERY_USE)
    office.intake(ada, tmp_path / "seized", cover=shared)
    medium = medium_of(ada)
    describe(ada, shared, medium)
    look(office.workplace, sven, medium)
    with acting_as(ada) as session:
        (access,) = auditing.accesses(session, Wanted()).items
    assert (access.member, access.act, access.subject) == ("SE", "medium.reveal", str(medium))
    assert (access.purpose, access.case_reference) == (PURPOSE, CASE)
    with acting_as(sven) as session:
        assert auditing.accesses(session, Wanted()).items == ()


def test_many_who_look_at_once_all_see_and_all_are_on_record(
    office: Office, ada: Actor, world: World, drawn: bytes, tmp_path: Path
) -> None:
    office.intake(ada, tmp_path / "seized")
    medium, seen = medium_of(ada), []

    def once() -> None:
        try:
            seen.append(look(office.workplace, ada, medium, within_seconds=20.0))
        except ClewError as refused:
            seen.append(refused)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=once) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [drawn] * 8
    assert reveals(world) == 8
