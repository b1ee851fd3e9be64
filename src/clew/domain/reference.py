"""A reference: a letter and nine digits, short enough to be told, that a slip of the hand turns into none."""

import re
from typing import Final

MODULUS: Final = 97
"""A reference is 1 modulo this, so that a digit mistyped or two exchanged name nothing instead of another.

Source: the idea of ISO/IEC 7064, MOD 97-10.
"""
_REFERENCE = re.compile(r"([A-Za-z]?)[\s.-]*((?:[0-9][\s.-]*){9})\Z", re.ASCII)


def reference_in(untrusted_text: str, letter: str, *, is_letter_demanded: bool = False) -> str | None:
    """The reference that somebody typed, as it is kept (`S-482177348`); None where it is none of that letter.

    In groups or not; with or without its letter, unless that is demanded. One with a digit mistyped is none.
    """
    found = _REFERENCE.match(untrusted_text.strip())
    if found is None or found[1].upper() not in ({letter} if is_letter_demanded else {letter, ""}):
        return None
    number = int(re.sub(r"[^0-9]", "", found[2]))
    return f"{letter}-{number:09}" if number % MODULUS == 1 else None
