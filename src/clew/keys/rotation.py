"""Rotation: a member's key is renewed, and the keys that it wraps are wrapped anew; content stays as it is."""

from clew.domain.errors import Invalid
from clew.keys.keyring import Keyring


def rotate(keyring: Keyring, member: str) -> tuple[int, int]:
    """Renew the member's key and wrap all its scopes' keys anew; the version now, and how many it wraps.

    Killed anywhere, every key opens by the version it is under; the same call goes on with
    that renewal instead of beginning another.

    Raises:
        Invalid: the member has no keys here.
    """
    scopes = keyring.scopes(member)
    if not scopes:
        raise Invalid("This member has no keys on this node yet.")
    version = keyring.owners.newest(member)
    if all(keyring.version(member, scope) == version for scope in scopes):
        version = keyring.owners.renew(member)
    for scope in keyring.scopes(member):
        if keyring.version(member, scope) != version:
            keyring.rewrap(member, scope)
    return version, len(keyring.scopes(member))
