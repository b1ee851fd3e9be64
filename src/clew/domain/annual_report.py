"""The annual report of a member: what was done with its records in a year, as numbers that name nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from clew.domain.errors import Invalid, StepRefused
from clew.domain.handling import Use
from clew.domain.officer import Role

FORMAT = "clew-annual-report/1"
YEAR_FIRST, YEAR_LAST = 2000, 2999
OTHER = "other"
ROLES_THAT_REPORT = frozenset({Role.DATA_PROTECTION_OFFICER, Role.NATIONAL_ADMINISTRATOR, Role.AUDITOR})

FIGURES: Mapping[str, tuple[str, ...]] = {
    "media": ("entered", "held"),
    "cases": ("opened", "held", "shredded"),
    "officers": ("certified", "refused", "withdrawn", "expired", "in_force"),
    "suspensions": ("laid", "lifted", "in_force"),
    "accesses": (*(str(use.name).lower() for use in Use), OTHER),
    "handling": ("change", "reword", "propose", "approve", "withdraw", "end"),
    "restrictions": ("laid", "ended", "in_force"),
    "releases": ("given", "withdrawn", "open", "got"),
    "retention": (
        "to_review", "past_end", "extended", "let_end", "ended", "being_ended", "blocked", "unblocked", "blocked_now",
    ),
    "requests": ("received", "decided_in_time", "decided_late", "decided", "told", "open", "overdue"),
    "consultations": ("asked", "answered_to_us", "asked_of_us", "answered_by_us", "left_unanswered_by_us"),
    "incidents": ("refused_sign_ins", "founding_certifications", "failed_verifications"),
}  # fmt: skip
"""By section, in the order in which they are read. Each stands in every report, also where it is naught."""

TITLES: Mapping[str, str] = {
    "media": "Media",
    "cases": "Cases",
    "officers": "Officers and certifications",
    "suspensions": "Suspensions",
    "accesses": "Acts of other members on our records",
    "handling": "Changes of handling",
    "restrictions": "Restrictions with an end",
    "releases": "Releases of originals",
    "retention": "Retention",
    "requests": "Requests of people about their data",
    "consultations": "Consultations of owners",
    "incidents": "Incidents",
}
WORDS: Mapping[tuple[str, str], str] = {
    ("media", "entered"): "Entered in the year",
    ("media", "held"): "Held now",
    ("cases", "opened"): "Opened in the year",
    ("cases", "held"): "Held now",
    ("cases", "shredded"): "Shredded in the year",
    ("officers", "certified"): "Certifications given",
    ("officers", "refused"): "Certifications refused",
    ("officers", "withdrawn"): "Certifications withdrawn",
    ("officers", "expired"): "Certifications that ran out",
    ("officers", "in_force"): "Officers who may act now",
    ("suspensions", "laid"): "Laid in the year",
    ("suspensions", "lifted"): "Lifted in the year",
    ("suspensions", "in_force"): "In force now",
    ("accesses", "fingerprints"): "Compared with",
    ("accesses", "facts"): "Known of",
    ("accesses", "preview"): "Previewed",
    ("accesses", "original"): "Originals opened",
    ("accesses", "export"): "Exported to a hash list",
    ("accesses", "other"): "Other acts",
    ("handling", "change"): "Changed",
    ("handling", "reword"): "Words of covers changed",
    ("handling", "propose"): "Widenings proposed",
    ("handling", "approve"): "Agreed to by a second officer",
    ("handling", "withdraw"): "Proposals withdrawn",
    ("handling", "end"): "Ended",
    ("restrictions", "laid"): "Laid in the year",
    ("restrictions", "ended"): "Ended in the year",
    ("restrictions", "in_force"): "In force now",
    ("releases", "given"): "Given in the year",
    ("releases", "withdrawn"): "Withdrawn in the year",
    ("releases", "open"): "Open now",
    ("releases", "got"): "Got in the year",
    ("retention", "to_review"): "Due within six months, or past it, now",
    ("retention", "past_end"): "Past their end now",
    ("retention", "extended"): "Kept for longer, for a reason",
    ("retention", "let_end"): "Reviewed and let end",
    ("retention", "ended"): "Ended in the year",
    ("retention", "being_ended"): "Being ended now",
    ("retention", "blocked"): "Blocked while under examination",
    ("retention", "unblocked"): "Blocks lifted",
    ("retention", "blocked_now"): "Blocked now",
    ("requests", "received"): "Received in the year",
    ("requests", "decided_in_time"): "Decided in time",
    ("requests", "decided_late"): "Decided too late",
    ("requests", "decided"): "Decided, by outcome",
    ("requests", "told"): "Closed: whoever asked was told",
    ("requests", "open"): "Open now",
    ("requests", "overdue"): "Overdue now",
    ("consultations", "asked"): "Asked of other members",
    ("consultations", "answered_to_us"): "Answered by other members",
    ("consultations", "asked_of_us"): "Asked of us",
    ("consultations", "answered_by_us"): "Answered by us",
    ("consultations", "left_unanswered_by_us"): "Left unanswered by us",
    ("incidents", "refused_sign_ins"): "Refused sign-ins",
    ("incidents", "founding_certifications"): "Certified by the operator alone",
    ("incidents", "failed_verifications"): "Failed verifications of the node's log",
}

AS_OF_NOW = frozenset({
    ("media", "held"), ("cases", "held"), ("officers", "in_force"), ("suspensions", "in_force"),
    ("restrictions", "in_force"), ("releases", "open"), ("retention", "to_review"),
    ("retention", "past_end"), ("retention", "being_ended"), ("retention", "blocked_now"),
    ("requests", "open"), ("requests", "overdue"),
})  # fmt: skip
"""What is counted when the report is made, not over its year."""

USE_OF_ACT: Mapping[str, Use] = {
    "compare.show": Use.FINGERPRINTS,
    "match.read": Use.FINGERPRINTS,
    "medium.inspect": Use.FINGERPRINTS,
    "grid.open": Use.FACTS,
    "grid.read": Use.FACTS,
    "grid.stack": Use.FACTS,
    "hash_list.count": Use.FACTS,
    "search.media": Use.FACTS,
    "triage.read": Use.FACTS,
    "triage.show": Use.FACTS,
    "medium.preview": Use.PREVIEW,
    "medium.quote": Use.ORIGINAL,
    "medium.reveal": Use.ORIGINAL,
    "medium.part": Use.ORIGINAL,
    "medium.draw": Use.ORIGINAL,
    "medium.open_released": Use.ORIGINAL,
    "hash_list.export": Use.EXPORT,
}
"""For what another member used a record when it did this. What is not here is counted as other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One number as the records give it: of which section, figure and kind, member, role or level."""

    section: str
    figure: str
    of: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with what it is made of; `parts` is empty where nothing was counted apart."""

    name: str
    total: int
    parts: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    name: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """Up to which event a witness has signed the log, and when it says that it did."""

    witness: str
    size: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    """The node's log of acts when the report was made: events, root, when it was last signed; `root` is hexadecimal."""

    size: int
    root: str
    at: datetime | None
    witnesses: tuple[Witnessed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReport:
    """Everything that a report says. The same values are the same report, byte for byte, in each of its forms."""

    member: str
    member_name: str
    year: int
    made_at: datetime
    sections: tuple[Section, ...]
    log: LogState


def year_bounds(year: int, now: datetime) -> tuple[datetime, datetime]:
    """When the year begins and ends, in UTC.

    Raises:
        Invalid: it is no year, or has not begun.
    """
    if not YEAR_FIRST <= year <= YEAR_LAST or year > now.astimezone(UTC).year:
        raise Invalid("A report is of a year that has begun, such as 2026.")
    return datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)


def check_reporter(role: Role) -> None:
    """Refuse whoever does not answer for the data of a member.

    Raises:
        StepRefused: the role is none of those.
    """
    if role not in ROLES_THAT_REPORT:
        raise StepRefused("Only a data-protection officer, an administrator or an auditor of the member reports.")


def sections(counted: Iterable[Counted]) -> tuple[Section, ...]:
    """The numbers in their sections; accesses, which come by act and member, by use and member.

    Raises:
        ValueError: a number is of no figure: the records count what no report knows.
    """
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for one in counted:
        name = _use(one.figure) if one.section == "accesses" else one.figure
        if name not in FIGURES.get(one.section, ()):
            raise ValueError("a number is of no figure of the report")
        found[one.section, name][one.of] += one.number
    return tuple(
        Section(name=section, figures=tuple(_figure(name, found[section, name]) for name in names))
        for section, names in FIGURES.items()
    )


def _use(act: str) -> str:
    use = USE_OF_ACT.get(act)
    return OTHER if use is None else str(use.name).lower()


def _figure(name: str, parts: Mapping[str, int]) -> Figure:
    return Figure(
        name=name, total=sum(parts.values()),
        parts=tuple(sorted((of, number) for of, number in parts.items() if of and number)),
    )  # fmt: skip
