"""Search for programs: references, names, words and serial numbers, as far as whoever asks sees them."""

from datetime import datetime
from typing import Annotated, Literal

from ninja import Router, Schema
from pydantic import Field

from clew.actions import searching
from clew.actions.opening import Session
from clew.actions.searching import TOKEN_CHARACTERS_MAX
from clew.api.door import looking, reading
from clew.api.given import After, Given, OneOf, Reference
from clew.domain.medium import MediumKind
from clew.domain.search import ASKED_CHARACTERS_MAX, ASKED_CHARACTERS_MIN, Kind

router = Router(tags=["search"])
Token = Annotated[str, Field(min_length=1, max_length=TOKEN_CHARACTERS_MAX)]
Words = Annotated[str, Field(min_length=ASKED_CHARACTERS_MIN, max_length=ASKED_CHARACTERS_MAX)]


class CarriedPlace(Schema):
    """A case of the own member (`unit` is whose) or a series in which some of the media lie."""

    kind: Literal["case", "series"]
    reference: str
    unit: str


class CarriedLine(Schema):
    """Media that carry a camera or software, as far as they may be seen; `is_more`: there are more than were counted.

    `token` stands for it where its media are asked for, that of a camera also among those of a case or series;
    `places`: some where there are any.
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
    """What was found: `label` names it, `within` what it lies in. `carried` is of a camera or software."""

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


class CarrierLine(Schema):
    """A medium as facts. `taken_at`: by the camera's own clock. `series`: some that it lies in.

    `is_brought`: it shows because it was brought into a task force, and only as long as that runs.
    """

    name: str
    kind: OneOf[MediumKind]
    width: int | None
    height: int | None
    duration_ms: int | None
    taken_at: datetime | None
    taken_in_at: datetime
    owner: str
    unit: str
    is_brought: bool
    series: list[str]


class CarrierPage(Schema):
    """Media of a camera or software; a page may be short, or empty, where `next` says that there is more to look at."""

    kind: OneOf[Kind]
    label: str
    token: str
    items: list[CarrierLine]
    next: str | None


@looking(router, "/search", FoundPage)
def search(session: Session, said: GivenSearch) -> searching.Page:
    """Records in which every word stands, the newest first; with a case of the own member its file names too.

    Cameras are found by words of their make and model and software by its name and version, each with how many media
    carry it.
    """
    return searching.search(session, said.q, case=said.case, after=said.after)


@reading(router, "/search/media", CarrierPage)
def search_media(session: Session, token: Token, after: After = None) -> searching.Carriers:
    """Media of a camera or software by the token that a search gave, those first that came last.

    What shows in running task forces alone comes behind them.
    """
    return searching.media(session, token, after=after)
