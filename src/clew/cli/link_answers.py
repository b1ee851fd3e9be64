"""Victims, offenders, places and links as JSON and as lines on a terminal."""

from collections.abc import Iterable, Sequence

from clew.actions.exploring import (
    Edge,
    Exploration,
    LinkLine,
    LinkPage,
    LinkView,
    Node,
)
from clew.actions.opening import today
from clew.actions.portraying import OffenderRow, OffenderView, PlaceRow, PlaceView, VictimRow, VictimView
from clew.cli.answers import plain
from clew.domain.assertion import Handled
from clew.domain.link import LinkState, word_of
from clew.domain.person import AgeBand
from clew.records.ends import EndRow
from clew.records.nouns import Description

Row = VictimRow | OffenderRow | PlaceRow


def row_json(row: Row) -> dict[str, object]:
    """A victim, an offender or a place, by its own facts."""
    kept = row.kept
    return {
        "reference": kept.reference, **_facts_json(row), "owner": kept.handling.owner_member,
        "unit": kept.handling.owner_unit, "entered_by": kept.entered_by, "entered_at": kept.entered_at.isoformat(),
    }  # fmt: skip


def victim_json(view: VictimView) -> dict[str, object]:
    return {
        **row_json(view.row), **_descriptions_json(view.descriptions),
        "one_with": [row_json(row) for row in view.together],
        "duplicates": [
            {"id": str(one.id), "victims": [view.references.get(one.a), view.references.get(one.b)], "owner": one.owner,
             "unit": one.unit, "reason": one.reason, "at": one.asserted_at.isoformat(),
             "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat()}
            for one in view.merges
        ],
        "said": [
            {"id": str(one.id), "said": one.said.value, "owner": one.owner, "unit": one.unit, "reason": one.reason,
             "at": one.asserted_at.isoformat(), "withdrawn_at": one.withdrawn_at and one.withdrawn_at.isoformat()}
            for one in view.words
        ],
        **page_json(view.links),
    }  # fmt: skip


def view_json(view: OffenderView | PlaceView) -> dict[str, object]:
    near = {"near": [row_json(row) for row in view.near]} if isinstance(view, PlaceView) else {}
    return {**row_json(view.row), **_descriptions_json(view.descriptions), **near, **page_json(view.links)}


def page_json(page: LinkPage) -> dict[str, object]:
    return {"links": [line_json(line) for line in page.items], "next": page.next}


def line_json(line: LinkLine) -> dict[str, object]:
    link, claim = line.link, line.link.claim
    return {
        "id": str(link.id), "type": word_of(claim.type), "from": end_json(line.a), "to": end_json(line.b),
        "state": word_of(link.state), "basis": word_of(claim.basis), "confidence": word_of(claim.confidence),
        "note": claim.note, "rule": claim.rule, "owner": link.handling.owner_member, "unit": link.handling.owner_unit,
        "by": link.asserted_by, "at": link.asserted_at.isoformat(),
    }  # fmt: skip


def link_json(view: LinkView) -> dict[str, object]:
    steps = [
        {"step": one.step.value, "state": word_of(one.state), "reason": one.reason, "unit": one.unit,
         "by": one.taken_by, "at": one.taken_at.isoformat()}
        for one in view.steps
    ]  # fmt: skip
    return {**line_json(view.line), "steps": steps, "handled": handled_json(view.line.link.handled)}


def handled_json(some: Iterable[Handled]) -> list[dict[str, object]]:
    """Handlings that it was given since, told to the own member alone."""
    return [
        {"audience": one.given.audience.name.lower(), "members": sorted(one.given.members),
         "excluded": sorted(one.given.excluded), "reason": one.reason, "by": one.by, "at": one.at.isoformat(),
         "until": one.until and one.until.isoformat(), "is_end": one.is_end}
        for one in some
    ]  # fmt: skip


def handled_in_words(some: Iterable[Handled]) -> list[str]:
    return [
        f"  {one.at:%Y-%m-%d %H:%M}  {_for_whom(one)}, {plain(one.by)}: {plain(one.reason)}" for one in some
    ]


def _for_whom(one: Handled) -> str:
    again, until = " again, before its end" if one.is_end else "", f" until {one.until}" if one.until else ""
    return f"for {one.given.audience.name.lower()}{again}{until}"


def end_json(row: EndRow) -> dict[str, object]:
    return {"kind": word_of(row.end.kind), "name": row.label, "owner": row.handling.owner_member}


def exploration_json(found: Exploration) -> dict[str, object]:
    at = {node.row.end.id: number for number, node in enumerate(found.nodes)}
    return {
        "nodes": [
            {**end_json(node.row), "hops": node.hops, "has_more": node.has_more} for node in found.nodes
        ],
        "edges": [
            {"from": at[edge.a.id], "to": at[edge.b.id], "type": edge.what, "state": word_of(edge.state),
             "basis": word_of(edge.basis), "confidence": word_of(edge.confidence), "owner": edge.owner,
             "link": edge.link and str(edge.link)}
            for edge in found.edges
        ],
        "is_cut": found.is_cut,
    }  # fmt: skip


def row_in_words(row: Row) -> str:
    handling = row.kept.handling
    whose = f"{plain(handling.owner_member)}/{plain(handling.owner_unit)}"
    return f"{row.kept.reference}  {plain(_facts_in_words(row))}  {whose}"


def victim_in_words(view: VictimView) -> list[str]:
    called = view.references
    return [
        row_in_words(view.row), *_descriptions_in_words(view.descriptions),
        *(f"  = {row_in_words(row)}" for row in view.together),
        *(
            f"  {one.id}  {called.get(one.a)} = {called.get(one.b)}, said by {plain(one.owner)}/{plain(one.unit)}"
            f"{', withdrawn' if one.withdrawn_at else ''}: {plain(one.reason)}"
            for one in view.merges
        ),
        *(
            f"  {one.id}  {one.said}, said by {plain(one.owner)}/{plain(one.unit)}"
            f"{', withdrawn' if one.withdrawn_at else ''}: {plain(one.reason)}"
            for one in view.words
        ),
        *page_in_words(view.links),
    ]  # fmt: skip


def view_in_words(view: OffenderView | PlaceView) -> list[str]:
    near = view.near if isinstance(view, PlaceView) else ()
    return [
        row_in_words(view.row), *_descriptions_in_words(view.descriptions),
        *(f"  ~ {row_in_words(row)}" for row in near), *page_in_words(view.links),
    ]  # fmt: skip


def page_in_words(page: LinkPage) -> list[str]:
    return [f"  {line_in_words(line)}" for line in page.items]


def line_in_words(line: LinkLine) -> str:
    link, claim = line.link, line.link.claim
    mark = "?" if link.state is LinkState.CANDIDATE else " "
    whose = f"{plain(link.handling.owner_member)}/{plain(link.handling.owner_unit)}"
    why = ", ".join(filter(None, (word_of(claim.basis), word_of(claim.confidence), claim.rule)))
    note = f": {plain(claim.note)}" if claim.note else ""
    return f"{mark} {link.id}  {_end(line.a)} {word_of(claim.type)} {_end(line.b)}  ({why})  {whose}{note}"


def link_in_words(view: LinkView) -> list[str]:
    return [
        line_in_words(view.line),
        *(
            f"  {one.taken_at:%Y-%m-%d %H:%M}  {one.step}: {word_of(one.state)}  {plain(one.reason)}".rstrip()
            for one in view.steps
        ),
        *handled_in_words(view.line.link.handled),
    ]


def exploration_in_words(found: Exploration) -> list[str]:
    rows = {node.row.end.id: node.row for node in found.nodes}
    return [
        *(_node_in_words(node) for node in found.nodes),
        *(_edge_in_words(edge, rows[edge.a.id], rows[edge.b.id]) for edge in found.edges),
        *(["There is more than is shown."] if found.is_cut else []),
    ]


def _node_in_words(node: Node) -> str:
    more = ", has more" if node.has_more else ""
    return f"{node.hops}  {_end(node.row)}  {plain(node.row.handling.owner_member)}{more}"


def _edge_in_words(edge: Edge, a: EndRow, b: EndRow) -> str:
    mark = "?" if edge.state is LinkState.CANDIDATE else " "
    why = f"{word_of(edge.basis)}, {word_of(edge.confidence)}"
    return f" {mark} {_end(a)} {edge.what} {_end(b)}  ({why})  {plain(edge.owner)}"


def _end(row: EndRow) -> str:
    return plain(row.label) if row.label else f"{word_of(row.end.kind)} of {plain(row.handling.owner_member)}"


def _facts_json(row: Row) -> dict[str, object]:
    if isinstance(row, PlaceRow):
        point = row.point
        return {
            "kind": row.kind.value, "name": row.name, "country": row.country, "coarse": row.coarse,
            "point": point and {
                "latitude": point.latitude, "longitude": point.longitude, "precision_m": point.precision_m,
            },
        }  # fmt: skip
    said = {"state": row.state.value} if isinstance(row, VictimRow) else {"established": row.facts.established.value}
    return {**said, "sex": row.facts.sex.value, "age": _age_json(row.facts.age)}


def _age_json(age: AgeBand | None) -> dict[str, object] | None:
    """The band at its date, and what it has become by today."""
    now = age and age.at(today())
    return age and {
        "youngest": age.youngest, "oldest": age.oldest, "on": age.on.isoformat(), "now": now,
        "is_surely_adult": age.is_surely_adult(today()),
    }  # fmt: skip


def _facts_in_words(row: Row) -> str:
    if isinstance(row, PlaceRow):
        where = "" if row.coarse is None else f"near {row.coarse[0]}, {row.coarse[1]}"
        if row.point is not None:
            where = f"{row.point.latitude}, {row.point.longitude} within {row.point.precision_m:g} m"
        return "  ".join(filter(None, (row.kind.value, row.country, where, row.name)))
    age = row.facts.age
    years = "" if age is None else f"{age.youngest}-{age.oldest} on {age.on}, {_now(age)}"
    said = row.state.value if isinstance(row, VictimRow) else row.facts.established.value
    return "  ".join(filter(None, (said, row.facts.sex.value, years)))


def _now(age: AgeBand) -> str:
    youngest, oldest = age.at(today())
    return "of age now" if age.is_surely_adult(today()) else f"{youngest}-{oldest} now"


def _descriptions_json(described: Sequence[Description]) -> dict[str, object]:
    return {
        "descriptions": [
            {"said": dict(one.said), "basis": one.basis, "unit": one.unit, "by": one.said_by,
             "at": one.said_at.isoformat()}
            for one in described
        ]
    }  # fmt: skip


def _descriptions_in_words(described: Sequence[Description]) -> list[str]:
    return [
        f"  {one.said_at:%Y-%m-%d %H:%M}  {', '.join(f'{key} {value}' for key, value in one.said.items() if value)}"
        f"  {plain(one.basis)}".rstrip()
        for one in described
    ]  # fmt: skip


