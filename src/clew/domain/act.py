"""An act: one line of the audit, and the words that are hashed for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

SALT_BYTES = 16
SHOWN_MEMBERS_MAX = 300
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORDS = "clew-act/v1"
"""The first line of every leaf; another form of the words gets another one."""

EXPORT = "audit.export"
"""The act of taking events out of the audit; its counts say how many, and whether there were more."""


BY_COMMAND = "by_command"
"""Counted once with each act that came from the command line, where whoever may use the node's keys is believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What was done, by whom, on what.

    `subject` is an identifier; `owner` the member whose record that is, `shown` the other
    members whose records were shown besides. `purpose` and `case_reference` are what the officer
    stated. `salt` is random: a hash that goes abroad must not be guessable. `at` has a time zone.
    """

    id: UUID
    at: datetime
    officer: str
    member: str
    unit: str
    act: str
    subject: str
    owner: str
    shown: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    purpose: str = ""
    case_reference: str = ""
    salt: bytes = field(repr=False)

    @property
    def is_by_command(self) -> bool:
        """Whether it came from the command line of the node, in the officer's name and by no sign-in of theirs."""
        return BY_COMMAND in self.counts


def identifier_in(untrusted_words: str) -> str:
    """What is asked for, if it is an identifier; what is none may be words of a case, and is not written down."""
    try:
        return str(UUID(untrusted_words))
    except ValueError:
        return ""


def words(act: Act) -> bytes:
    """The act as it becomes a leaf: a line for each field, always the same for the same act."""
    lines = (
        WORDS,
        f"id {act.id}",
        f"at {microseconds(act.at)}",
        f"officer {_plain(act.officer)}",
        f"member {_plain(act.member)}",
        f"unit {_plain(act.unit)}",
        f"act {_plain(act.act)}",
        f"subject {_plain(act.subject)}",
        f"owner {_plain(act.owner)}",
        f"shown {','.join(map(_plain, act.shown))}",
        f"counts {','.join(f'{_plain(name)}={number}' for name, number in sorted(act.counts.items()))}",
        f"purpose {_plain(act.purpose)}",
        f"case {_plain(act.case_reference)}",
        f"salt {act.salt.hex()}",
    )
    return ("\n".join(lines) + "\n").encode()


def microseconds(at: datetime) -> int:
    """A time as microseconds since 1970 in UTC, exactly."""
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _plain(text: str) -> str:
    """`text` on one line, so that no field can pass for two."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace(",", "\\,").replace("=", "\\=")
