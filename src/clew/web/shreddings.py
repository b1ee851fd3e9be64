"""The end of a case: proposed, taken back, confirmed by a second officer, and the certificate of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from clew.actions import shredding
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.domain.shredding import Step
from clew.web.acting import as_officer
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"


@require_safe
def one(request: HttpRequest, case: str) -> HttpResponse:
    """How the end of the case stands, and what may be done now."""
    with as_officer(request.user.get_username()) as session:
        view = shredding.look(session, case)
        me = session.actor.officer
    last = view.shredding
    step = None if last is None else last.step
    shown = {
        "view": view,
        "last": last,
        "is_proposed": step is Step.PROPOSED,
        "is_under_way": step in {Step.CONFIRMED, Step.DESTROYED},
        "can_be_proposed": view.is_open and step in {None, Step.DONE},
        "is_own": last is not None and last.proposed_by == me,
        "told": request.session.pop(TOLD, None),
    }
    return render(request, "shreddings/one.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, case: str, step: str) -> HttpResponse:
    """Propose, take back or confirm; to propose and to confirm the reference is written once more."""
    steps = {"propose": shredding.propose, "withdraw": shredding.withdraw, "confirm": shredding.agree}
    if step not in steps:
        raise NotVisible("There is no such step.")
    try:
        with as_officer(request.user.get_username()) as session:
            shredding.look(session, case)
            if step != "withdraw":
                shredding.check_again(case, request.POST.get("again", ""))
            steps[step](session, case)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
    return redirect("case-end", case)
