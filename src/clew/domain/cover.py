"""The cover: what lies on every record beside its handling, and what must be stated before a record is used."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import TypeVar

from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Use

TEXT_CHARACTERS_MAX = 500
REFERENCE_CHARACTERS_MAX = 200
REVIEW_MONTHS = 6
RETENTION_YEARS_DEFAULT = 5
RETENTION_YEARS_MAX = 99


class Purpose(StrEnum):
    """What a record is kept and used for: a closed list. The words are stored; never reuse one.

    Source: INTERPOL's Rules on the Processing of Data, article 10, as far as this node serves it.
    """

    VICTIM_IDENTIFICATION = "victim-identification"
    OFFENDER_IDENTIFICATION = "offender-identification"
    INVESTIGATION = "investigation"
    FORENSIC_ANALYSIS = "forensic-analysis"
    CRIME_ANALYSIS = "crime-analysis"
    DETECTION = "detection"
    """Known material is found again where it is shared: what hash lists are for."""
    SUPERVISION = "supervision"
    """Checks by who supervises the processing, and requests of persons concerned."""


PURPOSES_DEFAULT = frozenset(
    {Purpose.VICTIM_IDENTIFICATION, Purpose.OFFENDER_IDENTIFICATION, Purpose.INVESTIGATION, Purpose.DETECTION}
)
"""What a record is kept for where its owner says nothing else."""


class Condition(StrEnum):
    """What a reader may not do without asking. Source: Europol's handling codes."""

    H0 = "H0"
    """Only to prevent and combat crime."""
    H1 = "H1"
    """Not as evidence in court without the owner's permission."""
    H2 = "H2"
    """Not handed on without the owner's permission."""
    H3 = "H3"
    """As the condition's text says."""


Word = TypeVar("Word", Purpose, Condition)


class Confidentiality(IntEnum):
    """Levels of INTERPOL's rules, articles 112 to 114. The numbers are stored; never reuse one."""

    OFFICIAL_USE = 1
    RESTRICTED = 2
    CONFIDENTIAL = 3


class SourceEvaluation(StrEnum):
    """How far whoever said it is to be trusted. Source: Europol's 4x4 codes."""

    RELIABLE = "A"
    MOSTLY_RELIABLE = "B"
    MOSTLY_UNRELIABLE = "C"
    NOT_ASSESSED = "X"


class InformationEvaluation(IntEnum):
    """How far what was said is known to be true. Source: Europol's 4x4 codes."""

    CERTAIN = 1
    KNOWN_TO_SOURCE = 2
    CORROBORATED = 3
    NOT_ASSESSED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """What an owner says of its records beside who may see them.

    `purposes` are what they may be used for. `condition_text` is free text, demanded by H3.
    `is_minor`: persons concerned are minors, the stricter of the two, until somebody says otherwise.
    `retention_end` is the first day on which they are no longer kept.
    """

    retention_end: date
    purposes: frozenset[Purpose] = PURPOSES_DEFAULT
    legal_basis: str = ""
    conditions: frozenset[Condition] = frozenset({Condition.H0})
    condition_text: str = ""
    confidentiality: Confidentiality = Confidentiality.RESTRICTED
    source_evaluation: SourceEvaluation = SourceEvaluation.NOT_ASSESSED
    information_evaluation: InformationEvaluation = InformationEvaluation.NOT_ASSESSED
    is_minor: bool = True

    def __post_init__(self) -> None:
        if not self.purposes:
            raise Invalid("A record is kept for at least one purpose of the closed list.")
        if Condition.H3 in self.conditions and not self.condition_text.strip():
            raise Invalid("Condition H3 says in words what it asks for.")
        for text in (self.legal_basis, self.condition_text):
            if len(text) > TEXT_CHARACTERS_MAX or not text.isprintable():
                raise Invalid(
                    "A text of a cover has at most {most} characters, all that can be seen.", most=TEXT_CHARACTERS_MAX
                )

    @property
    def review_date(self) -> date:
        """When the owner is asked whether the records are still needed."""
        return months_before(self.retention_end, REVIEW_MONTHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What an officer states before a reveal or an export: why, and in which case. Made by `stated`."""

    purpose: Purpose
    case_reference: str = field(repr=False)


def stated(purpose: str, case_reference: str) -> Statement:
    """The statement that was given in words.

    Raises:
        Invalid: the purpose is not on the closed list, or no case is named.
    """
    try:
        named = Purpose(purpose.strip().lower())
    except ValueError:
        raise Invalid("State a purpose of the closed list: {known}.", known=", ".join(Purpose)) from None
    reference = case_reference.strip()
    if not reference or len(reference) > REFERENCE_CHARACTERS_MAX or not reference.isprintable():
        raise Invalid("State the reference of the case for which it is needed.")
    return Statement(purpose=named, case_reference=reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A cover as somebody says it; what is empty is as it is where nothing is said."""

    purposes: str = ""
    legal_basis: str = ""
    conditions: str = ""
    condition_text: str = ""
    confidentiality: str = ""
    evaluation: str = ""
    keep_until: str = ""
    adults: bool = False


def cover_from_words(words: Words, today: date) -> Cover:
    """The cover that `words` say: lists by commas, an evaluation such as B2, a day such as 2031-01-31.

    Raises:
        Invalid: a word is not on its closed list.
    """
    conditions = _listed(Condition, words.conditions.upper())
    source, information = _evaluation(words.evaluation)
    return Cover(
        retention_end=_day(words.keep_until) if words.keep_until.strip() else default_retention_end(today),
        purposes=_listed(Purpose, words.purposes.lower()) or PURPOSES_DEFAULT,
        legal_basis=words.legal_basis.strip(),
        conditions=conditions or frozenset({Condition.H0}),
        condition_text=words.condition_text.strip(),
        confidentiality=_confidentiality(words.confidentiality),
        source_evaluation=source,
        information_evaluation=information,
        is_minor=not words.adults,
    )


def _listed(known: type[Word], words: str) -> frozenset[Word]:
    try:
        return frozenset(known(word.strip()) for word in words.split(",") if word.strip())
    except ValueError:
        raise Invalid("Choose from this list: {known}.", known=", ".join(known)) from None


def _confidentiality(words: str) -> Confidentiality:
    try:
        return Confidentiality[words.strip().upper().replace("-", "_")] if words.strip() else Confidentiality.RESTRICTED
    except KeyError:
        raise Invalid("The levels are official-use, restricted and confidential.") from None


def _evaluation(words: str) -> tuple[SourceEvaluation, InformationEvaluation]:
    said = words.strip().upper() or "X4"
    try:
        return SourceEvaluation(said[:1]), InformationEvaluation(int(said[1:]))
    except ValueError:
        raise Invalid("An evaluation is a letter A, B, C or X and a number 1 to 4, such as B2.") from None


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words.strip())
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2031-01-31.") from None


def check_use(
    cover: Cover | None, use: Use, statement: Statement, *, is_own: bool, is_blocked: bool = False
) -> None:
    """Refuse a use that the cover does not bear; whether the actor has the use at all is the handling's.

    `cover` is None for records that were entered before there were covers: nothing is known of
    them, so they are used by their own unit only. `is_own`: the actor is of the owner's member.
    `is_blocked`: it is under examination, and used for nothing else.

    Raises:
        StepRefused: the record is not kept for the stated purpose, or its conditions forbid the use.
    """
    if is_blocked and (statement.purpose is not Purpose.SUPERVISION or not is_own or use is Use.EXPORT):
        raise StepRefused("This record is under examination: its owner's unit sees it, for supervision only.")
    if statement.purpose is Purpose.SUPERVISION and is_own and use is not Use.EXPORT:
        return  # each member supervises what it entered itself, and another's where its owner says so
    if cover is None:
        if not is_own:
            raise StepRefused("This record has no cover yet: ask its owner.")
        return
    if statement.purpose not in cover.purposes:
        raise StepRefused("This record is not kept for that purpose: ask its owner.")
    if use is Use.EXPORT and not is_own and Condition.H2 in cover.conditions:
        raise StepRefused("This record is not handed on without its owner's permission (H2).")
    if use is Use.EXPORT and cover.confidentiality is Confidentiality.CONFIDENTIAL:
        raise StepRefused("A confidential record is not exported.")


def default_retention_end(today: date) -> date:
    """How long a record is kept where nothing else was said.

    Source: INTERPOL's Rules on the Processing of Data, article 49: at most five years, then a review.
    """
    return years_after(today, RETENTION_YEARS_DEFAULT)


def check_retention(end: date, today: date) -> None:
    """Refuse an end that has come already or lies further ahead than any rule allows.

    Raises:
        Invalid: it does.
    """
    if not today < end <= years_after(today, RETENTION_YEARS_MAX):
        raise Invalid("Retention ends on a day to come, at most {most} years ahead.", most=RETENTION_YEARS_MAX)


def years_after(day: date, years: int) -> date:
    """The same day `years` later; the last of February stands in for its 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_before(day: date, months: int) -> date:
    """The same day `months` earlier, or the last of that month where it is shorter."""
    number = day.year * 12 + day.month - 1 - months
    for last in (day.day, 30, 29, 28):
        try:
            return date(number // 12, number % 12 + 1, last)
        except ValueError:
            continue
    raise ValueError("every month has 28 days")
