"""How long a sign-in holds, and what counts as a second factor."""

from datetime import timedelta
from enum import StrEnum

IDLE_MAX = timedelta(minutes=15)
"""A sign-in that nobody uses for longer has ended."""
LENGTH_MAX = timedelta(hours=8)
"""However much it is used, a sign-in ends after so long."""
FRESH_MAX = timedelta(minutes=5)
"""What asks for a fresh sign-in wants the second factor to be no older."""
BROWSER_CHARACTERS_MAX = 200


class Way(StrEnum):
    """By what an officer signed in. The words are stored and shown."""

    PASSKEY = "passkey"
    CODE = "password and code"
    KEY = "password and key"
    RECOVERY_CODE = "password and recovery code"
    PASSWORD = "password, second factor added"  # noqa: S105 (words, not a password)
    SINGLE_SIGN_ON = "single sign-on"
    CERTIFICATE = "client certificate"
