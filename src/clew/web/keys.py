"""The officer's own page: sign-ins that hold, passkeys, codes; each can be ended or removed."""

from collections.abc import Mapping
from uuid import UUID

from allauth.account.internal.stagekit import clear_login
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from clew.actions import budgeting, signing_in
from clew.domain.officer import WITHOUT_CONTENT
from clew.domain.sign_in import Way
from clew.web import budget_words, second_factors
from clew.web.acting import as_officer
from clew.web.sign_ins import has_second_factor, sign_in_of
from clew.web.words import Words

WAYS: Mapping[Way, Words] = {
    Way.PASSKEY: gettext_lazy("passkey"), Way.CODE: gettext_lazy("password and code"),
    Way.KEY: gettext_lazy("password and key"), Way.RECOVERY_CODE: gettext_lazy("password and recovery code"),
    Way.PASSWORD: gettext_lazy("password, second factor added"), Way.SINGLE_SIGN_ON: gettext_lazy("single sign-on"),
    Way.CERTIFICATE: gettext_lazy("client certificate"),
}  # fmt: skip


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """Own sign-ins and second factors; without a second factor only how to add one."""
    with as_officer(request.user.get_username()) as session:
        sign_ins = signing_in.own(session)
        # Whoever is still without a second factor, or sees no content, reveals nothing.
        is_revealing = has_second_factor(request) and session.actor.role not in WITHOUT_CONTENT
        left = budgeting.left(session) if is_revealing else None
    kinds = second_factors.kinds_of(request.user)
    shown = {
        "is_complete": has_second_factor(request),
        "passkeys": Authenticator.objects.filter(user=request.user, type=Authenticator.Type.WEBAUTHN).order_by("pk"),
        "has_code": Authenticator.Type.TOTP in kinds,
        "has_any": bool(kinds),
        "sign_ins": [(line, WAYS[line.way]) for line in sign_ins],
        "this_one": sign_in_of(request),
        "left": left, "told_left": "" if left is None else budget_words.left(left),
    }  # fmt: skip
    return render(request, "account/keys.html", shown)


@login_not_required
@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Forget a sign-in that waits for its second factor."""
    clear_login(request)
    return redirect("account_login")


@require_POST
def end_sign_in(request: HttpRequest, sign_in: UUID) -> HttpResponse:
    """End one of the officer's own sign-ins; this browser's own ends here and now."""
    if sign_in == sign_in_of(request):
        logout(request)
        return redirect("account_login")
    with as_officer(request.user.get_username()) as session:
        signing_in.end(session, sign_in)
    return redirect("mfa_index")
