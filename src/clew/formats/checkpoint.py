"""Checkpoints, proofs and requests of a log, as other people's tools read them.

Source: C2SP tlog-checkpoint, tlog-proof (a proof that needs no network) and tlog-witness (what is
sent to a witness, here by file). All of them are text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from clew.domain.errors import Invalid
from clew.domain.merkle import HASH_BYTES, PROOF_HASHES_MAX
from clew.formats import signed_note
from clew.formats.signed_note import Note, decoded, encoded

PROOF_WORDS = "c2sp.org/tlog-proof@v1"
EXTRA_BYTES_MAX = 64 * 1024
TEXT_CHARACTERS_MAX = 256 * 1024
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log, how many leaves it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """The checkpoint that a note's text says. Further lines are allowed there and mean nothing here.

        Raises:
            Invalid: it says none.
        """
        lines = untrusted_text.split("\n")
        if len(lines) < 4 or lines.pop() or "" in lines:
            raise Invalid("This is no checkpoint of a log.")
        return cls(origin=lines[0], size=number(lines[1]), root=_hash(lines[2]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That a leaf is in a log: the leaf's words, its number, the way to the root, the signed checkpoint."""

    leaf: bytes
    number: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        head = f"{PROOF_WORDS}\nextra {encoded(self.leaf)}\nindex {self.number}\n"
        return f"{head}{_lines(self.hashes)}\n{self.note}"

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """The proof that `str` wrote, not yet believed.

        Raises:
            Invalid: it is none, or is too large.
        """
        head, note = _parted(untrusted_text)
        if len(head) < 3 or head[0] != PROOF_WORDS or not head[1].startswith("extra "):
            raise Invalid("This is no proof of an event that holds the event's words.")
        leaf = decoded(head[1].removeprefix("extra "))
        if len(leaf) > EXTRA_BYTES_MAX:
            raise Invalid("The words of this event are too long.")
        return cls(leaf=leaf, number=_labelled(head[2], "index"), hashes=_hashes(head[3:]), note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a witness is asked to cosign: a checkpoint, and how it follows on the one of `old` leaves."""

    old: int
    hashes: tuple[bytes, ...]
    note: Note

    def __str__(self) -> str:
        return f"old {self.old}\n{_lines(self.hashes)}\n{self.note}"

    @classmethod
    def parse(cls, untrusted_text: str) -> Self:
        """The request that `str` wrote, not yet believed.

        Raises:
            Invalid: it is none, or is too large.
        """
        head, note = _parted(untrusted_text)
        return cls(old=_labelled(head[0], "old"), hashes=_hashes(head[1:]), note=note)


def number(untrusted_text: str) -> int:
    """A number in the one way of writing it.

    Raises:
        Invalid: it is written otherwise, or is larger than a log can be.
    """
    if not _NUMBER.fullmatch(untrusted_text) or int(untrusted_text) >= 1 << 63:
        raise Invalid("A number in this file is not written as it must be.")
    return int(untrusted_text)


def _lines(hashes: Iterable[bytes]) -> str:
    return "".join(f"{encoded(each)}\n" for each in hashes)


def _parted(untrusted_text: str) -> tuple[list[str], Note]:
    """The lines before the first empty one, and the note behind it."""
    if len(untrusted_text) > TEXT_CHARACTERS_MAX:
        raise Invalid("This file is too large.")
    head, _, note = untrusted_text.partition("\n\n")
    return head.split("\n"), signed_note.parse(note)


def _labelled(line: str, label: str) -> int:
    found, _, text = line.partition(" ")
    if found != label:
        raise Invalid(f"A line of this file must say {label}, and says something else.")
    return number(text)


def _hashes(lines: list[str]) -> tuple[bytes, ...]:
    if len(lines) > PROOF_HASHES_MAX:
        raise Invalid("No proof of a log is so long.")
    return tuple(map(_hash, lines))


def _hash(text: str) -> bytes:
    raw = decoded(text)
    if len(raw) != HASH_BYTES:
        raise Invalid("A hash in this file does not have 32 bytes.")
    return raw
