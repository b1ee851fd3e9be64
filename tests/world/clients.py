"""A browser without a window, in this process: officers who are signed in, with the second factor shown when one likes."""

import time

from django.contrib.auth import get_user_model
from django.test import Client

from clew.web import second_factors
from clew.web import sign_ins as _listening  # noqa: F401 (to who signs in, before the first request brings it)


def signed_in(username: str) -> Client:
    """A client of an officer who has just shown a second factor."""
    second_factors.give_code(username)
    client = Client(raise_request_exception=False, SERVER_NAME="localhost")
    shown_ago(client, username, 0)
    return client


def shown_ago(client: Client, username: str, seconds: float) -> None:
    """The second factor was shown so long ago; who is signed out is signed in again."""
    user = get_user_model().objects.get(username=username)
    if not client.session.get("_auth_user_id"):
        client.force_login(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time() - seconds}]
    session.save()
