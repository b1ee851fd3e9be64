"""Whoever fails to come in and names nobody is on record, with nothing of what they showed, and floods no log."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.cache import cache
from django.http import HttpResponseBase
from django.test import AsyncRequestFactory, Client, override_settings
from django.urls import reverse
from fido2.utils import websafe_encode

from clew.actions import lending
from clew.domain.officer import Role
from clew.domain.token import TokenScope
from clew.records import leaves
from clew.records.session import acting_as
from clew.web import certificates
from clew.web.identity_providers import Provider
from clew.web.strangers import AT_MOST
from tests.world.world import World

PROXY, HEADER = "10.1.2.3", "X-Client-Name"
PROVIDER = Provider(
    id="no", name="Norway", member="NO", issuer="https://id.police.example", client_id="clew", client_secret="s"  # noqa: S106
)
SHOWN = "clew_not-a-token"
BY_ADDRESS, BY_ALL = 10, 60


@pytest.fixture(autouse=True)
def as_configured(world: World) -> Iterator[None]:
    cache.clear()
    app = {"provider_id": PROVIDER.id, "name": PROVIDER.name, "client_id": "clew", "secret": "s", "settings": {}}
    with override_settings(
        CLEW_CERTIFICATE_HEADER=HEADER, CLEW_TRUSTED_PROXY=PROXY, CLEW_SINGLE_SIGN_ON=[PROVIDER],
        SOCIALACCOUNT_PROVIDERS={"openid_connect": {"APPS": [app]}},
    ):  # fmt: skip
        yield
    cache.clear()


def by_token(token: str = SHOWN, address: str = "10.0.0.1") -> HttpResponseBase:
    return Client(SERVER_NAME="localhost").get("/api/whoami", HTTP_AUTHORIZATION=f"Bearer {token}", REMOTE_ADDR=address)


def by_certificate(name: str = "nobody-here") -> HttpResponseBase:
    asked = AsyncRequestFactory().get("/account/certificate/", headers={HEADER: name})
    asked.META["REMOTE_ADDR"] = PROXY
    return certificates.come_in(asked)


def by_provider(**said: str) -> HttpResponseBase:
    return Client(SERVER_NAME="localhost").get(reverse("openid_connect_callback", args=["no"]), said)


def by_passkey(credential: object) -> HttpResponseBase:
    return Client(SERVER_NAME="localhost").post(reverse("mfa_login_webauthn"), {"credential": json.dumps(credential)})


def key_of(handle: str) -> dict[str, Any]:
    words = {"clientDataJSON": "e30", "authenticatorData": "AA", "signature": "AA", "userHandle": handle}
    return {"id": "AA", "rawId": "AA", "type": "public-key", "response": words, "clientExtensionResults": {}}


def noted() -> list[tuple[str, ...]]:
    with leaves.opened() as cursor:
        cursor.execute("select officer, member, subject, owner, counts::text, purpose from acts where act = 'sign_in.refused'")
        return cursor.fetchall()


STRANGERS: dict[str, tuple[Callable[[], HttpResponseBase], int]] = {
    "a token that is none": (by_token, 401),
    "a token that is too long": (lambda: by_token("clew_" + "x" * 300), 401),
    "words that are no token": (lambda: by_token("secret"), 401),
    "a certificate that names nobody": (by_certificate, 403),
    "a certificate that names no name": (lambda: by_certificate("two words"), 403),
    "a provider's answer to no question": (lambda: by_provider(code="x", state="y", _redir=""), 403),
    "a provider's no": (lambda: by_provider(error="access_denied", state="y", _redir=""), 403),
    "a passkey of nobody": (lambda: by_passkey(key_of("OTk5OTk5")), 302),
    "a passkey without a handle": (lambda: by_passkey(key_of("")), 302),
    "what lacks a part of a passkey": (lambda: by_passkey({"id": 1}), 302),
    "what is no passkey": (lambda: by_passkey(1), 302),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_who_names_nobody_stands_in_the_nodes_audit_and_nothing_of_what_they_showed(name: str) -> None:
    come, status = STRANGERS[name]
    assert come().status_code == status
    assert noted() == [("node", "node", "", "node", "{}", "")]


def test_a_token_that_has_ended_is_on_record_and_one_that_is_good_is_not_a_failure(world: World) -> None:
    anna = world.officer("anna", role=Role.NATIONAL_ADMINISTRATOR, unit="ADMIN")
    with acting_as(anna) as session:
        token = lending.lend(
            session, "case-system", unit="ADMIN", scopes=frozenset({TokenScope.WHOAMI}),
            ends_at=datetime.now(UTC) + timedelta(days=1),
        )  # fmt: skip
    assert by_token(token).status_code == 200
    assert noted() == []
    with acting_as(anna) as session:
        (lent,) = lending.lent(session)
        lending.end(session, lent.id)
    assert by_token(token).status_code == 401
    assert len(noted()) == 1


def test_a_flood_is_refused_whole_and_written_down_in_part() -> None:
    """As many from one address as wrong passwords are tried, and so many of all."""
    assert f"{BY_ADDRESS}/m/ip,{BY_ALL}/m/key" == AT_MOST
    assert settings.ACCOUNT_RATE_LIMITS["login_failed"].startswith(f"{BY_ADDRESS}/m/ip")
    assert {by_token().status_code for _ in range(BY_ADDRESS + 5)} == {401}
    assert len(noted()) == BY_ADDRESS
    addresses = [f"10.0.{number}.1" for number in range(1, 15)]
    assert {by_token(address=one).status_code for one in addresses for _ in range(BY_ADDRESS // 2)} == {401}
    assert len(noted()) == BY_ALL


def test_a_passkey_that_is_not_accepted_stands_in_the_audit_of_whom_it_claims_to_be(world: World) -> None:
    world.officer("ada")
    handle = websafe_encode(user_pk_to_url_str(get_user_model().objects.get(username="ada")).encode())
    assert by_passkey(key_of(handle)).status_code == 302
    assert noted() == [("operator", "NO", "ada", "NO", "{}", "")]
