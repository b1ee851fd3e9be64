"""What is past its end goes by itself, and nothing of it stays but a tombstone."""

from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
from django.conf import settings

from clew.actions import blocking, ending, keeping, localising, opening, retaining, shredding, spotting
from clew.cli.drawing import landscape
from clew.domain.clue import ClueKind, Said
from clew.domain.cover import default_retention_end
from clew.domain.ending import Step
from clew.domain.errors import NotVisible, StepRefused, Unavailable
from clew.domain.fingerprint import Engine
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.link import Confidence
from clew.domain.officer import Role
from clew.domain.retention import Rule
from clew.domain.triage import Counts
from clew.index.hamming import pack
from clew.records import fingerprints, retentions, tombstones
from clew.records.session import acting_as
from clew.records.tombstones import Tombstone
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.world import World, handling

OF_RECORDS = (
    "cases", "exhibits", "intakes", "chunks", "occurrences", "media", "fingerprints", "medium_keys", "series",
    "series_media", "hash_lists", "listings", "matches", "covers", "handling_changes", "overlap_sides", "overlaps",
    "clues", "series_votes",
)  # fmt: skip


END = default_retention_end(opening.today())


def every_row(world: World) -> dict[str, list[tuple[object, ...]]]:
    """The whole content of every table, past row security."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        tables = superuser.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1"
        ).fetchall()
        return {
            table: superuser.execute(f'select t::text from "{table}" t order by 1').fetchall() for (table,) in tables
        }


def counts(world: World) -> dict[str, int]:
    return {table: len(rows) for table, rows in every_row(world).items() if table in OF_RECORDS}


def blobs(tmp_path: Path) -> int:
    return sum(path.is_file() for path in (tmp_path / "vault" / "blobs").rglob("*"))


def stones(officer: Actor) -> list[Tombstone]:
    with acting_as(officer) as session:
        return tombstones.page(session, 100)


def test_nothing_of_a_case_is_left_but_its_tombstone(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "NO-1", series="harbour")
    assert (counts(world)["media"], blobs(tmp_path)) == (5, 5)
    with acting_as(ada) as session:
        (name, *_) = session.cursor().execute("select encode(sha256, 'hex') from media").fetchone()
        spotting.add(session, name, Said(kind=ClueKind.TEXT, value="A shop."))
        localising.vote(session, "harbour", "NO", Confidence.PROBABLE, "The boats.")
        (case_id,) = [kept.id for kept in retentions.until(session, END, limit=10) if kept.kind is SubjectKind.CASE]
    day.append(END)
    ended = {kind: count for kind, count in ending.end_all(office.workplace).items() if count}
    assert ended == {SubjectKind.CASE: 1, SubjectKind.SERIES: 1}
    assert {table: count for table, count in counts(world).items() if count} == {}
    assert blobs(tmp_path) == 0
    case, series = sorted(stones(ada), key=lambda stone: stone.kind.value)
    assert (case.kind, case.rule, case.due_on, case.entered_on) == (SubjectKind.CASE, Rule.COVER, END, opening.today())
    assert (case.counts["occurrences"], case.counts["cases"], case.counts["exhibits"]) == (5, 1, 1)
    assert case.counts["blobs_removed"] == 5
    assert case.counts["media"] + series.counts["media"] == 5, "whichever of the two went last took them"
    with pytest.raises(StepRefused):
        settings.CLEW_KEYRING.key("NO", str(case_id))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id, officer, subject from acts where act = 'retention.end'")
        acts = cursor.fetchall()
    assert acts == [], "an officer reads what they did themselves, and this nobody did"
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        found = superuser.execute("select id, officer, subject from acts where act = 'retention.end'").fetchall()
    assert {(row[0], row[2]) for row in found} == {(stone.act_id, str(stone.id)) for stone in (case, series)}
    assert {row[1] for row in found} == {"calendar:"}


def test_the_day_before_nothing_goes(office: Office, world: World, ada: Actor, seized: Path, day: list[date]) -> None:
    office.intake(ada, seized, "NO-1")
    day.append(date.fromordinal(END.toordinal() - 1))
    before = every_row(world)
    assert sum(ending.end_all(office.workplace).values()) == 0
    assert every_row(world) == before


def test_a_dry_run_tells_what_a_run_will_do_and_changes_nothing(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "NO-1", series="harbour")
    keep_until(office, ada, seized, "NO-2", date(END.year + 1, 1, 1), only=2)
    day.append(END)
    before, files = every_row(world), sorted((tmp_path / "vault").rglob("*"))
    (foreseen,) = ending.foresee()
    assert every_row(world) == before
    assert sorted((tmp_path / "vault").rglob("*")) == files
    assert [kept.kind for kept in foreseen.subjects] in (
        [SubjectKind.CASE, SubjectKind.SERIES], [SubjectKind.SERIES, SubjectKind.CASE],
    )  # fmt: skip
    assert sorted(foreseen.places.values()) == [5, 5]
    assert (foreseen.media, foreseen.blobs) == (3, 3)
    ending.end_all(office.workplace)
    assert sum(stone.counts["blobs_removed"] for stone in stones(ada)) == foreseen.blobs
    assert counts(world)["media"] == 5 - foreseen.media
    assert sum(stone.counts.get("media", 0) for stone in stones(ada)) == foreseen.media
    assert ending.foresee() == ()


def keep_until(office: Office, officer: Actor, folder: Path, case: str, end: date, *, only: int = 5) -> None:
    """Take the first files in under a cover of another end."""
    part = folder.parent / f"part of {case}"
    part.mkdir()
    for path in sorted(folder.iterdir())[:only]:
        (part / path.name).write_bytes(path.read_bytes())
    office.intake(officer, part, case, until=end)


def test_a_medium_that_two_cases_hold_stays_until_both_have_ended(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    later = date(END.year + 2, 3, 1)
    office.intake(ada, seized, "NO-1")
    keep_until(office, ada, seized, "NO-2", later, only=2)
    day.append(END)
    ending.end_all(office.workplace)
    assert (counts(world)["media"], counts(world)["cases"], counts(world)["occurrences"]) == (2, 1, 2)
    assert counts(world)["fingerprints"] > 0
    assert office.counts(ada, "NO-2") == Counts(new=2)
    assert blobs(tmp_path) == 2
    with pytest.raises(NotVisible):
        office.counts(ada, "NO-1")
    day.append(later)
    ending.end_all(office.workplace)
    assert (counts(world)["media"], blobs(tmp_path)) == (0, 0)


def test_an_exhibit_ends_before_its_case_and_the_case_with_the_last_of_its_exhibits(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    later = date(END.year + 2, 3, 1)
    office.intake(ada, seized, "NO-1", "PHONE-1")
    other = tmp_path / "other"
    other.mkdir()
    landscape(77, (320, 240)).save(other / "77.jpg")
    (other / "0.jpg").write_bytes((seized / "0.jpg").read_bytes())
    office.intake(ada, other, "NO-1", "PHONE-2", until=later)
    with acting_as(ada) as session:
        assert [(kept.kind, kept.name, kept.ends_on, kept.rule) for kept in retentions.until(session, later, limit=9)] == [
            (SubjectKind.EXHIBIT, "PHONE-1", END, Rule.COVER), (SubjectKind.CASE, "NO-1", later, Rule.CONTENT),
        ]  # fmt: skip
    day.append(END)
    ending.end_all(office.workplace)
    assert (counts(world)["exhibits"], counts(world)["cases"], counts(world)["media"], blobs(tmp_path)) == (1, 1, 2, 2)
    assert office.counts(ada, "NO-1") == Counts(new=2)
    day.append(later)
    ending.end_all(office.workplace)
    assert (counts(world)["cases"], counts(world)["media"], blobs(tmp_path)) == (0, 0, 0)


def test_a_series_keeps_fingerprints_and_facts_when_the_case_has_gone(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "NO-1", series="harbour")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set cover_id = null, entered_at = '2090-01-01'")
    day.append(END)
    ending.end_all(office.workplace)
    assert (counts(world)["media"], counts(world)["series_media"], counts(world)["medium_keys"]) == (5, 5, 0)
    assert blobs(tmp_path) == 0
    day.append(date(2095, 1, 1))
    ending.end_all(office.workplace)
    assert (counts(world)["media"], counts(world)["fingerprints"], counts(world)["series"]) == (0, 0, 0)


def test_a_hash_list_ends(office: Office, world: World, ada: Actor, tmp_path: Path, day: list[date]) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("\n".join(f"{number:064x}" for number in range(1, 8)))
    office.intake(ada, listed)
    assert counts(world)["listings"] == 7
    day.append(END)
    ending.end_all(office.workplace)
    assert {table: count for table, count in counts(world).items() if count} == {}
    (stone,) = stones(ada)
    assert (stone.kind, stone.counts["listings"], stone.counts["media"]) == (SubjectKind.HASH_LIST, 7, 7)


def test_the_records_of_another_member_and_another_unit_are_never_touched(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    """All hold the same content, and are matched with it; only ada's is past its end."""
    eva = world.officer("eva", unit="INTAKE")
    later = date(END.year + 2, 3, 1)
    for officer, end in ((ada, None), (sven, later), (eva, later)):
        office.intake(officer, seized, "CASE-1", until=end)
    others = kept_by_others(world)
    stored = blobs(tmp_path)
    day.append(END)
    ending.end_all(office.workplace)
    assert kept_by_others(world) == others
    assert stored - blobs(tmp_path) == 5
    for officer in (sven, eva):
        assert sum(vars_of(office.counts(officer, "CASE-1"))) == 5
    assert [(stone.member, stone.unit) for stone in stones(ada)] == [("NO", "VICTIM-ID")]


def vars_of(of: Counts) -> list[int]:
    return [getattr(of, name) for name in Counts.__dataclass_fields__]


def kept_by_others(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Every row of a record that is not of NO's VICTIM-ID."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        tables = superuser.execute(
            "select c.relname from pg_attribute a join pg_class c on c.oid = a.attrelid where a.attname = 'owner_unit'"
            " and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname not like 'overlap%'"
        ).fetchall()
        return {
            table: superuser.execute(
                f"select t::text from {table} t where (owner_member, owner_unit) <> ('NO', 'VICTIM-ID') order by 1"
            ).fetchall()
            for (table,) in tables
        }


def test_what_is_blocked_stays_past_its_end_and_goes_at_the_next_run_once_it_is_lifted(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "NO-1")
    office.intake(ada, seized, "NO-2")
    with acting_as(ada) as session:
        block = blocking.block(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1", "A person asked.")
    day.append(END)
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1
    assert (counts(world)["cases"], counts(world)["occurrences"], counts(world)["media"]) == (1, 5, 5)
    assert ending.foresee() == ()
    with acting_as(ada) as session:
        blocking.unblock(session, block)
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1
    assert counts(world)["media"] == counts(world)["cases"] == 0


def test_what_is_suspended_ends_all_the_same(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date]
) -> None:
    """A member that may not act keeps nothing longer for it; and no officer need be there for it."""
    office.intake(ada, seized, "NO-1")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute(
            "insert into suspensions (level, member, reason, laid_by) values ('member', 'NO', 'An incident.', 'operator')"
        )
    day.append(END)
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1


def test_more_than_one_batch_and_more_than_one_run(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in ("NO-1", "NO-2", "NO-3"):
        office.intake(ada, seized, case)
    monkeypatch.setattr(ending, "PLACES_PER_BATCH", 2)
    monkeypatch.setattr(ending, "SUBJECTS_PER_LOOK_MAX", 2)
    monkeypatch.setattr(ending, "LOOKS_PER_RUN_MAX", 1)
    day.append(END)
    assert ending.foresee()[0].is_more
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 2
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1
    assert (counts(world)["occurrences"], counts(world)["media"], blobs(tmp_path)) == (0, 0, 0)
    assert {stone.counts["occurrences"] for stone in stones(ada)} == {5}


def test_one_run_looks_again_until_nothing_is_due(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    for case in ("NO-1", "NO-2", "NO-3"):
        office.intake(ada, seized, case)
    monkeypatch.setattr(ending, "SUBJECTS_PER_LOOK_MAX", 1)
    day.append(END)
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 3
    assert counts(world)["media"] == 0


def test_the_name_finds_its_tombstone_and_the_tombstone_tells_no_name(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, day: list[date]
) -> None:
    office.intake(ada, seized, "Lindholt-canary", "Sundvall-canary", series="Karelstad-canary")
    day.append(END)
    ending.end_all(office.workplace)
    with acting_as(ada) as session:
        (found,) = tombstones.find(session, SubjectKind.CASE, "Lindholt-canary", None)
        assert tombstones.find(session, SubjectKind.CASE, "Lindholt", None) == []
        assert tombstones.find(session, SubjectKind.SERIES, "Lindholt-canary", None) == []
        assert len(tombstones.find(session, SubjectKind.SERIES, "Karelstad-canary", None)) == 1
    assert found.step is Step.DONE
    with acting_as(sven) as session:
        assert tombstones.page(session, 10) == []
    rows = "\n".join(row[0] for table in ("tombstones", "acts") for row in every_row(world)[table])
    digests = [path.read_bytes() for path in seized.iterdir()]
    for secret in ("canary", "Lindholt", "Sundvall", "Karelstad", *(sha(content) for content in digests)):
        assert secret not in rows
        assert secret.encode().hex() not in rows
    assert found.blobs == []


def test_another_unit_learns_nothing_of_a_case_that_it_never_saw(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date]
) -> None:
    """Neither by the list nor by the name; who answers for the member knows of it, as before its end."""
    office.intake(ada, seized, "NO-1", cover=unit_only(ada))
    eva = world.officer("eva", unit="INTAKE")
    dag = world.officer("dag", unit="PRIVACY", role=Role.DATA_PROTECTION_OFFICER)
    day.append(END)
    ending.end_all(office.workplace)
    for officer, is_told in ((ada, True), (dag, True), (eva, False)):
        assert bool(stones(officer)) is is_told
        with acting_as(officer) as session:
            assert bool(retaining.proof(session, SubjectKind.CASE, "NO-1", None)) is is_told


def sha(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_words_said_about_it_go_too(office: Office, world: World, ada: Actor, seized: Path, day: list[date]) -> None:
    from clew.actions import restricting

    office.intake(ada, seized, "NO-1")
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada, excluded={"NO1"} - {"NO1"}), "Because.")
        block = blocking.block(session, SubjectKind.CASE, "NO-1", None, "A person asked.")
        blocking.unblock(session, block)
    day.append(END)
    ending.end_all(office.workplace)
    rows = every_row(world)
    assert rows["handling_changes"] == []
    (kept,) = rows["blocks"]
    assert "sealed:" not in kept[0]


def test_no_search_names_a_fingerprint_that_went(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even while its bits still lie in a segment: no record holds its number, so no answer can name it."""
    monkeypatch.setattr(ending, "forget_bits", lambda _: 0)
    office.intake(ada, seized, "NO-1")
    index = office.workplace.indexes[Engine.STILL]
    index.catch_up()
    index.consolidate()
    assert index.segments == 1
    day.append(END)
    ending.end_all(office.workplace)
    assert index.segments == 1
    with acting_as(sven) as session:
        assert fingerprints.sets(session, Engine.STILL, list(range(index.last + 1))) == []
    office.intake(sven, seized, "SE-1")
    assert office.counts(sven, "SE-1") == Counts(new=5)
    assert counts(world)["matches"] == counts(world)["overlaps"] == 0


def test_no_segment_of_the_index_holds_a_bit_of_what_went(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, tmp_path: Path, day: list[date]
) -> None:
    """What others hold of the same engine stays in it, and is found by its numbers as before."""
    other = tmp_path / "other"
    other.mkdir()
    for seed in range(70, 74):
        landscape(seed, (320, 240)).save(other / f"{seed}.jpg")
    office.intake(sven, other, "SE-1", until=date(END.year + 3, 1, 1))
    office.intake(ada, seized, "NO-1")
    index = office.workplace.indexes[Engine.STILL]
    index.catch_up()
    index.consolidate()
    bits = bits_of(world, "NO")
    theirs = bits_of(world, "SE")
    assert all(lies_in(tmp_path / "index", one) for one in (*bits, *theirs)), "the search finds what is there"
    day.append(END)
    ending.end_all(office.workplace)
    assert [one for one in bits if lies_in(tmp_path / "index", one)] == []
    assert all(lies_in(tmp_path / "index", one) for one in theirs)
    queries = np.frombuffer(theirs[0], np.uint8).reshape(1, -1)
    assert 0 in index.search(queries, radius=0).distance.tolist()
    assert ending.forget_bits(office.workplace) == 0, "once is enough"


def bits_of(world: World, member: str) -> list[bytes]:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        rows = superuser.execute(
            "select bits from fingerprints where owner_member = %s and first is not null", [member]
        ).fetchall()
    return [bytes(row[0])[:32] for row in rows]


def lies_in(folder: Path, bits: bytes) -> bool:
    """Whether some file below holds the fingerprint, as it is or as the index writes it."""
    sought = {bits, pack(np.frombuffer(bits, np.uint8).reshape(1, -1)).tobytes()}
    return any(
        one in path.read_bytes() for path in folder.rglob("*") if path.is_file() for one in sought
    )


def test_a_case_that_was_filled_or_extended_meanwhile_is_left_alone(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the end somebody takes more in, to be kept longer."""
    office.intake(ada, seized, "NO-1")
    day.append(END)
    begin = ending._begin

    def filled_first(actor: Actor, kind: SubjectKind, subject_id: UUID) -> UUID | None:
        keep_until(office, ada, seized, "NO-1", date(END.year + 1, 1, 1))
        return begin(actor, kind, subject_id)

    monkeypatch.setattr(ending, "_begin", filled_first)
    assert sum(ending.end_all(office.workplace).values()) == 0
    assert counts(world)["occurrences"] == 10


def test_an_intake_never_loses_bytes_to_an_exhibit_that_ends_beside_it(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blob was found in place, then its exhibit ended, then the intake wrote its rows: it must notice."""
    office.intake(ada, seized, "NO-1", "PHONE-1")
    anchor = tmp_path / "anchor"
    anchor.mkdir()
    landscape(99, (320, 240)).save(anchor / "99.jpg")
    office.intake(ada, anchor, "NO-1", "PHONE-2", until=date(END.year + 3, 1, 1))
    day.append(END)
    kept = keeping.keep

    def ended_meanwhile(*given: object) -> object:
        found = kept(*given)
        monkeypatch.setattr(keeping, "keep", kept)
        ending.end_all(office.workplace)
        return found

    monkeypatch.setattr(keeping, "keep", ended_meanwhile)
    again = tmp_path / "again"
    again.mkdir()
    for path in seized.iterdir():
        (again / path.name).write_bytes(path.read_bytes())
    office.intake(ada, again, "NO-1", "PHONE-3", until=date(END.year + 3, 1, 1), works=False)
    with pytest.raises(Unavailable):
        office.work()
    office.intake(ada, again, "NO-1", "PHONE-3", until=date(END.year + 3, 1, 1))
    assert office.counts(ada, "NO-1") == Counts(new=6)
    assert blobs(tmp_path) == 6


def test_a_key_of_an_ended_case_that_comes_back_with_a_backup_is_destroyed_again(
    office: Office, world: World, ada: Actor, seized: Path, day: list[date], configuration
) -> None:
    office.intake(ada, seized, "NO-1")
    with acting_as(ada) as session:
        case_id = str(retentions.until(session, END, limit=1)[0].id)
    file = configuration.keys_folder / "cases" / "NO" / case_id
    backup = file.read_bytes()
    day.append(END)
    ending.end_all(office.workplace)
    file.with_name(f"{case_id}.destroyed").unlink()
    file.write_bytes(backup)
    file.chmod(0o600)
    assert shredding.destroy_again(settings.CLEW_KEYRING) == 1
    assert not file.exists()


def test_the_workers_job_ends_what_is_due(office: Office, world: World, ada: Actor, seized: Path, day: list[date]) -> None:
    from clew.jobs import tasks

    office.intake(ada, seized, "NO-1")
    day.append(END)
    tasks.equip(office.workplace)
    tasks.end_retention(timestamp=0)
    assert counts(world)["media"] == 0


def test_one_units_failure_stops_no_other(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, day: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    for officer in (ada, sven):
        office.intake(officer, seized, "CASE-1")
    day.append(END)
    end_due = ending.end_due

    def failing(workplace: object, actor: Actor) -> list[SubjectKind]:
        if actor.member == "NO":
            raise Unavailable("The disk of the vault cannot be written; run the same again.")
        return end_due(workplace, actor)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(ending, "end_due", failing)
        assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1
    assert (counts(world)["cases"], counts(world)["media"]) == (1, 5)
    assert ending.end_all(office.workplace)[SubjectKind.CASE] == 1


def test_what_was_entered_before_there_were_terms_counts_from_when_it_came(
    office: Office, world: World, ada: Actor, seized: Path, tmp_path: Path
) -> None:
    """The migration dates exhibits, lists and series by their intakes and media, not by its own day."""
    import importlib

    migration = importlib.import_module("clew.records.migrations.0015_retention")
    office.intake(ada, seized, "NO-1", series="harbour")
    listed = tmp_path / "known.txt"
    listed.write_text(f"{7:064x}")
    office.intake(ada, listed)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        superuser.execute("update intakes set started_at = '2019-02-03'")
        superuser.execute("update media set taken_in_at = '2019-02-04'")
        for statement in migration.DATED.values():
            superuser.execute(statement)
        found = superuser.execute(
            "select (entered_at at time zone 'UTC')::date from exhibits union all"
            " select (entered_at at time zone 'UTC')::date from hash_lists union all"
            " select (entered_at at time zone 'UTC')::date from series"
        ).fetchall()
        superuser.rollback()
    assert [row[0] for row in found] == [date(2019, 2, 3), date(2019, 2, 3), date(2019, 2, 4)]


def test_a_list_that_names_what_goes_beside_it_is_written_again(
    office: Office, world: World, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name was there, and when its record was looked for it had gone: nothing may lie in the place of nothing."""
    from clew.records import listed as listed_records

    for name in ("first", "second"):
        (tmp_path / f"{name}.txt").write_text("\n".join(f"{number:064x}" for number in range(1, 5)))
    office.intake(ada, tmp_path / "first.txt")
    with monkeypatch.context() as patched:
        patched.setattr(listed_records, "_KNOWN", "select %(owner_member)s")
        with pytest.raises(Unavailable):
            office.intake(ada, tmp_path / "second.txt")
    office.intake(ada, tmp_path / "second.txt")
    assert (counts(world)["listings"], counts(world)["media"]) == (8, 4)
