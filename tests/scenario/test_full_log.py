"""The disk of the log is full: nothing is shown, an intake goes on, and afterwards everything has its place."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from clew.actions import sequencing, verifying, viewing
from clew.cli.drawing import landscape
from clew.domain.errors import Unavailable
from clew.domain.handling import Actor
from clew.domain.triage import Counts
from clew.node import account
from clew.records import audit
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World

DISK = "size=384k"
LOG_TABLES = ("leaves", "tiles")
ACTS = 5_000
"""Their leaves take more room than there is."""


@contextmanager
def log_on_a_small_disk(world: World) -> Iterator[None]:
    """The log's tables on a file system of their own, of 384 kB."""
    if not world.facts.is_own or os.geteuid() != 0:
        pytest.skip("only root can give the node's own PostgreSQL a small disk: A FULL LOG IS NOT TESTED")
    folder = Path("/var/lib/clew") / f"small-{uuid.uuid4().hex}"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", str(folder)], check=False, capture_output=True)
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("no file system can be mounted here: A FULL LOG IS NOT TESTED")
    as_user = account.for_postgres(print)
    os.chown(folder, as_user.uid, as_user.gid)
    folder.chmod(0o700)
    superuser = world.facts.as_superuser() | {"dbname": world.facts.database}
    try:
        with connected(**superuser, autocommit=True) as root:
            root.execute(f"create tablespace small location '{folder}'")
            root.execute(f"vacuum full {', '.join(LOG_TABLES)}")  # or what earlier tests deleted takes the room
            try:
                move(root, "small")
                yield
            finally:
                move(root, "pg_default")
                root.execute("drop tablespace small")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def move(root: psycopg.Connection, place: str) -> None:
    for table in LOG_TABLES:
        root.execute(f"alter table {table} set tablespace {place}")


def test_a_full_log_shows_nothing_and_an_intake_goes_on(
    office: Office, ada: Actor, world: World, tmp_path: Path
) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    with log_on_a_small_disk(world):
        with acting_as(ada) as session:
            for _ in range(ACTS):
                audit.append(session, "case.read", "")
        with pytest.raises(Unavailable):
            sequencing.catch_up()
        office.intake(ada, folder, "NO-1")
        assert office.counts(ada, "NO-1") == Counts(new=1)
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute("select id from media")
            (medium,) = cursor.fetchone()
        with (
            pytest.raises(Unavailable),
            viewing.revealed(
                office.workplace.vault, ada, medium, purpose="victim-identification", case="NO-1", within_seconds=1.0
            ),
        ):
            pytest.fail("something was shown")
    sequencing.catch_up()
    found = verifying.verify()
    assert found.is_good
    assert found.size > ACTS
    with viewing.revealed(office.workplace.vault, ada, medium, purpose="victim-identification", case="NO-1") as reader:
        assert b"".join(bytes(block) for block in reader) == (folder / "1.jpg").read_bytes()
