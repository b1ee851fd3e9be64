"""Reporting: the annual report of a member, made from its records, its audit and the node's log."""

from collections.abc import Iterator
from datetime import UTC, datetime

from clew.domain.annual_report import (
    AnnualReport,
    Counted,
    LogState,
    Witnessed,
    check_reporter,
    sections,
    year_bounds,
)
from clew.domain.cover import REVIEW_MONTHS, Purpose
from clew.domain.handling import Actor
from clew.formats.annual_report import as_json
from clew.formats.annual_report_pdf import as_pdf
from clew.records import annual_reports, audit, cosignatures, leaves, members, officers, retentions
from clew.records.session import acting_as

__all__ = ["AnnualReport", "annual", "as_json", "as_pdf"]


def annual(actor: Actor, year: int) -> AnnualReport:
    """The report of the actor's member for a year that has begun, with what holds now beside it. On record.

    What comes due is worked out for each unit by its calendar, as numbers: the rules of retention are the unit's.

    Raises:
        StepRefused: the actor does not answer for the member's data.
        Invalid: it is no year, or has not begun.
    """
    check_reporter(actor.role)
    now = datetime.now(UTC).replace(microsecond=0)
    since, until = year_bounds(year, now)
    with acting_as(actor) as session:
        counted = annual_reports.figures(session, since, until)
        name = members.names(session).get(actor.member, actor.member)
        audit.append(session, "report.annual", str(year), purpose=Purpose.SUPERVISION)
    return AnnualReport(
        member=actor.member, member_name=name, year=year, made_at=now,
        sections=sections([*counted, *_coming_due(actor.member, now)]), log=_log(),
    )  # fmt: skip


def _coming_due(member: str, now: datetime) -> Iterator[Counted]:
    """Cases, exhibits, series and lists of all units that come due or are past their end."""
    for calendar in officers.calendars():
        if calendar.member != member:
            continue
        with acting_as(calendar) as session:
            for figure, months in (("to_review", REVIEW_MONTHS), ("past_end", 0)):
                for kind, count in retentions.counts(session, now.date(), months=months).items():
                    yield Counted(section="retention", figure=figure, of=kind.value, number=count)


def _log() -> LogState:
    with leaves.opened() as cursor:
        head = leaves.head(cursor)
        signed = cosignatures.newest(cursor)
    return LogState(
        size=head.size, root=head.root.hex(), at=head.at,
        witnesses=tuple(Witnessed(witness=one.witness, size=one.size, at=one.at) for one in signed),
    )  # fmt: skip
