"""Near copies of a case are gone through as one: stacked at the intake, marked with one act, undone with one."""

import json
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clew.actions import browsing, gathering, marking, stacking
from clew.actions.browsing import Item, Wanted
from clew.actions.marking import Relevance
from clew.domain.errors import Invalid, NotVisible
from clew.domain.fingerprint import Kind
from clew.domain.handling import Actor, Audience
from clew.domain.medium import MediumKind
from clew.domain.triage import Aligned, Answer
from clew.records import case_stacks, matches
from clew.records.matches import Match, MatchKind
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.office import Office
from tests.world.pictures import drawn as shapes
from tests.world.world import World, superuser

CASE = "CASE-1"


def drawn(folder: Path, *given: tuple[int, int]) -> Path:
    """Pictures of shapes by seed and width: those of one seed are near copies of one another."""
    folder.mkdir()
    for seed, width in given:
        shapes(seed).resize((width, width * 3 // 4)).save(folder / f"{seed}-{width}.jpg", quality=90)
    return folder


def page(of: Actor, case: str = CASE, **more: object) -> Sequence[Item]:
    with acting_as(of) as session:
        return browsing.of_case(session, case, **{"wanted": Wanted(), **more}).items  # type: ignore[arg-type]


def heights(items: Sequence[Item]) -> list[tuple[int, int | None]]:
    return [(item.medium.stacked, item.medium.width) for item in items]


def stack(of: Actor, medium: UUID, **more: str) -> Sequence[Item]:
    with acting_as(of) as session:
        return browsing.stack(session, CASE, medium, **more).items  # type: ignore[arg-type]


def test_near_copies_are_one_from_the_intake_on_and_are_marked_and_undone_with_one_act(
    office: Office, ada: Actor, tmp_path: Path
) -> None:
    office.intake(ada, drawn(tmp_path / "a", (1, 400), (1, 480), (2, 320), (3, 320), (3, 400), (3, 480)))
    found = page(ada)
    assert heights(found) == [(3, 480), (2, 480), (1, 320)], "the largest stack first, each by its largest"
    with acting_as(ada) as session:
        done = marking.mark_stacks(session, CASE, [found[0].medium.name], Relevance.NOT_RELEVANT)
        with session.cursor() as cursor:
            cursor.execute("select counts from acts where id = %s", [done.act])
            assert cursor.fetchone() == ('{"media": 3, "stacks": 1}',)
    assert done.media == 3
    assert heights(page(ada, wanted=Wanted(is_undecided=True))) == [(2, 480), (1, 320)]
    assert {item.medium.mark for item in stack(ada, found[0].medium.id)} == {Relevance.NOT_RELEVANT}
    with acting_as(ada) as session:
        assert marking.undo(session, done.act) == 3
    assert heights(page(ada, wanted=Wanted(is_undecided=True))) == heights(found)
    # What comes later joins: of a whole stack it stands for all of it, being larger.
    office.intake(ada, drawn(tmp_path / "b", (3, 560), (2, 360)), exhibit="PHONE-2")
    assert heights(page(ada)) == [(4, 560), (2, 480), (2, 360)]
    assert heights(page(ada, exhibit="PHONE-1")) == [(3, 480), (2, 480), (1, 320)], "an exhibit is asked by what lies in it"
    assert sorted(heights(page(ada, exhibit="PHONE-2"))) == [(1, 360), (1, 560)]


def without_stacks(world: World) -> None:
    """As after an intake of before there were stacks."""
    with superuser(world.facts) as connection:
        connection.execute("delete from case_stacks")


def test_what_came_before_there_were_stacks_is_stacked_afterwards_and_again_changes_nothing(
    world: World, office: Office, ada: Actor, sven: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stacking, "MEDIA_STACKED_AT_ONCE", 2)
    office.intake(ada, drawn(tmp_path / "a", (1, 400), (1, 480), (2, 320), (3, 320), (3, 400), (3, 480)))
    before = heights(page(ada))
    without_stacks(world)
    assert {stacked for stacked, _ in heights(page(ada))} == {1}
    first = next(stacking.stack_case(office.workplace, ada, CASE))  # and there it is stopped
    assert first.looked_at == 2
    for _ in stacking.stack_case(office.workplace, ada, CASE):
        pass
    assert heights(page(ada)) == before
    assert sum(step.moved for step in stacking.stack_case(office.workplace, ada, CASE)) == 0
    with pytest.raises(NotVisible):
        next(stacking.stack_case(office.workplace, sven, CASE))


def film(world: World, of: Actor, seconds: float) -> UUID:
    medium = world.medium(of, kind=MediumKind.VIDEO)
    world.occurrence(of, medium)
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("update media set duration_ms = %s where id = %s", [round(1000 * seconds), medium])
    return medium


def test_films_are_stacked_where_a_run_covers_most_of_both_and_a_clip_of_one_stands_alone(
    world: World, office: Office, ada: Actor
) -> None:
    whole, copy, clip = film(world, ada, 10), film(world, ada, 9.6), film(world, ada, 3)
    stored = world.fingerprint(ada, whole, kind=Kind.FRAME)
    with acting_as(ada) as session:
        for medium, seconds in ((copy, 9.5), (clip, 3.0)):
            run = Aligned(seconds_here=(0, seconds), seconds_there=(0, seconds), frames_matched=9, frames_compared=9)
            matches.write(session, [
                Match(medium_id=medium, fingerprint_id=stored, kind=MatchKind.VIDEO, distance_bits=8, radius_bits=31, aligned=run)
            ])  # fmt: skip
    assert [step.moved for step in stacking.stack_case(office.workplace, ada, CASE)] == [2]
    found = page(ada)
    assert sorted((item.medium.stacked, item.medium.id in {whole, copy}) for item in found) == [(1, False), (2, True)]
    assert {item.medium.id for item in stack(ada, whole)} == {whole, copy}


def test_a_stack_is_put_into_a_series_whole_and_what_is_new_there_is_told_for_the_undo(world: World, ada: Actor) -> None:
    media = [world.medium(ada) for _ in range(4)]
    for medium in media:
        world.occurrence(ada, medium)
    lay(ada, media[:3])
    world.series(ada, "green-room", media[:1])
    (centre,) = [item.medium.name for item in page(ada) if item.medium.stacked == 3]
    client = signed_in("ada")
    form = {"medium": centre.hex(), "series": "green-room", "case": CASE, "exhibit": "", "unit": ""}
    told = client.post("/sorting/put/", form).json()
    assert (told["media"], told["stacks"], len(told["new"])) == (3, 1, 2)
    assert client.post("/sorting/take-out/", {"medium": told["new"], "series": "green-room"}).json() == {"media": 2}
    with acting_as(ada) as session:
        assert len(gathering.add_stacks(session, "green-room", CASE, [centre]).new) == 2
        with pytest.raises(NotVisible):
            gathering.add_stacks(session, "green-room", "NOT-THERE", [centre])


def lay(of: Actor, media: Sequence[UUID], case: str = CASE) -> None:
    """As an intake lays them: all near to one another, one bit apart."""
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select case_id from occurrences where medium_id = %s limit 1", [media[0]])
        (case_id,) = cursor.fetchone()
        for at, medium in enumerate(media):
            case_stacks.place(session, case_id, {medium: dict.fromkeys(media[:at], 1)})


def test_a_stack_is_as_large_as_what_is_seen_of_it_and_hidden_is_as_if_it_never_was(world: World, ada: Actor) -> None:
    otto = world.officer("otto", member="NO", unit="OTHER")
    open_ones = [world.medium(ada) for _ in range(2)]
    hidden = [world.medium(ada, Audience.UNIT) for _ in range(3)]
    media = [hidden[0], open_ones[0], hidden[1], open_ones[1], hidden[2]]
    for medium in media:
        world.occurrence(ada, medium)
    lay(ada, media)
    assert heights(page(ada)) == [(5, None)]
    assert [(item.medium.id, item.medium.stacked) for item in page(otto, unit=ada.unit)] == [(open_ones[0], 2)]
    name = page(otto, unit=ada.unit)[0].medium.name
    with acting_as(otto) as session:
        assert [item.medium.id for item in browsing.stack(session, CASE, open_ones[1], unit=ada.unit).items] == open_ones
        done = marking.mark_stacks(session, CASE, [name], Relevance.RELEVANT, unit=ada.unit)
        assert done.media == 2
    with acting_as(world.officer("sven", member="SE")) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from case_stacks")
        assert cursor.fetchone() == (0,)
    told = set()
    for medium in (uuid4(), hidden[0]):
        with pytest.raises(NotVisible) as refused:
            stack(otto, medium, unit=ada.unit)
        told.add(str(refused.value))
        with pytest.raises(Invalid) as refused_page:
            page(otto, unit=ada.unit, after=str(medium))
        told.add(str(refused_page.value))
    assert len(told) == 2


def test_known_media_are_folded_away_and_a_new_one_among_them_stands_for_its_stack(world: World, ada: Actor) -> None:
    media = [world.medium(ada) for _ in range(5)]
    for medium in media[:4]:
        world.occurrence(ada, medium, "CASE-0")
    for medium in media:
        world.occurrence(ada, medium)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select distinct case_id from occurrences where medium_id = %s", [media[4]])
        (case_id,) = cursor.fetchone()
        for near in (media[:2], media[2:]):
            for at, medium in enumerate(near):
                case_stacks.place(session, case_id, {medium: dict.fromkeys(near[:at], 1)})
    with acting_as(ada) as session:
        found = browsing.of_case(session, CASE, wanted=Wanted())
    assert [(item.medium.id, item.medium.stacked, item.answer) for item in found.items] == [(media[4], 3, Answer.NEW)]
    assert found.folded == 2
    assert heights(page(ada, answers=frozenset(Answer))) == [(3, None), (2, None)]


def test_pages_of_stacks_follow_one_another_and_programs_and_commands_know_them(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "CONSIDERED_MAX", 2)
    media = [world.medium(ada) for _ in range(9)]
    for medium in media:
        world.occurrence(ada, medium)
    lay(ada, media[:2])
    lay(ada, media[2:5])
    lay(ada, media[5:7])
    program = signed_in("ada")
    found, after = [], ""
    for _ in range(8):
        told = program.get("/api/cases/media", {"case": CASE, **({"after": after} if after else {})}).json()
        found += [(UUID(item["id"]), item["stacked"]) for item in told["items"]]
        if (after := told["next"] or "") == "":
            break
    assert found == [(media[2], 3), (media[0], 2), (media[5], 2), (media[7], 1), (media[8], 1)]
    with pytest.raises(Invalid):
        page(ada, after=str(uuid4()))
    held = program.get(f"/api/cases/stacks/{media[4]}", {"case": CASE}).json()["items"]
    assert [item["id"] for item in held] == [str(one) for one in media[2:5]]
    sent = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    given = {"case": CASE, "media": [held[0]["name"]], "said": "relevant"}
    made = program.post("/api/marks/stacks", json.dumps(given), **sent).json()
    assert made["media"] == 3
    assert program.post("/marks/undo/", {"act": made["act"]}).json() == {"media": 3}
    assert json.loads(clew("mark", "stacks", CASE, "--as", "ada", "--json").out) == {
        "stacks": [
            {"medium": item.medium.name.hex(), "stacked": item.medium.stacked}
            for item in [*page(ada), *page(ada, after=str(media[0]))[:1]]
        ]
    }
    marked = clew("mark", "relevant", held[2]["name"], "--stacks-of", CASE, "--as", "ada", "--json")
    assert json.loads(marked.out)["media"] == 3
