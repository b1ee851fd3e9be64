"""Schemes of categories that members loaded: each version is kept and none is changed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import psycopg

from clew.domain.errors import Invalid
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeRow:
    """A version of a member's scheme; `document` is its JSON."""

    member: str
    name: str
    version: int
    document: str
    loaded_at: datetime


_COLUMNS = "member, name, version, document, loaded_at"


def add(session: Session, name: str, version: int, document: str) -> UUID:
    """Keep another version of a scheme of the own member; its identifier.

    Raises:
        Invalid: this version is kept already.
    """
    actor, scheme_id = session.actor, uuid4()
    try:
        with session.cursor() as cursor:
            cursor.execute(
                "insert into schemes (id, member, name, version, document, loaded_by) values (%s, %s, %s, %s, %s, %s)",
                [scheme_id, actor.member, name, version, document, actor.officer],
            )
    except psycopg.errors.UniqueViolation:
        raise Invalid("Your member has this version of the scheme: give the next one another number.") from None
    return scheme_id


def latest(session: Session, limit: int) -> tuple[SchemeRow, ...]:
    """The latest version of every scheme, the own member's first, the last loaded of those first."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from (select distinct on (member, name) {_COLUMNS} from schemes
                                     order by member, name, version desc) as newest
             order by member = %s desc, loaded_at desc, member, name limit %s""",
            [session.actor.member, limit],
        )
        return _rows(cursor.fetchall())


def named(session: Session, member: str, name: str, version: int | None) -> SchemeRow | None:
    """A member's scheme in that version, or in its latest; None where there is none."""
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select {_COLUMNS} from schemes where member = %s and name = %s and (%s::integer is null or version = %s)
             order by version desc limit 1""",
            [member, name, version, version],
        )
        return next(iter(_rows(cursor.fetchall())), None)


def _rows(rows: list[tuple[object, ...]]) -> tuple[SchemeRow, ...]:
    return tuple(
        SchemeRow(member=member, name=name, version=version, document=document, loaded_at=loaded_at)  # type: ignore[arg-type]
        for member, name, version, document, loaded_at in rows
    )
