"""Series that a case export opens: marked by the same intake, and by a person from then on."""

from pathlib import Path
from typing import Any

import pytest

from clew.actions import listing, opening
from clew.domain.errors import Invalid
from clew.domain.handling import Actor
from clew.domain.intake import Refused
from clew.domain.series import SeriesState
from clew.records import intakes, sealed, series
from clew.records.session import acting_as
from tests.scenario.test_intakes import export, record
from tests.world.office import Office
from tests.world.world import World


def states(of: Actor) -> dict[str, str]:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select name, state from series")
        texts = sealed.of_member(of.member)
        return {sealed.words(texts, series.NAME, name): state for name, state in cursor}


def of_series(name: str | None, *, number: int = 0, identified: object = True) -> dict[str, object]:
    return record(b"%d" % number, f"{number}.jpg", Series=name, VictimIdentified=identified)


def test_an_interrupted_export_still_marks_its_series(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = export(tmp_path / "case.json", *(of_series("green", number=number) for number in range(4)))
    monkeypatch.setattr(listing, "ROWS_PER_BATCH", 2)
    add_records, calls = listing._add_records, []

    def failing(*given: Any) -> int:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return add_records(*given)

    monkeypatch.setattr(listing, "_add_records", failing)
    with pytest.raises(KeyboardInterrupt):
        office.intake(ada, source, "NO-1")
    assert states(ada) == {"green": "open"}
    office.intake(ada, source, "NO-1")
    assert states(ada) == {"green": "identified"}


def test_what_a_person_marked_or_had_before_no_export_marks(office: Office, world: World, ada: Actor, tmp_path: Path) -> None:
    world.series(ada, "old")
    source = export(tmp_path / "case.json", of_series("green"), of_series("old", number=1))
    office.intake(ada, source, "NO-1")
    assert states(ada) == {"green": "identified", "old": "open"}
    with acting_as(ada) as session:
        opening.mark_series(session, "green", SeriesState.OPEN)
    office.intake(ada, source, "NO-1")
    assert states(ada) == {"green": "open", "old": "open"}


def test_one_medium_that_says_less_keeps_the_series_open(office: Office, ada: Actor, tmp_path: Path) -> None:
    records = [of_series("green"), of_series("green", number=1, identified=None), of_series("blue", number=2)]
    office.intake(ada, export(tmp_path / "case.json", *records), "NO-1")
    assert states(ada) == {"green": "open", "blue": "identified"}


def test_what_is_read_while_a_series_is_opened_counts(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next batch says less of the series while the first is written: it stays open."""
    intake_id = office.intake(ada, export(tmp_path / "case.json", of_series(None)), "NO-1")
    with acting_as(ada) as session:
        intake = intakes.get(session, intake_id)
    names: dict[str, listing._SeriesSeen] = {}
    listing._note_series(names, listing.ListedMedium(series="green", victim_identified=True))
    open_all = series.open_all

    def meanwhile(*given: Any, **named: Any) -> Any:
        listing._note_series(names, listing.ListedMedium(series="green", victim_identified=False))
        return open_all(*given, **named)

    monkeypatch.setattr(series, "open_all", meanwhile)
    listing._open_series(ada, intake, names)
    listing._mark_identified(ada, intake, names)
    assert states(ada) == {"green": "open"}


@pytest.mark.parametrize("name", ["x" * 201, "green\nroom", "\u202egreen"])
def test_a_name_that_cannot_be_shown_is_reported_and_opens_nothing(
    office: Office, ada: Actor, tmp_path: Path, name: str
) -> None:
    source = export(tmp_path / "case.json", of_series("green"), of_series(name, number=1))
    intake_id = office.intake(ada, source, "NO-1")
    done = listing.take_in_export(office.workplace, ada, intake_id, office.adder(ada))
    assert states(ada) == {"green": "identified"}
    assert done.refused == (Refused(reason=listing.NO_NAME, count=1, numbers=(2,)),)
    assert office.counts(ada, "NO-1").new == 2


def test_more_series_than_can_be_opened_are_refused(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SERIES_OPEN_MAX", 2)
    office.intake(ada, export(tmp_path / "two.json", *(of_series(str(n), number=n) for n in range(2))), "NO-1")
    with pytest.raises(Invalid, match="series"):
        office.intake(ada, export(tmp_path / "three.json", *(of_series(str(n), number=n) for n in range(3))), "NO-1")
