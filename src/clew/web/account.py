"""Sign-in of officers: who may come in at all, and what allauth asks of us on the way."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clew.actions import signing_in
from clew.domain.suspension import Standing
from clew.web import second_factors
from clew.web.refusals import held
from clew.web.sign_ins import is_fresh


class Adapter(DefaultAccountAdapter):
    """No self-registration, whatever address is called; nobody passes who may not act now."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: str) -> str:  # noqa: ARG002
        """Wrong passwords are counted by the name alone: a stranger chooses the Host that allauth adds to it."""
        return credentials.get("username", "").strip().lower()

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **given: Any) -> HttpResponse | None:
        found = signing_in.known(user.get_username())
        if found is None or found.standing is not Standing.ADMITTED:
            clear_login(request)
            signing_in.refused(user.get_username())
            return held(request)
        return super().pre_login(request, user, **given)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        signing_in.refused(str(credentials.get("username") or ""))

    def is_reauthentication_required(self, *, app: str, **given: Any) -> bool:  # noqa: ARG002 - allauth's signature
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser) -> list[dict[str, str]]:
        """The second factor again, a passkey first; the password only of those who have no factor yet."""
        kinds = second_factors.kinds_of(user)
        by_kind = {
            "webauthn": ("mfa_reauthenticate:webauthn", "mfa_reauthenticate_webauthn"),
            "totp": ("mfa_reauthenticate", "mfa_reauthenticate"),
        }
        return [
            {"id": name, "description": kind, "url": reverse(address)}
            for kind, (name, address) in by_kind.items()
            if kind in kinds
        ] or [{"id": "again", "description": "password", "url": reverse("account_logout")}]
