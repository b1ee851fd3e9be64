"""Series that are one: said by whoever sees both, seen by whoever may, and taken back by nobody else."""

import hashlib
from uuid import UUID

import psycopg
import pytest

from clew.actions import auditing, ending, gathering, opening, restricting, surveying
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.retention import calendar_of
from clew.domain.series import SeriesState
from clew.domain.triage import Counts, Evidence
from clew.records import assertions, merges, series
from clew.records.session import Session, acting_as
from tests.world.foreign import lead
from tests.world.office import Office
from tests.world.world import World, handling


def reference(of: Actor, name: str) -> str:
    with acting_as(of) as session:
        return series.find(session, name).reference


def merge(by: Actor, one: str, other: str, reason: str = "The same wallpaper.") -> UUID:
    with acting_as(by) as session:
        return gathering.merge(session, one, other, reason)


def undo(by: Actor, merge_id: UUID) -> None:
    with acting_as(by) as session:
        gathering.undo(session, merge_id)


def seen_together(by: Actor, series_id: UUID) -> set[UUID]:
    with acting_as(by) as session:
        return {*merges.together(session, [series_id])[series_id]}


def restrict(of: Actor, series_id: UUID) -> None:
    """Only the own unit sees the series from now on."""
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = 0, members = '{}' where id = %s", [series_id])


def unit_only(of: Actor, name: str, world: World) -> UUID:
    made = world.series(of, name)
    restrict(of, made)
    return made


# References ---------------------------------------------------------------------------------------------


def test_a_series_is_found_by_its_reference_by_whoever_sees_it_and_by_its_name_in_its_unit(
    world: World, ada: Actor, sven: Actor
) -> None:
    made = world.series(ada, "green-room")
    typed = reference(ada, "green-room")
    for by, words in ((ada, "green-room"), (ada, typed), (sven, typed), (sven, f"s {typed[2:5]} {typed[5:8]} {typed[8:]}")):
        with acting_as(by) as session:
            assert series.find(session, words).id == made
    with acting_as(sven) as session, pytest.raises(NotVisible):
        series.find(session, "green-room")


def test_a_reference_is_drawn_and_nobody_chooses_it(world: World, ada: Actor) -> None:
    """Whoever could choose one could try which are taken, and so count what is hidden."""
    world.series(ada, "green-room")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select setseed(0.5)")
        cursor.execute(
            "insert into series (name, reference, owner_member, owner_unit, audience) select name || '\\x01'::bytea, reference,"
            " owner_member, owner_unit, audience from series returning reference"
        )
        drawn = cursor.fetchone()[0]
    assert drawn != reference(ada, "green-room")
    with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("update series set reference = 'S-100000017'")


# Merge and undo --------------------------------------------------------------------------------------------


def test_a_merge_with_an_identified_series_solves_and_its_undoing_opens_again(
    office: Office, world: World, ada: Actor, sven: Actor
) -> None:
    """Norway's medium is in its own open series; Sweden says that it is one with Sweden's identified one."""
    medium = world.medium(ada)
    world.occurrence(ada, medium, "NO-1")
    world.series(ada, "green-room", [medium])
    world.series(sven, "harbour", state=SeriesState.IDENTIFIED)
    assert office.counts(ada, "NO-1") == Counts(new=1)
    made = merge(sven, reference(sven, "harbour"), reference(ada, "green-room"))
    assert office.counts(ada, "NO-1") == Counts(solved_elsewhere=1)
    (medium_seen,) = office.triage(ada, "NO-1").values()
    best = medium_seen.reasons[0]
    assert best.evidence is Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER
    assert (best.owner, best.holder, best.series, best.reference) == ("SE", "NO", "harbour", reference(sven, "harbour"))
    with acting_as(ada) as session, pytest.raises(NotVisible):
        gathering.undo(session, made)
    undo(sven, made)
    assert office.counts(ada, "NO-1") == Counts(new=1)


def test_a_merge_is_followed_over_more_than_one_step(office: Office, world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada)
    world.occurrence(ada, medium, "NO-1")
    first = world.series(ada, "first", [medium])
    rest = [world.series(ada, "second"), world.series(sven, "third", state=SeriesState.IDENTIFIED)]
    merge(ada, "first", "second")
    assert seen_together(ada, first) == {first, rest[0]}
    merge(ada, "second", reference(sven, "third"))
    assert seen_together(ada, first) == {first, *rest}
    assert office.counts(ada, "NO-1") == Counts(solved_elsewhere=1)


def test_what_a_merge_joins_with_a_hidden_series_is_not_seen(office: Office, world: World, ada: Actor, sven: Actor) -> None:
    """The failure twin: Sweden's series is for its unit, so Norway learns neither of it nor of what was said of it."""
    medium = world.medium(ada)
    world.occurrence(ada, medium, "NO-1")
    green = world.series(ada, "green-room", [medium])
    hidden = world.series(sven, "harbour", state=SeriesState.IDENTIFIED)
    merge(sven, "harbour", reference(ada, "green-room"))
    restrict(sven, hidden)
    assert office.counts(ada, "NO-1") == Counts(new=1)
    assert seen_together(ada, green) == {green}
    with acting_as(ada) as session:
        assert merges.of(session, [green], 10) == ()
    assert seen_together(sven, green) == {green, hidden}


def test_a_path_through_a_hidden_series_does_not_exist(world: World, ada: Actor, sven: Actor) -> None:
    first, last = world.series(ada, "first"), world.series(ada, "last")
    between = world.series(sven, "between")
    merge(ada, "first", reference(sven, "between"))
    merge(ada, "last", reference(sven, "between"))
    assert seen_together(ada, first) == {first, between, last}
    restrict(sven, between)
    assert seen_together(ada, first) == {first}
    assert seen_together(ada, last) == {last}


def test_a_withdrawn_series_says_nothing(office: Office, world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(ada)
    world.occurrence(ada, medium, "NO-1")
    world.series(ada, "green-room", [medium])
    world.series(sven, "harbour", state=SeriesState.IDENTIFIED)
    merge(sven, "harbour", reference(ada, "green-room"))
    with acting_as(sven) as session:
        opening.mark_series(session, "harbour", SeriesState.WITHDRAWN, "Entered twice.")
    assert office.counts(ada, "NO-1") == Counts(new=1)


def test_what_cannot_be_one_is_refused(world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other", "third"):
        world.series(ada, name)
    hidden = unit_only(sven, "hidden", world)
    with acting_as(sven) as session:
        of_hidden = series.of(session, [hidden])[hidden].reference
    for name, expected in (("one", Invalid), (of_hidden, NotVisible), ("S-100000017", NotVisible), ("none", NotVisible)):
        with acting_as(ada) as session, pytest.raises(expected):
            gathering.merge(session, "one", name, "Why.")
    with acting_as(ada) as session, pytest.raises(Invalid):
        gathering.merge(session, "one", "other", "  ")
    monkeypatch.setattr(gathering, "SERIES_TOGETHER_MAX", 2)
    merge(ada, "one", "other")
    with pytest.raises(StepRefused):
        merge(ada, "one", "third")


def test_the_same_said_twice_is_one_assertion_and_two_members_have_one_each(world: World, ada: Actor, sven: Actor) -> None:
    green, harbour = world.series(ada, "green-room"), world.series(sven, "harbour")
    names = reference(ada, "green-room"), reference(sven, "harbour")
    of_ada = merge(ada, *names)
    assert merge(ada, *reversed(names)) == of_ada
    of_sven = merge(sven, *names)
    undo(ada, of_ada)
    assert seen_together(ada, green) == seen_together(sven, green) == {green, harbour}
    undo(sven, of_sven)
    assert seen_together(ada, green) == {green}
    again = merge(ada, *names)
    assert again != of_ada
    assert seen_together(sven, harbour) == {green, harbour}


def test_a_merge_under_a_narrow_handling_is_its_units_alone(world: World, ada: Actor, sven: Actor) -> None:
    green, harbour = world.series(ada, "green-room"), world.series(sven, "harbour")
    harbours = reference(sven, "harbour")
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", harbours, "A guess.", handling(ada, Audience.UNIT))
    assert seen_together(ada, green) == {green, harbour}
    assert seen_together(sven, green) == {green}


def test_the_owner_of_a_merged_series_is_told_of_it_by_the_audit(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room")
    world.series(sven, "harbour")
    merge(sven, "harbour", reference(ada, "green-room"))
    with acting_as(ada) as session:
        assert [(access.member, access.act) for access in auditing.accesses(session, auditing.Wanted()).items] == [
            ("SE", "series.merge")
        ]


# Media of several members in one series ---------------------------------------------------------------


def sha256_of(of: Actor, medium: UUID) -> bytes:
    with acting_as(of) as session:
        return sha256(session, medium)


def sha256(session: Session, medium: UUID) -> bytes:
    with session.cursor() as cursor:
        cursor.execute("select sha256 from media where id = %s", [medium])
        return bytes(cursor.fetchone()[0])


def in_series(by: Actor, name: str) -> dict[str, int]:
    """Media by the member that put them there, as `by` sees it."""
    with acting_as(by) as session:
        return {one.member: one.media for one in surveying.look(session, name).contributors}


def test_another_member_puts_own_media_into_a_series_and_alone_takes_them_out(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.series(ada, "green-room", [world.medium(ada)])
    medium, typed = world.medium(sven), reference(ada, "green-room")
    name = sha256_of(sven, medium)
    with acting_as(sven) as session:
        assert gathering.add(session, typed, media=[name]) == 1
    with acting_as(sven) as session:
        assert gathering.add(session, typed, media=[name]) == 0
    assert in_series(ada, typed) == in_series(sven, typed) == {"NO": 1, "SE": 1}
    with acting_as(ada) as session:
        assert gathering.remove(session, typed, [name], "Another room.") == gathering.Removed(taken_out=0, dissented=1)
    assert in_series(sven, typed) == {"NO": 1, "SE": 1}
    with acting_as(sven) as session:
        assert [(row.owner, row.dissents) for row in surveying.media(session, typed).items if row.owner == "SE"] == [("SE", 1)]
        assert [row.own_dissent for row in surveying.media(session, typed).items] == [None, None]
    with acting_as(ada) as session:
        (own,) = (row.own_dissent for row in surveying.media(session, typed).items if row.own_dissent)
        gathering.undo(session, own)
        assert [(row.dissents, row.own_dissent) for row in surveying.media(session, typed).items] == [(0, None)] * 2
    with acting_as(sven) as session:
        assert gathering.remove(session, typed, [name], "They are right.").taken_out == 1
    assert in_series(ada, typed) == {"NO": 1}


def test_only_own_media_are_put_into_a_series_and_only_one_that_is_seen(world: World, ada: Actor, sven: Actor) -> None:
    own, foreign = world.medium(ada), world.medium(sven)
    names = {each: sha256_of(by, each) for each, by in ((own, ada), (foreign, sven))}
    world.series(ada, "green-room")
    hidden = unit_only(sven, "hidden", world)
    with acting_as(sven) as session:
        of_hidden = series.of(session, [hidden])[hidden].reference
    for name, media in (("green-room", foreign), (of_hidden, own), ("S-100000017", own)):
        with acting_as(ada) as session, pytest.raises(NotVisible):
            gathering.add(session, name, media=[names[media]])
    # The database says the same to whoever goes round the action, and of a hidden series as of none.
    said = []
    for into, medium in ((hidden, own), (UUID(int=7), own), (world.series(ada, "mine"), foreign)):
        with acting_as(ada) as session, session.cursor() as cursor, pytest.raises(psycopg.Error) as refused:
            cursor.execute(
                "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience)"
                " values (%s, %s, 'NO', 'VICTIM-ID', 0)",
                [into, medium],
            )
        said.append(str(refused.value))
    assert len({*said}) == 1


def test_a_whole_exhibit_goes_into_a_series_and_lies_under_what_was_decided_for_it(
    world: World, ada: Actor, sven: Actor
) -> None:
    for number in range(3):
        world.occurrence(ada, world.medium(ada, content=b"%d" % number), "NO-1", "PHONE-1")
    world.occurrence(ada, world.medium(ada), "NO-1", "PHONE-2")
    world.series(ada, "green-room")
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.SERIES, "green-room", None, handling(ada, Audience.UNIT), "Not safe yet.")
    with acting_as(ada) as session:
        assert gathering.add(session, "green-room", case="NO-1", exhibit="PHONE-1") == 3
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        assert cursor.fetchone() == (1,)


def test_a_split_of_a_restricted_series_restricts_what_moved(world: World, ada: Actor, sven: Actor) -> None:
    media = [world.medium(ada, content=b"%d" % number) for number in range(2)]
    for medium in media:
        world.occurrence(ada, medium, "NO-1")
    world.series(ada, "green-room", media)
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.SERIES, "green-room", None, handling(ada, Audience.UNIT), "Not safe yet.")
    name = hashlib.sha256(b"1").digest()
    with acting_as(ada) as session:
        made = gathering.split(session, "green-room", [name], "blue-room", "Another room.")
    assert made.handling.audience is Audience.UNIT
    # The case is opened anew: the new series still restricts what moved into it.
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.EXHIBIT, "PHONE-1", "NO-1", handling(ada), "It may be seen.")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        assert cursor.fetchone() == (0,)


def test_a_change_of_handling_goes_through_though_a_foreign_series_is_hidden_meanwhile(
    world: World, ada: Actor, sven: Actor
) -> None:
    """Sweden put a medium into Norway's series, which Norway then hides: Sweden's own records still follow Sweden."""
    medium = world.medium(sven)
    world.occurrence(sven, medium, "SE-1")
    green = world.series(ada, "green-room")
    with acting_as(sven) as session:
        typed = series.of(session, [green])[green].reference
        gathering.add(session, typed, media=[sha256(session, medium)])
    restrict(ada, green)
    with acting_as(sven) as session:
        restricting.change(session, SubjectKind.CASE, "SE-1", None, handling(sven, Audience.UNIT), "An operation.")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select audience, count(*) over () from series_media")
        assert cursor.fetchall() == [(0, 1)]


# Narrative -----------------------------------------------------------------------------------------------


def test_a_narrative_keeps_its_versions_sealed_and_is_its_owners(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room")
    typed = reference(ada, "green-room")
    for words in ("The room appears first in May.", "The room appears first in April."):
        with acting_as(ada) as session:
            gathering.narrate(session, "green-room", words)
    with acting_as(sven) as session:
        told = surveying.look(session, typed).narratives
    assert [one.words for one in told] == ["The room appears first in April.", "The room appears first in May."]
    assert {one.written_by for one in told} == {None}
    with acting_as(sven) as session, pytest.raises(NotVisible):
        gathering.narrate(session, typed, "Of another.")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select words from series_narratives")
        assert not any("room" in row[0] for row in cursor)
    with acting_as(ada) as session, pytest.raises(Invalid):
        gathering.narrate(session, "green-room", "x" * 20_001)


# Silence --------------------------------------------------------------------------------------------------


def test_nothing_that_is_said_of_a_hidden_series_is_seen_by_anybody_else(world: World, ada: Actor, sven: Actor) -> None:
    """A row of every kind, by both members, of Norway's series; then Norway hides it: Sweden's own words of it go too."""
    medium, theirs = world.medium(ada), world.medium(sven)
    world.occurrence(sven, theirs, "SE-1")
    green, typed = world.series(ada, "green-room", [medium]), reference(ada, "green-room")
    world.series(sven, "harbour", [theirs])
    with acting_as(ada) as session:
        gathering.narrate(session, "green-room", "A room.")
        opening.mark_series(session, "green-room", SeriesState.UNDER_ENQUIRY)
    with acting_as(sven) as session:
        gathering.add(session, typed, media=[sha256(session, theirs)])
        gathering.remove(session, typed, [sha256(session, medium)], "Another room.")
    with acting_as(sven) as session:
        gathering.split(session, typed, [sha256(session, theirs)], "blue-room", "A third room.")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into series_proposals (series_id, medium_id, rule, measured, media, member, unit)"
            " values (%s, %s, 'burst', '', 1, 'SE', 'VICTIM-ID')",
            [green, theirs],
        )
    merge(sven, "harbour", typed)
    lead(sven, green, theirs)
    # Of rejections there are two: of the medium, and of the series that was split off.
    assert rows_naming(green, sven) == {**dict.fromkeys(assertions.ABOUT, 1), "series_rejections": 2}
    restrict(ada, green)
    assert set(rows_naming(green, sven).values()) == {0}
    assert sum(rows_naming(green, ada).values()) > 0


def rows_naming(series_id: UUID, by: Actor) -> dict[str, int]:
    with acting_as(by) as session, session.cursor() as cursor:
        return {
            table: cursor.execute(f"select count(*) from {table} where %s in ({', '.join(columns)})", [series_id]).fetchone()[0]
            for table, columns in assertions.ABOUT.items()
        }


# Ends ----------------------------------------------------------------------------------------------------


def test_what_is_said_of_a_series_ends_with_it_and_nothing_of_others_keeps_it(
    office: Office, world: World, ada: Actor, sven: Actor
) -> None:
    """Norway's series ends: Sweden's medium in it stays Sweden's, and lies in no series any more."""
    medium = world.medium(sven)
    world.occurrence(sven, medium, "SE-1")
    green, typed = world.series(ada, "green-room", [world.medium(ada)]), reference(ada, "green-room")
    world.series(sven, "harbour")
    with acting_as(sven) as session:
        gathering.add(session, typed, media=[sha256(session, medium)])
    merge(sven, "harbour", typed)
    with acting_as(ada) as session:
        gathering.narrate(session, "green-room", "A room.")
        opening.mark_series(session, "green-room", SeriesState.UNDER_ENQUIRY)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set entered_at = '1990-01-01' where id = %s", [green])
    ending.end_due(office.workplace, calendar_of("NO", "VICTIM-ID"))
    with acting_as(ada) as session, pytest.raises(NotVisible):
        series.find(session, typed)
    with acting_as(sven) as session, session.cursor() as cursor:
        for table in ("series_media", "series_merges", "series_steps", "series_narratives"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table
        cursor.execute("select count(*) from media where id = %s", [medium])
        assert cursor.fetchone() == (1,)


def test_a_foreign_series_keeps_no_medium_past_its_own_end(office: Office, world: World, ada: Actor, sven: Actor) -> None:
    medium = world.medium(sven)
    world.occurrence(sven, medium, "SE-1")
    world.series(ada, "green-room")
    typed = reference(ada, "green-room")
    with acting_as(sven) as session:
        gathering.add(session, typed, media=[sha256(session, medium)])
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = '1990-01-01'")
        cursor.execute("update exhibits set entered_at = '1990-01-01'")
    ending.end_due(office.workplace, calendar_of("SE", "VICTIM-ID"))
    assert in_series(ada, typed) == {}
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media")
        assert cursor.fetchone() == (0,)


# Steps ------------------------------------------------------------------------------------------------------


def test_a_step_is_kept_with_who_when_and_on_what_basis(world: World, ada: Actor, sven: Actor) -> None:
    made = world.series(ada, "green-room")
    with acting_as(ada) as session:
        opening.mark_series(session, "green-room", SeriesState.UNDER_ENQUIRY, "A school was named.")
    typed = reference(ada, "green-room")
    with acting_as(ada) as session:
        opening.mark_series(session, typed, SeriesState.IDENTIFIED, "By telephone.")
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select step, state, taken_by, basis from series_steps where series_id = %s order by taken_at", [made])
        steps = cursor.fetchall()
    assert [step[:3] for step in steps] == [("take", "under-enquiry", "ada"), ("identify", "identified", "ada")]
    assert "school" not in steps[0][3]
    restrict(ada, made)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from series_steps")
        assert cursor.fetchone() == (0,)


def test_a_series_is_safe_only_once_its_victim_is_identified(world: World, ada: Actor) -> None:
    world.series(ada, "green-room")
    with acting_as(ada) as session, pytest.raises(StepRefused, match="in one step"):
        opening.mark_series(session, "green-room", SeriesState.SAFEGUARDED)
