"""Search for programs: references, names, words and serial numbers, as far as whoever asks sees them."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import searching
from clew.actions.opening import Session
from clew.api.door import looking
from clew.api.given import After, Given, OneOf, Reference
from clew.domain.search import ASKED_CHARACTERS_MAX, ASKED_CHARACTERS_MIN, Kind

router = Router(tags=["search"])
Words = Annotated[str, Field(min_length=ASKED_CHARACTERS_MIN, max_length=ASKED_CHARACTERS_MAX)]


class FoundLine(Schema):
    """What was found: `label` names it, `within` what it lies in."""

    kind: OneOf[Kind]
    label: str
    within: str
    words: str
    owner: str
    unit: str
    at: datetime | None


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
    """Records in which every word stands, the newest first; with a case of the own member its file names too."""
    return searching.search(session, said.q, case=said.case, after=said.after)
