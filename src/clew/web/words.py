"""Answers, reasons and progress in words; the only place that turns values into sentences."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Protocol

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clew.actions.tallying import Tally
from clew.domain.handling import BLOCKED, Handling, Use
from clew.domain.intake import Progress
from clew.domain.medium import MediumKind
from clew.domain.member import Speciality
from clew.domain.message import SubjectKind
from clew.domain.officer import Role
from clew.domain.suspension import Standing
from clew.domain.triage import SIGNS, Aligned, Answer, Evidence, Reason, ReasonKind
from clew.web.asked import address_to_ask

Words = str | Promise

DIGEST_SHOWN = 12
"""Hexadecimal digits of a digest on a page: enough to tell media of one case apart."""

SHA256_CHARACTERS = 64
_JOINERS = "\u200c\u200d"  # Persian words and many signs need them


class Sized(Protocol):
    """What has a width and a height. Units: pixels."""

    @property
    def width(self) -> int | None: ...
    @property
    def height(self) -> int | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerWords:
    """Sign and word together: never colour alone, never a sign alone."""

    sign: str
    word: Words
    meaning: Words


ANSWERS: Mapping[Answer, AnswerWords] = {
    Answer.SOLVED_ELSEWHERE: AnswerWords(
        sign=SIGNS[Answer.SOLVED_ELSEWHERE],
        word=gettext_lazy("Solved elsewhere"),
        meaning=gettext_lazy("The victim is identified. Ask before anyone looks again."),
    ),
    Answer.PARALLEL_ENQUIRY: AnswerWords(
        sign=SIGNS[Answer.PARALLEL_ENQUIRY],
        word=gettext_lazy("Parallel enquiry"),
        meaning=gettext_lazy("Another member works on it now."),
    ),
    Answer.NEW: AnswerWords(
        sign=SIGNS[Answer.NEW],
        word=gettext_lazy("New"),
        meaning=gettext_lazy("Nobody has met it. It needs a person."),
    ),
    Answer.KNOWN: AnswerWords(
        sign=SIGNS[Answer.KNOWN],
        word=gettext_lazy("Known"),
        meaning=gettext_lazy("Met before. No need to view it again."),
    ),
    Answer.UNDECODABLE: AnswerWords(
        sign=SIGNS[Answer.UNDECODABLE],
        word=gettext_lazy("Undecodable"),
        meaning=gettext_lazy("Could not be read. Nobody knows what it holds."),
    ),
}
"""In the order in which an investigator asks."""

_TRANSFORMS: Mapping[str, Words] = {
    "rotate-90": gettext_lazy("turned by 90°"),
    "rotate-180": gettext_lazy("turned by 180°"),
    "rotate-270": gettext_lazy("turned by 270°"),
    "flip-vertical": gettext_lazy("upside down and mirrored"),
    "flip-horizontal": gettext_lazy("mirrored"),
    "transpose": gettext_lazy("mirrored and turned"),
    "transverse": gettext_lazy("mirrored and turned"),
}

_KINDS: Mapping[MediumKind, Words] = {
    MediumKind.IMAGE: gettext_lazy("Picture"),
    MediumKind.VIDEO: gettext_lazy("Video"),
    MediumKind.UNKNOWN: gettext_lazy("Fingerprints only"),
    MediumKind.OTHER: gettext_lazy("Other"),
}

_WITH_SERIES: Mapping[Evidence, Words] = {
    Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER: gettext_lazy("Series {series} of {owner}: victim identified"),
    Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER: gettext_lazy("Series {series} of {owner}: victim not yet identified"),
    Evidence.CASE_OF_ANOTHER_MEMBER: gettext_lazy("A case of {owner}"),
    Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER: gettext_lazy("Series {series} of your own member: victim identified"),
    Evidence.OWN_EARLIER_CASE: gettext_lazy("Your own series {series}, an earlier case"),
    Evidence.HASH_LIST: gettext_lazy("A hash list of {owner}"),
}

_WITHOUT_SERIES: Mapping[Evidence, Words] = {
    Evidence.IDENTIFIED_SERIES_OF_ANOTHER_MEMBER: gettext_lazy("A series of {owner}: victim identified"),
    Evidence.OPEN_SERIES_OF_ANOTHER_MEMBER: gettext_lazy("A series of {owner}: victim not yet identified"),
    Evidence.CASE_OF_ANOTHER_MEMBER: gettext_lazy("A case of {owner}"),
    Evidence.IDENTIFIED_SERIES_OF_THE_OWN_MEMBER: gettext_lazy("A series of your own member: victim identified"),
    Evidence.OWN_EARLIER_CASE: gettext_lazy("An earlier case of your own"),
    Evidence.HASH_LIST: gettext_lazy("A hash list of {owner}"),
}


_ROLES: Mapping[Role, Words] = {
    Role.INVESTIGATOR: gettext_lazy("Investigator"),
    Role.ANALYST: gettext_lazy("Analyst"),
    Role.NATIONAL_ADMINISTRATOR: gettext_lazy("National administrator"),
    Role.COORDINATOR: gettext_lazy("Coordinator"),
    Role.AUDITOR: gettext_lazy("Auditor"),
    Role.DATA_PROTECTION_OFFICER: gettext_lazy("Data-protection officer"),
    Role.OPERATOR: gettext_lazy("Operator"),
    Role.PROGRAM: gettext_lazy("Program"),
    Role.CALENDAR: gettext_lazy("Calendar"),
}

_STANDINGS: Mapping[Standing, Words] = {
    Standing.ADMITTED: gettext_lazy("✓ may work"),
    Standing.SUSPENDED: gettext_lazy("△ suspended"),
    Standing.NOT_CERTIFIED: gettext_lazy("△ not certified"),
}

_SPECIALITIES: Mapping[Speciality, Words] = {
    Speciality.VICTIM_IDENTIFICATION: gettext_lazy("victim identification"),
    Speciality.INTAKE: gettext_lazy("intake"),
    Speciality.DIGITAL_FORENSICS: gettext_lazy("digital forensics"),
    Speciality.OPEN_SOURCE_ENQUIRY: gettext_lazy("open-source enquiry"),
    Speciality.FINANCIAL_ENQUIRY: gettext_lazy("financial enquiry"),
    Speciality.LIAISON: gettext_lazy("liaison"),
    Speciality.DATA_PROTECTION: gettext_lazy("data protection"),
    Speciality.ADMINISTRATION: gettext_lazy("administration"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonWords:
    """One reason, ready for a page: what is known, how it was found, whom to ask.

    `matched` is the other medium's digest; it and `contact` are empty
    where handling hides them. `others` is empty where the reason stands for itself; `ask` leads to the form by which
    the contact is asked about the series, or else about the medium.
    """

    sign: str
    known: SafeString
    how: SafeString
    matched: str
    contact: SafeString | str
    others: str
    ask: str = ""


def visible(untrusted_text: str) -> str:
    """Text from outside, with what has no shape or turns the writing round spelled out."""
    if type(untrusted_text) is str and untrusted_text.isprintable():  # nothing of these categories is
        return untrusted_text
    return "".join(
        f"\\u{{{ord(sign):x}}}"
        if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and sign not in _JOINERS
        else sign
        for sign in untrusted_text
    )


def identifier(untrusted_text: str) -> SafeString:
    """A reference, path, digest or time: left to right, apart from the writing around it."""
    return SafeString(f'<bdi dir="ltr">{escape(visible(untrusted_text))}</bdi>')


def name(untrusted_text: str) -> SafeString:
    """A name in whatever script it is written, apart from the writing around it."""
    return SafeString(f"<bdi>{escape(visible(untrusted_text))}</bdi>")


def isolated(untrusted_text: str) -> str:
    """A name as a script writes it, apart from the writing around it. Source: Unicode, UAX 9 (FSI and PDI)."""
    return f"\u2068{visible(untrusted_text)}\u2069"


def size(of: Sized) -> SafeString:
    """How wide and how high a medium is; nothing where nobody knows."""
    if of.width is None or of.height is None:
        return SafeString("")
    return identifier(f"{of.width} \N{MULTIPLICATION SIGN} {of.height}")


def seconds(of: float) -> SafeString:
    """How long a medium lasts."""
    return identifier(f"{number(round(of))} s")


def kind(of: MediumKind) -> str:
    """Whether a medium is a picture, a video or neither."""
    return str(_KINDS[of])


def role(of: Role) -> str:
    """What an officer is certified for."""
    return str(_ROLES[of])


def standing(of: Standing) -> str:
    """Whether an officer may act now, with its sign."""
    return str(_STANDINGS[of])


def speciality(of: Speciality) -> str:
    """What a unit is good at."""
    return str(_SPECIALITIES[of])


def number(value: int) -> str:
    """A whole number as people of this language write it."""
    return number_format(value, use_l10n=True, force_grouping=True)


def days(of: timedelta) -> str:
    """Days with one decimal, as people of this language write it."""
    return number_format(of.total_seconds() / 86_400, 1, use_l10n=True, force_grouping=True)


def wait(seconds: int) -> str:
    """How long somebody waited, in the largest of days, hours, minutes and seconds of which it is one at least."""
    if seconds >= 86_400:
        return _("{days} d").format(days=days(timedelta(seconds=seconds)))
    if seconds >= 3_600:
        return _("{hours} h").format(hours=number_format(seconds / 3_600, 1, use_l10n=True))
    if seconds >= 60:
        return _("{minutes} min").format(minutes=number(seconds // 60))
    return _("{seconds} s").format(seconds=number(seconds))


def clock(seconds: float) -> str:
    """A time within a medium: `1:02`, and `1:00:02` from an hour on."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _span(seconds: tuple[float, float]) -> SafeString:
    return identifier(f"{clock(seconds[0])}\N{EN DASH}{clock(seconds[1])}")


def _seconds(aligned: Aligned) -> SafeString:
    """Which time of this medium is which time of the other."""
    return format_html(
        _("{here} here is {there} there"),
        here=_span(aligned.seconds_here),
        there=_span(aligned.seconds_there),
    )


def _how_picture(reason: Reason) -> str:
    if reason.distance_bits is None or reason.radius_bits is None:
        return _("The same picture")
    return _("Picture within {distance} of {radius} bits").format(
        distance=number(reason.distance_bits), radius=number(reason.radius_bits)
    )


def how(reason: Reason) -> SafeString:
    """How the two media were found to be the same."""
    parts: list[str | SafeString | Promise] = []
    if reason.kind is ReasonKind.DIGEST:
        parts.append(_("Same bytes"))
    elif reason.kind is ReasonKind.PDQ:
        parts.append(_how_picture(reason))
    elif reason.kind is ReasonKind.VIDEO:
        parts.append(_("Video"))
    else:
        parts.append(_("Found by its sound alone"))
    if reason.aligned is not None:
        parts.append(_seconds(reason.aligned))
        if reason.kind is ReasonKind.VIDEO:
            parts.append(
                _("{matched} of {compared} frames").format(
                    matched=number(reason.aligned.frames_matched),
                    compared=number(reason.aligned.frames_compared),
                )
            )
    if reason.transform in _TRANSFORMS:
        parts.append(_TRANSFORMS[reason.transform])
    return format_html_join(_(", "), "{}", ((part,) for part in parts))


def _owner(reason: Reason, names: Mapping[str, str]) -> SafeString | str:
    if reason.owner is None:
        return _("another member")
    return name(names.get(reason.owner, reason.owner))


def _others(reason: Reason) -> str:
    if not reason.others:
        return ""
    if reason.series is None:
        words = ngettext("and {count} more like it", "and {count} more like it", reason.others)
    else:
        words = ngettext("and {count} more of the same series", "and {count} more of the same series", reason.others)
    return words.format(count=number(reason.others))


def reason(of: Reason, names: Mapping[str, str], sign: str, contacts: Mapping[str, str] = {}) -> ReasonWords:
    """`of` in words; `names` gives members' names by their codes, `contacts` how they are reached."""
    owner = _owner(of, names)
    templates = _WITHOUT_SERIES if of.series is None else _WITH_SERIES
    contact: SafeString | str = ""
    if of.unit is not None and of.evidence is not Evidence.OWN_EARLIER_CASE:
        contact = format_html(_("Contact: {owner}, unit {unit}"), owner=owner, unit=name(of.unit))
        if reached := contacts.get(of.owner or ""):
            contact = format_html(_("{contact}, {reached}"), contact=contact, reached=visible(reached))
    return ReasonWords(
        sign=sign,
        known=format_html(str(templates[of.evidence]), series=name(of.series or ""), owner=owner),
        how=how(of),
        matched=of.matched or "",
        contact=contact,
        others=_others(of), ask=_ask(of) if contact else "",
    )  # fmt: skip


def _ask(of: Reason) -> str:
    member, unit = of.owner or "", of.unit or ""
    if of.reference:
        return address_to_ask(SubjectKind.SERIES, of.reference, member, unit)
    # What is known by another digest alone has no name that a message could say.
    is_named = of.matched is not None and len(of.matched) == SHA256_CHARACTERS
    return address_to_ask(SubjectKind.MEDIUM, of.matched or "", member, unit) if is_named else ""


def progress(of: Progress) -> str:
    """How far intake has come, in one sentence."""
    done, seen = number(of.files_done), number(of.files_seen)
    if of.is_walking:
        return _("{done} files taken in, {seen} found so far").format(done=done, seen=seen)
    if of.is_running:
        return _("{done} of {seen} files taken in").format(done=done, seen=seen)
    ended = ngettext("Intake has ended: {seen} file", "Intake has ended: {seen} files", of.files_seen)
    return ended.format(seen=seen)


def tally(of: Tally) -> str:
    """How far counting has come, in one sentence; nothing where all is counted."""
    if of.is_fresh:
        return ""
    if of.is_whole:
        return _("These numbers are being counted again.")
    counted = ngettext("Still counting: {count} medium so far", "Still counting: {count} media so far", of.media)
    return counted.format(count=number(of.media))


USES: Mapping[Use, Words] = {
    Use.FINGERPRINTS: gettext_lazy("fingerprints"),
    Use.FACTS: gettext_lazy("facts"),
    Use.PREVIEW: gettext_lazy("previews"),
    Use.ORIGINAL: gettext_lazy("originals"),
    Use.EXPORT: gettext_lazy("export to hash lists"),
}

CIRCLES: Mapping[str, Words] = {
    "everyone": gettext_lazy("All members"),
    "named": gettext_lazy("Named members"),
    "own": gettext_lazy("Other units of your member"),
}


def handling(of: Handling) -> list[str]:
    """A handling as lines: who, and for what."""
    lines = [_("Your unit: everything")]
    circles = [(CIRCLES["own"], of.member_uses), (CIRCLES["everyone"], of.all_uses)]
    if of.members:
        circles.insert(1, (", ".join(sorted(of.members)), of.named_uses))
    for who, uses in circles:
        named = _(", ").join(str(USES[use]) for use in Use if use & uses) or _("nothing")
        lines.append(f"{who}: {named}")
    refused = sorted(of.excluded - {BLOCKED})
    if refused:
        lines.append(_("{members}: nothing, whatever else is said").format(members=", ".join(refused)))
    if of.is_blocked:
        lines.append(_("Under examination: nobody else has any use of it"))
    return lines
