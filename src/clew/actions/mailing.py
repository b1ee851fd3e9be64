"""Mailing: officers who want it are told by e-mail that something waits, and not one word more."""

import logging
import re
from collections.abc import Callable, Iterable

from clew.domain.errors import ClewError, Invalid
from clew.records import audit, mail_addresses, officers
from clew.records.session import Session, acting_as

log = logging.getLogger("clew.mail")

WORDS = "Something waits in Clew."
"""Subject and body of every mail: who reads it on its way learns nothing of what, of whom, or for which case."""
_ADDRESS = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9.-]{1,189}")

Send = Callable[[str, str, str], object]
"""Sends a mail: subject, body, address."""


def say_address(session: Session, address: str) -> None:
    """Say where the actor wants to be told that something waits; empty: nowhere.

    Raises:
        Invalid: it is no address.
    """
    kept = address.strip()
    if kept and not _ADDRESS.fullmatch(kept):
        raise Invalid("An address is written name@host.")
    mail_addresses.say(session, kept)
    audit.append(session, "notice.mail", session.actor.officer)


def tell_all(send: Send) -> int:
    """Tell every unit that has something new waiting; how many mails were sent. One that fails stops no other."""
    sent = 0
    for calendar in officers.calendars():
        with acting_as(calendar) as session:
            addresses = mail_addresses.of_unit(session)
            waiting = mail_addresses.take_notices(session) if addresses else []
        if waiting:
            sent += _sent(send, addresses)
    return sent


def _sent(send: Send, addresses: Iterable[str]) -> int:
    count = 0
    for address in addresses:
        try:
            send(WORDS, WORDS, address)
            count += 1
        except (OSError, ClewError) as failed:
            # The notice stays in the application; a mail is a convenience.
            log.warning("a mail could not be sent: %s", type(failed).__name__)
    return count
