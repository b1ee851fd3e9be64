"""Rounds go on: whatever a limit cuts off is looked at later, so that in the end all is raised that there is, once."""

import hashlib
from collections.abc import Callable
from uuid import UUID

import pytest

from clew.actions import describing, gathering, linking, pursuing, raising
from clew.actions.questioning import Said
from clew.domain import clue
from clew.domain.clue import ClueKind
from clew.domain.handling import Actor
from clew.domain.lead import OPEN, Rule, State
from clew.domain.link import Basis, LinkType
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.domain.series import SeriesState
from clew.domain.triage import Aligned
from clew.records import (
    lead_clues,
    lead_grounds,
    lead_places,
    lead_rounds,
    lead_words,
    leads,
    matches,
    officers,
    series,
)
from clew.records.lead_words import SealedAgain
from clew.records.matches import Match, MatchKind
from clew.records.session import Session, acting_as
from tests.scenario.test_leads import of
from tests.scenario.test_leads_by_clues import answer, ask
from tests.scenario.test_localising import spot
from tests.scenario.test_proposing import CAMERA, found
from tests.world.kept import connected
from tests.world.world import World, handling

LIMITS: dict[str, tuple[object, str, int]] = {
    "series": (lead_rounds, "SERIES_MAX", 2),
    "matches": (lead_rounds, "MATCHES_MAX", 1),
    "rows": (lead_rounds, "PAIRS_MAX", 1),
    "words": (lead_words, "WORDS_AT_ONCE", 1),
    "places": (lead_places, "SPOTS_AT_ONCE", 1),
    "clues": (lead_clues, "WORDS_AT_ONCE", 1),
    "answers": (lead_clues, "ANSWERS_AT_ONCE", 1),
    "media": (lead_grounds, "MEDIA_AT_ONCE", 1),
    "watched": (lead_grounds, "WATCHED_AT_ONCE", 1),
}
"""Each limit of what is looked at together, and how low it is set."""
RUNS_MAX = 400

Told = set[tuple[str, Rule, State, frozenset[str]]]
"""(the series, the rule, the state, the contents that speak for it) of each lead."""


def document(number: int) -> dict[str, object]:
    return {"document_id": f"xmp.did:8c0b2c7e55a{number}"}


def camera(number: int) -> dict[str, object]:
    return {**CAMERA, "camera_serial": f"00120044{number}1"}


def at(latitude: float) -> dict[str, object]:
    return {"latitude": latitude, "longitude": 10.7522, "gps_precision_m": 20.0}


def plant(world: World) -> dict[UUID, str]:
    """Three of whatever each rule finds, on several series; the names of the series."""
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    names: dict[UUID, str] = {}
    for number in range(3):
        _plant_nth(world, ada, sven, number, names)
    return names


def plant_later(world: World) -> None:
    """What lies beside two of four media that reappear, newer than the series knows; it comes last."""
    for number in range(2):
        found(world, officers.actor_of("sven"), f"SE-old-{number}", content=b"newer %d" % number, taken_at="2020-06-10 09:00:00")


def _plant_nth(world: World, ada: Actor, sven: Actor, number: int, names: dict[UUID, str]) -> None:
    def own(what: str, **facts: object) -> UUID:
        return found(world, ada, f"NO-{number}", content=f"own {what} {number}".encode(), **facts)

    def theirs(what: str, nth: int = 0, **facts: object) -> UUID:
        return found(world, sven, f"SE-{number}", content=f"their {what} {number} {nth}".encode(), **facts)

    inside = [own("camera", **camera(number)), own("document", **document(number)), own("place", **at(59.91 + number)), own("still")]
    green = world.series(ada, f"green-{number}", inside)
    names[green] = f"green-{number}"
    for nth in range(3):
        theirs("camera", nth, **camera(number))
        theirs("document", nth, **document(number))
        theirs("place", nth, **at(59.91 + number))
    known = world.fingerprint(ada, inside[3])
    run = Aligned(seconds_here=(2.0, 11.0), seconds_there=(0.0, 9.0), frames_matched=40, frames_compared=50)
    with acting_as(ada) as session:
        reference = series.of(session, [green])[green].reference
        facts = PlaceFacts(kind=PlaceKind.LANDMARK, country="NO", point=Point(latitude=69.0 + number, longitude=10.7522, precision_m=40.0))
        where = describing.enter_place(session, facts, f"the square {number}", "", handling(ada)).kept.reference
    with acting_as(ada) as session:
        linking.link(session, reference, LinkType.TAKEN_AT, where, basis=Basis.SEEN)
    theirs("square", **at(69.0 + number))
    clips, stills = [theirs("clip", nth) for nth in range(2)], [theirs("still", nth) for nth in range(3)]
    with acting_as(sven) as session:
        matches.write(session, [
            *(Match(medium_id=one, fingerprint_id=known, kind=MatchKind.VIDEO, distance_bits=8, radius_bits=31, aligned=run) for one in clips),
            *(Match(medium_id=one, fingerprint_id=known, kind=MatchKind.PDQ, distance_bits=8, radius_bits=31) for one in (*stills, clips[0])),
        ])  # fmt: skip
    said = clue.Said(kind=ClueKind.ACCOUNT, value=f"greenkari_7{number}")
    spot(ada, f"own still {number}".encode(), said)
    for nth in range(2):
        theirs("door", nth)
        spot(sven, f"their door {number} {nth}".encode(), said)
    if number < 2:
        answer(sven, ask(ada, green), Said.YES, "SE")
        solved = found(world, ada, f"NO-{number}", content=b"solved %d" % number, taken_at="2020-05-01 12:00:00")
        blue = world.series(ada, f"blue-{number}", [solved], state=SeriesState.IDENTIFIED)
        names[blue] = f"blue-{number}"
        again = found(world, sven, f"SE-old-{number}", content=b"solved %d" % number)
        world.occurrence(sven, again, f"SE-later-{number}")


def told(world: World, names: dict[UUID, str]) -> Told:
    """All leads of Norway's unit, by what does not change from one world to the next."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        rows = database.execute(
            """
            select l.series_id, l.rule, l.state, array_agg(encode(m.name, 'hex'))
              from leads l join lead_media e on e.lead_id = l.id join media m on m.id = e.medium_id where l.member = 'NO' group by l.id"""
        ).fetchall()
    seen = [
        # For an answer about a whole series any medium of it speaks.
        (names[row[0]], Rule(row[1]), State(row[2]), frozenset(() if row[1] == Rule.CLUE_ANSWERED else row[3]))
        for row in rows
    ]
    assert len(seen) == len({*seen}), "raised twice"
    return {*seen}


def is_open(world: World) -> bool:
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        return database.execute("select exists (select from lead_checks)").fetchone() == (True,)


def run_through(world: World) -> tuple[int, int]:
    """Look until nothing waits; how often, and how many leads were raised."""
    raised = raising.raise_all()
    for run in range(1, RUNS_MAX):
        if not is_open(world):
            return run, raised
        raised += raising.raise_all()
    raise AssertionError("a round does not end")


@pytest.fixture(scope="module")
def wanted() -> dict[str, Told]:
    """What one look that nothing cuts off raises, once a test asked for it."""
    return {}


def one_look(world: World, wanted: dict[str, Told]) -> Told:
    if not wanted:
        names = plant(world)
        raising.raise_all()
        plant_later(world)
        raising.raise_all()
        wanted["all"] = told(world, names)
        assert {rule for _, rule, _, _ in wanted["all"]} == {*Rule}
        assert {state for _, _, state, _ in wanted["all"]} == {State.RAISED, State.WATCHED}
        world.empty()
    return wanted["all"]


def little_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pursuing, "LOOKED_AT_MAX", 1)
    monkeypatch.setattr(raising, "LOOKS_PER_ROUND_MAX", 1)
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 1)


@pytest.mark.parametrize("limit", [*LIMITS, "all of them"])
def test_what_a_limit_cuts_off_is_raised_by_the_next_looks(
    world: World, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Told], limit: str
) -> None:
    """One run after the other, each of one look: in the end the leads are those of a single one without limits."""
    whole = one_look(world, wanted)
    names = plant(world)
    for name, (module, attribute, low) in LIMITS.items():
        if limit in (name, "all of them"):
            monkeypatch.setattr(module, attribute, low)
    little_at_a_time(monkeypatch)
    monkeypatch.setattr(raising, "LOOKS_PER_ROUND_MAX", 6)
    if limit == "all of them":
        monkeypatch.setattr(pursuing, "LOOKED_AT_MAX", 4)
    runs, raised = run_through(world)
    assert runs > 1
    plant_later(world)
    raised += run_through(world)[1]
    assert told(world, names) == whole
    assert raised == sum(state is State.RAISED for _, _, state, _ in whole)
    assert raising.raise_all() == 0


def test_what_a_limit_cuts_off_is_raised_within_one_look_where_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Told]
) -> None:
    whole = one_look(world, wanted)
    names = plant(world)
    for module, attribute, low in LIMITS.values():
        monkeypatch.setattr(module, attribute, low)
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 1)
    raising.raise_all()
    assert not is_open(world)
    plant_later(world)
    raising.raise_all()
    assert told(world, names) == whole
    assert not is_open(world)


def test_a_look_that_is_killed_between_two_is_done_again_and_nothing_is_raised_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Told]
) -> None:
    """Before and after the mark is kept, in every second look."""
    whole = one_look(world, wanted)
    names = plant(world)
    plant_later(world)
    for module, attribute, low in LIMITS.values():
        monkeypatch.setattr(module, attribute, max(low, 2))
    little_at_a_time(monkeypatch)
    monkeypatch.setattr(pursuing, "LOOKED_AT_MAX", 8)
    keep_mark, looks = lead_rounds.keep_mark, []

    def killed(session: Session, round_id: UUID, mark: lead_rounds.Mark) -> None:
        looks.append(mark)
        if len(looks) % 4 == 1:
            raise KeyboardInterrupt
        keep_mark(session, round_id, mark)
        if len(looks) % 4 == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(lead_rounds, "keep_mark", killed)
    raised = 0
    for _ in range(RUNS_MAX):
        try:
            raised += raising.raise_all()
        except KeyboardInterrupt:
            continue
        if not is_open(world):
            break
    assert not is_open(world)
    assert len(looks) > 20
    assert told(world, names) == whole


def test_what_comes_and_goes_between_two_looks_makes_the_next_leave_nothing_out(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was looked up already is hidden, so that all that stands behind it moves up."""
    monkeypatch.setattr(lead_words, "WORDS_AT_ONCE", 2)
    monkeypatch.setattr(lead_rounds, "PAIRS_MAX", 1)
    little_at_a_time(monkeypatch)
    media = []
    for number in range(4):
        world.series(ada, f"green-{number}", [found(world, ada, "NO-1", **camera(number))])
    raising_until_done(world)
    media = [found(world, sven, "SE-1", content=b"%d" % number, **camera(number)) for number in range(4)]
    raising.raise_all()
    while not of(ada):
        raising.raise_all()
    (first,) = of(ada)
    with acting_as(ada) as session:
        (speaking,) = leads.media(session, first.id, 10)
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = 0 where id = %s", [speaking.id])
    raising_until_done(world)
    assert {one.weighed.media for one in of(ada)} == {1}
    assert len(of(ada)) == len(media) - 1


def raising_until_done(world: World) -> None:
    run_through(world)


def test_a_camera_of_more_series_than_there_is_room_for_hides_neither_one_of_them_nor_the_next_camera(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_rounds, "PAIRS_MAX", 2)
    for number, room in ((0, "green"), (0, "blue"), (0, "red"), (1, "white")):
        world.series(ada, room, [found(world, ada, "NO-1", **camera(number))])
    raising_until_done(world)
    for number in range(2):
        found(world, sven, "SE-1", **camera(number))
    raising.raise_all()
    assert not is_open(world)
    theirs = []
    for one in of(ada):
        with acting_as(ada) as session:
            theirs += [one.series_id for each in leads.media(session, one.id, 10) if each.owner == "SE"]
    assert len(theirs) == len({*theirs}) == 4


def test_a_crowd_that_the_series_or_the_unit_knows_already_hides_nothing_behind_it(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one camera: what lies in a series that is one with it, and what the unit rejected, may be any number."""
    monkeypatch.setattr(lead_words, "ALIKE_MAX", 1)
    contents = sorted((b"%d" % number for number in range(6)), key=lambda each: hashlib.sha256(each).digest())
    world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"first", **CAMERA)])
    world.series(ada, "blue-room", [found(world, ada, "NO-2", content=each) for each in contents[:2]])
    for each in contents[2:5]:
        found(world, ada, "NO-3", content=each)
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", "blue-room", "The same wallpaper.")
        rejected = [hashlib.sha256(each).digest() for each in contents[2:5]]
        gathering.add(session, "green-room", media=rejected)
        gathering.remove(session, "green-room", rejected, "Another camera of the same kind.")
    raising_until_done(world)
    assert of(ada) == ()
    for each in contents:
        found(world, sven, "SE-1", content=each, **CAMERA)
    raising_until_done(world)
    (lead,) = of(ada, OPEN)
    with acting_as(ada) as session:
        assert [one.name for one in leads.media(session, lead.id, 10)] == [hashlib.sha256(contents[5]).hexdigest()]


def test_a_round_that_an_earlier_version_left_at_a_stage_that_is_gone_begins_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Told]
) -> None:
    whole = one_look(world, wanted)
    names = plant(world)
    plant_later(world)
    little_at_a_time(monkeypatch)
    for _ in range(8):
        raising.raise_all()
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        gone = database.execute("update lead_checks set mark = replace(mark, '\"stage\": \"', '\"stage\": \"former ') where mark is not null")
        assert gone.rowcount
    run_through(world)
    assert told(world, names) == whole


Checked = Callable[[Session, UUID, SealedAgain], tuple[int, bool]]


def test_a_unit_with_very_much_to_look_at_holds_up_no_other(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit in (ada, sven):
        world.series(unit, f"{unit.member}-room", [found(world, unit, f"{unit.member}-1", **CAMERA)])
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 1)
    check: Checked = raising.check

    def endless(session: Session, round_id: UUID, again: SealedAgain) -> tuple[int, bool]:
        return (0, False) if session.actor.member == "NO" else check(session, round_id, again)

    monkeypatch.setattr(raising, "check", endless)
    assert raising.raise_all() == 1
    assert (len(of(ada)), len(of(sven))) == (0, 1)
    monkeypatch.undo()
    assert raising.raise_all() == 1
