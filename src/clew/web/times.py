"""Days and moments as the pages show them: for a person in the page's language, for a program as ISO 8601 in UTC."""

from datetime import UTC, date, datetime
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

WORDS_KEPT_MAX = 10_000
"""A page shows hundreds of days, most of them more than once, and each costs as much as the rest of its row."""


def day(value: date | None) -> SafeString:
    """A day, or the day of a moment; nothing of nothing."""
    return _shown(value, "DATE_FORMAT")


def moment(value: datetime | None) -> SafeString:
    """A moment, to the minute."""
    return _shown(value, "DATETIME_FORMAT")


def month(value: date | None) -> SafeString:
    """A month and its year; nothing nearer is told, to programs neither."""
    return _shown(value, "YEAR_MONTH_FORMAT", characters=len("2026-11"))


def _shown(value: date | None, form: str, *, characters: int | None = None) -> SafeString:
    if not value:
        return SafeString("")
    to_the_minute = value
    if isinstance(value, datetime):
        value = value.astimezone(UTC)
        to_the_minute = value.replace(second=0, microsecond=0)
    shown = _words(to_the_minute, form, get_language())
    return format_html('<time datetime="{}">{}</time>', value.isoformat()[:characters], shown)


@lru_cache(WORDS_KEPT_MAX)
def _words(value: date, form: str, _language: str | None) -> str:
    return date_format(value, form)
