"""Describing: victims, offenders and places entered under a reference, with what is known of them and no name."""

from clew.actions import retaining
from clew.actions.opening import keep_cover
from clew.domain.cover import Cover
from clew.domain.errors import StepRefused
from clew.domain.handling import Handling
from clew.domain.handling_change import SubjectKind
from clew.domain.naming import named
from clew.domain.offender import OffenderFacts
from clew.domain.place import PlaceFacts
from clew.domain.series import checked_words
from clew.domain.victim import VictimFacts
from clew.records import audit, offenders, places, tombstones, victims
from clew.records.nouns import Kept
from clew.records.offenders import OffenderRow
from clew.records.places import PlaceRow
from clew.records.session import Session
from clew.records.victims import VictimRow

STAYS = "What is ending or under examination stays as it is."


def enter_victim(session: Session, facts: VictimFacts, basis: str, handling: Handling) -> VictimRow:
    """Enter a victim of the own unit: a reference, and nothing that says who it is.

    Raises:
        Invalid: the basis is too long, or the handling names a member who does not take part.
    """
    kept = checked_words(basis)
    cover_id = keep_cover(session, handling, _cover(session, SubjectKind.VICTIM))
    made = victims.enter(session, facts, kept, handling, cover_id)
    audit.append(session, "victim.enter", str(made.kept.id))
    return made


def describe_victim(session: Session, reference: str, facts: VictimFacts, basis: str) -> None:
    """Say what is known of an own victim now, on what basis; what was said before stays beside it.

    Raises:
        NotVisible: the unit has no such victim.
        Invalid: there is no basis, or it is too long.
        StepRefused: it is ending or under examination.
    """
    said = checked_words(basis, is_demanded=True)
    victim = victims.hold_own(session, reference)
    check_open(session, victim.kept)
    victims.describe(session, victim.kept.id, facts, said)
    audit.append(session, "victim.describe", str(victim.kept.id))


def enter_offender(session: Session, facts: OffenderFacts, basis: str, handling: Handling) -> OffenderRow:
    """Enter an offender of the own unit: a reference, and what is established. Raises as `enter_victim`."""
    kept = checked_words(basis)
    cover_id = keep_cover(session, handling, _cover(session, SubjectKind.OFFENDER))
    made = offenders.enter(session, facts, kept, handling, cover_id)
    audit.append(session, "offender.enter", str(made.kept.id))
    return made


def describe_offender(session: Session, reference: str, facts: OffenderFacts, basis: str) -> None:
    """Say what is established of an own offender now. Raises as `describe_victim`."""
    said = checked_words(basis, is_demanded=True)
    offender = offenders.hold_own(session, reference)
    check_open(session, offender.kept)
    offenders.describe(session, offender.kept.id, facts, said)
    audit.append(session, "offender.describe", str(offender.kept.id))


def enter_place(session: Session, facts: PlaceFacts, name: str, basis: str, handling: Handling) -> PlaceRow:
    """Enter a place of the own unit; `name` is what the unit calls it, or empty.

    Where it is to a tenth of a degree is known to whoever sees it; nearer, to whoever may use it as an original.

    Raises:
        Invalid: the name or basis is of no use, or the handling names a member who does not take part.
    """
    kept, called = checked_words(basis), named(name) if name.strip() else ""
    cover_id = keep_cover(session, handling, _cover(session, SubjectKind.PLACE))
    made = places.enter(session, facts, called, kept, handling, cover_id)
    audit.append(session, "place.enter", str(made.kept.id))
    return made


def describe_place(session: Session, reference: str, facts: PlaceFacts, name: str, basis: str) -> None:
    """Say what is known of an own place now. Raises as `describe_victim`."""
    said, called = checked_words(basis, is_demanded=True), named(name) if name.strip() else ""
    place = places.hold_own(session, reference)
    check_open(session, place.kept)
    places.describe(session, place.kept.id, facts, called, said)
    audit.append(session, "place.describe", str(place.kept.id))


def check_open(session: Session, *some: Kept) -> None:
    """Refuse to say anything of what is under examination, or of the own unit's that is ending.

    Raises:
        StepRefused: one of them is.
    """
    if any(one.handling.is_blocked for one in some) or tombstones.is_one_ending(session, [one.id for one in some]):
        raise StepRefused(STAYS)


def _cover(session: Session, kind: SubjectKind) -> Cover:
    return Cover(retention_end=retaining.default_end(session, kind))
