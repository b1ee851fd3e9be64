"""Referrals of the own unit and those that were handed to it, their packages, and what goes into one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from clew.domain.errors import NotVisible, StepRefused, Tampered
from clew.domain.handling import BLOCKED
from clew.domain.link import EndKind, LinkState, LinkType
from clew.domain.referral import STEPS, State, Step, reference_in
from clew.records import sealed
from clew.records.session import Session
from clew.records.waiting import TO_HAND_OVER

PACKAGE = b"referral_packages.package"


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """A referral as the actor's unit sees it. `series` is empty where the unit does not see that; officers are named of
    the actor's own member alone."""

    id: UUID
    reference: str
    member: str
    unit: str
    series_id: UUID
    series: str
    country: str
    to_member: str | None
    to_unit: str | None
    due_on: date
    crop_ids: tuple[UUID, ...]
    state: State
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    moved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An own medium of the series, as facts. `taken_at` is the camera's own clock."""

    name: str = field(repr=False)
    kind: str
    taken_at: datetime | None
    camera: str


def propose(
    session: Session, series_id: UUID, country: str, to: tuple[str, str] | None, due_on: date, crop_ids: Sequence[UUID]
) -> tuple[UUID, str]:
    """Keep that something shall be handed over; its identifier and reference."""
    actor, (member, unit) = session.actor, to or (None, None)
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into referrals (member, unit, series_id, country, to_member, to_unit, due_on, crop_ids, proposed_by)
            values (%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s) returning id, reference""",
            [actor.member, actor.unit, series_id, country, member, unit, due_on, list(crop_ids), actor.officer],
        )
        made = cursor.fetchone()
        return made[0], str(made[1])


def keep_package(session: Session, referral_id: UUID, package: str, names: Sequence[bytes]) -> None:
    """Keep the package of a referral that is proposed; `names` are SHA-256 of media that it speaks of."""
    digest = hashlib.sha256(package.encode()).digest()
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into referral_packages (referral_id, member, unit, package, digest, media)
            select %(id)s, %(member)s, %(unit)s, %(package)s, %(digest)s, array(
                select m.id from media m where m.name = any(%(names)s)
                   and m.owner_member = %(member)s and m.owner_unit = %(unit)s)""",
            {
                "id": referral_id, "member": session.actor.member, "unit": session.actor.unit, "digest": digest,
                "package": sealed.note(session.actor.member, PACKAGE, package), "names": list(names),
            },
        )  # fmt: skip


def package_of(session: Session, referral_id: UUID) -> str:
    """The package as it was made.

    Raises:
        NotVisible: the actor's unit does not read it, or not any more.
        Tampered: it is not what was kept.
    """
    with session.cursor() as cursor:
        cursor.execute("select member, package, digest from referral_packages where referral_id = %s", [referral_id])
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no package to be read.")
    package = sealed.words_of_note(row[0], PACKAGE, row[1])
    if hashlib.sha256(package.encode()).digest() != bytes(row[2]):
        raise Tampered("This package is not what was kept.")
    return package


def forget_package(session: Session, referral_id: UUID) -> None:
    """The package of an own referral goes: it was withdrawn or has lapsed."""
    with session.cursor() as cursor:
        cursor.execute("delete from referral_packages where referral_id = %s", [referral_id])


def end_packages(session: Session, media: Sequence[UUID] = (), case_id: UUID | None = None) -> int:
    """Packages of the own unit that name one of these media, or hold what was cut out of them or in that case, go;
    what was handed over is withdrawn. How many went.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            delete from referral_packages p using referrals r
             where r.id = p.referral_id and p.member = %(member)s and p.unit = %(unit)s
               and (p.media && %(media)s::uuid[] or r.crop_ids && array(
                    select c.id from crops c where c.case_id = %(case)s or c.medium_id = any(%(media)s)))
            returning p.referral_id""",
            {
                "media": list(media), "case": case_id, "member": session.actor.member, "unit": session.actor.unit,
            },
        )  # fmt: skip
        gone = [row[0] for row in cursor]
        cursor.execute(
            """
            update referrals set state = %s, moved_by = %s, moved_at = transaction_timestamp()
             where id = any(%s) and state = any(%s)""",
            [
                State.WITHDRAWN.value, session.actor.officer, gone,
                [one.value for one in STEPS if Step.WITHDRAW in STEPS[one]],
            ],
        )  # fmt: skip
    return len(gone)


def find(session: Session, reference: str, *, holds: bool = False) -> Referral:
    """The referral of that reference, of the own unit or handed to it; with `holds` nobody else moves it meanwhile.

    Raises:
        NotVisible: there is none, or the unit has no part in it.
    """
    kept = reference_in(reference)
    rows = _rows(session, f"r.reference = %s{' for update of r' if holds else ''}", [kept]) if kept else ()
    if not rows:
        raise NotVisible("There is no such referral.")
    return rows[0]


def page(
    session: Session, limit: int, after: UUID | None = None, *, is_waiting: bool = False
) -> tuple[Referral, ...]:
    """Referrals of the own unit and those that were handed to it, the latest first, from behind `after` on.

    `is_waiting`: those alone that wait for the actor to agree.
    """
    return _rows(
        session,
        f"""(%(after)s::uuid is null
             or (r.proposed_at, r.id) < (select a.proposed_at, a.id from referrals a where a.id = %(after)s))
           {f"and r.id in (select id from referrals where {TO_HAND_OVER})" if is_waiting else ""}
           order by r.proposed_at desc, r.id desc limit %(limit)s""",
        {
            "after": after, "limit": limit, "member": session.actor.member, "unit": session.actor.unit,
            "officer": session.actor.officer,
        },
    )  # fmt: skip


def move(session: Session, referral: Referral, state: State, *, is_decided: bool = False) -> None:
    """Give it its next state. `is_decided`: the actor is the second officer who agrees.

    Raises:
        StepRefused: it went on meanwhile.
    """
    who, when = ("decided_by", "decided_at") if is_decided else ("moved_by", "moved_at")
    with session.cursor() as cursor:
        cursor.execute(
            f"update referrals set state = %s, {who} = %s, {when} = transaction_timestamp() where id = %s and state = %s",
            [state.value, session.actor.officer, referral.id, referral.state.value],
        )
        if cursor.rowcount != 1:
            raise StepRefused("This referral has gone on meanwhile: look again.")


def lapsed(session: Session, days: int, limit: int) -> tuple[str, ...]:
    """References of own referrals that nobody agreed to for so many days."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select reference from referrals where state = %s and member = %s and unit = %s
               and proposed_at <= transaction_timestamp() - make_interval(days => %s) order by proposed_at, id limit %s""",
            [State.PROPOSED.value, session.actor.member, session.actor.unit, days, limit],
        )
        return tuple(row[0] for row in cursor)


def facts(session: Session, series_ids: Sequence[UUID], excluded: str | None, limit: int) -> tuple[Fact, ...]:
    """Own media of these series that may be told of to the member: neither hidden from it nor under examination."""
    texts = sealed.of_member(session.actor.member)
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (m.taken_at, m.name) m.name, m.kind, m.taken_at, m.camera_make, m.camera_model
              from series_media s join media m on m.id = s.medium_id
             where s.series_id = any(%(series)s) and m.owner_member = %(member)s and m.owner_unit = %(unit)s
               and %(blocked)s <> all (m.excluded) and (%(to)s::text is null or %(to)s <> all (m.excluded))
             order by m.taken_at nulls last, m.name limit %(limit)s""",
            {
                "series": list(series_ids), "member": session.actor.member, "unit": session.actor.unit,
                "blocked": BLOCKED, "to": excluded, "limit": limit,
            },
        )  # fmt: skip
        rows = cursor.fetchall()
    return tuple(
        Fact(
            name=bytes(row[0]).hex(), kind=row[1], taken_at=row[2],
            camera=" ".join(
                sealed.words(texts, column, value)
                for column, value in ((b"media.camera_make", row[3]), (b"media.camera_model", row[4]))
                if value is not None
            ),
        )
        for row in rows
    )  # fmt: skip


def told_of(session: Session, names: Sequence[bytes], excluded: str | None) -> int:
    """How many of these contents the actor sees as media that may be told of to the member, as in `facts`."""
    with session.cursor() as cursor:
        cursor.execute(
            "select count(distinct name) from media where name = any(%(names)s) and %(blocked)s <> all (excluded)"
            " and (%(to)s::text is null or %(to)s <> all (excluded))",
            {"names": list(names), "blocked": BLOCKED, "to": excluded},
        )
        return int(cursor.fetchone()[0])


def places_of(session: Session, series_ids: Sequence[UUID], limit: int) -> list[UUID]:
    """Places that the own unit linked with the series: where it was made, or that are to be seen in it."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select b_id from links where a_kind = %(series)s and a_id = any(%(ids)s) and type = %(taken)s and state = %(fact)s
               and owner_member = %(member)s and owner_unit = %(unit)s
            union
            select a_id from links where a_kind = %(place)s and b_kind = %(series)s and b_id = any(%(ids)s)
               and type = %(appears)s and state = %(fact)s and owner_member = %(member)s and owner_unit = %(unit)s
             limit %(limit)s""",
            {
                "ids": list(series_ids), "series": int(EndKind.SERIES), "place": int(EndKind.PLACE),
                "taken": int(LinkType.TAKEN_AT), "appears": int(LinkType.APPEARS_IN), "fact": int(LinkState.ACCEPTED),
                "limit": limit, "member": session.actor.member, "unit": session.actor.unit,
            },
        )  # fmt: skip
        return [row[0] for row in cursor]


def _rows(session: Session, condition: str, values: list[object] | dict[str, object]) -> tuple[Referral, ...]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select r.id, r.reference, r.member, r.unit, r.series_id, coalesce(s.reference, ''), r.country, r.to_member, r.to_unit,
                   r.due_on, r.crop_ids, r.state, r.proposed_by, r.proposed_at, r.decided_by, r.decided_at, r.moved_at
              from referrals r left join series s on s.id = r.series_id where {condition}""",
            values,
        )
        return tuple(_referral(session.actor.member, row) for row in cursor)


def _referral(member: str, row: Sequence) -> Referral:
    is_own = row[2] == member
    return Referral(
        id=row[0], reference=row[1], member=row[2], unit=row[3], series_id=row[4], series=row[5], country=row[6],
        to_member=row[7], to_unit=row[8], due_on=row[9], crop_ids=tuple(row[10]), state=State(row[11]),
        proposed_by=row[12] if is_own else "", proposed_at=row[13], decided_by=(row[14] or "") if is_own else "",
        decided_at=row[15], moved_at=row[16],
    )  # fmt: skip
