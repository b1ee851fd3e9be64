"""The law of requests and consultations: who may read, change and add what, by raw SQL and with the application's checks left out.

Every actor (each role, of three members) meets every row (each state, answered, ended, in time and past it) against an
oracle that is written from the words of the rule. Then each part of the rule is broken once, and the law must notice.
"""

import itertools
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings
from psycopg.rows import TupleRow

from clew.domain.clock import Clock, RequestKind
from clew.domain.handling import Actor
from clew.domain.officer import Role
from clew.records import policies, rights
from clew.records.session import signed
from tests.world.kept import connected
from tests.world.world import World

Connection = psycopg.Connection[TupleRow]
MEMBERS = ("NO", "SE", "DK")
DPO, ADMINISTRATOR = Role.DATA_PROTECTION_OFFICER, Role.NATIONAL_ADMINISTRATOR
ACTORS = [Actor(officer=f"{role}-{member}".lower(), member=member, unit="A", role=role) for member in MEMBERS for role in Role]
NOBODY = None


@dataclass(frozen=True, kw_only=True)
class RequestRow:
    id: UUID
    member: str
    state: str


@dataclass(frozen=True, kw_only=True)
class ConsultationRow:
    id: UUID
    request_id: UUID
    member: str
    owner: str
    is_answered: bool
    is_ended: bool
    is_past: bool


def made_requests() -> list[RequestRow]:
    return [
        RequestRow(id=uuid4(), member=member, state=state)
        for member in MEMBERS
        for state in ("received", "admitted", "decided", "closed")
    ]


def made_consultations(requests: list[RequestRow]) -> list[ConsultationRow]:
    return [
        ConsultationRow(id=uuid4(), request_id=request.id, member=request.member, owner=owner, is_answered=answered, is_ended=ended, is_past=past)
        for request in requests
        for owner in MEMBERS
        if owner != request.member and request.state == "admitted"
        for answered, ended, past in itertools.product((False, True), repeat=3)
    ]


def may_examine(actor: Actor | None, row: RequestRow | ConsultationRow) -> bool:
    return actor is not None and actor.role is DPO and actor.member == row.member


def may_answer(actor: Actor | None, row: ConsultationRow) -> bool:
    return actor is not None and actor.role in (DPO, ADMINISTRATOR) and actor.member == row.owner


def may_end_or_answer(actor: Actor | None, row: ConsultationRow) -> tuple[bool, bool]:
    is_open = not row.is_answered and not row.is_ended
    return is_open and may_examine(actor, row), is_open and not row.is_past and may_answer(actor, row)


@pytest.fixture
def owner(world: World) -> Iterator[Connection]:
    """The owner in a transaction that is undone; it may be the application's role."""
    if not world.facts.is_own:
        pytest.skip("the database elsewhere lets nobody be the application's role")
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as connection:
        yield connection
        connection.rollback()


def keep(owner: Connection, requests: list[RequestRow], consultations: list[ConsultationRow]) -> None:
    clock = Clock(kind=RequestKind.ACCESS, received_at=datetime.now(UTC))
    now = datetime.now(UTC)
    for row in requests:
        decided = now if row.state in {"decided", "closed"} else None
        owner.execute(
            "insert into requests (id, member, reference, kind, state, applicant, asked, received_on, due_on, ends_at, entered_by, outcome, decided_at)"
            " values (%s, %s, %s, 'access', %s, 'x', 'x', %s, %s, %s, 'x', %s, %s)",
            [row.id, row.member, row.id.bytes, row.state, clock.received_on, clock.due_on, clock.ends_at, decided and "refused", decided],
        )
    for row in consultations:
        owner.execute(
            "insert into consultations (id, request_id, member, owner, kind, question, asked_by, ends_at, view, answered_by, answered_at, ended_at)"
            " values (%s, %s, %s, %s, 'access', 'x', 'x', %s, %s, %s, %s, %s)",
            [
                row.id, row.request_id, row.member, row.owner, now + timedelta(hours=-1 if row.is_past else 1),
                *(("agrees", "x", now) if row.is_answered else (None, None, None)), now if row.is_ended else None,
            ],
        )  # fmt: skip


class Acting:
    """The application's role as `actor`, within a savepoint that is undone."""

    def __init__(self, owner: Connection, world: World, actor: Actor | None) -> None:
        self._owner, self._role, self._actor = owner, world.facts.roles.app, actor

    def __enter__(self) -> Connection:
        self._owner.execute("savepoint acting")
        context = "" if self._actor is None else signed(
            self._actor, backend_pid=self._owner.info.backend_pid, until=int(time.time()) + 60, key=settings.CLEW_CONTEXT_KEY
        )  # fmt: skip
        self._owner.execute("select set_config('clew.actor', %s, true)", [context])
        self._owner.execute(f"set local role {self._role}")
        return self._owner

    def __exit__(self, *_: object) -> None:
        self._owner.execute("rollback to savepoint acting")


EVERY = ("select", "update of requests", "update of consultations", "insert of requests", "insert of consultations")
"""The parts of the law."""


def law(
    owner: Connection, world: World, requests: list[RequestRow], consultations: list[ConsultationRow],
    parts: Collection[str] = EVERY,
) -> int:  # fmt: skip
    checked = 0
    for actor in (*ACTORS, NOBODY):
        if "select" in parts:
            checked += check_sight(owner, world, actor, requests, consultations)
        if "update of requests" in parts:
            checked += check_changes(owner, world, actor, requests)
        if "update of consultations" in parts:
            checked += check_answers(owner, world, actor, consultations)
        if "insert of requests" in parts:
            checked += check_entries(owner, world, actor)
        if "insert of consultations" in parts:
            checked += check_questions(owner, world, actor, requests)
    return checked


def check_sight(
    owner: Connection, world: World, actor: Actor | None, requests: list[RequestRow], consultations: list[ConsultationRow]
) -> int:
    with Acting(owner, world, actor) as app:
        seen = {row[0] for row in app.execute("select id from requests union all select id from consultations")}
    assert seen == {
        *(row.id for row in requests if may_examine(actor, row)),
        *(row.id for row in consultations if may_examine(actor, row) or may_answer(actor, row)),
    }  # fmt: skip
    return len(requests) + len(consultations)


def check_changes(owner: Connection, world: World, actor: Actor | None, requests: list[RequestRow]) -> int:
    with Acting(owner, world, actor) as app:
        moved = {row[0] for row in app.execute("update requests set reasons = 'y' returning id")}
    assert moved == {row.id for row in requests if may_examine(actor, row) and row.state != "closed"}
    return len(requests)


def check_answers(owner: Connection, world: World, actor: Actor | None, consultations: list[ConsultationRow]) -> int:
    """Every row is ended and answered by everybody: in their own name, and in another's."""
    name = "nobody" if actor is None else actor.officer
    for row in consultations:
        may_end, may_give = may_end_or_answer(actor, row)
        for words, values, wanted in (
            ("ended_at = now()", [], may_end),
            ("view = 'agrees', answered_at = now(), answered_by = %s", [name], may_give),
            ("view = 'agrees', answered_at = now(), answered_by = %s", ["another"], False),
            ("view = 'agrees', answered_at = now(), ended_at = now(), answered_by = %s", [name], False),
        ):
            with Acting(owner, world, actor) as app:
                assert is_done(app, f"update consultations set {words} where id = %s returning id", [*values, row.id]) is wanted, (actor, row, words)
    return len(consultations) * 4


def check_entries(owner: Connection, world: World, actor: Actor | None) -> int:
    name, member = ("nobody", "NO") if actor is None else (actor.officer, actor.member)
    clock = Clock(kind=RequestKind.ACCESS, received_at=datetime.now(UTC))
    is_officer = actor is not None and actor.role is DPO
    for of, by, state in itertools.product(MEMBERS, (name, "another"), ("received", "admitted")):
        with Acting(owner, world, actor) as app:
            done = is_done(
                app,
                "insert into requests (id, member, reference, kind, state, applicant, asked, received_on, due_on, ends_at, entered_by)"
                " values (%s, %s, %s, 'access', %s, 'x', 'x', %s, %s, %s, %s)",
                [uuid4(), of, uuid4().bytes, state, clock.received_on, clock.due_on, clock.ends_at, by],
            )
        assert done is (is_officer and of == member and by == name and state == "received"), (actor, of, by, state)
    return 12


def check_questions(owner: Connection, world: World, actor: Actor | None, requests: list[RequestRow]) -> int:
    name = "nobody" if actor is None else actor.officer
    ways = itertools.product(requests, MEMBERS, MEMBERS, (name, "another"), ("access", "deletion"))
    for request, of, owner_of, by, kind in ways:
        if of != request.member and (by != name or kind != "access"):
            continue
        with Acting(owner, world, actor) as app:
            done = is_done(
                app,
                "insert into consultations (id, request_id, member, owner, kind, question, asked_by, ends_at)"
                " values (%s, %s, %s, %s, %s, 'x', %s, now())",
                [uuid4(), request.id, of, owner_of, kind, by],
            )
        is_right = of == request.member != owner_of and by == name and kind == "access"
        wanted = is_right and may_examine(actor, request) and request.state == "admitted"
        assert done is wanted, (actor, request, of, owner_of, by, kind)
    return len(requests) * 18


def is_done(app: Connection, statement: str, values: list[object]) -> bool:
    try:
        return app.execute(statement, values).rowcount == 1
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.CheckViolation):
        return False


def test_requests_and_consultations_are_shown_and_changed_by_those_who_may_and_nobody_else(world: World, owner: Connection) -> None:
    requests = made_requests()
    consultations = made_consultations(requests)
    keep(owner, requests, consultations)
    assert law(owner, world, requests, consultations) > 10_000


MUTANTS = {
    "administrators read requests": ("requests", "select", f"({rights.EXAMINES})", f"(member = {rights.HOME} and {rights.ANSWERS})"),
    "of whatever member": ("requests", "select", f"member = {rights.HOME} and ", ""),
    "closed ones are changed": ("requests", "update", " and state <> 'closed'", ""),
    "in another's name": ("requests", "insert", f" and entered_by = {rights.OFFICER}", ""),
    "entered as admitted": ("requests", "insert", " and state = 'received'", ""),
    "owners of all see": ("consultations", "select", f"owner = {rights.HOME} and ", ""),
    "everybody of the owner sees": ("consultations", "select", f" and {rights.ANSWERS}", ""),
    "the asker's administrators see": ("consultations", "select", f"({rights.EXAMINES} or", f"(member = {rights.HOME} and {rights.ANSWERS} or"),
    "answered late": ("consultations", "update", " and ends_at > now()", ""),
    "answered twice": ("consultations", "update", f"{rights.IS_OPEN} and ", "ended_at is null and "),
    "answered after the end": ("consultations", "update", f"{rights.IS_OPEN} and ", "answered_at is null and "),
    "answered for another": ("consultations", "update", f" and answered_by = {rights.OFFICER}", ""),
    "the asker answers": ("consultations", "update", f"({rights.EXAMINES} and answered_at is null or", f"({rights.EXAMINES} or"),
    "ended by its answer": ("consultations", "update", " and ended_at is null)", ")"),
    "asked before it is examined": ("consultations", "insert", " and r.state = 'admitted'", ""),
    "asked of another kind": ("consultations", "insert", " and r.kind = consultations.kind", ""),
    "asked in another's name": ("consultations", "insert", f" and asked_by = {rights.OFFICER}", ""),
    "asked by anybody": ("consultations", "insert", f"{rights.EXAMINES} and ", "true and "),
}  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_law_notices_a_broken_rule(world: World, owner: Connection, mutant: str) -> None:
    """The part of it that is about the rule: what that part notices the whole of it does."""
    table, verb, whole, broken = MUTANTS[mutant]
    rule = rights.RULES[table][verb]
    assert whole in rule
    owner.execute(f"drop policy app_{verb} on {table}")
    owner.execute(f"create policy app_{verb} on {table} for {verb} to {world.facts.roles.app} {rule.replace(whole, broken)}")
    requests = made_requests()
    consultations = made_consultations(requests)
    keep(owner, requests, consultations)
    with pytest.raises(AssertionError):
        law(owner, world, requests, consultations, [part for part in EVERY if part in (verb, f"{verb} of {table}")])


def test_the_rule_of_the_mutants_is_the_one_that_is_installed() -> None:
    assert all(policies.SPECIAL[table] == rules for table, rules in rights.RULES.items())
