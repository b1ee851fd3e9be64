"""Looks: a medium opened to one sign-in by a ticket, until it is covered, unused for a while, or old."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from clew.domain.errors import NotVisible
from clew.domain.look import Look
from clew.records import sealed
from clew.records.session import Session

CASE = b"looks.case_reference"
TICKET_BYTES = 32
UNUSED_MAX = timedelta(minutes=2)
LENGTH_MAX = timedelta(hours=1)
"""A film may be looked at for an hour before the officer reveals it again."""
LOOKS_PER_OFFICER_MAX = 24
"""Open at once; beyond it the oldest ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a ticket opens, with what was stated for it. `content_type` is empty where what is shown is drawn."""

    id: UUID
    medium_id: UUID
    look: Look
    content_type: str
    size_bytes: int
    purpose: str
    case: str

    @property
    def is_film(self) -> bool:
        """It is asked for in parts; everything else is given once."""
        return self.content_type.startswith("video/")


def open_one(
    session: Session, medium_id: UUID, look: Look, *, sign_in: UUID, content_type: str, size_bytes: int, purpose: str,
    case: str,
) -> str:  # fmt: skip
    """Open a medium to the actor's sign-in; the ticket, which is kept as its digest alone."""
    actor, ticket = session.actor, secrets.token_urlsafe(TICKET_BYTES)
    with session.cursor() as cursor:
        cursor.execute(
            """
            delete from looks where officer = %(officer)s and (ended_at is not null or used_at < clock_timestamp() - %(unused)s
                or id in (select id from looks where officer = %(officer)s order by opened_at desc offset %(most)s))""",
            {"officer": actor.officer, "unused": UNUSED_MAX, "most": LOOKS_PER_OFFICER_MAX - 1},
        )
        cursor.execute(
            """
            insert into looks (ticket, medium_id, member, unit, officer, sign_in, look, content_type, size_bytes, purpose,
                               case_reference,
                               opened_at, used_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), clock_timestamp())""",
            [
                _digest(ticket), medium_id, actor.member, actor.unit, actor.officer, sign_in, look.value, content_type,
                size_bytes, purpose, sealed.note(actor.member, CASE, case),
            ],
        )  # fmt: skip
    return ticket


def use(session: Session, medium_id: UUID, ticket: str, *, sign_in: UUID, is_asking: bool = False) -> Opened:
    """What the ticket opens to this sign-in now. A film holds on by it; anything else is given once, and this was it.

    `is_asking`: nothing is given now, so nothing ends by it.

    Raises:
        NotVisible: it opens nothing, or not this medium, or not to this sign-in.
    """
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            """
            update looks set used_at = clock_timestamp(),
                   ended_at = case when content_type not like 'video/%%' and not %(asking)s then clock_timestamp() end
             where member = %(member)s and ticket = %(ticket)s and officer = %(officer)s and medium_id = %(medium)s
               and sign_in = %(sign_in)s and ended_at is null and used_at > clock_timestamp() - %(unused)s
               and opened_at > clock_timestamp() - %(length)s
               and exists (select from media m where m.id = medium_id)
            returning id, medium_id, look, content_type, size_bytes, purpose, case_reference""",
            {
                "asking": is_asking, "member": actor.member, "ticket": _digest(ticket), "officer": actor.officer,
                "medium": medium_id, "sign_in": sign_in, "unused": UNUSED_MAX, "length": LENGTH_MAX,
            },
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        raise NotVisible("There is no such medium to be shown.")
    return Opened(
        id=row[0], medium_id=row[1], look=Look(row[2]), content_type=row[3], size_bytes=row[4], purpose=row[5],
        case=sealed.words_of_note(actor.member, CASE, row[6]),
    )  # fmt: skip


def holds(session: Session, look_id: UUID) -> bool:
    """Whether it was not covered meanwhile and its medium is still seen; it holds on by being asked."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            update looks set used_at = clock_timestamp()
             where id = %s and ended_at is null and opened_at > clock_timestamp() - %s
               and exists (select from media m where m.id = medium_id)""",
            [look_id, LENGTH_MAX],
        )
        return bool(cursor.rowcount)


def end(session: Session, *, sign_in: UUID) -> int:
    """Everything that was opened to this sign-in is covered: no ticket of it opens anything; how many did."""
    with session.cursor() as cursor:
        cursor.execute(
            "update looks set ended_at = clock_timestamp() where officer = %s and sign_in = %s and ended_at is null",
            [session.actor.officer, sign_in],
        )
        return cursor.rowcount


def _digest(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
