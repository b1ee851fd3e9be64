"""A change of handling or of the words of a cover: whether a second officer must agree, and what is in force."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from clew.domain.agreement import State
from clew.domain.cover import Cover
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Handling, narrowest, widens

REASON_CHARACTERS_MAX = 500


class SubjectKind(StrEnum):
    """What can be handled as a whole. The words are stored and stand in addresses; never reuse one."""

    CASE = "case"
    EXHIBIT = "exhibit"
    SERIES = "series"
    HASH_LIST = "hash-list"
    VICTIM = "victim"
    OFFENDER = "offender"
    PLACE = "place"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A handling that the owner gave a subject, from some time on.

    With `until` it is a restriction beside what else is in force, to the day before `until`;
    without, it stands in the place of the one before. With a `cover` it gave these words, and no handling.
    What `reaches_own` takes from records in the subject what they have of their own, handling or words.
    """

    id: UUID
    given: Handling
    reason: str
    state: State
    proposed_by: str
    proposed_at: datetime
    until: date | None = None
    cover: Cover | None = None
    reaches_own: bool = False


def effective(entered: Handling, changes: Iterable[Change], today: date) -> Handling:
    """What holds on `today`: the handling last given for good, narrowed by every restriction that has not ended.

    `entered` is the handling under which the subject was entered; `changes` are in the order in which they
    came into force.

    Raises:
        ValueError: together they exclude more members than a record can hold.
    """
    lasting, restrictions = entered, []
    for change in changes:
        if change.state is not State.IN_FORCE or change.cover is not None:
            continue
        if change.until is None:
            lasting = change.given
        elif change.until > today:
            restrictions.append(change.given)
    return narrowest(lasting, *restrictions)


def words_in_force(changes: Iterable[Change]) -> Cover | None:
    """The words that were given last, of those that are in force; None where none ever were."""
    given = [change.cover for change in changes if change.state is State.IN_FORCE and change.cover is not None]
    return given[-1] if given else None


def latest(changes: Sequence[Change], most: int) -> list[Change]:
    """The latest of these changes, so many, the latest first; and of those before them what holds or waits."""
    later, earlier = changes[-most:], changes[:-most]
    kept = [one for one in earlier if one.state in (State.IN_FORCE, State.PROPOSED)]
    return [*reversed(later), *reversed(kept)]


def needs_second(before: Handling, given: Handling, *, is_asked: bool) -> bool:
    """Whether a second officer must agree: only where it widens, and the member's administrator asks for it."""
    return is_asked and widens(before, given)


def check_alone(before: Handling, given: Handling, *, is_asked: bool) -> None:
    """Refuse to widen what one officer handles alone (a clue, a link) where the member's administrator asks for two.

    Raises:
        StepRefused: it widens, and two are asked for.
    """
    if needs_second(before, given, is_asked=is_asked):
        raise StepRefused("Two officers widen a handling here, and this has one: take it back and say it anew.")


def checked_reason(reason: str) -> str:
    """The reason as it is kept.

    Raises:
        Invalid: there is none, or it is too long.
    """
    kept = reason.strip()
    if not kept or len(kept) > REASON_CHARACTERS_MAX or not kept.isprintable():
        raise Invalid("A change of handling has a reason of 1 to {most} characters.", most=REASON_CHARACTERS_MAX)
    return kept


def check_end(until: date | None, before: Handling, given: Handling, today: date) -> None:
    """Refuse an end that has come, or one for a handling that does not restrict.

    Raises:
        Invalid: it is so.
    """
    if until is None:
        return
    if until <= today:
        raise Invalid("A restriction ends on a day to come.")
    if widens(before, given):
        raise Invalid("Only a restriction has an end: this handling gives somebody more than before.")
