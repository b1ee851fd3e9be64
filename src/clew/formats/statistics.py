"""Statistics as files: CSV for spreadsheets, JSON for programs."""

import csv
import io
import json

from clew.domain.statistics import ASSUMPTION, Number, Saved, Statistics

FEW = "few"
"""Stands for a number that is too small to be told."""
COLUMNS = ("whose", "member", "figure", "of", "as_of", "number", "period")
"""`period` is said of what was in it; without one it is as it stood, and what came, of 365 days."""


def as_csv(found: Statistics) -> str:
    """A line for each number. Codes and names of figures hold nothing that a spreadsheet takes for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found.numbers:
        number = FEW if one.number is None else str(one.number)
        writer.writerow([_whose(one), one.member, one.figure, one.of, one.day.isoformat(), number, ""])
    for one in (*found.in_period, *found.linked):
        writer.writerow(["own", one.member, one.figure, one.of, one.day.isoformat(), one.number, found.period.name])
    for saved in found.saved:
        for name, value in (("arrivals.share_known", saved.share), ("arrivals.hours_saved", saved.hours)):
            shown = "" if value is None else f"{value:.3f}"
            writer.writerow([_whose(saved), saved.member, name, "", "", shown, found.period.name])
    return out.getvalue()


def as_json(found: Statistics) -> str:
    """The same as one JSON text; a number that is too small to be told is null."""
    said = {
        "format": "clew-statistics/1",
        "own_as_of": found.own_day and found.own_day.isoformat(),
        "others_as_of": found.others_day and found.others_day.isoformat(),
        "period": found.period.name,
        "numbers": [_told(one) for one in found.numbers],
        "in_period": [_told(one) for one in (*found.in_period, *found.linked)],
        "over_time": [_told(one) for one in found.over_time],
        "saved": [
            {"whose": _whose(one), "member": one.member, "share_known": one.share, "hours": one.hours}
            for one in found.saved
        ],
        "assumption": ASSUMPTION,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def _told(one: Number) -> dict[str, object]:
    return {
        "whose": _whose(one), "member": one.member, "figure": one.figure, "of": one.of, "as_of": one.day.isoformat(),
        "number": one.number,
    }  # fmt: skip


def _whose(one: Number | Saved) -> str:
    if one.is_own:
        return "own" if one.member else "all"
    return "other" if one.member else "others"
