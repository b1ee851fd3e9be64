"""Tokens of programs: made, looked up by their digest, ended."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from clew.domain.token import TokenScope
from clew.records.outages import reached
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program of a member, by its token."""

    id: UUID
    member: str
    unit: str
    name: str
    scopes: frozenset[TokenScope]
    ends_at: datetime


def add(
    session: Session, token: str, *, unit: str, name: str, scopes: Iterable[TokenScope], ends_at: datetime
) -> UUID:
    """Keep the digest of a new token of the actor's member."""
    identifier = uuid4()
    with session.cursor() as cursor:
        cursor.execute(
            "insert into tokens (id, digest, member, unit, name, scopes, made_by, ends_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s)",
            [identifier, _digest(token), session.actor.member, unit, name, sorted(scopes), session.actor.officer, ends_at],
        )
    return identifier


def program_of(token: str) -> Program | None:
    """The program whose token this is, if it is good now.

    Raises:
        Unavailable: the database is away now.
    """
    with reached(), connection.cursor() as cursor:
        cursor.execute("select id, member, unit, name, scopes, ends_at from clew_token(%s)", [_digest(token)])
        found = cursor.fetchone()
    return None if found is None else _program(found)


def of_member(session: Session) -> tuple[Program, ...]:
    """Tokens of the actor's member that are good now."""
    with session.cursor() as cursor:
        cursor.execute(
            "select id, member, unit, name, scopes, ends_at from tokens"
            " where member = %s and ended_at is null and ends_at > now() order by name, id",
            [session.actor.member],
        )
        return tuple(_program(row) for row in cursor)


def end(session: Session, identifier: UUID) -> bool:
    """End a token of the actor's member; whether there was one to end."""
    with session.cursor() as cursor:
        cursor.execute(
            "update tokens set ended_by = %s, ended_at = clock_timestamp() where id = %s and ended_at is null",
            [session.actor.officer, identifier],
        )
        return cursor.rowcount == 1


def _program(row: tuple[object, ...]) -> Program:
    identifier, member, unit, name, scopes, ends_at = row
    return Program(
        id=identifier, member=member, unit=unit, name=name, scopes=frozenset(map(TokenScope, scopes)), ends_at=ends_at
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
