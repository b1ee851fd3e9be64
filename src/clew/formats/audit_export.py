"""Events that somebody takes out of the audit, as JSON lines: each with its way to one signed checkpoint.

The first line says what was asked for and holds the checkpoint; each that follows is an event as it lies in the log,
its number and the hashes that lead from it to the root. The last is the act of taking them out, which says how many
they are. Whoever has the file and the log's key needs no node: the words of an event (`domain/act.words`) are its
fields in their order. A stated case is sealed here as it is in the log.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self, cast
from uuid import UUID

from clew.domain.act import SALT_BYTES, SHOWN_MEMBERS_MAX, Act
from clew.domain.errors import Invalid
from clew.domain.merkle import HASH_BYTES, PROOF_HASHES_MAX
from clew.formats import signed_note
from clew.formats.signed_note import Note, decoded, encoded

WORDS = "clew-audit-export/1"
EVENTS_MAX = 10_000
"""So many events one file holds, without the act of taking them out."""
CHARACTERS_MAX = 32 * 1024 * 1024
"""Three times of what so many events usually are."""
ASKED = ("member", "act", "subject", "since", "until", "before")
ASKED_LATER = frozenset({"officer", "event"})
"""What the filter did not know when the first files were made: it stands in a file where it was asked for."""
_HEAD = ("format", "asked", "has_more", "checkpoint", "witnessed", "consistency")
_LINE = ("number", "event", "proof")
_EVENT = (
    "id", "at", "officer", "member", "unit", "act", "subject", "owner", "shown", "counts", "purpose", "case", "salt",
)  # fmt: skip
NO_EXPORT = "This is no file of events of an audit."

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An event, the number of its leaf, and the hashes that lead from it to the root."""

    number: int
    act: Act
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExport:
    """Events, the newest first, and `taken`: the act of taking them out.

    `asked` is what was asked for, as words; `has_more`: there were more than one file holds. `witnessed` is the newest
    checkpoint that a witness cosigned, if any, and `consistency` shows that the log goes on from it.
    """

    asked: Mapping[str, str]
    has_more: bool
    note: Note
    witnessed: Note | None
    consistency: tuple[bytes, ...]
    lines: tuple[Line, ...]
    taken: Line

    def __str__(self) -> str:
        head = {
            "format": WORDS, "asked": dict(self.asked), "has_more": self.has_more, "checkpoint": str(self.note),
            "witnessed": "" if self.witnessed is None else str(self.witnessed),
            "consistency": [*map(encoded, self.consistency)],
        }  # fmt: skip
        lines = (head, *map(_fields_of, (*self.lines, self.taken)))
        return "".join(json.dumps(each, ensure_ascii=False, separators=(",", ":")) + "\n" for each in lines)

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """The events that `str` wrote, not yet believed.

        Raises:
            Invalid: it is no such file, is cut, or is too large.
        """
        if len(untrusted_text) > CHARACTERS_MAX:
            raise Invalid("This file is too large.")
        first, *rest = untrusted_text.split("\n", EVENTS_MAX + 2)
        if len(rest) < 2 or rest.pop() != "":
            raise Invalid("This file of events of an audit is cut, or holds more than one may.")
        head = _object(first, _HEAD)
        asked = _asked(head["asked"])
        witnessed = _text(head["witnessed"])
        if head["format"] != WORDS or not isinstance(head["has_more"], bool):
            raise Invalid(NO_EXPORT)
        *lines, taken = map(_line, rest)
        return cls(
            asked={name: _text(word) for name, word in asked.items()}, has_more=head["has_more"],
            note=signed_note.parse(_text(head["checkpoint"])),
            witnessed=signed_note.parse(witnessed) if witnessed else None, consistency=_hashes(head["consistency"]),
            lines=tuple(lines), taken=taken,
        )  # fmt: skip


def is_one(untrusted_text: str) -> bool:
    """Whether a file says that it is one of these."""
    return untrusted_text.startswith("{")


def _fields_of(line: Line) -> dict[str, object]:
    act = line.act
    event = {
        "id": str(act.id), "at": act.at.isoformat(), "officer": act.officer, "member": act.member, "unit": act.unit,
        "act": act.act, "subject": act.subject, "owner": act.owner, "shown": list(act.shown),
        "counts": dict(act.counts),
        "purpose": act.purpose, "case": act.case_reference, "salt": act.salt.hex(),
    }  # fmt: skip
    return {"number": line.number, "event": event, "proof": [*map(encoded, line.hashes)]}


def _line(untrusted_text: str) -> Line:
    fields = _object(untrusted_text, _LINE)
    act = _act(_named(fields["event"], _EVENT))
    return Line(number=_number(fields["number"]), act=act, hashes=_hashes(fields["proof"]))


def _act(fields: Fields) -> Act:
    shown, counts = _several(fields["shown"], SHOWN_MEMBERS_MAX), fields["counts"]
    if not isinstance(counts, dict):
        raise Invalid(NO_EXPORT)
    try:
        act_id, salt = UUID(_text(fields["id"])), bytes.fromhex(_text(fields["salt"]))
        at = datetime.fromisoformat(_text(fields["at"]))
    except ValueError:
        raise Invalid(NO_EXPORT) from None
    if at.tzinfo is None or len(salt) != SALT_BYTES:
        raise Invalid(NO_EXPORT)
    return Act(
        id=act_id, at=at, salt=salt, shown=tuple(map(_text, shown)), case_reference=_text(fields["case"]),
        counts={name: _number(count) for name, count in counts.items()},
        **{name: _text(fields[name]) for name in ("officer", "member", "unit", "act", "subject", "owner", "purpose")},
    )  # fmt: skip


def _object(untrusted_text: str, names: tuple[str, ...]) -> Fields:
    """An object of a line, with exactly these names, each once: a reader of any program reads the same in it."""
    try:
        found = json.loads(untrusted_text, object_pairs_hook=_once, parse_constant=_never)
    except (ValueError, RecursionError):
        raise Invalid(NO_EXPORT) from None
    return _named(found, names)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _never(_: str) -> object:
    raise ValueError("no number")


def _asked(untrusted: object) -> Fields:
    later = ASKED_LATER & set(untrusted) if isinstance(untrusted, dict) else frozenset()
    return _named(untrusted, (*ASKED, *later))


def _named(untrusted: object, names: tuple[str, ...]) -> Fields:
    if not isinstance(untrusted, dict) or set(untrusted) != set(names):
        raise Invalid(NO_EXPORT)
    return cast("Fields", untrusted)


def _text(untrusted: object) -> str:
    if not isinstance(untrusted, str):
        raise Invalid(NO_EXPORT)
    return untrusted


def _number(untrusted: object) -> int:
    if not isinstance(untrusted, int) or isinstance(untrusted, bool) or not -(1 << 63) <= untrusted < 1 << 63:
        raise Invalid(NO_EXPORT)
    return untrusted


def _several(untrusted: object, most: int) -> list[object]:
    if not isinstance(untrusted, list) or len(untrusted) > most:
        raise Invalid(NO_EXPORT)
    return untrusted


def _hashes(untrusted: object) -> tuple[bytes, ...]:
    found = tuple(decoded(_text(each)) for each in _several(untrusted, PROOF_HASHES_MAX + 1))
    if any(len(each) != HASH_BYTES for each in found):
        raise Invalid(NO_EXPORT)
    return found
