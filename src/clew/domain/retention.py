"""Retention: until when records are kept, when their owner is asked about them, and what ends by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from clew.domain import agreement
from clew.domain.cover import (
    RETENTION_YEARS_DEFAULT,
    RETENTION_YEARS_MAX,
    REVIEW_MONTHS,
    months_before,
    years_after,
)
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Actor
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role

REASON_CHARACTERS_MAX = 500
REVIEW_ASKED_AFTER = timedelta(days=30)
"""A unit is asked again for its review after so long, for as long as anything is undecided."""
CALENDAR = "calendar:"
"""Under this name records end by themselves. No officer's name holds a colon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """How long records of a type are kept where nothing else is said, and for how long at most. Units: years."""

    years: int
    years_max: int


TERMS: Mapping[SubjectKind, Term] = {
    kind: Term(years=RETENTION_YEARS_DEFAULT, years_max=RETENTION_YEARS_MAX) for kind in SubjectKind
}
"""Five years, then a review; ninety-nine at most.

Source: INTERPOL's Rules on the Processing of Data, article 49, and its Executive Committee's exception for
records of children who are not yet identified. A member's administrator may set another default (`checked_term`).
"""


class Rule(StrEnum):
    """By what a subject ends. The words are stored in tombstones; never reuse one."""

    COVER = "cover"
    """On the day that its cover, or that of an intake into it, says."""
    EXTENSION = "extension"
    TERM = "term"
    """Nothing was said: the term of its type after it was entered."""
    CONTENT = "content"
    """A case ends with the last of its exhibits."""


class State(StrEnum):
    """Where a subject stands on a day."""

    KEPT = "kept"
    REVIEW = "review"
    """Its end is at most six months away: the owner is asked."""
    DUE = "due"
    """Its end has come: it goes with the next run."""
    BLOCKED = "blocked"
    """It, or something in it, is under examination: it stays, and nobody else uses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A subject's end: the first day on which it is no longer kept, and by what rule."""

    on: date
    rule: Rule


def own_end(entered: date, years: int, *, cover: date | None, extension: date | None) -> End:
    """The end of a subject by itself: its owner's latest decision, else its cover, else the term of its type."""
    if extension is not None:
        return End(on=extension, rule=Rule.EXTENSION)
    if cover is not None:
        return End(on=cover, rule=Rule.COVER)
    return End(on=years_after(entered, years), rule=Rule.TERM)


def state(end: date, today: date, *, is_blocked: bool) -> State:
    """Where a subject stands that ends on `end`."""
    if is_blocked:
        return State.BLOCKED
    if today >= end:
        return State.DUE
    return State.REVIEW if today >= months_before(end, REVIEW_MONTHS) else State.KEPT


def checked_term(kind: SubjectKind, years: int, *, role: Role) -> int:
    """The term that an administrator sets.

    Raises:
        StepRefused: the actor is no administrator.
        Invalid: it is not between one year and the longest of the type.
    """
    if role is not Role.NATIONAL_ADMINISTRATOR:
        raise StepRefused("Only an administrator of the member sets its terms.")
    if not 1 <= years <= TERMS[kind].years_max:
        raise Invalid("A term is 1 to {most} years.", most=TERMS[kind].years_max)
    return years


DECISION_STATES = (
    agreement.State.PROPOSED, agreement.State.IN_FORCE, agreement.State.WITHDRAWN, agreement.State.LAPSED,
)  # fmt: skip
"""Those of a proposal that a decision comes to: the latest counts, and what it said before stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the owner decided at a review: a new end with a reason, or (`until` is absent) to let it end as it is."""

    id: UUID
    kind: SubjectKind
    subject_id: UUID
    until: date | None
    reason: str
    state: agreement.State
    proposed_by: str
    proposed_at: datetime


def check_extension(kind: SubjectKind, end: date, until: date, today: date, *, is_blocked: bool) -> None:
    """Refuse a new end that is not later, lies too far ahead, or comes after the old one has come.

    What is blocked may be given a new end even then: its examination may show that it is needed.

    Raises:
        StepRefused: the end has come already.
        Invalid: the new end cannot be.
    """
    if today >= end and not is_blocked:
        raise StepRefused("Its end has come; it goes with the next run.")
    if until <= end or until <= today:
        raise Invalid("An extension ends on a later day than now.")
    if until > years_after(today, TERMS[kind].years_max):
        raise Invalid("Retention ends at most {most} years ahead.", most=TERMS[kind].years_max)


def checked_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        Invalid: there is none, or it is too long.
    """
    kept = reason.strip()
    if not kept or len(kept) > REASON_CHARACTERS_MAX or not kept.isprintable():
        raise Invalid("Say why, in up to {most} characters.", most=REASON_CHARACTERS_MAX)
    return kept


def calendar_of(member: str, unit: str) -> Actor:
    """Who ends records of a unit when their time has come: nobody, and so the audit says."""
    return Actor(officer=CALENDAR, member=member, unit=unit, role=Role.CALENDAR)
