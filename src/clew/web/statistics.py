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
from clew.actions.counting import Number, Statistics
from clew.domain.errors import NotVisible
from clew.domain.handling import Actor
from clew.domain.medium import MediumKind
from clew.domain.officer import Role
from clew.domain.series import SeriesState
from clew.domain.statistics import ROLES_THAT_COUNT, VIEWING_SECONDS, WORDS
from clew.web import charts, series_words, words
from clew.web.refusals import too_many
from clew.web.sign_ins import needs_fresh_sign_in

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
TOLD_SECONDS = 300
"""So long what the public is told is kept in this process, and by whoever stands between."""
PER_MINUTE_MAX = 300
"""So often the public page is answered in a minute by this process; more is refused and costs nothing."""


@require_safe
def one(request: HttpRequest) -> HttpResponse:
    """Statistics of the own member and of others, for who speaks with them."""
    actor = _who(request)
    found = counting.read(actor)
    mine = {(one.figure, one.of): one for one in found.numbers if one.is_own}
    others = {(one.figure, one.of): one for one in found.numbers if not one.is_own and not one.member}
    known = {key for key in {*mine, *others} if key[1] != "count"} - {CONNECTED}
    order = {figure: at for at, figure in enumerate(WORDS)}
    # Every figure stands there, also where it is naught.
    known |= {(figure, "") for figure in order.keys() - {figure for figure, _of in known} - {CONNECTED[0]}}
    keys = sorted(known, key=lambda key: (order[key[0]], key[1]))
    connected = (mine[CONNECTED].number if CONNECTED in mine else 0) or 0
    shown = {
        "rows": [
            (FIGURES[key[0]], _of(*key), *(_told(key, *each) for each in (
                (mine.get(key), found.own_day), (others.get(key), found.others_day),
            )))
            for key in keys
        ],
        "connected": connected, "figures": charts.figures(found, connected), "charts": charts.charts(found),
        "members": _by_member(found), "saved": found.saved, "own_day": found.own_day, "others_day": found.others_day,
        "sees_checklists": actor.role is Role.COORDINATOR,
        "image_seconds": VIEWING_SECONDS["image"], "video_seconds": VIEWING_SECONDS["video"],
    }  # fmt: skip
    return render(request, "reports/statistics.html", shown)


@require_POST
@needs_fresh_sign_in
def as_csv(request: HttpRequest) -> HttpResponse:
    """The numbers as CSV, or those of one chart."""
    found = counting.read(_who(request))
    chart = charts.named(found, request.POST.get("chart", ""))
    return _file(charts.as_csv(chart) if chart else counting.as_csv(found), "text/csv; charset=utf-8", "csv")


@require_POST
@needs_fresh_sign_in
def as_json(request: HttpRequest) -> HttpResponse:
    """The numbers as JSON."""
    return _file(counting.as_json(counting.read(_who(request))), "application/json", "json")


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


def _file(content: str, kind: str, ending: str) -> HttpResponse:
    name = f"statistics.{ending}"
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
