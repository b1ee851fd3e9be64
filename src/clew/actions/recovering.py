"""Recovering: what was decided for a subject, carried to every row about it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from clew.domain.agreement import State
from clew.domain.cover import Cover
from clew.domain.errors import Invalid
from clew.domain.handling import Handling, narrowest, widens
from clew.domain.handling_change import Change, SubjectKind, effective, words_in_force
from clew.domain.wording import following, is_own, loosens, strictest, together
from clew.records import covers, handling_changes, handlings, wordings
from clew.records.handlings import Group, IntakeGroup, Lying, Move, Subject
from clew.records.intakes import Intake
from clew.records.session import Session
from clew.records.several import several
from clew.records.wordings import WordGroup, Wording

ENTERED = "As it was entered."
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Media that come under one handling; `own` is one of their own, narrower than that of what they lie in.

    `is_new`: they were entered so, and nothing remembers it yet.
    """

    group: Group
    handling: Handling
    own: Handling | None
    is_new: bool


class Keeper:
    """Keeps covers under other handlings, each once in a change."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._words: dict[UUID, Cover | None] = {}
        self._kept: dict[tuple[Handling, Cover], UUID] = {}

    def described(self, cover_id: UUID | None, given: Handling) -> UUID | None:
        """The same description under another handling."""
        if cover_id is None:
            return None
        if cover_id not in self._words:
            self._words[cover_id] = covers.get(self._session, cover_id)
        cover = self._words[cover_id]
        return None if cover is None else self.kept(given, cover)

    def kept(self, given: Handling, cover: Cover) -> UUID:
        if (given, cover) not in self._kept:
            self._kept[given, cover] = covers.keep(self._session, given, cover)
        return self._kept[given, cover]

    def moved(self, group: Group | IntakeGroup, given: Handling, own: Handling | None, *, is_new: bool) -> Move:
        """How the group is moved, with its words as they are and its own handling remembered."""
        own_id = None if own is None else group.lying.own_handling_id
        if own is not None and is_new:
            # Of what has no cover nothing is known: only the handling of this one counts.
            own_id = self.described(group.lying.cover_id, own) or self.kept(own, Cover(retention_end=FAR))
        return Move(
            group=group, handling=given, cover_id=self.described(group.lying.cover_id, given), own_handling_id=own_id
        )


def remember_narrower(session: Session, subject: Subject) -> None:
    """An exhibit that was entered for fewer than its case keeps that: no change of the case opens it."""
    if subject.kind is not SubjectKind.CASE:
        return
    exhibits = handlings.exhibits_of(session, subject.id)
    own = handling_changes.of_handling(session, [exhibit.id for exhibit in exhibits])
    for exhibit in exhibits:
        if exhibit.id not in own and widens(exhibit.handling, subject.handling):
            handling_changes.add(session, exhibit, exhibit.handling, ENTERED, State.IN_FORCE, None)


def effective_of(subject: Subject, changes: Sequence[Change], day: date) -> Handling:
    """What the subject's own changes say together.

    Raises:
        Invalid: they name more members than a record can hold.
    """
    entered = changes[0].given if changes else subject.handling
    try:
        return effective(entered, changes, day)
    except ValueError:
        raise Invalid("Together these restrictions name more members than a record can hold.") from None


def recover(session: Session, subject: Subject, day: date, *, reaches_own: bool = False) -> int:
    """Bring the subject and every row about it under what is in force."""
    holds = effective_of(subject, handling_changes.of_handling(session, [subject.id]).get(subject.id, []), day)
    parts = parts_of(session, subject, holds, day)
    keep = Keeper(session)
    for part, given in parts.values():
        handlings.cover_subject(session, part, given, keep.described(part.cover_id, given))
        _recover_intakes(session, keep, part, given, reaches_own=reaches_own)
    return handlings.cover_media(
        session, subject,
        [
            keep.moved(target.group, target.handling, target.own, is_new=target.is_new)
            for target in targets_of(session, subject, parts, reaches_own=reaches_own)
        ],
    )  # fmt: skip


def _recover_intakes(
    session: Session, keep: Keeper, part: Subject, given: Handling, *, reaches_own: bool
) -> None:
    """What is still to come by an intake comes under what its exhibit or list does, or what is its own."""
    if part.kind not in (SubjectKind.EXHIBIT, SubjectKind.HASH_LIST):
        return
    groups = handlings.intake_groups(session, part)
    decided = handlings.hold_series(session, {group.series for group in groups if group.series is not None})
    owns = _own_handlings(session, (group.lying for group in groups))
    moves = []
    for group in groups:
        beside = [decided[group.series]] if group.series in decided else []
        own, is_new = _own(group.lying, narrowest(part.handling, *beside), owns, reaches_own=reaches_own)
        new = narrowest(given, *beside) if own is None else narrowest(given, *beside, own)
        moves.append(keep.moved(group, new, own, is_new=is_new))
    handlings.cover_intakes(session, part, moves)


def _own(
    lying: Lying, before: Handling, owns: Mapping[UUID, Handling], *, reaches_own: bool
) -> tuple[Handling | None, bool]:
    """The handling of its own that something has beside what it lies in, and whether that is found only now."""
    if reaches_own:
        return None, False
    if lying.own_handling_id is not None and lying.own_handling_id in owns:
        return owns[lying.own_handling_id], False
    is_narrower = not lying.handling.is_blocked and widens(lying.handling, before)
    return (lying.handling, True) if is_narrower else (None, False)


def _own_handlings(session: Session, all_lying: Iterable[Lying]) -> dict[UUID, Handling]:
    asked = {lying.own_handling_id for lying in all_lying if lying.own_handling_id is not None}
    return {cover_id: handling for cover_id, (handling, _) in covers.whole(session, asked).items()} if asked else {}


def described(session: Session, cover_id: UUID | None, given: Handling) -> UUID | None:
    return Keeper(session).described(cover_id, given)


def parts_of(session: Session, subject: Subject, holds: Handling, day: date) -> dict[UUID, tuple[Subject, Handling]]:
    """The subject under what holds, and of a case its exhibits: no wider than it, nor than changes of their own."""
    parts = {subject.id: (subject, holds)}
    if subject.kind is SubjectKind.CASE:
        exhibits = handlings.exhibits_of(session, subject.id)
        own = handling_changes.of_handling(session, [exhibit.id for exhibit in exhibits]) if exhibits else {}
        for exhibit in exhibits:
            changes = own.get(exhibit.id)
            if changes:
                narrowed = narrowest(holds, effective_of(exhibit, changes, day))
            else:
                narrowed = narrowest(holds, exhibit.handling) if widens(exhibit.handling, subject.handling) else holds
            parts[exhibit.id] = (exhibit, narrowed)
    return parts


def targets_of(
    session: Session, subject: Subject, parts: dict[UUID, tuple[Subject, Handling]], *, reaches_own: bool = False,
    groups: Sequence[Group] | None = None,
) -> list[Target]:  # fmt: skip
    """For each group of the subject's media: the handling that its place and all its series give together.

    So no place ever widens what a series restricts, and no series what a place does; and neither widens what was
    entered narrower than them. Without `groups` they are all looked for.
    """
    groups = handlings.groups(session, subject) if groups is None else groups
    kept, owns = several(
        session,
        lambda asking: handlings.handlings_of(asking, {key for group in groups for key in group.deciding}),
        lambda asking: _own_handlings(asking, (group.lying for group in groups)),
    )
    found = []
    for group in groups:
        keys = [key for key in group.deciding if key in kept]
        before = narrowest(*(parts[key][0].handling if key in parts else kept[key] for key in keys))
        given = narrowest(*(parts[key][1] if key in parts else kept[key] for key in keys))
        own, is_new = _own(group.lying, before, owns, reaches_own=reaches_own)
        handling = given if own is None else narrowest(given, own)
        found.append(Target(group=group, handling=handling, own=own, is_new=is_new))
    return found




def recover_words(session: Session, subject: Subject, given: Cover, *, reaches_own: bool) -> int:
    """Bring the subject and every row about it under other words; how many media have others now.

    Media under stricter words of their own keep what is stricter. A medium that lies in several places comes
    under what all of them ask.
    """
    keep = Keeper(session)
    parts = [subject, *(handlings.exhibits_of(session, subject.id) if subject.kind is SubjectKind.CASE else [])]
    kept = covers.of(session, {part.cover_id for part in parts if part.cover_id is not None})
    before = {part.id: None if part.cover_id is None else kept.get(part.cover_id) for part in parts}
    decided = handling_changes.of(session, [part.id for part in parts])
    after = {}
    for part in parts:
        own = None if part.id == subject.id else words_in_force(decided.get(part.id, ()))
        after[part.id] = new = _part_words(session, subject, part, before, given, own)
        handlings.cover_subject(session, part, part.handling, None if new is None else keep.kept(part.handling, new))
        if part.kind in (SubjectKind.EXHIBIT, SubjectKind.HASH_LIST):
            wordings.hold_chunks(session, part)
            groups = wordings.intake_groups(session, part)
            wordings.put(session, "intakes", _worded(session, keep, groups, before, after, reaches_own=reaches_own))
    groups = wordings.media_groups(session, subject)
    return wordings.put(session, "media", _worded(session, keep, groups, before, after, reaches_own=reaches_own))


def tighten(session: Session, intake: Intake, media: Sequence[UUID], series: Iterable[UUID] = ()) -> None:
    """Media that an intake brought, or found there already, come under what it asks, and what their series do.

    A medium that was there lies under the words of the first time: what is stricter of both holds.

    Raises:
        Invalid: they share no purpose, or together their conditions are longer than a cover can hold.
    """
    own = covers.get(session, intake.cover_id)
    if own is None or intake.cover_id is None:
        return
    decided = handling_changes.of(session, list(series)) if series else {}
    words = [given for changes in decided.values() if (given := words_in_force(changes)) is not None]
    asked = strictest(own, *words)
    keep = Keeper(session)
    others = wordings.others_of(session, media, intake.cover_id)
    found = covers.whole(session, [*others, intake.cover_id] if words else others)
    for cover_id, (handling, current) in found.items():
        if loosens(asked, current):
            wordings.move(session, media, cover_id, keep.kept(handling, strictest(current, asked)))


def _part_words(
    session: Session, subject: Subject, part: Subject, before: Mapping[UUID, Cover | None], given: Cover,
    own: Cover | None,
) -> Cover | None:  # fmt: skip
    """The words of the subject, or of an exhibit of a case: no looser than those of its own."""
    current, within = before[part.id], before[subject.id]
    if part.id == subject.id:
        return given if current is None else replace(given, retention_end=current.retention_end)
    if own is None and current is not None and is_own(current, within):
        own = current
        handling_changes.add(session, part, part.handling, ENTERED, State.IN_FORCE, None, cover=own)
    return following(current, within, given, own)


def _worded(
    session: Session, keep: Keeper, groups: Sequence[WordGroup], before: Mapping[UUID, Cover | None],
    after: Mapping[UUID, Cover | None], *, reaches_own: bool,
) -> list[Wording]:  # fmt: skip
    """What each group comes under, once the words of what it lies in went from `before` to `after`."""
    lie_in = {key for group in groups for key in (*group.places, *group.series)}
    others = wordings.covers_of(session, lie_in - before.keys())
    asked = {group.cover_id for group in groups} | {group.own_words_id for group in groups} | {*others.values()}
    kept = covers.of(session, [cover_id for cover_id in asked if cover_id is not None])
    elsewhere = {key: kept.get(cover_id) for key, cover_id in others.items() if cover_id is not None}
    made = []
    for group in groups:
        keys = [key for key in (*group.places, *group.series) if key in before or key in elsewhere]
        was = together(before[key] if key in before else elsewhere[key] for key in keys)
        now = together(after[key] if key in after else elsewhere[key] for key in keys)
        current = kept.get(group.cover_id) if group.cover_id is not None else None
        own_id = None if reaches_own else group.own_words_id
        if own_id is None and not reaches_own and is_own(current, was):
            own_id = group.cover_id
        new = now if reaches_own and current is None else following(
            current, was, now, kept.get(own_id) if own_id is not None else None
        )  # fmt: skip
        cover_id = None if new is None else keep.kept(group.handling, new)
        made.append(Wording(number=group.number, cover_id=cover_id, own_words_id=own_id))
    return made
