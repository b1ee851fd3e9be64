"""Second factors: passkeys, codes of an authenticator app, recovery codes."""

import base64
import secrets
import time
from contextlib import suppress
from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.app_settings import TOTP_PERIOD
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth
from allauth.mfa.webauthn.views import AddWebAuthnView, LoginWebAuthnView, RemoveWebAuthnView
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from clew.actions import signing_in
from clew.web import strangers

PRIMARY = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)
"""Factors that stand by themselves; recovery codes only replace one of them once."""
NONCE_BYTES = 12
PURPOSE = b"clew second factor"
KEYS_MAX = 10


class Adapter(DefaultMFAAdapter):
    """Secrets of second factors lie encrypted in the database, and the last factor stays."""

    def get_totp_issuer(self) -> str:
        return "Clew"

    def encrypt(self, text: str) -> str:
        """`text` under the node's key of second factors. Source: AES-256-GCM, NIST SP 800-38D."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64.b64encode(nonce + _cipher().encrypt(nonce, text.encode(), PURPOSE)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        sealed = base64.b64decode(encrypted_text)
        return _cipher().decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PURPOSE).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=PRIMARY)
        return others.exclude(pk=authenticator.pk).exists()


def _cipher() -> AESGCM:
    return AESGCM(settings.CLEW_FACTOR_KEY)


def kinds_of(user: AbstractBaseUser) -> set[str]:
    """Which kinds of second factor the officer has, recovery codes apart."""
    return set(Authenticator.objects.filter(user_id=user.pk, type__in=PRIMARY).values_list("type", flat=True))


def code_now(secret: str) -> str:
    """What an authenticator app with this secret shows now. Source: RFC 6238."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // TOTP_PERIOD))


def give_code(username: str) -> str:
    """Give the officer an authenticator app's secret, which is told once; another one before it is gone."""
    user = get_user_model().objects.get(username=username)
    secret = generate_totp_secret()
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, secret)
    return secret


class AddKeyForm(AddWebAuthnForm):
    """A passkey that says who it was used by: one that did not verify its user is refused."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        credential = cleaned.get("credential")
        if credential:
            answered = auth.parse_registration_response(credential).response.attestation_object.auth_data
            if not answered.is_user_verified():
                raise ValidationError(_("This key did not check who uses it: set a PIN or fingerprint for it first."))
        if Authenticator.objects.filter(user=self.user).count() > KEYS_MAX:
            raise ValidationError(_("There are as many keys as one officer can have: remove one first."))
        return cleaned


@method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
class AddKey(AddWebAuthnView):
    """Add a passkey that signs in by itself: it keeps the account and verifies its user."""

    form_class = AddKeyForm

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        shown = super().get_context_data(**given)
        shown["js_data"] = {"creation_options": auth.begin_registration(self.request.user, True)}
        return shown


class LoginKeyForm(LoginWebAuthnForm):
    """A passkey at the door. `claimed`: the name of whoever one that is not accepted claims to be; None: of nobody."""

    claimed: str | None = None

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()
        except (ValidationError, KeyError) as wrong:  # allauth lets what lacks a part of a passkey through
            with suppress(ValidationError, AttributeError):
                self.claimed = auth.extract_user_from_response(self.cleaned_data["credential"]).get_username()
            raise Adapter().validation_error("incorrect_code") from wrong


class LoginKey(LoginWebAuthnView):
    """Sign in by passkey; one that is not accepted stands in the audit of whoever it claims to be. The page says so."""

    form_class = LoginKeyForm

    def form_invalid(self, form: Any) -> HttpResponse:
        if form.claimed is None:
            strangers.note(self.request)
        else:
            signing_in.refused(form.claimed)
        return HttpResponseRedirect(f"{reverse('account_login')}?refused=passkey")


class RemoveKey(RemoveWebAuthnView):
    """Remove a passkey, but never the last second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        if not Adapter().can_delete_authenticator(self.get_object()):
            form.add_error(None, _("This is the last second factor: add another one first."))
            return self.form_invalid(form)
        return super().form_valid(form)
