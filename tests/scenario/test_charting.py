"""Places on the map: as near as one may know them, and around a point by what one may know."""

import pytest

from clew.actions import describing, portraying
from clew.domain.errors import Invalid
from clew.domain.handling import Actor, Audience
from clew.domain.place import COARSE_METRES, Around, PlaceFacts, PlaceKind, Point, around_in
from clew.records.session import acting_as
from tests.world.world import World, handling


def charted(by: Actor, around: Around | None = None) -> dict[str, tuple[float, float] | None]:
    """By reference, the point that is drawn."""
    with acting_as(by) as session:
        rows = portraying.chart_places(session, around).items
    return {row.kept.reference: row.known and (row.known.latitude, row.known.precision_m) for row in rows}


def enter(of: Actor, latitude: float, longitude: float, audience: Audience = Audience.ALL) -> str:
    point = Point(latitude=latitude, longitude=longitude, precision_m=30)
    with acting_as(of) as session:
        facts = PlaceFacts(kind=PlaceKind.GPS, country="NO", point=point)
        return describing.enter_place(session, facts, "", "", handling(of, audience)).kept.reference


def test_others_are_shown_and_search_by_what_is_rounded(world: World, ada: Actor, sven: Actor) -> None:
    oslo, hidden = enter(ada, 59.9139, 10.7522), enter(ada, 59.9, 10.7, Audience.UNIT)
    assert charted(ada) == {oslo: (59.9139, 30), hidden: (59.9, 30)}
    assert charted(sven) == {oslo: (59.9, COARSE_METRES)}
    near = Around(latitude=59.9139, longitude=10.7522, km=0.1)
    assert charted(ada, near) == {oslo: (59.9139, 30)}
    # Where exactly it is cannot be found out by asking around smaller and smaller circles.
    for latitude in (59.9139, 59.9, 59.88):
        assert charted(sven, Around(latitude=latitude, longitude=10.7522, km=0.1)) == {oslo: (59.9, COARSE_METRES)}
    assert charted(sven, Around(latitude=61, longitude=10.7522, km=50)) == {}


@pytest.mark.parametrize(("at", "km"), [("x", "5"), ("95,10", "5"), ("59,10", "0"), ("59,10", "nan"), ("59", "5"), ("nan,10", "5")])
def test_a_circle_that_is_nowhere_is_refused(at: str, km: str) -> None:
    with pytest.raises(Invalid):
        around_in(at, km)
    assert around_in(" ", km) is None
