"""All media of a camera or of software are listed, as far as whoever asks sees them: also what was brought, for as long as it is."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clew.actions import mustering, searching, sifting
from clew.actions.searching import Carriers, Kind
from clew.domain.camera import Camera, Software
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor, Audience
from clew.records import cameras, instruments, optics, series
from clew.records.session import acting_as, handling_columns
from tests.scenario.test_cameras import CANON, NIKON, QUERIES_MAX, carry, change, rows_kept, rows_read, told
from tests.scenario.test_task_forces import running
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.kept import connected
from tests.world.world import World, handling

A_CANON = Camera(make="Canon", model="Canon EOS 80D")
SNAP = {"software": "Snapfix 3.1"}
A_SNAP = Software(words="Snapfix 3.1")
ABSENT = Camera(make="Canon", model="Canon EOS 90D")


def token(of: Actor, what: Camera | Software = A_CANON) -> str:
    return cameras.token(of.member, what)


def page(of: Actor, what: Camera | Software = A_CANON, after: str | None = None, limit: int = 50) -> Carriers:
    with acting_as(of) as session:
        return searching.media(session, token(of, what), after=after, limit=limit)


def every(of: Actor, what: Camera | Software = A_CANON, limit: int = 50) -> list[str]:
    """Owners of all media, page after page."""
    found, after = [], None
    while True:
        one = page(of, what, after, limit)
        assert len(one.items) <= 2 * limit
        found += [(item.id, item.owner) for item in one.items]
        if one.next is None:
            break
        after = one.next
    assert len(set(found)) == len(found)
    return [owner for _, owner in found]


def software(of: Actor, text: str) -> dict[str, int]:
    with acting_as(of) as session:
        items = searching.search(session, text).items
    return {one.label: one.carried.media for one in items if one.kind is Kind.SOFTWARE and one.carried is not None}


@pytest.fixture
def force(nora: Actor, saga: Actor, ada: Actor, sven: Actor) -> Iterator[str]:
    return running(nora, saga, ada, sven)


def bring(of: Actor, force: str, facts: dict[str, str], count: int = 3, name: str = "blue-room") -> str:
    """Media that nobody but the own unit sees lie in a series of it that is brought; its reference."""
    cover = handling(of, Audience.UNIT)
    made = carry(of, facts, cover, count)
    with acting_as(of) as session:
        series_id = series.find_or_open(session, name, cover)
        with session.cursor() as cursor:
            cursor.executemany(
                "insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)"
                " values (%s, %s, %s, %s, %s, %s, %s)",
                [(series_id, medium, *handling_columns(cover).values()) for medium in made],
            )
        reference = series.of(session, [series_id])[series_id].reference
        sifting.bring(session, force, reference)
    return reference


def test_all_media_of_a_camera_are_listed_page_by_page_the_latest_first(ada: Actor, sven: Actor) -> None:
    carry(ada, CANON, handling(ada, Audience.UNIT), 7)
    carry(sven, CANON, handling(sven, Audience.ALL), 5)
    carry(sven, CANON, handling(sven, Audience.UNIT), 4)
    carry(ada, NIKON, handling(ada), 3)
    carry(ada, CANON, handling(ada, Audience.ALL), 6)
    assert every(ada, limit=4) == ["NO"] * 6 + ["SE"] * 5 + ["NO"] * 7
    assert every(sven, limit=4) == ["NO"] * 6 + ["SE"] * 9
    assert every(ada) == every(ada, limit=1)
    first = page(ada, limit=3)
    assert (first.kind, first.label) == (Kind.CAMERA_MODEL, "Canon Canon EOS 80D")


@pytest.mark.parametrize("facts", [{"camera_model": "Alone"}, {"camera_make": "Alone"}, {"software": "Alone"}])
def test_what_says_a_make_or_a_model_or_software_alone_is_listed_in_its_order(ada: Actor, facts: dict[str, str]) -> None:
    for _ in range(3):
        carry(ada, facts, handling(ada), 2)
    carry(ada, {**CANON, "software": "Other 2"}, handling(ada), 2)
    (name, words), = facts.items()
    what = Software(words=words) if name == "software" else Camera(**{name.removeprefix("camera_"): words})
    found, after = [], None
    while True:
        one = page(ada, what, after, 2)
        found += one.items
        after = one.next
        if after is None:
            break
    assert len(found) == 6
    assert [(item.taken_in_at, item.id) for item in found] == sorted(((item.taken_in_at, item.id) for item in found), reverse=True)


def test_a_camera_that_is_hidden_is_as_one_that_is_none(world: World, ada: Actor, sven: Actor) -> None:
    bo = world.officer("bo", member="NO", unit="OTHER")
    for lies in (
        handling(sven, Audience.UNIT), handling(sven, Audience.MEMBERS, members=["DK"]),
        handling(sven, Audience.ALL, excluded=["NO"]),
    ):  # fmt: skip
        carry(sven, CANON, lies, 4)
    carry(bo, {**CANON, **SNAP}, handling(bo, Audience.UNIT), 1)
    assert len(page(sven).items) == 12
    said = []
    for given in (token(ada), token(ada, ABSENT), token(ada, A_SNAP), token(sven), "x", "", "§", "A" * 9_000):
        with acting_as(ada) as session, pytest.raises(NotVisible) as refused:
            searching.media(session, given)
        said.append((str(refused.value), len(session.acts)))
    assert len(set(said)) == 1
    client = signed_in("ada")
    answers = {(one := client.get(f"/search/media/{given}/")).content.partition(b"nonce")[0] for given in (token(ada), token(ada, ABSENT), "x")}
    assert one.status_code == 404
    assert len(answers) == 1
    api = [client.get("/api/search/media", {"token": given}) for given in (token(ada), token(ada, ABSENT), "x")]
    assert {one.status_code for one in api} == {404}
    assert len({json.dumps({**one.json(), "instance": ""}) for one in api}) == 1
    for after in ("x", "b", "5.x", "b" + "0" * 31, "9" * 30 + "." + "0" * 32):
        with pytest.raises(Invalid):
            page(ada, after=after)
    for what in (A_CANON, ABSENT):
        assert (page(ada, what, after="1" * 18 + "." + "f" * 32).items, page(ada, what, after="b" + "0" * 32).items) == ((), ())


def test_what_is_hidden_is_not_read_and_of_what_is_seen_a_page(
    world: World, ada: Actor, sven: Actor
) -> None:
    world.empty(to_the_file=True)
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    carry(sven, CANON, handling(sven, Audience.UNIT), 3_000)
    for _ in range(30):
        carry(ada, CANON, handling(ada), 50)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("analyze media, cameras, series_media")
    with acting_as(ada) as session:
        before = rows_read(session)
        found = searching.media(session, token(ada))
        read = {table: rows - before[table] for table, rows in rows_read(session).items()}
    assert len(found.items) == 50
    # What came in one transaction lies at one moment, and is read with it; and what is shown is read once more.
    assert 0 < read["media"] <= 51 + 2 * 51, read


def test_software_is_found_by_any_of_its_words_and_its_version(world: World, ada: Actor, sven: Actor) -> None:
    made = carry(ada, SNAP, handling(ada, Audience.UNIT), 3)
    carry(sven, SNAP, handling(sven, Audience.ALL), 2)
    carry(sven, {"software": "Snapfix 4.0"}, handling(sven, Audience.UNIT), 2)
    carry(ada, {**CANON, "software": "Firmware 1.0.3"}, handling(ada), 1)
    for text in ("snapfix", "3.1", "3.1 SNAP"):
        assert software(ada, text) == {"Snapfix 3.1": 5}, text
    assert software(sven, "snapfix") == {"Snapfix 3.1": 2, "Snapfix 4.0": 2}
    assert software(ada, "4.0") == software(ada, "4.1") == {}
    assert software(ada, "1.0.3") == {"Firmware 1.0.3": 1}
    assert told(ada, "80d") == {"Canon Canon EOS 80D": 1}
    assert every(ada, A_SNAP, limit=2) == ["SE", "SE", "NO", "NO", "NO"]
    kept = rows_kept(world)
    change(ada, "update media set software = null where id = any(%s)", [made])
    assert software(ada, "snapfix") == {"Snapfix 3.1": 2}
    assert rows_kept(world) == kept - 1
    change(ada, "update media set audience = 0 where owner_unit = %s", [ada.unit])
    assert software(sven, "1.0.3") == {}
    assert software(ada, "1.0.3") == {"Firmware 1.0.3": 1}


def test_a_camera_is_no_software_of_the_same_words(ada: Actor) -> None:
    carry(ada, {"camera_model": "Snapfix 3.1"}, handling(ada), 1)
    with pytest.raises(NotVisible):
        page(ada, A_SNAP)
    assert len(page(ada, Camera(model="Snapfix 3.1")).items) == 1
    with acting_as(ada) as session, pytest.raises(Invalid):
        # A page of a case is narrowed to cameras, and to no software.
        cameras.of_token("NO", token(ada, A_SNAP))
    assert session.acts == []


def test_what_was_brought_is_found_and_listed_until_it_ends(
    ada: Actor, sven: Actor, nora: Actor, force: str
) -> None:
    assert told(sven, "80d") == {}
    reference = bring(ada, force, {**CANON, **SNAP})
    assert told(sven, "80d") == {"Canon Canon EOS 80D": 3}
    assert software(sven, "snapfix") == {"Snapfix 3.1": 3}
    assert told(ada, "80d") == {"Canon Canon EOS 80D": 3}, "counted once by whoever sees them anyway"
    found = page(sven)
    assert [(one.owner, one.is_brought, one.series) for one in found.items] == [("NO", True, (reference,))] * 3
    assert [one.is_brought for one in page(ada).items] == [False] * 3
    carry(sven, CANON, handling(sven), 2)
    assert told(sven, "80d") == {"Canon Canon EOS 80D": 5}
    assert every(sven) == ["SE", "SE", "NO", "NO", "NO"]
    with acting_as(nora) as session:
        mustering.close(session, force)
    assert told(sven, "80d") == {"Canon Canon EOS 80D": 2}
    assert software(sven, "snapfix") == {}
    assert every(sven) == ["SE", "SE"]
    with pytest.raises(NotVisible):
        page(sven, A_SNAP)


@pytest.mark.parametrize("end", ["taken out", "left", "past its end", "excluded", "blocked", "not of the series"])
def test_what_shows_no_longer_is_found_no_longer(
    world: World, ada: Actor, sven: Actor, force: str, end: str
) -> None:
    reference = bring(ada, force, CANON)
    assert told(sven, "80d") == {"Canon Canon EOS 80D": 3}
    match end:
        case "taken out":
            with acting_as(ada) as session:
                sifting.take_out(session, force, reference)
        case "left":
            with acting_as(sven) as session:
                mustering.leave(session, force)
        case "past its end":
            with connected(**world.facts.as_owner()) as owner:
                owner.execute("alter table task_forces no force row level security")
                owner.execute("update task_forces set starts_at = now() - interval '3 days', ends_at = now() - interval '1 second'")
                owner.execute("alter table task_forces force row level security")
        case "excluded":
            change(ada, "update media set excluded = '{SE}'")
        case "blocked":
            change(ada, "update series_media set excluded = '{(blocked)}'")
        case _:
            change(ada, "delete from series_media")
    with acting_as(sven) as session:
        hidden = searching.search(session, "80d")
        absent = searching.search(session, "90d")
    assert (hidden.items, hidden.looked_at, hidden.next) == (absent.items, absent.looked_at, absent.next)
    assert hidden.items == ()
    with pytest.raises(NotVisible):
        page(sven)


def test_whoever_works_in_no_task_force_finds_nothing_of_it(world: World, ada: Actor, force: str) -> None:
    stig = world.officer("stig", member="SE")
    bring(ada, force, CANON)
    assert told(stig, "80d") == {}
    with pytest.raises(NotVisible):
        page(stig)


def test_much_that_was_brought_is_looked_through_part_by_part(
    ada: Actor, sven: Actor, force: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instruments, "BROUGHT_LOOKED_AT_MAX", 5)
    for number in range(4):
        bring(ada, force, CANON if number % 2 else NIKON, 4, f"room {number}")
    media, after, pages = 0, None, 0
    while True:
        with acting_as(sven) as session:
            found = searching.search(session, "80d", after=after)
        media += sum(one.carried.media for one in found.items if one.carried is not None)
        after, pages = found.next, pages + 1
        if after is None:
            break
    assert media == 8
    assert pages == 4
    assert every(sven) == ["NO"] * 8
    assert every(sven, limit=2) == ["NO"] * 8
    assert every(sven, Camera(make=NIKON["camera_make"], model=NIKON["camera_model"]), limit=1) == ["NO"] * 8


def test_the_page_and_the_api_and_the_command_list_them_as_references(world: World, ada: Actor, sven: Actor) -> None:
    (mine,) = carry(ada, {**CANON, **SNAP}, handling(ada), 1)
    (theirs,) = carry(sven, CANON, handling(sven), 1)
    (hidden,) = carry(sven, CANON, handling(sven, Audience.UNIT), 1)
    world.series(sven, "Quays", [theirs, hidden])
    change(ada, "update media set taken_at = '2025-03-04 05:06:07' where id = %s", [mine])
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select id, encode(name, 'hex') from media")
        names = dict(cursor.fetchall())
        cursor.execute("select reference from series")
        (reference,), = cursor.fetchall()
    client = signed_in("ada")
    result = client.get(client.post("/search/", {"q": "80d"}).headers["Location"]).content.decode()
    address = f"/search/media/{token(ada)}/"
    assert f'href="{address}"' in result
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(address).content.decode()
    assert len(asked) <= QUERIES_MAX
    assert shown.count("/media/" + names[mine]) == shown.count("/media/" + names[theirs]) == 1
    assert f'/series/{reference}/"' in shown
    assert "2025-03-04 05:06:07" in shown
    assert "<img" not in shown
    assert f'href="{address}"' in client.get(f"/media/{mine}/").content.decode()
    assert f'href="/search/media/{token(ada, A_SNAP)}/"' in client.get(f"/media/{mine}/").content.decode()
    api = client.get("/api/search/media", {"token": token(ada)}).json()
    assert [(one["name"], one["owner"], one["series"], one["is_brought"]) for one in api["items"]] == [
        (names[theirs], "SE", [reference], False), (names[mine], "NO", [], False)
    ]  # fmt: skip
    assert api["next"] is None
    said = json.loads(clew("search-media", token(ada), "--as", "ada", "--json").out)
    assert [one["name"] for one in said["items"]] == [one["name"] for one in api["items"]]
    assert names[theirs] in clew("search-media", token(ada), "--as", "ada").out
    for untrusted in (token(ada, ABSENT), "x", "-x", "--x", "-" + token(ada)[1:]):
        assert clew("search-media", untrusted, "--as", "ada").code == 1, untrusted


def test_of_whoever_works_in_no_task_force_nothing_is_read_for_what_was_brought(
    world: World, ada: Actor, force: str
) -> None:
    stig = world.officer("stig", member="SE")
    bring(ada, force, CANON, 40)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("analyze media, cameras, series_media")
    with acting_as(stig) as session:
        before = rows_read(session)
        found = instruments.brought(session, None)
        part = instruments.page_brought(session, A_CANON, ["NO", "SE"], None, 50)
        assert rows_read(session) == before
    assert (found.carrying, found.looked_at, found.next) == ({}, 0, None)
    assert (part.media, part.next) == ((), None)


def test_a_page_goes_on_where_a_medium_has_gone_or_come(ada: Actor) -> None:
    made = carry(ada, CANON, handling(ada), 9)
    first = page(ada, limit=4)
    change(ada, "delete from media where id = %s", [first.items[-1].id])
    carry(ada, CANON, handling(ada), 3)
    second = page(ada, after=first.next, limit=9)
    assert {one.id for one in (*first.items, *second.items)} == {*made}
    assert timedelta(0) <= first.items[0].taken_in_at - second.items[-1].taken_in_at


def test_what_the_migration_finds_is_what_the_database_keeps(world: World, ada: Actor, sven: Actor) -> None:
    carry(ada, {**CANON, **SNAP}, handling(ada), 3)
    carry(sven, SNAP, handling(sven, Audience.UNIT), 2)
    kept = "select camera, make, model, software, owner_member, owner_unit, audience from cameras order by 1, 5, 7"
    with connected(**world.facts.as_owner()) as owner:
        for table in ("media", "cameras"):
            owner.execute(f"alter table {table} no force row level security")
        before = owner.execute(kept).fetchall()
        owner.execute("delete from cameras where software <> ''")
        owner.execute(optics.WHAT_SOFTWARE_THERE_IS)
        after = owner.execute(kept).fetchall()
        for table in ("media", "cameras"):
            owner.execute(f"alter table {table} force row level security")
    assert before == after
    assert len(before) == 3
