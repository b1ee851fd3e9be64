"""Series that a case export opens: marked by the same intake, and by a person from then on."""

from pathlib import Path
from typing import Any

import pytest

from clew.actions import listing, opening, receiving, restricting
from clew.cli.drawing import landscape
from clew.domain.errors import Invalid, Unavailable
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.intake import Refused
from clew.domain.series import SeriesState
from clew.domain.triage import Counts
from clew.records import intakes, sealed, series
from clew.records.session import acting_as
from tests.scenario.test_intakes import export, record
from tests.world.office import Office
from tests.world.world import World, handling


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
    assert office.counts(ada, "NO-1") == Counts(known=1, new=1)  # what the own member has found is not new


def test_more_series_than_can_be_opened_are_refused(
    office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "SERIES_OPEN_MAX", 2)
    office.intake(ada, export(tmp_path / "two.json", *(of_series(str(n), number=n) for n in range(2))), "NO-1")
    with pytest.raises(Invalid, match="series"):
        office.intake(ada, export(tmp_path / "three.json", *(of_series(str(n), number=n) for n in range(3))), "NO-1")


# What goes into a series that its owner restricted --------------------------------------------------------


def restrict(of: Actor, name: str) -> None:
    with acting_as(of) as session:
        given = handling(of, Audience.UNIT)
        restricting.change(session, SubjectKind.SERIES, name, None, given, "The child is not safe yet.")


def seen(by: Actor) -> dict[str, int]:
    """How many rows about anything that was taken in another member sees."""
    tables = ("media", "occurrences", "listings", "series_media", "fingerprints", "matches", "covers")
    with acting_as(by) as session, session.cursor() as cursor:
        return {table: cursor.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}


NOTHING_SEEN = dict.fromkeys(("media", "occurrences", "listings", "series_media", "fingerprints", "matches", "covers"), 0)


def test_an_export_widens_nothing_of_a_series_that_was_restricted(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """The export is open to all; what it names as of the restricted series is not, and the rest is."""
    world.series(ada, "hidden")
    restrict(ada, "hidden")
    pdq = {"AlternativeHashes": [{"HashName": "PDQ", "HashValue": "5a" * 32}]}
    source = export(tmp_path / "case.json", *(of_series("hidden", number=n) | pdq for n in range(3)))
    office.intake(ada, source, "NO-1")
    assert {**seen(sven), "covers": 0} == NOTHING_SEEN
    more = export(tmp_path / "more.json", of_series("hidden", number=7), of_series("open", number=8), of_series(None, number=9))
    office.intake(ada, more, "NO-2")
    assert {table: count for table, count in seen(sven).items() if count and table != "covers"} == {
        "media": 2, "occurrences": 2, "series_media": 1,
    }  # fmt: skip


def test_files_beside_an_export_lie_under_their_restricted_series(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    world.series(ada, "hidden")
    restrict(ada, "hidden")
    files = tmp_path / "files"
    files.mkdir()
    for number in (1, 2):
        landscape(number, (320, 240)).save(files / f"{number}.jpg")
    source = export(
        tmp_path / "case.json",
        record((files / "1.jpg").read_bytes(), "1.jpg", Series="hidden"),
        record((files / "2.jpg").read_bytes(), "2.jpg", Series="open"),
    )
    office.intake(ada, source, "NO-1")
    shown = seen(sven)
    assert (shown["media"], shown["occurrences"], shown["series_media"]) == (1, 1, 1)
    assert 0 < shown["fingerprints"] == seen(ada)["fingerprints"] / 2
    assert office.counts(ada, "NO-1") == Counts(new=2)


def test_a_series_restricted_while_an_intake_into_it_runs_is_kept_to(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """What waits goes under what holds when it is taken in, and not under what held when the intake began."""
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    office.intake(ada, folder, "NO-1", series="green", works=False)
    restrict(ada, "green")
    office.work()
    assert {**seen(sven), "covers": 0} == NOTHING_SEEN
    assert office.counts(ada, "NO-1") == Counts(new=1)


def test_a_series_restricted_between_reading_and_writing_is_found_out(
    office: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    office.intake(ada, folder, "NO-1", series="green", works=False)
    waiting = [*office.waiting]
    catch_up = receiving.matching.catch_up

    def meanwhile(*given: Any) -> Any:
        monkeypatch.undo()
        restrict(ada, "green")
        return catch_up(*given)

    monkeypatch.setattr(receiving.matching, "catch_up", meanwhile)
    with pytest.raises(Unavailable, match="changed meanwhile"):
        office.work()
    assert office.counts(ada, "NO-1") == Counts()
    office.waiting.extend(waiting)
    office.work()
    assert office.counts(ada, "NO-1") == Counts(new=1)


def test_to_mark_a_series_changes_nothing_of_who_may_see_it(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    world.series(ada, "hidden", [world.medium(ada)])
    restrict(ada, "hidden")
    hidden = seen(sven)
    with acting_as(ada) as session:
        opening.mark_series(session, "hidden", SeriesState.IDENTIFIED, "By telephone.")
    assert seen(sven) == hidden
