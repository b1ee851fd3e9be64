"""Remembering: an officer keeps a filter of media under a name, for the own eyes, and deletes it again."""

from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.naming import named
from clew.domain.saved_view import Filter, SavedView, check_new
from clew.domain.series import reference_in
from clew.records import audit, saved_views, series
from clew.records.session import Session

NO_SERIES = "There is no such series."

__all__ = ["Filter", "SavedView", "beside", "delete", "keep", "look", "series_named"]


def look(session: Session) -> tuple[SavedView, ...]:
    """The officer's saved views, the first kept first."""
    audit.append(session, "views.read", "", owner=session.actor.member)
    return saved_views.of_actor(session)


def beside(session: Session) -> tuple[SavedView, ...]:
    """The same, for a page of media that is on record itself."""
    return saved_views.of_actor(session)


def series_named(untrusted_text: str) -> str:
    """The reference of a series, as a filter has it.

    Raises:
        NotVisible: it is none.
    """
    found = reference_in(untrusted_text)
    if found is None:
        raise NotVisible(NO_SERIES)
    return found


def keep(session: Session, name: str, what: Filter) -> UUID:
    """Keep a filter under a name; its identifier.

    Raises:
        Invalid: the name is none or taken, or there are too many.
        NotVisible: there is no such series, or the actor may not see it.
    """
    if what.series and series.named(session, what.series) is None:
        raise NotVisible(NO_SERIES)
    given = named(name)
    check_new(given, saved_views.of_actor(session))
    audit.append(session, "views.keep", "", owner=session.actor.member)
    return saved_views.keep(session, given, what)


def delete(session: Session, view_id: UUID) -> SavedView:
    """Keep a view no longer; it is given, so that it can be kept again.

    Raises:
        NotVisible: the officer has no such view.
    """
    gone = saved_views.delete(session, view_id)
    if gone is None:
        raise NotVisible("You have no such view.")
    audit.append(session, "views.delete", "", owner=session.actor.member)
    return gone
