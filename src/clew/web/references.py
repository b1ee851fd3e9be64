"""References of cases and exhibits in addresses, one address for each; identifiers that pages are given.

Servers undo percent-encoding before an address is read, so a slash quoted that way
would split the reference, which may hold any characters. Letters, digits, `-`, `_` and `.`
of ASCII stand for themselves;
every other byte of the UTF-8 form is written `~` and two hexadecimal digits.
"""

import re
import string
from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from clew.domain import clue
from clew.domain.errors import Invalid

_PLAIN = frozenset(string.ascii_letters + string.digits + "-_.")
_ALL_PLAIN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_DRAWN = re.compile(r"[0-9.,]{1,60}")
_WRITTEN = re.compile(r"(?:[A-Za-z0-9_.-]|~[0-9A-F]{2})+")


def address_of(reference: str) -> str:
    """`reference` as one segment of an address.

    Raises:
        ValueError: it is empty or no text that can be stored.
    """
    if not reference:
        raise ValueError("a reference has at least one character")
    if _ALL_PLAIN.fullmatch(reference):
        return reference
    # Dots alone would be taken for "this folder" or "the one above".
    is_only_dots = not reference.strip(".")
    return "".join(
        f"~{octet:02X}" if is_only_dots or chr(octet) not in _PLAIN else chr(octet) for octet in reference.encode()
    )


def reference_of(address: str) -> str:
    """The reference that `address_of` wrote.

    Raises:
        ValueError: `address_of` never writes it so.
    """
    if not _WRITTEN.fullmatch(address):
        raise ValueError("no reference is written like this")
    octets = re.sub(rb"~(..)", lambda found: bytes.fromhex(found[1].decode()), address.encode())
    reference = octets.decode()
    if "\0" in reference or address_of(reference) != address:
        raise ValueError("this reference has another address")
    return reference


class ReferenceConverter:
    """A reference as a part of Django's address patterns."""

    regex = r"[A-Za-z0-9_.~-]+"

    def to_python(self, value: str) -> str:
        return reference_of(value)

    def to_url(self, value: str) -> str:
        return address_of(value)


def identifier_in(untrusted_text: str) -> UUID | None:
    """The identifier that the text is, if it is one."""
    try:
        return UUID(untrusted_text)
    except ValueError:
        return None


def digest_in(untrusted_text: str) -> str:
    """The SHA-256 that the text is, as an address writes it; empty where it is none."""
    return untrusted_text if _DIGEST.fullmatch(untrusted_text) else ""


def drawn_in(query: Mapping[str, str]) -> dict[str, str]:
    """The box, and the second of its frame, that an address brings from where it was drawn; empty where none."""
    box, at = query.get("box", ""), query.get("at", "")
    with suppress(Invalid):
        if clue.box_in(box) is not None and _DRAWN.fullmatch(box):
            clue.moments_in(at)
            return {"box": box, "at": at if _DRAWN.fullmatch(at) else ""}
    return {"box": "", "at": ""}
