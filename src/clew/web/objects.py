"""Objects cut out of media: the list of them, their steps, and the one page that shows one, by a deliberate press.

What is pressed is a form; the page that follows names the object by a ticket of chance, which opens it once, within a
minute, to the session that pressed. Nothing is shown by an address that somebody could keep, guess or go back to.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import cropping, opening
from clew.actions.opening import Session
from clew.actions.releasing import digest_of
from clew.domain.clue import moments_in
from clew.domain.cover import stated
from clew.domain.crop import box_in
from clew.domain.errors import ClewError, Invalid, NotAdmitted, NotVisible
from clew.domain.reveal_budget import OverBudget
from clew.web import cover_words
from clew.web.acting import as_officer
from clew.web.posting import TOLD, done
from clew.web.question_words import CROP_STATES
from clew.web.references import digest_in, drawn_in, identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

SHOWN_PER_PAGE = 50
TICKETS = "clew.objects"
TICKETS_MAX = 4
TICKET_SECONDS = 60


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """The unit's objects, the newest first, by their words alone."""
    with as_officer(request.user.get_username()) as session:
        is_waiting = request.GET.get("waiting") == "1"
        after = identifier_in(request.GET.get("after", ""))
        page = cropping.page(session, limit=SHOWN_PER_PAGE, after=after, is_waiting=is_waiting)
        officer, unit = session.actor.officer, session.actor.unit
    shown = {
        "rows": [(one, CROP_STATES[one.state], one.proposed_by == officer) for one in page.items], "next": page.next,
        "is_first": "after" not in request.GET, "is_waiting": is_waiting, "unit": unit,
        "medium": digest_in(request.GET.get("medium", "")), "purposes": cover_words.PURPOSES.items(),
        "told": request.session.pop(TOLD, None), **drawn_in(request.GET),
    }  # fmt: skip
    return render(request, "objects/list.html", shown)


@require_POST
@needs_fresh_sign_in
def move(request: HttpRequest, crop: UUID, step: str) -> HttpResponse:
    """Approve, refuse or end an object of the unit, or show one that the unit may be shown."""
    if step == "show":
        return _pressed(request, crop)
    if step not in ACTS:
        raise NotVisible("There is no such step.")

    def act(session: Session) -> tuple[str, str]:
        ACTS[step](session, crop)
        return _("It is done."), reverse("objects")

    return done(request, act, reverse("objects"), hides=True)


@require_POST
@needs_fresh_sign_in
def cut(request: HttpRequest) -> HttpResponse:
    """Cut an object out of a medium of the unit: nothing of the medium is shown by it."""
    given = request.POST
    actor = opening.actor_of(request.user.get_username())
    try:
        piece = cropping.Piece(
            sha256=digest_of(given.get("sha256", "")), box=box_in(given.get("box", "")), words=given.get("words", ""),
            at_ms=moments_in(given.get("at", ""))[0],
        )  # fmt: skip
        cropping.make(
            settings.CLEW_CUTTER, actor, piece, purpose=given.get("purpose", ""), case=given.get("case", "")
        )
        told = _("It is cut out: a second officer of your unit looks at it and lets it out.")
    except NotAdmitted:
        raise
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("objects")


@require_safe
@needs_fresh_sign_in
def seen(request: HttpRequest, ticket: str) -> HttpResponse:
    """The object of a ticket, once; on record before the key is unwrapped."""
    tickets = request.session.get(TICKETS, {})
    found = tickets.pop(ticket, None)
    request.session[TICKETS] = tickets
    if found is None or time.time() > found[3]:
        raise NotVisible("There is no such object to be shown.")
    crop_id, purpose, case, _until = found
    actor = opening.actor_of(request.user.get_username())
    with cropping.revealed(settings.CLEW_VAULT, actor, UUID(crop_id), purpose=purpose, case=case) as png:
        return HttpResponse(png, content_type="image/png", headers={"Content-Disposition": "inline"})


def _pressed(request: HttpRequest, crop: UUID) -> HttpResponse:
    given = request.POST
    back = given.get("back", "")
    with as_officer(request.user.get_username()) as session:
        cropping.check_shown(session, crop)
    try:
        statement = stated(given.get("purpose", ""), given.get("case", ""))
        actor = opening.actor_of(request.user.get_username())
        # What comes by the ticket is no page and could not say it.
        if over := cropping.refusal(actor, crop, purpose=statement.purpose, case=statement.case_reference):
            raise over
    except (Invalid, OverBudget) as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("objects")
    ticket = secrets.token_urlsafe(24)
    kept = dict(list(request.session.get(TICKETS, {}).items())[-TICKETS_MAX + 1 :])
    until = time.time() + TICKET_SECONDS
    kept[ticket] = [str(crop), statement.purpose.value, statement.case_reference, until]
    request.session[TICKETS] = kept
    shown = {"ticket": ticket, "back": back if back.startswith(("Q-", "R-")) else ""}
    return render(request, "objects/one.html", shown)


ACTS: Mapping[str, Callable[[Session, UUID], None]] = {
    "approve": cropping.approve,
    "refuse": lambda session, crop: cropping.refuse(settings.CLEW_VAULT, session, crop),
    "end": lambda session, crop: cropping.end(settings.CLEW_VAULT, session, crop),
}
