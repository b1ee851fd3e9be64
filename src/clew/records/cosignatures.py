"""Cosignatures: what witnesses have put beneath checkpoints of this node's log."""

from dataclasses import dataclass
from datetime import datetime

from clew.records.leaves import Cursor, Head


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """A witness's line beneath the checkpoint of `size` leaves; `at` is when it says that it signed."""

    witness: str
    size: int
    at: datetime
    line: str


def keep(cursor: Cursor, cosignature: Cosignature) -> None:
    """Keep a witness's line; the same again changes nothing."""
    cursor.execute(
        """
        insert into cosignatures (witness, size, at, line) values (%s, %s, %s, %s)
        on conflict (witness, size) do update set at = excluded.at, line = excluded.line""",
        [cosignature.witness, cosignature.size, cosignature.at, cosignature.line],
    )


def checkpoint_of(cursor: Cursor, size: int) -> Head | None:
    """The checkpoint of exactly that size, if it is still kept."""
    cursor.execute("select size, root, note, at from checkpoints where size = %s", [size])
    found = cursor.fetchone()
    return None if found is None else Head(size=found[0], root=bytes(found[1]), note=found[2], at=found[3])


def newest_cosigned(cursor: Cursor, above: int) -> Head | None:
    """The newest checkpoint that somebody cosigned and that has more than `above` leaves."""
    cursor.execute(
        """
        select c.size, c.root, c.note, c.at from checkpoints c
         where c.size > %s and exists (select from cosignatures w where w.size = c.size)
         order by c.size desc limit 1""",
        [above],
    )
    found = cursor.fetchone()
    return None if found is None else Head(size=found[0], root=bytes(found[1]), note=found[2], at=found[3])


def beneath(cursor: Cursor, size: int) -> list[str]:
    """The lines of witnesses beneath the checkpoint of that size."""
    cursor.execute("select line from cosignatures where size = %s order by witness", [size])
    return [row[0] for row in cursor.fetchall()]


def newest(cursor: Cursor) -> list[Cosignature]:
    """The newest line of each witness."""
    cursor.execute(
        "select distinct on (witness) witness, size, at, line from cosignatures order by witness, size desc limit 100"
    )
    return [Cosignature(witness=row[0], size=row[1], at=row[2], line=row[3]) for row in cursor.fetchall()]
