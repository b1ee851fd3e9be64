"""Opening: members, officers, cases, exhibits and series; and acting as an officer."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from clew.actions.admitting import add_officer
from clew.actions.entering import add_member
from clew.domain.cover import Cover, check_retention
from clew.domain.errors import Invalid
from clew.domain.handling import Handling
from clew.domain.naming import named
from clew.domain.series import SeriesState
from clew.records import audit, covers, exhibits, hash_lists, members, officers, series
from clew.records import cases as case_records
from clew.records.officers import actor_of
from clew.records.session import Session, acting_as

__all__ = [
    "CaseLine",
    "Session",
    "acting_as",
    "actor_of",
    "add_member",
    "add_officer",
    "cases",
    "check_members",
    "keep_cover",
    "mark_series",
    "open_exhibit",
    "open_list",
    "open_series",
    "set_password",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """A case of the actor's member, with its exhibits."""

    reference: str
    exhibits: tuple[str, ...]
    opened_at: datetime


def set_password(username: str, password: str) -> None:
    """The officer signs in with `password` from now on, and a second factor."""
    officers.set_password(username, password)


def cases(session: Session) -> tuple[CaseLine, ...]:
    """Cases of the actor's own member that the actor may see, the newest first."""
    return tuple(
        CaseLine(reference=reference, exhibits=tuple(names), opened_at=opened_at)
        for reference, names, opened_at in case_records.own(session)
    )


def check_members(session: Session, handling: Handling) -> None:
    """Refuse a handling that names a member who does not take part: a slip of the hand would hide or show too much.

    Raises:
        Invalid: there is no such member.
    """
    if not (handling.members | handling.excluded) <= members.names(session).keys():
        raise Invalid("This audience names a member who does not take part.")


def keep_cover(session: Session, handling: Handling, cover: Cover) -> UUID:
    """What is said of records beside who may see them, kept once; gives its identifier.

    Raises:
        Invalid: the handling names a member who does not take part, or the retention cannot be.
    """
    check_members(session, handling)
    check_retention(cover.retention_end, today())
    return covers.keep(session, handling, cover)


def today() -> date:
    """The day by which terms are counted: that of the node, in UTC."""
    return datetime.now(tz=UTC).date()


def open_list(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The unit's own hash list of that name, opened where it is new."""
    list_id = hash_lists.open_list(session, named(name), handling, cover_id)
    audit.append(session, "hash_list.open", str(list_id))
    return list_id


def open_exhibit(
    session: Session, case: str, exhibit: str, handling: Handling, cover_id: UUID | None = None
) -> UUID:
    """The exhibit of this reference, opened with its case where they are new."""
    case_id = case_records.open_case(session, named(case), handling, cover_id)
    exhibit_id = exhibits.open_exhibit(session, case_id, named(exhibit), handling, cover_id)
    audit.append(session, "exhibit.open", str(exhibit_id))
    return exhibit_id


def open_series(session: Session, name: str, handling: Handling, cover_id: UUID | None = None) -> UUID:
    """The unit's own series of that name, open where it is new."""
    series_id = series.find_or_open(session, named(name), handling, cover_id)
    audit.append(session, "series.open", str(series_id))
    return series_id


def mark_series(session: Session, name: str, state: SeriesState) -> None:
    """Say of an own series whether its victim is identified.

    Raises:
        NotVisible: there is no such series of the actor's unit.
    """
    series_id = series.mark(session, name, state)
    audit.append(session, f"series.{state}", str(series_id))
