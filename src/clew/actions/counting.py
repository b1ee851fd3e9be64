"""Counting: statistics for coordinators, and what the public is told of those who are not identified."""

from clew.domain.handling import NODE, Actor
from clew.domain.statistics import Number, Statistics, check_counts, statistics
from clew.formats.statistics import as_csv, as_json
from clew.records import audit
from clew.records import statistics as records
from clew.records.session import acting_as

__all__ = ["Number", "Statistics", "as_csv", "as_json", "count_up", "public", "publish", "read"]


def read(actor: Actor) -> Statistics:
    """Numbers of the actor's member, and of others as far as they are told. On record.

    Raises:
        StepRefused: the actor is neither a coordinator nor an administrator.
    """
    check_counts(actor.role)
    with acting_as(actor) as session:
        found = statistics(records.told(session), records.over_time(session))
        audit.append(session, "statistics.read", "")
    return found


def public() -> tuple[Number, ...]:
    """What the public is told now: of all members together, and nothing unless the operator said so.

    Nobody is known who reads it, so nothing is put on record; the word of the operator is.
    """
    with acting_as(NODE) as session:
        return records.public(session)


def publish(*, is_on: bool) -> None:
    """The operator says whether the public is told how many are unidentified. On record."""
    with acting_as(NODE) as session:
        records.publish(session, is_on=is_on)
        audit.append(session, "statistics.publish" if is_on else "statistics.withdraw", "")


def count_up() -> None:
    """Have yesterday counted: the node's doing, once a day."""
    with acting_as(NODE) as session:
        records.count(session)
