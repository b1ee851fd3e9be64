"""Task forces: the list, with the form for another; one with members, what was brought, the queue and the figures."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import mustering, sifting
from clew.actions.mustering import Standing, Step
from clew.actions.opening import Session
from clew.actions.sifting import Finding
from clew.domain.agreement import State
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.task_force import (
    DAYS_MAX,
    PURPOSE_CHARACTERS_MAX,
    SPEAKS,
    WORDS_CHARACTERS_MAX,
    StackState,
)
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"
STANDINGS: Mapping[Standing, str | Promise] = {
    Standing.INVITED: gettext_lazy("○ invited"),
    Standing.IN: gettext_lazy("● takes part"),
    Standing.DECLINED: gettext_lazy("declined"),
    Standing.OUT: gettext_lazy("withdrew"),
}
STATES: Mapping[StackState, str | Promise] = {
    StackState.WAITING: gettext_lazy("○ set back"),
    StackState.UNSURE: gettext_lazy("△ not sure"),
    StackState.DONE: gettext_lazy("✓ done"),
}
FOUND: Mapping[str, str | Promise] = {
    "leads": gettext_lazy("Leads"),
    "links": gettext_lazy("Links"),
    "clues": gettext_lazy("Clues"),
    "identifications": gettext_lazy("Identifications"),
}


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Task forces that the officer may know of, and the form for another where the officer speaks for a member."""
    with as_officer(request.user.get_username()) as session:
        found = mustering.every_one(session)
        speaks = session.actor.role in SPEAKS
    shown = {
        "lines": [(one, STANDINGS[one.standing] if one.standing else "") for one in found.items], "speaks": speaks,
        "shown_max": len(found.items) if found.has_more else 0,
        "days_max": DAYS_MAX, "characters_max": PURPOSE_CHARACTERS_MAX, "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "taskforces/list.html", shown)


@require_safe
def one(request: HttpRequest, name: str) -> HttpResponse:
    """A task force with all that the officer may know of it, and what they may do now."""
    with as_officer(request.user.get_username()) as session:
        view = mustering.look(session, name)
    line = view.line
    shown = {
        "view": view, "it": line, "members": [(each, STANDINGS[each.standing]) for each in view.members],
        "said": [(each, STATES[each.state]) for each in view.said],
        "found": [(FOUND[each.kind], each) for each in view.found],
        "may_decide": view.speaks and not line.is_over and line.standing is Standing.INVITED,
        "may_name": view.speaks and not line.is_over and line.standing is Standing.IN,
        "may_withdraw": view.speaks and not line.is_over and line.standing is Standing.IN and not line.is_led,
        "may_close": line.is_led and not line.is_over, "characters_max": WORDS_CHARACTERS_MAX,
        "officer": request.user.get_username(), "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "taskforces/one.html", shown)


@require_POST
@needs_fresh_sign_in
def open_one(request: HttpRequest) -> HttpResponse:
    """Open a task force that the officer leads."""
    given = request.POST
    try:
        with as_officer(request.user.get_username()) as session:
            ends_at = _day(given.get("until", "")) + timedelta(days=1)
            made = mustering.open_one(
                session, given.get("name", ""), given.get("purpose", ""), starts_at=None, ends_at=ends_at,
                invited=given.get("members", "").split(","),
            )  # fmt: skip
    except NotAdmitted:
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("taskforces")
    return redirect("taskforce", name=made.reference)


@require_POST
@needs_fresh_sign_in
def act(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Do one thing in a task force: let in, name, come in, bring, take, give back, leave, withdraw, close."""
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a task force that is there.
        mustering.look(session, name)
    if step not in ACTS:
        raise NotVisible("There is no such step.")
    try:
        with as_officer(request.user.get_username()) as session:
            told = ACTS[step](session, name, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("taskforces" if step in GOING else "taskforce", **({} if step in GOING else {"name": name}))


def _decided(step: Step) -> Callable[[Session, str, QueryDict], str]:
    def decide(session: Session, name: str, _given: QueryDict) -> str:
        mustering.decide(session, name, step)
        return _("It is kept.")

    return decide


def _given_back(finding: Finding) -> Callable[[Session, str, QueryDict], str]:
    def give_back(session: Session, name: str, given: QueryDict) -> str:
        sifting.give_back(session, name, finding, given.get("words", ""))
        return _("It is kept. Take the next when you are ready.")

    return give_back


def _invite(session: Session, name: str, given: QueryDict) -> str:
    mustering.invite(session, name, given.get("members", "").split(","))
    return _("They are invited.")


def _name(session: Session, name: str, given: QueryDict) -> str:
    mustering.name_officers(session, name, [given.get("officer", "").strip()])
    return _("The officer is named, and comes in by the own word.")


def _put_out(session: Session, name: str, given: QueryDict) -> str:
    mustering.put_out(session, name, given.get("officer", ""))
    return _("The officer is out.")


def _come_in(session: Session, name: str, _given: QueryDict) -> str:
    mustering.come_in(session, name)
    return _("You are in.")


def _leave(session: Session, name: str, _given: QueryDict) -> str:
    mustering.leave(session, name)
    return _("You are out.")


def _close(session: Session, name: str, _given: QueryDict) -> str:
    mustering.close(session, name)
    return _("It is closed.")


def _bring(session: Session, name: str, given: QueryDict) -> str:
    if sifting.bring(session, name, given.get("series", "")).state is State.PROPOSED:
        return _("It is proposed: a second officer of your unit who works here must agree.")
    return _("It is brought, and lies in stacks.")


def _agree_to_bring(session: Session, name: str, given: QueryDict) -> str:
    sifting.agree_to_bring(session, name, given.get("series", ""))
    return _("It is brought, and lies in stacks.")


def _take_out(session: Session, name: str, given: QueryDict) -> str:
    sifting.take_out(session, name, given.get("series", ""))
    return _("It is out.")


def _take(session: Session, name: str, _given: QueryDict) -> str:
    return "" if sifting.take(session, name) else _("No stack is left for you.")


ACTS: Mapping[str, Callable[[Session, str, QueryDict], str]] = {
    **{step.value: _decided(step) for step in Step},
    **{finding.value: _given_back(finding) for finding in Finding},
    "invite": _invite, "name": _name, "put-out": _put_out, "come-in": _come_in, "leave": _leave, "close": _close,
    "bring": _bring, "agree-to-bring": _agree_to_bring, "take-out": _take_out, "take": _take,
}  # fmt: skip
GOING = {"leave", "withdraw", "decline"}
"""After these the task force may not be known any more."""


def _day(text: str) -> datetime:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), UTC)
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None
