"""Releases: originals opened to one other member, given and got, and ended again."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clew.actions import opening, releasing, restricting
from clew.actions.opening import Session
from clew.domain.agreement import State
from clew.domain.errors import ClewError, NotAdmitted, NotVisible
from clew.domain.span import span_of
from clew.web import cover_words, looks
from clew.web.acting import as_officer
from clew.web.references import identifier_in
from clew.web.sign_ins import needs_fresh_sign_in
from clew.web.translated import refusal

TOLD = "clew.told"


@require_safe
def all_of_them(request: HttpRequest) -> HttpResponse:
    """Releases that the member gave or got, the latest first, and the form for another."""
    with as_officer(request.user.get_username()) as session:
        after = identifier_in(request.GET.get("after", ""))
        page = releasing.given_and_got(session, after=after)
        shown = {
            "releases": page.items, "next": page.next, "is_first": after is None,
            "names": {
                code: name for code, name in restricting.member_names(session).items() if code != session.actor.member
            },
            "member": session.actor.member,
            "unit": session.actor.unit, "officer": session.actor.officer,
        }
    shown |= {"purposes": cover_words.PURPOSES.items(), "told": request.session.pop(TOLD, None)}
    return render(request, "releases/list.html", shown)


@require_POST
@needs_fresh_sign_in
def give(request: HttpRequest) -> HttpResponse:
    """Open the original of a medium of the own unit to one other member."""
    given = request.POST

    def act(session: Session) -> str:
        made = releasing.release(
            settings.CLEW_VAULT, session, releasing.digest_of(given.get("sha256", "")), given.get("to", ""),
            given.get("conditions", ""), purpose=given.get("purpose", ""), case=given.get("case", ""),
        )  # fmt: skip
        if made.state is State.PROPOSED:
            return _("It is proposed: a second officer of your unit must agree.")
        return _("It is released: officers of that member can read the original until you end it.")

    return _done(request, act)


@require_POST
@needs_fresh_sign_in
def agree(request: HttpRequest, release: UUID) -> HttpResponse:
    """Agree, as the second officer, to a release of the own unit."""
    given = request.POST

    def act(session: Session) -> str:
        releasing.agree(
            settings.CLEW_VAULT, session, release, purpose=given.get("purpose", ""), case=given.get("case", "")
        )  # fmt: skip
        return _("It is released: officers of that member can read the original until you end it.")

    return _done(request, act, hides=True)


@require_POST
@needs_fresh_sign_in
def withdraw(request: HttpRequest, release: UUID) -> HttpResponse:
    """End a release of the own unit."""

    def act(session: Session) -> str:
        releasing.withdraw(session, release)
        return _("The release ended. What was seen before cannot be unseen.")

    return _done(request, act, hides=True)


@require_POST
@needs_fresh_sign_in
def fetch(request: HttpRequest, release: UUID) -> HttpResponseBase:
    """The original that was released to the officer's member, as a file to keep."""
    actor, given = opening.actor_of(request.user.get_username()), request.POST
    purpose, case = given.get("purpose", ""), given.get("case", "")
    try:
        reader = releasing.opened(settings.CLEW_VAULT, actor, release, purpose=purpose, case=case)
    except (NotVisible, NotAdmitted):
        raise
    except ClewError as refused:
        request.session[TOLD] = refusal(refused)
        return redirect("releases")
    return looks.kept(
        reader, actor, span_of(None, reader.size_bytes),
        lambda: releasing.is_open(actor, release, purpose=purpose, case=case),
    )  # fmt: skip


def _done(request: HttpRequest, act: Callable[[Session], str], *, hides: bool = False) -> HttpResponse:
    """Do what was posted and say how it went.

    `hides`: what is not visible is a page of its own, as wherever an identifier stands in the address. A digest
    that was written into a form is answered in the form.
    """
    try:
        with as_officer(request.user.get_username()) as session:
            told = act(session)
    except NotAdmitted:
        raise
    except NotVisible as refused:
        if hides:
            raise
        told = refusal(refused)
    except ClewError as refused:
        told = refusal(refused)
    request.session[TOLD] = told
    return redirect("releases")
