"""Reveal budgets: who gives them, what counts, and that nothing opens beyond, however many ask at one moment."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connections
from django.test import Client

from clew.actions import auditing, budgeting, cropping, releasing
from clew.actions.auditing import Wanted
from clew.actions.cropping import Box, Piece
from clew.cli.drawing import landscape, room
from clew.domain import reveal_budget
from clew.domain.errors import NotVisible, SecondPersonNeeded, StepRefused
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.domain.reveal_budget import SHIPPED, OverBudget, RevealBudget
from clew.domain.suspension import Level, Scope
from clew.records import reveal_budgets
from clew.records.session import acting_as
from tests.end_to_end.test_queries_of_pages import QUERIES_MAX, counted
from tests.world.clients import shown_ago, signed_in
from tests.world.commands import clew
from tests.world.meanwhile import while_open
from tests.world.office import Office, cutter_of, unit_only
from tests.world.shown import CASE, PURPOSE, eyes_of, looking, revealed
from tests.world.world import World

TWO = RevealBudget(hourly=2, daily=3)


@pytest.fixture
def open_office(office: Office) -> Iterator[Office]:
    with eyes_of(office):
        yield office


@pytest.fixture
def anna(world: World) -> Actor:
    return world.officer("anna", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)


def of(level: Level, name: str | None = None) -> Scope:
    return Scope(
        level=level, member="NO", unit=name if level is Level.UNIT else None,
        officer=name if level is Level.OFFICER else None,
    )  # fmt: skip


def give(by: Actor, scope: Scope, budget: RevealBudget = TWO) -> None:
    with acting_as(by) as session:
        budgeting.give(session, scope, budget, "A trial.")


def end(by: Actor, scope: Scope) -> None:
    with acting_as(by) as session:
        budgeting.end(session, scope, "It is over.")


def left(of: Actor) -> tuple[int, int]:
    with acting_as(of) as session:
        found = budgeting.own(session)
        return found.hourly, found.daily


def subjects(of: Actor, act: str) -> list[str]:
    with acting_as(of) as session:
        return [one.subject for one in auditing.acts_of(session, Wanted(act=act)).items]


def several(office: Office, actor: Actor, at: Path, count: int) -> list[UUID]:
    """So many drawn landscapes in the actor's case: their identifiers."""
    (at / "seized").mkdir()
    for number in range(count):
        landscape(number + 1, (64, 48)).save(at / "seized" / f"{number}.jpg")
    office.intake(actor, at / "seized")
    with acting_as(actor) as session, session.cursor() as cursor:
        cursor.execute("select id from media order by id")
        return [row[0] for row in cursor]


def in_a_thread(client: Client, medium: UUID) -> dict[str, Any]:
    try:
        return revealed(client, medium)
    finally:
        connections.close_all()


def pass_time(world: World, interval: str) -> None:
    """All acts were done by so much earlier."""
    with psycopg.connect(**world.facts.as_superuser() | {"dbname": world.facts.database}, autocommit=True) as owner:
        owner.execute(f"set session_replication_role = replica; update acts set at = at - interval '{interval}'")


def test_beyond_the_budget_nothing_opens_until_its_window_has_passed(
    open_office: Office, world: World, ada: Actor, anna: Actor, tmp_path: Path
) -> None:
    """Several at one moment for the last of it: one has it. What was revealed opens again; a colleague is not touched."""
    give(anna, of(Level.OFFICER, "ada"))
    first, *others = several(open_office, ada, tmp_path, 5)
    clients = [looking("ada") for _ in others]
    found = revealed(clients[0], first)
    assert (found["status"], found["left"]) == (200, "Left to reveal: 1 within the hour, 2 within the day.")
    with ThreadPoolExecutor(len(others)) as threads:
        answers = list(threads.map(in_a_thread, clients, others))
    assert sorted(one["status"] for one in answers) == [200, 409, 409, 409]
    refused = next(one for one in answers if one["status"] == 409)
    assert "(2 different media an hour, 3 a day) is used up until" in refused["refused"]
    assert "address" not in refused
    assert len(subjects(ada, "medium.reveal")) == 2
    kept_back = subjects(ada, "medium.over_budget")
    assert sorted(kept_back) == sorted(str(one) for one, said in zip(others, answers, strict=True) if said["status"] == 409)
    third, fourth, _ = map(UUID, kept_back)
    assert revealed(clients[0], first)["status"] == 200
    world.officer("bo", member="NO")
    assert revealed(looking("bo"), third)["status"] == 200
    check_told(clients[0], first, fourth, ada, anna)
    pass_time(world, "61 minutes")
    assert revealed(clients[0], third)["status"] == 200
    assert revealed(clients[0], fourth)["status"] == 409
    pass_time(world, "23 hours")
    assert revealed(clients[0], fourth)["status"] == 200


def test_of_two_who_ask_for_the_last_of_a_budget_the_later_waits_and_is_refused(
    world: World, ada: Actor, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first has counted and has nothing on record yet when the second comes."""
    give(anna, of(Level.OFFICER, "ada"), RevealBudget(hourly=1, daily=1))
    granted = []

    def spend() -> None:
        with acting_as(ada) as session:
            spent = budgeting.spend(session, "medium.reveal", str(uuid4()), purpose=PURPOSE, case=CASE, owner="NO")
        granted.append(spent.refusal is None)

    with while_open(monkeypatch, world, spend, at=(reveal_budget, "wait_seconds")) as meanwhile:
        spend()
    assert meanwhile.had_to_wait
    assert granted == [True, False]


def test_of_two_administrators_at_once_the_later_replaces_what_the_first_gave(
    world: World, ada: Actor, anna: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bert = world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    scope = of(Level.OFFICER, "ada")
    with while_open(monkeypatch, world, lambda: give(bert, scope), at=(reveal_budgets, "give")) as meanwhile:
        give(anna, scope, RevealBudget(hourly=7, daily=8))
    assert meanwhile.had_to_wait
    assert left(ada) == (TWO.hourly, TWO.daily)


def check_told(client: Client, first: UUID, other: UUID, ada: Actor, anna: Actor) -> None:
    """Whoever is beyond the budget is told so where they look, on their own page, by the API and by a command."""
    with counted() as sent:
        page = client.get(f"/media/{first}/")
    assert "Left to reveal: 0 within the hour, 1 within the day." in page.content.decode()
    assert len(sent) <= QUERIES_MAX
    mine = client.get("/account/keys/").content.decode()
    assert "0 within the hour, 1 within the day. <span" in mine
    assert "Of 2 different media an hour and 3 a day" in mine
    asked = {"look": "clear", "purpose": PURPOSE, "case": CASE}
    answer = client.post(f"/api/media/{other}/reveal", asked, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert "is used up until" in answer.json()["detail"]
    assert 3_000 < int(answer["Retry-After"]) <= 3_600
    again = client.post(f"/api/media/{first}/reveal", asked, content_type="application/json").json()
    assert (again["left"]["hourly_left"], again["left"]["daily_left"]) == (0, 1)
    left = client.get("/api/reveal-budget").json()
    assert (left["hourly"], left["daily"], left["hourly_left"], left["daily_left"]) == (2, 3, 0, 1)
    said = json.loads(clew("budget", "show", "--as", "ada", "--json").out)
    assert said | {"wait_seconds": 0} == left | {"wait_seconds": 0}
    (refused,) = json.loads(clew("budget", "list", "--as", "anna", "--json").out)["refused"]
    assert (refused["officer"], refused["times"]) == ("ada", len(subjects(ada, "medium.over_budget")))


def test_an_administrator_gives_and_ends_budgets_on_the_page_after_a_fresh_sign_in(
    world: World, ada: Actor, anna: Actor
) -> None:
    given = {"whom": "unit:VICTIM-ID", "hourly": "20", "daily": "30", "reason": "A trial."}
    client, hers = signed_in("anna"), signed_in("ada")
    shown_ago(client, "anna", 3600)
    assert client.post("/administration/budgets/give/", given)["Location"].startswith("/account/again/")
    shown_ago(client, "anna", 0)
    said = client.post("/administration/budgets/give/", given, follow=True).content.decode()
    assert "The reveal budget is given: it holds from the next reveal on." in said
    assert all(words in said for words in ("A trial.", "20 an hour, 30 a day"))
    assert left(ada) == (20, 30)
    for wrong, words in (
        ({"whom": "officer:anna"}, "Your own reveal budget is given by another administrator."),
        ({"whom": "unit:"}, "Say whether an officer, a unit or the member is meant."),
        ({"whom": "member:x"}, "Say whether an officer, a unit or the member is meant."),
        ({"hourly": "many"}, "in digits"), ({"hourly": "0"}, "at least one medium"), ({"hourly": "31"}, "no less a day"),
        ({"daily": "99999"}, "at most 20,000 a day"), ({"reason": " "}, "Say why"),
        ({"whom": "officer:sven"}, "There is no such officer."),
    ):  # fmt: skip
        answer = client.post("/administration/budgets/give/", given | wrong, follow=True)
        told = answer.content.decode()
        assert answer.status_code == 404 if "no such" in words else words in told, wrong
    assert {hers.get("/administration/budgets/").status_code, hers.post("/administration/budgets/give/", given).status_code} == {404}
    assert left(ada) == (20, 30)
    ended = client.post("/administration/budgets/end/", {"whom": "unit:VICTIM-ID", "reason": "Over."}, follow=True)
    assert "None: what is shipped holds for everybody." in ended.content.decode()
    assert left(ada) == (SHIPPED.hourly, SHIPPED.daily)


def test_an_administrator_gives_and_ends_budgets_by_commands(world: World, ada: Actor, anna: Actor) -> None:
    give = ("budget", "give", "--hourly", "20", "--daily", "30", "--reason", "A trial.")
    assert clew(*give, "--officer", "ADA", "--as", "anna").code == 0
    assert clew("budget", "show", "--as", "ada").out == "Left to reveal: 20 of 20 within the hour, 30 of 30 within the day.\n"
    assert "officer  ada  20 an hour, 30 a day  A trial.  given by anna" in clew("budget", "list", "--as", "anna").out
    for words, whose in ((("--officer", "anna"), "anna"), (("--officer", "ada"), "ada"), (("--officer", "ada", "--unit", "ADMIN"), "anna")):
        refused = clew(*give, *words, "--as", whose)
        assert (refused.code, refused.out) == (1, "")
    assert clew("budget", "end", "--officer", "ada", "--reason", "Over.", "--as", "anna").code == 0
    assert left(ada) == (SHIPPED.hourly, SHIPPED.daily)


def test_an_object_counts_and_beyond_the_budget_the_page_says_so_instead_of_showing_it(
    open_office: Office, ada: Actor, anna: Actor, tmp_path: Path
) -> None:
    (tmp_path / "room").mkdir()
    room(1, (640, 480)).save(tmp_path / "room/1.png")
    open_office.intake(ada, tmp_path / "room", "NO-1", cover=unit_only(ada))
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select name from media")
        ((name,),) = cursor.fetchall()
    stated = {"purpose": PURPOSE, "case": CASE}
    crops = [
        cropping.make(cutter_of(open_office), ada, Piece(sha256=bytes(name), box=Box(left=at, top=200, width=300, height=300), words="a plug"), **stated)
        for at in (100, 200, 300)
    ]  # fmt: skip
    assert left(ada) == (SHIPPED.hourly - 1, SHIPPED.daily - 1)  # one medium, however often something is cut out of it
    give(anna, of(Level.OFFICER, "ada"))
    client = signed_in("ada")
    for _ in range(2):
        page = client.post(f"/objects/{crops[0]}/show/", stated).content.decode()
        (address,) = re.findall(r'src="(/objects/seen/[^"]+)"', page)
        assert client.get(address)["Content-Type"] == "image/png"
    refused = client.post(f"/objects/{crops[1]}/show/", stated, follow=True)
    assert "is used up until" in refused.content.decode()
    assert "/objects/seen/" not in refused.content.decode()
    said = clew("crop", "show", str(crops[2]), "--to", str(tmp_path / "piece.png"), "--as", "ada", "--purpose", PURPOSE, "--case", CASE)
    assert (said.code, said.out) == (1, "")
    assert "is used up until" in said.err
    assert not (tmp_path / "piece.png").exists()
    assert subjects(ada, "crop.over_budget") == [str(crops[2]), str(crops[1])]
    assert subjects(ada, "crop.show") == [str(crops[0])] * 2


def test_the_nearest_budget_holds_from_the_next_reveal_on(world: World, ada: Actor, anna: Actor) -> None:
    bo = world.officer("bo", unit="FORENSICS")
    assert left(ada) == (SHIPPED.hourly, SHIPPED.daily)
    give(anna, of(Level.MEMBER), RevealBudget(hourly=50, daily=60))
    give(anna, of(Level.UNIT, "VICTIM-ID"), RevealBudget(hourly=700, daily=800))
    assert (left(ada), left(bo)) == ((700, 800), (50, 60))
    give(anna, of(Level.OFFICER, "ada"))
    give(anna, of(Level.OFFICER, "ada"), RevealBudget(hourly=4, daily=5))
    assert left(ada) == (4, 5)
    end(anna, of(Level.OFFICER, "ada"))
    assert left(ada) == (700, 800)
    with acting_as(anna) as session:
        lines = [(one.scope.level, one.budget.hourly, one.reason, one.given_by) for one in budgeting.in_force(session)]
    assert lines == [(Level.MEMBER, 50, "A trial.", "anna"), (Level.UNIT, 700, "A trial.", "anna")]
    with acting_as(anna) as session, session.cursor() as cursor:
        cursor.execute("select reason, coalesce(end_reason, 'sealed:') from reveal_budgets where member = 'NO'")
        kept = cursor.fetchall()
    assert len(kept) == 4
    assert all(word.startswith("sealed:") for row in kept for word in row)
    assert [len(subjects(anna, f"reveal_budget.{word}")) for word in ("member", "unit", "officer", "end")] == [1, 1, 2, 1]


def test_nobody_gives_themselves_a_budget_or_widens_it_by_that_of_all(world: World, ada: Actor, anna: Actor) -> None:
    bert = world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    for scope in (of(Level.OFFICER, "anna"), of(Level.UNIT, "ADMIN"), of(Level.MEMBER)):
        with pytest.raises(SecondPersonNeeded):
            give(anna, scope, RevealBudget(hourly=700, daily=3_000))
    give(anna, of(Level.MEMBER))
    with pytest.raises(SecondPersonNeeded):
        end(bert, of(Level.MEMBER))
    give(bert, of(Level.OFFICER, "anna"), RevealBudget(hourly=1, daily=1))
    end(anna, of(Level.MEMBER))
    assert (left(anna), left(bert)) == ((1, 1), (SHIPPED.hourly, SHIPPED.daily))
    with acting_as(anna) as session, session.cursor() as cursor:
        cursor.execute("update reveal_budgets set ended_by = 'anna', ended_at = now() where officer = 'anna'")
        assert cursor.rowcount == 0
    with pytest.raises(StepRefused):
        give(ada, of(Level.OFFICER, "bert"))
    for absent in (of(Level.OFFICER, "nobody"), of(Level.UNIT, "NOWHERE"), Scope(level=Level.MEMBER, member="SE")):
        with pytest.raises(NotVisible):
            give(anna, absent)
    with pytest.raises(NotVisible):
        end(anna, of(Level.OFFICER, "ada"))


@pytest.mark.parametrize(
    ("by", "row"),
    [
        ("ada", "'officer', 'NO', null, 'bert'"), ("anna", "'officer', 'NO', null, 'anna'"),
        ("anna", "'officer', 'SE', null, 'sven'"), ("anna", "'officer', 'NO', null, 'sven'"),
    ],
)  # fmt: skip
def test_the_database_itself_refuses_a_budget_that_is_not_the_actors_to_give(
    world: World, ada: Actor, anna: Actor, sven: Actor, by: str, row: str
) -> None:
    world.officer("bert", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    statement = f"insert into reveal_budgets (level, member, unit, officer, hourly, daily, reason, given_by) values ({row}, 9, 9, '', '{by}')"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), acting_as({"ada": ada, "anna": anna}[by]) as session, session.cursor() as cursor:
        cursor.execute(statement)


def test_an_original_that_was_released_counts_and_its_owner_is_told_of_a_refusal(
    world: World, open_office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    svea = world.officer("svea", member="SE", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    media = several(open_office, ada, tmp_path, 3)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select name from media order by id")
        names = [bytes(row[0]) for row in cursor]
        given = [
            releasing.release(open_office.workplace.vault, session, name, "SE", "", purpose=PURPOSE, case=CASE).id
            for name in names
        ]  # fmt: skip
    assert len(media) == 3
    with acting_as(svea) as session:
        scope = Scope(level=Level.UNIT, member="SE", unit=sven.unit)
        budgeting.give(session, scope, TWO, "A trial.")

    def fetch(release: UUID) -> int:
        with releasing.opened(open_office.workplace.vault, sven, release, purpose=PURPOSE, case="SE-1") as reader:
            return reader.size_bytes

    assert all(fetch(one) > 0 for one in (given[0], given[1], given[0]))
    with pytest.raises(OverBudget, match="is used up until"):
        fetch(given[2])
    assert subjects(sven, "medium.over_budget") == [str(given[2])]
    with acting_as(ada) as session:
        (told,) = auditing.accesses(session, Wanted(act="medium.over_budget")).items
    assert (told.member, told.subject, told.purpose) == ("SE", str(given[2]), PURPOSE)
