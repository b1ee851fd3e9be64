"""Search for programs: references, names, words and serial numbers, as far as whoever asks sees them."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from clew.actions import searching
from clew.actions.opening import Session
from clew.api.door import looking
from clew.api.given import After, Given, OneOf, Reference
from clew.domain.search import ASKED_CHARACTERS_MAX, ASKED_CHARACTERS_MIN, Kind

router = Router(tags=["search"])
Words = Annotated[str, Field(min_length=ASKED_CHARACTERS_MIN, max_length=ASKED_CHARACTERS_MAX)]


class CarriedPlace(Schema):
    """A case of the own member (`unit` is whose) or a series in which some of the media lie."""

    kind: Literal["case", "series"]
    reference: str
    unit: str


class CarriedLine(Schema):
    """Media that carry a camera, as far as they may be seen; `is_more`: there are more than were counted.

    `token` stands for the camera where media of a case or series are asked for; `places`: some where there are any.
    """

    token: str
    media: int
    is_more: bool
    places: list[CarriedPlace]

    @staticmethod
    def resolve_places(one: searching.Carried) -> list[CarriedPlace]:
        """The places, each with its kind in a word."""
        return [
            CarriedPlace(kind="case" if place.is_case else "series", reference=place.reference, unit=place.unit)
            for place in one.places
        ]


class FoundLine(Schema):
    """What was found: `label` names it, `within` what it lies in. `carried` is of a camera found by its words."""

    kind: OneOf[Kind]
    label: str
    within: str
    words: str
    owner: str
    unit: str
    at: datetime | None
    carried: CarriedLine | None


class FoundPage(Schema):
    """`looked_at`: among how many records. Words lie sealed: older ones are found on later pages."""

    items: list[FoundLine]
    looked_at: int
    next: str | None


class GivenSearch(Given):
    """Words are said in the body: an address is kept by whoever passes it on."""

    q: Words
    case: Reference | None = None
    after: After = None


@looking(router, "/search", FoundPage)
def search(session: Session, said: GivenSearch) -> searching.Page:
    """Records in which every word stands, the newest first; with a case of the own member its file names too.

    Cameras are found by words of their make and model, each with how many media carry it.
    """
    return searching.search(session, said.q, case=said.case, after=said.after)
