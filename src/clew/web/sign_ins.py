"""The door: a sign-in with its second factor, looked at on every request before any page is made."""

import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa import signals as factors
from allauth.mfa.models import Authenticator
from asgiref.sync import iscoroutinefunction
from django.contrib.auth import logout, user_logged_in, user_logged_out
from django.contrib.auth.base_user import AbstractBaseUser
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import sync_and_async_middleware
from django.utils.http import urlencode

from clew.actions import arranging, opening, signing_in
from clew.domain.certification import WARNING
from clew.domain.errors import NotAdmitted, NotVisible
from clew.domain.handling import Actor
from clew.domain.sign_in import FRESH_MAX, Way
from clew.domain.suspension import Standing
from clew.web import shortcuts
from clew.web.acting import let_in
from clew.web.refusals import held

Answering = Callable[[HttpRequest], HttpResponseBase] | Callable[[HttpRequest], Awaitable[HttpResponseBase]]

SESSION_NAME = "clew.sign-in"
WITHOUT_SECOND_FACTOR = frozenset({
    "account_logout", "mfa_index", "mfa_add_webauthn", "mfa_activate_totp",
})  # fmt: skip
"""Pages for somebody who has shown a password only: there a second factor is added, and nothing else is seen."""
WAYS = {
    ("mfa", "webauthn"): Way.KEY,
    ("mfa", "totp"): Way.CODE,
    ("mfa", "recovery_codes"): Way.RECOVERY_CODE,
}


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this sign-in showed one, here or to the police network's own identity provider."""
    return any(_is_strong(record) for record in get_authentication_records(request, request.user))


def is_fresh(request: HttpRequest) -> bool:
    """Whether a second factor was shown within minutes; a password counts for those who have no factor yet."""
    records = get_authentication_records(request, request.user)
    strong = [record for record in records if _is_strong(record)]
    latest = (strong or records)[-1:]
    return bool(latest) and time.time() - latest[0]["at"] <= FRESH_MAX.total_seconds()


def needs_fresh_sign_in(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that asks for the second factor once more unless it was shown within minutes.

    For exports, reveals, changes of handling and everything that changes who may do what. What was
    posted is kept meanwhile and done afterwards.
    """

    def view_afresh(request: HttpRequest, *given: Any, **named: Any) -> HttpResponseBase:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *given, **named)

    view_afresh.__doc__, view_afresh.__name__ = view.__doc__, view.__name__
    return view_afresh


@sync_and_async_middleware
def guard(get_response: Answering) -> Answering:
    """Let nobody to a page whose sign-in has ended, lacks its second factor, or who may not act now."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            return await get_response(request)

        answer_later.process_view = _judge  # type: ignore[attr-defined]
        return answer_later

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    answer.process_view = _judge  # type: ignore[attr-defined]
    return answer


class Unfit(Enum):
    """Why a sign-in lets nobody in now."""

    HELD = auto()
    ENDED = auto()
    WITHOUT_SECOND_FACTOR = auto()


def unfit(request: HttpRequest) -> Unfit | None:
    """Why whoever is signed in may not come in, if so; who is held, or whose sign-in ended, is signed out."""
    username = request.user.get_username()
    is_activity = request.headers.get("Accept") != "text/event-stream"  # a stream that asks again is none
    found, signed_in = signing_in.at_the_door(username, sign_in_of(request), is_activity=is_activity)
    if found is None or found.standing is not Standing.ADMITTED:
        logout(request)
        return Unfit.HELD
    if signed_in != username:
        logout(request)
        return Unfit.ENDED
    request.certification_ends = _warned_of(found.ends_at)
    request.certified_until = found.ends_at
    request.officer_role = found.role
    if found.role is not None:
        let_in(Actor(officer=found.officer, member=found.member, unit=found.unit, role=found.role))
    return None if has_second_factor(request) else Unfit.WITHOUT_SECOND_FACTOR


def _judge(request: HttpRequest, view: Any, _given: Any, _named: Any) -> HttpResponse | None:
    let_in(None)
    if not getattr(view, "login_required", True) or not request.user.is_authenticated:
        return None  # whoever is not signed in is sent away by Django's own middleware
    name = request.resolver_match.url_name if request.resolver_match else None
    if name == "account_logout":
        return None
    why = unfit(request)
    if why is Unfit.HELD:
        return held(request)
    if why is Unfit.ENDED:
        return _to_sign_in(request)
    if why is Unfit.WITHOUT_SECOND_FACTOR and name not in WITHOUT_SECOND_FACTOR:
        return redirect("mfa_index")
    return None


def _warned_of(ends_at: datetime | None) -> datetime | None:
    """The end of the officer's certification, where it is near enough to be told."""
    return ends_at if ends_at is not None and ends_at - datetime.now(UTC) <= WARNING else None


def sign_in_of(request: HttpRequest) -> UUID | None:
    """The sign-in that the session names."""
    kept = request.session.get(SESSION_NAME)
    return None if kept is None else UUID(kept)


def _to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    address = reverse("account_login")
    if request.method == "GET":
        address = f"{address}?{urlencode({'next': request.get_full_path()})}"
    return HttpResponseRedirect(address)


def _is_strong(record: dict[str, Any]) -> bool:
    return record.get("method") == "mfa" or bool(record.get("has_second_factor"))


def _way(request: HttpRequest, user: AbstractBaseUser) -> Way:
    records = get_authentication_records(request, user)
    latest = records[-1] if records else {}
    if latest.get("passwordless"):
        return Way.PASSKEY
    if latest.get("method") == "certificate":
        return Way.CERTIFICATE
    if any(record.get("method") == "single-sign-on" for record in records):
        return Way.SINGLE_SIGN_ON
    return WAYS.get((latest.get("method", ""), latest.get("type", "")), Way.PASSWORD)


@receiver(user_logged_in, dispatch_uid="clew.sign-in")
def _signed_in(sender: Any, request: HttpRequest, user: AbstractBaseUser, **_: Any) -> None:  # noqa: ARG001
    actor = opening.actor_of(user.get_username())
    browser = request.headers.get("User-Agent", "")
    request.session[SESSION_NAME] = str(signing_in.begin(actor, _way(request, user), browser))
    shortcuts.remember(request, arranging.at_sign_in(actor))


@receiver(user_logged_out, dispatch_uid="clew.sign-out")
def _signed_out(sender: Any, request: HttpRequest, user: AbstractBaseUser | None, **_: Any) -> None:  # noqa: ARG001
    sign_in = sign_in_of(request)
    if sign_in is None or user is None:
        return
    # It may have ended already, or its officer may not act.
    with (
        suppress(NotVisible, NotAdmitted),
        opening.acting_as(opening.actor_of(user.get_username())) as session,
    ):
        signing_in.end(session, sign_in)


@receiver(factors.authenticator_added, dispatch_uid="clew.factor-added")
def _added(sender: Any, request: HttpRequest, user: AbstractBaseUser, authenticator: Any, **_: Any) -> None:  # noqa: ARG001
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        # To add a factor is to show it.
        record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)
    _note(user, "add")


@receiver(factors.authenticator_removed, dispatch_uid="clew.factor-removed")
def _removed(sender: Any, user: AbstractBaseUser, **_: Any) -> None:  # noqa: ARG001
    _note(user, "remove")


@receiver(factors.authenticator_reset, dispatch_uid="clew.factor-reset")
def _reset(sender: Any, user: AbstractBaseUser, **_: Any) -> None:  # noqa: ARG001
    _note(user, "renew")


@receiver(factors.authentication_failed, dispatch_uid="clew.factor-refused")
def _refused(sender: Any, user: AbstractBaseUser, **_: Any) -> None:  # noqa: ARG001
    signing_in.refused(user.get_username())


def _note(user: AbstractBaseUser, change: str) -> None:
    with opening.acting_as(opening.actor_of(user.get_username())) as session:
        signing_in.second_factor(session, change)
