"""Words of verdicts on matches: who says what, each with a sign and a word."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy, ngettext

from clew.domain.handling import Actor
from clew.domain.triage import SetAside
from clew.domain.verdict import MatchVerdict, Said, Why
from clew.web import words
from clew.web.words import Words

SAID: Mapping[Said, Words] = {
    Said.SAME: gettext_lazy("= the same"), Said.NOT_THE_SAME: gettext_lazy("≠ not the same"),
}  # fmt: skip
WHYS: Mapping[Why, Words] = {
    Why.ONLY_ALIKE: gettext_lazy("They are only alike: what they show differs."),
    Why.SHARED_PART: gettext_lazy("They only share a part, such as a title, a logo or a frame around."),
    Why.SAYS_NOTHING: gettext_lazy("They hold nothing that could tell, such as a blank or a pattern."),
    Why.OTHER: gettext_lazy("For another reason."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictWords:
    """A verdict on a page. `officer` is named at home only; `is_own`: the viewer said it, and can take it back."""

    id: str
    said: Words
    why: Words
    member: str
    unit: str
    officer: str | None
    at: datetime
    is_own: bool


def line(one: MatchVerdict, viewer: Actor) -> VerdictWords:
    """A verdict as the viewer reads it."""
    is_own = (one.member, one.unit, one.officer) == (viewer.member, viewer.unit, viewer.officer)
    return VerdictWords(
        id=str(one.id), said=SAID[one.said], why="" if one.why is None else WHYS[one.why], member=one.member,
        unit=one.unit, officer=one.shown_by(viewer.member), at=one.at, is_own=is_own,
    )  # fmt: skip


def lines(some: Iterable[MatchVerdict], viewer: Actor) -> list[VerdictWords]:
    """Verdicts as the viewer reads them."""
    return [line(one, viewer) for one in some]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideWords:
    """Matches of a medium that a unit of the own member set aside: of so many other media."""

    unit: str
    officer: str
    media: int


def set_aside(some: Iterable[SetAside]) -> list[SetAsideWords]:
    """Who set matches of a medium aside, and of how many other media."""
    found: dict[tuple[str, str], set[str | None]] = {}
    for one in some:
        found.setdefault((one.verdict.unit, one.verdict.officer), set()).add(one.reason.matched)
    return [SetAsideWords(unit=unit, officer=officer, media=len(media)) for (unit, officer), media in found.items()]


def aside(of: SetAsideWords, named: Callable[[str], str]) -> str:
    """The same as a sentence; `named` writes a name so that it stands apart from the writing around it."""
    said = ngettext(
        "≠ A match with {media} medium is set aside: {officer} of {unit} says that it is not the same.",
        "≠ Matches with {media} media are set aside: {officer} of {unit} says that they are not the same.", of.media,
    )  # fmt: skip
    return said.format(media=words.number(of.media), officer=named(of.officer), unit=named(of.unit))
