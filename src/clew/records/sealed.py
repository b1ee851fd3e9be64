"""Sealed columns: what an officer wrote or a seizure brought lies in the database under keys outside it.

A column of text under the member's own key seals equal words to equal bytes, so it is looked up and
held unique as it lies; it needs no column beside it.
"""

from base64 import b64decode, b64encode
from typing import cast
from uuid import UUID

from django.conf import settings

from clew.keys.keyring import Keyring
from clew.keys.texts import Texts, texts_of

_NOTE = "sealed:"


def keyring() -> Keyring:
    """The keyring of this node."""
    return cast("Keyring", settings.CLEW_KEYRING)


def of_member(member: str) -> Texts:
    """What seals the words of a member that belong to no single case: references, names, facts."""
    return texts_of(keyring(), member, None, make=True)


def of_case(member: str, case_id: UUID, *, make: bool = False) -> Texts:
    """What seals the words of a case; once its key is destroyed they are gone wherever they were copied to."""
    return texts_of(keyring(), member, str(case_id), make=make)


def of(member: str, case_id: UUID | None, *, make: bool = False) -> Texts:
    """What seals what a seizure brings: under its case's key or, where it came on a list, its owner's."""
    return of_member(member) if case_id is None else of_case(member, case_id, make=make)


def words(texts: Texts, column: bytes, value: object) -> str:
    """The words of a sealed column of a row that was read."""
    return texts.unseal(bytes(cast("bytes", value)), column).decode()


def note(member: str, column: bytes, words: str) -> str:
    """Words of an officer of `member` as a column of text holds them; empty stays empty."""
    return _NOTE + b64encode(of_member(member).seal(words.encode(), column)).decode() if words else ""


def words_of_note(member: str, column: bytes, kept: str) -> str:
    """The words again; those that were kept before notes were sealed are given as they are."""
    if not kept.startswith(_NOTE):
        return kept
    return of_member(member).unseal(b64decode(kept.removeprefix(_NOTE)), column).decode()
