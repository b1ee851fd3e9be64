"""Identification: the steps about a victim, and the ledger of children who were found."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import identifying, portraying
from clew.actions.opening import Session
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.identification import STEPS, Status, Step
from clew.domain.ledger import By
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal
from clew.web.words import Words, days

TOLD = "clew.told"
YEARS_MAX = 9_999

WORDS: Mapping[Step, Words] = {
    Step.LOCATE: gettext_lazy("located"),
    Step.IDENTIFY: gettext_lazy("identified"),
    Step.SAFEGUARD: gettext_lazy("safeguarded"),
    Step.REOPEN: gettext_lazy("not identified: it was a mistake"),
}
STATUSES: Mapping[Status, Words] = {
    Status.PROPOSED: gettext_lazy("◐ waits for another officer"),
    Status.CONFIRMED: gettext_lazy("● confirmed"),
    Status.REFUSED: gettext_lazy("□ refused"),
    Status.WITHDRAWN: gettext_lazy("□ withdrawn"),
}
BY: Mapping[By, Words] = {
    By.MEMBER: gettext_lazy("Member"), By.YEAR: gettext_lazy("Year"), By.AGE: gettext_lazy("Age"),
    By.SEX: gettext_lazy("Sex"),
}  # fmt: skip


def section(session: Session, victim: portraying.VictimRow) -> dict[str, object]:
    """What the page of an own victim shows of its steps."""
    steps = identifying.steps_of(session, victim)
    return {
        "steps": [(WORDS[one.step], STATUSES[one.status], one) for one in steps],
        "waits": next((one for one in steps if one.status is Status.PROPOSED), None),
        "possible": [(step.value, WORDS[step]) for step in STEPS[victim.state]],
    }


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, name: str, step: str) -> HttpResponse:
    """Propose a step about a victim, or decide the one that waits."""
    if step not in ACTS:
        raise NotVisible("There is no such step.")
    with as_officer(request.user.get_username()) as session:
        # Before the form is read: what is wrong with it is said only of a victim that is there.
        portraying.look_at_victim(session, name)
    try:
        with as_officer(request.user.get_username()) as session:
            told = ACTS[step](session, name, request.POST)
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("victim", name=name)


@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """How many children are identified and safe, each counted once."""
    asked = request.GET
    by = By(asked["by"]) if asked.get("by") in {*By} else By.MEMBER
    year = _year(asked.get("year", ""))
    with as_officer(request.user.get_username()) as session:
        found, times = identifying.ledger(session, by, year)
        due = identifying.due(session)
    shown = {
        "by": by, "every": BY.items(), "heading": BY[by], "year": year or "", "lines": found.lines,
        "total": found.total, "due": due.items, "due_max": len(due.items) if due.has_more else 0,
        "times": [(one, *map(_days, (one.to_lead, one.from_lead, one.to_identified))) for one in times],
    }  # fmt: skip
    return render(request, "people/ledger.html", shown)


def _propose(session: Session, name: str, given: QueryDict) -> str:
    if given.get("step") not in {*Step}:
        raise Invalid("Say which step it is.")
    identifying.propose(
        session, name, Step(given["step"]), basis=given.get("words", ""), evidence=given.get("evidence", ""),
        next_step=given.get("next", ""), next_on=_day(given.get("next_on", "")),
    )  # fmt: skip
    return _("It waits for another officer of your unit.")


def _confirm(session: Session, name: str, _given: QueryDict) -> str:
    identifying.confirm(session, name)
    return _("It is confirmed, and whoever had a part in it is told.")


def _refuse(session: Session, name: str, _given: QueryDict) -> str:
    identifying.refuse(session, name)
    return _("It is refused.")


def _withdraw(session: Session, name: str, _given: QueryDict) -> str:
    identifying.withdraw(session, name)
    return _("It is withdrawn.")


ACTS: Mapping[str, Callable[[Session, str, QueryDict], str]] = {
    "propose": _propose, "confirm": _confirm, "refuse": _refuse, "withdraw": _withdraw,
}  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(_("A day is written year-month-day.")) from None


def _year(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= len(str(YEARS_MAX)) else None


def _days(span: timedelta | None) -> str:
    return "" if span is None else days(span)
