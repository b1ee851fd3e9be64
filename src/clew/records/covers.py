"""Covers: what is said of records beside who may see them, kept once for all that lie under the same."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from clew.domain.cover import (
    Condition,
    Confidentiality,
    Cover,
    InformationEvaluation,
    Purpose,
    SourceEvaluation,
)
from clew.domain.handling import Handling, from_circles
from clew.records import sealed
from clew.records.session import Session, handling_columns

LEGAL_BASIS = b"covers.legal_basis"
CONDITION = b"covers.condition_text"


def keep(session: Session, handling: Handling, cover: Cover) -> UUID:
    """The owner's cover that says this under this handling, kept where it is new."""
    row = {**handling_columns(handling), **_columns(cover, handling.owner_member)}
    row["digest"] = hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).digest()
    key = ("owner_member", "owner_unit", "audience", "members", "excluded", "digest")
    with session.cursor() as cursor:
        cursor.execute(
            f"insert into covers ({', '.join(row)}) values ({', '.join(f'%({name})s' for name in row)})"
            f" on conflict ({', '.join(key)}) do nothing",
            row,
        )
        cursor.execute(
            f"select id from covers where {' and '.join(f'{name} = %({name})s' for name in key)}", row
        )
        return cursor.fetchone()[0]


def whole(session: Session, cover_ids: Iterable[UUID]) -> dict[UUID, tuple[Handling, Cover]]:
    """Those of the covers that the actor may see, each with the handling under which it is kept."""
    with session.cursor() as cursor:
        cursor.execute(
            f"select id, owner_member, owner_unit, audience, members, excluded, {', '.join(_COLUMNS)} from covers"
            " where id = any(%s)",
            [list(cover_ids)],
        )
        return {
            row[0]: (
                from_circles(row[3], owner_member=row[1], owner_unit=row[2], members=row[4], excluded=row[5]),
                _cover(row[6:], row[1]),
            )
            for row in cursor
        }


def get(session: Session, cover_id: UUID | None) -> Cover | None:
    """The cover; None where the record was entered before there were covers, or the actor may not see it."""
    if cover_id is None:
        return None
    return of(session, [cover_id]).get(cover_id)


def of(session: Session, cover_ids: Iterable[UUID]) -> dict[UUID, Cover]:
    """Those of the covers that the actor may see."""
    with session.cursor() as cursor:
        cursor.execute(f"select id, owner_member, {', '.join(_COLUMNS)} from covers where id = any(%s)", [list(cover_ids)])
        return {row[0]: _cover(row[2:], row[1]) for row in cursor}


_COLUMNS = (
    "purposes", "legal_basis", "conditions", "condition_text", "confidentiality", "source_evaluation",
    "information_evaluation", "is_minor", "retention_end", "review_date",
)  # fmt: skip


def _columns(cover: Cover, member: str) -> dict[str, object]:
    values = (
        sorted(cover.purposes), sealed.note(member, LEGAL_BASIS, cover.legal_basis), sorted(cover.conditions),
        sealed.note(member, CONDITION, cover.condition_text),
        int(cover.confidentiality), cover.source_evaluation.value, int(cover.information_evaluation), cover.is_minor,
        cover.retention_end, cover.review_date,
    )  # fmt: skip
    return dict(zip(_COLUMNS, values, strict=True))


def _cover(row: Sequence, member: str) -> Cover:
    purposes, legal_basis, conditions, condition_text, confidentiality, source, information, is_minor, end, _ = row
    return Cover(
        purposes=frozenset(map(Purpose, purposes)), legal_basis=sealed.words_of_note(member, LEGAL_BASIS, legal_basis),
        conditions=frozenset(map(Condition, conditions)), condition_text=sealed.words_of_note(member, CONDITION, condition_text),
        confidentiality=Confidentiality(confidentiality), source_evaluation=SourceEvaluation(source),
        information_evaluation=InformationEvaluation(information), is_minor=is_minor, retention_end=end,
    )  # fmt: skip
