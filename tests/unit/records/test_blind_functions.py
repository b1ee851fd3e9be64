"""The blind functions keep their word: numbers over all members, and nothing else."""

from uuid import UUID

import psycopg
import pytest

from clew.domain.fingerprint import Kind, Transform
from clew.domain.handling import Actor, Audience
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.world import World, handling

A_PICTURE, A_VIDEO = 1, 2


def write(
    of: Actor,
    a: UUID,
    fingerprint: object,
    *,
    kind: int = A_PICTURE,
    distance: int = 4,
    turn: Transform = Transform.NONE,
    matched: int | None = None,
    spans: tuple[int | None, ...] = (None, None, None, None),
) -> int:
    columns = [[a], [fingerprint], [kind], [distance], [31], [int(turn)], *[[at] for at in spans], [matched], [matched]]
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute(
            "select clew_write_matches(%s::uuid[], %s::bigint[], %s::smallint[], %s::smallint[], %s::smallint[],"
            " %s::smallint[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[])",
            columns,
        )
        return cursor.fetchone()[0]


def read(of: Actor, query: str) -> list[tuple[object, ...]]:
    with acting_as(of) as session, session.cursor() as cursor:
        return cursor.execute(query).fetchall()


def after(of: Actor, number: int, limit: int) -> list[tuple[object, ...]]:
    return read(of, f"select first, count from clew_fingerprints_after(1::smallint, {number}, {limit})")


def test_the_feed_gives_all_members_fingerprints_in_the_order_of_their_numbers(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    for owner, count in ((ada, 1), (eve, 3), (ada, 2)):
        world.fingerprint(owner, world.medium(owner, Audience.UNIT), count=count)
    assert after(ada, -1, 100) == [(0, 1), (1, 3), (4, 2)]
    assert after(ada, 0, 100) == [(1, 3), (4, 2)]
    assert after(ada, 5, 100) == []


def test_the_feed_begins_with_the_set_that_holds_the_next_number(world: World) -> None:
    ada = world.officer("ada")
    for _ in range(2):
        world.fingerprint(ada, world.medium(ada), count=3)
    assert after(ada, 3, 100) == [(3, 3)]


def test_the_feed_gives_about_as_many_fingerprints_as_asked_for(world: World) -> None:
    ada = world.officer("ada")
    for count in (2, 3, 4):
        world.fingerprint(ada, world.medium(ada), count=count)
    assert after(ada, -1, 1) == [(0, 2)]
    assert after(ada, -1, 3) == [(0, 2), (2, 3)]


def test_numbers_lead_to_the_sets_that_hold_them_each_once(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    first = world.fingerprint(eve, world.medium(eve, Audience.UNIT), count=3)
    second = world.fingerprint(ada, world.medium(ada), count=1)
    sets = "select fingerprint_id from clew_fingerprint_sets(1::smallint, array[{}]::bigint[], {}) order by 1"
    assert read(ada, sets.format("0, 2, 2, 3, 99", False)) == [(first,), (second,)]
    assert read(ada, sets.format("4, 1000000", False)) == []


def test_sets_are_given_of_what_lies_in_some_case_if_only_that_is_asked_for(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    placed = world.medium(eve, Audience.UNIT)
    world.occurrence(eve, placed)
    world.fingerprint(ada, world.medium(ada))
    found = world.fingerprint(eve, placed)
    sets = "select fingerprint_id from clew_fingerprint_sets(1::smallint, array[0, 1]::bigint[], true)"
    assert read(ada, sets) == [(found,)]


def test_noting_overlaps_tells_nothing(world: World) -> None:
    """A number would tell how much is hidden from whoever asks."""
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    mine = world.medium(ada, content=b"the same")
    world.medium(eve, Audience.UNIT, content=b"the same")
    said = {str(read(ada, f"select clew_note_equal_bytes(array['{each}'::uuid])")) for each in (mine, world.medium(ada))}
    assert said == {"[('',)]"}


@pytest.mark.parametrize(("turn", "matched"), [(Transform.ROTATE_90, None), (Transform.NONE, 9)])
def test_media_of_one_case_match_where_comparing_again_would_not_find_it(
    world: World, turn: Transform, matched: int | None
) -> None:
    """Turned pictures, and runs of frames: what is stored does not find them a second time."""
    ada = world.officer("ada")
    one, other = world.medium(ada), world.medium(ada)
    for medium in (one, other):
        world.occurrence(ada, medium)
    kind = A_PICTURE if matched is None else A_VIDEO
    write(ada, one, world.fingerprint(ada, other), kind=kind, turn=turn, matched=matched)
    assert read(ada, "select count(*) from matches") == [(1,)]


def test_a_match_is_written_once_with_its_lower_medium_first(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    for turn, inverse in ((Transform.ROTATE_90, Transform.ROTATE_270), (Transform.FLIP_HORIZONTAL,) * 2):
        media = [world.medium(ada), world.medium(eve)]
        seen = write(ada, media[0], world.fingerprint(eve, media[1]), turn=turn, spans=(1, 2, 3, 4), matched=9)
        columns = "a_medium, b_medium, transform, a_from_ms, a_to_ms, b_from_ms, b_to_ms"
        row = read(ada, f"select {columns} from matches order by id")[-1]
        straight = media == sorted(media)
        assert seen == 1
        assert row == (*sorted(media), turn if straight else inverse, *((1, 2, 3, 4) if straight else (3, 4, 1, 2)))


def test_a_better_finding_replaces_a_match_and_a_worse_one_does_not(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    mine, theirs = world.medium(ada), world.medium(eve)
    fingerprint = world.fingerprint(eve, theirs)
    for distance, matched in ((10, None), (4, None), (12, None), (20, 5), (3, 4)):
        write(ada, mine, fingerprint, distance=distance, matched=matched)
    assert read(ada, "select distance_bits, frames_matched from matches") == [(20, 5)]


def test_a_match_is_written_only_from_ones_own_medium(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    theirs = world.medium(eve)
    assert write(ada, theirs, world.fingerprint(ada, world.medium(ada))) == 0
    assert read(ada, "select count(*) from matches") == [(0,)]


def test_a_medium_does_not_match_itself(world: World) -> None:
    ada = world.officer("ada")
    mine = world.medium(ada)
    write(ada, mine, world.fingerprint(ada, mine))
    assert read(ada, "select count(*) from matches") == [(0,)]


@pytest.mark.parametrize(("other_case", "matches"), [("CASE-1", 0), ("CASE-2", 1)])
def test_media_of_one_unit_match_unless_they_lie_in_one_case_only(world: World, other_case: str, matches: int) -> None:
    ada = world.officer("ada")
    one, other = world.medium(ada), world.medium(ada)
    world.occurrence(ada, one, "CASE-1")
    world.occurrence(ada, other, other_case)
    write(ada, one, world.fingerprint(ada, other))
    assert read(ada, "select count(*) from matches") == [(matches,)]


def overlaps(world: World) -> list[tuple[object, ...]]:
    """The pairs of media that overlap, which nobody who acts may read."""
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f"set role {world.facts.roles.blind}")
        return owner.execute("select left_medium, right_medium from public.overlaps order by 1, 2").fetchall()


def test_a_match_that_may_not_be_seen_becomes_an_overlap_of_which_nobody_is_told_yet(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    bob, third = world.officer("bob", unit="OTHER"), world.officer("cleo", member="DE")
    mine, theirs = world.medium(ada), world.medium(eve, Audience.UNIT)
    assert write(ada, mine, world.fingerprint(eve, theirs)) == 0
    assert overlaps(world) == [tuple(sorted((mine, theirs)))]
    assert all(read(actor, "select count(*) from overlap_sides") == [(0,)] for actor in (ada, bob, eve, third))
    assert all(read(actor, "select count(*) from matches") == [(0,)] for actor in (ada, third))
    assert read(eve, "select count(*) from matches") == [(1,)]


def test_media_that_both_sides_may_see_make_no_overlap(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    write(ada, world.medium(ada), world.fingerprint(eve, world.medium(eve)))
    assert overlaps(world) == []


def test_an_overlap_is_noted_once_from_either_side(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    mine, theirs = world.medium(ada, Audience.MEMBER), world.medium(eve)
    for _ in range(2):
        write(ada, mine, world.fingerprint(eve, theirs))
        write(eve, theirs, world.fingerprint(ada, mine))
    assert overlaps(world) == [tuple(sorted((mine, theirs)))]


@pytest.mark.parametrize(("content", "count"), [(b"the same", 1), (b"", 0)])
def test_equal_bytes_of_two_members_overlap_unless_they_are_none(world: World, content: bytes, count: int) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    mine = world.medium(ada, content=content)
    world.medium(eve, Audience.MEMBER, content=content)
    world.medium(eve, Audience.MEMBER)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select clew_note_equal_bytes(%s)", [[mine]])
    assert len(overlaps(world)) == count


def test_nothing_is_noted_for_media_of_another(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    world.medium(ada, Audience.MEMBER, content=b"the same")
    theirs = world.medium(eve, Audience.MEMBER, content=b"the same")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select clew_note_equal_bytes(%s)", [[theirs]])
    assert overlaps(world) == []


@pytest.mark.parametrize(
    "statement",
    [
        "select * from public.overlaps",
        "select * from context_keys",
        "insert into overlap_sides default values",
        "insert into matches default values",
        "delete from acts",
        "select clew_write_overlaps('{}', '{}')",
        "select clew_actor()",
        "select * from overlap_grounds",
        "select * from overlap_clock",
        "update overlap_clock set hours = 1",
        "insert into overlap_contacts default values",
        "delete from overlap_sides",
        "update overlap_decisions set step = 'consent'",
        "select ctid from overlap_sides",
        "select xmin from overlap_contacts",
        "select ctid from overlap_decisions",
        "select ctid from overlap_modes",
        "select * from clew_overlap_meetings(now())",
        "select * from clew_overlap_sayings('{}')",
        "select * from clew_overlap_modes('{}')",
        "select clew_overlap_meet('{}')",
        "select clew_overlap_lasts(gen_random_uuid(), gen_random_uuid())",
        "update officers set member = 'SE'",
        "truncate media",
    ],
)
def test_the_application_may_not(world: World, statement: str) -> None:
    ada = world.officer("ada")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        read(ada, statement)


def test_a_record_of_a_video_is_kept_as_it_is(world: World) -> None:
    ada, eve = world.officer("ada"), world.officer("eve", member="SE")
    theirs = world.fingerprint(eve, world.medium(eve), kind=Kind.FRAME, count=40)
    write(ada, world.medium(ada), theirs, kind=A_VIDEO, matched=12)
    assert read(ada, "select kind, frames_matched, b_audience from matches") == [(A_VIDEO, 12, handling(eve).circles)]
