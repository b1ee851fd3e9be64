"""Days and moments: a person reads them in the page's language, a program as ISO 8601 in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.utils import translation

from clew.web import times

LATE = datetime(2026, 3, 1, 0, 30, 59, 5, timezone(timedelta(hours=2)))
"""Half past ten in the evening of the day before, in UTC."""


@pytest.mark.parametrize(
    ("show", "given", "expected"),
    [
        (times.day, date(2026, 3, 1), '<time datetime="2026-03-01">1 March 2026</time>'),
        (times.day, LATE, '<time datetime="2026-02-28T22:30:59.000005+00:00">28 February 2026</time>'),
        (times.moment, LATE, '<time datetime="2026-02-28T22:30:59.000005+00:00">28 February 2026, 22:30</time>'),
        (times.month, LATE, '<time datetime="2026-02">February 2026</time>'),
        (times.day, None, ""),
    ],
)
def test_a_time_is_shown_as_it_was_in_utc(show: Callable[[object], str], given: object, expected: str) -> None:
    assert show(given) == expected


def test_words_kept_for_one_language_are_not_shown_in_another() -> None:
    day = datetime(2031, 7, 14, tzinfo=UTC)
    with translation.override("fr"):
        french = times.day(day)
    with translation.override("es"):
        spanish = times.day(day)
    assert ("juillet" in french, "julio" in spanish) == (True, True)
    assert "July" in times.day(day)
