"""An intake killed at any point goes on when it is run again: nothing lost, nothing doubled."""

import hashlib
import os
import signal
from pathlib import Path

import psycopg
import pytest

from clew.cli.drawing import drive, landscape, write_clip
from clew.domain.triage import Counts
from clew.media.nursery import Nursery
from clew.media.vault import Kept
from clew.media.walk import path_text
from tests.world.forge import forge_of
from tests.world.killed import POINTS
from tests.world.office import Office, work_in
from tests.world.world import World

SECONDS_MAX = 120


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine files: seven pictures, one of them twice, a clip, a text."""
    folder = tmp_path_factory.mktemp("seized")
    for seed in range(6):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    (folder / "0 again.jpg").write_bytes((folder / "0.jpg").read_bytes())
    (folder / "note.txt").write_text("not a picture")
    write_clip(folder / "clip.mp4", drive(3, 4.0))
    return folder


@pytest.mark.parametrize("point", range(len(POINTS)), ids=[f"{moment} {call[2]} {call[3]}" for call, moment in POINTS])
def test_killed_anywhere_it_goes_on_where_it_stopped(
    world: World, nursery: Nursery, source: Path, tmp_path: Path, point: int
) -> None:
    ada = world.officer("ada", member="NO")
    killed = forge_of(os.environ).start("tests.world.killed", str(point), str(tmp_path), str(source))
    _, said = killed.communicate(timeout=SECONDS_MAX)
    assert killed.returncode == -signal.SIGKILL, said
    with work_in(tmp_path, nursery) as workplace:
        office = Office(workplace=workplace)
        office.intake(ada, source, "NO-1")
        assert office.counts(ada, "NO-1") == Counts(new=7, undecodable=1)
        found = office.triage(ada, "NO-1")
        assert {path: digest for one in found.values() for path, digest in _paths(one.paths, one.sha256)} == {
            path_text(os.fsencode(path.name)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in source.iterdir()
        }
        _check_rows(world)
        _check_vault(world, office, source)


def _paths(paths: tuple[str, ...], digest: str | None) -> list[tuple[str, str | None]]:
    return [(path, digest) for path in paths]


def _check_rows(world: World) -> None:
    with psycopg.connect(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        assert connection.execute("select count(*), count(distinct name) from media").fetchone() == (8, 8)
        assert connection.execute("select count(*), count(distinct path) from occurrences").fetchone() == (9, 9)
        numbers = connection.execute(
            "select first, count from fingerprints where engine = 1 order by first"
        ).fetchall()
        kinds = connection.execute("select medium_id, kind, count(*) from fingerprints group by 1, 2").fetchall()
    assert all(count == 1 for _, _, count in kinds)
    ends = [first + count for first, count in numbers]
    # The frames of the full pass have new numbers; those of the key frames are gone. Nothing overlaps.
    assert all(end <= first for end, (first, _) in zip(ends, numbers[1:], strict=False))


def _check_vault(world: World, office: Office, source: Path) -> None:
    with psycopg.connect(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        kept = connection.execute(
            "select sha256, case_id::text, blob, wrapped from media join medium_keys on medium_id = id"
        ).fetchall()
    assert len(kept) == 8
    contents = {hashlib.sha256(path.read_bytes()).digest(): path.read_bytes() for path in source.iterdir()}
    for sha256, case, blob, wrapped in kept:
        stored = Kept(blob=bytes(blob), wrapped=bytes(wrapped))
        with office.workplace.vault.open("NO", case, bytes(sha256), stored) as reader:
            assert b"".join(map(bytes, reader)) == contents[bytes(sha256)]
    office.workplace.vault.sweep()
    assert not any(path.is_file() for path in office.workplace.vault.incoming.rglob("*"))
