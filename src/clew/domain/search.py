"""A search: what is asked, what it looks in, and how far a page looks: words lie sealed, and each is unsealed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from clew.domain.errors import NOWHERE, Invalid

ASKED_CHARACTERS_MAX = 200
ASKED_CHARACTERS_MIN = 2
WORDS_MAX = 8
LOOKED_AT_PER_PAGE_MAX = 2_000
"""So many records of each kind are unsealed for a page, the newest first; the next page goes on behind them."""
FILES_PER_PAGE_MAX = 5_000
FOUND_PER_KIND_MAX = 25
EXCERPT_CHARACTERS = 120


class Kind(StrEnum):
    """What was found. The words are those of the pages, commands and programs."""

    REFERENCE = "reference"
    MEDIUM = "medium"
    CAMERA = "camera"
    """A medium by a serial number of its camera or lens, or by the identifier of its document."""
    CAMERA_MODEL = "camera-model"
    """A camera by words of its make and model, with the media that carry it."""
    SOFTWARE = "software"
    """Software by its words, its version among them, with the media that carry it."""
    BROUGHT = "brought"
    """Media that show in running task forces alone: looked through for cameras and software, and found as these."""
    SERIES = "series"
    CASE = "case"
    EXHIBIT = "exhibit"
    HASH_LIST = "hash-list"
    PLACE = "place"
    CLUE = "clue"
    NARRATIVE = "narrative"
    MESSAGE = "message"
    FILE = "file"


PAGED: Mapping[Kind, str] = {
    Kind.SERIES: "s", Kind.CASE: "c", Kind.EXHIBIT: "e", Kind.HASH_LIST: "h", Kind.PLACE: "p", Kind.CLUE: "k",
    Kind.NARRATIVE: "n", Kind.MESSAGE: "m", Kind.FILE: "f",
    Kind.CAMERA_MODEL: "d", Kind.BROUGHT: "b",
}  # fmt: skip
"""Kinds that are looked through page by page, each with its letter in a marker; software among the cameras."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for: every one of these words, in whatever order, whatever the case and the accents."""

    text: str
    words: tuple[str, ...]

    def is_in(self, text: str) -> bool:
        there = folded(text)
        return all(word in there for word in self.words)


def asked(untrusted_text: str) -> Asked:
    """What somebody typed, as it is looked for.

    Raises:
        Invalid: it is too short or too long, or holds what does not show.
    """
    text = " ".join(untrusted_text.split())
    words = tuple(folded(text).split())
    if not ASKED_CHARACTERS_MIN <= len(text) <= ASKED_CHARACTERS_MAX or not 1 <= len(words) <= WORDS_MAX:
        raise Invalid(
            "Look for {least} to {most} characters in at most {words} words.",
            least=ASKED_CHARACTERS_MIN, most=ASKED_CHARACTERS_MAX, words=WORDS_MAX,
        )
    if not text.isprintable():
        raise Invalid("What is looked for holds nothing that does not show.")
    return Asked(text=text, words=words)


def folded(text: str) -> str:
    """The text without case, accents and vowel signs. Source: Unicode, chapter 3.13 and annex 15 (NFKD)."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")


def excerpt(text: str, looked_for: Asked) -> str:
    """The part of the text in which the first word stands, on one line."""
    line = " ".join(text.split())
    at = max(0, folded(line).find(looked_for.words[0]) - EXCERPT_CHARACTERS // 3)
    part = line[at : at + EXCERPT_CHARACTERS]
    return f"{'… ' if at else ''}{part}{' …' if at + EXCERPT_CHARACTERS < len(line) else ''}"


Marker = Mapping[Kind, str | None]
"""By kind, the record behind which the next page goes on; None where all were looked at."""


def marker_words(marker: Marker) -> str | None:
    """A marker as a page carries it; None where nothing is left."""
    if not any(marker.values()):
        return None
    return "~".join(f"{PAGED[kind]}{at or '-'}" for kind, at in marker.items())


def marker_of(untrusted_words: str | None) -> Marker | None:
    """The marker again; None for the first page.

    Raises:
        Invalid: no page gave it so.
    """
    if untrusted_words is None:
        return None
    kinds = {letter: kind for kind, letter in PAGED.items()}
    found: dict[Kind, str | None] = {}
    for part in untrusted_words.split("~"):
        kind, at = kinds.get(part[:1]), part[1:]
        if kind is None or kind in found or not _is_marked(kind, at):
            raise Invalid(NOWHERE)
        found[kind] = None if at == "-" else at
    return found


def _is_marked(kind: Kind, at: str) -> bool:
    if at == "-":
        return True
    if kind is Kind.FILE:
        return at.isascii() and at.isdigit() and len(at) <= 18
    try:
        return UUID(at).hex == at
    except ValueError:
        return False
