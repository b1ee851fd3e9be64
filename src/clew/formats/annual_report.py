"""The annual report as JSON, for programs: `docs/annual-report.schema.json` says what each field means."""

import json
from datetime import UTC, datetime

from clew.domain.annual_report import AS_OF_NOW, FORMAT, AnnualReport, Figure, LogState


def as_json(report: AnnualReport) -> str:
    """The whole report as one JSON text; the same report is the same text."""
    since, until = (f"{year}-01-01T00:00:00Z" for year in (report.year, report.year + 1))
    said = {
        "format": FORMAT,
        "member": {"code": report.member, "name": report.member_name},
        "year": report.year,
        "from": since,
        "until": until,
        "made_at": _time(report.made_at),
        "figures": {
            section.name: {figure.name: _figure(section.name, figure) for figure in section.figures}
            for section in report.sections
        },
        "log": _log(report.log),
    }
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _figure(section: str, figure: Figure) -> dict[str, object]:
    return {
        "total": figure.total,
        "by": dict(figure.parts),
        "counted": "now" if (section, figure.name) in AS_OF_NOW else "year",
    }


def _log(log: LogState) -> dict[str, object]:
    return {
        "events": log.size,
        "root": log.root,
        "signed_at": _time(log.at),
        "witnesses": [
            {"witness": one.witness, "events": one.size, "signed_at": _time(one.at)} for one in log.witnesses
        ],
    }


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
