"""Who may see a case, a series or an exhibit is changed by its owner, and every row follows."""

from datetime import date, timedelta
from pathlib import Path

import psycopg
import pytest

from clew.actions import admitting, opening, restricting, suspending
from clew.cli.drawing import room
from clew.domain.agreement import State
from clew.domain.errors import Invalid, NotVisible, SecondPersonNeeded, StepRefused, Unavailable
from clew.domain.handling import EVERY_USE, Actor, Audience, Handling, Use
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.retention import CALENDAR
from clew.domain.suspension import Level, Scope
from clew.node import checkup
from clew.records import graph, leaves, policies
from clew.records.handlings import Subject
from clew.records.models.cover import COVER_COLUMNS
from clew.records.session import Session, acting_as
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World, handling

WHY = "An operation is under way."


def draw(folder: Path, seeds: range, picture=room) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in seeds:
        picture(seed).save(folder / f"{seed}.jpg", quality=90)
    return folder


def change(
    of: Actor, given: Handling, name: str = "NO-1", kind: SubjectKind = SubjectKind.CASE, within: str | None = None, **more
):
    with acting_as(of) as session:
        return restricting.change(session, kind, name, within, given, more.pop("reason", WHY), **more)


def seen(by: Actor, table: str, condition: str = "true", use: Use = Use.FACTS) -> int:
    with acting_as(by, use) as session, session.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {condition}")
        return cursor.fetchone()[0]


def rows_of(member: str) -> str:
    return f"owner_member = '{member}'"


@pytest.fixture
def bo(world: World) -> Actor:
    return world.officer("bo", member="NO")


@pytest.fixture
def held(office: Office, ada: Actor, tmp_path: Path) -> Path:
    """A case of Norway with six rooms, four of them in a series; shared with all."""
    folder = draw(tmp_path / "norway", range(6))
    office.intake(ada, folder, "NO-1", series="green-room")
    return folder


def test_excluding_a_country_hides_every_row_of_a_case_from_it_and_from_nobody_else(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path
) -> None:
    dina = world.officer("dina", member="DK")
    tables = ("cases", "exhibits", "media", "occurrences", "fingerprints", "series_media", "covers")
    before = {table: seen(dina, table, rows_of("NO")) for table in tables}
    assert all(before.values())
    change(ada, handling(ada, excluded=["SE"]))
    assert {table: seen(sven, table, rows_of("NO")) for table in tables} == {**dict.fromkeys(tables, 0), "covers": 1}
    assert {table: seen(dina, table, rows_of("NO")) for table in tables} == {**before, "covers": before["covers"] + 1}


def test_a_change_moves_the_copies_of_covers_on_matches_with_their_media(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path, tmp_path: Path
) -> None:
    copies = tmp_path / "sweden"
    copies.mkdir()
    for seed in range(3):
        room(seed).resize((320, 240)).save(copies / f"{seed}.jpg")
    office.intake(sven, copies, "SE-1")
    assert seen(sven, "matches") == seen(ada, "matches") == 3
    change(ada, handling(ada, Audience.UNIT))
    assert seen(sven, "matches") == 0
    assert seen(ada, "matches") == 3
    assert copies_differ(world) == []
    assert pairs_of_overlaps(world) == 3
    assert office.counts(sven, "SE-1").new == 3
    change(ada, handling(ada))
    assert seen(sven, "matches") == 3
    assert pairs_of_overlaps(world) == 0
    assert office.counts(sven, "SE-1").parallel_enquiry == 3


def pairs_of_overlaps(world: World) -> int:
    return len(past_row_security(world, "select id from public.overlaps"))


def copies_differ(world: World) -> list[tuple[object, ...]]:
    """Matches whose copy of a cover is not the medium's, read past row security."""
    return past_row_security(
        world,
        """
        select m.id from matches m join media a on a.id = m.a_medium join media b on b.id = m.b_medium
         where (a.audience, a.members, a.excluded) is distinct from (m.a_audience, m.a_members, m.a_excluded)
            or (b.audience, b.members, b.excluded) is distinct from (m.b_audience, m.b_members, m.b_excluded)
         union all
        select m.id from matches m where not exists (select from media where id = m.a_medium)
            or not exists (select from media where id = m.b_medium)""",
    )


def past_row_security(world: World, query: str) -> list[tuple[object, ...]]:
    with connected(**world.facts.as_owner()) as blind:
        blind.execute(f"set role {world.facts.roles.blind}")
        return blind.execute(query).fetchall()




# What lies in several places ----------------------------------------------------------------------


def test_a_medium_that_another_case_holds_stays_there_as_it_was_and_comes_together_again(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path, tmp_path: Path
) -> None:
    office.intake(ada, held, "NO-2")
    assert seen(ada, "media", rows_of("NO")) == 6
    change(ada, handling(ada, Audience.UNIT))
    assert seen(ada, "media", rows_of("NO")) == 12
    assert seen(sven, "media", rows_of("NO")) == seen(sven, "occurrences", rows_of("NO")) == 6
    assert seen(ada, "fingerprints", rows_of("NO")) == 24
    assert copies_differ(world) == []
    copies = draw(tmp_path / "sweden", range(2))
    office.intake(sven, copies, "SE-1")
    assert office.counts(sven, "SE-1").parallel_enquiry == 2
    change(ada, handling(ada))
    assert seen(ada, "media", rows_of("NO")) == 6
    assert seen(ada, "fingerprints", rows_of("NO")) == 12
    assert seen(ada, "occurrences", f"{rows_of('NO')} and medium_id in (select id from media)") == 12
    assert copies_differ(world) == []
    assert numbers_overlap(world) == []


def numbers_overlap(world: World) -> list[tuple[object, ...]]:
    return past_row_security(
        world,
        "select f.id from fingerprints f join fingerprints g on g.engine = f.engine and g.id <> f.id"
        " and g.first between f.first and f.first + f.count - 1",
    )


def test_what_a_series_restricts_no_case_widens(office: Office, ada: Actor, sven: Actor, held: Path) -> None:
    change(ada, handling(ada, excluded=["SE"]), "green-room", SubjectKind.SERIES)
    for table in ("series", "series_media", "media", "occurrences", "fingerprints"):
        assert seen(sven, table, rows_of("NO")) == 0, table
    assert seen(sven, "cases", rows_of("NO")) == 1
    change(ada, handling(ada, Audience.UNIT))
    change(ada, handling(ada))
    assert seen(sven, "media", rows_of("NO")) == 0
    change(ada, handling(ada), "green-room", SubjectKind.SERIES)
    assert seen(sven, "media", rows_of("NO")) == seen(sven, "occurrences", rows_of("NO")) == 6


def test_a_medium_outside_the_series_is_not_touched_by_it(
    office: Office, ada: Actor, sven: Actor, held: Path, tmp_path: Path
) -> None:
    office.intake(ada, draw(tmp_path / "more", range(50, 53)), "NO-1", "PHONE-2")
    change(ada, handling(ada, Audience.UNIT), "green-room", SubjectKind.SERIES)
    assert seen(sven, "media", rows_of("NO")) == 3


def test_an_exhibit_is_never_wider_than_changes_of_its_own(office: Office, ada: Actor, sven: Actor, held: Path) -> None:
    change(ada, handling(ada, Audience.UNIT), "PHONE-1", SubjectKind.EXHIBIT, "NO-1")
    assert (seen(sven, "cases", rows_of("NO")), seen(sven, "exhibits", rows_of("NO"))) == (1, 0)
    change(ada, handling(ada, members=["SE"], named_uses=Use.PREVIEW))
    assert seen(sven, "exhibits", rows_of("NO")) == seen(sven, "occurrences", rows_of("NO")) == 0


def test_a_hash_list_is_handled_as_a_whole(office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    listed = tmp_path / "known.csv"
    listed.write_text("md5\n" + "\n".join(f"{number:032x}" for number in range(40)))
    office.intake(ada, listed)
    change(ada, handling(ada, Audience.MEMBER), "known.csv", SubjectKind.HASH_LIST)
    assert all(seen(sven, table, rows_of("NO")) == 0 for table in ("hash_lists", "listings", "media", "intakes"))
    assert seen(ada, "listings") == 40
    change(ada, handling(ada, uses=EVERY_USE), "known.csv", SubjectKind.HASH_LIST)
    assert seen(sven, "media", use=Use.EXPORT) == seen(sven, "listings", use=Use.EXPORT) == 40


# For which use, and for whom ------------------------------------------------------------------------


def test_named_members_get_previews_beside_all_and_others_do_not(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path
) -> None:
    dina = world.officer("dina", member="DK")
    change(ada, handling(ada, members=["SE"], named_uses=Use.PREVIEW | Use.ORIGINAL))
    assert seen(sven, "media", rows_of("NO"), Use.PREVIEW) == seen(sven, "media", rows_of("NO")) == 6
    assert (seen(dina, "media", rows_of("NO"), Use.PREVIEW), seen(dina, "media", rows_of("NO"))) == (0, 6)
    assert seen(sven, "media", rows_of("NO"), Use.EXPORT) == 0


def test_a_preview_is_what_the_other_then_sees(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path
) -> None:
    world.member("DK")
    given = handling(ada, members=["SE"], named_uses=Use.PREVIEW, excluded=["DK"])
    with acting_as(ada) as session:
        now = restricting.preview(session, SubjectKind.CASE, "NO-1", None, "SE")
        sight = restricting.preview(session, SubjectKind.CASE, "NO-1", None, "SE", given)
        few = restricting.preview(session, SubjectKind.CASE, "NO-1", None, "SE", given, counted_max=1)
    assert now.media == {**dict.fromkeys(Use, 0), Use.FACTS: 6, Use.FINGERPRINTS: 6}
    assert few.media == {use: min(1, count) for use, count in sight.media.items()}
    change(ada, given)
    assert sight.media == {use: seen(sven, "media", rows_of("NO"), use) for use in Use}
    assert sight.sees_subject
    with acting_as(ada) as session:
        hidden = restricting.preview(session, SubjectKind.CASE, "NO-1", None, "SE", handling(ada, excluded=["SE"]))
        with pytest.raises(Invalid):
            restricting.preview(session, SubjectKind.CASE, "NO-1", None, "XX")
    assert not hidden.sees_subject
    assert set(hidden.media.values()) == {0}


def test_only_the_owning_unit_changes_a_handling(office: Office, world: World, ada: Actor, sven: Actor, held: Path) -> None:
    for other in (sven, world.officer("eva", member="NO", unit="CYBER")):
        assert seen(other, "cases", rows_of("NO")) == 1
        for name in ("NO-1", "NO-NOT-THERE"):
            with pytest.raises(NotVisible) as refused:
                change(other, handling(other), name)
            assert str(refused.value) == "There is no such subject of your unit."


def test_a_change_says_why_and_names_members_who_take_part(office: Office, ada: Actor, held: Path) -> None:
    with pytest.raises(Invalid, match="reason"):
        change(ada, handling(ada, Audience.UNIT), reason=" ")
    with pytest.raises(Invalid, match="take part"):
        change(ada, handling(ada, excluded=["XX"]))


# Ends and second officers -----------------------------------------------------------------------------


def test_a_restriction_ends_by_itself_and_what_lasted_holds_again(
    office: Office, ada: Actor, sven: Actor, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = opening.today() + timedelta(days=30)
    change(ada, handling(ada, excluded=["SE"]), until=until)
    assert seen(sven, "media", rows_of("NO")) == 0
    assert restricting.end_due(ada) == 0
    assert checkup._restrictions().ok
    monkeypatch.setattr(opening, "today", lambda: until + timedelta(days=1))
    assert not checkup._restrictions().ok
    monkeypatch.setattr(restricting, "today", lambda: until)
    assert restricting.end_due(ada) == 1
    assert checkup._restrictions().ok
    assert restricting.end_due(ada) == 0
    assert seen(sven, "media", rows_of("NO")) == 6
    with pytest.raises(Invalid, match="to come"):
        change(ada, handling(ada, Audience.UNIT), until=until)


def test_restrictions_of_a_suspended_unit_end_too_and_nobody_is_said_to_have_ended_them(
    office: Office, ada: Actor, sven: Actor, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = opening.today() + timedelta(days=30)
    change(ada, handling(ada, excluded=["SE"]), until=until)
    with acting_as(admitting.operator_at("NO")) as session:
        suspending.suspend(session, Scope(level=Level.MEMBER, member="NO"), "While it is examined.")
    assert restricting.end_all_due() == 0
    monkeypatch.setattr(restricting, "today", lambda: until)
    assert restricting.end_all_due() == 1
    assert restricting.end_all_due() == 0
    assert seen(sven, "media", rows_of("NO")) == 6
    with leaves.opened() as cursor:
        cursor.execute("select officer, member, unit from acts where act = 'handling.end'")
        assert cursor.fetchall() == [(CALENDAR, "NO", ada.unit)]


def test_two_restrictions_hold_together_and_each_to_its_own_end(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dina = world.officer("dina", member="DK")
    days = [opening.today() + timedelta(days=number) for number in (10, 20)]
    change(ada, handling(ada, excluded=["SE"]), until=days[1])
    change(ada, handling(ada, excluded=["SE", "DK"]), until=days[0])
    assert seen(sven, "media", rows_of("NO")) == seen(dina, "media", rows_of("NO")) == 0
    monkeypatch.setattr(restricting, "today", lambda: days[0])
    assert restricting.end_due(ada) == 1
    assert (seen(sven, "media", rows_of("NO")), seen(dina, "media", rows_of("NO"))) == (0, 6)


def test_an_end_that_fails_holds_up_none_behind_it(
    office: Office, world: World, ada: Actor, sven: Actor, held: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.exhibit(ada, "NO-2", "PHONE-2")
    until = opening.today() + timedelta(days=10)
    for case in ("NO-1", "NO-2"):
        change(ada, handling(ada, excluded=["SE"]), case, until=until)
    whole, tried = restricting.recover, []

    def fails_once(session: Session, subject: Subject, day: date) -> int:
        tried.append(subject.id)
        if len(tried) == 1:
            raise Unavailable("A lock is held.")
        return whole(session, subject, day)

    monkeypatch.setattr(restricting, "today", lambda: until)
    monkeypatch.setattr(restricting, "recover", fails_once)
    assert (restricting.end_due(ada), len(set(tried))) == (1, 2)
    assert (restricting.end_due(ada), tried[2]) == (1, tried[0])


def test_a_wider_handling_waits_for_a_second_officer_where_the_administrator_asks_for_it(
    office: Office, world: World, ada: Actor, sven: Actor, bo: Actor, held: Path
) -> None:
    admin = world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(ada) as session, pytest.raises(StepRefused):
        restricting.ask_for_second(session, is_asked=True)
    with acting_as(admin) as session:
        restricting.ask_for_second(session, is_asked=True)
    tightened = change(ada, handling(ada, Audience.UNIT))
    assert tightened.state is State.IN_FORCE
    assert seen(sven, "media", rows_of("NO")) == 0
    proposed = change(ada, handling(ada))
    assert proposed.state is State.PROPOSED
    assert seen(sven, "media", rows_of("NO")) == 0
    with acting_as(ada) as session, pytest.raises(SecondPersonNeeded):
        restricting.approve(session, proposed.id)
    with acting_as(sven) as session, pytest.raises(NotVisible):
        restricting.approve(session, proposed.id)
    with acting_as(bo) as session:
        restricting.approve(session, proposed.id)
    assert seen(sven, "media", rows_of("NO")) == 6
    with acting_as(bo) as session, pytest.raises(StepRefused):
        restricting.approve(session, proposed.id)


def test_a_proposal_can_be_taken_back_and_lapses(
    office: Office, world: World, ada: Actor, bo: Actor, sven: Actor, held: Path
) -> None:
    with acting_as(world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)) as session:
        restricting.ask_for_second(session, is_asked=True)
    change(ada, handling(ada, Audience.UNIT))
    taken_back, lapsed = change(ada, handling(ada)), change(ada, handling(ada))
    with acting_as(ada) as session:
        restricting.withdraw(session, taken_back.id)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table handling_changes no force row level security")
        owner.execute("update handling_changes set proposed_at = now() - interval '8 days' where id = %s", [lapsed.id])
        owner.execute("alter table handling_changes force row level security")
    for one in (taken_back, lapsed):
        with acting_as(bo) as session, pytest.raises(StepRefused):
            restricting.approve(session, one.id)
    assert seen(sven, "media", rows_of("NO")) == 0


def test_every_change_is_on_record_and_none_is_removed(office: Office, ada: Actor, held: Path) -> None:
    change(ada, handling(ada, Audience.UNIT))
    change(ada, handling(ada))
    with acting_as(ada) as session:
        view = restricting.look(session, SubjectKind.CASE, "NO-1")
        first = restricting.look(session, SubjectKind.CASE, "NO-1", counted_max=5)
        every = restricting.look(session, SubjectKind.CASE, "NO-1", counted_max=6)
    assert [(one.media, one.has_more) for one in (view, first, every)] == [(6, False), (5, True), (6, False)]
    assert [one.state for one in view.changes] == [State.REPLACED, State.REPLACED, State.IN_FORCE]
    assert view.changes[0].given == handling(ada)
    assert view.media == 6
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.errors.InsufficientPrivilege):
        cursor.execute("delete from handling_changes")


def test_every_row_about_a_case_lies_under_its_handling(office: Office, world: World, ada: Actor, held: Path) -> None:
    given = handling(ada, Audience.ALL, members=["SE"], named_uses=EVERY_USE, excluded=["DK"])
    for code in ("SE", "DK"):
        world.member(code)
    change(ada, given)
    covered = set(policies.COVERED) - {"covers", "series", "handling_changes", "hash_lists", "listings", *graph.NOUNS}
    columns = ", ".join(COVER_COLUMNS)
    with acting_as(ada) as session, session.cursor() as cursor:
        for table in covered:
            cursor.execute(f"select distinct {columns} from {table}")
            assert cursor.fetchall() == [("NO", "VICTIM-ID", given.circles, ["SE"], ["DK"])], table
