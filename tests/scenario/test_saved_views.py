"""Saved views: a filter of media under a name, the officer's own, kept and deleted on pages, by commands and programs."""

import json
import re
from uuid import UUID

import pytest

from clew.actions import browsing, remembering
from clew.actions.remembering import Filter
from clew.domain import saved_view
from clew.domain.camera import Camera
from clew.domain.errors import Invalid, NotVisible
from clew.domain.handling import Actor
from clew.domain.medium import MediumKind
from clew.domain.triage import Answer
from clew.records import series
from clew.records.session import acting_as
from tests.world.clients import signed_in
from tests.world.commands import clew
from tests.world.world import World, superuser


def keep(by: Actor, name: str, what: Filter = Filter()) -> UUID:  # noqa: B008 (it never changes)
    with acting_as(by) as session:
        return remembering.keep(session, name, what)


def kept(by: Actor) -> list[tuple[str, Filter]]:
    with acting_as(by) as session:
        return [(one.name, one.filter) for one in remembering.look(session)]


def test_a_view_is_the_officers_own_and_its_name_lies_sealed(world: World, ada: Actor) -> None:
    noor = world.officer("noor", member="NO")
    films = Filter(answer=Answer.NEW, kind=MediumKind.VIDEO, is_undecided=False)
    made = keep(ada, " films of the harbour ", films)
    assert kept(ada) == [("films of the harbour", films)]
    assert kept(noor) == []
    with acting_as(noor) as session, pytest.raises(NotVisible):
        remembering.delete(session, made)
    with superuser(world.facts) as connection:
        assert b"harbour" not in str(connection.execute("select * from saved_views").fetchall()).encode()
    with acting_as(ada) as session:
        remembering.delete(session, made)
    assert kept(ada) == []


@pytest.mark.parametrize("kind", MediumKind)
def test_a_view_may_be_of_media_of_every_kind(ada: Actor, kind: MediumKind) -> None:
    keep(ada, "some", Filter(kind=kind))
    assert kept(ada) == [("some", Filter(kind=kind))]


def test_a_name_is_kept_once_and_so_many_at_most(ada: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_view, "VIEWS_MAX", 2)
    keep(ada, "one")
    with pytest.raises(Invalid, match="of this name"):
        keep(ada, "one")
    keep(ada, "two")
    with pytest.raises(Invalid, match="delete one first"):
        keep(ada, "three")


def test_pages_of_media_show_the_views_and_programs_and_commands_know_them(world: World, ada: Actor) -> None:
    world.occurrence(ada, world.medium(ada), "NO-1")
    client, page = signed_in("ada"), "/cases/NO-1/media/"
    form = {"name": "new films", "answer": "new", "kind": "video", "undecided": "0", "back": page}
    answer = client.post("/views/keep/", form)
    assert (answer.status_code, answer["Location"]) == (302, page)
    shown = client.get(page).content.decode()
    assert 'href="?answer=new&amp;kind=video&amp;undecided=0"' in shown
    assert "you find this view on every page of media" in shown
    assert client.post("/views/keep/", {**form, "back": "//elsewhere.example/"})["Location"] == "/"
    (one,) = client.get("/api/views").json()["items"]
    assert (one["name"], one["answer"], one["kind"], one["is_undecided"]) == ("new films", "new", "video", False)
    (told,) = json.loads(clew("view", "list", "--as", "ada", "--json").out)["views"]
    assert told["view"] == one["id"]
    clew("view", "keep", "all of it", "--every", "--decided", "--as", "ada")
    assert kept(ada)[1] == ("all of it", Filter(is_every=True, is_undecided=False))
    assert client.post("/views/delete/", {"view": one["id"], "back": page}).status_code == 302
    shown = client.get(page).content.decode()
    again = dict(re.findall(r'<input type="hidden" name="(name|answer|kind|undecided)" value="([^"]*)">', shown.partition("Keep it again")[0]))
    assert again == {"name": "new films", "answer": "new", "kind": "video", "undecided": "0"}
    assert "Keep it again" not in client.get(page).content.decode()
    client.post("/views/keep/", {**again, "back": page})
    assert kept(ada)[1] == ("new films", Filter(answer=Answer.NEW, kind=MediumKind.VIDEO, is_undecided=False))
    one = client.get("/api/views").json()["items"][1]
    client.post("/views/delete/", {"view": one["id"], "back": page})
    gone = client.post("/views/delete/", {"view": one["id"], "back": page})
    assert (gone.status_code, gone.content) == (404, client.post("/views/delete/", {"view": "x"}).content)
    assert [name for name, _ in kept(ada)] == ["all of it"]


def test_a_view_keeps_all_that_a_page_may_be_narrowed_to_and_the_camera_lies_sealed(world: World, ada: Actor) -> None:
    medium = world.medium(ada)
    world.occurrence(ada, medium, "NO-1")
    world.series(ada, "harbour", [medium])
    with acting_as(ada) as session:
        reference = series.find(session, "harbour").reference
        camera = Camera(make="Harbourlens", model="Mark II")
        token = browsing.token_of(session.actor, camera)
    what = Filter(has_place=True, has_clue=False, series=reference, camera=camera)
    client, page = signed_in("ada"), "/cases/NO-1/media/"
    form = {
        "name": "of that boat", "undecided": "1", "place": "1", "clue": "0", "series": reference, "camera": token, "back": page,
    }
    assert client.post("/views/keep/", form).status_code == 302
    assert kept(ada) == [("of that boat", what)]
    with superuser(world.facts) as connection:
        assert b"arbourlens" not in str(connection.execute("select * from saved_views").fetchall()).encode()
    query = f"?answer=&kind=&undecided=1&place=1&clue=0&series={reference}&camera={token}"
    shown = client.get(page + query).content.decode()
    assert f'href="{query.replace("&", "&amp;")}" aria-current="true"' in shown
    (one,) = client.get("/api/views").json()["items"]
    assert (one["series"], one["camera"]["token"], one["has_place"], one["in_series"], one["has_clue"]) == (
        reference, token, True, None, False,
    )  # fmt: skip
    (told,) = json.loads(clew("view", "list", "--as", "ada", "--json").out)["views"]
    assert told["camera"] == {"make": "Harbourlens", "model": "Mark II"}
    clew(
        "view", "keep", "the same", "--place", "--no-clue", "--series", reference, "--camera-make", "Harbourlens",
        "--camera-model", "Mark II", "--as", "ada",
    )  # fmt: skip
    assert kept(ada)[1] == ("the same", what)
    client.post("/views/delete/", {"view": one["id"], "back": page})
    again = client.get(page).content.decode().partition("Keep it again")[0]
    assert f'name="camera" value="{token}"' in again
    assert f'name="series" value="{reference}"' in again
    for wrong in ({"series": "harbour"}, {"series": "S-000000000"}, {"series": "S-000000001"}, {"camera": "x"}, {"camera": token[:-2]}):
        client.post("/views/keep/", {**form, "name": "no", **wrong})
    assert [name for name, _ in kept(ada)] == ["the same"]


def test_one_series_and_any_or_none_are_two_filters() -> None:
    with pytest.raises(Invalid, match="two filters"):
        Filter(series="S-000000001", is_in_series=True)
    with pytest.raises(Invalid, match="by its reference"):
        Filter(series="harbour")
