"""The academy: on the node's pages what exercises came to; on its own pages the exercise of whoever does it."""

from collections.abc import Mapping
from functools import partial
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import enrolling, exercising, schooling
from clew.actions.enrolling import Academy, AddDrawing
from clew.actions.exercising import Seizure
from clew.actions.opening import Session
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.domain.exercise import PASSED_FROM, POINTS, QUESTIONS, Part, Result
from clew.domain.officer import Role
from clew.web import readiness_words
from clew.web.acting import as_officer
from clew.web.headers import BYTES_SECURITY_POLICY
from clew.web.posting import TOLD, done
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal, translated

POINTS_OF: Mapping[Part, int] = {
    part: sum(asked.points for asked in QUESTIONS.values() if asked.part is part) for part in Part
}


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Exercises of the officer, or of all whom the officer administers, and how one begins."""
    _only(in_academy=False)
    with as_officer(request.user.get_username()) as session:
        page = schooling.look(session)
        is_administrator = session.actor.role is Role.NATIONAL_ADMINISTRATOR
        me = session.actor.officer
    asked = page.asked
    shown = {
        "page": page, "asked": asked, "me": me, "is_administrator": is_administrator,
        "says_why": "" if asked is None else translated(asked.says_why), "has_academy": academy().is_usable(),
        "passed_from": PASSED_FROM, "of": POINTS, "academy_address": settings.CLEW_ACADEMY_URL,
    }  # fmt: skip
    return render(request, "academy/list.html", shown | {"told": request.session.pop(TOLD, None)})


def academy() -> Academy:
    """How the node's academy is asked."""
    return cast("Academy", import_string(settings.CLEW_ACADEMY)())


def add_drawing() -> AddDrawing:
    """What adds the job that draws an exercise, on this machine."""
    return partial(import_string(settings.CLEW_DRAWING_ADDER), settings.CLEW_HOST)


@require_POST
@needs_fresh_sign_in
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for an exercise for oneself, which a worker draws."""
    _only(in_academy=False)

    def act(session: Session) -> tuple[str, str]:
        enrolling.ask(session, academy(), add_drawing())
        return _("Your exercise is being drawn."), "academy"

    return done(request, act, "academy")


@require_POST
@needs_fresh_sign_in
def password(request: HttpRequest) -> HttpResponse:
    """The officer's password of the academy; shown on this page only, and once."""
    _only(in_academy=False)
    try:
        with as_officer(request.user.get_username()) as session:
            told = enrolling.tell_password(session)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("academy")
    return render(request, "academy/password.html", {"account": told.account, "password": told.password})


@require_POST
@needs_fresh_sign_in
def need(request: HttpRequest) -> HttpResponse:
    """Say, as an administrator, whether officers are certified only once they have passed an exercise."""
    _only(in_academy=False)
    is_needed = request.POST.get("needed") == "yes"
    try:
        with as_officer(request.user.get_username()) as session:
            schooling.need(session, is_needed=is_needed)
        told = _("An exercise is needed.") if is_needed else _("No exercise is needed.")
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("academy")


@require_safe
def exercise(request: HttpRequest) -> HttpResponse:
    """What the officer is asked to do; once it is handed in, what came of it and why."""
    _only(in_academy=True)
    with as_officer(request.user.get_username()) as session:
        line = exercising.look(session)
    said = [] if line.result is None else [translated(sentence) for sentence in line.result.sentences]
    shown = {
        "line": line, "tasks": line.briefing.splitlines(), "parts": _parts(line.result), "said": said,
        "passed_from": PASSED_FROM, "of": POINTS,
    }  # fmt: skip
    return render(request, "academy/exercise.html", shown | {"told": request.session.pop(TOLD, None)})


@require_POST
@needs_fresh_sign_in
def seizure(request: HttpRequest) -> HttpResponseBase:
    """What was seized, as one file to take away: of the officer's own exercise, which no address names."""
    _only(in_academy=True)
    try:
        with as_officer(request.user.get_username()) as session:
            return file_of(exercising.seizure(session, settings.CLEW_EXERCISES))
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("exercise")


def file_of(found: Seizure) -> HttpResponse:
    """The ZIP as a file to take away."""
    answer = HttpResponse(found.content, content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    answer.headers["Content-Security-Policy"] = BYTES_SECURITY_POLICY
    return answer


@require_POST
@needs_fresh_sign_in
def play(request: HttpRequest) -> HttpResponse:
    """Let a day pass: the others in the exercise answer what waits for them."""
    _only(in_academy=True)
    try:
        exercising.play(request.user.get_username())
        told = _("A day has passed, and the others have answered.")
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("exercise")


@require_POST
@needs_fresh_sign_in
def hand_in(request: HttpRequest) -> HttpResponse:
    """End the exercise: what was done is scored, once."""
    _only(in_academy=True)
    exercising.hand_in(request.user.get_username())
    return redirect("exercise")


def _only(*, in_academy: bool) -> None:
    """A page of the other side does not exist here.

    Raises:
        NotVisible: this is not where it is.
    """
    if settings.CLEW_IS_ACADEMY is not in_academy:
        raise NotVisible("There is no such page.")


def _parts(result: Result | None) -> list[tuple[object, int, int]]:
    if result is None:
        return []
    return [(readiness_words.PARTS[part], result.parts[part], POINTS_OF[part]) for part in Part]
