"""How somebody comes through the door in a test: passwords, codes, a key that Chromium plays."""

import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

from tests.world.browsers import Visitor

PASSWORD = "calm-river-stone-9"
START_SECONDS_MAX = 60
STEP_SECONDS = 30
MARGIN_SECONDS = 4
"""A code is not begun so near to its end: a busy machine would hand it in too late."""
Made = TypeVar("Made")


def apart(work: Callable[..., Made], *given: object) -> Made:
    """`work` done in a thread of its own: Django refuses a database where Playwright waits."""

    def done() -> Made:
        try:
            return work(*given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(done).result()


def await_pages(address: str, **headers: str) -> None:
    """Wait until the pages are served there."""
    asked = urllib.request.Request(f"{address}/account/sign-in/", headers=headers)
    until = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            urllib.request.urlopen(asked, timeout=STEP_SECONDS).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def give_code(username: str) -> str:
    """Give the officer an authenticator app; its secret."""
    from clew.web import second_factors

    return second_factors.give_code(username)


def code_at(secret: str, *, fresh: bool = False) -> str:
    """What the app shows now. Source: RFC 6238. `fresh`: a code that was not shown before this call."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if fresh or left < MARGIN_SECONDS:
        time.sleep(left + 0.1)
    return format_hotp_value(hotp_value(secret, int(time.time()) // STEP_SECONDS))


def come_in(visitor: Visitor, username: str) -> None:
    """Sign in by password and the code of an app that the officer is given for it."""
    visitor.sign_in(username, PASSWORD, code_at(apart(give_code, username)))


def be_in(visitor: Visitor, username: str) -> None:
    """Be signed in, as after `come_in`, by a session that was made beside the door: that way is walked elsewhere."""

    from tests.world.clients import signed_in

    def session() -> str:
        return signed_in(username).cookies["session"].value

    cookie = {"name": "session", "value": apart(session), "url": visitor.address, "httpOnly": True, "sameSite": "Lax"}
    visitor.context.add_cookies([cookie])
    visitor.go("/")


def guess(visitor: Visitor, username: str, password: str, code: str | None = None) -> None:
    """Hand in a password, and a code behind a right one, by this browser's requests, with no page drawn; then begin anew."""
    asked = visitor.context.request

    def hand_in(address: str, **given: str) -> str:
        token = next(one["value"] for one in visitor.context.cookies() if one["name"].endswith("csrf"))
        answer = asked.post(address, form=given, headers={"X-CSRFToken": token, "Origin": visitor.address, "Referer": address})
        assert answer.ok, answer.status
        return answer.url

    address = asked.get(f"{visitor.address}/account/sign-in/").url
    behind = hand_in(address, login=username, password=password)
    if code is not None:
        assert behind != address
        hand_in(behind, code=code)
    visitor.context.clear_cookies()


class Key:
    """A passkey that Chromium plays; it can be told not to verify who uses it."""

    def __init__(self, devtools: Any, authenticator: str) -> None:
        self._devtools, self._authenticator = devtools, authenticator

    def verify(self, verifies: bool) -> None:
        self._devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self._authenticator, "isUserVerified": verifies}
        )


def virtual_key(of: Visitor, *, verifies: bool = True) -> Key:
    """Plug a key into the visitor's browser. Source: W3C Web Authentication, section 11 (automation)."""
    devtools = of.context.new_cdp_session(of.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
                "isUserVerified": verifies, "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return Key(devtools, made["authenticatorId"])
