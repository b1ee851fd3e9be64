"""Reveal budgets of the administrator's member: which are given, to whom, and until when none is."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import admitting, budgeting, entering
from clew.actions.budgeting import Line, RevealBudget
from clew.actions.opening import Session
from clew.domain.errors import Invalid
from clew.domain.reveal_budget import MOST, SHIPPED
from clew.domain.suspension import Level, Scope
from clew.web.officers import TOLD, administered, administering
from clew.web.sign_ins import needs_fresh_sign_in

NUMBER_CHARACTERS_MAX = 6
NAME_AFTER = ":"
"""Stands between the level and the name in what a form says of whom it means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A budget on the page; `whom` is what a form says of its scope."""

    line: Line
    whom: str


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The budgets in force, and whom one may be given."""
    with administering(request) as session:
        me, member = session.actor.officer, session.actor.member
        rows = [Row(line=line, whom=_whom(line.scope)) for line in budgeting.in_force(session)]
        refused = budgeting.refused(session)
        _particulars, units = entering.about_member(session)
        officers = [known for known in admitting.roster(session) if known.officer != me]
    shown = {
        "rows": rows, "refused": refused,
        "units": [(f"{Level.UNIT}{NAME_AFTER}{unit.code}", unit.code) for unit in units],
        "officers": [(f"{Level.OFFICER}{NAME_AFTER}{one.officer}", one.officer, one.unit) for one in officers],
        "me": me, "member": member, "shipped": SHIPPED, "most": MOST, "everybody": str(Level.MEMBER),
        "told": request.session.pop(TOLD, None),
    }  # fmt: skip
    return render(request, "officers/budgets.html", shown)


@require_POST
@needs_fresh_sign_in
def give(request: HttpRequest) -> HttpResponse:
    """Give an officer, each of a unit or of the member a budget, in place of the one that was there."""

    def act(session: Session, given: QueryDict) -> str:
        budget = RevealBudget(hourly=_number(given.get("hourly", "")), daily=_number(given.get("daily", "")))
        budgeting.give(session, _scope(session, given), budget, given.get("reason", ""))
        return _("The reveal budget is given: it holds from the next reveal on.")

    return administered(request, act, "budgets")


@require_POST
@needs_fresh_sign_in
def end(request: HttpRequest) -> HttpResponse:
    """End a budget: the next wider one holds."""

    def act(session: Session, given: QueryDict) -> str:
        budgeting.end(session, _scope(session, given), given.get("reason", ""))
        return _("The reveal budget is ended: the next wider one holds from the next reveal on.")

    return administered(request, act, "budgets")


def _whom(scope: Scope) -> str:
    named = scope.officer or scope.unit
    return f"{scope.level}{NAME_AFTER}{named}" if named else str(scope.level)


def _scope(session: Session, given: QueryDict) -> Scope:
    level, _sign, name = given.get("whom", "").partition(NAME_AFTER)
    member = session.actor.member
    if level == Level.OFFICER and name:
        return Scope(level=Level.OFFICER, member=member, officer=name)
    if level == Level.UNIT and name:
        return Scope(level=Level.UNIT, member=member, unit=name)
    if level == Level.MEMBER and not name:
        return Scope(level=Level.MEMBER, member=member)
    raise Invalid(_("Say whether an officer, a unit or the member is meant."))


def _number(untrusted: str) -> int:
    if not (untrusted.isascii() and untrusted.isdigit() and len(untrusted) < NUMBER_CHARACTERS_MAX):
        raise Invalid(_("Say how many media an hour and a day, in digits."))
    return int(untrusted)
