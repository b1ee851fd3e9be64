"""What ends beside an intake: nothing that was taken in is lost with it, and nothing is taken into what is ending."""

import hashlib
import shutil
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from threading import Thread

import pytest

from clew.actions import ending, keeping, restricting, shredding, walking
from clew.cli.drawing import landscape
from clew.domain.errors import StepRefused, Unavailable
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import calendar_of
from clew.domain.triage import Counts
from clew.keys import certificates
from clew.records import handlings
from clew.records.session import acting_as, let_go
from tests.scenario.test_ending import END, blobs, counts, every_row
from tests.scenario.test_shredding import confirm, propose, readable
from tests.world.locks import until_it_waits
from tests.world.office import Office
from tests.world.world import World, handling

LATER = date(END.year + 3, 1, 1)


def begun(officer: Actor, kind: SubjectKind, name: str, within: str | None = None) -> None:
    """The end of a subject was begun, and the run was killed there or is between two batches."""
    actor = calendar_of(officer.member, officer.unit)
    with acting_as(actor) as session:
        subject_id = handlings.find(session, kind, name, within).id
    assert ending._begin(actor, kind, subject_id)


def picture(tmp_path: Path, name: str, seed: int = 1) -> Path:
    """A folder of one picture; of one seed always the same."""
    folder = tmp_path / name
    folder.mkdir()
    landscape(seed, (320, 240)).save(folder / f"{seed}.jpg")
    return folder


def test_nothing_is_taken_into_an_exhibit_that_is_ending(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", "PHONE-2", until=LATER)
    office.intake(ada, seized, "NO-1", "PHONE-1")
    day.append(END)
    begun(ada, SubjectKind.EXHIBIT, "PHONE-1", "NO-1")
    with pytest.raises(StepRefused):
        office.intake(ada, picture(tmp_path, "fresh", 98), "NO-1", "PHONE-1", until=LATER)
    assert counts(world)["occurrences"] == 6
    office.intake(ada, tmp_path / "fresh", "NO-1", "PHONE-2", until=LATER)
    ending.end_all(office.workplace)
    assert counts(world)["occurrences"] == 2


@pytest.mark.parametrize("source", ["folder", "archive"])
def test_an_intake_that_was_begun_before_brings_nothing_into_an_exhibit_that_is_ending(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date], source: str
) -> None:
    """Neither by its chunks nor by what its walk finds: the exhibit ends with what lay in it."""
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", "PHONE-2", until=LATER)
    taken = seized if source == "folder" else Path(shutil.make_archive(str(tmp_path / "seized"), "zip", seized))
    intake_id = office.intake(ada, taken, "NO-1", "PHONE-1", works=False)
    day.append(END)
    begun(ada, SubjectKind.EXHIBIT, "PHONE-1", "NO-1")
    before = every_row(world)
    with pytest.raises(StepRefused):
        office.work()
    with pytest.raises(StepRefused):
        office._walk(ada, walking.kind_of(taken), intake_id)
    after = every_row(world)
    for table in ("occurrences", "media", "medium_keys", "chunks"):
        assert after[table] == before[table]


def test_nothing_is_listed_on_a_list_that_is_ending(
    office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date]
) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("\n".join(f"{number:064x}" for number in range(1, 8)))
    intake_id = office.intake(ada, listed)
    day.append(END)
    begun(ada, SubjectKind.HASH_LIST, "known.txt")
    listed.write_text("\n".join(f"{number:064x}" for number in range(100, 110)))
    with pytest.raises(StepRefused):
        office.intake(ada, listed, until=LATER)
    with pytest.raises(StepRefused):
        office._walk(ada, "hash_list", intake_id)
    assert counts(world)["listings"] == 7
    ending.end_all(office.workplace)
    office.intake(ada, listed, until=LATER)
    assert counts(world)["listings"] == 10


def test_no_series_that_is_ending_is_filled(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    """What was begun with it goes on without it."""
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", series="harbour", until=END)
    office.intake(ada, seized, "NO-2", series="harbour", until=LATER, works=False)
    day.append(END)
    begun(ada, SubjectKind.SERIES, "harbour")
    with pytest.raises(StepRefused):
        office.intake(ada, picture(tmp_path, "fresh", 98), "NO-3", series="harbour", until=LATER)
    waiting = list(office.waiting)
    with pytest.raises(Unavailable):
        office.work()
    assert counts(world)["series_media"] == 1
    ending.end_all(office.workplace)
    office.waiting.extend(waiting)
    office.work()
    assert office.counts(ada, "NO-2") == Counts(new=5)
    assert counts(world)["series_media"] == 0


def test_the_bytes_of_an_exhibit_that_ended_open_no_more_by_a_copy_of_their_record(
    office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date]
) -> None:
    """The picture is on a list too, and the list or the case was narrowed: its record there got the keys."""
    contents = [(picture(tmp_path, str(seed), seed) / f"{seed}.jpg").read_bytes() for seed in (1, 2)]
    office.intake(ada, tmp_path / "1", "NO-1", "PHONE-1")
    office.intake(ada, tmp_path / "2", "NO-2", "PHONE-1")
    for case, seed in (("NO-1", 98), ("NO-2", 99)):
        office.intake(ada, picture(tmp_path, f"kept-{case}", seed), case, "PHONE-2", until=LATER)
    for name, content in zip(("one.txt", "two.txt"), contents, strict=True):
        (tmp_path / name).write_text(hashlib.sha256(content).hexdigest())
        office.intake(ada, tmp_path / name, until=LATER)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.UNIT), "It was asked for.")
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.HASH_LIST, "two.txt", None, handling(ada, Audience.UNIT), "Asked for.")
    day.append(END)
    (foreseen,) = ending.foresee()
    ending.end_all(office.workplace)
    assert foreseen.blobs == 2
    assert not set(contents) & set(readable(office, world).values())
    assert (blobs(tmp_path), counts(world)["medium_keys"], counts(world)["listings"]) == (2, 2, 2)


def test_an_intake_never_counts_on_a_key_that_an_end_took_meanwhile(
    office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record stays, because it is on a list; the key that the case had to its bytes went with another exhibit."""
    content = (picture(tmp_path, "a") / "1.jpg").read_bytes()
    office.intake(ada, tmp_path / "a", "NO-1", "PHONE-1")
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", "PHONE-2", until=LATER)
    (tmp_path / "known.txt").write_text(hashlib.sha256(content).hexdigest())
    office.intake(ada, tmp_path / "known.txt", until=LATER)
    day.append(END)
    carried = keeping.carried

    def ended_meanwhile(*given: object) -> object:
        found = carried(*given)
        monkeypatch.setattr(keeping, "carried", carried)
        ending.end_all(office.workplace)
        return found

    monkeypatch.setattr(keeping, "carried", ended_meanwhile)
    office.intake(ada, picture(tmp_path, "b"), "NO-1", "PHONE-3", until=LATER, works=False)
    waiting = list(office.waiting)
    with pytest.raises(Unavailable):
        office.work()
    office.waiting.extend(waiting)
    office.work()
    assert content in readable(office, world).values()


def test_bytes_never_leave_the_disk_beside_an_intake_that_found_them_in_place(
    office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored for one case and carried to another: they go with the other, while the first one's intake finds them."""
    office.intake(ada, picture(tmp_path, "a"), "NO-1", "PHONE-1")
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", "PHONE-2", until=LATER)
    office.intake(ada, picture(tmp_path, "b"), "NO-2", until=date(END.year + 1, END.month, 1))
    day.append(END)
    ending.end_all(office.workplace)
    assert blobs(tmp_path) == 2
    day.append(date(END.year + 1, END.month, 1))
    picture(tmp_path, "c")
    refused: list[Exception] = []

    def take_in() -> None:
        try:
            office.intake(ada, tmp_path / "c", "NO-1", "PHONE-3", until=LATER)
        except Unavailable as met:
            refused.append(met)
        finally:
            let_go()

    remove, beside = office.workplace.vault.remove, Thread(target=take_in)

    def meanwhile(some: Iterable[bytes]) -> int:
        gone = list(some)
        if gone and beside.ident is None:
            beside.start()
            until_it_waits(world, beside)
        return remove(gone)

    monkeypatch.setattr(office.workplace.vault, "remove", meanwhile)
    ending.end_all(office.workplace)
    beside.join(60)
    assert len(refused) == 1, "it was told, and takes the same in again"
    office.intake(ada, tmp_path / "c", "NO-1", "PHONE-3", until=LATER)
    assert (tmp_path / "c" / "1.jpg").read_bytes() in readable(office, world).values()


def test_intakes_into_one_case_never_wait_for_one_another_at_these_locks(
    office: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one comes and is done while the first one holds case, names and media."""
    for name, seed in (("a", 1), ("b", 2)):
        picture(tmp_path, name, seed)
    write = keeping.write

    def take_in() -> None:
        Office(workplace=office.workplace).intake(ada, tmp_path / "b", "NO-1", "PHONE-2")
        let_go()

    beside = Thread(target=take_in)

    def meanwhile(*given: object) -> None:
        monkeypatch.setattr(keeping, "write", write)
        write(*given)
        beside.start()
        until_it_waits(world, beside)
        assert not beside.is_alive()

    monkeypatch.setattr(keeping, "write", meanwhile)
    office.intake(ada, tmp_path / "a", "NO-1", "PHONE-1")
    assert office.counts(ada, "NO-1") == Counts(new=2)


def test_a_shredding_that_is_gone_on_with_asks_again_who_holds_the_bytes(
    office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored for one case, carried to the one that is shredded, and taken in again for the first one meanwhile."""
    bo = world.officer("bo")
    office.intake(ada, picture(tmp_path, "a"), "NO-1", "PHONE-1")
    office.intake(ada, picture(tmp_path, "kept", 99), "NO-1", "PHONE-2", until=LATER)
    office.intake(ada, picture(tmp_path, "b"), "NO-2", until=LATER)
    day.append(END)
    ending.end_all(office.workplace)
    propose(ada, "NO-2")

    class PowerLossError(Exception):
        pass

    def lost(*_: object, **__: object) -> None:
        raise PowerLossError

    with monkeypatch.context() as patched:
        patched.setattr(shredding, "_finish", lost)
        with pytest.raises(PowerLossError):
            confirm(office, bo, "NO-2")
    office.intake(ada, picture(tmp_path, "c"), "NO-1", "PHONE-3", until=LATER)
    certified = certificates.verified(confirm(office, bo, "NO-2"))["counts"]
    assert isinstance(certified, dict)
    assert (certified["blobs_of_the_case"], certified["blobs_removed"]) == (1, 0), "it tells what was done"
    assert blobs(tmp_path) == 2
    assert (tmp_path / "c" / "1.jpg").read_bytes() in readable(office, world).values()
