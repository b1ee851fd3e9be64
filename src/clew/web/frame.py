"""The frame of every page: where an officer can go from anywhere, in groups, without what the role has no use for."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Flag, auto

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext_lazy

from clew.domain.officer import WITHOUT_CONTENT, Role
from clew.web import looks, shortcut_words, shortcuts
from clew.web.words import Words


class Needs(Flag):
    """Who has use for a page."""

    NOBODY_IN_PARTICULAR = 0
    CONTENT = auto()
    """Roles that see members' content."""
    ADMINISTRATOR = auto()
    COORDINATOR = auto()
    AUDITOR = auto()
    PROTECTION = auto()
    ACADEMY = auto()
    """Only in the academy; the others of the same words only outside of it."""
    NODE = auto()


_ROLES = {
    Needs.ADMINISTRATOR: Role.NATIONAL_ADMINISTRATOR, Needs.COORDINATOR: Role.COORDINATOR, Needs.AUDITOR: Role.AUDITOR,
    Needs.PROTECTION: Role.DATA_PROTECTION_OFFICER,
}  # fmt: skip
ALL, CONTENT = Needs.NOBODY_IN_PARTICULAR, Needs.CONTENT
OVERSEERS = Needs.ADMINISTRATOR | Needs.PROTECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the frame. `is_first`: it stands in the row and not only in the menu."""

    name: str
    words: Words
    needs: Needs = CONTENT
    is_first: bool = False


def _entry(name: str, words: Words, needs: Needs = CONTENT, *, is_first: bool = False) -> Entry:
    return Entry(name=name, words=words, needs=needs, is_first=is_first)


GROUPS: tuple[tuple[Words, tuple[Entry, ...]], ...] = (
    (gettext_lazy("Enquiry"), (
        _entry("home", gettext_lazy("Home"), ALL, is_first=True),
        _entry("uploads", gettext_lazy("Uploads"), is_first=True),
        _entry("cases", gettext_lazy("Cases"), is_first=True),
        _entry("series-list", pgettext_lazy("several", "Series"), is_first=True),
        _entry("leads", gettext_lazy("Leads")),
        _entry("categories", gettext_lazy("Categories")),
    )),
    (gettext_lazy("People and places"), (
        _entry("victims", gettext_lazy("Victims"), is_first=True),
        _entry("offenders", gettext_lazy("Offenders")),
        _entry("places", gettext_lazy("Places")),
        _entry("links", gettext_lazy("Links"), is_first=True),
        _entry("map", gettext_lazy("Map"), is_first=True),
        _entry("ledger", gettext_lazy("Children found")),
    )),
    (gettext_lazy("With others"), (
        _entry("messages", gettext_lazy("Messages"), CONTENT | Needs.AUDITOR, is_first=True),
        _entry("questions", gettext_lazy("Questions")),
        _entry("objects", gettext_lazy("Objects")),
        _entry("referrals", gettext_lazy("Referrals")),
        _entry("overlaps", gettext_lazy("Overlaps")),
        _entry("taskforces", gettext_lazy("Task forces")),
        _entry("releases", gettext_lazy("Releases")),
    )),
    (gettext_lazy("What is kept"), (
        _entry("hash-lists", gettext_lazy("Hash lists")),
        _entry("retention", gettext_lazy("Retention")),
        _entry("audit", gettext_lazy("Audit"), ALL),
        _entry("requests", gettext_lazy("Requests"), OVERSEERS),
        _entry("report", gettext_lazy("Report"), OVERSEERS | Needs.AUDITOR),
    )),
    (gettext_lazy("The member"), (
        _entry("statistics", gettext_lazy("Statistics"), Needs.COORDINATOR | Needs.ADMINISTRATOR, is_first=True),
        _entry("readiness-list", gettext_lazy("Getting connected"), Needs.COORDINATOR | Needs.ADMINISTRATOR),
        _entry("exercise", gettext_lazy("Exercise"), Needs.ACADEMY),
        _entry("academy", gettext_lazy("Academy"), Needs.NODE),
        _entry("programs", gettext_lazy("For other software"), ALL),
        _entry("administration", gettext_lazy("Administration"), Needs.ADMINISTRATOR, is_first=True),
    )),
)  # fmt: skip
"""All pages that can be gone to from anywhere, in the order in which the work meets them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way to a page; `current` is what `aria-current` says: page, true, or nothing."""

    words: Words
    address: str
    current: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around a page."""

    first: tuple[Way, ...]
    groups: tuple[tuple[Words, tuple[Way, ...]], ...]
    installation: str
    keys: str
    clock_runs: bool
    """Whether media were looked at in this sign-in: the officer's exposure clock stands on every page from then on."""


def around(request: HttpRequest) -> Frame:
    """The frame for whoever asks."""
    role, path = getattr(request, "officer_role", None), request.path
    groups = [(title, [one for one in entries if _has_use(one.needs, role)]) for title, entries in GROUPS]
    return Frame(
        first=tuple(_way(one, path) for _title, entries in groups for one in entries if one.is_first),
        groups=tuple((title, tuple(_ways(entries, path))) for title, entries in groups if entries),
        installation=settings.CLEW_NAME,
        keys=shortcut_words.for_script(shortcuts.of(request)),
        clock_runs=looks.has_stated(request),
    )


def _has_use(needs: Needs, role: str | None) -> bool:
    if needs in (Needs.ACADEMY, Needs.NODE):
        return bool(settings.CLEW_IS_ACADEMY) is (needs is Needs.ACADEMY)
    if CONTENT in needs and role not in WITHOUT_CONTENT:
        return True
    return not needs or any(role == _ROLES[one] for one in needs & ~CONTENT)


def _ways(entries: list[Entry], path: str) -> Iterator[Way]:
    return (_way(one, path) for one in entries)


def _way(entry: Entry, path: str) -> Way:
    address = reverse(entry.name)
    is_below = address != "/" and path.startswith(address)
    return Way(words=entry.words, address=address, current="page" if path == address else "true" if is_below else "")
