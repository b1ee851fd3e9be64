"""Gathering: which series are one, said by whoever sees both and taken back by nobody else."""

from uuid import UUID

from clew.actions.opening import check_members
from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Audience, Handling, handled, narrowest
from clew.domain.series import SERIES_TOGETHER_MAX, checked_words
from clew.records import audit, handlings, merges, series, tombstones
from clew.records.session import Session


def merge(session: Session, one: str, other: str, reason: str, handling: Handling | None = None) -> UUID:
    """Assert that two series that the actor sees are one; the assertion, which the actor's unit may withdraw.

    One row, however many media they have; neither series, nor what anybody else says of it, changes. Whoever may see
    the assertion and both series sees them as one. Without a `handling` it lies under that of the own ones of
    the two, or is seen by all who see both.

    Raises:
        NotVisible: there is no such series, or the actor may not see it.
        Invalid: it is one and the same, or there is no reason.
        StepRefused: one of them is ending or under examination, or too many would be seen as one.
    """
    kept = checked_words(reason, is_demanded=True)
    first, second = series.find(session, one), series.find(session, other)
    if first.id == second.id:
        raise Invalid("These are one and the same series.")
    _hold(session, first, second)
    given = handling or _handling_for(session, first, second)
    check_members(session, given)
    merge_id = merges.add(session, first.id, second.id, kept, given)
    together = merges.together(session, [first.id])[first.id]
    if len(together) > SERIES_TOGETHER_MAX:
        raise StepRefused(f"More than {SERIES_TOGETHER_MAX:,} series would be seen as one.")
    owners = {first.handling.owner_member, second.handling.owner_member}
    audit.append(session, "series.merge", str(first.id), {"series": len(together)}, shown=owners)
    return merge_id


def undo(session: Session, merge_id: UUID) -> None:
    """Take back an own assertion that two series are one: they are seen apart again, unless others say it too.

    Raises:
        NotVisible: the actor's unit has no such assertion.
    """
    first, _ = merges.withdraw(session, merge_id)
    audit.append(session, "series.undo", str(first))


def _hold(session: Session, *some: series.SeriesRow) -> None:
    """Hold those of the series that are the own unit's; nothing is said of what is ending or under examination."""
    handlings.hold_series(session, [one.id for one in some if _is_own(session, one)])
    if any(one.handling.is_blocked for one in some) or tombstones.is_one_ending(session, [one.id for one in some]):
        raise StepRefused("A series that is ending or under examination stays as it is.")


def _is_own(session: Session, one: series.SeriesRow) -> bool:
    return (one.handling.owner_member, one.handling.owner_unit) == (session.actor.member, session.actor.unit)


def _handling_for(session: Session, *some: series.SeriesRow) -> Handling:
    """That of the own ones of the series; else for all, of whom only those who see the series will see it."""
    own = [one.handling for one in some if _is_own(session, one)]
    actor = session.actor
    everyone = handled(owner_member=actor.member, owner_unit=actor.unit, audience=Audience.ALL)
    return narrowest(own[0], *own[1:]) if own else everyone
