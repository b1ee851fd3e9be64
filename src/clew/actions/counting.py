"""Counting: statistics for coordinators, and what the public is told of those who are not identified."""

from clew.domain.errors import NotVisible
from clew.domain.handling import NODE, Actor
from clew.domain.statistics import THE_USUAL, Number, Period, Statistics, check_counts, period, periods, statistics
from clew.formats.statistics import as_csv, as_json
from clew.records import audit
from clew.records import statistics as records
from clew.records.session import acting_as

__all__ = ["Number", "Period", "Statistics", "as_csv", "as_json", "count_up", "period", "public", "publish", "read"]


def read(actor: Actor, of: Period = THE_USUAL) -> Statistics:
    """Numbers of the actor's member, in the period and as it stood at its end, and of others as far as they are told.

    On record.

    Raises:
        StepRefused: the actor is neither a coordinator nor an administrator.
        NotVisible: it is a year of which there are no numbers.
    """
    check_counts(actor.role)
    with acting_as(actor) as session:
        offered = periods(records.years(session))
        if of not in offered:
            raise NotVisible("There is no such period.")
        found = statistics(
            records.told(session, of.name), records.over_time(session, of.name), of=of, offered=offered,
            in_period=records.in_period(session, of.name), linked=records.linked(session, of.name),
        )  # fmt: skip
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
