"""Members and their units: who takes part, on what legal basis, and what each unit is good at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from clew.domain.errors import Invalid

CODE = re.compile(r"[A-Z0-9]{2,8}")
COUNTRY = re.compile(r"[A-Z]{2}")
UNIT = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}")
NAME_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 1000
LANGUAGES_MAX = 20


class MemberKind(StrEnum):
    """A COUNTRY has an ISO 3166-1 alpha-2 code; a BODY, such as a regional police agency, one of its own."""

    COUNTRY = "country"
    BODY = "body"


class Speciality(StrEnum):
    """What a unit does, so that another member knows whom to ask. The words are stored."""

    VICTIM_IDENTIFICATION = "victim-identification"
    INTAKE = "intake"
    DIGITAL_FORENSICS = "digital-forensics"
    OPEN_SOURCE_ENQUIRY = "open-source-enquiry"
    FINANCIAL_ENQUIRY = "financial-enquiry"
    LIAISON = "liaison"
    DATA_PROTECTION = "data-protection"
    ADMINISTRATION = "administration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What others know of a member: ISO 639 languages, contact point, legal basis of taking part."""

    name: str
    kind: MemberKind
    languages: tuple[str, ...] = ()
    contact_point: str = ""
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > NAME_CHARACTERS_MAX or not self.name.isprintable():
            raise Invalid("A member has a name of up to 200 characters.")
        if len(self.languages) > LANGUAGES_MAX or not all(LANGUAGE.fullmatch(code) for code in self.languages):
            raise Invalid("Languages are ISO 639 codes of two or three small letters, such as en or fr.")
        texts = (self.contact_point, self.legal_basis)
        if max(map(len, texts)) > TEXT_CHARACTERS_MAX or any("\0" in text for text in texts):
            raise Invalid("Contact point and legal basis have up to {most} characters.", most=TEXT_CHARACTERS_MAX)


def member_code(code: str) -> str:
    """The code as it is kept.

    Raises:
        Invalid: it is no code.
    """
    kept = code.strip().upper()
    if not CODE.fullmatch(kept):
        raise Invalid("The code of a member is two to eight letters or digits, such as NO.")
    return kept


def unit_code(code: str) -> str:
    """The code of a unit as it is kept.

    Raises:
        Invalid: it is no code.
    """
    kept = code.strip().upper()
    if not UNIT.fullmatch(kept):
        raise Invalid("A unit has a code of up to 40 letters, digits, dots and dashes, such as VICTIM-ID.")
    return kept


def kind_of(code: str, kind: MemberKind | None = None) -> MemberKind:
    """What the member of this code is, where nobody has said: two letters are a country.

    Raises:
        Invalid: a country whose code is not two letters.
    """
    if kind is None:
        return MemberKind.COUNTRY if COUNTRY.fullmatch(code) else MemberKind.BODY
    if kind is MemberKind.COUNTRY and not COUNTRY.fullmatch(code):
        raise Invalid("The code of a country is the two letters of ISO 3166-1, such as NO.")
    return kind


def specialities(words: Iterable[str]) -> frozenset[Speciality]:
    """Specialities by their words.

    Raises:
        Invalid: one is not known.
    """
    try:
        return frozenset(Speciality(word.strip().lower()) for word in words if word.strip())
    except ValueError:
        raise Invalid("Specialities are {known}.", known=", ".join(Speciality)) from None
