"""Reporting: the annual report of a member, made from its records, its audit and the node's log."""

from datetime import UTC, datetime

from clew.domain.annual_report import (
    AnnualReport,
    LogState,
    Witnessed,
    check_reporter,
    sections,
    year_bounds,
)
from clew.domain.cover import Purpose
from clew.formats.annual_report import as_json
from clew.formats.annual_report_pdf import as_pdf
from clew.records import annual_reports, audit, cosignatures, leaves, members
from clew.records.session import Session

__all__ = ["AnnualReport", "annual", "as_json", "as_pdf"]


def annual(session: Session, year: int) -> AnnualReport:
    """The report of the actor's member for a year that has begun, with what holds now beside it. On record.

    Raises:
        StepRefused: the actor does not answer for the member's data.
        Invalid: it is no year, or has not begun.
    """
    check_reporter(session.actor.role)
    now = datetime.now(UTC).replace(microsecond=0)
    since, until = year_bounds(year, now)
    counted = annual_reports.figures(session, since, until)
    code = session.actor.member
    audit.append(session, "report.annual", str(year), purpose=Purpose.SUPERVISION)
    return AnnualReport(
        member=code, member_name=members.names(session).get(code, code), year=year, made_at=now,
        sections=sections(counted), log=_log(),
    )  # fmt: skip


def _log() -> LogState:
    with leaves.opened() as cursor:
        head = leaves.head(cursor)
        signed = cosignatures.newest(cursor)
    return LogState(
        size=head.size, root=head.root.hex(), at=head.at,
        witnesses=tuple(Witnessed(witness=one.witness, size=one.size, at=one.at) for one in signed),
    )  # fmt: skip
