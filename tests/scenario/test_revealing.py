"""An officer reveals a medium: deliberate, on record first, for one sign-in and a short time; then it is given in parts."""

import asyncio
import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from PIL import Image

from clew.actions import auditing, categorising, revealing
from clew.actions.auditing import Wanted
from clew.cli.drawing import landscape
from clew.domain.act import Act
from clew.domain.errors import Unavailable
from clew.domain.handling import BLOCKED, EVERY_USE, Actor, Audience
from clew.domain.officer import Role
from clew.media import lending
from clew.records import looks, sightings
from clew.records.session import acting_as
from clew.web import looks as web_looks
from tests.scenario.test_viewing import describe
from tests.world.clients import shown_ago, signed_in
from tests.world.clips import music, scenes, write
from tests.world.kept import connected
from tests.world.large import Large, resident_bytes
from tests.world.office import Office
from tests.world.shown import CASE, PURPOSE, body, eyes_of, looking, revealed
from tests.world.world import World, handling

PLAYED_BYTES = 64 * 1024**2
LIE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'; base-uri 'none'", "Cross-Origin-Resource-Policy": "same-origin"}


@pytest.fixture
def open_office(office: Office) -> Iterator[Office]:
    with eyes_of(office):
        yield office


@pytest.fixture
def picture(open_office: Office, ada: Actor, tmp_path: Path) -> tuple[UUID, bytes]:
    """One drawn landscape in Ada's case: its identifier and bytes."""
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    open_office.intake(ada, folder)
    return medium_of(ada), (folder / "1.jpg").read_bytes()


@pytest.fixture
def film(open_office: Office, ada: Actor, tmp_path: Path) -> tuple[UUID, bytes]:
    """One drawn film of three seconds."""
    folder = tmp_path / "seized"
    folder.mkdir()
    write(folder / "1.mp4", scenes(1, 3))
    open_office.intake(ada, folder)
    return medium_of(ada), (folder / "1.mp4").read_bytes()


def medium_of(actor: Actor) -> UUID:
    with acting_as(actor) as session, session.cursor() as cursor:
        cursor.execute("select id from media")
        (found,) = cursor.fetchall()
        return found[0]


def acts(of: Actor, act: str) -> list[Act]:
    with acting_as(of) as session:
        return list(auditing.acts_of(session, Wanted(act=act)).items)


def test_a_picture_is_given_once_as_it_lies_and_every_step_is_on_record(picture: tuple[UUID, bytes], ada: Actor) -> None:
    medium, content = picture
    client = looking("ada")
    found = revealed(client, medium)
    assert (found["type"], found["kind"], found["warned"]) == ("image/jpeg", "image", False)
    answer = client.get(found["address"])
    assert (answer.status_code, answer["Content-Type"], answer["Content-Length"]) == (200, "image/jpeg", str(len(content)))
    assert {name: answer[name] for name in LIE} == LIE
    assert body(answer) == content
    assert client.get(found["address"]).status_code == 404
    (reveal,), (part,) = acts(ada, "medium.reveal"), acts(ada, "medium.part")
    assert (reveal.subject, reveal.purpose, reveal.case_reference) == (str(medium), PURPOSE, CASE)
    assert (part.subject, part.purpose, part.case_reference) == (str(medium), PURPOSE, CASE)
    assert (reveal.counts, part.counts) == ({"look_clear": 1}, {"first": 0, "last": len(content) - 1})


def test_a_program_reveals_by_the_rules_of_the_pages_to_its_own_sign_in_alone(
    world: World, picture: tuple[UUID, bytes], ada: Actor
) -> None:
    medium, content = picture
    client, stranger = signed_in("ada"), signed_in(world.officer("sven", member="SE").officer)
    address, asked = f"/api/media/{medium}/reveal", {"look": "clear", "purpose": PURPOSE, "case": CASE}
    shown_ago(client, "ada", 3600)
    assert client.post(address, asked, content_type="application/json").status_code == 403
    client = signed_in("ada")
    found = client.post(address, asked, content_type="application/json").json()
    assert (found["kind"], found["type"], found["is_warned"]) == ("image", "image/jpeg", False)
    assert [one.get(found["address"]).status_code for one in (stranger, signed_in("ada"))] == [404, 404]
    assert body(client.get(found["address"])) == content
    (reveal,) = acts(ada, "medium.reveal")
    assert (reveal.purpose, reveal.case_reference) == (PURPOSE, CASE)
    answers = {
        (answer.status_code, answer.content)
        for one in (medium, uuid4())
        for answer in [stranger.post(f"/api/media/{one}/reveal", asked, content_type="application/json")]
    }
    assert [status for status, _ in answers] == [404]
    found = client.post(address, asked, content_type="application/json").json()
    assert client.post("/api/media/cover", {}, content_type="application/json").status_code == 204
    assert client.get(found["address"]).status_code == 404


def test_what_is_drawn_of_a_picture_is_grey_small_and_nothing_of_its_file(picture: tuple[UUID, bytes], ada: Actor) -> None:
    medium, _ = picture
    client = looking("ada")
    found = revealed(client, medium, "drawing")
    assert found["type"] == ""
    answer = client.get(found["address"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    with Image.open(io.BytesIO(body(answer))) as drawn:
        assert (drawn.mode, drawn.size, drawn.info) == ("L", (320, 240), {})
        lines = np.asarray(drawn)
    assert (lines > 200).mean() > 0.5
    assert (lines < 120).mean() > 0.005
    assert [act.counts for act in acts(ada, "medium.draw")] == [{"look_drawing": 1}]


def test_a_film_is_given_in_parts_each_on_record(film: tuple[UUID, bytes], ada: Actor) -> None:
    medium, content = film
    client = looking("ada")
    address = revealed(client, medium)["address"]
    size = len(content)
    for asked, first, last in (
        ("bytes=0-", 0, size - 1), ("bytes=10-19", 10, 19), (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=-7", size - 7, size - 1), (f"bytes=5-{size * 9}", 5, size - 1), (f"bytes=-{size * 9}", 0, size - 1),
    ):  # fmt: skip
        answer = client.get(address, headers={"Range": asked})
        assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {first}-{last}/{size}")
        assert answer["Content-Length"] == str(last - first + 1)
        assert body(answer) == content[first : last + 1]
    assert body(client.get(address)) == content
    spans = [(act.counts["first"], act.counts["last"]) for act in acts(ada, "medium.part")]
    assert len(spans) == 7
    assert (10, 19) in spans


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-8", "bytes=-0", "bytes=-", "bytes=x", "bytes=99999999999-", "bytes=0-1" + " " * 200])
def test_what_a_film_does_not_hold_or_several_parts_at_once_are_refused(film: tuple[UUID, bytes], ada: Actor, asked: str) -> None:
    medium, content = film
    client = looking("ada")
    answer = client.get(revealed(client, medium)["address"], headers={"Range": asked})
    assert (answer.status_code, answer["Content-Range"], answer.content) == (416, f"bytes */{len(content)}", b"")
    assert acts(ada, "medium.part") == []


def test_who_only_asks_for_the_head_gets_no_byte_and_uses_nothing_up(picture: tuple[UUID, bytes]) -> None:
    medium, content = picture
    client = looking("ada")
    address = revealed(client, medium)["address"]
    head = client.head(address)
    assert (head.status_code, head["Content-Length"], head.content) == (200, str(len(content)), b"")
    assert body(client.get(address)) == content


def test_frames_and_the_curve_of_its_sound_are_drawn_of_a_film(
    open_office: Office, ada: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lending, "COPIED_BYTES_MAX", 0)  # as of a large one: the sandbox asks for what it reads
    folder = tmp_path / "seized"
    folder.mkdir()
    write(folder / "1.mp4", scenes(3, 3), sound=music(3, 3))
    open_office.intake(ada, folder)
    client, medium = looking("ada"), medium_of(ada)
    answer = client.get(revealed(client, medium, "frames")["address"])
    times = [int(one) for one in answer["Clew-Times"].split(",")]
    assert len(times) == 12
    assert times == sorted(times)
    with Image.open(io.BytesIO(answer.content)) as strip:
        assert (strip.mode, strip.size) == ("L", (12 * 240, 135))
    at = client.get(revealed(client, medium, "drawing")["address"] + f"?at=500,{'9' * 20},1500,x")
    assert at["Clew-Times"] == "500,1500"
    curve = client.get(revealed(client, medium, "sound")["address"]).json()
    assert len(curve["levels"]) == 400
    assert max(curve["levels"]) > 100
    assert 2.5 < curve["seconds"] < 3.5


def test_a_film_of_four_gigabytes_plays_and_seeks_within_little_memory(
    film: tuple[UUID, bytes], world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    medium, _ = film
    large = Large(4 * 1024**3 + 77)
    client = looking("ada")
    address = revealed(client, medium)["address"]
    with connected(**world.facts.as_superuser() | {"dbname": world.facts.database}, autocommit=True) as owner:
        owner.execute("update looks set size_bytes = %s", [large.size_bytes])
    monkeypatch.setattr(revealing, "part", lambda *_, **__: large)
    for first, last in ((0, 9), (3 * 1024**3 - 5, 3 * 1024**3 + 600_000), (large.size_bytes - 7, large.size_bytes - 1)):
        answer = client.get(address, headers={"Range": f"bytes={first}-{last}"})
        assert answer["Content-Range"] == f"bytes {first}-{last}/{large.size_bytes}"
        assert body(answer) == large.clear(first, last + 1)
    answer = client.get(address, headers={"Range": f"bytes={1024**3}-"})
    before, given = resident_bytes(), 0
    grown: list[int] = []

    async def play() -> None:
        nonlocal given
        async for part in answer:
            given += len(part)
            grown.append(resident_bytes() - before)
            if given >= PLAYED_BYTES:
                break

    asyncio.run(play())
    answer.close()
    assert given >= PLAYED_BYTES
    assert max(grown) < 16 * 1024**2
    assert large.is_closed


def test_a_picture_that_no_browser_shows_is_drawn_anew(open_office: Office, ada: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(4, (2400, 1200)).save(folder / "1.tif")
    open_office.intake(ada, folder)
    client, medium = looking("ada"), medium_of(ada)
    found = revealed(client, medium)
    assert found["type"] == ""
    with Image.open(io.BytesIO(client.get(found["address"]).content)) as shown:
        assert (shown.format, shown.mode, shown.size) == ("PNG", "RGB", (1600, 800))


def test_nothing_is_revealed_before_purpose_and_case_are_said(picture: tuple[UUID, bytes], ada: Actor) -> None:
    medium, _ = picture
    found = revealed(signed_in("ada"), medium)
    assert (found["status"], found["needs_statement"]) == (409, True)
    client = signed_in("ada")
    client.post("/looks/state/", {"purpose": "curiosity", "case": "NO-1"})
    assert revealed(client, medium)["needs_statement"]
    assert acts(ada, "medium.reveal") == []


def test_a_ticket_opens_nothing_to_anybody_else_and_nothing_else(picture: tuple[UUID, bytes], world: World, ada: Actor, sven: Actor) -> None:
    """Another session of the same officer, a colleague, another member, another medium: all are told what is told of none."""
    medium, content = picture
    world.officer("bo", member="NO")
    client = looking("ada")
    address = revealed(client, medium)["address"]
    none = client.get(f"/media/{uuid4()}/shown/{'x' * 43}/").content
    others = [signed_in("ada"), signed_in("bo"), signed_in("sven")]
    wrong = [address.replace(str(medium), str(uuid4())), address[:-3] + "AA/"]
    for answer in [*(other.get(address) for other in others), *(client.get(one) for one in wrong)]:
        assert (answer.status_code, answer.content) == (404, none)
    assert body(client.get(address)) == content


@pytest.mark.parametrize("ending", ["covered", "unused", "old", "signed out", "suspended", "uncertified", "hidden"])
def test_a_ticket_ends(film: tuple[UUID, bytes], world: World, ada: Actor, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    medium, _ = film
    client = looking("ada")
    address = revealed(client, medium)["address"]
    assert client.get(address, headers={"Range": "bytes=0-9"}).status_code == 206
    if ending == "covered":
        assert client.post("/looks/cover/").status_code == 204
    elif ending == "unused":
        monkeypatch.setattr(looks, "UNUSED_MAX", timedelta(0))
    elif ending == "old":
        monkeypatch.setattr(looks, "LENGTH_MAX", timedelta(0))
    elif ending == "signed out":
        client.post("/account/sign-out/")
        client = signed_in("ada")
    else:
        change = {
            "suspended": "insert into suspensions (level, member, officer, reason, laid_by) values ('officer', 'NO', 'ada', 'x', 'nina')",
            "uncertified": "update certifications set ends_at = now() - interval '1 second' where officer = 'ada'",
            "hidden": "update media set excluded = '{NO}', owner_member = 'SE'",
        }[ending]
        with connected(**world.facts.as_superuser() | {"dbname": world.facts.database}, autocommit=True) as owner:
            owner.execute(f"set session_replication_role = replica; {change}")
    answer = client.get(address, headers={"Range": "bytes=0-9"})
    assert answer.status_code in ({302, 403} if ending in {"suspended", "uncertified"} else {404})
    assert not answer.streaming


def test_while_a_film_is_given_it_is_asked_whether_it_still_may_be(film: tuple[UUID, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    medium, content = film
    monkeypatch.setattr(web_looks, "BLOCK_BYTES", 1024)
    monkeypatch.setattr(web_looks, "RENEWED_SECONDS", 0.0)
    client = looking("ada")
    address = revealed(client, medium)["address"]
    assert body(client.get(address)) == content
    answer = client.get(address)
    client.post("/looks/cover/")
    with pytest.raises(Unavailable, match="covered"):
        body(answer)
    assert web_looks._streams == {}


@pytest.mark.parametrize("ending", ["narrowed", "under examination"])
def test_a_film_that_is_being_given_ends_when_its_original_is_no_longer_to_be_seen(
    open_office: Office, ada: Actor, sven: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    """Its facts may be seen as before; that opens no byte more."""
    monkeypatch.setattr(web_looks, "BLOCK_BYTES", 1024)
    monkeypatch.setattr(web_looks, "RENEWED_SECONDS", 0.0)
    (tmp_path / "seized").mkdir()
    write(tmp_path / "seized" / "1.mp4", scenes(1, 1))
    shared = handling(ada, Audience.ALL, uses=EVERY_USE)
    open_office.intake(ada, tmp_path / "seized", cover=shared)
    medium = medium_of(ada)
    describe(ada, shared, medium)
    client = looking("sven" if ending == "narrowed" else "ada")
    answer = client.get(revealed(client, medium)["address"])
    with acting_as(ada) as session, session.cursor() as cursor:
        if ending == "narrowed":
            cursor.execute("update media set audience = %s", [handling(ada, Audience.ALL).circles])
        else:
            cursor.execute("update media set excluded = %s", [[BLOCKED]])
    with pytest.raises(Unavailable, match="covered"):
        body(answer)


def test_another_member_sees_it_only_where_its_owner_shows_originals(open_office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    landscape(1, (320, 240)).save(folder / "1.jpg")
    shared = handling(ada, Audience.ALL, uses=EVERY_USE)
    open_office.intake(ada, folder, cover=shared)
    medium = medium_of(ada)
    describe(ada, shared, medium)
    client = looking("sven")
    assert len(body(client.get(revealed(client, medium)["address"]))) > 0
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s", [handling(ada, Audience.ALL).circles])
    refused = client.post(f"/media/{medium}/reveal/", {"look": "clear"})
    absent = client.post(f"/media/{uuid4()}/reveal/", {"look": "clear"})
    assert (refused.status_code, refused.content) == (404, absent.content)


def test_what_an_officer_marked_with_a_warning_is_shown_after_a_second_press(picture: tuple[UUID, bytes], ada: Actor, world: World) -> None:
    medium, content = picture
    world.officer("bo", member="NO")
    facts = {"made": "drawn", "shows": "nobody", "age": "none", "grade": "none", "warn": "yes"}
    with acting_as(world.officer("bo", member="NO")) as session:
        categorising.record(session, [hashlib.sha256(content).digest()], facts)
    client = looking("ada")
    held = revealed(client, medium)
    assert (held["status"], held["is_warning"]) == (409, True)
    assert acts(ada, "medium.reveal") == []
    found = revealed(client, medium, warned="yes")
    assert found["warned"]
    assert body(client.get(found["address"])) == content


def test_the_unit_is_told_that_a_medium_was_seen_and_nobody_else_is(picture: tuple[UUID, bytes], ada: Actor, sven: Actor, world: World) -> None:
    medium, _ = picture
    other_unit = world.officer("una", member="NO", unit="CYBER")
    revealed(looking("ada"), medium)
    with acting_as(world.officer("bo", member="NO")) as session:
        seen = sightings.of_media(session, [medium])[medium]
    assert seen.seen_by == "ada"
    for other in (sven, other_unit):
        with acting_as(other) as session:
            assert sightings.of_media(session, [medium]) == {}


def test_a_file_that_could_not_be_read_safely_is_refused_in_words(open_office: Office, ada: Actor, tmp_path: Path) -> None:
    folder = tmp_path / "seized"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    open_office.intake(ada, folder)
    found = revealed(looking("ada"), medium_of(ada))
    assert found["status"] == 409
    assert "could not be read safely" in found["refused"]
    assert acts(ada, "medium.reveal") == []


def test_the_exposure_clock_is_the_officers_own(world: World, ada: Actor) -> None:
    client = signed_in("ada")
    assert client.get("/account/exposure/").json() == {"seconds": 0, "warned": 0, "is_break_due": False}
    assert client.post("/account/exposure/", {"seconds": "15", "warned": "5"}).json()["seconds"] == 15
    assert client.post("/account/exposure/", {"seconds": "99999", "warned": "-1"}).json()["seconds"] == 75
    for nobody in (world.officer("bo", member="NO"), world.officer("nina", member="NO", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR), world.officer("otto", member="NO", role=Role.AUDITOR)):
        with acting_as(nobody) as session, session.cursor() as cursor:
            cursor.execute("select count(*) from exposures")
            assert cursor.fetchone()[0] == 0
    with acting_as(ada) as session:
        assert all("expos" not in act.act for act in auditing.acts_of(session, Wanted()).items)


def test_the_clock_stands_on_every_page_once_something_may_be_looked_at_in_the_sign_in(world: World, ada: Actor) -> None:
    before, after = signed_in("ada"), looking("ada")
    for page in ("/", "/leads/", "/account/shortcuts/"):
        assert "<clew-exposure" not in before.get(page).content.decode()
        assert after.get(page).content.decode().count("<clew-exposure") == 1
