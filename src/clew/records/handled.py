"""Handlings that an assertion (a clue, a link) was given besides: why, by whom and when, sealed on its own row."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from clew.domain.assertion import Handled
from clew.domain.handling import Handling, from_circles
from clew.records import sealed
from clew.records.session import Session, handling_columns


def kept(session: Session, column: bytes, one: Handled) -> str:
    """What the actor gives now, as a column of texts holds it."""
    words = {
        **_circles(one.given), "reason": one.reason, "by": one.by, "at": one.at.isoformat(),
        "until": one.until and one.until.isoformat(), "is_end": one.is_end, "lasting": one.lasting and _circles(one.lasting),
    }  # fmt: skip
    return sealed.note(session.actor.member, column, json.dumps(words))


def of(session: Session, column: bytes, owner: tuple[str, str], lying: Iterable[str]) -> tuple[Handled, ...]:
    """What such a column holds, of a row of `owner` (member, unit), in its order; of other members' rows none."""
    member, _ = owner
    if member != session.actor.member:
        return ()
    found = []
    for one in lying:
        words = json.loads(sealed.words_of_note(member, column, one))
        # What was kept before there were ends says nothing of them.
        until, lasting = words.get("until"), words.get("lasting")
        found.append(
            Handled(
                given=_given(owner, words), reason=words["reason"], by=words["by"], at=datetime.fromisoformat(words["at"]),
                until=date.fromisoformat(until) if until else None, is_end=words.get("is_end", False),
                lasting=_given(owner, lasting) if lasting else None,
            )
        )  # fmt: skip
    return tuple(found)


def _circles(given: Handling) -> dict[str, object]:
    return {name: value for name, value in handling_columns(given).items() if not name.startswith("owner_")}


def _given(owner: tuple[str, str], words: Mapping) -> Handling:
    member, unit = owner
    return from_circles(
        words["audience"], owner_member=member, owner_unit=unit, members=words["members"], excluded=words["excluded"]
    )
