"""A node that was founded today: what PostgreSQL does not know of its tables yet costs no place read in vain."""

from pathlib import Path

import pytest
from django.db import connections

from clew.domain.handling import Actor
from clew.records import cases, triage
from clew.records.session import Session, acting_as
from tests.world import vics
from tests.world.office import Office

MEDIA = 8_000
ASKED = 100

READ = "select idx_tup_fetch + seq_tup_read from pg_stat_xact_user_tables where relname = 'occurrences'"


@pytest.fixture
def never_counted(office: Office, ada: Actor, tmp_path: Path) -> None:
    """A case of so many media that came as records; nothing has gathered statistics of its tables."""
    with connections["owner"].cursor() as owner:
        owner.execute("alter table occurrences set (autovacuum_enabled = false)")
        owner.execute("alter table media set (autovacuum_enabled = false)")
    export = tmp_path / "export.json"
    records = (vics.medium(n, AlternativeHashes=[], RelativeFilePath="") for n in range(MEDIA))
    with export.open("wb") as file:
        file.writelines(vics.write_cases([({"CaseNumber": "1"}, records)]))
    office.intake(ada, export, "NO-1", keeps_bytes=False)
    with connections["owner"].cursor() as owner:
        owner.execute("select reltuples from pg_class where relname = 'occurrences'")
        assert owner.fetchall() == [(-1.0,)]


def places_read(session: Session) -> int:
    with session.cursor() as cursor:
        cursor.execute(READ)
        return int((cursor.fetchone() or (0,))[0])


@pytest.mark.usefixtures("never_counted")
def test_triage_reads_the_places_of_its_media_and_no_others(ada: Actor) -> None:
    with acting_as(ada) as session:
        case = cases.find_own(session, "NO-1")
        media = [one.id for one in triage.media_after(session, case, None, None, ASKED)]
        before = places_read(session)
        assert len({pair.medium_id for pair in triage.pairs(session, case, None, media)}) == ASKED
        assert places_read(session) - before < MEDIA + 10 * ASKED

