"""The owner's keys: each member has one, in versions, and it wraps the keys of the member's cases."""

from dataclasses import dataclass
from typing import Protocol

from clew.keys import wraps


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A key wrapped under `version` of its owner's key."""

    version: int
    sealed: bytes


class OwnerKeys(Protocol):
    """Where owners' keys are kept: files (`KeyDirectory`), or a program that is asked (`KeyCommand`).

    A scope is what a wrapped key is for: a case, or a purpose of the member itself. Every
    method raises Unavailable where the keys cannot be reached.
    """

    def newest(self, member: str) -> int:
        """The version that wraps now; the first one is made here."""

    def renew(self, member: str) -> int:
        """Make the next version, which wraps from now on."""

    def wrap(self, member: str, scope: str, key: bytes) -> Wrapped:
        """`key` under the newest version, bound to member and scope."""

    def unwrap(self, member: str, scope: str, wrapped: Wrapped) -> bytes:
        """The key. Raises Tampered where it was changed, or is another member's or scope's."""

    def destroy(self, member: str, scope: str) -> None:
        """Forget whatever is held of this scope alone; what was wrapped for it opens no more."""


def what_for(member: str, scope: str) -> bytes:
    """What a scope's key is bound to when it is wrapped."""
    return wraps.bound("clew key of a scope 1", member, scope)
