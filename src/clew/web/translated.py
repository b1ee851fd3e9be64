"""Sentences that other layers wrote, in the language of the page.

They are English where they are made, because programs and the command line say them as they are.
`scripts/extraction.py` finds them in the code, so that catalogues hold them.
"""

from datetime import UTC, datetime

from django.utils import translation
from django.utils.formats import date_format

from clew.domain.errors import ClewError
from clew.web.words import number


def translated(sentence: str) -> str:
    """A sentence of another layer; one that no catalogue holds stays as it is."""
    return translation.gettext(sentence) if sentence else ""


def refusal(refused: ClewError) -> str:
    """What a refusal says, with its numbers and times as people of this language write them."""
    sentence = translated(refused.sentence)
    if not refused.values:
        return sentence
    return sentence.format(**{name: _shown(value) for name, value in refused.values.items()})


def _shown(value: object) -> object:
    if isinstance(value, datetime):
        # Somebody is told when to come back: pages show the times of the node, so it says which these are.
        return f"{date_format(value.astimezone(UTC), 'DATETIME_FORMAT')} UTC"
    return number(value) if isinstance(value, int) else value
