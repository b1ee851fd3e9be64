"""The secrets of a node: one file each, made once, readable by the node's own user only."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from clew.domain.errors import Unavailable
from clew.node.folders import make_private

KEY_BYTES = 32

CERTIFICATES = "certificates"
"""The key that signs certificates of destruction; made at first use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """What is secret in a node, besides the keys of the vault.

    `django` signs cookies, `context` signs who acts towards the database, `audit` signs
    checkpoints of the audit's log, `app_password` opens the database where it is reached over
    the network, `factors` encrypts what second factors are checked with.
    """

    django: bytes = field(repr=False)
    context: bytes = field(repr=False)
    audit: bytes = field(repr=False)
    app_password: str = field(repr=False)
    factors: bytes = field(repr=False)


def make(folder: Path) -> Keys:
    """The node's keys; those that are missing are made."""
    make_private(folder)
    return Keys(
        django=key(folder, "django"),
        context=key(folder, "context"),
        audit=key(folder, "audit"),
        app_password=key(folder, "app_password").hex(),
        factors=key(folder, "factors"),
    )


def read(folder: Path) -> Keys:
    """The node's keys.

    Raises:
        Unavailable: they were never made, or others than the node's user can read them.
    """
    return Keys(
        django=_read(folder / "django.key"),
        context=_read(folder / "context.key"),
        audit=_read(folder / "audit.key"),
        app_password=_read(folder / "app_password.key").hex(),
        factors=_read(folder / "factors.key"),
    )


def exist(folder: Path) -> bool:
    return (folder / "context.key").exists()


def key(folder: Path, name: str) -> bytes:
    """The key of that name, 32 bytes; made, durably, where it is missing."""
    path = folder / f"{name}.key"
    if not path.exists():
        _write(path, secrets.token_bytes(KEY_BYTES))
    return _read(path)


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_mode & 0o077:
            raise Unavailable(f"Others can read the key {path.stem}: set its file mode to 0600 and consider it known.")
        found = bytes.fromhex(path.read_text("ascii"))
    except FileNotFoundError:
        raise Unavailable("This node has no keys yet: run clew init.") from None
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise Unavailable(f"The key {path.stem} is damaged: put it back from a backup.")
    return found


def _write(path: Path, secret: bytes) -> None:
    # Linked into place, never renamed over: of two processes that make it, one wins and both read the same key.
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret.hex())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return
    finally:
        unfinished.unlink()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
