"""Locks that are no rows, and the one order in which every transaction of Clew takes what it locks.

    0  what is gone on with                     tombstones.hold
       the reveals of an officer, or the        close_reveals, close_budgets
       reveal budgets of a member
    1  a place: a case with all in it, or a     share_place, close_place
       hash list
    2  the names in the vault of a member       share_names, close_names
       what victims have come to, and which     close_children
       of them are one
    3  subjects, then their intakes and chunks  handlings.get, hold_series, intakes.hold, lock_chunk
    4  media, in the order of their identifiers media.hold, and what lies in places: occurrences, listings, keys
    5  covers                                   hold_covers
    6  the counters of fingerprints             fingerprints.take_numbers
    7  fingerprints, places in series, matches, overlaps and links
    8  what sides of overlaps are told and say     clew_release_overlaps, clew_join_overlaps

Whoever has come to a step takes nothing of an earlier one that another transaction could hold: so of two
that meet, one waits for the other and never each for the other. One transaction changes one handling, and holds
one place. Intakes share what is no row, so they never wait for one another there.
"""

import hashlib
from uuid import UUID

from clew.records.session import Session

COVERS = 4_846_793_218
"""The number of the lock in the database; any that no place's is (those are random)."""
OVERLAPS = 4_846_793_219
"""The same, for whoever brings two sides of an overlap together: of two that agree at one moment, the later sees both."""

CHILDREN = 4_846_793_222
"""The same, for whoever confirms a step of a victim, or says which victims are one: of two at once, the later sees the
earlier, whosever the victims are."""
LEADS = 4_846_793_220
STATISTICS = 4_846_793_221
"""Held by whoever counts a day."""
"""The same, for whoever begins a round of what is looked at for leads."""


def share_place(session: Session, place_id: UUID) -> None:
    """Hold off the end and the shredding of a case or hash list; waits for whoever is at it."""
    _take(session, "pg_advisory_xact_lock_shared", _of_place(place_id))


def close_place(session: Session, place_id: UUID) -> None:
    """Have a case or hash list alone: nothing is taken into it or ends meanwhile; waits for whoever is at it."""
    _take(session, "pg_advisory_xact_lock", _of_place(place_id))


def share_names(session: Session) -> None:
    """Hold off that blobs of the actor's member leave the disk: what is found there stays until a key to it is kept."""
    _take(session, "pg_advisory_xact_lock_shared", _of_names(session))


def close_names(session: Session) -> None:
    """Have the names in the vault of the actor's member alone: no intake counts on a blob that it found."""
    _take(session, "pg_advisory_xact_lock", _of_names(session))


def close_reveals(session: Session) -> None:
    """Have the reveals of the actor alone: of two at one moment, the later counts the earlier."""
    _take(session, "pg_advisory_xact_lock", _named(session, b"reveals of", session.actor.officer))


def close_budgets(session: Session) -> None:
    """Have the reveal budgets of the actor's member alone: one is in force in each place."""
    _take(session, "pg_advisory_xact_lock", _named(session, b"reveal budgets of"))


def hold_covers(session: Session) -> None:
    """Have the covers of all media, whoever's, stay until the transaction ends; as many may at once as like.

    What lies between media of two owners carries copies of both covers, and neither owner sees the other's open
    transaction. So whoever writes such a thing shares this lock, and whoever changes a cover or has a medium go
    has it alone (`clew_recover`, `clew_forget_media`): it waits for those who hold it, and those who come later wait.
    """
    _take(session, "pg_advisory_xact_lock_shared", COVERS)


def close_children(session: Session) -> None:
    """Have what all victims have come to, and which of them are one, alone until the transaction ends.

    A child may be the victims of several owners, of whom none can hold the rows of another.
    """
    _take(session, "pg_advisory_xact_lock", CHILDREN)


def _take(session: Session, function: str, key: int) -> None:
    with session.cursor() as cursor:
        cursor.execute(f"select {function}(%s)", [key])


def _of_place(place_id: UUID) -> int:
    return int.from_bytes(place_id.bytes[:8], signed=True)


def _of_names(session: Session) -> int:
    return _named(session, b"names in the vault of")


def _named(session: Session, what: bytes, *more: str) -> int:
    """The number of a lock of the actor's member."""
    named = b"\0".join([b"clew " + what + b" " + session.actor.member.encode(), *(one.encode() for one in more)])
    return int.from_bytes(hashlib.sha256(named).digest()[:8], signed=True)
