"""Programs propose by themselves: over what is new, under the sight of the unit, once, and the unit is told how many."""

import hashlib
from pathlib import Path
from uuid import UUID

import pytest

from clew.actions import corresponding, gathering, opening, proposing, raising
from clew.cli.drawing import landscape, room
from clew.domain.handling import Actor, Audience
from clew.domain.message import NoticeKind
from clew.domain.proposal import Rule
from clew.domain.series import SeriesState
from clew.records import grounds, messages, proposal_rounds
from clew.records.proposals import Proposal
from clew.records.session import acting_as
from tests.scenario.test_leads import let_see
from tests.scenario.test_proposing import CAMERA, GROUNDS, found, hide
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.counting import QUERIES_MAX, counted
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World, handling

Kept = set[tuple[Rule, UUID | None, frozenset[UUID | None]]]


def kept(world: World, member: str = "NO") -> list[tuple[Rule, UUID | None, frozenset[UUID | None]]]:
    """Every proposal of a member, seen or not: rule, medium, and the series."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        rows = database.execute(
            "select rule, medium_id, series_id, other_id from series_proposals where member = %s", [member]
        ).fetchall()
    return [(Rule(row[0]), row[1], frozenset(row[2:]) - {None}) for row in rows]


def told(unit: Actor) -> list[tuple[str, int | None]]:
    """(case, how many) of each notice that waits."""
    with acting_as(unit) as session:
        return [
            (one.about, one.many) for one in messages.notices(session, 100)
            if one.kind is NoticeKind.PROPOSALS and one.seen_at is None
        ]  # fmt: skip


def look(unit: Actor, case: str = "NO-1") -> tuple[Proposal, ...]:
    """As an officer opens the page of what waits about a case."""
    with acting_as(unit) as session:
        return proposing.waiting(session, case)


@pytest.mark.parametrize("is_last_in_series", [False, True])
@pytest.mark.parametrize("rule", GROUNDS)
def test_what_comes_is_proposed_without_anybody_asking_whichever_comes_last(
    world: World, ada: Actor, sven: Actor, rule: Rule, is_last_in_series: bool
) -> None:
    """Either the own medium comes last, or what is like it is put into a series last. Hidden, nothing is proposed at all."""
    here, there = GROUNDS[rule]
    if is_last_in_series:
        medium = found(world, ada, "NO-1", **here)
        raising.raise_all()
        lies = found(world, sven, "SE-1", **there)
        raising.raise_all()
        assert kept(world) == [], "no series has it yet"
        green = world.series(sven, "green-room", [lies])
    else:
        green = world.series(sven, "green-room", [found(world, sven, "SE-1", **there)])
        raising.raise_all()
        medium = found(world, ada, "NO-1", **here)
    raising.raise_all()
    assert kept(world) == [(rule, medium, frozenset({green}))]
    assert told(ada) == [("NO-1", 1)]
    assert told(sven) == []
    raising.raise_all()
    assert kept(world) == [(rule, medium, frozenset({green}))]
    (one,) = look(ada)
    assert (one.rule, one.medium_id, one.series_id) == (rule, medium, green)
    assert told(ada) == [], "the unit has looked"


@pytest.mark.parametrize("is_of_series", [False, True])
@pytest.mark.parametrize("rule", GROUNDS)
def test_what_a_unit_may_not_see_is_proposed_to_it_once_it_may(
    world: World, ada: Actor, sven: Actor, rule: Rule, is_of_series: bool
) -> None:
    """The failure twin, and what mends it: the medium or its series is hidden, and then shown by another handling."""
    here, there = GROUNDS[rule]
    lies = found(world, sven, "SE-1", **there)
    green = world.series(sven, "green-room", [lies])
    if is_of_series:
        hide(sven, green)
    else:
        let_see(sven, lies, Audience.UNIT)
    medium = found(world, ada, "NO-1", **here)
    raising.raise_all()
    assert kept(world) == []
    assert told(ada) == []
    if is_of_series:
        with acting_as(sven) as session, session.cursor() as cursor:
            cursor.execute("update series set audience = %s where id = %s", [handling(sven).circles, green])
    else:
        let_see(sven, lies, Audience.ALL)
    raising.raise_all()
    assert kept(world) == [(rule, medium, frozenset({green}))]
    assert told(ada) == [("NO-1", 1)]


def test_files_named_alike_are_proposed_once_the_first_is_put_into_a_series(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal_rounds, "FILES_AT_ONCE", 1)
    first = found(world, ada, "NO-1", path=b"a/kitchen set-0001.jpg")
    alike = [found(world, ada, "NO-1", path=b"a/kitchen set-000%d.jpg" % number) for number in range(2, 5)]
    found(world, ada, "NO-1", path=b"a/garden set-0001.jpg")
    found(world, ada, "NO-2", path=b"a/kitchen set-0009.jpg")
    raising.raise_all()
    green = world.series(ada, "green-room", [first])
    for _ in range(3):
        raising.raise_all()
    assert sorted(kept(world)) == sorted((Rule.FILE_NAMES, one, frozenset({green})) for one in alike)
    assert told(ada) == [("NO-1", 3)]


def test_near_copies_of_an_intake_are_proposed_and_what_was_rejected_stays_so(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    for of, edit in ((sven, lambda p: p), (ada, lambda p: p.resize((320, 240)))):
        (tmp_path / of.member).mkdir()
        edit(room(3)).save(tmp_path / of.member / "a.jpg")
    landscape(9).save(tmp_path / "NO" / "b.jpg")
    office.intake(sven, tmp_path / "SE", "SE-1", series="green-room")
    office.intake(ada, tmp_path / "NO", "NO-1")
    raising.raise_all()
    (one,) = look(ada)
    assert one.rule is Rule.NEAR_COPY
    with acting_as(ada) as session:
        proposing.reject(session, [one.id])
    office.intake(ada, tmp_path / "NO", "NO-2")
    raising.raise_all()
    assert look(ada, "NO-1") == look(ada, "NO-2") == ()
    assert told(ada) == []


def test_a_near_copy_is_proposed_once_what_it_is_near_to_is_put_into_a_series(
    office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    for of, edit in ((sven, lambda p: p), (ada, lambda p: p.resize((320, 240)))):
        (tmp_path / of.member).mkdir()
        edit(room(3)).save(tmp_path / of.member / "a.jpg")
    office.intake(sven, tmp_path / "SE", "SE-1")
    office.intake(ada, tmp_path / "NO", "NO-1")
    raising.raise_all()
    assert kept(world) == []
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select id from media where owner_member = 'SE'")
        lies = cursor.fetchone()[0]
    green = world.series(sven, "green-room", [lies])
    raising.raise_all()
    assert [(one[0], one[2]) for one in kept(world)] == [(Rule.NEAR_COPY, frozenset({green}))]
    assert told(ada) == [("NO-1", 1)]


def test_series_of_two_units_are_proposed_as_one_by_media_that_are_alike_and_are_accepted(
    world: World, ada: Actor, sven: Actor
) -> None:
    harbour = world.series(sven, "harbour", [found(world, sven, "SE-1", **CAMERA)])
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA) for _ in range(3)])
    raising.raise_all()
    assert kept(world) == kept(world, "SE") == [(Rule.SAME_CAMERA, None, frozenset({green, harbour}))]
    assert told(ada) == [("NO-1", 1)]
    assert told(sven) == [("SE-1", 1)]
    (one,) = look(ada)
    assert one.media == 3
    with acting_as(ada) as session:
        proposing.accept(session, [one.id])
    raising.raise_all()
    assert kept(world) == []


def test_what_waits_for_a_series_is_not_proposed_again_for_what_is_one_with_it(
    world: World, ada: Actor, sven: Actor
) -> None:
    first = world.series(sven, "first", [found(world, sven, "SE-1", content=b"a lamp", **CAMERA)])
    second = world.series(sven, "second", [found(world, sven, "SE-1", content=b"a wall")])
    with acting_as(sven) as session:
        gathering.merge(session, "first", "second", "The same room.")
    medium = found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    assert kept(world) == [(Rule.SAME_CAMERA, medium, frozenset({first}))]
    again = found(world, sven, "SE-1", content=b"a door", **CAMERA)
    with acting_as(sven) as session:
        gathering.add(session, "second", media=[hashlib.sha256(b"a door").digest()])
        gathering.remove(session, "first", [hashlib.sha256(b"a lamp").digest()], "Another lamp.")
    raising.raise_all()
    assert kept(world) == [(Rule.SAME_CAMERA, medium, frozenset({first}))], (second, again)
    # An officer who asks is told no more either.
    with acting_as(ada) as session:
        assert proposing.propose(session, "NO-1").new == 0


def test_a_unit_is_told_once_by_case_and_how_many_came_until_it_looks(world: World, ada: Actor, sven: Actor) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", **CAMERA)
    found(world, ada, "NO-2", **CAMERA)
    raising.raise_all()
    assert sorted(told(ada)) == [("NO-1", 1), ("NO-2", 1)]
    found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    assert sorted(told(ada)) == [("NO-1", 2), ("NO-2", 1)]
    client = signed_in("ada")
    page = client.get("/messages/").content.decode()
    assert "/cases/NO-1/proposals/" in page
    assert "2 new" in page
    said = clew("notice", "list", "--as", "ada").out
    assert "2 new" in said
    assert {one["about"]: one["many"] for one in client.get("/api/notices").json()["items"]} == {"NO-1": 2, "NO-2": 1}
    with counted() as sent:
        assert client.get("/messages/").status_code == 200
    assert len(sent) <= QUERIES_MAX
    client.get("/cases/NO-1/proposals/")
    assert told(ada) == [("NO-2", 1)]
    # Another unit of the member hears nothing of it.
    bo = world.officer("bo", unit="OTHER")
    with acting_as(bo) as session:
        assert corresponding.notices(session).items == ()


def test_a_look_goes_on_where_the_last_one_ended_and_leaves_nothing_out(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever limit cuts it off: the media of a look, the pairs of a rule, or the proposals that are kept at once."""
    monkeypatch.setattr(raising, "LOOKS_PER_ROUND_MAX", 2)
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA) for _ in range(3)])
    media = [found(world, ada, "NO-1", **CAMERA) for _ in range(5)]
    for limits in ({"MEDIA_PER_LOOK_MAX": 1}, {"PROPOSALS_PER_RUN_MAX": 2}, {"PAIRS_MAX": 4}):
        with monkeypatch.context() as patched:
            for name, value in limits.items():
                patched.setattr(grounds if name == "PAIRS_MAX" else proposing, name, value)
            for _ in range(10):
                raising.raise_all()
        assert sorted(kept(world)) == sorted((Rule.SAME_CAMERA, one, frozenset({green})) for one in media), limits
        assert told(ada) == [("NO-1", 5)]
        with acting_as(ada) as session, session.cursor() as cursor:
            cursor.execute("delete from series_proposals")
            cursor.execute("update media set camera_serial = camera_serial, latitude = coalesce(latitude, 0) + 1")
        look(ada)


def test_what_stops_a_look_leaves_no_half_and_the_next_one_does_it(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    medium = found(world, ada, "NO-1", **CAMERA)

    def fails(*_: object) -> None:
        raise ValueError("the worker was stopped")

    with monkeypatch.context() as patched:
        patched.setattr(messages, "tell_proposals", fails)
        raising.raise_all()
    assert kept(world) == []
    assert told(ada) == []
    raising.raise_all()
    assert kept(world) == [(Rule.SAME_CAMERA, medium, frozenset({green}))]
    assert told(ada) == [("NO-1", 1)]


def test_nothing_is_proposed_for_a_withdrawn_series_until_it_is_opened_again(
    world: World, ada: Actor, sven: Actor
) -> None:
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    with acting_as(sven) as session:
        opening.mark_series(session, "green-room", SeriesState.WITHDRAWN)
    medium = found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    assert kept(world) == []
    with acting_as(sven) as session:
        opening.mark_series(session, "green-room", SeriesState.OPEN)
    raising.raise_all()
    assert kept(world) == [(Rule.SAME_CAMERA, medium, frozenset({green}))]


def test_it_is_on_record_as_the_calendars_and_an_officer_of_another_unit_is_told_nothing(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        acts = database.execute("select officer, member from acts where act = 'series.propose'").fetchall()
    assert [row[1] for row in acts] == ["NO"]
    assert acts[0][0] not in ("ada", "sven")
