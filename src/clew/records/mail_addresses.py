"""Where officers want to be told by e-mail that something waits; and which notices were."""

from uuid import UUID

from clew.records import sealed
from clew.records.session import Session

ADDRESS = b"mail_addresses.address"
ADDRESSES_PER_UNIT_MAX = 1_000


def say(session: Session, address: str) -> None:
    """Keep the actor's own address in place of the one before; an empty one means none."""
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute("delete from mail_addresses where officer = %s", [actor.officer])
        if not address:
            return
        cursor.execute(
            "insert into mail_addresses (member, unit, officer, address, said_at) values (%s, %s, %s, %s, clock_timestamp())",
            [actor.member, actor.unit, actor.officer, sealed.note(actor.member, ADDRESS, address)],
        )


def of_unit(session: Session) -> list[str]:
    """The addresses that officers of the actor's unit gave, each once."""
    member, unit = session.actor.member, session.actor.unit
    with session.cursor() as cursor:
        cursor.execute(
            """
            select distinct on (officer) address from mail_addresses where member = %s and unit = %s
             order by officer, said_at desc, id limit %s""",
            [member, unit, ADDRESSES_PER_UNIT_MAX],
        )
        return sorted({sealed.words_of_note(member, ADDRESS, row[0]) for row in cursor if row[0]})


def take_notices(session: Session) -> list[UUID]:
    """The notices of the actor's unit that wait and of which nobody was told by e-mail yet: from now on they were."""
    with session.cursor() as cursor:
        cursor.execute(
            "update notices set mailed_at = clock_timestamp() where member = %s and unit = %s"
            " and seen_at is null and mailed_at is null returning id",
            [session.actor.member, session.actor.unit],
        )
        return [row[0] for row in cursor]
