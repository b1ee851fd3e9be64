"""Which bytes are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from clew.domain.span import NoSuchSpan, span_of


@given(size=some.integers(1, 10**13), first=some.integers(0, 10**13), more=some.integers(0, 10**13))
def test_a_span_lies_within_and_begins_where_it_was_asked_to(size: int, first: int, more: int) -> None:
    asked = f"bytes={first}-{first + more}"
    if first >= size:
        with pytest.raises(NoSuchSpan):
            span_of(asked, size)
    else:
        found = span_of(asked, size)
        assert (found.first, found.last, found.is_part) == (first, min(first + more, size - 1), True)
        assert found.length == found.last - first + 1


@given(size=some.integers(1, 10**13), tail=some.integers(1, 10**13))
def test_an_end_is_as_long_as_it_was_asked_for_or_all(size: int, tail: int) -> None:
    found = span_of(f"bytes=-{tail}", size)
    assert (found.last, found.length) == (size - 1, min(tail, size))


@given(some.text(max_size=120), some.integers(0, 1000))
def test_whatever_is_asked_is_a_span_within_or_refused(untrusted: str, size: int) -> None:
    for asked in (untrusted, f"bytes={untrusted}"):
        try:
            found = span_of(asked, size)
        except NoSuchSpan:
            continue
        assert found.first >= 0
        assert found.last == size - 1 if not found.is_part else found.last < size


def test_another_unit_than_bytes_is_no_question_of_parts() -> None:
    assert not span_of("items=0-5", 10).is_part
    assert span_of(None, 10).length == 10
