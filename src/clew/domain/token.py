"""Tokens by which programs of a member come in: for named things, for a time, and never as an officer."""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from clew.domain.errors import Invalid

TERM_MAX = timedelta(days=366)
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
PREFIX = "clew_"
"""Begins every token, so that one that was lost in a file is found and known for what it is."""
SECRET_BYTES = 32
READS_PER_MINUTE = 600
WRITES_PER_MINUTE = 120
"""How often the API answers one program or officer."""
PROGRAM = "program:"
"""Begins the name under which a program acts; no officer's name holds a colon."""


class TokenScope(StrEnum):
    """What a program may do: each operation for programs needs one of them. The words are stored; never reuse one.

    None opens a record: no certified person stands behind what a program reads or says.
    """

    WHOAMI = "whoami"
    DIRECTORY = "directory"
    STATISTICS = "statistics"


def check(name: str, scopes: frozenset[TokenScope], ends_at: datetime, now: datetime) -> None:
    """Refuse a token without a plain name, without anything it may do, or without a near end.

    Raises:
        Invalid: any of these.
    """
    if not NAME.fullmatch(name):
        raise Invalid("The name of a program has up to 40 small letters, digits, dots and dashes.")
    if not scopes:
        raise Invalid("Say what the program may do.")
    if not now < ends_at <= now + TERM_MAX:
        raise Invalid("A token ends after today and within a year.")


def scopes_of(words: list[str]) -> frozenset[TokenScope]:
    """Scopes by their words.

    Raises:
        Invalid: one is not known.
    """
    try:
        return frozenset(map(TokenScope, words))
    except ValueError:
        raise Invalid("A program may be given: {known}.", known=", ".join(TokenScope)) from None
