"""Ends of links: what somebody typed found among the records of its kind, and what each is called to whoever sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.handling import Handling, from_circles
from clew.domain.link import EndKind, Named, named
from clew.records import cases, sealed, tombstones
from clew.records.graph import TABLES
from clew.records.links import End
from clew.records.session import Session
from clew.records.several import Ask, several

NONE = "There is no such record to link."


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRow:
    """A record that a link may join, as the actor sees it: `label` is its reference, the SHA-256 of a medium, or
    empty for a case of another member."""

    end: End
    label: str
    handling: Handling

    def is_own(self, session: Session) -> bool:
        """Whether it is the actor's own unit's."""
        return self.handling.is_of_unit_of(session.actor)


def medium(session: Session, untrusted_digest: str) -> EndRow:
    """The medium of that SHA-256: the own unit's, or else one that the actor sees.

    Raises:
        NotVisible: that is no SHA-256, there is none, or the actor may not see it.
    """
    asked = named(untrusted_digest)
    if asked.kind is not EndKind.MEDIUM:
        raise NotVisible("There is no such medium.")
    return find(session, asked)


def find(session: Session, asked: Named) -> EndRow:
    """The record that was named: by its reference, a medium by its SHA-256 (the own unit's first), a case of the own unit.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    condition, value = _CONDITIONS[asked.kind], _value(session, asked)
    rows = _select(session, asked.kind, condition, {"value": value})
    if not rows:
        raise NotVisible(NONE)
    return rows[0]


def of(session: Session, ends: Iterable[End]) -> dict[UUID, EndRow]:
    """Those of these records that the actor may see; one statement, however many kinds of them there are."""
    by_kind: dict[EndKind, set[UUID]] = {}
    for end in ends:
        by_kind.setdefault(end.kind, set()).add(end.id)
    found = several(session, *(_asked(kind, list(ids)) for kind, ids in by_kind.items()))
    return {row.end.id: row for rows in found for row in rows}


def _asked(kind: EndKind, ids: list[UUID]) -> Ask:
    return lambda asking: _select(asking, kind, "id = any(%(ids)s)", {"ids": ids})


def is_one_ending(session: Session, rows: Iterable[EndRow]) -> bool:
    """Whether one of them is under examination, or the own unit's and its end has begun: nothing is said of it then."""
    listed = list(rows)
    return any(row.handling.is_blocked for row in listed) or tombstones.is_one_ending(
        session, [row.end.id for row in listed]
    )


_OWN = "owner_member = %(member)s and owner_unit = %(unit)s"
_BY_REFERENCE = "reference = %(value)s"
_CONDITIONS: Mapping[EndKind, str] = {
    EndKind.SERIES: _BY_REFERENCE,
    EndKind.VICTIM: _BY_REFERENCE,
    EndKind.OFFENDER: _BY_REFERENCE,
    EndKind.PLACE: _BY_REFERENCE,
    EndKind.MEDIUM: f"name = %(value)s order by not ({_OWN}), id limit 1",
    EndKind.CASE: f"reference = %(value)s and {_OWN} and shredded_at is null",
}


def _value(session: Session, asked: Named) -> object:
    if asked.kind is EndKind.MEDIUM:
        return bytes.fromhex(asked.words)
    if asked.kind is EndKind.CASE:
        return sealed.of_member(session.actor.member).seal(asked.words.encode(), cases.REFERENCE)
    return asked.words


def _select(session: Session, kind: EndKind, condition: str, values: Mapping[str, object]) -> list[EndRow]:
    label = "name" if kind is EndKind.MEDIUM else "reference"
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id, {label}, owner_member, owner_unit, audience, members, excluded from {TABLES[kind]}
             where {condition}""",
            {**values, "member": session.actor.member, "unit": session.actor.unit},
        )
        return [
            EndRow(
                end=End(kind=kind, id=row[0]), label=_label(session, kind, row[1], row[2]),
                handling=from_circles(row[4], owner_member=row[2], owner_unit=row[3], members=row[5], excluded=row[6]),
            )
            for row in cursor
        ]  # fmt: skip


def _label(session: Session, kind: EndKind, value: object, owner: str) -> str:
    if kind is EndKind.MEDIUM:
        return bytes(value).hex()
    if kind is EndKind.CASE:
        # What another member calls its case stays there.
        return "" if owner != session.actor.member else sealed.words(sealed.of_member(owner), cases.REFERENCE, value)
    return str(value)
