"""Strangers: attempts to come in that name nobody, in the node's own audit; no more of them than a person reads."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

from clew.actions import auditing

AT_MOST = "10/m/ip,60/m/key"
"""So many are written down, from one address as many as wrong passwords are tried, and of all. All are refused."""


def note(request: HttpRequest) -> None:
    """Put on record that somebody failed to come in, as whom is not known; nothing of what they showed.

    Raises:
        Unavailable: the audit cannot be written.
    """
    if ratelimit.consume(
        request, app="clew", action="stranger", config={"stranger": AT_MOST}, key="node", limit_get=True
    ):
        auditing.note("sign_in.refused")
