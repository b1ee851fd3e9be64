"""Statistics: for coordinators on a page and as files; and what the public is told, where the operator said so."""

import time
from collections.abc import Iterable, Mapping
from datetime import date
from threading import Lock

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import counting, opening
from clew.actions.counting import Number, Period, Statistics
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.medium import MediumKind
from clew.domain.officer import Role
from clew.domain.series import SeriesState
from clew.domain.statistics import ARRIVALS, FLOWS, ROLES_THAT_COUNT, THE_USUAL, VIEWING_SECONDS, WORDS
from clew.web import charts, series_words, words
from clew.web.refusals import too_many
from clew.web.sign_ins import needs_fresh_sign_in

Row = tuple[object, object, str, str]
"""What it is, of what, the own number, and that of all others."""
FIGURES: Mapping[str, str | Promise] = {
    "members.connected": gettext_lazy("Members with an officer who may work"),
    "officers.certified": gettext_lazy("Officers who may work"),
    "media.held": gettext_lazy("Media held"),
    "series.held": pgettext_lazy("several", "Series"),
    "overlaps.consented": gettext_lazy("Overlaps to which both sides consented"),
    "waits.to_lead": gettext_lazy("From upload to the first lead on a series, median"),
    "waits.to_consent": gettext_lazy("From the notice of an overlap to consent, median"),
    "waits.to_answer": gettext_lazy("From a question of another member to its answer, median"),
    "victims.identified": gettext_lazy("Children identified"),
    "victims.safeguarded": gettext_lazy("Children safeguarded"),
    "arrivals.arrived": gettext_lazy("Media that came in seizures in 365 days"),
    "arrivals.known": gettext_lazy("Of these known on arrival"),
}
CAME: Mapping[str, str | Promise] = {**FIGURES, "arrivals.arrived": gettext_lazy("Media that came in seizures")}
"""Figures of a period, which its heading says."""
BY_KIND = ("media.held", "arrivals.arrived", "arrivals.known")
PUBLIC: Mapping[str, str | Promise] = {
    "unidentified.series": gettext_lazy("Series of which no child is identified"),
    "unidentified.victims": gettext_lazy("Children of whom nobody knows yet who they are"),
    "unidentified.age": gettext_lazy("By age"),
    "unidentified.sex": gettext_lazy("By sex"),
}
SEX: Mapping[str, str | Promise] = {
    "female": gettext_lazy("girls"), "male": gettext_lazy("boys"), "unknown": gettext_lazy("not known"),
    "adult": gettext_lazy("adult now"),
}  # fmt: skip
CONNECTED = ("members.connected", "")
"""Of the node, and of no member."""
PERIODS: Mapping[str, str | Promise] = {
    "30": gettext_lazy("30 days"), "90": gettext_lazy("90 days"), "365": gettext_lazy("365 days"),
    "all": gettext_lazy("all time"),
}  # fmt: skip
"""A whole year is said by its number."""
NOT_TOLD = "–"  # noqa: RUF001
TOLD_SECONDS = 300
"""So long what the public is told is kept in this process, and by whoever stands between."""
PER_MINUTE_MAX = 300
"""So often the public page is answered in a minute by this process; more is refused and costs nothing."""


@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """Statistics of the own member and of others, for who speaks with them."""
    actor = _who(request)
    found = counting.read(actor, counting.period(request.GET.get("period", "")))
    connected = next((one.number for one in found.numbers if (one.figure, one.of) == CONNECTED), 0) or 0
    shown = {
        "periods": [(one.name, period_words(one)) for one in found.periods],
        "period": found.period.name, "period_words": period_words(found.period), "period_day": found.period_day,
        "came": _came(found), "rows": _stood(found), "tells_arrivals": found.period.tells_arrivals_of_others,
        "connected": connected, "figures": charts.figures(found, connected),
        "charts": charts.charts(found, period_words(found.period), actor.member),
        "members": _by_member(found), "saved": found.saved, "own_day": found.own_day, "others_day": found.others_day,
        "sees_checklists": actor.role is Role.COORDINATOR,
        "image_seconds": VIEWING_SECONDS["image"], "video_seconds": VIEWING_SECONDS["video"],
    }  # fmt: skip
    return render(request, "reports/statistics.html", shown)


@require_POST
@needs_fresh_sign_in
def as_csv(request: HttpRequest) -> HttpResponse:
    """The numbers of a period as CSV, or those of one chart."""
    actor = _who(request)
    found = _asked(request, actor)
    chart = charts.named(found, request.POST.get("chart", ""), period_words(found.period), actor.member)
    words = charts.as_csv(chart) if chart else counting.as_csv(found)
    return _file(words, "text/csv; charset=utf-8", "csv", found.period)


@require_POST
@needs_fresh_sign_in
def as_json(request: HttpRequest) -> HttpResponse:
    """The numbers of a period as JSON."""
    found = _asked(request, _who(request))
    return _file(counting.as_json(found), "application/json", "json", found.period)


@login_not_required
@require_safe
def public(request: HttpRequest) -> HttpResponse:
    """How many are unidentified, for everybody, where the operator said so; else there is no such page.

    It names nobody and knows nobody: it reads no session and sets none.

    Raises:
        NotVisible: the public is told nothing.
    """
    numbers = _TOLD.now()
    if numbers is None:
        return too_many(request)
    if not numbers:
        raise NotVisible("There is no such page.")
    rows = [(PUBLIC[figure], list(_parts(numbers, figure))) for figure in PUBLIC]
    answer = render(request, "reports/unidentified.html", {"rows": rows, "day": numbers[0].day})
    answer.headers["Cache-Control"] = f"public, max-age={TOLD_SECONDS}"
    return answer


class Told:
    """What the public is told, asked of the database now and then, and how often the page may be answered."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers: tuple[Number, ...] = ()
        self._until = self._minute = 0.0
        self._answered = 0

    def now(self) -> tuple[Number, ...] | None:
        """The numbers; None where it was asked too often within this minute."""
        with self._lock:
            moment = time.monotonic()
            if moment - self._minute >= 60:
                self._minute, self._answered = moment, 0
            self._answered += 1
            if self._answered > PER_MINUTE_MAX:
                return None
            if moment >= self._until:
                self._numbers, self._until = counting.public(), moment + TOLD_SECONDS
            return self._numbers

    def forget(self) -> None:
        """Ask anew: for tests."""
        with self._lock:
            self._until = self._minute = 0.0


_TOLD = Told()


def _who(request: HttpRequest) -> Actor:
    """Who asks; to whoever reads no statistics there is no such page."""
    actor = opening.actor_of(request.user.get_username())
    if actor.role not in ROLES_THAT_COUNT:
        raise NotVisible("There is no such page.")
    return actor


def _asked(request: HttpRequest, actor: Actor) -> Statistics:
    return counting.read(actor, counting.period(request.POST.get("period", "")))


def period_words(of: Period) -> str:
    """A period in words."""
    return str(PERIODS.get(of.name, of.name))


def _stood(found: Statistics) -> list[Row]:
    """As it stood, of the own member and of all others; what came is no stock."""
    mine = {(one.figure, one.of): one for one in found.numbers if one.is_own}
    others = {(one.figure, one.of): one for one in found.numbers if not one.is_own and not one.member}
    figures = [figure for figure in WORDS if figure not in (*ARRIVALS, CONNECTED[0])]
    return [
        (FIGURES[key[0]], _of(*key), *(_told(key, *each) for each in (
            (mine.get(key), found.own_day), (others.get(key), found.others_day),
        )))
        for key in _keys(figures, {*mine, *others})
    ]  # fmt: skip


def _came(found: Statistics) -> list[Row]:
    """What was in the period, of the own member; of others what came in it, where that is told."""
    mine = {(one.figure, one.of): one for one in found.in_period}
    others = {
        (one.figure, one.of): one
        for one in found.numbers
        if one.figure in ARRIVALS and not one.is_own and not one.member and found.period.tells_arrivals_of_others
    }
    rows: list[Row] = []
    for key in _keys(FLOWS, {*mine, *others}):
        is_told = key[0] in ARRIVALS and found.period.tells_arrivals_of_others
        day = found.period_day if key[0] not in ARRIVALS or found.has_arrivals else None
        theirs = _told(key, others.get(key), found.others_day if found.has_arrivals else None) if is_told else NOT_TOLD
        rows.append((CAME[key[0]], _of(*key), _told(key, mine.get(key), day), theirs))
    return rows


def _keys(figures: Iterable[str], found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Every figure stands there, also where it is naught; how many waited is said of nobody but in files."""
    order = {figure: at for at, figure in enumerate(figures)}
    known = {key for key in found if key[1] != "count" and key[0] in order}
    known |= {(figure, "") for figure in order.keys() - {figure for figure, _of in known}}
    return sorted(known, key=lambda key: (order[key[0]], key[1]))


def _by_member(found: Statistics) -> list[tuple[str, list[tuple[object, object, str]]]]:
    by_member: dict[str, list[tuple[object, object, str]]] = {}
    for each in found.numbers:
        if not each.is_own and each.member and each.of != "count":
            line = (FIGURES[each.figure], _of(each.figure, each.of), _number(each))
            by_member.setdefault(each.member, []).append(line)
    return list(by_member.items())


def _of(figure: str, of: str) -> object:
    if figure == "series.held" and of:
        return series_words.STATES[SeriesState(of)]
    return words.kind(MediumKind(of)) if figure in BY_KIND and of else ""


def _told(key: tuple[str, str], one: Number | None, day: date | None) -> str:
    """A number: naught where there is none of that kind, and nothing where no day was counted or nobody waited."""
    if one is not None:
        return _number(one)
    return "" if day is None or key[0].startswith("waits.") else "0"


def _number(one: Number) -> str:
    if one.number is None:
        return "" if one.of == "median" else _("few")
    if one.of == "median":
        return words.wait(one.number)
    return words.number(one.number)


def _parts(numbers: Iterable[Number], figure: str) -> Iterable[tuple[object, str]]:
    for one in numbers:
        if one.figure == figure:
            yield ("" if one.of in ("", "all") else SEX.get(one.of, one.of)), _number(one)


def _file(content: str, kind: str, ending: str, of: Period) -> HttpResponse:
    name = f"statistics.{ending}" if of == THE_USUAL else f"statistics-{of.name}.{ending}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
