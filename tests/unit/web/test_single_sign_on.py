"""An identity token is believed only if everything about it is as it must be."""

import json
import time
from typing import Any

import jwt
import pytest
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from clew.domain.errors import Unavailable
from clew.node import single_sign_on as configured
from clew.web.identity_providers import Provider
from clew.web.single_sign_on import ALGORITHMS, verified

PROVIDER = Provider(
    id="no", name="Norway", member="NO", issuer="https://id.police.example", client_id="clew", client_secret="s"  # noqa: S106
)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
NONCE = "a nonce"


def keys() -> dict[str, Any]:
    return {"keys": [json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "1", "alg": "RS256"}]}


def claims(**changed: object) -> dict[str, object]:
    now = int(time.time())
    usual = {"iss": PROVIDER.issuer, "aud": "clew", "sub": "77", "iat": now, "exp": now + 300, "nonce": NONCE}
    return {name: value for name, value in {**usual, **changed}.items() if value is not None}


def token(key: Any = KEY, algorithm: str = "RS256", kid: str = "1", **changed: object) -> str:
    return jwt.encode(claims(**changed), key, algorithm=algorithm, headers={"kid": kid})


@pytest.mark.parametrize("audience", ["clew", ["clew"]])
def test_a_true_token_is_believed(audience: object) -> None:
    assert verified(token(aud=audience), keys=keys(), provider=PROVIDER, nonce=NONCE)["sub"] == "77"


HOSTILE = {
    "signed by another": lambda: token(OTHER),
    "not signed": lambda: jwt.encode(claims(), None, algorithm="none", headers={"kid": "1"}),
    "signed by a secret that is public": lambda: jwt.encode(claims(), "public" * 8, algorithm="HS256", headers={"kid": "1"}),
    "of a key that is not there": lambda: token(kid="2"),
    "of another curve": lambda: token(ec.generate_private_key(ec.SECP256R1()), "ES256"),
    "of another issuer": lambda: token(iss="https://id.evil.example"),
    "for another": lambda: token(aud="another"),
    "for several": lambda: token(aud=["clew", "another"]),
    "ended": lambda: token(exp=int(time.time()) - 61),
    "of the future": lambda: token(iat=int(time.time()) + 120),
    "for another question": lambda: token(nonce="another nonce"),
    "for no question": lambda: token(nonce=None),
    "of nobody": lambda: token(sub=None),
    "without an end": lambda: token(exp=None),
    "changed afterwards": lambda: changed_afterwards(),  # noqa: PLW0108 (defined below)
    "empty": lambda: "",
    "no token at all": lambda: "a.b.c",
}


def changed_afterwards() -> str:
    head, _, tail = token().split(".")
    return ".".join([head, jwt.encode(claims(sub="78"), "x" * 32, algorithm="HS256").split(".")[1], tail])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_token_with_anything_wrong_is_refused(name: str) -> None:
    with pytest.raises(OAuth2Error):
        verified(HOSTILE[name](), keys=keys(), provider=PROVIDER, nonce=NONCE)


def test_a_token_nobody_asked_for_is_refused() -> None:
    with pytest.raises(OAuth2Error):
        verified(token(), keys=keys(), provider=PROVIDER, nonce=None)


def test_a_token_that_names_no_key_is_believed_only_where_there_is_one() -> None:
    unnamed = jwt.encode(claims(), KEY, algorithm="RS256")
    assert verified(unnamed, keys=keys(), provider=PROVIDER, nonce=NONCE)
    several = {"keys": [*keys()["keys"], keys()["keys"][0] | {"kid": "2"}]}
    with pytest.raises(OAuth2Error):
        verified(unnamed, keys=several, provider=PROVIDER, nonce=NONCE)


@pytest.mark.parametrize("wrong", [{}, {"keys": []}, {"keys": [{"kty": "RSA"}]}, {"keys": "x"}])
def test_a_provider_without_good_keys_signs_nobody_in(wrong: dict[str, Any]) -> None:
    with pytest.raises(OAuth2Error):
        verified(token(), keys=wrong, provider=PROVIDER, nonce=NONCE)


def test_only_asymmetric_algorithms_are_listened_to() -> None:
    assert not [name for name in ALGORITHMS if name.startswith("HS") or name == "none"]


WRITTEN = {
    "id": "no", "name": "Norway", "member": "NO", "issuer": "https://id.police.example", "client_id": "clew",
    "client_secret": "s",
}  # fmt: skip


def write(folder, content: object, mode: int = 0o600) -> None:
    path = folder / configured.FILE
    path.write_text(json.dumps(content))
    path.chmod(mode)


def test_providers_are_read_from_a_file_beside_the_keys(tmp_path) -> None:
    assert configured.providers(tmp_path) == ()
    write(tmp_path, [WRITTEN])
    assert configured.providers(tmp_path) == (PROVIDER,)


@pytest.mark.parametrize(
    ("content", "mode"),
    [
        ([WRITTEN], 0o640), ([{**WRITTEN, "issuer": "http://id.police.example"}], 0o600),
        ([{**WRITTEN, "issuer": "https://id.police.example/"}], 0o600), ([{**WRITTEN, "member": "norway"}], 0o600),
        ([{**WRITTEN, "unknown": 1}], 0o600), ({}, 0o600), ([{**WRITTEN, "client_secret": ""}], 0o600),
    ],
)  # fmt: skip
def test_a_file_that_is_not_as_it_must_be_is_refused_without_its_secrets(tmp_path, content, mode) -> None:
    write(tmp_path, content, mode)
    with pytest.raises(Unavailable) as refused:
        configured.providers(tmp_path)
    assert "police" not in str(refused.value)
