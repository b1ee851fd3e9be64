"""Verifications: how far the log was read again, by whoever did; one row, as the sequencer's role."""

from dataclasses import dataclass
from datetime import datetime

from clew.records.leaves import Cursor


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Leaves from `first` to before `size` were read again, the last at `at`, and are as they were signed.

    `root`: that over `size` leaves. `back`: to where the round that is under way has gone. `since`: the time of the event
    at `first`; None where there is none. `failed_at`: what was read then was not as it was signed; None where it was.
    """

    first: int
    size: int
    root: bytes
    back: int
    since: datetime | None
    at: datetime
    failed_at: datetime | None = None

    @property
    def count(self) -> int:
        return self.size - self.first


def find(cursor: Cursor) -> Read | None:
    """How far the log was read again; None where nobody did yet."""
    cursor.execute("select first, size, root, back, since, at, failed_at from verifications")
    found = cursor.fetchone()
    if found is None:
        return None
    return Read(
        first=found[0], size=found[1], root=bytes(found[2]), back=found[3], since=found[4], at=found[5],
        failed_at=found[6],
    )  # fmt: skip


def keep(cursor: Cursor, read: Read) -> None:
    """Keep how far it was read again."""
    cursor.execute(
        """
        insert into verifications (id, first, size, root, back, since, at, failed_at)
        values (1, %s, %s, %s, %s, %s, %s, %s)
        on conflict (id) do update
           set first = excluded.first, size = excluded.size, root = excluded.root, back = excluded.back,
               since = excluded.since, at = excluded.at, failed_at = excluded.failed_at""",
        [read.first, read.size, read.root, read.back, read.since, read.at, read.failed_at],
    )
