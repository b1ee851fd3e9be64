"""Provenances: where a medium was found, in which series it lies, to whom it was opened and who looked at it."""

from dataclasses import dataclass
from datetime import datetime

from clew.records import cases, sealed
from clew.records.intakes import PATH
from clew.records.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One place of the medium in an exhibit of the actor's own member. `path` is as it was on the device."""

    case: str
    exhibit: str
    unit: str
    path: bytes
    exhibit_entered_at: datetime
    taken_in_by: str | None
    taken_in_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InSeries:
    """A series that holds the medium, and the unit that put it there."""

    series: str
    owner: str
    member: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A release of the medium. `by` is an officer of the actor's own member, or None."""

    owner: str
    recipient: str
    by: str | None
    at: datetime
    withdrawn_at: datetime | None


def found(session: Session, name: bytes, limit: int) -> tuple[Found, ...]:
    """Where the own member found it, as far as the actor may see: the earliest first. Others' paths stay with them."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select c.id, c.reference, e.reference, o.owner_unit, o.path, e.entered_at, i.started_by, i.started_at
              from media m join occurrences o on o.medium_id = m.id join cases c on c.id = o.case_id
              join exhibits e on e.id = o.exhibit_id left join intakes i on i.id = o.intake_id
             where m.name = %(name)s and o.owner_member = %(member)s and c.owner_member = %(member)s
               and c.shredded_at is null
             order by o.id limit %(limit)s""",
            {"name": name, "member": session.actor.member, "limit": limit},
        )
        rows = cursor.fetchall()
    own = sealed.of_member(session.actor.member)
    return tuple(
        Found(
            case=sealed.words(own, cases.REFERENCE, case), exhibit=sealed.words(own, cases.EXHIBIT, exhibit), unit=unit,
            path=sealed.of_case(session.actor.member, case_id).unseal(bytes(path), PATH), exhibit_entered_at=entered_at,
            taken_in_by=started_by, taken_in_at=started_at,
        )
        for case_id, case, exhibit, unit, path, entered_at, started_by, started_at in rows
    )  # fmt: skip


def series(session: Session, name: bytes, limit: int) -> tuple[InSeries, ...]:
    """Series that hold it, each with every unit that put it there, as far as the actor may see."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct s.reference, s.owner_member, p.owner_member, p.owner_unit
              from media m join series_media p on p.medium_id = m.id join series s on s.id = p.series_id
             where m.name = %s order by 1, 3, 4 limit %s""",
            [name, limit],
        )
        return tuple(InSeries(series=row[0], owner=row[1], member=row[2], unit=row[3]) for row in cursor)


def opened(session: Session, name: bytes, limit: int) -> tuple[Opened, ...]:
    """Releases of it that the actor may see, the latest first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select r.member, r.recipient, r.released_by, r.released_at, r.withdrawn_at
              from media m join releases r on r.medium_id = m.id and r.state in ('in-force', 'ended') where m.name = %s
             order by r.released_at desc, r.id limit %s""",
            [name, limit],
        )
        mine = session.actor.member
        return tuple(
            Opened(owner=owner, recipient=recipient, by=by if owner == mine else None, at=at, withdrawn_at=ended)
            for owner, recipient, by, at, ended in cursor
        )
