"""A member's annual report counts what all of its units did, and only who answers for its data makes it."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from clew.actions import admitting, blocking, examining, opening, reporting, restricting, suspending
from clew.cli.drawing import room
from clew.domain.annual_report import AnnualReport
from clew.domain.clock import RequestKind
from clew.domain.cover import Cover
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope
from clew.formats.annual_report import as_json
from clew.records import audit
from clew.records.session import acting_as
from tests.world.office import Office
from tests.world.world import World, handling

YEAR = datetime.now(UTC).year


def figures(of: AnnualReport) -> dict[str, dict[str, object]]:
    """By section and figure: the parts, or the total where there are none."""
    return {
        section.name: {figure.name: dict(figure.parts) or figure.total for figure in section.figures}
        for section in of.sections
    }


def test_the_report_counts_every_unit_and_what_others_did_with_its_records(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    bo = world.officer("bo", unit="CYBER")
    for folder, seeds in (("norway", range(4)), ("sweden", range(2))):
        (tmp_path / folder).mkdir()
        for seed in seeds:
            room(seed).save(tmp_path / folder / f"{seed}.jpg", quality=90)
    office.intake(ada, tmp_path / "norway", "NO-1")
    world.medium(bo, Audience.UNIT)
    office.intake(sven, tmp_path / "sweden", "SE-1")
    office.triage(sven, "SE-1")
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, handling(ada, Audience.UNIT), "Why.", date(YEAR + 1, 6, 1))
        blocking.block(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1", "Under examination.")
    nina = world.officer("nina", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(nina) as session:
        suspending.suspend(session, Scope(level=Level.OFFICER, member="NO", officer="bo"), "Lost laptop.")
    dora = world.officer("dora", role=Role.DATA_PROTECTION_OFFICER)
    with acting_as(dora) as session:
        examining.receive(session, "R-1", RequestKind.DELETION, datetime.now(UTC), "Somebody", "Something.")
    found = figures(reporting.annual(dora, YEAR))
    assert found["media"] == {"entered": {"image": 5}, "held": {"image": 5}}
    assert found["cases"]["opened"] == 1
    assert found["officers"]["in_force"] == {"investigator": 1, "national-administrator": 1, "data-protection-officer": 1}
    assert found["suspensions"]["laid"] == found["suspensions"]["in_force"] == {"officer": 1}
    assert set(found["accesses"]["facts"]) == {"SE"}
    assert found["restrictions"] == {"laid": {"case": 1}, "ended": 0, "in_force": {"case": 1}}
    assert found["retention"]["blocked_now"] == {"exhibit": 1}
    assert found["requests"]["received"] == found["requests"]["open"] == {"deletion": 1}
    assert found["incidents"]["founding_certifications"] == 3
    assert figures(reporting.annual(dora, YEAR - 1))["media"] == {"entered": 0, "held": {"image": 5}}


def test_what_comes_due_is_counted_by_each_unit_s_own_rules(world: World, ada: Actor) -> None:
    bo = world.officer("bo", unit="CYBER")
    soon, later = opening.today() + timedelta(days=20), opening.today() + timedelta(days=900)
    for officer, case, end in ((ada, "NO-1", soon), (ada, "NO-2", later), (bo, "NO-3", soon)):
        with acting_as(officer) as session:
            given = handling(officer, Audience.UNIT)
            said = opening.keep_cover(session, given, Cover(retention_end=end))
            opening.open_exhibit(session, case, "PHONE-1", given, said)
    found = figures(reporting.annual(world.officer("otto", role=Role.AUDITOR), YEAR))
    assert found["retention"]["to_review"] == {"case": 2, "exhibit": 2}
    assert found["retention"]["past_end"] == 0


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.COORDINATOR])
def test_who_does_not_answer_for_the_data_of_a_member_makes_no_report(world: World, role: Role) -> None:
    with pytest.raises(StepRefused):
        reporting.annual(world.officer("someone", role=role), YEAR)
    with pytest.raises(StepRefused):
        reporting.annual(admitting.operator_at("NO"), YEAR)


def test_a_report_is_on_record_and_of_a_year_that_has_begun(world: World) -> None:
    otto = world.officer("otto", role=Role.AUDITOR)
    reporting.annual(otto, YEAR)
    with acting_as(otto) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from acts where act = 'report.annual' and subject = %s", [str(YEAR)])
        assert cursor.fetchone() == (1,)
        audit.append(session, "case.read", "")
    for year in (YEAR + 1, 1066, 0, 10**9):
        with pytest.raises(Invalid):
            reporting.annual(otto, year)


def test_a_report_names_no_person_and_no_record(office: Office, world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada), "NO-zanthorpe-1", "PHONE-brindlewick", path=b"rooms/cloverdene.jpg")
    dora = world.officer("dora", role=Role.DATA_PROTECTION_OFFICER)
    with acting_as(dora) as session:
        examining.receive(session, "R-pomfrethill", RequestKind.ACCESS, datetime.now(UTC), "Quillon Marbeck", "tamberline")
    said = as_json(reporting.annual(dora, YEAR))
    json.loads(said)
    for word in ("zanthorpe", "brindlewick", "cloverdene", "pomfrethill", "Quillon", "tamberline", '"ada"', '"dora"'):
        assert word not in said
