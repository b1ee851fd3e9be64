"""Cameras are found by words of their make and model, with the media that carry them as far as whoever asks sees those."""

import hashlib
import json
from collections.abc import Iterable
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clew.actions import searching
from clew.actions.searching import Found, Kind
from clew.domain.handling import Actor, Audience, Handling
from clew.domain.medium import Verdict
from clew.records import instruments, sealed
from clew.records.session import Session, acting_as, handling_columns, let_go
from tests.scenario.test_proposing import found
from tests.world.clients import signed_in
from tests.world.kept import connected
from tests.world.world import World, handling

CANON = {"camera_make": "Canon", "camera_model": "Canon EOS 80D"}
NIKON = {"camera_make": "NIKON CORPORATION", "camera_model": "NIKON D750"}
QUERIES_MAX = 12
READ = "select coalesce(sum(idx_tup_fetch + seq_tup_read), 0) from pg_stat_xact_user_tables where relname = %s"


def carry(of: Actor, facts: dict[str, str], lies: Handling, count: int) -> list[UUID]:
    """So many media of the officer's unit under a handling, all by one camera."""
    texts = sealed.of_member(of.member)
    words = {name: texts.seal(value.encode(), f"media.{name}".encode()) for name, value in facts.items()}
    covered = handling_columns(lies)
    made = [uuid4() for _ in range(count)]
    columns = ["id", "name", "sha256", "kind", "verdict", *words, *covered]
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.executemany(
            f"insert into media ({', '.join(columns)}) values ({', '.join(['%s'] * len(columns))})",
            [
                [one, *[hashlib.sha256(one.bytes).digest()] * 2, "image", int(Verdict.DECODED), *words.values(), *covered.values()]
                for one in made
            ],
        )
    return made


def search(of: Actor, text: str) -> list[Found]:
    with acting_as(of) as session:
        return [one for one in searching.search(session, text).items if one.kind is Kind.CAMERA_MODEL]


def told(of: Actor, text: str) -> dict[str, int]:
    """By camera, how many media carry it."""
    return {one.label: one.carried.media for one in search(of, text) if one.carried is not None}


def change(of: Actor, statement: str, values: Iterable[object] = ()) -> None:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute(statement, list(values))


def rows_read(session: Session) -> dict[str, int]:
    """How many rows of each table this connection has read until now."""
    with session.cursor() as cursor:
        return {table: int((cursor.execute(READ, [table]).fetchone() or (0,))[0]) for table in ("media", "cameras")}


def rows_kept(world: World) -> int:
    with connected(**world.facts.as_owner()) as owner:
        owner.execute(f'set local role "{world.facts.roles.blind}"')
        return int(owner.execute("select count(*) from cameras").fetchone()[0])  # type: ignore[index]


def test_a_camera_is_found_by_any_of_its_words_once_whoever_has_media_of_it(ada: Actor, sven: Actor) -> None:
    carry(ada, CANON, handling(ada, Audience.UNIT), 3)
    carry(sven, CANON, handling(sven, Audience.ALL), 2)
    carry(ada, NIKON, handling(ada, Audience.UNIT), 1)
    carry(ada, {"camera_model": "Canon EOS 80D"}, handling(ada), 1)
    words = {"Canon Canon EOS 80D": 5, "Canon EOS 80D": 1}
    for text in ("80D", "canon eos", "eos 80d canon"):
        assert told(ada, text) == words, text
    assert told(sven, "80d") == {"Canon Canon EOS 80D": 2, "Canon EOS 80D": 1}
    assert [one.owner for one in search(ada, "80D")] == ["NO, SE", "NO"]
    assert told(ada, "nikon") == {"NIKON CORPORATION NIKON D750": 1}
    assert told(ada, "nikon 80D") == {}


def test_what_one_may_not_see_is_not_counted_and_a_hidden_camera_is_as_one_that_is_none(world: World, ada: Actor, sven: Actor) -> None:
    bo = world.officer("bo", member="NO", unit="OTHER")
    for lies in (
        handling(sven, Audience.UNIT), handling(sven, Audience.MEMBERS, members=["DK"]),
        handling(sven, Audience.ALL, excluded=["NO"]),
    ):  # fmt: skip
        carry(sven, CANON, lies, 4)
        carry(sven, NIKON, lies, 4)
    assert told(sven, "80D") == {"Canon Canon EOS 80D": 12}
    with acting_as(ada) as session:
        hidden = searching.search(session, "D750")
        absent = searching.search(session, "D751")
    assert (hidden.items, hidden.looked_at, hidden.next) == (absent.items, absent.looked_at, absent.next) == ((), 0, None)
    carry(ada, CANON, handling(ada, Audience.UNIT), 1)
    assert told(ada, "80D") == {"Canon Canon EOS 80D": 1}
    assert told(bo, "80D") == {}
    carry(sven, CANON, handling(sven, Audience.MEMBERS, members=["NO"]), 2)
    assert told(ada, "80D") == {"Canon Canon EOS 80D": 3}
    assert told(bo, "80D") == {"Canon Canon EOS 80D": 2}


def test_cameras_follow_the_handling_of_their_media_and_go_with_the_last(world: World, ada: Actor, sven: Actor) -> None:
    made = carry(sven, CANON, handling(sven), 2)
    assert told(ada, "80D") == {"Canon Canon EOS 80D": 2}
    change(sven, "update media set audience = 0 where id = %s", made[:1])
    assert told(ada, "80D") == {"Canon Canon EOS 80D": 1}
    assert told(sven, "80D") == {"Canon Canon EOS 80D": 2}
    change(sven, "update media set audience = 0 where id = %s", made[1:])
    assert told(ada, "80D") == {}
    assert rows_kept(world) == 1
    change(sven, "update media set camera_model = null where id = %s", made[:1])
    assert told(sven, "canon") == {"Canon Canon EOS 80D": 1, "Canon": 1}
    change(sven, "delete from media where id = any(%s)", [made])
    assert rows_kept(world) == 0
    assert told(sven, "canon") == {}


def test_a_camera_whose_last_medium_goes_while_another_comes_stays(world: World, sven: Actor) -> None:
    """Nobody waits: who comes holds the camera, or finds it held and writes it once more."""
    first = carry(sven, CANON, handling(sven), 1)
    going = Thread(target=lambda: (change(sven, "delete from media where id = %s", first), let_go()))
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute(
            "insert into media (id, name, kind, verdict, camera_make, camera_model, owner_member, owner_unit, audience)"
            " select gen_random_uuid(), 'another', kind, verdict, camera_make, camera_model, owner_member, owner_unit, audience"
            "   from media"
        )
        going.start()
        going.join(timeout=30)
        assert not going.is_alive()
    assert told(sven, "80D") == {"Canon Canon EOS 80D": 1}
    coming: list[Thread] = []
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("delete from media")
        coming.append(Thread(target=lambda: (carry(sven, CANON, handling(sven), 1), let_go())))
        coming[0].start()
        coming[0].join(timeout=30)
        assert not coming[0].is_alive()
    assert told(sven, "80D") == {"Canon Canon EOS 80D": 1}


@pytest.mark.parametrize("is_counted", [True, False])
def test_what_is_hidden_is_not_read_and_of_what_is_seen_no_more_than_is_counted(
    world: World, ada: Actor, sven: Actor, monkeypatch: pytest.MonkeyPatch, is_counted: bool
) -> None:
    monkeypatch.setattr(instruments, "COUNTED_MAX", 100)
    monkeypatch.setattr(instruments, "PLACED_MAX", 20)
    world.empty(to_the_file=True)
    ada, sven = world.officer("ada", member="NO"), world.officer("sven", member="SE")
    carry(sven, CANON, handling(sven, Audience.UNIT), 3_000)
    carry(ada, NIKON, handling(ada), 2_000)
    carry(ada, CANON, handling(ada), 20)
    if is_counted:
        with connected(**world.facts.as_owner()) as owner:
            owner.execute("analyze media, cameras")
    for text, media, is_more, most in (("80D", 20, False, 60), ("D750", 100, True, 160)):
        with acting_as(ada) as session:
            before = rows_read(session)
            (one,) = searching.search(session, text).items
            assert one.carried is not None
            assert (one.carried.media, one.carried.is_more) == (media, is_more)
            read = {table: rows - before[table] for table, rows in rows_read(session).items()}
        assert 0 < read["media"] <= most, read
        assert read["cameras"] <= 10, read


def test_a_search_for_cameras_goes_on_behind_the_last_that_was_looked_at(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT_PER_PAGE_MAX", 3)
    for number in range(8):
        carry(ada, {"camera_model": f"Tram {number}" if number % 2 else f"Quay {number}"}, handling(ada), 1)
    seen, after = [], None
    while True:
        with acting_as(ada) as session:
            page = searching.search(session, "tram", after=after)
        seen += [one.label for one in page.items]
        after = page.next
        if after is None:
            break
    assert sorted(seen) == ["Tram 1", "Tram 3", "Tram 5", "Tram 7"]


def test_the_page_leads_to_the_media_of_a_camera_in_cases_and_series(world: World, ada: Actor, sven: Actor) -> None:
    mine = found(world, ada, "NO/1", path=b"a.jpg", **CANON)
    found(world, ada, "NO/1", path=b"b.jpg", **NIKON)
    theirs = found(world, sven, "SE-1", **CANON)
    world.series(sven, "Quays", [theirs])
    client = signed_in("ada")
    place = client.post("/search/", {"q": "80d"}).headers["Location"]
    with CaptureQueriesContext(connection) as asked:
        page = client.get(place).content.decode()
    assert len(asked) <= QUERIES_MAX
    assert "2 media" in page
    assert "SE-1" not in page
    with acting_as(ada) as session:
        (one,) = searching.search(session, "80D").items
        assert len(session.acts) == 1
    assert one.carried is not None
    assert [(place.is_case, place.reference) for place in one.carried.places][:1] == [(True, "NO/1")]
    series = one.carried.places[1].reference
    for start in ("/cases/NO~2F1/media/?", f"/series/{series}/media/?"):
        (address,) = {part.split('"')[0].replace("&amp;", "&") for part in page.split('href="') if part.startswith(start)}
        answer = client.get(address.replace("/media/?", "/media/page?"))
        digests = {item["id"] for item in answer.json()["items"]}
        assert len(digests) == 1, address
        assert client.get(address).status_code == 200
    assert digests != {""}
    api = json.loads(client.post("/api/search", json.dumps({"q": "80d"}), content_type="application/json").content)
    (line,) = api["items"]
    assert (line["kind"], line["carried"]["media"], line["carried"]["is_more"]) == ("camera-model", 2, False)
    assert line["carried"]["places"] == [
        {"kind": "case", "reference": "NO/1", "unit": ada.unit}, {"kind": "series", "reference": series, "unit": sven.unit},
    ]  # fmt: skip
    some = client.get("/api/cases/media", {"case": "NO/1", "camera": line["carried"]["token"]}).json()["items"]
    assert [item["id"] for item in some] == [str(mine)]


def test_a_lens_is_found_by_its_serial_number(world: World, ada: Actor) -> None:
    found(world, ada, "NO-1", lens_serial="0000c7a9", camera_serial="0012004471")
    with acting_as(ada) as session:
        assert [one.kind for one in searching.search(session, "0000C7A9").items] == [Kind.CAMERA]
