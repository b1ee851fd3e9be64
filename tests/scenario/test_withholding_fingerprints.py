"""The box "fingerprints": whoever has facts alone is told of equal bytes and of no match; the match is an overlap instead."""

import importlib
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from clew.actions import comparing, deconflicting, gathering, issuing, judging, proposing, raising, restricting, sifting
from clew.actions.issuing import Form, Of, Source
from clew.cli.drawing import room
from clew.domain.cover import Cover
from clew.domain.fingerprint import BYTES, NAMED_BY, Kind
from clew.domain.handling import (
    EVERY_USE,
    MATCHED,
    NOTHING,
    SHARED_AT_INTAKE,
    Actor,
    Audience,
    Handling,
    Use,
    in_circles,
    may_be_told,
    may_see,
)
from clew.domain.handling_change import SubjectKind
from clew.domain.lead import Rule as LeadRule
from clew.domain.overlap import Mode
from clew.domain.proposal import Rule
from clew.domain.series import SeriesState
from clew.domain.triage import Answer, ReasonKind
from clew.domain.verdict import Said, Why
from clew.formats.hash_list import read_hash_list
from clew.records import covers, matches, policies, resemblances, verdicts
from clew.records.matches import Match, MatchKind
from clew.records.session import acting_as
from tests.scenario.test_counting import finished
from tests.scenario.test_judging import near
from tests.scenario.test_leads import of as leads_of
from tests.scenario.test_task_forces import a_series, running
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.ticks import ticks
from tests.world.world import World

CASE = SubjectKind.CASE
MIGRATION = importlib.import_module("clew.records.migrations.0084_fingerprints_are_a_use")
TOLD, WITHHELD = SHARED_AT_INTAKE, Use.FACTS
EACH = {"both boxes": TOLD, "facts alone": WITHHELD, "fingerprints alone": Use.FINGERPRINTS, "neither": NOTHING}


def gives(of: Actor, uses: Use) -> Handling:
    """Its own member has every use, all members have these."""
    return in_circles(
        owner_member=of.member, owner_unit=of.unit, own=EVERY_USE, named=NOTHING, everyone=uses, members=(), excluded=()
    )


def switch(of: Actor, case: str, uses: Use, kind: SubjectKind = CASE) -> None:
    """The owner says on the page of handling what all members may."""
    with acting_as(of) as session:
        restricting.change(session, kind, case, None, gives(of, uses), "So we decided.")


def sides(of: Actor) -> list[tuple[str, object]]:
    """What the officer is told of overlaps: whose case, and when."""
    with acting_as(of) as session:
        return [(line.side.name, line.side.released_at) for line in deconflicting.sides(session).items]


def overlaps(world: World) -> int:
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        return int(connection.execute('select count(*) from "overlaps"').fetchone()[0])


# The story ----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Seized:
    """Sweden took in a smaller copy of what Norway has, and the very bytes of another picture."""

    folder: Path
    world: World
    office: Office
    ada: Actor
    sven: Actor

    def answers(self) -> dict[str, Answer]:
        return {path: one.answer for path, one in self.office.triage(self.sven, "SE-1").items()}

    def compared(self) -> dict[str, set[str]]:
        """For files that are not taken in: by how they are the same as something of Norway."""
        found = comparing.compare(self.office.workplace, self.sven, self.folder)
        return {one.paths[0]: {reason.kind.value for reason in one.reasons if reason.owner == "NO"} for one in found}


@pytest.fixture
def seized(office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path) -> Seized:
    norway, sweden = tmp_path / "norway", tmp_path / "sweden"
    for folder in (norway, sweden):
        folder.mkdir()
    room(1).save(norway / "near.jpg")
    room(2).save(norway / "same.jpg")
    room(1).resize((320, 240)).save(sweden / "near.jpg")
    (sweden / "same.jpg").write_bytes((norway / "same.jpg").read_bytes())
    office.intake(ada, norway, "NO-1", cover=gives(ada, TOLD), series="green-room")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set state = %s", [SeriesState.IDENTIFIED.value])
    office.intake(sven, sweden, "SE-1", cover=gives(sven, TOLD))
    return Seized(folder=sweden, world=world, office=office, ada=ada, sven=sven)


SOLVED = {"near.jpg": Answer.SOLVED_ELSEWHERE, "same.jpg": Answer.SOLVED_ELSEWHERE}
COMPARED = {"near.jpg": {"pdq"}, "same.jpg": {"digest", "pdq"}}
BYTES_COMPARED = {"near.jpg": set(), "same.jpg": {"digest"}}
BYTES_ALONE = {"near.jpg": Answer.NEW, "same.jpg": Answer.SOLVED_ELSEWHERE}


def test_an_owner_takes_the_box_away_both_sides_are_told_of_an_overlap_and_with_the_box_all_is_told_again(seized: Seized) -> None:
    ada, sven, world = seized.ada, seized.sven, seized.world
    assert (seized.answers(), seized.compared()) == (SOLVED, COMPARED)
    switch(ada, "NO-1", WITHHELD)
    # Sweden still sees all that is known of Norway's pictures, and that one of them is its own, byte for byte.
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media where owner_member = 'NO'")
        assert cursor.fetchone() == (2,)
    assert (seized.answers(), seized.compared()) == (BYTES_ALONE, BYTES_COMPARED)
    assert [reason.kind for reason in seized.office.triage(sven, "SE-1")["same.jpg"].reasons] == [ReasonKind.DIGEST]
    assert sides(ada) == sides(sven) == []
    ticks(world)
    (norway,), (sweden,) = sides(ada), sides(sven)
    assert (norway[0], sweden[0]) == ("NO-1", "SE-1")
    assert norway[1] == sweden[1], "both are told at the same moment"
    # Norway is told, as ever: Sweden gives both uses.
    assert seized.office.triage(ada, "NO-1")["near.jpg"].answer is Answer.PARALLEL_ENQUIRY
    assert overlaps(world) == 1, "equal bytes are told, and no overlap"
    switch(ada, "NO-1", TOLD)
    assert (seized.answers(), seized.compared()) == (SOLVED, COMPARED)
    assert overlaps(world) == 0


def test_where_the_box_stays_there_is_nothing_to_be_told_of(seized: Seized) -> None:
    switch(seized.ada, "NO-1", SHARED_AT_INTAKE | Use.PREVIEW)
    assert seized.answers() == SOLVED
    ticks(seized.world)
    assert sides(seized.ada) == sides(seized.sven) == []


@pytest.mark.parametrize("uses", [Use.FINGERPRINTS, NOTHING])
def test_fingerprints_without_facts_are_as_much_as_nothing(seized: Seized, uses: Use) -> None:
    """The comparison goes on; what is told is the overlap."""
    switch(seized.ada, "NO-1", uses)
    assert set(seized.answers().values()) == {Answer.NEW}
    ticks(seized.world)
    assert [name for name, _ in sides(seized.ada) + sides(seized.sven)] == ["NO-1", "SE-1"]


def test_whoever_wants_nothing_told_says_silent(seized: Seized) -> None:
    with acting_as(seized.ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.SILENT, "An operation is under way.")
    switch(seized.ada, "NO-1", WITHHELD)
    ticks(seized.world)
    assert (len(sides(seized.ada)), sides(seized.sven)) == (1, [])


def test_an_open_side_is_seen_at_once(seized: Seized) -> None:
    with acting_as(seized.ada) as session:
        deconflicting.set_mode(session, CASE, "NO-1", Mode.OPEN, "We want to be found.")
    switch(seized.ada, "NO-1", WITHHELD)
    deconflicting.release_all()
    with acting_as(seized.sven) as session:
        assert [fact.member for fact in deconflicting.look(session, CASE, "SE-1").facts] == ["NO"]


def test_what_comes_later_is_not_told_either(seized: Seized, tmp_path: Path) -> None:
    """An intake finds the match with what was withheld before it came."""
    switch(seized.ada, "NO-1", WITHHELD)
    (tmp_path / "more").mkdir()
    room(1).resize((400, 300)).save(tmp_path / "more" / "late.jpg")
    seized.office.intake(seized.sven, tmp_path / "more", "SE-2", cover=gives(seized.sven, TOLD))
    late = seized.office.triage(seized.sven, "SE-2")["late.jpg"]
    assert {reason.owner for reason in late.reasons} <= {"SE"}
    ticks(seized.world)
    assert "SE-2" in [name for name, _ in sides(seized.sven)]


# Each way by which a match is told ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Norway's medium in NO-1 and its open series, Sweden's in SE-1, near to one another; Sweden looks."""

    world: World
    ada: Actor
    sven: Actor
    theirs: UUID
    ours: UUID
    series: UUID

    def give(self, uses: Use) -> None:
        switch(self.ada, "NO-1", uses)


def pair_of(world: World, ada: Actor, sven: Actor) -> Pair:
    theirs, ours = world.medium(ada, content=b"drawn by Norway"), world.medium(sven, content=b"drawn by Sweden")
    world.occurrence(ada, theirs, "NO-1", cover=gives(ada, TOLD))
    world.occurrence(sven, ours, "SE-1", cover=gives(sven, TOLD))
    series = world.series(ada, "green-room", [theirs])
    near(world, sven, ours, ada, theirs)
    return Pair(world=world, ada=ada, sven=sven, theirs=theirs, ours=ours, series=series)


@pytest.fixture
def pair(world: World, ada: Actor, sven: Actor) -> Pair:
    return pair_of(world, ada, sven)


def by_page_of_the_medium(pair: Pair) -> bool:
    with acting_as(pair.sven) as session:
        assert resemblances.one(session, pair.ours).id == pair.ours
        return bool(resemblances.matches(session, pair.ours, 10))


def by_pages(pair: Pair) -> bool:
    client = signed_in("sven")
    page = client.get(f"/media/{pair.ours}/").content.decode()
    case = client.get("/cases/SE-1/?answer=parallel_enquiry").content.decode()
    assert client.get("/cases/SE-1/").status_code == 200
    told = {"Member NO" in page or ">NO<" in page or "green-room" in page, "green-room" in case}
    assert len(told) == 1
    return told.pop()


def by_api(pair: Pair) -> bool:
    client = signed_in("sven")
    with acting_as(pair.sven) as session:
        ours = resemblances.one(session, pair.ours).name.hex()
    (medium,) = client.get("/api/triage/media", {"case": "SE-1"}).json()["items"]
    facts = client.get("/api/media/facts", {"medium": ours})
    assert facts.status_code == 200
    told = {bool(medium["reasons"]), '"distance_bits": 8' in facts.content.decode() or '"distance_bits":8' in facts.content.decode()}
    assert len(told) == 1
    return told.pop()


def by_command(pair: Pair) -> bool:
    done = clew("triage", "SE-1", "--json", "--as", "sven")
    assert done.code == 0
    return "distance" in done.out and "NO" in json.dumps(json.loads(done.out))


def by_lead(pair: Pair) -> bool:
    return any(one.rule is LeadRule.NEAR_COPY for one in leads_of(pair.sven))


def by_lead_in_sql(pair: Pair) -> bool:
    with acting_as(pair.sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from lead_media")
        return bool(cursor.fetchone()[0])


def by_proposal(pair: Pair) -> bool:
    with acting_as(pair.sven) as session:
        return any(one.rule is Rule.NEAR_COPY for one in proposing.waiting(session, "SE-1"))


def by_verdict(pair: Pair) -> bool:
    with acting_as(pair.sven) as session:
        return bool(verdicts.of_media(session, [pair.ours], at_home=False))


def by_fingerprint(pair: Pair) -> bool:
    with acting_as(pair.sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from fingerprints where medium_id = %s", [pair.theirs])
        return bool(cursor.fetchone()[0])


def by_match(pair: Pair) -> bool:
    with acting_as(pair.sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from matches")
        return bool(cursor.fetchone()[0])


def by_what_is_solved(pair: Pair) -> bool:
    """Whether Sweden's unit is told when Norway's child is found: it has a part in the series by the match alone."""
    with connected(**pair.world.facts.as_owner()) as owner:
        owner.execute(f"set role {pair.world.facts.roles.blind}")
        found = owner.execute("select member from clew_parts(array[%s]::uuid[], null, false)", [pair.series]).fetchall()
    return ("SE",) in found


def by_statistics(pair: Pair) -> bool:
    """Whether what Sweden took in counts as known on arrival."""
    finished(pair.world, pair.sven, "PHONE-9")
    with acting_as(pair.sven) as session, session.cursor() as cursor:
        cursor.execute("update intakes set started_at = now() + interval '1 hour' where owner_member = 'SE'")
        cursor.execute(
            "update occurrences o set exhibit_id = i.exhibit_id, intake_id = i.id, case_id = x.case_id from intakes i join exhibits x"
            " on x.id = i.exhibit_id where o.medium_id = %s", [pair.ours],
        )  # fmt: skip
    with connected(**pair.world.facts.as_owner()) as owner:
        owner.execute(f"set role {pair.world.facts.roles.blind}")
        found = dict(
            owner.execute(
                "select of, number from clew_count_of_day((now() at time zone 'UTC')::date - 1) where figure = 'answers' and member = 'SE'"
            ).fetchall()
        )
    assert sum(found.values()) == 1, found
    return "new" not in found


WAYS: list[Callable[[Pair], bool]] = [
    by_page_of_the_medium, by_pages, by_api, by_command, by_lead, by_lead_in_sql, by_proposal, by_verdict, by_fingerprint, by_match,
    by_what_is_solved, by_statistics,
]  # fmt: skip


def before(pair: Pair, way: Callable[[Pair], bool]) -> None:
    """What was found and said while both boxes were set."""
    if way in (by_lead, by_lead_in_sql):
        pair.world.series(pair.sven, "sea-room", [pair.ours])
        raising.raise_all()
    if way is by_proposal:
        with acting_as(pair.sven) as session:
            proposing.propose(session, "SE-1")
    if way is by_verdict:
        with acting_as(pair.sven) as session:
            here, there = (resemblances.one(session, one).name for one in (pair.ours, pair.theirs))
            judging.judge(session, here, there, Said.NOT_THE_SAME, Why.ONLY_ALIKE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("uses", EACH)
def test_a_match_is_told_by_no_way_but_to_whoever_has_both_uses(pair: Pair, way: Callable[[Pair], bool], uses: str) -> None:
    """What was found before is hidden with the box, and there again with it."""
    before(pair, way)
    pair.give(EACH[uses])
    assert way(pair) is (EACH[uses] == MATCHED)
    if EACH[uses] == WITHHELD and way is not by_statistics:
        pair.give(TOLD)
        assert way(pair)


def test_nothing_that_rests_on_a_match_is_found_while_the_box_is_off(pair: Pair) -> None:
    """And with the box, what was not found is."""
    pair.give(WITHHELD)
    pair.world.series(pair.sven, "sea-room", [pair.ours])
    raising.raise_all()
    assert not by_lead(pair)
    with acting_as(pair.sven) as session:
        assert Rule.NEAR_COPY not in proposing.propose(session, "SE-1").by_rule
        with session.cursor() as cursor:
            cursor.execute("select count(*) from matches")
            assert cursor.fetchone() == (0,)
    pair.give(TOLD)
    assert raising.raise_all() > 0
    assert by_lead(pair)


@pytest.mark.parametrize("is_merged", [False, True], ids=["of two", "of three of which two are one"])
def test_that_two_series_are_one_is_proposed_by_a_match_while_it_is_told(pair: Pair, is_merged: bool) -> None:
    """Of series that are one, one is proposed; the match may lie in another."""
    pair.world.series(pair.sven, "sea-room", [pair.ours])
    if is_merged:
        for number in range(4):
            pair.world.series(pair.sven, f"dry-room-{number}")
            with acting_as(pair.sven) as session:
                gathering.merge(session, "sea-room", f"dry-room-{number}", "One room.")
    with acting_as(pair.sven) as session:
        assert proposing.propose(session, "SE-1").by_rule[Rule.NEAR_COPY] == 1
    kept = as_anybody(pair.world, PROPOSED)
    for uses, is_told in ((TOLD, True), (WITHHELD, False), (TOLD, True)):
        pair.give(uses)
        assert by_proposal(pair) is is_told
    blank = "update series_proposals set near_medium = null, near_series = null"
    assert as_anybody(pair.world, blank, MIGRATION.PROPOSED, PROPOSED) == kept or is_merged


def solved_and_newer(world: World, ada: Actor, sven: Actor) -> tuple[UUID, UUID]:
    """Norway solved a series; Sweden's phone that came later has a copy of it, beside a newer picture: these two."""
    theirs, ours, newer = world.medium(sven), world.medium(ada), world.medium(sven)
    world.occurrence(ada, ours, "NO-7", cover=gives(ada, TOLD))
    world.series(ada, "blue-room", [ours], state=SeriesState.IDENTIFIED)
    for medium in (theirs, newer):
        world.occurrence(sven, medium, "SE-7", "PHONE-7", cover=gives(sven, TOLD))
    for of, medium, taken in ((ada, ours, "2020-01-01"), (sven, newer, "2024-01-01")):
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute("update media set taken_at = %s where id = %s", [taken, medium])
    near(world, ada, ours, sven, theirs)
    return theirs, newer


def test_what_reappears_by_a_match_goes_with_it_and_so_does_what_lies_beside(world: World, ada: Actor, sven: Actor) -> None:
    both = {*solved_and_newer(world, ada, sven)}
    raising.raise_all()

    def speaking() -> set[UUID]:
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute("select medium_id from lead_media")
            return {row[0] for row in cursor}

    assert [one.rule for one in leads_of(ada)] == [LeadRule.REAPPEARED]
    assert speaking() == both
    switch(sven, "SE-7", WITHHELD)
    assert (leads_of(ada), speaking()) == ((), set())
    switch(sven, "SE-7", TOLD)
    assert speaking() == both


# What is an overlap: the law, over both sides -------------------------------------------------------------


@pytest.mark.parametrize("is_equal", [False, True], ids=["near", "equal bytes"])
def test_an_overlap_is_noted_where_one_owner_may_not_be_told_and_nowhere_else(
    world: World, ada: Actor, sven: Actor, is_equal: bool
) -> None:
    """Of all four ways on each side: by what the owners of two media may be told of one another, as the domain says it."""
    rule = may_see if is_equal else may_be_told
    wanted, noted = {}, {}
    for norway, sweden in itertools.product(EACH, repeat=2):
        world.empty()
        world.officer("ada", member="NO")
        world.officer("sven", member="SE")
        both = {"NO": gives(ada, EACH[norway]), "SE": gives(sven, EACH[sweden])}
        media = {}
        for of in (ada, sven):
            media[of.member] = world.medium(of, content=b"one" if is_equal else of.member.encode())
            cover_as(of, media[of.member], both[of.member])
        near(world, ada, media["NO"], sven, media["SE"])
        with acting_as(ada) as session:
            matches.note_digest_overlaps(session, [media["NO"]])
        wanted[norway, sweden] = not (rule(sven, both["NO"]) and rule(ada, both["SE"]))
        noted[norway, sweden] = overlaps(world) == 1
    assert noted == wanted


DIGESTS = {
    "the SHA-1 of one alone": ("sha256 = null, md5 = null, name = sha1", True),
    "the MD5 of one alone": ("sha256 = null, sha1 = null, name = md5", True),
    "an MD5 that was forged": ("sha256 = sha256(sha256), sha1 = substr(sha256, 1, 20), name = sha256(sha256)", False),
    "a SHA-1 that was forged": ("sha256 = sha256(sha256), name = sha256(sha256)", False),
    "no bytes at all": ("size_bytes = 0", False),
    "other bytes, of which less is known": ("sha256 = sha256(sha256), sha1 = null, md5 = null, name = sha256(sha256)", False),
    "nothing but a fingerprint": ("sha256 = null, sha1 = null, md5 = null, size_bytes = null, name = 'pdq:'::bytea || sha256(name)", False),
}  # fmt: skip
"""What becomes of the digests of one of two media of equal bytes, and whether their bytes still count as equal."""


@pytest.mark.parametrize("known", DIGESTS)
def test_bytes_are_equal_by_the_strongest_digest_that_both_have(world: World, ada: Actor, sven: Actor, known: str) -> None:
    """Where fingerprints are withheld, two media that match are an overlap unless equal bytes tell of them."""
    change, is_equal = DIGESTS[known]
    media = {of.member: world.medium(of, content=b"one") for of in (ada, sven)}
    for of in (ada, sven):
        cover_as(of, media[of.member], gives(of, WITHHELD))
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(f"update media set {change} where id = %s", [media["SE"]])
    near(world, ada, media["NO"], sven, media["SE"])
    with acting_as(ada) as session:
        matches.note_digest_overlaps(session, [media["NO"]])
    assert overlaps(world) == (0 if is_equal else 1)


def cover_as(of: Actor, medium: UUID, given: Handling) -> None:
    with acting_as(of) as session, session.cursor() as cursor:
        for table, key in (("media", "id"), ("fingerprints", "medium_id"), ("series_media", "medium_id")):
            cursor.execute(f"update {table} set audience = %s where {key} = %s", [given.circles, medium])


def test_a_match_of_any_kind_is_withheld(world: World, ada: Actor, sven: Actor) -> None:
    pair = pair_of(world, ada, sven)
    for kind, moving in ((MatchKind.VIDEO, Kind.FRAME), (MatchKind.SOUND, Kind.SOUND)):
        stored = world.fingerprint(ada, pair.theirs, kind=moving)
        with acting_as(sven) as session:
            matches.write(session, [Match(medium_id=pair.ours, fingerprint_id=stored, kind=kind, distance_bits=1, radius_bits=31)])
    for uses, count in ((WITHHELD, 0), (TOLD, 3)):
        pair.give(uses)
        with acting_as(sven) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from matches")
            assert cursor.fetchone() == (count,)


# A node of before -------------------------------------------------------------------------------------------------


def as_anybody(world: World, *statements: str) -> list[tuple[object, ...]]:
    """What the last of these statements gives the superuser."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        for statement in statements:
            cursor = everything.execute(statement)
        return sorted(cursor.fetchall()) if cursor.description else []


PROPOSED = "select id, near_medium, near_series from series_proposals"
BEFORE = "select lead_id, medium_id, near_medium, near_series from lead_media"
BLANK = "update lead_media set near_medium = null, near_series = null"


@pytest.mark.parametrize("uses", EACH)
def test_a_node_of_before_notes_an_overlap_for_what_is_told_no_more_and_only_for_that(pair: Pair, uses: str) -> None:
    pair.give(EACH[uses])
    if EACH[uses] == WITHHELD:
        as_anybody(pair.world, "delete from public.overlaps")  # it was told, and so no overlap
    noted = "select id, noted_at from public.overlaps"
    kept = as_anybody(pair.world, noted)
    as_anybody(pair.world, MIGRATION.NOTE.format(policies.both_are_told()))
    found = as_anybody(pair.world, noted)
    assert len(found) == (0 if EACH[uses] == MATCHED else 1)
    assert found == kept or EACH[uses] == WITHHELD


def test_leads_of_before_learn_by_which_match_they_speak(pair: Pair) -> None:
    pair.world.series(pair.sven, "sea-room", [pair.ours])
    solved_and_newer(pair.world, pair.ada, pair.sven)
    raising.raise_all()
    kept = as_anybody(pair.world, BEFORE)
    assert {LeadRule.NEAR_COPY, LeadRule.REAPPEARED} <= {one.rule for one in (*leads_of(pair.sven), *leads_of(pair.ada))}
    assert all(row[2] is not None for row in kept)
    assert as_anybody(pair.world, BLANK, MIGRATION.SPEAKS, MIGRATION.BESIDE, BEFORE) == kept


# Fingerprints themselves --------------------------------------------------------------------------------


@pytest.mark.parametrize("uses", [EVERY_USE, EVERY_USE & ~Use.FINGERPRINTS], ids=["with the box", "without"])
def test_a_line_of_a_hash_list_has_a_fingerprint_only_by_the_box(world: World, ada: Actor, sven: Actor, uses: Use) -> None:
    medium = world.medium(ada, content=b"drawn by Norway")
    series = world.series(ada, "green-room", [medium])
    world.fingerprint(ada, medium, kind=Kind.PDQ, bits=bytes(range(BYTES)))
    given = gives(ada, uses)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set cover_id = %s", [covers.keep(session, given, Cover(retention_end=date(2031, 1, 1)))])
        cursor.execute("select reference from series where id = %s", [series])
        reference = cursor.fetchone()[0]
    cover_as(ada, medium, given)
    world.occurrence(sven, world.medium(sven), "SE-1")
    chosen = issuing.choose(sven, Source(of=Of.SERIES, names=(reference,)), purpose="detection", case="SE-1")
    (line,) = read_hash_list(issuing.give(sven, chosen, Form.CSV))
    assert line.sha256 is not None
    assert line.pdq == (bytes(range(BYTES)) if Use.FINGERPRINTS in uses else None)


def test_a_medium_that_is_nothing_but_its_fingerprint_is_seen_by_the_box(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Its name would say it; and of two such of one fingerprint no equal bytes are told."""
    lists = {}
    for of in (ada, sven):
        lists[of] = tmp_path / f"{of.member}.csv"
        lists[of].write_text("pdq\n" + bytes(range(100, 100 + BYTES)).hex() + "\n")
    office.intake(ada, lists[ada], cover=gives(ada, WITHHELD))
    office.intake(sven, lists[sven], cover=gives(sven, TOLD))

    def names(of: Actor) -> list[tuple[str, bytes]]:
        with acting_as(of) as session, session.cursor() as cursor:
            cursor.execute("select owner_member, name from media order by 1")
            return [(row[0], bytes(row[1])) for row in cursor]

    name = NAMED_BY + bytes(range(100, 100 + BYTES))
    assert names(ada) == [("NO", name), ("SE", name)]
    assert names(sven) == [("SE", name)]
    assert overlaps(world) == 1


@pytest.mark.parametrize("uses", [Use.FACTS, SHARED_AT_INTAKE])
def test_what_is_a_fingerprint_alone_is_brought_into_a_task_force_only_with_it(
    world: World, nora: Actor, saga: Actor, ada: Actor, sven: Actor, uses: Use
) -> None:
    force = running(nora, saga, ada, sven)
    named = world.medium(sven, Audience.UNIT)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update media set name = %s where id = %s", [NAMED_BY + bytes(BYTES), named])
    reference = a_series(world, sven, media=1)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
            " select s.id, m.id, m.owner_member, m.owner_unit, m.audience, m.members, m.excluded from series s, media m where m.id = %s",
            [named],
        )
    with acting_as(sven) as session:
        sifting.bring(session, force, reference, uses)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from media where owner_member = 'SE'")
        assert cursor.fetchone() == (2 if Use.FINGERPRINTS in uses else 1,)


# The page says so -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("uses", EACH)
def test_the_preview_says_of_how_many_media_matches_are_told(pair: Pair, uses: str) -> None:
    with acting_as(pair.ada) as session:
        sight = restricting.preview(session, CASE, "NO-1", None, "SE", gives(pair.ada, EACH[uses]))
    assert sight.told == (1 if EACH[uses] == MATCHED else 0)
    assert sight.media[Use.FACTS] == (1 if Use.FACTS in EACH[uses] else 0)
