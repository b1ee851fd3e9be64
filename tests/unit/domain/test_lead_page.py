"""Pages of leads: a place in a list is written and read again, and nothing else is read as one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from clew.domain.errors import Invalid
from clew.domain.lead import RANK_MAX
from clew.domain.lead_page import LeadAt, LeadPage

NOW = datetime(2026, 11, 27, 12, 0, 0, 123_457, tzinfo=UTC)
AT = LeadAt(points=RANK_MAX, raised_at=NOW - timedelta(days=400, microseconds=1), id=UUID(int=7))
LAST = LeadAt(points=0, raised_at=NOW, id=UUID(int=2**128 - 1))


@pytest.mark.parametrize("page", [
    LeadPage(now=NOW), LeadPage(now=NOW, block=AT), LeadPage(now=NOW, shown=LAST), LeadPage(now=NOW, block=AT, shown=LAST),
])  # fmt: skip
def test_a_place_is_read_as_it_was_written(page: LeadPage) -> None:
    assert LeadPage.read(str(page)) == page
    assert len(str(page)) < 400


@pytest.mark.parametrize("untrusted", [
    "", ".", "..", "x..", "-5..", "1.5..", "٣..", "1_0..", f"{10**16}..", "1", "1...", "1.5.", "1.5_5.", "1.5_5_5.", "1._5_.",
    f"1.{RANK_MAX + 1}_5_{UUID(int=7).hex}.", f"1.-1_5_{UUID(int=7).hex}.", f"1.05_5_{UUID(int=7).hex}.", f"1.5_-5_{UUID(int=7).hex}.",
    f"1.5_5_{UUID(int=7).hex}_.", "null", "1..\x00",
])  # fmt: skip
def test_nothing_else_is_a_place(untrusted: str) -> None:
    with pytest.raises(Invalid):
        LeadPage.read(untrusted)


def test_the_more_points_the_earlier_then_the_later_it_was_raised() -> None:
    some = [
        LeadAt(points=10, raised_at=NOW, id=UUID(int=1)), LeadAt(points=10, raised_at=NOW, id=UUID(int=2)),
        LeadAt(points=10, raised_at=NOW - timedelta(seconds=1), id=UUID(int=0)), LeadAt(points=5, raised_at=NOW, id=UUID(int=0)),
    ]  # fmt: skip
    assert sorted([some[3], some[1], some[2], some[0]], key=lambda at: at.key) == some
