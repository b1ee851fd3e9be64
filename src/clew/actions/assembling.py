"""Assembling: what goes into the package of a referral, section by section.

It is the own unit's records, and of others' only what whoever gets it may see by itself. No section reads a medium's
bytes, an exact place or an identity.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from clew.actions import localising
from clew.domain.handling import Actor, Handling, may_see
from clew.domain.referral import (
    CLUES_MAX,
    MEDIA_MAX,
    PLACES_MAX,
    QUESTIONS_MAX,
    TIMELINE_MAX,
    Contact,
    Package,
    Section,
)
from clew.records import media, members, merges, narratives, places, questions, referrals
from clew.records.series import SeriesRow
from clew.records.session import Session

Lines = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a package: `to` is None where the country does not take part; `objects` are what crops show."""

    reference: str
    country: str
    to: tuple[str, str] | None
    words: str
    sections: frozenset[Section]
    objects: tuple[str, ...]


def package(session: Session, found: SeriesRow, about: About) -> Package:
    """What is handed over of an own series, as it is now."""
    actor = session.actor
    particulars = members.find(session, actor.member)
    together = merges.together(session, [found.id])[found.id]
    gathering = _Gathering(session=session, series=found, together=tuple(together), to=about.to)
    sections = {section: gathering.lines(section) for section in Section if section in about.sections}
    return Package(
        reference=about.reference, country=about.country, series=found.reference, series_state=found.state.value,
        made_at=datetime.now(UTC).replace(microsecond=0), words=about.words,
        by=Contact(
            member=actor.member, name=particulars.name if particulars else "", unit=actor.unit,
            contact_point=particulars.contact_point if particulars else "",
        ),
        sections={section: tuple(lines) for section, (lines, _) in sections.items()},
        left_out={section.value: more for section, (_, more) in sections.items() if more},
        crops=tuple((f"object-{number}.png", words) for number, words in enumerate(about.objects, start=1)),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathering:
    """What of a series goes into a package for `to`: lines of each section, and how many more there would be."""

    session: Session
    series: SeriesRow
    together: tuple[UUID, ...]
    to: tuple[str, str] | None

    def lines(self, section: Section) -> tuple[Lines, int]:
        by: Mapping[Section, Callable[[], tuple[Lines, int]]] = {
            Section.NARRATIVE: self._narrative, Section.MEDIA: self._media, Section.TIMELINE: self._timeline,
            Section.CLUES: self._clues, Section.RANKING: self._ranking, Section.PLACES: self._places,
            Section.QUESTIONS: self._questions,
        }  # fmt: skip
        return by[section]()

    def _goes(self, handling: Handling) -> bool:
        """The own unit hands over what is its own; of others only what whoever gets it may see by itself."""
        if handling.is_blocked or (self.to is not None and self.to[0] in handling.excluded):
            return False
        own = (self.session.actor.member, self.session.actor.unit)
        return (handling.owner_member, handling.owner_unit) == own or self._is_seen_there(handling)

    def _is_seen_there(self, handling: Handling) -> bool:
        return self.to is not None and may_see(Actor(officer="-", member=self.to[0], unit=self.to[1]), handling)

    def _narrative(self) -> tuple[Lines, int]:
        return [{"words": one.words} for one in narratives.of(self.session, self.series.id, 1)], 0

    def _facts(self, limit: int) -> tuple[referrals.Fact, ...]:
        return referrals.facts(self.session, self.together, None if self.to is None else self.to[0], limit)

    def _media(self) -> tuple[Lines, int]:
        found = self._facts(MEDIA_MAX + 1)
        return [
            {
                "sha256": one.name, "kind": one.kind, "camera": one.camera,
                "taken_at": one.taken_at.isoformat() if one.taken_at else "",
            }
            for one in found[:MEDIA_MAX]
        ], int(len(found) > MEDIA_MAX)  # fmt: skip

    def _timeline(self) -> tuple[Lines, int]:
        days = Counter(one.taken_at.date() for one in self._facts(MEDIA_MAX) if one.taken_at is not None)
        lines = [{"day": day.isoformat(), "media": days[day]} for day in sorted(days)]
        return lines[:TIMELINE_MAX], max(0, len(lines) - TIMELINE_MAX)

    def _bench(self) -> tuple[localising.Bench, list[localising.ClueRow]]:
        """A clue names its medium: an own one goes where that does, another's where the recipient may see both."""
        bench = localising.look(self.session, self.series.reference)
        lies_on = media.handlings_of(self.session, [one.medium_id for one in bench.clues])
        found = [one for one in bench.clues if one.withdrawn_at is None and one.medium_id in lies_on]
        return bench, [
            one for one in found
            if self._goes(one.handling)
            and (self._goes if one.is_own else self._is_seen_there)(lies_on[one.medium_id])
        ]

    def _clues(self) -> tuple[Lines, int]:
        _, found = self._bench()
        return [
            {
                "kind": one.said.kind.value, "read": one.said.value, "note": one.said.note, "medium": one.name.hex(),
                "certainty": one.said.certainty.name.lower(), "speaks": dict(one.said.speaks),
                "by": one.handling.owner_member,
            }
            for one in found[:CLUES_MAX]
        ], max(0, len(found) - CLUES_MAX)  # fmt: skip

    def _ranking(self) -> tuple[Lines, int]:
        """Countries by what those clues say that are handed over: others must not be told by a sum."""
        bench, found = self._bench()
        known = {str(one.id) for one in found}
        lines = []
        for ranked in bench.ranking.countries:
            reasons = [one for one in ranked.reasons if set(one.clues) <= known]
            if reasons:
                said = [f"{one.kind} {one.words} ({one.points:+})".replace("  ", " ") for one in reasons]
                lines.append({"country": ranked.country, "points": sum(one.points for one in reasons), "because": said})
        return sorted(lines, key=lambda line: -int(str(line["points"]))), 0

    def _places(self) -> tuple[Lines, int]:
        ids = referrals.places_of(self.session, self.together, PLACES_MAX + 1)
        found = [one for one in places.of(self.session, ids).values() if self._goes(one.kept.handling)]
        return [
            {
                "reference": one.kept.reference, "kind": one.kind.value, "country": one.country, "name": one.name,
                "near": list(one.coarse) if one.coarse else [],
            }
            for one in sorted(found[:PLACES_MAX], key=lambda one: one.kept.reference)
        ], max(0, len(ids) - PLACES_MAX)  # fmt: skip

    def _questions(self) -> tuple[Lines, int]:
        found = questions.open_about(self.session, self.together, QUESTIONS_MAX + 1)
        return [
            {"reference": one.reference, "kind": one.kind.value, "due_on": one.due_on.isoformat()}
            for one in found[:QUESTIONS_MAX]
        ], int(len(found) > QUESTIONS_MAX)  # fmt: skip
