"""Single sign-on: a police network's own identity provider says who stands at the door (OpenID Connect).

A provider signs in officers of its own member and of no other. allauth carries the flow (state, PKCE, code for
token); what the provider says is believed only after the checks here: allauth itself takes the algorithm from
the token, skips the signature of a token it fetched, and asks for no nonce.
"""

import secrets
from typing import Any

import jwt
import requests
from allauth.account.internal.flows.login import record_authentication
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_safe

from clew.actions import signing_in
from clew.domain.errors import NotVisible
from clew.web import strangers
from clew.web.identity_providers import Provider
from clew.web.refusals import not_signed_on

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Asymmetric ones only: a token that names another is refused, whatever its key."""
LEEWAY_SECONDS = 60
ANSWER_BYTES_MAX = 256 * 1024
WAIT_SECONDS = 5
NONCE_NAME = "clew.single-sign-on.nonce"


def ways(_request: HttpRequest) -> dict[str, Any]:
    """For the page of sign-in: the providers by name, and whether a certificate may be shown."""
    return {
        "certificate": settings.CLEW_CERTIFICATE_HEADER is not None,
        "single_sign_on": [
            {"name": provider.name, "address": reverse("single-sign-on", args=[provider.id])}
            for provider in settings.CLEW_SINGLE_SIGN_ON
        ]
    }


@login_not_required
@require_safe
def begin(request: HttpRequest, provider: str) -> HttpResponseBase:
    """Send the officer to the provider. What the address says besides is not listened to."""
    adapter = Adapter(request, _known(provider).id)
    nonce = request.session[NONCE_NAME] = secrets.token_urlsafe(24)
    levels = " ".join(_known(provider).acr)
    asked = {"nonce": nonce} | ({"acr_values": levels} if levels else {})
    try:
        return adapter.get_provider().redirect(request, process="login", auth_params=asked)
    except (OAuth2Error, requests.RequestException):
        return not_signed_on(request)


@login_not_required
@require_safe
def callback(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """The officer comes back from the provider."""
    try:
        return OAuth2CallbackView.adapter_view(Adapter(request, _known(provider_id).id))(request)
    except (OAuth2Error, requests.RequestException):
        strangers.note(request)
        return not_signed_on(request)


class Adapter(OpenIDConnectOAuth2Adapter):
    """The flow with one provider."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the provider says of itself; the issuer it names is the one that is configured.

        Raises:
            OAuth2Error: it is another, or the provider gives no such answer.
        """
        if not hasattr(self, "_openid_config"):
            issuer = _known(self.provider_id).issuer
            found = fetched(f"{issuer}/.well-known/openid-configuration")
            if found.get("issuer") != issuer:
                raise OAuth2Error("The provider names another issuer.")
            self._openid_config = found
        return self._openid_config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **given: Any) -> SocialLogin:  # noqa: ARG002
        """Who came back, by the identity token alone.

        Raises:
            OAuth2Error: the token is not to be believed.
        """
        provider = _known(self.provider_id)
        claims = verified(
            str(given["response"].get("id_token") or ""),
            keys=fetched(self.openid_config["jwks_uri"]),
            provider=provider,
            nonce=request.session.pop(NONCE_NAME, None),
        )
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})


class Signers(DefaultSocialAccountAdapter):
    """Finds the officer whom the provider names; nobody is made anew."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **given: Any) -> None:  # noqa: ARG002
        strangers.note(request)
        raise ImmediateHttpResponse(not_signed_on(request))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        provider = _known(sociallogin.provider.app.provider_id)
        claims = sociallogin.account.extra_data["id_token"]
        username = str(claims.get(provider.claim) or "")
        found = signing_in.known(username)
        if found is None or found.member != provider.member:
            signing_in.refused(username)
            raise ImmediateHttpResponse(not_signed_on(request))
        sociallogin.user = get_user_model().objects.get(username=found.officer)
        has_second_factor = claims.get("acr") in provider.acr
        record_authentication(
            request, sociallogin.user, "single-sign-on", provider=provider.id, has_second_factor=has_second_factor
        )


def verified(token: str, *, keys: dict[str, Any], provider: Provider, nonce: str | None) -> dict[str, Any]:
    """What an identity token says, if everything about it is as it must be.

    Raises:
        OAuth2Error: anything is not.
    Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    try:
        header = jwt.get_unverified_header(token)
        # A token may leave out which key it is where the provider has but one.
        [key] = [key for key in jwt.PyJWKSet.from_dict(keys).keys if header.get("kid") in {None, key.key_id}]
        claims: dict[str, Any] = jwt.decode(
            token,
            key=key,
            algorithms=list(ALGORITHMS),
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
        )
    except (jwt.PyJWTError, ValueError, KeyError, AttributeError) as wrong:
        raise OAuth2Error("The identity token is not to be believed.") from wrong
    if claims["aud"] not in (provider.client_id, [provider.client_id]):
        raise OAuth2Error("The identity token is meant for others too.")
    if nonce is None or not secrets.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise OAuth2Error("The identity token answers another question.")
    return claims


def fetched(address: str) -> dict[str, Any]:
    """A JSON object from the provider, no larger and no slower than it should be.

    Raises:
        OAuth2Error: there is none.
    """
    try:
        with requests.get(address, timeout=WAIT_SECONDS, stream=True, allow_redirects=False) as answer:
            body = answer.raw.read(ANSWER_BYTES_MAX + 1, decode_content=True)
            if answer.status_code != requests.codes.ok or len(body) > ANSWER_BYTES_MAX:
                raise OAuth2Error("The provider does not answer as it should.")
        found = requests.models.complexjson.loads(body)
    except (requests.RequestException, ValueError) as wrong:
        raise OAuth2Error("The provider does not answer as it should.") from wrong
    if not isinstance(found, dict):
        raise OAuth2Error("The provider does not answer as it should.")
    return found


def _known(provider: str) -> Provider:
    for known in settings.CLEW_SINGLE_SIGN_ON:
        if known.id == provider:
            return known
    raise NotVisible("There is no such provider.")
