"""Handlings that an assertion (a clue, a link) was given besides: why, by whom and when, sealed on its own row."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from clew.domain.handling import Handling, from_circles
from clew.records import sealed
from clew.records.session import Session, handling_columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """One of them. It goes with the row, and is told to the own member alone."""

    given: Handling
    reason: str
    by: str
    at: datetime


def kept(session: Session, column: bytes, given: Handling, reason: str) -> str:
    """What the actor gives now, as a column of texts holds it."""
    circles = {name: value for name, value in handling_columns(given).items() if not name.startswith("owner_")}
    words = {**circles, "reason": reason, "by": session.actor.officer, "at": datetime.now(UTC).isoformat()}
    return sealed.note(session.actor.member, column, json.dumps(words))


def of(session: Session, column: bytes, owner: tuple[str, str], lying: Iterable[str]) -> tuple[Handled, ...]:
    """What such a column holds, of a row of `owner` (member, unit), in its order; of other members' rows none."""
    member, unit = owner
    if member != session.actor.member:
        return ()
    found = []
    for one in lying:
        words = json.loads(sealed.words_of_note(member, column, one))
        given = from_circles(
            words["audience"], owner_member=member, owner_unit=unit, members=words["members"], excluded=words["excluded"]
        )
        found.append(
            Handled(given=given, reason=words["reason"], by=words["by"], at=datetime.fromisoformat(words["at"]))
        )
    return tuple(found)
