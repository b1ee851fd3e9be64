"""The page of one medium: facts first, why others are called the same, and no picture before somebody reveals it."""

import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from PIL import Image

from clew.actions import inspecting
from clew.cli.drawing import landscape
from clew.domain.handling import EVERY_USE, Actor, Audience
from clew.records import sightings
from clew.records.session import acting_as
from tests.scenario.test_viewing import describe
from tests.world.clients import signed_in
from tests.world.clips import scenes, write
from tests.world.office import Office
from tests.world.shown import eyes_of, looking, revealed
from tests.world.world import World, handling


@pytest.fixture
def open_office(office: Office) -> Iterator[Office]:
    with eyes_of(office):
        yield office


def taken_in(office: Office, of: Actor, folder: Path, case: str, **how: object) -> UUID:
    office.intake(of, folder, case, **how)
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select id from media where owner_member = %s order by taken_in_at desc limit 1", [of.member])
        return cursor.fetchone()[0]


def pictures(tmp_path: Path) -> tuple[Path, Path]:
    """A drawn landscape in one folder, and the same encoded again in another."""
    folders = tmp_path / "one", tmp_path / "other"
    for folder in folders:
        folder.mkdir()
    picture: Image.Image = landscape(1, (320, 240))
    picture.save(folders[0] / "1.jpg")
    picture.save(folders[1] / "copy.jpg", quality=60)
    return folders


def digest_of(of: Actor, medium: UUID) -> str:
    with acting_as(of) as session:
        return inspecting.look(session, medium).medium.name.hex()


def page(who: str, medium: UUID) -> str:
    answer = signed_in(who).get(f"/media/{medium}/")
    assert answer.status_code == 200
    assert "blob:" in answer["Content-Security-Policy"]
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_page_says_why_two_pictures_are_called_the_same(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    one, other = pictures(tmp_path)
    shared = handling(sven, Audience.ALL, uses=EVERY_USE)
    theirs = taken_in(open_office, sven, other, "SE-1", cover=shared)
    describe(sven, shared, theirs)
    ours = taken_in(open_office, ada, one, "NO-1")
    said = page("ada", ours)
    assert "Why does this match?" in said
    assert re.search(r"Picture within \d+ of 31 bits", said)
    assert "differs: it was encoded again" in said
    assert "0 of 3,610,500 comparisons" in said
    assert said.count("<clew-reveal ") == 2
    assert "Compare side by side" in said
    assert not re.search(r"<(?:img|video|canvas)(?![^>]*\bhidden\b)", said)


def test_both_sides_of_a_match_say_whether_the_unit_has_seen_them(open_office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    """What is on the other side can be revealed here too, so it is said here too; and nothing of other units' looks."""
    one, other = pictures(tmp_path)
    shared = handling(sven, Audience.ALL, uses=EVERY_USE)
    theirs = taken_in(open_office, sven, other, "SE-1", cover=shared)
    ours = taken_in(open_office, ada, one, "NO-1")
    with acting_as(sven) as session:
        sightings.note(session, theirs)
    assert "seen in your unit on" not in page("ada", ours)
    with acting_as(world.officer("bo", member="NO")) as session:
        sightings.note(session, theirs)
    said = page("ada", ours)
    assert said.count("seen in your unit on") == 1
    assert "<bdi>bo</bdi>" in said[said.index("figcaption") :]
    with acting_as(ada) as session:
        sightings.note(session, ours)
        view = inspecting.look(session, ours)
    assert view.sighting is not None
    assert view.chosen is not None
    assert view.chosen.sighting is not None
    assert (view.sighting.seen_by, view.chosen.sighting.seen_by) == ("ada", "bo")


def test_where_its_owner_keeps_the_picture_only_facts_and_the_contact_are_shown(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    one, other = pictures(tmp_path)
    taken_in(open_office, sven, other, "SE-1", cover=handling(sven))
    ours = taken_in(open_office, ada, one, "NO-1")
    said = page("ada", ours)
    assert "Its owner shows facts only. Ask there:" in said
    assert said.count("<clew-reveal ") == 1
    assert "Compare side by side" not in said


def test_a_hidden_medium_and_one_that_never_was_are_one_page(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    one, _ = pictures(tmp_path)
    ours = taken_in(open_office, ada, one, "NO-1", cover=handling(ada, Audience.UNIT))
    client = signed_in("sven")
    hidden, absent = client.get(f"/media/{ours}/"), client.get(f"/media/{uuid4()}/")
    assert (hidden.status_code, hidden.content) == (404, absent.content)


def test_the_triage_answer_leads_to_why_each_of_its_reasons_matches(
    open_office: Office, world: World, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    one, other = pictures(tmp_path)
    (tmp_path / "third").mkdir()
    landscape(1, (320, 240)).save(tmp_path / "third" / "again.jpg", quality=40)
    taken_in(open_office, sven, other, "SE-1", cover=handling(sven, Audience.ALL))
    bo = world.officer("bo", member="DK")
    taken_in(open_office, bo, tmp_path / "third", "DK-1", cover=handling(bo, Audience.ALL))
    ours = taken_in(open_office, ada, one, "NO-1")
    client = signed_in("ada")
    triaged = client.get("/cases/NO-1/").content.decode()
    assert f'<a href="/media/{digest_of(ada, ours)}/">' in triaged
    ways = re.findall(r'href="(/media/[0-9a-f]{64}/)\?with=([0-9a-f]{64})#match"', triaged)
    assert len({wanted for _, wanted in ways}) == 2  # one reason is of Sweden's medium, one of Denmark's
    for address, wanted in ways:
        said = re.sub(r"\s+", " ", client.get(address, {"with": wanted}).content.decode())
        assert "Why does this match?" in said
        assert wanted[:12] in re.findall("<figcaption>.*?</figcaption>", said)[1]


def test_by_its_digest_a_hidden_medium_and_one_that_never_was_are_one_page(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    one, _ = pictures(tmp_path)
    name = digest_of(ada, taken_in(open_office, ada, one, "NO-1", cover=handling(ada, Audience.UNIT)))
    assert signed_in("ada").get(f"/media/{name}/").status_code == 200
    client = signed_in("sven")
    answers = {client.get(f"/media/{each}/").content for each in (name, "ab" * 32, "ab" * 16, "no-digest", "abc")}
    assert len(answers) == 1


def test_films_are_laid_on_one_another_frame_by_frame(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, quality in ((one, "23"), (other, "32")):
        folder.mkdir()
        write(folder / "1.mp4", scenes(5, 8), options={"crf": quality, "preset": "ultrafast", "g": "30"})
    taken_in(open_office, sven, other, "SE-1")
    ours = taken_in(open_office, ada, one, "NO-1")
    with acting_as(ada) as session:
        chosen = inspecting.look(session, ours).chosen
    assert chosen is not None
    assert 3 <= len(chosen.frames) <= 12
    distances = [pair.distance_bits for pair in chosen.frames]
    assert None not in distances
    assert sorted(distances)[len(distances) // 2] <= 31
    assert max(distances) <= 80
    assert "bits between" in page("ada", ours)


def test_it_says_that_the_unit_has_seen_it_when_and_who(open_office: Office, ada: Actor, tmp_path: Path) -> None:
    one, _ = pictures(tmp_path)
    ours = taken_in(open_office, ada, one, "NO-1")
    assert "seen in your unit on" not in page("ada", ours)
    revealed(looking("ada"), ours)
    assert re.search(r"seen in your unit on .* by <bdi>ada</bdi>", page("ada", ours))
