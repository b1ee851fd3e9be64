"""Norway's day is the same day whether Sweden hides the same material or has none: every answer, count and line of audit."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from clew.actions import opening, walking
from clew.cli.drawing import landscape
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.series import SeriesState
from clew.records.session import acting_as
from tests.scenario.test_intakes import export, record
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.world import World, handling

OF_THE_MOMENT = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00)?"
)
NUMBERS_BEGIN = 7_770_000_001
"""Where numbers of one row begin: whoever is shown one, is shown that."""


def of_sweden(office: Office, sven: Actor, sources: list[Path], cover: Callable[[Actor], Handling]) -> None:
    """Sweden takes in the same, under the same names."""
    for number, source in enumerate(sources):
        office.intake(sven, source, "NO-1", f"PHONE-{number}", series="green-room", cover=cover(sven))
    with acting_as(sven) as session:
        opening.mark_series(session, "green-room", SeriesState.IDENTIFIED, "By telephone.")


def day(office: Office, ada: Actor, sources: list[Path]) -> list[str]:
    """What Norway's officer is shown in a day of work."""
    shown = []
    for number, source in enumerate(sources):
        intake_id = office.intake(ada, source, "NO-1", f"PHONE-{number}", series="green-room")
        with acting_as(ada) as session:
            shown.append(str(walking.progress(session, intake_id)))
            shown.append(str(walking.finish(session, intake_id)))
    for words in (
        ("triage", "NO-1", "--json"), ("triage", "NO-1"), ("handling", "show", "case", "NO-1", "--json"),
        ("handling", "show", "series", "green-room"), ("handling", "preview", "case", "NO-1", "SE", "--json"),
        ("audit", "list", "--json"), ("audit", "accesses", "--json"), ("release", "list"), ("retention", "list"),
    ):  # fmt: skip
        said = clew(*words, "--as", "ada")
        assert said.code == 0, said
        shown.append(plain(said.out))
    return shown


def plain(said: str) -> str:
    """Without what is of the moment; identifiers are random, and so is the order of media."""
    return "\n".join(sorted(line.rstrip(",") for line in OF_THE_MOMENT.sub("…", said).splitlines()))


@pytest.fixture
def sources(tmp_path: Path) -> list[Path]:
    """A folder, an archive's worth of records, and a hash list: all drawn."""
    folder = tmp_path / "seized"
    folder.mkdir()
    for seed in (1, 2):
        landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    pdq = {"AlternativeHashes": [{"HashName": "PDQ", "HashValue": "5a" * 32}], "Series": "green-room"}
    case = export(tmp_path / "case.json", record(b"gone", "9.jpg", **pdq))
    listed = tmp_path / "known.txt"
    listed.write_text("0123456789abcdef0123456789abcdef\n")
    return [folder, case, listed]


@pytest.fixture
def numbered(world: World) -> None:
    """All numbers of one row begin where nobody takes them for anything else."""
    with connected(**world.facts.as_owner()) as owner:
        for table in ("chunks", "fingerprints", "matches", "occurrences"):
            owner.execute(f"alter table {table} alter id restart with {NUMBERS_BEGIN}")


def a_day(office: Office, world: World, sources: list[Path], cover: Callable[[Actor], Handling] | None) -> list[str]:
    world.empty(to_the_file=True)
    ada, sven = world.officer("ada"), world.officer("sven", member="SE")
    if cover is not None:
        of_sweden(office, sven, sources, cover)
    return day(office, ada, sources)


def test_what_sweden_hides_changes_nothing_of_norways_day(
    office: Office, world: World, sources: list[Path], numbered: None
) -> None:
    alone = a_day(office, world, sources, None)
    assert a_day(office, world, sources, unit_only) == alone
    assert str(NUMBERS_BEGIN)[:5] not in json.dumps(alone)
    # What is open to all does change it: so the days are compared where they could differ.
    assert a_day(office, world, sources, lambda of: handling(of, Audience.ALL)) != alone
