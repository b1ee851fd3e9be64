"""Tickets by which a program fetches an original that was released: each opens one release, for an officer's sign-in.

The officer says for which purpose and case, at the own sign-in; what is handed on to the program that fetches is the
ticket, and never the sign-in. It holds as long as the sign-in does, and no longer than an hour.
"""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.core import signing
from django.http import HttpRequest
from ninja.security import HttpBearer

from clew.actions import opening, signing_in
from clew.domain.handling import Actor
from clew.web import strangers

SECONDS_MAX = 3600
CHARACTERS_MAX = 4_000
_SALT = "clew.release-ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTicket:
    """Which release is opened to which sign-in, under which statement; the original has so many bytes."""

    release: UUID
    sign_in: UUID
    purpose: str
    case: str
    size_bytes: int

    def written(self) -> str:
        """The ticket as the program sends it: signed by this node."""
        words = [self.release.hex, self.sign_in.hex, self.purpose, self.case, self.size_bytes]
        return signing.dumps(words, salt=_SALT, compress=True)

    @classmethod
    def read(cls, untrusted_text: str) -> Self | None:
        """The ticket that this node signed within the hour; nothing where it is none."""
        try:
            release, sign_in, purpose, case, size = signing.loads(untrusted_text, salt=_SALT, max_age=SECONDS_MAX)
        except signing.BadSignature:
            return None
        return cls(release=UUID(release), sign_in=UUID(sign_in), purpose=purpose, case=case, size_bytes=size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who comes by a ticket: for the throttle the officer, however many tickets there are."""

    ticket: ReleaseTicket
    actor: Actor

    def __str__(self) -> str:
        return self.actor.officer


class Ticket(HttpBearer):
    """A ticket whose sign-in holds; one that is none, or no longer, is on record. No cookie counts here."""

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        found = ReleaseTicket.read(token) if len(token) <= CHARACTERS_MAX else None
        officer = None if found is None else signing_in.officer_of(found.sign_in, is_activity=False)
        if found is None or officer is None:
            strangers.note(request)
            return None
        return Bearer(ticket=found, actor=opening.actor_of(officer))
