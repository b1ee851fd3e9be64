"""Leads: old series of every unit learn of what is new, by what the unit may see, once, and with a reason."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID

import pytest

from clew.actions import corresponding, describing, ending, following, gathering, judging, linking, localising, raising
from clew.domain import proposal, verdict
from clew.domain.errors import Invalid, NotVisible, StepRefused, Unavailable
from clew.domain.handling import Actor, Audience
from clew.domain.lead import BECAUSE, OPEN, RULES_VERSION, Outcome, Rule, State, Step
from clew.domain.link import Basis, Confidence, LinkType
from clew.domain.message import NoticeKind
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.domain.retention import calendar_of
from clew.domain.series import SeriesState
from clew.domain.triage import Aligned
from clew.jobs import tasks
from clew.node import doctor
from clew.node.configuration import Configuration
from clew.records import lead_order, lead_rounds, lead_words, leads, matches, series
from clew.records.lead_words import SealedAgain
from clew.records.leads import Lead
from clew.records.matches import Match, MatchKind
from clew.records.session import Session, acting_as
from tests.scenario.test_proposing import CAMERA, found, hide
from tests.world.clients import signed_in
from tests.world.counting import QUERIES_MAX, counted
from tests.world.kept import connected
from tests.world.office import Office
from tests.world.world import World, handling

DOCUMENT = {"document_id": "xmp.did:8c0b2c7e55aa"}
HERE = {"latitude": 59.9139, "longitude": 10.7522, "gps_precision_m": 20.0}
NEAR = {"latitude": 59.9140, "longitude": 10.7522, "gps_precision_m": 20.0}
SHARED = {
    Rule.SAME_CAMERA: (CAMERA, CAMERA), Rule.SAME_DOCUMENT: (DOCUMENT, DOCUMENT), Rule.KNOWN_PLACE: (HERE, NEAR),
}  # fmt: skip


def of(unit: Actor, states: frozenset[State] = OPEN) -> tuple[Lead, ...]:
    """All of them, the latest first."""
    with acting_as(unit) as session:
        ordered = lead_order.in_order(session, states, datetime.now(UTC), 1_000)
        return tuple(sorted(leads.some(session, [one.id for one in ordered]), key=lambda one: one.raised_at, reverse=True))


def notices(unit: Actor) -> list[UUID]:
    with acting_as(unit) as session:
        return [one.subject_id for one in corresponding.notices(session).items if one.kind is NoticeKind.LEAD]


def notices_waiting(unit: Actor) -> list[UUID]:
    with acting_as(unit) as session:
        return [one.subject_id for one in corresponding.notices(session).items if one.seen_at is None]


def let_see(by: Actor, medium: UUID, audience: Audience) -> None:
    cover = handling(by, audience)
    with acting_as(by) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s where id = %s", [cover.circles, medium])


@pytest.mark.parametrize("rule", SHARED)
def test_a_series_that_waits_learns_of_what_another_member_enters_months_later(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    waits, comes = SHARED[rule]
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", **waits)])
    raising.raise_all()
    assert of(ada) == ()
    medium = found(world, sven, "SE-1", **comes)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id, lead.state) == (rule, green, State.RAISED)
    assert notices(ada) == [green]
    with acting_as(ada) as session:
        assert [(one.id, one.owner) for one in leads.media(session, lead.id, 10)] == [(medium, "SE")]
    # Sweden waits for nothing, and is told nothing.
    assert of(sven) == ()
    assert notices(sven) == []


def test_the_page_of_a_device_tells_the_leads_for_which_its_media_speak_and_no_others(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    world.series(ada, "blue-room", [found(world, ada, "NO-1", **DOCUMENT)])
    raising.raise_all()
    found(world, ada, "NO-2", **CAMERA)
    world.occurrence(ada, world.medium(ada), "NO-2", exhibit="PHONE-2")
    found(world, sven, "SE-1", **DOCUMENT)
    assert raising.raise_all() == 2
    lead, other = sorted(of(ada), key=lambda one: one.rule is not Rule.SAME_CAMERA)
    client, page = signed_in("ada"), "/cases/NO-2/exhibits/PHONE-1/"
    for address, is_of_it in ((page, True), ("/cases/NO-2/", True), ("/cases/NO-2/exhibits/PHONE-2/", False), ("/cases/NO-1/", False)):
        shown = client.get(address).content.decode()
        assert (f"/leads/{lead.id}/" in shown) is is_of_it, address
        assert f"/leads/{other.id}/" not in shown, "what speaks for it lies in a case of Sweden"
        assert ("speaks for an open lead of your unit" in shown) is not is_of_it
    with acting_as(ada) as session:
        localising.vote(session, "green-room", "NO", Confidence.CERTAIN, "The lamp is sold there.")
    with counted() as sent:
        client.get(page)
    assert len(sent) <= QUERIES_MAX
    asked = client.get("/api/leads", {"case": "NO-2", "exhibit": "PHONE-1"}).json()["items"]
    assert [one["id"] for one in asked] == [str(lead.id)]
    assert client.get("/api/leads", {"case": "NO-1"}).json()["items"] == []
    assert client.get("/api/leads", {"case": "NO-1", "series": lead.series}).status_code == 400
    assert client.get("/api/leads", {"exhibit": "PHONE-1"}).status_code == 400
    assert f"/leads/{lead.id}/" in client.get("/leads/", {"case": "NO-2"}).content.decode()
    assert client.get("/leads/", {"case": "SE-1"}).content == client.get("/leads/", {"case": "SE-9"}).content
    monkeypatch.setattr(following, "LOOKED_AT_MAX", 0)
    assert f"/leads/{lead.id}/" not in client.get(page).content.decode()
    monkeypatch.undo()
    with acting_as(ada) as session:
        following.move(session, lead.id, Step.SET_ASIDE, why="The same desk lamp stands everywhere.")
    assert f"/leads/{lead.id}/" not in client.get(page).content.decode()
    with acting_as(ada) as session:
        following.move(session, lead.id, Step.REOPEN, why="It does not.")
    assert f"/leads/{lead.id}/" in client.get(page).content.decode()


@pytest.mark.parametrize("rule", SHARED)
def test_what_a_unit_may_not_see_raises_nothing_and_tells_it_nothing(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    """The failure twin: the same, hidden. Shown later, it raises the lead; hidden again, nothing of it is left to see."""
    waits, comes = SHARED[rule]
    world.series(ada, "green-room", [found(world, ada, "NO-1", **waits)])
    raising.raise_all()
    medium = found(world, sven, "SE-1", **comes)
    let_see(sven, medium, Audience.UNIT)
    assert raising.raise_all() == 0
    assert of(ada) == ()
    assert notices(ada) == []
    let_see(sven, medium, Audience.ALL)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    let_see(sven, medium, Audience.UNIT)
    assert of(ada) == ()
    with acting_as(ada) as session:
        assert leads.media(session, lead.id, 10) == ()


@pytest.mark.parametrize("rule", SHARED)
def test_a_series_that_is_opened_later_finds_what_was_there(world: World, ada: Actor, sven: Actor, rule: Rule) -> None:
    waits, comes = SHARED[rule]
    found(world, sven, "SE-1", **comes)
    medium = found(world, ada, "NO-1", **waits)
    raising.raise_all()
    assert of(ada) == ()
    world.series(ada, "green-room", [medium])
    assert raising.raise_all() == 1
    assert [lead.rule for lead in of(ada)] == [rule]
    assert raising.raise_all() == 0


def test_a_copy_of_what_the_series_has_raises_nothing_and_something_new_beside_it_does(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"one", **CAMERA)])
    found(world, sven, "SE-1", content=b"one", **CAMERA)
    assert raising.raise_all() == 0
    found(world, sven, "SE-1", content=b"two", **CAMERA)
    assert raising.raise_all() == 1
    assert [lead.weighed.media for lead in of(ada)] == [1]



@pytest.mark.parametrize("rule", SHARED)
def test_what_the_unit_said_does_not_belong_to_a_series_raises_nothing_about_it(
    world: World, ada: Actor, sven: Actor, rule: Rule
) -> None:
    """Neither for that series nor for one that is one with it; another medium does, and another unit is told of both."""
    waits, comes = SHARED[rule]
    green = world.series(ada, "green-room", [found(world, ada, "NO-1", content=b"first", **waits)])
    found(world, ada, "NO-2", content=b"rejected", **comes)
    with acting_as(ada) as session:
        names = [hashlib.sha256(b"rejected").digest()]
        gathering.add(session, "green-room", media=names)
        gathering.remove(session, "green-room", names, "Another camera of the same kind.")
    assert raising.raise_all() == 0
    world.series(ada, "blue-room", [found(world, ada, "NO-1", content=b"second")])
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", "blue-room", "The same wallpaper.")
    found(world, sven, "SE-1", content=b"rejected", **comes)
    assert raising.raise_all() == 0, "the same content of another member is the same content"
    found(world, sven, "SE-1", content=b"third", **comes)
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.weighed.media, lead.series_id) == (1, green)
    world.series(sven, "harbour", [found(world, sven, "SE-2", content=b"fourth", **comes)])
    raising.raise_all()
    assert {one.weighed.media for one in of(sven)} == {2}, "what Norway rejected, Sweden did not"


def test_a_series_of_another_unit_that_is_hidden_raises_nothing(world: World, ada: Actor, sven: Actor) -> None:
    green = world.series(sven, "green-room", [found(world, sven, "SE-1", **CAMERA)])
    hide(sven, green)
    found(world, ada, "NO-1", **CAMERA)
    raising.raise_all()
    assert of(ada) == ()
    assert [lead.series_id for lead in of(sven)] == [green]


def test_a_lead_goes_through_its_steps_and_who_did_what_is_on_record(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    (lead,) = of(ada)
    noor = world.officer("noor", member="NO")
    with acting_as(ada) as session:
        (line,) = following.every(session).lines
        assert line.reason == "It was taken with the camera of the series, whose serial number ends in 4471."
        assert line.rank.points == sum(BECAUSE[part][0] for part in line.rank.parts)
        with pytest.raises(StepRefused):
            following.move(session, lead.id, Step.CLOSE, why="Too soon.", outcome=Outcome.NOTHING)
    for by, step, why, outcome in (
        (ada, Step.TAKE, "", None), (noor, Step.FOLLOW, "Asked Sweden.", None),
        (ada, Step.CLOSE, "One hand held it.", Outcome.CONTACT),
    ):  # fmt: skip
        with acting_as(by) as session:
            following.move(session, lead.id, step, why=why, outcome=outcome)
    with acting_as(ada) as session:
        view = following.look(session, lead.id)
    assert [(one.step, one.taken_by, one.reason, one.outcome) for one in view.steps] == [
        (Step.CLOSE, "ada", "One hand held it.", Outcome.CONTACT), (Step.FOLLOW, "noor", "Asked Sweden.", None),
        (Step.TAKE, "ada", "", None),
    ]  # fmt: skip
    assert notices_waiting(ada) == []
    with acting_as(sven) as session, pytest.raises(NotVisible):
        following.look(session, lead.id)


def test_what_was_set_aside_is_not_raised_again_by_more_of_the_same(world: World, ada: Actor, sven: Actor) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    (lead,) = of(ada)
    with acting_as(ada) as session:
        following.look(session, lead.id)
        with pytest.raises(Invalid):
            following.move(session, lead.id, Step.SET_ASIDE)
    with acting_as(ada) as session:
        following.move(session, lead.id, Step.SET_ASIDE, why="The camera was sold.")
    found(world, sven, "SE-2", **CAMERA)
    assert raising.raise_all() == 0
    assert of(ada) == ()
    assert notices_waiting(ada) == []
    assert [one.weighed.media for one in of(ada, frozenset({State.SET_ASIDE}))] == [2]


def words_of_newer(days: int) -> str:
    return (
        f"A medium of this solved series lies in an exhibit that came later, beside material taken {days} days"
        " after the newest that the series has."
    )


SOLVED = {"content": b"of the solved series"}


def solved(world: World, by: Actor) -> UUID:
    """A series that is identified, of one medium taken in 2020."""
    known = found(world, by, "NO-1", **SOLVED, taken_at="2020-05-01 12:00:00")
    return world.series(by, "blue-room", [known], state=SeriesState.IDENTIFIED)


@pytest.mark.parametrize("order", ["known first", "newer first"])
def test_a_solved_series_that_reappears_beside_newer_material_raises_a_lead(
    world: World, ada: Actor, sven: Actor, order: str
) -> None:
    blue = solved(world, ada)
    raising.raise_all()
    parts = [lambda: found(world, sven, "SE-1", **SOLVED), lambda: found(world, sven, "SE-1", taken_at="2020-06-10 09:00:00")]
    for part in parts if order == "known first" else parts[::-1]:
        assert of(ada) == ()
        part()
        raising.raise_all()
    (lead,) = of(ada)
    assert (lead.series_id, lead.rule, dict(lead.measured)) == (blue, Rule.REAPPEARED, {"days": 39})
    assert notices(ada) == [blue]
    with acting_as(ada) as session:
        assert [words for _, words in following.look(session, lead.id).media] == [
            "A medium of this solved series lies in an exhibit that came later.",
            words_of_newer(39),
        ]
    found(world, sven, "SE-1", taken_at="2020-07-10 09:00:00")
    assert raising.raise_all() == 0


@pytest.mark.parametrize(
    ("beside", "taken"), [("older material", "2020-04-01 12:00:00"), ("what the series knows", None)]
)
def test_a_solved_series_that_reappears_alone_raises_nothing_and_is_only_watched(
    world: World, ada: Actor, sven: Actor, beside: str, taken: str | None
) -> None:
    solved(world, ada)
    found(world, sven, "SE-1", **SOLVED, taken_at="2020-09-01 12:00:00")
    if taken is not None:
        found(world, sven, "SE-1", taken_at=taken)
    # Newer, but in another exhibit.
    found(world, sven, "SE-2", taken_at="2021-06-10 09:00:00")
    raising.raise_all()
    assert of(ada) == ()
    assert notices(ada) == []
    (watched,) = of(ada, frozenset({State.WATCHED}))
    with acting_as(ada) as session, pytest.raises(NotVisible):
        following.look(session, watched.id)


def test_newer_material_in_the_exhibit_that_a_series_was_solved_from_is_no_reappearance(
    world: World, ada: Actor, sven: Actor
) -> None:
    solved(world, ada)
    found(world, ada, "NO-1", taken_at="2020-06-10 09:00:00")
    raising.raise_all()
    assert of(ada, frozenset(State)) == ()


def test_what_speaks_for_a_lead_goes_with_its_medium_and_nothing_of_it_is_left(
    office: Office, world: World, ada: Actor, sven: Actor
) -> None:
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    raising.raise_all()
    assert len(of(ada)) == 1
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update cases set opened_at = '1990-01-01'")
        cursor.execute("update exhibits set entered_at = '1990-01-01'")
    ending.end_due(office.workplace, calendar_of("SE", "VICTIM-ID"))
    assert of(ada) == ()
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        assert everything.execute("select count(*) from lead_media").fetchone() == (0,)


def test_a_unit_that_fails_stops_no_other_and_looks_again_later(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for unit, name in ((ada, "green-room"), (sven, "harbour")):
        world.series(unit, name, [found(world, unit, f"{unit.member}-1", **CAMERA)])
    check = raising.check

    def failing(session: Session, round_id: UUID, again: SealedAgain) -> tuple[int, bool]:
        if session.actor.member == "NO":
            raise Unavailable("Its keys are away.")
        return check(session, round_id, again)

    monkeypatch.setattr(raising, "check", failing)
    raising.raise_all()
    assert (of(ada), len(of(sven))) == ((), 1)
    monkeypatch.undo()
    raising.raise_all()
    assert (len(of(ada)), len(of(sven))) == (1, 1)


def test_a_unit_that_lags_behind_by_more_rounds_than_may_be_open_holds_up_no_other(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a round that always fails holds up none of those behind it, of the same unit."""
    monkeypatch.setattr(raising, "ROUNDS_OPEN_MAX", 2)
    check = raising.check
    away: set[UUID] = set()

    def failing(session: Session, round_id: UUID, again: SealedAgain) -> tuple[int, bool]:
        if session.actor.member == "NO" and (len(away) < 3 or round_id in away):
            away.add(round_id)
            raise Unavailable("Its keys are away.")
        return check(session, round_id, again)

    monkeypatch.setattr(raising, "check", failing)
    for number in range(4):
        camera = {**CAMERA, "camera_serial": f"44{number}1"}
        world.series(ada, f"room-{number}", [found(world, ada, f"NO-{number}", **camera)])
        world.series(sven, f"harbour-{number}", [found(world, sven, f"SE-{number}", **camera)])
        raising.raise_all()
        assert len(of(sven)) == number + 1
    assert len(of(ada)) == 1, "of the round behind three that always fail"
    monkeypatch.undo()
    raising.raise_all()
    assert len(of(ada)) == 4


def test_a_camera_with_thousands_of_pictures_hides_no_other_one(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of what one camera took, copies of what the series has already hide nothing that is new to it."""
    monkeypatch.setattr(lead_rounds, "PAIRS_MAX", 12)
    monkeypatch.setattr(lead_words, "ALIKE_MAX", 3)
    monkeypatch.setattr(lead_words, "WORDS_AT_ONCE", 2)
    cameras = [{**CAMERA, "camera_serial": f"44{number}1"} for number in range(5)]

    def own(number: int) -> list[bytes]:
        return [f"{nth} of {number}".encode() for nth in range(4)]

    for number, camera in enumerate(cameras):
        world.series(ada, f"room-{number}", [found(world, ada, f"NO-{number}", content=copy, **camera) for copy in own(number)])
    for number, camera in enumerate(cameras):
        for content in (*own(number), *(f"new {nth} of {number}".encode() for nth in range(9 if number == 0 else 1))):
            found(world, sven, f"SE-{number}", content=content, **camera)
    raising.raise_all()
    assert len({one.series for one in of(ada)}) == 5


def test_a_run_that_was_killed_on_its_way_is_gone_on_with_and_raises_nothing_twice(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after every statement that a unit's look makes, one after another: what was begun is not kept by halves."""
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    found(world, sven, "SE-1", **CAMERA)
    for of_what, name in ((leads, "keep"), (lead_rounds, "keep_mark"), (leads, "tell")):
        kept = getattr(of_what, name)

        def killed(*given: object, kept: object = kept) -> object:
            kept(*given)
            raise KeyboardInterrupt

        with monkeypatch.context() as within:
            within.setattr(of_what, name, killed)
            with pytest.raises(KeyboardInterrupt):
                raising.raise_all()
        assert of(ada) == ()
        assert notices(ada) == []
    # Beyond that the round is looked at for proposals alone: what was raised stands.
    with monkeypatch.context() as within:
        within.setattr(leads, "checked", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            raising.raise_all()
    assert (len(of(ada)), len(notices(ada))) == (1, 1)
    assert raising.raise_all() == 0
    assert raising.raise_all() == 0
    assert (len(of(ada)), len(notices(ada))) == (1, 1)


@pytest.mark.parametrize("order", ["linked first", "linked later"])
def test_what_is_taken_at_a_place_where_the_unit_says_its_series_is_raises_a_lead(
    world: World, ada: Actor, sven: Actor, order: str
) -> None:
    """Whatever the series' own media say of where they were taken: an officer linked it with a place."""
    green = world.series(ada, "green-room", [found(world, ada, "NO-1")])
    far = {"latitude": 59.99, "longitude": 10.7522, "gps_precision_m": 20.0}
    with acting_as(ada) as session:
        facts = PlaceFacts(kind=PlaceKind.LANDMARK, country="NO", point=Point(latitude=59.9139, longitude=10.7522, precision_m=40.0))
        at = describing.enter_place(session, facts, "the square", "", handling(ada)).kept.reference
        reference = series.of(session, [green])[green].reference

    def said() -> None:
        with acting_as(ada) as session:
            linking.link(session, reference, LinkType.TAKEN_AT, at, basis=Basis.SEEN)

    for part in (said, lambda: found(world, sven, "SE-1", **NEAR))[:: 1 if order == "linked first" else -1]:
        assert of(ada) == ()
        part()
        found(world, sven, "SE-2", **far)
        raising.raise_all()
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id, dict(lead.measured), lead.weighed.media) == (Rule.KNOWN_PLACE, green, {"metres": 11}, 1)


def test_the_doctor_says_when_something_new_waits_too_long_to_be_looked_at(
    world: World, ada: Actor, configuration: Configuration
) -> None:
    found(world, ada, "NO-1", **CAMERA)

    def is_well() -> bool:
        (check,) = [one for one in doctor.check_database(configuration, world.facts) if one.name == "leads"]
        return check.ok

    assert is_well()
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("update lead_news set noted_at = noted_at - interval '61 minutes'")
    assert not is_well()
    raising.raise_all()
    assert is_well()


@pytest.mark.parametrize("kind", [MatchKind.VIDEO, MatchKind.SOUND])
def test_a_clip_that_runs_like_one_of_an_open_series_raises_a_lead_and_a_hidden_one_none(
    world: World, ada: Actor, sven: Actor, kind: MatchKind
) -> None:
    """Found by a closer look, later than the media: the match is what is new."""
    known = found(world, ada, "NO-1")
    world.series(ada, "green-room", [known])
    stored = world.fingerprint(ada, known)
    clips = [found(world, sven, "SE-1") for _ in range(2)]
    let_see(sven, clips[1], Audience.UNIT)
    raising.raise_all()
    with acting_as(sven) as session:
        run = Aligned(seconds_here=(2.0, 11.0), seconds_there=(0.0, 9.0), frames_matched=40, frames_compared=50)
        matches.write(session, [
            Match(medium_id=clip, fingerprint_id=stored, kind=kind, distance_bits=8, radius_bits=31, aligned=run) for clip in clips
        ])  # fmt: skip
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, dict(lead.measured)) == (Rule.ALIGNED_CLIP, {"seconds": 9})
    with acting_as(ada) as session:
        assert [one.id for one in leads.media(session, lead.id, 10)] == [clips[0]]


def near(by: Actor, media: list[UUID], stored: int, bits: int = 8) -> None:
    with acting_as(by) as session:
        matches.write(session, [
            Match(medium_id=one, fingerprint_id=stored, kind=MatchKind.PDQ, distance_bits=bits, radius_bits=31)
            for one in media
        ])  # fmt: skip


@pytest.mark.parametrize("order", ["series first", "series later", "match later"])
def test_near_copies_that_another_unit_holds_of_what_an_open_series_has_raise_one_lead(
    world: World, ada: Actor, sven: Actor, order: str
) -> None:
    """However many came on one day: it is one unit to talk to. What is hidden from the waiting unit raises none."""
    known = found(world, ada, "NO-1")
    if order != "series later":
        green = world.series(ada, "green-room", [known])
    stored = world.fingerprint(ada, known)
    copies = [found(world, sven, f"SE-{number}") for number in range(3)]
    let_see(sven, copies[2], Audience.UNIT)
    if order == "match later":
        assert raising.raise_all() == 0
    near(sven, copies, stored)
    if order == "series later":
        assert raising.raise_all() == 0
        green = world.series(ada, "green-room", [known])
    assert raising.raise_all() == 1
    (lead,) = of(ada)
    assert (lead.rule, lead.series_id, dict(lead.measured)) == (Rule.NEAR_COPY, green, {"bits": 8, "radius": 31})
    assert notices(ada) == [green]
    with acting_as(ada) as session:
        assert {one.id for one in leads.media(session, lead.id, 10)} == {*copies[:2]}
        view = following.look(session, lead.id)
    assert view.line.reason == "It is a near copy of a medium in the series, 8 of 31 bits away."
    more = found(world, sven, "SE-9")
    near(sven, [more], stored)
    assert raising.raise_all() == 0
    dina = world.officer("dina", member="DK")
    near(dina, [found(world, dina, "DK-1")], stored)
    assert raising.raise_all() == 1
    assert sorted(one.weighed.media for one in of(ada)) == [1, 3]
    with acting_as(ada) as session:
        following.move(session, lead.id, Step.SET_ASIDE, why="Sweden knows.")
    later = found(world, sven, "SE-10")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as everything:
        everything.execute("update media set taken_in_at = taken_in_at + interval '40 days' where id = %s", [later])
    near(sven, [later], stored)
    assert raising.raise_all() == 1, "what was set aside is not what comes later"


@pytest.mark.parametrize("why", ["beyond the radius", "the same bytes", "said not to be the same", "solved"])
def test_what_is_no_near_copy_of_an_open_series_raises_nothing(
    world: World, ada: Actor, sven: Actor, why: str
) -> None:
    known = found(world, ada, "NO-1", content=b"room")
    state = SeriesState.IDENTIFIED if why == "solved" else SeriesState.OPEN
    world.series(ada, "green-room", [known], state=state)
    stored = world.fingerprint(ada, known)
    copy = found(world, sven, "SE-1", content=b"room" if why == "the same bytes" else b"like the room")
    near(sven, [copy], stored, 32 if why == "beyond the radius" else 8)
    if why == "said not to be the same":
        with acting_as(ada) as session:
            judging.judge(session, hashlib.sha256(b"room").digest(), hashlib.sha256(b"like the room").digest(), verdict.Said.NOT_THE_SAME, next(iter(verdict.Why)))
    assert raising.raise_all() == 0
    assert of(ada) == ()


def test_of_series_that_are_one_one_has_the_lead(world: World, ada: Actor, sven: Actor) -> None:
    for name in ("green-room", "blue-room"):
        world.series(ada, name, [found(world, ada, f"NO-{name}", **CAMERA)])
    with acting_as(ada) as session:
        gathering.merge(session, "green-room", "blue-room", "The same room.")
    raising.raise_all()
    assert of(ada) == ()
    found(world, sven, "SE-1", **CAMERA)
    assert raising.raise_all() == 1
    found(world, sven, "SE-2", **CAMERA)
    assert raising.raise_all() == 0
    assert [lead.weighed.media for lead in of(ada)] == [2]


def test_a_unit_waits_for_another_members_series_that_it_has_media_in(world: World, ada: Actor, sven: Actor) -> None:
    green = world.series(sven, "green-room", [found(world, sven, "SE-1")])
    with acting_as(ada) as session:
        reference = series.of(session, [green])[green].reference
    found(world, ada, "NO-1", content=b"of Norway", **CAMERA)
    with acting_as(ada) as session:
        gathering.add(session, reference, case="NO-1")
    dina = world.officer("dina", member="DK")
    found(world, dina, "DK-1", **CAMERA)
    tasks.raise_leads(0)
    assert [[lead.series_id for lead in of(unit)] for unit in (ada, sven, dina)] == [[green], [green], []]


# Newer rules -----------------------------------------------------------------------------------------------


def looked_at_by(world: World, version: int) -> None:
    """Everything was looked at by that version of the rules."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        database.execute("delete from lead_rules")
        database.execute("insert into lead_rules (version) values (%s)", [version])


def kept_rules(world: World) -> tuple[int, int | None, bool]:
    """The version of the rules, the one by which series are being looked at, and whether some have been."""
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as database:
        return database.execute("select version, next, behind is not null from lead_rules").fetchone()


def test_newer_rules_look_at_old_series_once_more_and_raise_nothing_twice(
    world: World, ada: Actor, sven: Actor, configuration: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an earlier version raised stays silent, what it overlooked is raised; the doctor says that it is under way."""
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    looked_at_by(world, RULES_VERSION)
    for number in range(3):
        world.series(ada, f"green-room-{number}", [found(world, ada, "NO-1", **DOCUMENT)])
    blue = world.series(ada, "blue-room", [found(world, ada, "NO-2", **CAMERA)])
    found(world, sven, "SE-1", **DOCUMENT)
    found(world, sven, "SE-2", **CAMERA)
    with monkeypatch.context() as earlier:
        earlier.setattr(proposal, "same_camera", lambda _: None)
        raising.raise_all()
    before = {one.id for one in of(ada)}
    assert {one.rule for one in of(ada)} == {Rule.SAME_DOCUMENT}
    assert raising.raise_all() == 0
    assert kept_rules(world) == (RULES_VERSION, None, False)

    monkeypatch.setattr(raising, "RULES_VERSION", RULES_VERSION + 1)
    monkeypatch.setattr(doctor, "RULES_VERSION", RULES_VERSION + 1)
    monkeypatch.setattr(raising, "NEWS_PER_ROUND_MAX", 1)
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 2)
    assert "looked at again" in sentence_of_leads(world, configuration)
    raising.raise_all()
    assert kept_rules(world) == (RULES_VERSION, RULES_VERSION + 1, True), "so far as a run goes"
    for _ in range(3):
        raising.raise_all()
    assert kept_rules(world) == (RULES_VERSION + 1, None, False)
    (fresh,) = (one for one in of(ada) if one.id not in before)
    assert (fresh.rule, fresh.series_id) == (Rule.SAME_CAMERA, blue)
    assert {one.id for one in of(ada)} == before | {fresh.id}
    assert raising.raise_all() == 0
    assert "looked at again" not in sentence_of_leads(world, configuration)


def sentence_of_leads(world: World, configuration: Configuration) -> str:
    (check,) = (one for one in doctor.check_database(configuration, world.facts) if one.name == "leads")
    assert check.ok
    return check.sentence


def test_what_is_new_goes_before_what_newer_rules_look_at_again(world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    if not world.facts.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world.series(ada, "green-room", [found(world, ada, "NO-1", **CAMERA)])
    looked_at_by(world, 0)
    monkeypatch.setattr(raising, "ROUNDS_PER_RUN_MAX", 1)
    assert raising.raise_all() == 0
    assert kept_rules(world) == (0, None, False), "what was noted as it came was looked at first"
    raising.raise_all()
    assert kept_rules(world) == (0, RULES_VERSION, True)
    with acting_as(ada) as session:
        assert not leads.look_again(session, RULES_VERSION + 1, 10), "only the node has anything looked at again"
    assert kept_rules(world) == (0, RULES_VERSION, True)
