"""Words of victims, offenders, places and links on the pages."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clew.actions.exploring import Edge, EndRow, LinkLine
from clew.actions.opening import today
from clew.actions.portraying import OffenderRow, PlaceRow, VictimRow
from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType, Step, word_of
from clew.domain.offender import Established
from clew.domain.person import Sex
from clew.domain.place import PlaceKind
from clew.domain.victim import Said, VictimState
from clew.web import words
from clew.web.times import day
from clew.web.words import Words

STATES: Mapping[VictimState, Words] = {
    VictimState.UNIDENTIFIED: gettext_lazy("○ unidentified"),
    VictimState.LOCATED: gettext_lazy("◐ located"),
    VictimState.IDENTIFIED: gettext_lazy("● identified"),
    VictimState.SAFEGUARDED: gettext_lazy("★ safeguarded"),
}
"""Sign and word together: never a sign alone."""
SEXES: Mapping[Sex, Words] = {
    Sex.FEMALE: gettext_lazy("female"), Sex.MALE: gettext_lazy("male"), Sex.UNKNOWN: gettext_lazy("not known"),
}  # fmt: skip
ESTABLISHED: Mapping[Established, Words] = {
    Established.UNKNOWN: gettext_lazy("nothing established"), Established.SUSPECTED: gettext_lazy("suspected"),
    Established.CHARGED: gettext_lazy("charged"), Established.CONVICTED: gettext_lazy("convicted"),
    Established.CLEARED: gettext_lazy("cleared"),
}  # fmt: skip
PLACE_KINDS: Mapping[PlaceKind, Words] = {
    PlaceKind.GPS: gettext_lazy("a camera wrote it down"), PlaceKind.LANDMARK: gettext_lazy("recognised landmark"),
    PlaceKind.ROOM: gettext_lazy("room"), PlaceKind.LANGUAGE: gettext_lazy("language suggests it"),
    PlaceKind.STATED: gettext_lazy("stated"),
}  # fmt: skip
SAID: Mapping[Said, Words] = {
    Said.ADULT_NOW: gettext_lazy("adult now"), Said.NO_REAL_CHILD: gettext_lazy("no real child"),
    Said.ALTERED: gettext_lazy("real child, altered media"),
}  # fmt: skip
TYPES: Mapping[LinkType, Words] = {
    LinkType.APPEARS_IN: gettext_lazy("appears in"), LinkType.TAKEN_AT: gettext_lazy("taken at"),
    LinkType.MADE_BY: gettext_lazy("made by"), LinkType.WAS_AT: gettext_lazy("was at"),
    LinkType.CONNECTED_WITH: gettext_lazy("connected with"), LinkType.PART_OF: gettext_lazy("part of"),
    LinkType.ENQUIRED_IN: gettext_lazy("enquired in"),
}  # fmt: skip
BASES: Mapping[Basis, Words] = {
    Basis.SEEN: gettext_lazy("seen or heard in a medium"), Basis.STATED: gettext_lazy("somebody said so"),
    Basis.DOCUMENT: gettext_lazy("a document"), Basis.MATCHED: gettext_lazy("matched by a program"),
    Basis.INFERRED: gettext_lazy("concluded from other links"),
}  # fmt: skip
SURE: Mapping[Confidence, Words] = {
    Confidence.POSSIBLE: gettext_lazy("possible"), Confidence.PROBABLE: gettext_lazy("probable"),
    Confidence.CERTAIN: gettext_lazy("certain"),
}  # fmt: skip
LINK_STATES: Mapping[LinkState, Words] = {
    LinkState.CANDIDATE: gettext_lazy("? candidate"), LinkState.ACCEPTED: gettext_lazy("✓ fact"),
    LinkState.REFUSED: gettext_lazy("✕ refused"), LinkState.WITHDRAWN: gettext_lazy("□ taken back"),
}  # fmt: skip
EDGES: Mapping[str, Words] = {
    **{word_of(one): words for one, words in TYPES.items()}, "one-with": gettext_lazy("said to be one with"),
    "in-series": gettext_lazy("in the series"),
}  # fmt: skip
KINDS: Mapping[EndKind, Words] = {
    EndKind.SERIES: gettext_lazy("Series"), EndKind.MEDIUM: gettext_lazy("Medium"),
    EndKind.VICTIM: gettext_lazy("Victim"), EndKind.OFFENDER: gettext_lazy("Offender"),
    EndKind.PLACE: gettext_lazy("Place"), EndKind.CASE: gettext_lazy("Case"),
}  # fmt: skip
NOTHING = "\N{EN DASH}"
PAGES: Mapping[EndKind, str] = {
    EndKind.SERIES: "series", EndKind.VICTIM: "victim", EndKind.OFFENDER: "offender", EndKind.PLACE: "place",
    EndKind.MEDIUM: "medium-of",
}  # fmt: skip

Row = VictimRow | OffenderRow | PlaceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWords:
    """An end of a link: what it is, what it is called (empty for a case of another member), and where its page is."""

    kind: Words
    label: str
    owner: str
    address: str
    shown: SafeString
    """Its kind and, where it has a page, a way there: written once, however many links have this end."""
    key: str
    """Names it within pages that a picture of links is drawn from."""
    sort: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkWords:
    """A link on a list; `steps` may be taken by whoever looks."""

    id: str
    a: EndWords
    b: EndWords
    what: Words
    state: Words
    basis: Words
    sure: Words
    note: str
    owner: str
    unit: str
    steps: tuple[Step, ...]


def end(row: EndRow) -> EndWords:
    """The end as a page says it."""
    kind, owner = row.end.kind, row.handling.owner_member
    address = reverse(PAGES.get(kind, "links-of"), args=[row.label]) if row.label else ""
    if address:
        called = words.identifier(row.label[: words.DIGEST_SHOWN] if kind is EndKind.MEDIUM else row.label)
        shown = format_html('{} <a href="{}">{}</a>', KINDS[kind], address, called)
    else:
        shown = format_html("{} {} {}", KINDS[kind], _("of"), words.identifier(owner))
    return EndWords(
        kind=KINDS[kind], label=row.label, owner=owner, address=address, shown=shown,
        key=row.label or hashlib.sha256(row.end.id.bytes).hexdigest()[:16],
        sort=word_of(kind),
    )  # fmt: skip


def link(line: LinkLine) -> LinkWords:
    """The link as a page says it."""
    row, claim = line.link, line.link.claim
    return LinkWords(
        id=str(row.id), a=end(line.a), b=end(line.b), what=TYPES[claim.type], state=LINK_STATES[row.state],
        basis=BASES[claim.basis], sure=SURE[claim.confidence], note=claim.note, owner=row.handling.owner_member,
        unit=row.handling.owner_unit, steps=_steps(row.state) if row.is_own else (),
    )  # fmt: skip


def edge(of: Edge, ends: Mapping[object, EndWords]) -> SafeString:
    """An edge of an exploration between two of these ends, as a row of a table. In one piece: there are hundreds."""
    a, b, what = ends[of.a.id], ends[of.b.id], EDGES[of.what]
    said = format_html(' data-said="{}"', int(of.said_at.timestamp())) if of.said_at else ""
    return format_html(
        '<tr data-a="{}" data-b="{}" data-strength="{}" data-what="{}"{}>'
        '<td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>'
        '<td dir="auto">{}</td></tr>',
        a.key, b.key, _strength(of), what, said, a.shown, what, b.shown, LINK_STATES[of.state], BASES[of.basis],
        SURE[of.confidence], words.identifier(of.owner), day(of.said_at) or NOTHING, words.visible(of.note) or NOTHING,
    )  # fmt: skip


def _strength(of: Edge) -> str:
    """By what a picture of links is filtered: `confirmed`, `probable` or `suggested`."""
    if of.state is LinkState.CANDIDATE:
        return "suggested"
    return "confirmed" if of.confidence is Confidence.CERTAIN else "probable"


def facts(row: Row) -> Iterator[tuple[str, str]]:
    """What is known of a victim, an offender or a place: (what, the words)."""
    if isinstance(row, PlaceRow):
        yield from _where(row)
        return
    if isinstance(row, VictimRow):
        yield _("State"), str(STATES[row.state])
    else:
        yield _("Established"), str(ESTABLISHED[row.facts.established])
    yield _("Sex"), str(SEXES[row.facts.sex])
    age = row.facts.age
    if age is not None:
        yield _("Age"), _("{years} on {day}").format(years=_years(age.youngest, age.oldest), day=age.on.isoformat())
        youngest, oldest = age.at(today())
        yield _("Today"), _("of age") if age.is_surely_adult(today()) else f"{youngest}–{oldest}"  # noqa: RUF001


def _years(youngest: object, oldest: object) -> str:
    return f"{youngest}–{oldest}" if youngest != oldest else f"{oldest}"  # noqa: RUF001


_CLOSED: Mapping[str, Callable[[str], Words]] = {
    "established": lambda value: ESTABLISHED[Established(value)], "sex": lambda value: SEXES[Sex(value)],
    "kind": lambda value: PLACE_KINDS[PlaceKind(value)],
}  # fmt: skip


def described(said: Mapping[str, object]) -> Iterator[str]:
    """What a description says, as it lies in the database: closed lists, an age band, a country, a coarse point."""
    for name, called in _CLOSED.items():
        if said.get(name):
            yield str(called(str(said[name])))
    if said.get("age_on"):
        yield _("{years} on {day}").format(years=_years(said["youngest"], said["oldest"]), day=said["age_on"])
    if said.get("country"):
        yield str(said["country"])
    if said.get("latitude") is not None:
        yield _("near {latitude}, {longitude}").format(latitude=said["latitude"], longitude=said["longitude"])


def _where(row: PlaceRow) -> Iterator[tuple[str, str]]:
    yield _("Known by"), str(PLACE_KINDS[row.kind])
    if row.country:
        yield _("Country"), row.country
    if row.point is not None:
        point = row.point
        yield _("Where"), _("{latitude}, {longitude} within {metres} m").format(
            latitude=point.latitude, longitude=point.longitude, metres=f"{point.precision_m:g}"
        )
    elif row.coarse is not None:
        yield _("Where"), _("near {latitude}, {longitude}").format(latitude=row.coarse[0], longitude=row.coarse[1])


def _steps(state: LinkState) -> tuple[Step, ...]:
    return (Step.ACCEPT, Step.REFUSE, Step.WITHDRAW) if state is LinkState.CANDIDATE else (Step.REFUSE, Step.WITHDRAW)
