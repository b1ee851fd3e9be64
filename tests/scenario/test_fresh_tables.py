"""A case that PostgreSQL has not counted yet, or that is newer than what it counted, costs no place read in vain."""

from pathlib import Path

import pytest
from django.db import connections

from clew.domain.handling import Actor
from clew.records import cases, grids, triage
from clew.records.grids import EVERY, Scope
from clew.records.session import Session, acting_as
from tests.world import vics
from tests.world.office import Office
from tests.world.world import World, superuser

MEDIA = 8_000
ASKED = 100

READ = "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where relname = 'occurrences'"


@pytest.fixture(params=["never counted", "counted before"])
def new_case(request: pytest.FixtureRequest, world: World, office: Office, ada: Actor, tmp_path: Path) -> None:
    """A case of so many media that came as records, of which nothing has gathered statistics."""
    superuser(world.facts).execute("truncate occurrences, media cascade")  # or what was counted for another test is known
    asks("alter table occurrences set (autovacuum_enabled = false)")
    asks("alter table media set (autovacuum_enabled = false)")
    if request.param == "counted before":
        office.intake(ada, export_of(tmp_path / "small.json", range(MEDIA, MEDIA + 900)), "NO-1", keeps_bytes=False)
        asks("analyze occurrences")
        asks("analyze media")
    office.intake(ada, export_of(tmp_path / "large.json", range(MEDIA)), "NO-2", keeps_bytes=False)
    with connections["owner"].cursor() as owner:
        owner.execute("select reltuples from pg_class where relname = 'occurrences'")
        assert owner.fetchall() == [(900.0 if request.param == "counted before" else -1.0,)]


def export_of(path: Path, numbers: range) -> Path:
    records = (vics.medium(n, AlternativeHashes=[], RelativeFilePath="") for n in numbers)
    with path.open("wb") as file:
        file.writelines(vics.write_cases([({"CaseNumber": "1"}, records)]))
    return path


def asks(statement: str) -> None:
    with connections["owner"].cursor() as owner:
        owner.execute(statement)


def places_read(session: Session) -> int:
    """How many places the transaction has read until now."""
    with session.cursor() as cursor:
        cursor.execute(READ)
        return int((cursor.fetchone() or (0,))[0])


@pytest.mark.usefixtures("new_case")
def test_what_is_asked_of_a_new_case_reads_the_places_of_its_media_and_no_others(ada: Actor) -> None:
    with acting_as(ada) as session:
        case = cases.find_own(session, "NO-2")
        media = [one.id for one in triage.media_after(session, case, None, None, ASKED)]
        assert places_read(session) < MEDIA + 10 * ASKED
        before = places_read(session)
        assert len({pair.medium_id for pair in triage.pairs(session, case, None, media)}) == ASKED
        assert places_read(session) - before < MEDIA + 10 * ASKED
        before = places_read(session)
        part = grids.of_case(session, Scope(case_id=case), EVERY, None, ASKED)
        assert len(part.media) == ASKED
        part = grids.of_case(session, Scope(case_id=case), EVERY, part.media[-1].id, ASKED)
        assert len(part.media) == ASKED
        assert places_read(session) - before < 2 * MEDIA + 10 * ASKED
        before = places_read(session)
        assert triage.without_medium(session, case, None, ASKED) == ()
        assert places_read(session) - before < MEDIA + 10 * ASKED
        before = places_read(session)
        assert len(grids.sampled(session, Scope(case_id=case))) <= grids.SAMPLED_AT * grids.SAMPLED_OF_EACH_MAX
        assert places_read(session) - before < 2 * grids.SAMPLED_AT * grids.SAMPLED_OF_EACH_MAX
