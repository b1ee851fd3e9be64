"""Officers go through media: previews for whom they are shared with, pages, marks that are undone, and nothing of others."""

import hashlib
import json
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections
from django.test import Client

from clew.actions import browsing, categorising, gathering, marking, previewing, reporting, sequencing, spotting
from clew.actions.browsing import Lack, Wanted
from clew.actions.marking import Relevance
from clew.actions.previewing import Shown
from clew.domain.clue import ClueKind, Said
from clew.domain.errors import Invalid, NotVisible, Unavailable
from clew.domain.handling import EVERY_USE, Actor, Audience, Handling, Use, handled, may_see
from clew.domain.officer import Role
from clew.domain.sign_in import FRESH_MAX
from clew.domain.triage import Answer
from clew.media.preview import PREVIEW_BYTES
from clew.records import audit, cameras, case_stacks, cases, grids, previews, sealed, series
from clew.records.session import acting_as
from tests.scenario.test_shredding import shred
from tests.scenario.test_viewing import SHORT, another_sequencer_that_hangs
from tests.world.clients import shown_ago, signed_in
from tests.world.commands import clew
from tests.world.office import Office
from tests.world.world import World, handling

CASE = "CASE-1"
QUERIES_MAX = 12
RECEIPT_QUERIES_MAX = 14


def page(of: Actor, **more: object) -> browsing.Page:
    with acting_as(of) as session:
        return browsing.of_case(session, CASE, **{"wanted": Wanted(), **more})  # type: ignore[arg-type]


def ids(of: Actor, **more: object) -> list[UUID]:
    return [item.medium.id for item in page(of, **more).items]


def shown(of: Actor, media: list[UUID], **more: float) -> dict[UUID, Shown]:
    """Previews behind an act of their own."""
    with acting_as(of) as session:
        act = audit.append(session, "grid.read", "")
    return previewing.of(of, media, act, **more)


def said(of: Actor) -> list[Relevance | None]:
    return [item.medium.mark for item in page(of).items]


def mark(of: Actor, names: list[bytes], word: Relevance) -> UUID:
    with acting_as(of) as session:
        return marking.mark(session, names, word)


def undo(of: Actor, act: UUID) -> int:
    with acting_as(of) as session:
        return marking.undo(session, act)


def test_an_intake_that_keeps_bytes_keeps_a_preview_of_each_medium(office: Office, ada: Actor, seized: Path) -> None:
    office.intake(ada, seized)
    made = shown(ada, ids(ada))
    assert len(made) == 5
    assert {len(one.still) for one in made.values()} == {PREVIEW_BYTES}
    with acting_as(ada, Use.PREVIEW) as session, session.cursor() as cursor:
        cursor.execute("select content from previews")
        for (content,) in cursor:
            assert not any(one.still in bytes(content) for one in made.values())


def test_an_intake_of_fingerprints_alone_keeps_none_and_the_page_says_so(
    office: Office, ada: Actor, seized: Path
) -> None:
    office.intake(ada, seized, keeps_bytes=False)
    found = page(ada).items
    assert shown(ada, [item.medium.id for item in found]) == {}
    assert {browsing.lack_of(item.medium, ada) for item in found} == {Lack.FINGERPRINTS_ONLY}


def test_the_same_medium_in_another_case_has_a_preview_there_too_and_outlives_the_first(
    office: Office, world: World, ada: Actor, seized: Path
) -> None:
    office.intake(ada, seized)
    office.intake(ada, seized, "CASE-2")
    media = ids(ada)
    before = shown(ada, media)
    rolf = world.officer("rolf")
    shred(office, ada, rolf, CASE)
    assert shown(ada, media) == before
    shred(office, ada, rolf, "CASE-2")
    assert shown(ada, media) == {}
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from previews")
        assert cursor.fetchone() == (0,)


def handlings(of: Actor, chance: random.Random) -> list[Handling]:
    uses = (Use.FACTS, Use.FACTS | Use.PREVIEW, Use.PREVIEW, Use.ORIGINAL, EVERY_USE)
    given = [
        handling(of, audience, uses=use, members=["SE"] if audience is Audience.MEMBERS else (), excluded=excluded)
        for audience in Audience
        for use in uses
        for excluded in ((), ("DK",))
    ]
    return chance.sample(given, 24)


def test_a_preview_is_seen_by_exactly_whom_its_medium_is_shared_with_for_that(world: World, ada: Actor) -> None:
    """PostgreSQL's word and that of `may_see`, for every use of a transaction."""
    viewers = [
        ada, world.officer("otto", member="NO", unit="OTHER"), world.officer("sven", member="SE"),
        world.officer("dora", member="DK"),
    ]  # fmt: skip
    world.exhibit(ada)
    put = {}
    for cover in handlings(ada, random.Random(5)):
        with acting_as(ada) as session, session.cursor() as cursor:
            case_id = cases.find(session, CASE)
            columns = {"owner_member": "NO", "owner_unit": ada.unit, "audience": cover.circles}
            medium, name = uuid4(), uuid4().bytes * 2
            cursor.execute(
                "insert into media (id, name, sha256, kind, verdict, owner_member, owner_unit, audience, members, excluded)"
                " values (%s, %s, %s, 'image', 1, %s, %s, %s, %s, %s)",
                [medium, name, name, *columns.values(), sorted(cover.members), sorted(cover.excluded)],
            )
            cursor.execute("insert into medium_keys values (%s, %s, 'NO', %s, %s)", [medium, case_id, name, name])
            previews.add(session, case_id, {medium: (name, b"x" * 84)})
        put[medium] = cover
    for viewer in viewers:
        for use in Use:
            with acting_as(viewer, use) as session, session.cursor() as cursor:
                cursor.execute("select medium_id from previews")
                found = {row[0] for row in cursor}
            is_of_the_unit = (viewer.member, viewer.unit) == (ada.member, ada.unit)
            wanted = {one for one, cover in put.items() if may_see(viewer, cover, Use.PREVIEW)}
            assert found == (wanted if use is Use.PREVIEW or is_of_the_unit else set())
        with acting_as(viewer, Use.PREVIEW) as session:
            assert {one.medium_id for one in previews.of(session, list(put))} == wanted
    with acting_as(ada) as session, pytest.raises(ValueError, match="transaction for previews"):
        previews.of(session, list(put))


def test_what_was_taken_in_before_gets_its_preview_later_and_what_is_stopped_goes_on(
    office: Office, ada: Actor, seized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.intake(ada, seized)
    media = ids(ada)
    made = shown(ada, media)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update previews set content = null, is_waiting = true")
    assert {browsing.lack_of(item.medium, ada) for item in page(ada).items} == {Lack.NOT_MADE_YET}
    monkeypatch.setattr(previewing, "MADE_AT_ONCE", 2)
    monkeypatch.setattr(previewing, "CHUNKS_PER_RUN_MAX", 1)
    runs = 0
    while shown(ada, media) != made:
        runs += 1
        assert previewing.make_lacking(office.workplace) <= 2
        assert runs < 40
    assert runs >= 3
    assert previewing.make_lacking(office.workplace) == 0


def test_what_is_under_examination_shows_no_preview(office: Office, ada: Actor, seized: Path) -> None:
    office.intake(ada, seized)
    media = ids(ada)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute(
            "update media set audience = 0, members = '{}', excluded = '{(blocked)}' where id = %s", [media[0]]
        )
    assert shown(ada, media).keys() == {*media[1:]}
    assert browsing.lack_of(page(ada).items[0].medium, ada) is Lack.EXAMINED


def test_pages_follow_one_another_and_hold_each_medium_once(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browsing, "CONSIDERED_MAX", 2)
    media = [world.medium(ada) for _ in range(5)]
    for medium in media:
        world.occurrence(ada, medium)
        world.occurrence(ada, medium, exhibit="PHONE-2")
    found, after = [], None
    for _ in range(10):
        part = page(ada, after=after)
        found += [item.medium.id for item in part.items]
        after = part.next
        if after is None:
            break
    assert found == media
    with pytest.raises(Invalid):
        page(ada, after="nowhere")


def test_what_is_known_is_folded_away_and_what_is_decided_leaves(world: World, ada: Actor) -> None:
    listed, seen, new = (world.medium(ada, content=name) for name in (b"listed", b"seen", b"new"))
    world.occurrence(ada, seen, "CASE-0")
    for medium in (listed, seen, new):
        world.occurrence(ada, medium)
    assert ids(ada) == [listed, new]
    assert ids(ada, answers={Answer.KNOWN}) == [seen]
    name = page(ada, answers={Answer.NEW}).items[0].medium.name
    mark(ada, [name], Relevance.RELEVANT)
    assert len(ids(ada, wanted=Wanted(is_undecided=True))) == 1
    assert len(ids(ada)) == 2


def test_a_case_that_is_hidden_and_one_that_never_was_are_one_answer(world: World, ada: Actor, sven: Actor) -> None:
    world.occurrence(ada, world.medium(ada))
    told = set()
    for case in (CASE, "CASE-9"):
        with acting_as(sven) as session, pytest.raises(NotVisible) as refused:
            browsing.of_case(session, case, wanted=Wanted())
        told.add(str(refused.value))
    assert len(told) == 1


def test_marks_are_the_units_own_and_what_was_said_before_holds_again_once_one_is_undone(
    world: World, ada: Actor, sven: Actor
) -> None:
    medium = world.medium(ada)
    world.occurrence(ada, medium)
    name = page(ada).items[0].medium.name
    rolf = world.officer("rolf", member="NO")
    first = mark(ada, [name], Relevance.RELEVANT)
    second = mark(rolf, [name], Relevance.NOT_RELEVANT)
    assert said(ada) == said(rolf) == [Relevance.NOT_RELEVANT]
    with pytest.raises(NotVisible):
        undo(ada, second)
    assert undo(rolf, second) == 1
    assert said(ada) == [Relevance.RELEVANT]
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from marks")
        assert cursor.fetchone() == (0,)
    assert undo(ada, first) == 1
    assert said(ada) == [None]
    with pytest.raises(NotVisible):
        undo(ada, first)


def test_a_set_of_media_is_marked_by_one_act_and_a_hidden_one_is_refused_as_one_that_never_was(
    world: World, ada: Actor, sven: Actor
) -> None:
    for _ in range(3):
        world.occurrence(ada, world.medium(ada))
    hidden = world.medium(sven, Audience.UNIT, content=b"hidden")
    names = [item.medium.name for item in page(ada).items]
    act = mark(ada, names, Relevance.NOT_RELEVANT)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select act, counts from acts where id = %s", [act])
        assert cursor.fetchone()[0] == "mark.not-relevant"
        cursor.execute("select name from media where id = %s", [hidden])
        assert cursor.fetchone() is None
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select name from media where id = %s", [hidden])
        of_another = bytes(cursor.fetchone()[0])
    told = set()
    for name in (of_another, b"\0" * 32):
        with pytest.raises(NotVisible) as refused:
            mark(ada, [names[0], name], Relevance.RELEVANT)
        told.add(str(refused.value))
    assert len(told) == 1
    assert undo(ada, act) == 3


def test_a_mark_takes_one_key_and_a_category_a_second_factor_that_is_fresh(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada))
    client: Client = signed_in("ada")
    name = page(ada).items[0].medium.name.hex()
    shown_ago(client, "ada", FRESH_MAX.total_seconds() + 60)
    made = client.post("/marks/relevant/", {"medium": name})
    assert made.json()["media"] == 1
    assert client.post("/marks/undo/", {"act": made.json()["act"]}).json() == {"media": 1}
    for step in ("categorise", "take-back", "again", "put", "take-out"):
        refused = client.post(f"/sorting/{step}/", {"medium": name, "series": "x"})
        assert refused.status_code == 403
        assert "second factor" in refused.json()["refused"]


def test_a_category_takes_whole_stacks_but_nothing_that_is_hidden_or_under_examination_and_no_more_than_an_act_names(
    world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = [world.medium(ada) for _ in range(4)]
    alone = world.medium(ada)
    for medium in (*near, alone):
        world.occurrence(ada, medium)
    with acting_as(ada) as session:
        case_id = cases.find(session, CASE)
        for at, medium in enumerate(near):
            case_stacks.place(session, case_id, {medium: dict.fromkeys(near[:at], 1)})
        stacked, single = (item.medium for item in browsing.of_case(session, CASE, wanted=Wanted()).items)
        assert (stacked.stacked, single.stacked) == (4, 1)
        found = categorising.whole_stacks(session, CASE, [stacked.name, single.name])
        assert (len({*found.names}), found.stacks) == (5, 1)
        assert categorising.whole_stacks(session, CASE, [single.name]) == categorising.Whole(names=(single.name,), stacks=0)
        monkeypatch.setattr(categorising, "MEDIA_NAMED_MAX", 5)
        assert len(categorising.whole_stacks(session, CASE, [stacked.name, single.name]).names) == 5
        monkeypatch.setattr(categorising, "MEDIA_NAMED_MAX", 4)
        with pytest.raises(Invalid):
            categorising.whole_stacks(session, CASE, [stacked.name, single.name])
        session.cursor().execute("update media set excluded = array['(blocked)'] where id = %s", [near[2]])
        assert len(categorising.whole_stacks(session, CASE, [stacked.name]).names) == 3
    with pytest.raises(NotVisible), acting_as(world.officer("sven", member="SE")) as session:
        categorising.whole_stacks(session, CASE, [stacked.name])


def test_media_are_asked_for_by_place_series_and_clue_as_far_as_the_officer_sees_these(
    world: World, ada: Actor, sven: Actor
) -> None:
    plain, placed, gathered, clued, foreign = (world.medium(ada, content=f"a room {n}".encode()) for n in range(5))
    for medium in (plain, placed, gathered, clued, foreign):
        world.occurrence(ada, medium)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set latitude = 59.9, longitude = 10.7 where id = %s", [placed])
    world.series(ada, "harbour", [gathered])
    theirs = world.medium(sven, Audience.UNIT, content=b"a room 4")  # a record that nobody else sees, in a series and with a clue
    world.series(sven, "hidden", [theirs])
    name = hashlib.sha256(b"a room 3").hexdigest()
    with acting_as(ada) as session:
        spotting.add(session, name, Said(kind=ClueKind.SIGN, value="Hotel Aurora"))
    with acting_as(sven) as session:
        cover = handled(owner_member="SE", owner_unit=sven.unit, audience=Audience.UNIT)
        spotting.add(session, hashlib.sha256(b"a room 4").hexdigest(), Said(kind=ClueKind.SIGN, value="x"), cover)
    every = {plain, placed, gathered, clued, foreign}
    for has, found in (("has_place", placed), ("is_in_series", gathered), ("has_clue", clued)):
        for value, wanted in ((True, {found}), (False, every - {found}), (None, every)):
            said = {item.medium.id for item in page(ada, wanted=Wanted(**{has: value}), answers=frozenset(Answer)).items}
            assert said == wanted, (has, value)
    client = signed_in("ada")
    told = client.get(f"/cases/{CASE}/media/page", {"answer": "all", "place": "1"}).json()["items"]
    assert [(item["id"], item["place"]) for item in told] == [(str(placed), True)]
    shown = client.get(f"/cases/{CASE}/media/", {"clue": "0"}).content.decode()
    assert "clue=0" in shown
    assert '<input type="hidden" name="clue" value="0">' in shown
    asked = client.get("/api/cases/media", {"case": CASE, "in_series": "true"}).json()
    assert [item["id"] for item in asked["items"]] == [str(gathered)]


def taken_with(of: Actor, media: list[UUID], make: str | None, model: str | None) -> None:
    texts = sealed.of_member(of.member)
    said = [
        None if words is None else texts.seal(words.encode(), column)
        for words, column in ((make, cameras.MAKE), (model, cameras.MODEL))
    ]
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("update media set camera_make = %s, camera_model = %s where id = any(%s)", [*said, media])


def test_media_are_asked_for_by_one_camera_whose_words_stand_in_no_address(world: World, ada: Actor, sven: Actor) -> None:
    one, same, other, model_alone, none = (world.medium(ada) for _ in range(5))
    for medium in (one, same, other, model_alone, none):
        world.occurrence(ada, medium)
    taken_with(ada, [one, same], "Harbourlens", "Mark II")
    taken_with(ada, [other], "Harbourlens", "Mark III")
    taken_with(ada, [model_alone], None, "Mark II")
    client = signed_in("ada")
    shown = client.get(f"/cases/{CASE}/media/").content.decode()
    offered = dict(re.findall(r'<option value="([\w-]{40,})">(?:<bdi>)?([^<]+)', shown))
    assert sorted(offered.values()) == ["Harbourlens Mark II", "Harbourlens Mark III", "Mark II"]
    by_words = {words: token for token, words in offered.items()}
    for words, found in (("Harbourlens Mark II", {one, same}), ("Harbourlens Mark III", {other}), ("Mark II", {model_alone})):
        token = by_words[words]
        assert "Mark" not in token
        items = client.get(f"/cases/{CASE}/media/page", {"camera": token}).json()["items"]
        assert {item["id"] for item in items} == {str(medium) for medium in found}
        assert {item["taken_with"] for item in items} == {token}
        asked = client.get("/api/cases/media", {"case": CASE, "camera": token}).json()["items"]
        assert {item["id"] for item in asked} == {str(medium) for medium in found}
        assert {item["camera"]["token"] for item in asked} == {token}
        chosen = client.get(f"/cases/{CASE}/media/", {"camera": token}).content.decode()
        assert f'<option value="{token}" selected>' in chosen
    for untrusted in ("x", by_words["Mark II"][:-3], "é", "=" * 5):
        assert client.get(f"/cases/{CASE}/media/page", {"camera": untrusted}).status_code == 400, untrusted
        assert client.get(f"/cases/{CASE}/media/", {"camera": untrusted}).status_code == 400
    # Of a series: what others put there is found by their own seals; a token of another member opens nothing.
    theirs = world.medium(sven)
    taken_with(sven, [theirs], "Harbourlens", "Mark II")
    world.series(sven, "harbour", [theirs])
    with acting_as(sven) as session:
        foreign = browsing.token_of(sven, browsing.Camera(make="Harbourlens", model="Mark II"))
        reference = series.find(session, "harbour").reference
    assert foreign != by_words["Harbourlens Mark II"]
    for token, status, found in ((by_words["Harbourlens Mark II"], 200, [theirs]), (by_words["Mark II"], 200, []), (foreign, 400, [])):
        told = client.get(f"/series/{reference}/media/page", {"camera": token})
        assert told.status_code == status
        assert [item["id"] for item in told.json()["items"]] == [str(medium) for medium in found] if status == 200 else True
    assert "Harbourlens Mark II" in client.get(f"/series/{reference}/media/").content.decode()


def test_cameras_are_offered_from_wherever_in_a_case_they_lie(world: World, ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "SAMPLED_AT", 4)
    monkeypatch.setattr(grids, "SAMPLED_OF_EACH_MAX", 3)
    media = [world.medium(ada) for _ in range(40)]
    for medium in media:
        world.occurrence(ada, medium)
    taken_with(ada, media[:10], "First", None)
    taken_with(ada, media[10:20], "Second", None)
    taken_with(ada, media[20:30], "Third", None)
    with acting_as(ada) as session:
        offered = browsing.open_case(session, CASE, "PHONE-1")
        assert {camera.words for camera in offered.cameras} == {"First", "Second", "Third"}
        assert len(grids.sampled(session, grids.Scope(case_id=cases.find(session, CASE)))) <= 12
        monkeypatch.setattr(cameras, "OFFERED_MAX", 2)
        assert len(browsing.open_case(session, CASE).cameras) == 2


def test_media_are_asked_for_by_one_series_and_a_hidden_one_is_as_one_that_never_was(
    world: World, ada: Actor, sven: Actor
) -> None:
    gathered, merged, elsewhere, plain = (world.medium(ada, content=f"a room {n}".encode()) for n in range(4))
    for medium in (gathered, merged, elsewhere, plain):
        world.occurrence(ada, medium)
    world.series(ada, "harbour", [gathered])
    world.series(ada, "quay", [merged])
    world.series(ada, "tower", [elsewhere])
    theirs = world.medium(sven, Audience.UNIT, content=b"a room 3")
    with acting_as(sven) as session:
        cover = handling(sven, Audience.UNIT)
        series.add_media(session, series.find_or_open(session, "hidden", cover), cover, [theirs])
    with acting_as(ada) as session:
        harbour, quay, tower = (series.find(session, name).reference for name in ("harbour", "quay", "tower"))
        gathering.merge(session, harbour, quay, "the same room")
    with acting_as(sven) as session:
        hidden = series.find(session, "hidden").reference
    client = signed_in("ada")
    address = f"/cases/{CASE}/media/page"
    for named, found in ((harbour, {gathered, merged}), (tower, {elsewhere}), (hidden, set()), ("S-000000001", set()), ("S-1", set())):
        told = client.get(address, {"answer": "all", "series": named}).json()["items"]
        assert {item["id"] for item in told} == {str(medium) for medium in found}, named
        asked = client.get("/api/cases/media", {"case": CASE, "series": named}).json()["items"]
        assert {item["id"] for item in asked} == {str(medium) for medium in found}, named
    pages = {named: client.get(f"/cases/{CASE}/media/", {"reference": named}).content.decode() for named in (hidden, "S-000000001", "the harbour")}
    assert all("There is no such series, or you may not see it." in page for page in pages.values())
    assert "the harbour" not in pages["the harbour"]
    shown = client.get(f"/cases/{CASE}/media/", {"reference": f" {harbour[:5]} {harbour[5:]}"}).content.decode()
    assert f'<option value="{harbour}" selected>' in shown
    assert f"series={harbour}" in shown
    assert f'<option value="{tower}">' in shown, "offered: media of the case lie in it"
    assert hidden not in shown


def noted(monkeypatch: pytest.MonkeyPatch) -> tuple[list[object], list[object]]:
    """Statements from now on: of pages, and on the log's own connection."""
    asked: list[object] = []
    of_the_log: list[object] = []
    execute = psycopg.Cursor.execute

    def counted(cursor: psycopg.Cursor, statement: object, *given: object, **more: object) -> object:
        is_of_the_log = cursor.connection is connections["owner"].connection
        (of_the_log if is_of_the_log else asked).append(statement)
        return execute(cursor, statement, *given, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)
    return asked, of_the_log


def test_no_page_of_the_grid_asks_the_database_more_than_twelve_times(
    office: Office, ada: Actor, seized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its one receipt is of so many statements as it always is, on the log's own connection."""
    office.intake(ada, seized)
    client = signed_in("ada")
    asked, of_the_log = noted(monkeypatch)
    for address, receipts in ((f"/cases/{CASE}/exhibits/PHONE-1/media/page", 1), (f"/cases/{CASE}/media/", 0)):
        asked.clear()
        of_the_log.clear()
        answer = client.get(address)
        assert answer.status_code == 200
        assert len(asked) <= QUERIES_MAX, asked
        assert len(of_the_log) <= receipts * RECEIPT_QUERIES_MAX, of_the_log
        assert bool(of_the_log) == bool(receipts)
    told = client.get(f"/cases/{CASE}/media/page").json()
    assert [len(item["preview"]) for item in told["items"]] == [108] * 5
    assert told["next"] is None


def test_a_page_of_a_series_with_previews_of_anothers_media_asks_no_more_often(
    office: Office, ada: Actor, sven: Actor, seized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shown of whom is one act more, and its receipt is asked for as the page's own is."""
    office.intake(ada, seized, series="harbour", cover=handling(ada, Audience.ALL, uses=EVERY_USE))
    with acting_as(ada) as session:
        reference = series.find(session, "harbour").reference
    client = signed_in("sven")
    asked, of_the_log = noted(monkeypatch)
    told = client.get(f"/series/{reference}/media/page").json()
    assert len([item for item in told["items"] if item.get("preview")]) == 5
    assert len(asked) <= QUERIES_MAX, asked
    assert 0 < len(of_the_log) <= 2 * RECEIPT_QUERIES_MAX


def test_while_the_sequencer_stands_still_no_preview_is_shown(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the own unit's nor those of another member's media that it may preview; and no key is asked for."""
    office.intake(ada, seized, cover=handling(ada, Audience.ALL, uses=EVERY_USE))
    media, made = ids(ada), shown(ada, ids(ada))
    assert shown(sven, media) == made
    assert len(made) == 5
    opened: list[object] = []
    unsealed = previews.unsealed
    monkeypatch.setattr(previews, "unsealed", lambda lying: opened.append(lying) or unsealed(lying))
    client = signed_in("ada")
    with another_sequencer_that_hangs(world):
        for who in (ada, sven):
            with pytest.raises(Unavailable, match="nothing is shown"):
                shown(who, media, within_seconds=SHORT)
        monkeypatch.setattr(sequencing, "receipt", _at_once(sequencing.receipt))
        refused = client.get(f"/cases/{CASE}/media/page")
        assert refused.status_code == 503
        assert b"preview" not in refused.content
    assert opened == []
    assert shown(sven, media) == made


def test_previews_of_another_members_media_are_on_record_as_previewed_and_counted_so(
    office: Office, world: World, ada: Actor, sven: Actor, seized: Path
) -> None:
    """What is own, and what may be known of but not previewed, is no preview of anybody's."""
    office.intake(ada, seized, cover=handling(ada, Audience.ALL, uses=Use.FACTS | Use.PREVIEW))
    media = ids(ada)
    owner = world.officer("tove", role=Role.AUDITOR)
    year = datetime.now(UTC).year

    def previewed() -> dict[str, int]:
        (accesses,) = (one for one in reporting.annual(owner, year).sections if one.name == "accesses")
        return next(dict(one.parts) for one in accesses.figures if one.name == "preview")

    assert len(shown(ada, media)) == 5
    assert previewed() == {}
    assert len(shown(sven, media)) == 5
    assert previewed() == {"SE": 1}
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("update media set audience = %s", [handling(ada, uses=Use.FACTS | Use.ORIGINAL).circles])
    assert shown(sven, media) == {}
    assert previewed() == {"SE": 1}


def _at_once(receipt: Callable[..., object]) -> Callable[..., object]:
    """The same, for somebody who waits no longer than a test."""
    return lambda act, **_: receipt(act, within_seconds=SHORT)


def test_what_the_page_does_programs_and_commands_do_too(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada))
    name = page(ada).items[0].medium.name.hex()
    program = signed_in("ada")
    told = program.get("/api/cases/media", {"case": CASE}).json()
    assert [(item["name"], item["mark"], item["answer"]) for item in told["items"]] == [(name, None, "new")]
    act = json.loads(clew("mark", "relevant", name, "--as", "ada", "--json").out)["act"]
    assert said(ada) == [Relevance.RELEVANT]
    sent = {"content_type": "application/json", "HTTP_IDEMPOTENCY_KEY": str(uuid4())}
    made = program.post("/api/marks", json.dumps({"media": [name], "said": "not-relevant"}), **sent)
    assert made.status_code == 200, made.content
    assert said(ada) == [Relevance.NOT_RELEVANT]
    assert clew("mark", "undo", made.json()["act"], "--as", "ada").code == 0
    assert said(ada) == [Relevance.RELEVANT]
    assert clew("mark", "undo", act, "--as", "ada").code == 0
    assert clew("mark", "undo", act, "--as", "ada").code == 1
    assert said(ada) == [None]
