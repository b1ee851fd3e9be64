"""The workbench: countries ranked by clues that the officer sees and by specialists' votes; a program only suggests."""

import hashlib
import json
from uuid import UUID

import psycopg
import pytest

from clew.actions import describing, gathering, localising, spotting
from clew.actions.localising import Bench
from clew.domain.clue import ClueKind, Said, Where
from clew.domain.errors import Invalid, NotVisible, StepRefused
from clew.domain.handling import Actor, Audience
from clew.domain.likely_country import Caution
from clew.domain.link import Confidence
from clew.domain.officer import OF_OFFICERS, WITHOUT_CONTENT, Role
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.records import matches, series, votes
from clew.records.matches import Match, MatchKind
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.world import World, handling

PLUG = Said(kind=ClueKind.PLUG_TYPE, value="K", certainty=Confidence.CERTAIN, speaks={"DK": 3, "GL": 2})
SIGN = Said(kind=ClueKind.SIGN, value="Udgang", certainty=Confidence.PROBABLE, speaks={"DK": 2})


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def spot(by: Actor, content: bytes, said: Said, audience: Audience | None = None) -> UUID:
    with acting_as(by) as session:
        return spotting.add(session, sha256(content), said, audience and handling(by, audience)).id


def reference_of(by: Actor, series_id: UUID) -> str:
    with acting_as(by) as session:
        return series.of(session, [series_id])[series_id].reference


def green(world: World, ada: Actor, *contents: bytes) -> str:
    media = [world.medium(ada, content=content) for content in contents]
    return reference_of(ada, world.series(ada, "green-room", media))


def look(by: Actor, name: str) -> Bench:
    with acting_as(by) as session:
        return localising.look(session, name)


def points(bench: Bench) -> dict[str, int]:
    return {one.country: one.points for one in bench.ranking.countries}


def test_countries_are_ranked_by_the_clues_of_whoever_put_them_there(world: World, ada: Actor, sven: Actor) -> None:
    name = green(world, ada, b"room", b"street")
    assert look(ada, name).ranking.cautions == (Caution.NOTHING,)
    spot(ada, b"room", PLUG)
    assert look(ada, name).ranking.likely is None, "one thing is not enough"
    spot(sven, b"street", SIGN)
    bench = look(ada, name)
    assert (bench.ranking.likely, bench.ranking.cautions) == ("DK", ())
    assert points(bench) == {"DK": 36 + 16, "GL": 24}
    assert [one.asserted_by for one in bench.clues] == ["ada", None]


def test_what_is_hidden_or_taken_back_speaks_for_nothing(world: World, ada: Actor, sven: Actor) -> None:
    """Byte for byte: with a hidden clue, with one taken back, and with none."""
    name = green(world, ada, b"room")
    spot(ada, b"room", PLUG)
    before = look(sven, name)
    spot(ada, b"room", SIGN, Audience.UNIT)
    assert look(sven, name) == before
    assert points(look(ada, name))["DK"] > points(before)["DK"]
    back = spot(ada, b"room", SIGN)
    assert look(sven, name) != before
    with acting_as(ada) as session:
        spotting.withdraw(session, back)
    assert look(sven, name) == before
    hidden = world.medium(ada, Audience.UNIT, content=b"hidden street")
    with acting_as(ada) as session:
        gathering.add(session, name, media=[hashlib.sha256(b"hidden street").digest()])
    spot(ada, b"hidden street", SIGN)
    assert hidden
    assert look(sven, name) == before


def test_copies_of_one_picture_count_once_and_other_pictures_a_half(world: World, ada: Actor) -> None:
    name = green(world, ada, b"room", b"copy of it", b"street")
    at_the_radius, just_outside = bytes([1] * 31 + [0]), bytes([2] * 32)
    for medium, bits in zip(ids(ada, b"room", b"copy of it", b"street"), (bytes(32), at_the_radius, just_outside), strict=True):
        world.fingerprint(ada, medium, bits=bits)
    for content in (b"room", b"copy of it"):
        spot(ada, content, PLUG)
    assert points(look(ada, name))["DK"] == 36
    spot(ada, b"street", PLUG)
    assert points(look(ada, name))["DK"] == 36 + 18


def ids(by: Actor, *contents: bytes) -> list[UUID]:
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("select sha256, id from media")
        found = {bytes(name): medium for name, medium in cursor}
    return [found[hashlib.sha256(content).digest()] for content in contents]


def test_copies_that_another_member_has_count_once_too(world: World, ada: Actor, sven: Actor) -> None:
    """By what was found near when it came in: a clip has no single fingerprint to compare."""
    name = green(world, ada, b"room")
    copy = world.medium(sven, content=b"copy of it")
    with acting_as(sven) as session:
        gathering.add(session, name, media=[hashlib.sha256(b"copy of it").digest()])
    (room,) = (one for one in ids(ada, b"room"))
    match = Match(
        medium_id=room, fingerprint_id=world.fingerprint(sven, copy), kind=MatchKind.PDQ, distance_bits=8, radius_bits=31
    )
    for by, content in ((ada, b"room"), (sven, b"copy of it")):
        spot(by, content, PLUG)
    assert points(look(ada, name))["DK"] == 54
    with acting_as(ada) as session:
        matches.write(session, [match])
    assert points(look(ada, name))["DK"] == points(look(sven, name))["DK"] == 36


def test_clues_of_all_that_is_one_with_a_series_count_and_a_merge_undone_takes_them_away(
    world: World, ada: Actor, sven: Actor
) -> None:
    name = green(world, ada, b"room")
    other = reference_of(sven, world.series(sven, "red-room", [world.medium(sven, content=b"street")]))
    spot(ada, b"room", PLUG)
    spot(sven, b"street", SIGN)
    alone = points(look(ada, name))
    with acting_as(ada) as session:
        merge = gathering.merge(session, name, other, "The same room.")
    assert points(look(ada, name)) == points(look(sven, other)) == {"DK": 52, "GL": 24}
    with acting_as(ada) as session:
        gathering.undo(session, merge)
    assert points(look(ada, name)) == alone


def vote(by: Actor, name: str, country: str, reason: str = "The skirting.") -> None:
    with acting_as(by) as session:
        localising.vote(session, name, country, Confidence.PROBABLE, reason)


def test_specialists_vote_once_each_and_think_better_of_it(world: World, ada: Actor, sven: Actor) -> None:
    name = green(world, ada, b"room")
    vote(ada, name, "no")
    vote(sven, name, "DK", "The handle of the door.")
    vote(ada, name, "DK")
    bench = look(ada, name)
    assert [(one.country, one.votes, one.clue_points, one.vote_points) for one in bench.ranking.countries] == [("DK", 2, 0, 16)]
    assert [(one.reason, one.shown_by("NO")) for one in bench.votes] == [
        ("The skirting.", "ada"), ("The handle of the door.", None),
    ]  # fmt: skip
    with acting_as(sven) as session:
        localising.unvote(session, name)
    assert points(look(ada, name)) == {"DK": 8}
    with acting_as(sven) as session, pytest.raises(NotVisible, match="no vote"):
        localising.unvote(session, name)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        (kept,) = looking.execute("select count(*), string_agg(reason, ' ') from series_votes").fetchall()
    assert kept[0] == 3, "what was thought before stays on record"
    assert "skirting" not in kept[1]


@pytest.mark.parametrize("role", [role for role in OF_OFFICERS if role not in WITHOUT_CONTENT])
def test_investigators_and_analysts_vote_and_other_roles_read_what_they_think(world: World, ada: Actor, role: Role) -> None:
    """Neither by the action, nor by a row of one's own, nor on the page."""
    green = world.series(ada, "green-room", [world.medium(ada)])
    with acting_as(ada) as session:
        localising.vote(session, "green-room", "DK", Confidence.PROBABLE, "The lamp.")
        reference = series.find(session, "green-room").reference
    other = world.officer("rolf", role=role)
    votes_now = role in (Role.INVESTIGATOR, Role.ANALYST)
    client = signed_in("rolf")
    page = client.get(f"/series/{reference}/workbench/")
    assert page.status_code == 200
    assert ("your role reads what they think" in page.content.decode()) is not votes_now
    if votes_now:
        with acting_as(other) as session:
            localising.vote(session, reference, "SE", Confidence.PROBABLE, "The skirting.")
        return
    with acting_as(other) as session, pytest.raises(StepRefused):
        localising.vote(session, reference, "SE", Confidence.PROBABLE, "The skirting.")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(other) as session:
        votes.add(session, green, "SE", Confidence.PROBABLE, "The skirting.")
    with acting_as(other) as session:
        assert [one.country for one in localising.look(session, reference).votes] == ["DK"]


def test_on_series_that_are_one_a_person_has_one_vote(world: World, ada: Actor, sven: Actor) -> None:
    name = green(world, ada, b"room")
    other = reference_of(ada, world.series(ada, "red-room"))
    vote(ada, name, "NO")
    vote(ada, other, "DK")
    with acting_as(ada) as session:
        gathering.merge(session, name, other, "The same room.")
    assert points(look(sven, name)) == {"DK": 8}
    vote(ada, name, "SE")
    assert points(look(sven, other)) == {"SE": 8}


def test_a_vote_has_a_country_and_a_reason(world: World, ada: Actor) -> None:
    name = green(world, ada, b"room")
    for country, reason in (("XX", "Why."), ("NO", " ")):
        with pytest.raises(Invalid):
            vote(ada, name, country, reason)
    assert look(ada, name).votes == ()


def test_a_series_that_is_hidden_and_one_that_never_was_are_one_answer(world: World, ada: Actor, sven: Actor) -> None:
    name = green(world, ada, b"room")
    vote(ada, name, "NO")
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update series set audience = 0")
    told = set()
    for asked in (name, "S-100000017"):
        for act in (look, lambda by, asked: vote(by, asked, "NO")):
            with pytest.raises(NotVisible) as refused:
                act(sven, asked)
            told.add(str(refused.value))
    assert told == {"There is no such series."}
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from series_votes")
        assert cursor.fetchone() == (0,)


def test_nobody_votes_for_somebody_else(world: World, ada: Actor, sven: Actor) -> None:
    name = green(world, ada, b"room")
    vote(ada, name, "NO")
    insert = """
        insert into series_votes (series_id, country, certainty, member, unit, voted_by)
        select id, 'SE', 3, %s, %s, %s from series"""
    for who in (("NO", "VICTIM-ID", "ada"), ("SE", "VICTIM-ID", "somebody")):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as(sven) as session, session.cursor() as cursor:
            cursor.execute(insert, who)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update series_votes set withdrawn_at = now()")
        assert cursor.rowcount == 0


def write(by: Actor, content: bytes, **columns: object) -> None:
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute(
            f"update media set {', '.join(f'{name} = %({name})s' for name in columns)} where name = %(the_name)s",
            {**columns, "the_name": hashlib.sha256(content).digest()},
        )


@pytest.mark.parametrize("what", ["vote", "clock"])
def test_whose_vote_or_camera_a_workbench_shows_is_told_of_it(world: World, ada: Actor, sven: Actor, what: str) -> None:
    name = green(world, ada, b"room")
    if what == "vote":
        vote(sven, name, "DK", "The handle of the door.")
    else:
        world.medium(sven, content=b"street")
        write(sven, b"street", taken_offset_minutes=345)
        with acting_as(sven) as session:
            gathering.add(session, name, media=[hashlib.sha256(b"street").digest()])
    look(ada, name)
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as looking:
        told = looking.execute("select shown from acts where act = 'series.localise' and member = 'NO'").fetchall()
    assert told == [(["SE"],)]


def test_what_metadata_say_is_suggested_and_counts_only_once_an_officer_says_it(world: World, ada: Actor) -> None:
    name = green(world, ada, b"room", b"street")
    write(ada, b"room", latitude=59.9139, longitude=10.7522, taken_offset_minutes=345)
    write(ada, b"street", latitude=59.9141, longitude=10.7519)
    with acting_as(ada) as session:
        point = Point(latitude=59.95, longitude=10.8, precision_m=500)
        facts = PlaceFacts(kind=PlaceKind.LANDMARK, country="NO", point=point)
        known = describing.enter_place(session, facts, "a tower", "Seen.", handling(ada)).kept.reference
    bench = look(ada, name)
    assert bench.ranking.countries == ()
    gps, clock = bench.hints
    assert (gps.kind, gps.words, gps.media, dict(gps.speaks), gps.known) == (
        ClueKind.GPS, "59.9, 10.8", 2, {"NO": 3}, (known,),
    )  # fmt: skip
    assert (clock.words, clock.media, dict(clock.speaks)) == ("UTC+05:45", 1, {"NP": 2})
    with acting_as(ada) as session:
        said = Said(kind=gps.kind, value=gps.words, where=Where(field=gps.field), speaks=gps.speaks)
        spotting.add(session, gps.medium, said)
    assert points(look(ada, name)) == {"NO": 24}


def test_the_same_by_command(world: World, ada: Actor) -> None:
    name = green(world, ada, b"room")
    made = clew("clue", "add", sha256(b"room"), "--as", "ada", "--kind", "plug-type", "--value", "type K", "--json")
    clue = json.loads(made.out)
    assert clue["countries"] == {"DK": 2, "FO": 2, "GL": 2}
    assert clew("series", "vote", name, "dk", "--as", "ada", "--reason", "The skirting.").code in {0, None}
    told = json.loads(clew("workbench", name, "--as", "ada", "--json").out)
    assert [one["country"] for one in told["countries"]] == ["DK", "FO", "GL"]
    assert told["countries"][0]["reasons"][0]["clues"] == [clue["id"]]
    assert "plug-type “type K” speaks for DK: probable" in clew("workbench", name, "--as", "ada").out
    assert clew("clue", "withdraw", clue["id"], "--as", "ada").code in {0, None}
    assert [one["country"] for one in json.loads(clew("workbench", name, "--as", "ada", "--json").out)["countries"]] == ["DK"]
    assert json.loads(clew("clue", "list", sha256(b"room"), "--as", "ada", "--json").out) == {"clues": []}
    assert clew("clue", "facts", "--kind", "traffic", "--value", "uphill").out.strip() == "public facts say nothing of it"
    assert clew("series", "unvote", name, "--as", "ada").code in {0, None}
    assert clew("workbench", name, "--as", "ada").out.strip() == "Nothing speaks for any country yet."


def test_who_changed_units_since_votes_anew_and_the_later_vote_counts(world: World, ada: Actor) -> None:
    name = green(world, ada, b"room")
    vote(ada, name, "NO")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as before:
        before.execute("update series_votes set unit = 'FORENSICS'")
    vote(ada, name, "DK")
    assert points(look(ada, name)) == {"DK": 8}


def test_who_says_very_much_crowds_out_nobody_s_own(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the limit, and one below it."""
    name = green(world, ada, b"room")
    for _ in range(3):
        spot(sven, b"room", SIGN)
    spot(ada, b"room", PLUG)
    monkeypatch.setattr(localising, "CLUES_MAX", 4)
    assert look(ada, name).is_cut is False
    monkeypatch.setattr(localising, "CLUES_MAX", 2)
    bench = look(ada, name)
    assert bench.is_cut
    assert points(bench) == {"DK": 36 + 16, "GL": 24}
