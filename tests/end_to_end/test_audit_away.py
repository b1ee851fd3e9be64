"""Acts cannot be written: nothing is shown, nothing is acknowledged, and an intake goes on where it stopped."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from clew.cli.drawing import landscape
from tests.world.commands import clew
from tests.world.world import World

FILES = 450
SECONDS_MAX = 180
SENTENCE = "The audit cannot be written now, so nothing is done and nothing is shown.\n"


@pytest.fixture
def seized(tmp_path: Path) -> Path:
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in range(FILES):
        landscape(seed, (160, 120)).save(folder / f"{seed}.jpg")
    return folder


@contextmanager
def no_acts(world: World) -> Iterator[None]:
    app = world.facts.roles.app
    with psycopg.connect(**world.facts.as_owner(), autocommit=True) as owner:
        owner.execute(f"revoke insert on acts from {app}")
        try:
            yield
        finally:
            owner.execute(f"grant insert on acts to {app}")


def count(world: World, *tables: str) -> list[int]:
    """How many rows there are, whoever's they are."""
    with psycopg.connect(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        return [superuser.execute(f"select count(*) from {table}").fetchone()[0] for table in tables]


def intake(folder: Path) -> subprocess.Popen[str]:
    words = ["intake", str(folder), "--as", "ada", "--case", "NO-1", "--exhibit", "PHONE-1"]
    return subprocess.Popen(
        [sys.executable, "-m", "clew.cli", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.fixture
def ada(world: World) -> str:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    return world.officer("ada").officer


def test_an_intake_that_cannot_begin_on_record_does_not_begin(
    ada: str, world: World, tmp_path: Path, compiled: Path
) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    landscape(1, (160, 120)).save(folder / "1.jpg")
    with no_acts(world):
        refused = intake(folder)
        out, err = refused.communicate(timeout=SECONDS_MAX)
        assert (refused.returncode, out, err) == (1, "", SENTENCE)
        assert count(world, "cases", "exhibits", "intakes", "media", "occurrences") == [0] * 5
    again = intake(folder)
    assert again.communicate(timeout=SECONDS_MAX)[0].startswith("1 files seen, 1 media new")
    assert again.returncode == 0


def test_an_intake_goes_on_where_it_stopped_when_acts_can_be_written_again(
    ada: str, world: World, seized: Path, compiled: Path
) -> None:
    running = intake(seized)
    until = time.monotonic() + SECONDS_MAX
    while count(world, "media") == [0] and time.monotonic() < until and running.poll() is None:
        time.sleep(0.02)
    with no_acts(world):
        time.sleep(1)
        (taken,) = count(world, "media")
        assert 0 < taken < FILES
        for words in (("triage", "NO-1"), ("triage", "NO-1", "--json"), ("triage", "NO-1", "--jsonl"), ("audit", "list")):
            assert clew(*words, "--as", "ada") == (1, "", SENTENCE), words
        time.sleep(2)
        assert count(world, "media") == [taken]
        assert running.poll() is None
    out, err = running.communicate(timeout=SECONDS_MAX)
    assert running.returncode == 0, err
    assert out.startswith(f"{FILES} files seen, {FILES} media new")
    acts = "(select jsonb_array_elements_text(jsonb_build_array(counts -> 'media')) from acts where act = 'chunk.take')"
    with psycopg.connect(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        on_record = superuser.execute(f"select sum(media::int) from {acts} as taken (media)").fetchone()[0]
    assert (on_record, count(world, "media", "occurrences")) == (FILES, [FILES, FILES])
