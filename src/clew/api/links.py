"""Links for programs: what joins records, and what is reached from one."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Router, Schema
from pydantic import Field

from clew.actions import exploring, linking, tracing
from clew.actions.exploring import Handled, LinkLine, LinkPage
from clew.actions.opening import Session
from clew.api.door import reading, writing
from clew.api.given import After, Given, GivenEndOfRestriction, GivenRestriction, Limit, Name, OneOf, Reason, Words
from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType, Step, word_of

router = Router(tags=["links"])


def _words(numbers: Any) -> Any:
    return Literal[tuple(word_of(one) for one in numbers)]


TypeWord, BasisWord, ConfidenceWord = _words(LinkType), _words(Basis), _words(Confidence)
StateWord, EndWord = _words(LinkState), _words(EndKind)


class End(Schema):
    """What a link joins; `name`: as it is called, empty of what is seen as there and no more."""

    kind: EndWord
    name: str
    owner: str


class Link(Schema):
    """A link; candidates are no facts yet. `rule`: by which a program proposes it."""

    id: UUID
    type: TypeWord
    a: End
    b: End
    state: StateWord
    basis: BasisWord
    confidence: ConfidenceWord
    note: str
    rule: str
    owner: str
    unit: str
    asserted_by: str | None
    asserted_at: datetime


class Links(Schema):
    items: list[Link]
    next: str | None


class LinkStepTaken(Schema):
    step: OneOf[Step]
    state: StateWord
    reason: str
    unit: str
    taken_by: str | None
    taken_at: datetime


class HandledSince(Schema):
    """A handling that it was given since, told to the own member alone. `members`: whom its audience names.

    `until`: a restriction that ends by itself on that day; `is_end`: restrictions before it ended with it, before
    their time.
    """

    audience: Literal["unit", "member", "members", "all"]
    members: list[str]
    excluded: list[str]
    reason: str
    by: str
    at: datetime
    until: date | None
    is_end: bool


class LinkView(Schema):
    link: Link
    steps: list[LinkStepTaken]
    handled: list[HandledSince]


class Node(End):
    """`hops`: by how many links it is reached; `has_more`: it has links that are not shown."""

    hops: int
    has_more: bool


class Edge(Schema):
    """`a`, `b`: numbers of nodes, from 0; `link`: null of what follows from a series."""

    a: int
    b: int
    type: str
    state: StateWord
    basis: BasisWord
    confidence: ConfidenceWord
    owner: str
    link: UUID | None


class Exploration(Schema):
    nodes: list[Node]
    edges: list[Edge]
    is_cut: bool


class GivenLink(Given):
    """Ends by reference, by a case's own name, or by the SHA-256 of a medium."""

    a: Name
    type: TypeWord
    b: Name
    basis: BasisWord
    confidence: ConfidenceWord = word_of(Confidence.PROBABLE)
    note: Words = ""
    is_candidate: bool = False


class GivenLinkStep(Given):
    reason: Words = ""


class GivenRefusal(Given):
    reason: Reason


@reading(router, "/links", Links)
def linked(session: Session, of: Name, after: After = None) -> dict[str, object]:
    """Links of a record that the officer may see, with both their ends."""
    page = exploring.linked(session, of, after=after)
    return {"items": lines_of(page), "next": page.next}


@reading(router, "/links/waiting", Links)
def waiting(session: Session, after: After = None, limit: Limit = 50) -> dict[str, object]:
    """Candidates of the own unit that wait for an officer."""
    page = exploring.waiting(session, after=after, limit=limit)
    return {"items": lines_of(page), "next": page.next}


@reading(router, "/links/explore", Exploration)
def explore(
    session: Session, of: Name, hops: Annotated[int, Field(ge=1, le=2)] = 2, candidates: bool = True
) -> dict[str, object]:
    """What is reached from a record by links that the officer may see."""
    return _explored(exploring.explore(session, of, hops_max=hops, with_candidates=candidates))


@reading(router, "/links/path", Exploration)
def path(session: Session, of: Name, to: Name, candidates: bool = True) -> dict[str, object]:
    """The shortest path of evidence between two records, in its order; nothing but the first where there is none."""
    return _explored(tracing.trace(session, of, to, with_candidates=candidates))


def _explored(found: exploring.Exploration) -> dict[str, object]:
    at = {node.row.end.id: number for number, node in enumerate(found.nodes)}
    return {
        "nodes": [{**_end(node.row), "hops": node.hops, "has_more": node.has_more} for node in found.nodes],
        "edges": [
            {"a": at[edge.a.id], "b": at[edge.b.id], "type": edge.what, "state": word_of(edge.state),
             "basis": word_of(edge.basis), "confidence": word_of(edge.confidence), "owner": edge.owner,
             "link": edge.link}
            for edge in found.edges
        ],
        "is_cut": found.is_cut,
    }  # fmt: skip


@reading(router, "/links/{uuid:link}", LinkView)
def look(session: Session, link: UUID) -> dict[str, object]:
    """A link with its steps."""
    view = exploring.look_at_link(session, link)
    steps = [
        {"step": one.step, "state": word_of(one.state), "reason": one.reason, "unit": one.unit,
         "taken_by": one.taken_by, "taken_at": one.taken_at}
        for one in view.steps
    ]  # fmt: skip
    return {"link": _line(view.line), "steps": steps, "handled": handled_since(view.line.link.handled)}


@writing(router, "/links", Link)
def add(session: Session, given: GivenLink) -> dict[str, object]:
    """Say that two records are linked, as a fact of the own unit or as a candidate."""
    do = linking.propose if given.is_candidate else linking.link
    row = do(
        session, given.a, numbered(LinkType, given.type), given.b, basis=numbered(Basis, given.basis),
        confidence=numbered(Confidence, given.confidence), note=given.note,
    )  # fmt: skip
    return _line(exploring.look_at_link(session, row.id).line)


@writing(router, "/links/{uuid:link}/accept")
def accept(session: Session, link: UUID, given: GivenLinkStep) -> None:
    """Make a candidate of the own unit a fact."""
    linking.accept(session, link, given.reason)


@writing(router, "/links/{uuid:link}/refuse")
def refuse(session: Session, link: UUID, given: GivenRefusal) -> None:
    """Refuse a candidate of the own unit."""
    linking.refuse(session, link, given.reason)


@writing(router, "/links/{uuid:link}/withdraw")
def withdraw(session: Session, link: UUID, given: GivenRefusal) -> None:
    """Take back a link of the own unit."""
    linking.withdraw(session, link, given.reason)


@writing(router, "/links/{uuid:link}/restrict")
def restrict(session: Session, link: UUID, given: GivenRestriction) -> None:
    """Say who may see a link of the own unit, for good or for a time."""
    linking.restrict(session, link, given.handling(session), given.reason, given.until)


@writing(router, "/links/{uuid:link}/end-restriction")
def end_restriction(session: Session, link: UUID, given: GivenEndOfRestriction) -> None:
    """End what restricts a link of the own unit for a time before its time."""
    linking.end_restriction(session, link, given.reason)


def handled_since(some: Iterable[Handled]) -> list[dict[str, object]]:
    """Handlings that a clue or a link was given since, as the schema has them."""
    return [
        {"audience": one.given.audience.name.lower(), "members": sorted(one.given.members),
         "excluded": sorted(one.given.excluded), "reason": one.reason, "by": one.by, "at": one.at,
         "until": one.until, "is_end": one.is_end}
        for one in some
    ]  # fmt: skip


def lines_of(page: LinkPage) -> list[dict[str, object]]:
    """A page of links as the schema has them."""
    return [_line(line) for line in page.items]


def _line(line: LinkLine) -> dict[str, object]:
    link, claim = line.link, line.link.claim
    return {
        "id": link.id, "type": word_of(claim.type), "a": _end(line.a), "b": _end(line.b), "state": word_of(link.state),
        "basis": word_of(claim.basis), "confidence": word_of(claim.confidence), "note": claim.note, "rule": claim.rule,
        "owner": link.handling.owner_member, "unit": link.handling.owner_unit, "asserted_by": link.asserted_by,
        "asserted_at": link.asserted_at,
    }  # fmt: skip


def _end(row: exploring.EndRow) -> dict[str, object]:
    return {"kind": word_of(row.end.kind), "name": row.label, "owner": row.handling.owner_member}


def numbered(numbers: Any, word: str) -> Any:
    """The number that the word stands for."""
    return next(one for one in numbers if word_of(one) == word)
