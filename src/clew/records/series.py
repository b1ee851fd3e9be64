"""Series: media that belong together, their references, and how far their enquiry has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clew.domain.errors import NotVisible, Unavailable
from clew.domain.handling import Handling, from_circles
from clew.domain.series import SeriesState, Step, after, reference_in
from clew.records import sealed
from clew.records.session import Session, handling_columns

NAME = b"series.name"
BASIS = b"series_steps.basis"
DRAWS_MAX = 5
"""How often references are drawn again for series that another transaction drew the same for, before it gives up."""


def find_or_open(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The own unit's series of that name, opened where it is new; an open one keeps its handling."""
    return open_all(session, [name], handling, cover_id, opened_by=None)[name]


def open_all(
    session: Session, names: Sequence[str], handling: Handling, cover_id: UUID | None, *, opened_by: UUID | None
) -> dict[str, UUID]:
    """The own unit's series of these names, those that are new opened by an intake or, without one, by a person.

    Raises:
        Unavailable: references kept being drawn that others drew at the same moment.
    """
    by_sealed = {sealed_name(session, name): name for name in names}
    found: dict[str, UUID] = {}
    for _ in range(DRAWS_MAX):
        missing = [name for name, words in by_sealed.items() if words not in found]
        if not missing:
            return found
        _open(session, missing, handling, cover_id, opened_by)
        with session.cursor() as cursor:
            cursor.execute(
                "select name, id from series where name = any(%s) and owner_member = %s and owner_unit = %s",
                [missing, session.actor.member, session.actor.unit],
            )
            found |= {by_sealed[bytes(name)]: series_id for name, series_id in cursor}
    if len(found) == len(by_sealed):
        return found
    raise Unavailable("No reference could be drawn for a series: try again.")


def _open(
    session: Session, names: Sequence[bytes], handling: Handling, cover_id: UUID | None, opened_by: UUID | None
) -> None:
    """Open those that are new. Whatever conflicts, the own name or a reference drawn elsewhere meanwhile, is left out."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series (name, opened_by, cover_id, owner_member, owner_unit, audience, members, excluded)
            select name, %(opened_by)s::uuid, %(cover)s::uuid, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint,
                   %(members)s::text[], %(excluded)s::text[]
            from unnest(%(names)s::bytea[]) as given(name) order by name
            on conflict do nothing""",
            {"names": names, "opened_by": opened_by, "cover": cover_id, **handling_columns(handling)},
        )


def add_media(session: Session, series_id: UUID, handling: Handling, media: Sequence[UUID]) -> None:
    """Put `media` into the series; those that are in it stay."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_media (series_id, medium_id, owner_member, owner_unit, audience, members, excluded)
            select %(series)s, medium, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint, %(members)s::text[],
                   %(excluded)s::text[]
            from unnest(%(media)s::uuid[]) as given(medium) order by medium on conflict do nothing""",
            {"series": series_id, "media": list(media), **handling_columns(handling)},
        )


def hold_own(session: Session, name: str) -> tuple[UUID, SeriesState]:
    """The own unit's series of that reference or name, held until the transaction ends, with its state.

    Raises:
        NotVisible: there is no such series of the unit.
    """
    with session.cursor() as cursor:
        cursor.execute(
            """
            select id, state from series
             where owner_member = %(member)s and owner_unit = %(unit)s and (reference = %(reference)s or name = %(name)s)
             order by reference = %(reference)s desc limit 1 for update""",
            {
                "reference": reference_in(name) or "", "name": sealed_name(session, name),
                "member": session.actor.member, "unit": session.actor.unit,
            },
        )  # fmt: skip
        found = cursor.fetchone()
    if found is None:
        raise NotVisible("There is no such series.")
    return found[0], SeriesState(found[1])


def take(session: Session, series_id: UUID, step: Step | None, state: SeriesState, basis: str = "") -> None:
    """Keep that the own series is in `state` by `step`, on that basis; without a step, that a person says so.

    From now on no intake marks it.
    """
    with session.cursor() as cursor:
        cursor.execute("update series set state = %s, opened_by = null where id = %s", [state.value, series_id])
        if step is not None:
            _keep_steps(session, [series_id], step, state, basis)


def _keep_steps(session: Session, series: Sequence[UUID], step: Step, state: SeriesState, basis: str) -> None:
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            insert into series_steps (series_id, step, state, basis, member, unit, taken_by)
            select id, %(step)s, %(state)s, %(basis)s, %(member)s, %(unit)s, %(officer)s
              from unnest(%(series)s::uuid[]) given (id)""",
            {
                "series": list(series), "step": step.value, "state": state.value,
                "basis": sealed.note(actor.member, BASIS, basis), "member": actor.member, "unit": actor.unit,
                "officer": actor.officer,
            },
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """A series that the actor may see."""

    id: UUID
    reference: str
    name: str
    state: SeriesState
    handling: Handling
    cover_id: UUID | None
    entered_at: datetime


def find(session: Session, name: str) -> SeriesRow:
    """The series of that reference, whoever's, or of that name of the actor's own unit.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    rows = _rows(
        session,
        """(s.reference = %(reference)s or s.name = %(name)s and s.owner_member = %(member)s and s.owner_unit = %(unit)s)
           order by s.reference = %(reference)s desc limit 1""",
        {
            "reference": reference_in(name) or "", "name": sealed_name(session, name),
            "member": session.actor.member, "unit": session.actor.unit,
        },
    )  # fmt: skip
    if not rows:
        raise NotVisible("There is no such series.")
    return rows[0]


def named(session: Session, reference: str) -> UUID | None:
    """The series of that reference, whoever's; None where there is none that the actor sees."""
    with session.cursor() as cursor:
        cursor.execute("select id from series where reference = %s", [reference])
        row = cursor.fetchone()
        return None if row is None else row[0]


def of(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, SeriesRow]:
    """Those of these series that the actor may see."""
    rows = _rows(session, "s.id = any(%(ids)s)", {"ids": list(series_ids)})
    return {row.id: row for row in rows}


def is_own(session: Session, name: str) -> bool:
    """Whether the own unit has a series of that name."""
    with session.cursor() as cursor:
        cursor.execute(
            "select exists (select from series where name = %s and owner_member = %s and owner_unit = %s)",
            [sealed_name(session, name), session.actor.member, session.actor.unit],
        )
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTaken:
    """A step of the owner's. `taken_by` is an officer of the actor's own member, or None."""

    step: Step
    state: SeriesState
    basis: str
    unit: str
    taken_by: str | None
    taken_at: datetime


def steps_of(session: Session, series_id: UUID, limit: int) -> tuple[StepTaken, ...]:
    """The latest steps of a series that the actor may see, the last one first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select step, state, basis, member, unit, taken_by, taken_at from series_steps where series_id = %s
             order by taken_at desc, id limit %s""",
            [series_id, limit],
        )
        return tuple(
            StepTaken(
                step=Step(step), state=SeriesState(state), basis=sealed.words_of_note(member, BASIS, basis), unit=unit,
                taken_by=taken_by if member == session.actor.member else None, taken_at=taken_at,
            )
            for step, state, basis, member, unit, taken_by, taken_at in cursor
        )  # fmt: skip


def last_bases(session: Session, series_ids: Iterable[UUID]) -> dict[UUID, str]:
    """On what basis the last step was taken, by each of these own series that has one."""
    with session.cursor() as cursor:
        cursor.execute(
            "select distinct on (series_id) series_id, basis from series_steps where series_id = any(%s)"
            " order by series_id, taken_at desc, id",
            [list(series_ids)],
        )
        return {row[0]: sealed.words_of_note(session.actor.member, BASIS, row[1]) for row in cursor}


def page(
    session: Session, *, is_own: bool, state: SeriesState | None, after: UUID | None, limit: int
) -> list[SeriesRow]:
    """Series that the actor may see, or those of the own unit; of one state if asked; the newest first.

    They begin after the series `after`, if the actor may see that.
    """
    return _rows(
        session,
        """(not %(is_own)s or s.owner_member = %(member)s and s.owner_unit = %(unit)s)
           and (%(state)s::text is null or s.state = %(state)s)
           and (%(after)s::uuid is null
                or (s.entered_at, s.id) < (select a.entered_at, a.id from series a where a.id = %(after)s))
           order by s.entered_at desc, s.id desc limit %(limit)s""",
        {
            "is_own": is_own, "state": state and state.value, "after": after, "limit": limit,
            "member": session.actor.member, "unit": session.actor.unit,
        },
    )  # fmt: skip


def _rows(session: Session, condition: str, values: Mapping[str, object]) -> list[SeriesRow]:
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select s.id, s.reference, s.name, s.state, s.owner_member, s.owner_unit, s.audience, s.members, s.excluded,
                   s.cover_id, s.entered_at
              from series s where {condition}""",
            values,
        )
        return [_row(row) for row in cursor]


def _row(row: Sequence) -> SeriesRow:
    series_id, reference, name, state, member, unit, circles, members, excluded, cover_id, entered_at = row
    return SeriesRow(
        id=series_id, reference=reference, name=sealed.words(sealed.of_member(member), NAME, name),
        state=SeriesState(state), cover_id=cover_id, entered_at=entered_at,
        handling=from_circles(circles, owner_member=member, owner_unit=unit, members=members, excluded=excluded),
    )  # fmt: skip


def sealed_name(session: Session, name: str) -> bytes:
    """The name as the actor's own member's series hold it."""
    return sealed.of_member(session.actor.member).seal(name.encode(), NAME)


def mark_opened(session: Session, series: Sequence[UUID], *, opened_by: UUID) -> list[UUID]:
    """Say of those of `series` that this intake opened and no person has marked that the victim is identified; of which."""
    state = after(SeriesState.OPEN, Step.IDENTIFY)
    with session.cursor() as cursor:
        cursor.execute(
            "update series set state = %s where id = any(%s) and opened_by = %s and state = %s returning id",
            [state.value, list(series), opened_by, SeriesState.OPEN.value],
        )
        marked = [row[0] for row in cursor]
    _keep_steps(session, marked, Step.IDENTIFY, state, "")
    return marked
