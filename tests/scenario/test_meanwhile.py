"""What an owner changes while another's intake is open: neither sees the other's transaction, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clew.actions import blocking, ending, restricting
from clew.cli.drawing import landscape
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.handling_change import SubjectKind
from clew.records.session import acting_as
from tests.scenario.test_ending import END
from tests.world.kept import connected
from tests.world.meanwhile import while_open
from tests.world.office import Office
from tests.world.world import World, handling


@pytest.fixture
def near(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders with one picture each, which are near to one another and not the same bytes."""
    drawn = np.random.default_rng(5).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    picture = Image.fromarray(drawn).resize((640, 480), Image.Resampling.BICUBIC)
    folders = tmp_path / "a", tmp_path / "b"
    for folder, quality in zip(folders, (92, 60), strict=True):
        folder.mkdir()
        picture.save(folder / "1.jpg", quality=quality)
    return folders


def change(of: Actor, given: Handling, case: str = "NO-1") -> Callable[[], object]:
    def act() -> None:
        with acting_as(of) as session:
            restricting.change(session, SubjectKind.CASE, case, None, given, "An operation is under way.")

    return act


def count(world: World, table: str) -> int:
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        return connection.execute(f"select count(*) from public.{table}").fetchone()[0]


def seen(by: Actor, table: str) -> int:
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute(f"select count(*) from {table}")
        return cursor.fetchone()[0]


def test_a_case_that_is_opened_to_all_while_another_takes_in_a_like_picture_is_a_lead_for_both(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1", cover=handling(ada, Audience.UNIT))
    with while_open(monkeypatch, world, change(ada, handling(ada, Audience.ALL))):
        office.intake(sven, near[1], "SE-1")
    assert office.counts(sven, "SE-1").parallel_enquiry == office.counts(ada, "NO-1").parallel_enquiry == 1
    assert count(world, "overlaps") == 0


def test_a_case_that_is_narrowed_while_another_takes_in_a_like_picture_leaves_a_blind_overlap_and_nothing_to_see(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1", cover=handling(ada, Audience.ALL))
    with while_open(monkeypatch, world, change(ada, handling(ada, Audience.UNIT))):
        office.intake(sven, near[1], "SE-1")
    assert count(world, "overlaps") == count(world, "matches") == 1
    assert seen(sven, "matches") == 0


def test_a_case_that_is_blocked_while_another_takes_in_a_like_picture_leaves_that_nothing(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def block() -> None:
        with acting_as(ada) as session:
            blocking.block(session, SubjectKind.CASE, "NO-1", None, "A person asked.")

    office.intake(ada, near[0], "NO-1")
    with while_open(monkeypatch, world, block):
        office.intake(sven, near[1], "SE-1")
    assert seen(sven, "matches") == count(world, "overlaps") == 0
    assert office.counts(sven, "SE-1").parallel_enquiry == 0


def test_a_case_that_ends_while_another_takes_in_a_like_picture_leaves_no_match_behind(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path], day: list, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    office.intake(ada, near[0], "NO-1", until=END)
    day.append(END)
    with while_open(monkeypatch, world, lambda: ending.end_all(office.workplace)):
        office.intake(sven, near[1], "SE-1", until=END.replace(year=END.year + 3))
    assert count(world, "media") == 1
    assert count(world, "matches") == count(world, "overlaps") == 0


def test_a_change_and_an_own_intake_of_the_same_picture_never_wait_each_for_the_other(
    office: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The intake has the picture in hand that the change moves; both come to the lock of covers after that."""
    folders = tmp_path / "a", tmp_path / "b"
    for folder in folders:
        folder.mkdir()
        landscape(1, (320, 240)).save(folder / "1.jpg")
    office.intake(ada, folders[0], "NO-1")
    with while_open(monkeypatch, world, change(ada, handling(ada, Audience.UNIT))) as meanwhile:
        office.intake(ada, folders[1], "NO-2")
    assert meanwhile.had_to_wait
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select distinct o.case_id, m.audience from occurrences o join media m on m.id = o.medium_id")
        assert len({row[1] for row in cursor}) == 2
