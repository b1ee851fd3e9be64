"""Arranging: an officer has the keys of the pages as suits the own hands, or without those that act everywhere."""

from collections.abc import Mapping

from clew.domain import shortcut
from clew.domain.handling import Actor
from clew.domain.shortcut import Keys, Scope
from clew.records import audit, officer_keys
from clew.records.session import Session, acting_as

__all__ = ["Keys", "Scope", "arrange", "at_sign_in", "look", "put_back"]


def at_sign_in(actor: Actor) -> Keys:
    """The keys of whoever comes in: part of coming in, which is on record."""
    with acting_as(actor) as session:
        return officer_keys.of_actor(session)


def look(session: Session) -> Keys:
    """The actor's keys."""
    audit.append(session, "keys.read", "", owner=session.actor.member)
    return officer_keys.of_actor(session)


def arrange(session: Session, scope: Scope, given: Mapping[str, str], *, is_off: bool | None = None) -> Keys:
    """Give acts of one scope other keys; `is_off`: whether letters and signs that act everywhere are switched off.

    Raises:
        Invalid: there is no such act, a key cannot be, or two acts in one place would have the same.
    """
    now = officer_keys.of_actor(session)
    made = shortcut.changed(now, scope, given)
    kept = Keys(own=made.own, is_off=now.is_off if is_off is None else is_off)
    officer_keys.keep(session, kept)
    audit.append(session, "keys.arrange", "", owner=session.actor.member)
    return kept


def put_back(session: Session) -> Keys:
    """All keys as shipped."""
    officer_keys.keep(session, Keys())
    audit.append(session, "keys.put_back", "", owner=session.actor.member)
    return Keys()
