"""Categories for programs: what officers observed, and what each scheme makes of it."""

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema
from pydantic import Field

from clew.actions import categorising
from clew.actions.categorising import Categorised
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import After, Digest, Digests, Given, Limit, Name, OneOf, Reason, digests
from clew.domain.category import Standing

router = Router(tags=["categories"])
SCHEME_CHARACTERS_MAX = 200_000
Facts = Annotated[dict[str, str], Field(max_length=50, description="An answer to each question of the list.")]
SchemeName = Annotated[str | None, Field(max_length=200, description="NAME, NAME@VERSION or MEMBER/NAME.")]


class Observed(Schema):
    facts: dict[str, str]
    is_review: bool
    reason: str
    member: str
    unit: str
    officer: str
    at: datetime


class CategorisedMedium(Schema):
    """A content with its category; `words`: what others observed, as far as the officer is told."""

    sha256: str
    category: str | None
    standing: OneOf[Standing]
    votes: int
    words: list[Observed]
    own: Observed | None


class CategorisedMedia(Schema):
    items: list[CategorisedMedium]
    next: str | None


class OfCategory(Schema):
    category: str
    standing: OneOf[Standing]
    contents: int


class Counted(Schema):
    """`is_whole`: false where the case has more contents than one count looks at."""

    contents: int
    by_category: list[OfCategory]
    disputed: int
    unspoken: int
    is_whole: bool


class Question(Schema):
    code: str
    words: str
    answers: dict[str, str]


class FactList(Schema):
    version: int
    questions: list[Question]


class Scheme(Schema):
    """`member`: null of one that comes with Clew."""

    member: str | None
    name: str
    version: int
    title: str
    categories: dict[str, str]


class Schemes(Schema):
    items: list[Scheme]


class Changed(Schema):
    was: str
    becomes: str
    words: int


class Loaded(Schema):
    name: str
    version: int
    changed: list[Changed]


class CategoryCount(Schema):
    media: int


class GivenFacts(Given):
    media: Digests
    facts: Facts


class GivenCategoryMedia(Given):
    media: Digests


class GivenReview(Given):
    medium: Digest
    facts: Facts
    reason: Reason


class GivenScheme(Given):
    """`document`: a scheme as JSON."""

    document: Annotated[str, Field(min_length=2, max_length=SCHEME_CHARACTERS_MAX)]


@reading(router, "/category-facts", FactList)
def fact_list(session: Session) -> object:
    """The questions that are asked of every medium."""
    categorising.every_scheme(session)
    return categorising.fact_list()


@reading(router, "/schemes", Schemes)
def schemes(session: Session) -> dict[str, object]:
    """The latest version of each scheme."""
    return {
        "items": [
            {"member": one.member, "name": one.scheme.name, "version": one.scheme.version, "title": one.scheme.title,
             "categories": dict(one.scheme.categories)}
            for one in categorising.every_scheme(session)
        ]
    }  # fmt: skip


@writing(router, "/schemes", Loaded)
def load_scheme(session: Session, given: GivenScheme) -> dict[str, object]:
    """Keep a version of a scheme of the own member, as its administrator; what it changes."""
    scheme, changed = categorising.load_scheme(session, given.document.encode())
    return {"name": scheme.name, "version": scheme.version, "changed": changed}


@writing(router, "/observations", CategoryCount)
def record(session: Session, given: GivenFacts) -> dict[str, int]:
    """Say what was observed of media, once for every scheme."""
    return {"media": categorising.record(session, digests(given.media), given.facts)}


@writing(router, "/observations/withdraw", CategoryCount)
def withdraw(session: Session, given: GivenCategoryMedia) -> dict[str, int]:
    """Take back what the officer said of media."""
    return {"media": categorising.withdraw(session, digests(given.media))}


@writing(router, "/observations/review")
def review(session: Session, given: GivenReview) -> None:
    """Decide what holds of a medium on which officers differ, as an analyst."""
    categorising.review(session, bytes.fromhex(given.medium), given.facts, given.reason)


@reading(router, "/categories", CategorisedMedia)
def of_case(
    session: Session, case: Name, exhibit: Name | None = None, scheme: SchemeName = None,
    standing: OneOf[Standing] | None = None, after: After = None, limit: Limit = 50,
) -> dict[str, object]:  # fmt: skip
    """Contents of a case with their categories; a page is shorter where few have the standing that is asked for."""
    by = categorising.chosen(session, scheme).scheme
    page = categorising.of_case(session, case, exhibit, by, standing=standing, after=after, limit=limit)
    return {"items": [_medium(one) for one in page.items], "next": page.next}


@reading(router, "/categories/count", Counted)
def count(
    session: Session, case: Name, exhibit: Name | None = None, scheme: SchemeName = None
) -> dict[str, object]:
    """How many contents of a case there are of each category."""
    found = categorising.count(session, case, exhibit, categorising.chosen(session, scheme).scheme)
    return {
        "contents": found.contents, "disputed": found.disputed, "unspoken": found.unspoken, "is_whole": found.is_whole,
        "by_category": [
            {"category": category, "standing": standing, "contents": number}
            for (category, standing), number in found.by_category.items()
        ],
    }  # fmt: skip


@reading(router, "/categories/disputes", CategorisedMedia)
def disputes(
    session: Session, scheme: SchemeName = None, after: After = None, limit: Limit = 50
) -> dict[str, object]:
    """Contents on whose category officers differ."""
    page = categorising.disputes(session, categorising.chosen(session, scheme).scheme, after=after, limit=limit)
    return {"items": [_medium(one) for one in page.items], "next": page.next}


@reading(router, "/categories/of-medium", CategorisedMedium)
def look(session: Session, medium: Digest, scheme: SchemeName = None) -> dict[str, object]:
    """The category of a medium, and who observed what as far as the officer is told."""
    return _medium(categorising.look(session, bytes.fromhex(medium), categorising.chosen(session, scheme).scheme))


def _medium(one: Categorised) -> dict[str, object]:
    return {
        "sha256": one.sha256, "category": one.found.category, "standing": one.found.standing, "votes": one.found.votes,
        "words": one.words, "own": one.own,
    }  # fmt: skip
