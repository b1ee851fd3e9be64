"""Where a release makes newer fingerprints, what lies in the vault gets them and finds what it did not find before.

What an earlier release made is planted as rows of an older version with other bits: nothing is near to them.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from clew.actions import blocking, ending, raising, renewing, restricting, shredding
from clew.cli.drawing import drive, write_clip
from clew.domain import fingerprint
from clew.domain.errors import Unavailable
from clew.domain.fingerprint import KINDS, Engine, Kind
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.lead import Rule
from clew.domain.medium import Verdict
from clew.domain.retention import calendar_of
from clew.domain.series import SeriesState
from clew.domain.triage import Counts
from clew.media.reading import Reading
from clew.node import doctor
from clew.node.configuration import Configuration
from clew.records import fingerprints
from clew.records.session import Session, acting_as
from tests.scenario.test_leads import notices
from tests.scenario.test_leads import of as leads_of
from tests.scenario.test_proposing import found
from tests.scenario.test_triage import _own_sides, save
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.pictures import drawn
from tests.world.ticks import ticks
from tests.world.world import World

SEED = bytes(range(32))


def age(of: Actor, kinds: frozenset[Kind] = frozenset(Kind)) -> None:
    """The unit's fingerprints become those of an earlier release: other bits, numbered as they would have been."""
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute(
            "select id, kind, count from fingerprints where owner_member = %s and kind = any(%s) order by id",
            [of.member, sorted(kinds)],
        )
        for row in cursor.fetchall():
            first = fingerprints.take_numbers(session, KINDS[Kind(row[1])].engine, row[2])
            cursor.execute(
                "update fingerprints set bits = %s, first = %s, version = 0 where id = %s",
                [secrets.token_bytes(32 * row[2]), first, row[0]],
            )


def kept(of: Actor) -> dict[tuple[UUID, Kind], tuple[int, bytes]]:
    """Version and bits of each set of the unit's."""
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select medium_id, kind, version, bits from fingerprints where owner_member = %s", [of.member])
        return {(row[0], Kind(row[1])): (row[2], bytes(row[3])) for row in cursor}


def versions(of: Actor) -> set[int]:
    return {version for version, _ in kept(of).values()}


def matches(of: Actor) -> set[tuple[UUID, UUID, int]]:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select a_medium, b_medium, kind from matches")
        return {(row[0], row[1], row[2]) for row in cursor}


def recorded(world: World) -> tuple[int, int]:
    """How many media the audit says were made anew, and how many could not be."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        rows = everything.execute("select counts from acts where act = 'fingerprint.renew'").fetchall()
    return sum(counts["media"] for (counts,) in rows), sum(counts["unread"] for (counts,) in rows)


@pytest.fixture
def near(tmp_path: Path) -> tuple[Path, Path]:
    """Three pictures of shapes, and the same again at less than half of the size."""
    for seed in range(3):
        save(drawn(seed), tmp_path / "norway" / f"{seed}.jpg")
        save(drawn(seed).resize((320, 240)), tmp_path / "sweden" / f"{seed}.jpg")
    return tmp_path / "norway", tmp_path / "sweden"


def test_what_lies_in_the_vault_gets_newer_fingerprints_and_finds_what_it_did_not(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    made = kept(ada)
    age(ada)
    office.intake(sven, near[1], "SE-1")
    assert office.counts(sven, "SE-1") == Counts(new=3), "nothing is near to what the earlier release made"
    assert renewing.renew_all(office.workplace) == 3
    assert kept(ada) == made
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=3)
    assert office.counts(ada, "NO-1") == Counts(parallel_enquiry=3)
    assert recorded(world) == (3, 0)
    # Whoever comes later finds them too, and a second run finds nothing to do.
    dina = world.officer("dina", member="DK")
    office.intake(dina, near[1], "DK-1")
    assert {reason.owner for medium in office.triage(dina, "DK-1").values() for reason in medium.reasons} == {"NO", "SE"}
    before = matches(ada)
    assert renewing.renew_all(office.workplace) == 0
    assert (kept(ada), matches(ada), recorded(world)) == (made, before, (3, 0))


def test_what_both_sides_have_of_an_earlier_release_is_found_once_both_are_made_anew(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    office.intake(sven, near[1], "SE-1")
    age(sven)
    assert matches(ada) == set()
    assert renewing.renew_all(office.workplace) == 6
    assert office.counts(ada, "NO-1") == office.counts(sven, "SE-1") == Counts(parallel_enquiry=3)


def test_near_copies_of_one_unit_are_found_also_where_they_are_made_anew_together(
    office: Office, ada: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    office.intake(ada, near[1], "NO-2")
    age(ada)
    assert matches(ada) == set()
    assert renewing.renew_all(office.workplace) == 6
    assert len(matches(ada)) == 3


@pytest.mark.parametrize("kinds", [{Kind.PDQ}, {Kind.PDQ_CENTRED}])
def test_only_the_kinds_that_are_older_are_replaced(
    office: Office, ada: Actor, near: tuple[Path, Path], kinds: set[Kind]
) -> None:
    office.intake(ada, near[0], "NO-1")
    made, numbers = kept(ada), numbers_of(ada)
    age(ada, frozenset(kinds))
    assert renewing.renew_all(office.workplace) == 3
    assert kept(ada) == made
    assert {key for key, number in numbers_of(ada).items() if numbers[key] != number} == {
        key for key in made if key[1] in kinds
    }


def numbers_of(of: Actor) -> dict[tuple[UUID, Kind], int]:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select medium_id, kind, first from fingerprints where owner_member = %s", [of.member])
        return {(row[0], Kind(row[1])): row[2] for row in cursor}


def test_a_version_that_is_counted_up_has_everything_made_anew(
    office: Office, ada: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    assert renewing.renew_all(office.workplace) == 0
    monkeypatch.setitem(fingerprint.KINDS, Kind.PDQ_CENTRED, replace(KINDS[Kind.PDQ_CENTRED], version=2))
    assert renewing.renew_all(office.workplace) == 3
    assert {(kind, version) for (_, kind), (version, _) in kept(ada).items()} == {(Kind.PDQ, 1), (Kind.PDQ_CENTRED, 2)}
    office.intake(ada, near[1], "NO-2")
    assert renewing.renew_all(office.workplace) == 0, "what comes is of the newer version at once"


def test_two_blind_sides_are_told_of_the_overlap_that_is_found_now(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1", cover=unit_only(ada))
    age(ada)
    office.intake(sven, near[1], "SE-1", cover=unit_only(sven))
    ticks(world)
    assert _own_sides(ada) == _own_sides(sven) == 0
    assert renewing.renew_all(office.workplace) == 3
    assert (matches(ada), matches(sven)) == (set(), set()), "neither sees the other"
    ticks(world)
    assert _own_sides(ada) == _own_sides(sven) == 1


@pytest.mark.parametrize("older", ["the member that waits", "both"])
def test_an_open_series_of_another_member_learns_of_the_film_that_is_found_now(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path, older: str
) -> None:
    for folder in ("norway", "sweden"):
        (tmp_path / folder).mkdir()
    write_clip(tmp_path / "norway" / "whole.mp4", drive(7, 12.0))
    write_clip(tmp_path / "sweden" / "cut.mp4", drive(7, 6.0, start=4.0), bit_rate=400_000)
    office.intake(ada, tmp_path / "norway", "NO-1", series="green-room")
    age(ada)
    office.intake(sven, tmp_path / "sweden", "SE-1")
    if older == "both":
        age(sven)
    raising.raise_all()
    assert leads_of(ada) == ()
    assert renewing.renew_all(office.workplace) == (2 if older == "both" else 1)
    assert raising.raise_all() == 1
    (lead,) = leads_of(ada)
    assert lead.rule is Rule.ALIGNED_CLIP
    assert notices(ada) == [lead.series_id]
    assert notices(sven) == []
    assert versions(ada) == versions(sven) == {1}
    assert raising.raise_all() == 0


def test_a_solved_series_of_another_member_learns_of_the_picture_that_is_found_now(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Of pictures no trigger leaves news: their fingerprints used to come with them."""
    known = found(world, ada, "NO-1", taken_at="2020-05-01 12:00:00")
    blue = world.series(ada, "blue-room", [known], state=SeriesState.IDENTIFIED)
    save(drawn(1), tmp_path / "sweden" / "1.jpg")
    office.intake(sven, tmp_path / "sweden", "SE-1")
    ((medium, _), (_, bits)), *_ = ((key, one) for key, one in kept(sven).items() if key[1] is Kind.PDQ_CENTRED)
    age(sven)
    world.fingerprint(ada, known, bits=bits)
    found(world, sven, "SE-1", taken_at="2020-06-10 09:00:00")
    raising.raise_all()
    assert leads_of(ada) == ()
    assert renewing.renew_all(office.workplace) == 1
    assert {(one, other) for one, other, _ in matches(ada)} == {tuple(sorted((known, medium)))}
    assert raising.raise_all() == 1
    (lead,) = leads_of(ada)
    assert (lead.rule, lead.series_id) == (Rule.REAPPEARED, blue)
    assert notices(ada) == [blue]


def test_what_matches_nothing_is_no_news(office: Office, world: World, ada: Actor, near: tuple[Path, Path]) -> None:
    office.intake(ada, near[0], "NO-1")
    raising.raise_all()
    age(ada)
    assert news(world) == set()
    assert renewing.renew_all(office.workplace) == 3
    assert news(world) == set()


def news(world: World) -> set[UUID]:
    """Media that wait to be looked at for leads."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        return {row[0] for row in everything.execute("select unnest(media) from lead_news where round is null")}


def test_only_the_calendar_of_their_unit_has_media_looked_at_again(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    office.intake(sven, near[1], "SE-1")
    raising.raise_all()
    ids = {medium for medium, _ in kept(ada)}
    for actor in (ada, sven, calendar_of("SE", "VICTIM-ID"), calendar_of("NO", "INTAKE"), calendar_of("NO", "VICTIM-ID")):
        assert news(world) == set()
        with acting_as(actor) as session:
            renewing.leads.note_renewed(session, sorted(ids))
    assert news(world) == ids


def test_matches_that_the_earlier_release_found_stay(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    office.intake(sven, near[1], "SE-1")
    before = matches(ada)
    assert len(before) == 3
    with acting_as(sven) as session, session.cursor() as cursor:
        # By the newer way they are far from one another: what Sweden has says nothing of Norway's any more.
        cursor.execute("update fingerprints set bits = %s where owner_member = 'SE'", [secrets.token_bytes(32)])
    age(ada)
    assert renewing.renew_all(office.workplace) == 3
    assert matches(ada) == before
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=3)


def test_a_run_that_is_killed_is_gone_on_with(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    office.intake(sven, near[1], "SE-1")
    monkeypatch.setattr(renewing, "MEDIA_AT_ONCE", 1)
    store, done = renewing._store, []

    def failing(*given: Any) -> int:
        if len(done) == 1:
            done.append(0)
            raise KeyboardInterrupt
        done.append(store(*given))
        return done[-1]

    monkeypatch.setattr(renewing, "_store", failing)
    with pytest.raises(KeyboardInterrupt):
        renewing.renew_all(office.workplace)
    assert versions(ada) == {0, 1}
    assert renewing.renew_all(office.workplace) == 2
    assert sum(done) == 3, "nothing is made anew twice"
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=3)


def test_nothing_of_a_transaction_that_fails_is_kept_and_the_next_run_does_all_of_it(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    office.intake(sven, near[1], "SE-1")
    before = kept(ada)

    def failing(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(renewing.leads, "note_renewed", failing)
        with pytest.raises(KeyboardInterrupt):
            renewing.renew_all(office.workplace)
    assert (kept(ada), matches(ada)) == (before, set())
    assert renewing.renew_all(office.workplace) == 3
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=3)


def test_a_run_is_bounded_and_stops_when_it_is_told_to(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    office.intake(sven, near[1], "SE-1")
    age(sven)
    with monkeypatch.context() as limits:
        limits.setattr(renewing, "MEDIA_PER_RUN_MAX", 2)
        assert renewing.renew_all(office.workplace) == 2
    with monkeypatch.context() as limits:
        limits.setattr(renewing, "MEDIA_AT_ONCE", 1)
        limits.setattr(renewing, "TURNS_PER_RUN_MAX", 1)
        assert renewing.renew_all(office.workplace) <= 1
    with monkeypatch.context() as limits:
        limits.setattr(renewing, "RUN_SECONDS_MAX", 0)
        assert renewing.renew_all(office.workplace) == 0
    assert renewing.renew_all(office.workplace, lambda: True) == 0
    renewing.renew_all(office.workplace)
    assert versions(ada) == versions(sven) == {1}


def test_what_fails_again_and_again_holds_up_nothing_behind_it(
    office: Office, ada: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    bad = min(medium for medium, _ in kept(ada))
    write = renewing.write_all_near

    def failing(session: Session, workplace: Any, handling: Any, comparing: Any, numbered: Any, ids: list[UUID]) -> Any:
        if bad in ids:
            raise Unavailable("Not this one.")
        return write(session, workplace, handling, comparing, numbered, ids)

    monkeypatch.setattr(renewing, "write_all_near", failing)
    assert renewing.renew_all(office.workplace) == 2
    assert {medium for (medium, _), (version, _) in kept(ada).items() if version == 0} == {bad}
    monkeypatch.undo()
    assert renewing.renew_all(office.workplace) == 1


def test_many_that_cannot_be_read_hold_up_nothing_behind_them(
    office: Office, ada: Actor, tmp_path: Path, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a place of chance on: within a few runs that see one medium at a time each has had its turn."""
    office.intake(ada, near[0], "NO-1")
    age(ada)
    ids = sorted({medium for medium, _ in kept(ada)})
    read = renewing._read
    monkeypatch.setattr(renewing, "_read", lambda *given: read(*given) if given[2].lying.medium.id == ids[-1] else None)
    monkeypatch.setattr(renewing, "MEDIA_PER_RUN_MAX", 1)
    places = iter([UUID(int=0), UUID(int=0), UUID(int=ids[-1].int - 1)])
    monkeypatch.setattr(renewing, "uuid4", lambda: next(places))
    assert [renewing.renew_all(office.workplace) for _ in range(3)] == [0, 0, 1]


@pytest.mark.parametrize("verdict", [Verdict.NOT_DECODED, Verdict.REFUSED, Verdict.QUARANTINED])
def test_what_cannot_be_decoded_any_more_keeps_what_it_has_and_is_not_tried_again(
    office: Office, world: World, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
    verdict: Verdict,
) -> None:  # fmt: skip
    office.intake(ada, near[0], "NO-1")
    office.intake(sven, near[1], "SE-1")
    found_before = matches(ada)
    age(ada)
    before = kept(ada)
    monkeypatch.setattr(renewing, "_read", lambda *_: Reading(verdict=verdict, reason="No more."))
    assert renewing.renew_all(office.workplace) == 0
    assert {key: bits for key, (_, bits) in kept(ada).items()} == {key: bits for key, (_, bits) in before.items()}
    assert (versions(ada), matches(ada)) == ({1}, found_before)
    assert recorded(world) == (0, 3)
    assert renewing.renew_all(office.workplace) == 0
    assert recorded(world) == (0, 3)


def test_what_the_vault_does_not_hold_now_is_left_alone_and_made_anew_once_it_does(
    office: Office, world: World, ada: Actor, tmp_path: Path, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    before = kept(ada)
    (tmp_path / "vault" / "blobs").rename(tmp_path / "away")
    assert renewing.renew_all(office.workplace) == 0
    assert (kept(ada), recorded(world)) == (before, (0, 0))
    (tmp_path / "away").rename(tmp_path / "vault" / "blobs")
    assert renewing.renew_all(office.workplace) == 3


def test_what_is_not_what_was_stored_keeps_what_it_has(
    office: Office, ada: Actor, tmp_path: Path, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    before = kept(ada)
    for blob in (tmp_path / "vault" / "blobs").rglob("*"):
        if blob.is_file():
            blob.chmod(0o600)
            blob.write_bytes(blob.read_bytes()[:-40] + bytes(40))
    assert renewing.renew_all(office.workplace) == 0
    assert {key: bits for key, (_, bits) in kept(ada).items()} == {key: bits for key, (_, bits) in before.items()}


def block(office: Office, ada: Actor, _: World) -> None:
    with acting_as(ada) as session:
        blocking.block(session, SubjectKind.CASE, "NO-1", None, "A person asked for its deletion.")


def shred(office: Office, ada: Actor, world: World) -> None:
    second = world.officer("eva")
    with acting_as(ada) as session:
        shredding.propose(session, "NO-1")
    shredding.confirm(office.workplace, second, "NO-1", backup_days=30, seed=SEED)


@pytest.mark.parametrize("given_up", [block, shred])
def test_what_is_under_examination_or_shredded_is_left_alone(
    office: Office, world: World, ada: Actor, near: tuple[Path, Path],
    given_up: Callable[[Office, Actor, World], None],
) -> None:  # fmt: skip
    office.intake(ada, near[0], "NO-1")
    age(ada)
    given_up(office, ada, world)
    before = kept(ada)
    assert renewing.renew_all(office.workplace) == 0
    assert (kept(ada), recorded(world)) == (before, (0, 0))


def test_what_goes_under_examination_while_it_is_read_is_left_alone(
    office: Office, world: World, ada: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    store = renewing._store

    def late(*given: Any) -> int:
        block(office, ada, world)
        return store(*given)

    monkeypatch.setattr(renewing, "_store", late)
    before = kept(ada)
    assert renewing.renew_all(office.workplace) == 0
    assert kept(ada) == before


def test_what_is_restricted_while_it_is_read_is_kept_as_narrow_as_it_lies(
    office: Office, ada: Actor, sven: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    store, restricted = renewing._store, []

    def late(*given: Any) -> int:
        if not restricted:
            with acting_as(ada) as session:
                restricted.append(
                    restricting.change(session, SubjectKind.CASE, "NO-1", None, unit_only(ada), "Because.")
                )
        return store(*given)

    monkeypatch.setattr(renewing, "_store", late)
    renewing.renew_all(office.workplace)
    renewing.renew_all(office.workplace)
    assert versions(ada) == {1}
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select from fingerprints")
        assert cursor.rowcount == 0


def test_media_of_which_only_fingerprints_came_stay_as_they_are(
    office: Office, ada: Actor, near: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, near[0], "NO-1", keeps_bytes=False)
    office.intake(ada, near[1], "NO-2")
    age(ada)
    monkeypatch.setattr(renewing, "LOOKED_AT_MAX", 1)
    assert renewing.renew_all(office.workplace) == 3
    assert sorted(version for version, _ in kept(ada).values()) == [0] * 6 + [1] * 6
    assert renewing.renew_all(office.workplace) == 0


def test_what_is_copied_under_another_handling_is_as_old_as_what_it_was_copied_from(
    office: Office, ada: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    office.intake(ada, near[0], "NO-2")
    age(ada)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, unit_only(ada), "Because.")
    assert len(kept(ada)) == 12
    assert versions(ada) == {0}
    assert renewing.renew_all(office.workplace) == 6
    assert versions(ada) == {1}


def test_the_index_forgets_the_older_bits_also_where_segments_were_joined_since(
    office: Office, ada: Actor, near: tuple[Path, Path]
) -> None:
    office.intake(ada, near[0], "NO-1")
    age(ada)
    older = [bits for _, bits in kept(ada).values()]
    index = office.workplace.indexes[Engine.STILL]
    index.catch_up()
    index.consolidate()
    assert all(is_near(index, bits) for bits in older)
    assert renewing.renew_all(office.workplace) == 3
    index.catch_up()
    index.consolidate()
    assert any(is_near(index, bits) for bits in older), "numbers that name nothing"
    assert ending.forget_bits(office.workplace) == 1
    assert not any(is_near(index, bits) for bits in older)
    assert all(is_near(index, bits) for _, bits in kept(ada).values())
    assert ending.forget_bits(office.workplace) == 0, "once is enough"


def is_near(index: Any, bits: bytes) -> bool:
    return 0 in index.search(np.frombuffer(bits, np.uint8).reshape(-1, 32), radius=0).distance.tolist()


def test_the_doctor_says_how_many_wait(
    office: Office, world: World, ada: Actor, near: tuple[Path, Path], configuration: Configuration,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")

    def said() -> str:
        (check,) = (one for one in doctor.check_database(configuration, world.facts) if one.name == "fingerprints")
        assert check.ok
        return check.sentence

    office.intake(ada, near[0], "NO-1")
    office.intake(ada, near[1], "NO-2", keeps_bytes=False)
    none = said()
    assert "wait" not in none
    age(ada)
    assert said().startswith("3 media wait")
    monkeypatch.setattr(doctor, "OLDER_COUNTED_MAX", 2)
    assert said().startswith("More than 2 media wait")
    renewing.renew_all(office.workplace)
    assert said() == none


def test_nothing_that_is_up_to_date_is_in_the_index_of_what_is_older(
    office: Office, world: World, ada: Actor, near: tuple[Path, Path]
) -> None:
    """So it costs no intake anything; and the statement that looks for older ones is answered by it."""
    office.intake(ada, near[0], "NO-1")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("analyze fingerprints")
        assert everything.execute("select reltuples from pg_class where relname = 'fingerprints_older'").fetchone() == (0,)
        everything.execute("set enable_seqscan = off")
        plan = everything.execute(
            "explain select medium_id from fingerprints where owner_member = 'NO' and owner_unit = 'VICTIM-ID'"
            f" and medium_id > %s and {fingerprints.older()} order by medium_id limit 5", [uuid4()]
        ).fetchall()
    assert "fingerprints_older" in str(plan)
