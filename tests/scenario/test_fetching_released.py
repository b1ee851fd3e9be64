"""A program fetches an original that was released, by the ticket of the officer who opened it."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from clew.actions import admitting, auditing, budgeting, lending, releasing, restricting, suspending
from clew.api import release_tickets
from clew.domain.errors import ClewError
from clew.domain.handling import Actor, Handling
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.reveal_budget import RevealBudget
from clew.domain.suspension import Level, Scope
from clew.domain.token import TokenScope
from clew.records.session import acting_as
from clew.web import looks
from tests.scenario.test_releasing import block, release
from tests.world.clients import shown_ago, signed_in
from tests.world.office import Office
from tests.world.shown import body
from tests.world.world import World

STATED = {"purpose": "investigation", "case": "SE-1"}


@pytest.fixture(autouse=True)
def of_the_office(office: Office) -> Iterator[None]:
    caches["api"].clear()
    with override_settings(CLEW_VAULT=office.workplace.vault):
        yield
    caches["api"].clear()


@pytest.fixture
def released(office: Office, ada: Actor, sven: Actor, content: bytes) -> UUID:
    return release(office, ada, content)


def opened(client: Client, release_id: UUID, **changes: str) -> HttpResponse:
    return client.post(
        f"/api/releases/{release_id}/open", json.dumps({**STATED, **changes}), content_type="application/json"
    )


def fetched(ticket: str, release_id: UUID, **headers: str) -> HttpResponse:
    """What a program is given that has the ticket and nothing else."""
    return Client(SERVER_NAME="localhost").get(
        f"/api/releases/{release_id}/original", headers={"Authorization": f"Bearer {ticket}", **headers}
    )


def acts(of: Actor) -> list[tuple[str, str | None, dict[str, int]]]:
    with acting_as(of) as session:
        found = auditing.acts_of(session, auditing.Wanted(act="medium.open_released")).items
    return [(one.purpose, one.case_reference, dict(one.counts or {})) for one in found]


def test_an_original_is_fetched_whole_or_in_part_by_its_ticket_alone(sven: Actor, released: UUID, content: bytes) -> None:
    told = opened(signed_in("sven"), released).json()
    assert told["size_bytes"] == len(content)
    whole = fetched(told["ticket"], released)
    assert (whole.status_code, body(whole)) == (200, content)
    assert whole["Cache-Control"] == "no-store"
    assert (whole["Content-Disposition"], whole["Content-Type"]) == ("attachment", "application/octet-stream")
    part = fetched(told["ticket"], released, Range="bytes=100-149")
    assert (part.status_code, body(part)) == (206, content[100:150])
    assert part["Content-Range"] == f"bytes 100-149/{len(content)}"
    last = fetched(told["ticket"], released, Range="bytes=-7")
    assert body(last) == content[-7:]
    beyond = fetched(told["ticket"], released, Range=f"bytes={len(content)}-")
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(content)}")
    assert beyond["Content-Type"] == "application/problem+json"
    spans = [(100, 149), (len(content) - 7, len(content) - 1), (0, len(content) - 1)]
    said = acts(sven)
    assert {one[:2] for one in said} == {("investigation", "SE-1")}
    assert sorted((one[2]["first"], one[2]["last"]) for one in said if one[2]) == sorted(spans)
    assert len(said) == len(spans) + 1, "each request is on record, and so is the opening"


def test_neither_a_sign_in_nor_the_token_of_a_program_fetches_anything(
    world: World, sven: Actor, released: UUID
) -> None:
    boss = world.officer("stina", member="SE", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(boss) as session:
        token = lending.lend(
            session, "viewer", unit="ADMIN", scopes=frozenset(TokenScope), ends_at=world_end()
        )  # fmt: skip
    client = signed_in("sven")
    assert client.get(f"/api/releases/{released}/original").status_code == 401
    for nothing in (token, "x", "", "ä" * 9, "x" * 5_000):
        answer = fetched(nothing, released)
        assert answer.status_code == 401, nothing
    assert acts(sven) == []
    assert opened(Client(SERVER_NAME="localhost"), released).status_code == 401


def world_end() -> datetime:
    return datetime.now(UTC) + timedelta(days=9)


def test_opening_asks_for_the_second_factor_a_purpose_and_a_case(sven: Actor, released: UUID) -> None:
    client = signed_in("sven")
    for wrong in ({"purpose": "curiosity"}, {"case": " "}):
        assert opened(client, released, **wrong).status_code in {400, 422}, wrong
    shown_ago(client, "sven", 3_000)
    assert opened(client, released).status_code == 403
    assert acts(sven) == []


def test_a_release_to_another_is_opened_as_one_that_never_was(world: World, ada: Actor, released: UUID) -> None:
    world.officer("eva", member="ES")
    answers = [
        opened(signed_in(name), which).content for name in ("ada", "eva") for which in (released, UUID(int=7))
    ]  # fmt: skip
    assert len(set(answers)) == 1
    assert b'"status": 404' in answers[0]


def test_a_ticket_opens_its_own_release_and_no_other(
    office: Office, world: World, ada: Actor, sven: Actor, released: UUID, content: bytes
) -> None:
    ticket = opened(signed_in("sven"), released).json()["ticket"]
    later = release(office, ada, content, conditions="for all of Sweden")
    answers = {fetched(ticket, which).content for which in (later, UUID(int=7))}
    assert len(answers) == 1
    assert fetched(ticket, later).status_code == 404
    assert fetched(ticket, released).status_code == 409, "the second release ended the first"


def ended(office: Office, ada: Actor, release_id: UUID) -> None:
    with acting_as(ada) as session:
        releasing.withdraw(session, release_id)


def examined(office: Office, ada: Actor, release_id: UUID) -> None:
    block(ada, "NO-1")


def excluded(office: Office, ada: Actor, release_id: UUID) -> None:
    kept = Handling(owner_member="NO", owner_unit=ada.unit, excluded=frozenset({"SE"}))
    with acting_as(ada) as session:
        restricting.change(session, SubjectKind.CASE, "NO-1", None, kept, "It is ours.")


def signed_out(office: Office, ada: Actor, release_id: UUID) -> None:
    signed_in_clients[-1].post(reverse("account_logout"))


def stopped(office: Office, ada: Actor, release_id: UUID) -> None:
    with acting_as(admitting.operator_at("SE")) as session:
        suspending.suspend(session, Scope(level=Level.OFFICER, member="SE", officer="sven"), "while it is examined")


def an_hour_later(office: Office, ada: Actor, release_id: UUID) -> None:
    release_tickets.SECONDS_MAX = -1


signed_in_clients: list[Client] = []
ENDS = {
    "ended": (ended, 409), "examined": (examined, 409), "excluded": (excluded, 409), "signed out": (signed_out, 401),
    "stopped": (stopped, 401), "an hour later": (an_hour_later, 401),
}  # fmt: skip


@pytest.mark.parametrize("how", ENDS)
def test_nothing_is_fetched_once_it_may_no_longer_be(
    office: Office, ada: Actor, sven: Actor, released: UUID, content: bytes, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release_tickets, "SECONDS_MAX", release_tickets.SECONDS_MAX)
    signed_in_clients[:] = [signed_in("sven")]
    ticket = opened(signed_in_clients[0], released).json()["ticket"]
    assert body(fetched(ticket, released)) == content
    happens, status = ENDS[how]
    happens(office, ada, released)
    answer = fetched(ticket, released, Range="bytes=0-9")
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("how", ["ended", "examined", "excluded", "stopped"])
def test_what_is_being_fetched_breaks_off_once_it_may_no_longer_be(
    office: Office, ada: Actor, sven: Actor, released: UUID, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "BLOCK_BYTES", 16)
    monkeypatch.setattr(looks, "RENEWED_SECONDS", -1.0)
    ticket = opened(signed_in("sven"), released).json()["ticket"]
    answer = fetched(ticket, released)
    ENDS[how][0](office, ada, released)
    with pytest.raises(ClewError, match="covered"):
        body(answer)


def test_it_counts_once_a_day_against_the_reveal_budget(
    office: Office, world: World, ada: Actor, sven: Actor, released: UUID, content: bytes
) -> None:
    boss = world.officer("stina", member="SE", unit="ADMIN", role=Role.NATIONAL_ADMINISTRATOR)
    with acting_as(boss) as session:
        scope = Scope(level=Level.OFFICER, member="SE", officer="sven")
        budgeting.give(session, scope, RevealBudget(hourly=1, daily=1), "few")
    client = signed_in("sven")
    ticket = opened(client, released).json()["ticket"]
    assert [body(fetched(ticket, released, Range=f"bytes={at}-{at}")) for at in (0, 1)] == [content[:1], content[1:2]]
    refused = opened(client, release(office, ada, content))
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


def test_no_more_is_given_to_an_officer_at_one_time_than_may_be(
    sven: Actor, released: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = opened(signed_in("sven"), released).json()["ticket"]
    monkeypatch.setattr(looks, "STREAMS_PER_OFFICER_MAX", 0)
    assert fetched(ticket, released).status_code == 429
