"""Overlaps: what the own side was told, what it says, whose card it got, and the rule by which it meets others."""

from collections.abc import Callable, Mapping
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import deconflicting
from clew.actions.deconflicting import Line
from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.handling_change import SubjectKind
from clew.domain.officer import Role
from clew.domain.overlap import MODE_DEFAULT, WAIT_DAYS_MAX, Mode, Rule, State, Step
from clew.web.acting import as_officer
from clew.web.references import identifier_in
from clew.web.series_words import STATES as SERIES_STATES
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words

TOLD = "clew.told"
SIDES_PER_PAGE = 50
DEFAULT = "default"
KINDS: Mapping[SubjectKind, Words] = {
    SubjectKind.CASE: gettext_lazy("Case"),
    SubjectKind.HASH_LIST: gettext_lazy("Hash list"),
}
STATES: Mapping[State, Words] = {
    State.ASKED: gettext_lazy("○ not answered"),
    State.WAITING: gettext_lazy("◌ left open"),
    State.DECLINED: gettext_lazy("◇ declined"),
    State.CONSENTED: gettext_lazy("✓ consented"),
}
"""Sign and word of what the own side said."""
MODES: Mapping[Mode, Words] = {
    Mode.OPEN: gettext_lazy("open: the other side sees at once whose it is"),
    Mode.CONTACT: gettext_lazy("contact: who it is, once both consent"),
    Mode.SILENT: gettext_lazy("silent: nobody else is told"),
}
STEPS: Mapping[Step, Words] = {
    Step.CONSENT: gettext_lazy("consented"),
    Step.DECLINE: gettext_lazy("declined"),
    Step.WAIT: gettext_lazy("left it open"),
}


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """What the member was told of cases and lists that the officer may see, and the member's own rule."""
    with as_officer(request.user.get_username()) as session:
        after = identifier_in(request.GET.get("after", ""))
        is_waiting = request.GET.get("waiting") == "1"
        page = deconflicting.sides(session, limit=SIDES_PER_PAGE, after_side=after, is_waiting=is_waiting)
        mode, rules = deconflicting.mode_of_member(session)
        is_administrator = session.actor.role is Role.NATIONAL_ADMINISTRATOR
        shown = {
            "lines": [_line(line, session.actor.unit) for line in page.items],
            "next": page.next, "is_waiting": is_waiting,
            "is_first": not request.GET.get("after"),
            "mode": MODES[mode],
            "rules": _rules(rules),
            "modes": MODES.items(),
            "is_administrator": is_administrator,
            "member": session.actor.member,
        }
    return render(request, "overlaps/list.html", {**shown, "told": request.session.pop(TOLD, None)})


@require_safe
def one(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """A case or hash list: whether an overlap was told of it, what may be said, and by which rule it meets others."""
    unit = request.GET.get("unit") or None
    with as_officer(request.user.get_username()) as session:
        view = deconflicting.look(session, _kind(kind), name, unit, whole=False)
        is_own = view.place.unit == session.actor.unit
        answers = is_own or session.actor.role is Role.COORDINATOR
    is_silent = view.mode is Mode.SILENT
    shown = {
        "view": view,
        "facts": [(fact, "" if fact.state is None else SERIES_STATES[fact.state]) for fact in view.facts],
        "kind": KINDS[view.place.kind],
        "line": None if view.line is None else _line(view.line, view.place.unit),
        "mode": MODES[view.mode],
        "is_silent": is_silent,
        "said": [(said, STEPS[said.step]) for said in view.said],
        "rules": _rules(view.rules),
        "modes": MODES.items(),
        "is_own": is_own,
        "unit": unit or "",
        "answers": answers and view.line is not None and not is_silent and not view.place.is_blocked,
        "wait_days_max": WAIT_DAYS_MAX,
        "told": request.session.pop(TOLD, None),
    }
    return render(request, "overlaps/one.html", shown)


@require_POST
@needs_fresh_sign_in
def say(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Consent, decline or wait, for the own side."""
    given = request.POST
    step = _step(given.get("step", ""))
    unit = given.get("unit") or None

    def act(session: Session) -> str:
        again_on = _day(given.get("again_on", "")) if step is Step.WAIT else None
        words = given.get("words", "") if step is Step.CONSENT else ""
        deconflicting.say(
            session, _kind(kind), name, step, reason=given.get("reason", ""), words=words, again_on=again_on, unit=unit
        )
        return _("It is kept. The other side reads what it read before, until both consent.")

    return _done(request, act, _address(kind, name, unit))


@require_POST
@needs_fresh_sign_in
def set_rule(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    """Give a case or list of the own unit a rule of its own, or that of the member again."""
    mode = _mode(request.POST.get("mode", ""))

    def act(session: Session) -> str:
        return _put(deconflicting.set_mode(session, _kind(kind), name, mode, request.POST.get("reason", "")))

    return _done(request, act, _address(kind, name, None))


@require_POST
@needs_fresh_sign_in
def set_rule_of_member(request: HttpRequest) -> HttpResponse:
    """The rule of the member's cases and lists that have none of their own, set by its administrator."""
    mode = _mode(request.POST.get("mode", "")) or MODE_DEFAULT

    def act(session: Session) -> str:
        return _put(deconflicting.set_mode_of_member(session, mode, request.POST.get("reason", "")))

    return _done(request, act, reverse("overlaps"))


def _done(request: HttpRequest, act: Callable[[Session], str], address: str) -> HttpResponse:
    """Do what was posted and say how it went; what is not visible stays a page of its own."""
    try:
        with as_officer(request.user.get_username()) as session:
            told = act(session)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect(address)


def _put(rule: Rule) -> str:
    if rule.is_in_force:
        return _("The rule holds from now on; who was told before stays told.")
    return _("The rule is proposed; a second officer agrees by setting the same.")


def _line(line: Line, unit: str) -> dict[str, object]:
    side = line.side
    return {
        "line": line, "kind": KINDS[side.kind], "state": STATES[side.state], "is_silent": line.mode is Mode.SILENT,
        "address": _address(side.kind.value, side.name, None if side.unit == unit else side.unit),
    }  # fmt: skip


def _rules(rules: tuple[Rule, ...]) -> list[tuple[Rule, Words]]:
    return [(rule, _("as the member says") if rule.mode is None else MODES[rule.mode]) for rule in rules]


def _address(kind: str, name: str, unit: str | None) -> str:
    page = reverse("overlap", args=[kind, name])
    return page if unit is None else f"{page}?{urlencode({'unit': unit})}"


def _kind(word: str) -> SubjectKind:
    try:
        return deconflicting.checked_kind(word)
    except Invalid:
        raise NotVisible("There is no such kind of subject.") from None


def _step(word: str) -> Step:
    try:
        return Step(word)
    except ValueError:
        raise NotVisible("There is no such step.") from None


def _mode(word: str) -> Mode | None:
    if word == DEFAULT:
        return None
    try:
        return Mode(word)
    except ValueError:
        raise NotVisible("There is no such rule.") from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None
