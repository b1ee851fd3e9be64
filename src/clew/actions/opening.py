"""Opening: members, officers, cases, exhibits and series; and acting as an officer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions.admitting import add_officer
from clew.actions.entering import add_member
from clew.actions.reaching import reached
from clew.domain.cover import Cover, check_retention
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Audience, Handling, handled, narrowest
from clew.domain.identification import is_agreed, told_of
from clew.domain.naming import named
from clew.domain.officer import WITHOUT_CONTENT
from clew.domain.series import SeriesState, checked_words, reference_in, step_to
from clew.records import (
    audit,
    covers,
    exhibits,
    handlings,
    hash_lists,
    identifications,
    members,
    series,
    tombstones,
)
from clew.records import cases as case_records
from clew.records.audit import by_command
from clew.records.officers import actor_of
from clew.records.session import Session, acting_as

__all__ = [
    "CaseLine",
    "CasePage",
    "Session",
    "acting_as",
    "actor_of",
    "add_member",
    "add_officer",
    "by_command",
    "case",
    "cases",
    "check_enters",
    "check_members",
    "handling_beside",
    "keep_cover",
    "mark_series",
    "open_exhibit",
    "open_list",
    "open_series",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case of the actor's member, with its first exhibits.

    `unit` is the unit whose case it is, None where that is the actor's own: two units may use one reference.
    """

    reference: str
    unit: str | None
    exhibits: tuple[str, ...]
    exhibits_count: int
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """Some cases; `next` is where the following page begins, or None."""

    items: tuple[CaseLine, ...]
    next: str | None


def cases(session: Session, *, after: str | None = None, limit: int, exhibits_max: int) -> CasePage:
    """A page of cases of the actor's own member that the actor may see, the newest first."""
    audit.append(session, "case.list", "")
    rows = case_records.own(session, _marker(after), limit + 1)
    return CasePage(
        items=tuple(_line(session, row, exhibits_max) for row in rows[:limit]),
        next=str(rows[limit - 1].id) if len(rows) > limit else None,
    )


def case(session: Session, case_id: UUID, *, exhibits_max: int) -> CaseLine:
    """A case of the own member that was found within this session."""
    return _line(session, case_records.get(session, case_id), exhibits_max)


def _line(session: Session, row: case_records.CaseRow, exhibits_max: int) -> CaseLine:
    return CaseLine(
        reference=row.reference, unit=None if row.unit == session.actor.unit else row.unit,
        exhibits=row.exhibits[:exhibits_max], exhibits_count=len(row.exhibits), opened_at=row.opened_at,
    )  # fmt: skip


def _marker(after: str | None) -> UUID | None:
    try:
        return None if after is None else UUID(after)
    except ValueError:
        return None


def check_members(session: Session, handling: Handling) -> None:
    """Refuse a handling that names a member who does not take part: a slip of the hand would hide or show too much.

    Raises:
        Invalid: there is no such member.
    """
    if not (handling.members | handling.excluded) <= members.names(session).keys():
        raise Invalid("This audience names a member who does not take part.")


def handling_beside(session: Session, beside: Iterable[Handling]) -> Handling:
    """The handling of what is asserted of records: that of the own ones; else for all who see them."""
    actor = session.actor
    own = [one for one in beside if (one.owner_member, one.owner_unit) == (actor.member, actor.unit)]
    everyone = handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience.ALL)
    return narrowest(own[0], *own[1:]) if own else everyone


def check_enters(session: Session) -> None:
    """Refuse a role that has no right on records.

    Raises:
        StepRefused: it has none.
    """
    if session.actor.role in WITHOUT_CONTENT:
        raise StepRefused("Your role enters no records.")


def keep_cover(session: Session, handling: Handling, cover: Cover) -> UUID:
    """What is said of records beside who may see them, kept once; gives its identifier.

    Raises:
        StepRefused: the actor's role has no right on records.
        Invalid: the handling names a member who does not take part, or the retention cannot be.
    """
    check_enters(session)
    check_members(session, handling)
    check_retention(cover.retention_end, today())
    return covers.keep(session, handling, cover)


def today() -> date:
    """The day by which terms are counted: that of the node, in UTC."""
    return datetime.now(tz=UTC).date()


def open_list(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The unit's own hash list of that name, opened where it is new.

    Raises:
        StepRefused: it is ending.
    """
    list_id = hash_lists.open_list(session, named(name), handling, cover_id)
    tombstones.hold_off(session, list_id=list_id)
    audit.append(session, "hash_list.open", str(list_id))
    return list_id


def open_exhibit(
    session: Session, case: str, exhibit: str, handling: Handling, cover_id: UUID | None = None
) -> UUID:
    """The exhibit of this reference, opened with its case where they are new.

    Raises:
        StepRefused: it is ending, or its case is.
    """
    case_id = case_records.open_case(session, named(case), handling, cover_id)
    tombstones.hold_off(session, case_id=case_id)
    exhibit_id = exhibits.open_exhibit(session, case_id, named(exhibit), handling, cover_id)
    tombstones.hold_off(session, case_id=case_id, exhibit_id=exhibit_id)
    audit.append(session, "exhibit.open", str(exhibit_id))
    return exhibit_id


def open_series(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The unit's own series of that name, open where it is new.

    Raises:
        StepRefused: it is ending.
        Invalid: it is named by a reference, which none is opened by.
    """
    if reference_in(name) is not None:
        raise Invalid("Say the title of a series of your unit here: what has a reference is there already.")
    series_id = series.find_or_open(session, named(name), handling, cover_id)
    handlings.hold_series(session, [series_id])
    if tombstones.is_one_ending(session, [series_id]):
        raise StepRefused("The end of this series has come and is being carried out; nothing more is taken into it.")
    audit.append(session, "series.open", str(series_id))
    return series_id


def mark_series(session: Session, name: str, state: SeriesState, basis: str = "") -> None:
    """Say of an own series (its reference or name) how far its enquiry has come; kept with who, when and on what basis.

    Units that had a part in it, or whose triage named it, are told once that it is solved, or that this was a mistake.

    Raises:
        NotVisible: there is no such series of the actor's unit.
        StepRefused: no single step leads from its state to this one.
        Invalid: the basis is too long; or there is none, and no two officers agreed to so much of every child in it.
    """
    kept = checked_words(basis)
    series_id, before = series.hold_own(session, name)
    step = step_to(before, state)
    if step is not None and not kept and not is_agreed(state, reached(session, [series_id]).get(series_id)):
        raise Invalid("Say on what basis: no second officer has confirmed as much of every child in this series.")
    series.take(session, series_id, step, state, kept)
    outcome = told_of(before, state)
    if outcome is not None:
        identifications.tell(session, [series_id], outcome)
    audit.append(session, f"series.{state}", str(series_id))
