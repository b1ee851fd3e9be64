"""Charts of statistics: each a table, from which a script draws the picture, and which is kept as CSV as it stands."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clew.actions.counting import Number, Statistics
from clew.domain.medium import MediumKind
from clew.domain.series import SeriesState
from clew.domain.statistics import ANSWERS
from clew.domain.triage import Answer
from clew.web import series_words, words

FEW = "few"
"""Stands in a file for a number that is too small to be told."""
SEVERAL, MANY = 5, 20
"""From so many overlaps on an arc is drawn thicker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a chart: what it is of, its words, and a number; None where that is too small to be told."""

    of: str
    what: str
    number: int | None
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A chart; `name` says how its rows are drawn, `heads` what its columns are, `unit` that of numbers in a file."""

    name: str
    title: str
    about: str
    heads: tuple[str, str, str]
    unit: str = ""
    own: str = ""
    """The own member, where the chart has to know which it is."""
    rows: tuple[Row, ...]


def charts(found: Statistics, period: str, member: str) -> list[Chart]:
    """The charts of which there is something to draw; `period` in words, `member` the own one."""
    every = (
        _linked(found, period, member), _arrived(found, period), _answers_by_month(found, period),
        _course(found, period), _held(found), _answered(found),
    )  # fmt: skip
    return [one for one in every if one.rows]


def as_csv(chart: Chart) -> str:
    """The rows as they are told: numbers, days, codes and our own words, so nothing that a spreadsheet calculates."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    *heads, number = chart.heads
    writer.writerow([*heads, f"{number} ({chart.unit})" if chart.unit else number])
    writer.writerows([row.of, row.what, FEW if row.number is None else row.number] for row in chart.rows)
    return out.getvalue()


def _linked(found: Statistics, period: str, member: str) -> Chart:
    """Members that are connected, and how many overlaps the own member has with each: never those of two others."""
    shared = {one.of: one.number or 0 for one in found.linked}
    there = {one.member for one in found.numbers if one.figure == "officers.certified" and not one.is_own}
    rows = [_row(of, _band(shared.get(of, 0)), shared.get(of, 0)) for of in sorted({*shared, *there} - {""})]
    return Chart(
        name="linked", title=_("Countries connected"), about=_(
            "{period}: overlaps of your member to which both sides consented and that you may see."
            " Those between two others are not told."
        ).format(period=period), own=member,
        heads=(_("Member"), _("How many"), _("Overlaps")), rows=tuple(rows),
    )  # fmt: skip


def _band(number: int) -> str:
    """As thick as an arc is drawn."""
    if number >= MANY:
        return _("twenty or more")
    if number >= SEVERAL:
        return _("five to nineteen")
    return _("one to four") if number else _("none")


def _answers_by_month(found: Statistics, period: str) -> Chart:
    """What came by what triage said of it when it came, month by month."""
    order = {answer.value: at for at, answer in enumerate(Answer)}
    months = sorted(
        (one for one in found.over_time if one.figure == ANSWERS and one.of in order),
        key=lambda one: (one.day, order[one.of]),
    )
    rows = [
        _row(f"{one.day:%Y-%m}", f"{said.sign} {said.word}", one.number)
        for one in months
        for said in [words.ANSWERS[Answer(one.of)]]
    ]
    return Chart(
        name="answers", title=_("What came turned out to be, month by month"), about=_of_own(period),
        heads=(_("Month"), _("Answer"), _("Media")), rows=tuple(rows),
    )  # fmt: skip


def _arrived(found: Statistics, period: str) -> Chart:
    """What uploads of the own member turned out to be."""
    arrived, known = (_came(found, figure) for figure in ("arrivals.arrived", "arrivals.known"))
    rows = [
        _row(str(words.kind(MediumKind(of))), what, number)
        for of, came in arrived.items()
        for what, number in ((_("✓ known"), known.get(of, 0)), (_("● new"), came - known.get(of, 0)))
        if came
    ]
    return Chart(
        name="arrived", title=_("What came turned out to be"), about=_of_own(period),
        heads=(_("Kind"), _("Answer"), _("Media")), rows=tuple(rows),
    )  # fmt: skip


def _course(found: Statistics, period: str) -> Chart:
    """How series and children of the own member went from month to month."""
    states = {state.value: str(series_words.STATES[state]) for state in SeriesState}
    figures = {"victims.identified": _("children identified"), "victims.safeguarded": _("children safeguarded")}
    rows = [
        _row(one.day.isoformat(), figures.get(one.figure) or states.get(one.of, one.of), one.number)
        for one in found.over_time
        if one.figure in figures or one.of in states
    ]
    return Chart(
        name="course", title=_("Series and children, month by month"), about=_of_own(period),
        heads=(_("Day"), _("What"), _("Number")), rows=tuple(rows),
    )  # fmt: skip


def _held(found: Statistics) -> Chart:
    """Media that members hold, by country: the own exactly, others in fives."""
    by_member: dict[str, list[Number]] = {}
    for one in found.numbers:
        if one.figure == "media.held" and one.member:
            by_member.setdefault(one.member, []).append(one)
    rows = []
    for member, numbers in sorted(by_member.items()):
        is_few = any(one.number is None for one in numbers)
        total = sum(one.number or 0 for one in numbers)
        rows.append(_row(member, _("media held"), None if is_few and not total else total))
    return Chart(
        name="held", title=_("Where media are held"),
        about=_("Your member exactly; others in fives, and fewer than five as “few”."),
        heads=(_("Member"), _("What"), _("Number")), rows=tuple(rows),
    )  # fmt: skip


def _answered(found: Statistics) -> Chart:
    """How soon questions were answered, by the country that was asked."""
    counts = {one.member: one for one in found.numbers if (one.figure, one.of) == ("waits.to_answer", "count")}
    medians = [one for one in found.numbers if (one.figure, one.of) == ("waits.to_answer", "median") and one.member]
    rows = [
        Row(of=one.member, what=_answers(counts.get(one.member)), number=one.number, shown=words.wait(one.number))
        for one in sorted(medians, key=lambda one: one.member)
        if one.number is not None
    ]
    return Chart(
        name="answered", title=_("From question to answer"),
        about=_("The median of each member. Others in whole days, where they gave five answers or more."),
        heads=(_("Member"), _("Answers"), _("Median")), unit=_("seconds"), rows=tuple(rows),
    )  # fmt: skip


def _answers(count: Number | None) -> str:
    told = 0 if count is None or count.number is None else count.number
    if count is not None and count.is_own:
        return ngettext("{count} answer", "{count} answers", told).format(count=words.number(told))
    return ngettext("{count} answer or more", "{count} answers or more", told).format(count=words.number(told))


def _of_own(period: str) -> str:
    return _("Your member, {period}.").format(period=period)


def _came(found: Statistics, figure: str) -> Mapping[str, int]:
    return {one.of: one.number or 0 for one in found.in_period if one.figure == figure}


def _row(of: str, what: str, number: int | None) -> Row:
    return Row(of=of, what=what, number=number, shown=_("few") if number is None else words.number(number))


def named(found: Statistics, untrusted_name: str, period: str, member: str) -> Chart | None:
    """The chart of that name, if there is one."""
    return next((one for one in charts(found, period, member) if one.name == untrusted_name), None)


def figures(found: Statistics, connected: int) -> Sequence[tuple[str, str]]:
    """The four large figures: (number, what it is)."""
    own = {(one.figure, one.of): one.number for one in found.numbers if one.is_own}
    share = next((one.share for one in found.saved if one.is_own), None)
    return (
        (words.number(connected), _("members connected")),
        (words.number(own.get(("victims.identified", "")) or 0), _("children identified, your member")),
        (words.number(own.get(("victims.safeguarded", "")) or 0), _("children safeguarded, your member")),
        ("–" if share is None else f"{share * 100:.0f} %", _("known on arrival, your member")),  # noqa: RUF001
    )
