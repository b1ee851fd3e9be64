"""References as ways to what they name: one table of letters and pages, wherever a reference stands in words."""

import re
from collections.abc import Mapping

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from clew.domain import reference
from clew.web import words

PAGES: Mapping[str, str] = {
    "S": "series", "V": "victim", "O": "offender", "P": "place", "Q": "question", "R": "referral", "T": "taskforce",
}  # fmt: skip
"""By letter of a reference, the page of what it names."""
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_NAMED = re.compile(rf"(?<![\w-])(?:[{''.join(PAGES)}]-[0-9]{{9}}|{_DIGEST.pattern})(?![\w-])")


def address_of_named(untrusted_text: str) -> str | None:
    """The page of the reference or SHA-256 that somebody typed; None where it is none of these."""
    text = untrusted_text.strip()
    for letter, page in PAGES.items():
        found = reference.reference_in(text, letter, is_letter_demanded=True)
        if found is not None:
            return reverse(page, args=[found])
    return reverse("medium-of", args=[text.lower()]) if _DIGEST.fullmatch(text) else None


def linked(text: object) -> SafeString:
    """The text as `visible` gives it, references and SHA-256s as links to pages, whether there are any or not."""
    shown = conditional_escape(words.visible(str(text)))
    return mark_safe(_NAMED.sub(_link, shown))  # noqa: S308 (it is escaped; what is put in is made below)


def _link(found: re.Match[str]) -> str:
    name = found[0]
    if _DIGEST.fullmatch(name):
        return medium(name.lower())
    if reference.reference_in(name, name[0]) is None:  # a slip of the hand names nothing
        return name
    return format_html('<a href="{}">{}</a>', reverse(PAGES[name[0]], args=[name]), words.identifier(name))


def named(text: str) -> SafeString:
    """What is called by a reference or a SHA-256 as the way to its page; any other name as an identifier."""
    if _DIGEST.fullmatch(text):
        return medium(text.lower())
    address, shown = address_of_named(text), words.identifier(text)
    return shown if address is None else format_html('<a href="{}">{}</a>', address, shown)


def medium(digest: str, more: str = "") -> SafeString:
    """The beginning of a medium's digest as the way to its page; `more` goes behind the address."""
    shown = words.identifier(digest[: words.DIGEST_SHOWN])
    return format_html('<a href="{}{}">{}</a>', reverse("medium-of", args=[digest]), more, shown)
