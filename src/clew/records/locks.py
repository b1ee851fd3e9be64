"""Locks that are no rows, and the one order in which every transaction of Clew takes what it locks.

    1  a case, against its end                  cases.hold, cases.close
    2  subjects, then their intakes and chunks  handlings.get, hold_series, intakes.hold, lock_chunk
    3  media, in the order of their identifiers media.hold, and what lies in places: occurrences, listings, keys
    4  covers                                   here
    5  the counters of fingerprints             fingerprints.take_numbers
    6  fingerprints, places in series, matches and overlaps

Whoever has come to a step takes nothing of an earlier one that another transaction could hold: so of two
that meet, one waits for the other and never each for the other. One transaction changes one handling.
"""

from clew.records.session import Session

COVERS = 4_846_793_218
"""The number of the lock in the database; any that no case's is (`cases`: those are random)."""


def hold_covers(session: Session) -> None:
    """Have the covers of all media, whoever's, stay until the transaction ends; as many may at once as like.

    What lies between media of two owners carries copies of both covers, and neither owner sees the other's open
    transaction. So whoever writes such a thing shares this lock, and whoever changes a cover or has a medium go
    has it alone (`clew_recover`, `clew_forget_media`): it waits for those who hold it, and those who come later wait.
    """
    with session.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s)", [COVERS])
