"""Links: what units say joins two records; seen where both ends are seen, and changed by the unit that said it alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from clew.domain.assertion import Handled, Lying
from clew.domain.errors import NotVisible
from clew.domain.handling import BLOCKED, Handling, from_circles
from clew.domain.link import Basis, Confidence, EndKind, LinkState, LinkType, Step
from clew.records import handled, sealed
from clew.records.graph import TABLES
from clew.records.session import Session, handling_columns

NOTE = b"links.note"
REASON = b"link_steps.reason"
HANDLED = b"links.handled"


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A record that a link joins."""

    kind: EndKind
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a link says, before anybody has said it. `rule` names what a program found it by; else it is empty."""

    type: LinkType
    a: End
    b: End
    basis: Basis
    confidence: Confidence
    note: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link that the actor may see. Officers are named of the actor's own member alone, else None."""

    id: UUID
    claim: Claim
    state: LinkState
    handling: Handling
    is_own: bool
    asserted_by: str | None
    asserted_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    handled: tuple[Handled, ...] = ()
    """Handlings that it was given since, the oldest first; told to the own member alone."""
    restricted_until: date | None = None
    """On which day the first restriction ends of those that have an end; told to the own member alone."""
    follows: bool = False
    """No link follows what it joins: it lies as that did when it was said."""

    def other(self, one: UUID) -> End:
        """The end that is not this one."""
        return self.claim.b if self.claim.a.id == one else self.claim.a


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStepTaken:
    """A step that the link's unit took. `taken_by` is an officer of the actor's own member, or None."""

    step: Step
    state: LinkState
    reason: str
    unit: str
    taken_by: str | None
    taken_at: datetime


def add(session: Session, claim: Claim, state: LinkState, handling: Handling) -> LinkRow:
    """Keep a link that the own unit says, or that it has said already: then as that is, whatever its state."""
    actor, is_decided = session.actor, state is not LinkState.CANDIDATE
    row = {
        "type": int(claim.type), "a_kind": int(claim.a.kind), "a_id": claim.a.id, "b_kind": int(claim.b.kind),
        "b_id": claim.b.id, "basis": int(claim.basis), "confidence": int(claim.confidence), "state": int(state),
        "rule": claim.rule, "note": sealed.note(actor.member, NOTE, claim.note), "asserted_by": actor.officer,
        "decided_by": actor.officer if is_decided else None, **handling_columns(handling),
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into links ({", ".join(row)}, decided_at)
            values ({", ".join(f"%({name})s" for name in row)}, case when %(decided_by)s::text is not null then now() end)
            on conflict do nothing""",
            row,
        )
        is_new = cursor.rowcount > 0
    found = _select(
        session,
        f"""a_id = %(a_id)s and b_id = %(b_id)s and type = %(type)s and state <> {LinkState.WITHDRAWN:d}
            and owner_member = %(member)s and owner_unit = %(unit)s""",
        {"a_id": claim.a.id, "b_id": claim.b.id, "type": int(claim.type)},
    )
    if not found:
        raise NotVisible("There is no such link.")
    if is_new:
        _keep_step(session, found[0].id, Step.ACCEPT if is_decided else Step.PROPOSE, state, "")
    return found[0]


def propose_all(session: Session, claims: Sequence[Claim], handling: Handling) -> int:
    """Keep what a program found as candidates of the own unit, set-wise; how many are new.

    What the unit has said, or refused, already stays as it is: nothing is proposed twice.
    """
    actor = session.actor
    columns = {
        "type": [int(one.type) for one in claims], "a_kind": [int(one.a.kind) for one in claims],
        "a_id": [one.a.id for one in claims], "b_kind": [int(one.b.kind) for one in claims],
        "b_id": [one.b.id for one in claims], "basis": [int(one.basis) for one in claims],
        "confidence": [int(one.confidence) for one in claims], "rule": [one.rule for one in claims],
        "note": [sealed.note(actor.member, NOTE, one.note) for one in claims],
    }  # fmt: skip
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            insert into links (type, a_kind, a_id, b_kind, b_id, basis, confidence, rule, note, state, asserted_by,
                               owner_member, owner_unit, audience, members, excluded)
            select given.*, {LinkState.CANDIDATE:d}, %(officer)s, %(owner_member)s, %(owner_unit)s, %(audience)s::smallint,
                   %(members)s::text[], %(excluded)s::text[]
              from unnest(%(type)s::smallint[], %(a_kind)s::smallint[], %(a_id)s::uuid[], %(b_kind)s::smallint[],
                          %(b_id)s::uuid[], %(basis)s::smallint[], %(confidence)s::smallint[], %(rule)s::text[],
                          %(note)s::text[]) given
            on conflict do nothing""",
            {**columns, "officer": actor.officer, **handling_columns(handling)},
        )
        return cursor.rowcount


def hold_own(session: Session, link_id: UUID) -> LinkRow:
    """The own unit's link, held until the transaction ends.

    Raises:
        NotVisible: the unit has none, or no longer sees what it joins.
    """
    found = _select(
        session, "id = %(id)s and owner_member = %(member)s and owner_unit = %(unit)s for update", {"id": link_id}
    )
    if not found:
        raise NotVisible("Your unit has no such link.")
    return found[0]


def get(session: Session, link_id: UUID) -> LinkRow:
    """The link, if the actor may see it and both its ends.

    Raises:
        NotVisible: there is none, or the actor may not see it.
    """
    found = _select(session, "id = %(id)s", {"id": link_id})
    if not found:
        raise NotVisible("There is no such link.")
    return found[0]


def move(session: Session, link_id: UUID, step: Step, state: LinkState, reason: str) -> None:
    """The own link is in `state` from now on, by that step."""
    with session.cursor() as cursor:
        cursor.execute(
            "update links set state = %s, decided_by = %s, decided_at = now() where id = %s",
            [int(state), session.actor.officer, link_id],
        )
    _keep_step(session, link_id, step, state, reason)


def lie(session: Session, link_id: UUID, lying: Lying, added: Handled | None = None) -> None:
    """The own link lies so from now on, and `added` is kept of it."""
    words = [] if added is None else [handled.kept(session, HANDLED, added)]
    with session.cursor() as cursor:
        cursor.execute(
            "update links set audience = %(audience)s, members = %(members)s, excluded = %(excluded)s,"
            " restricted_until = %(until)s, handled = handled || %(added)s::text[] where id = %(id)s",
            {**handling_columns(lying.handling), "id": link_id, "until": lying.until, "added": words},
        )


def due(session: Session, today: date, limit: int) -> list[UUID]:
    """The own unit's links that were not taken back and lie under what ends on `today` or did before, the oldest end first.

    Not those of what is under examination, nor of what the unit does not see any more.
    """
    with session.cursor() as cursor:
        cursor.execute(
            f"""
            select id from links
             where owner_member = %s and owner_unit = %s and restricted_until <= %s and state <> {LinkState.WITHDRAWN:d}
               and not {_is_blocked("a")} and not {_is_blocked("b")}
             order by restricted_until, id limit %s""",
            [session.actor.member, session.actor.unit, today, limit],
        )
        return [row[0] for row in cursor]


def _is_blocked(side: str) -> str:
    """Whether that end is under examination: asked of the one table in which it lies."""
    cases = " ".join(
        f"when {kind:d} then exists (select from {table} e where e.id = {side}_id and '{BLOCKED}' = any (e.excluded))"
        for kind, table in TABLES.items()
    )
    return f"(case {side}_kind {cases} else false end)"


def of(
    session: Session, ends: Iterable[UUID], *, states: Iterable[LinkState], limit: int, after: UUID | None = None
) -> list[LinkRow]:
    """Links of these records in these states that the actor may see, in the order of their identifiers, from after one on."""
    return _select(
        session,
        """(a_id = any(%(ends)s) or b_id = any(%(ends)s)) and state = any(%(states)s)
           and (%(after)s::uuid is null or id > %(after)s) order by id limit %(limit)s""",
        {"ends": list(ends), "states": [int(one) for one in states], "after": after, "limit": limit},
    )


def waiting(session: Session, *, after: UUID | None, limit: int) -> list[LinkRow]:
    """Candidates of the own unit, the newest first; after one of them."""
    return _select(
        session,
        f"""owner_member = %(member)s and owner_unit = %(unit)s and state = {LinkState.CANDIDATE:d}
           and (%(after)s::uuid is null
                or (asserted_at, id) < (select f.asserted_at, f.id from links f where f.id = %(after)s))
           order by asserted_at desc, id desc limit %(limit)s""",
        {"after": after, "limit": limit},
    )


def steps_of(session: Session, link_id: UUID, limit: int) -> tuple[LinkStepTaken, ...]:
    """The latest steps about a link that the actor may see, the last one first."""
    with session.cursor() as cursor:
        cursor.execute(
            """
            select step, state, reason, member, unit, taken_by, taken_at from link_steps where link_id = %s
             order by taken_at desc, id limit %s""",
            [link_id, limit],
        )
        return tuple(
            LinkStepTaken(
                step=Step(step), state=LinkState(state), reason=sealed.words_of_note(member, REASON, reason), unit=unit,
                taken_by=taken_by if member == session.actor.member else None, taken_at=taken_at,
            )
            for step, state, reason, member, unit, taken_by, taken_at in cursor
        )  # fmt: skip


def _keep_step(session: Session, link_id: UUID, step: Step, state: LinkState, reason: str) -> None:
    actor = session.actor
    with session.cursor() as cursor:
        cursor.execute(
            "insert into link_steps (link_id, step, state, reason, member, unit, taken_by) values (%s, %s, %s, %s, %s, %s, %s)",
            [
                link_id, step.value, int(state), sealed.note(actor.member, REASON, reason), actor.member, actor.unit,
                actor.officer,
            ],
        )  # fmt: skip


_COLUMNS = (
    "id, type, a_kind, a_id, b_kind, b_id, basis, confidence, state, rule, note, asserted_by, asserted_at, decided_by,"
    " decided_at, owner_member, owner_unit, audience, members, excluded, handled, restricted_until"
)


def _select(session: Session, condition: str, values: Mapping[str, object]) -> list[LinkRow]:
    with session.cursor() as cursor:
        cursor.execute(
            f"select {_COLUMNS} from links where {condition}",
            {**values, "member": session.actor.member, "unit": session.actor.unit},
        )
        return [_row(session, row) for row in cursor]


def _row(session: Session, row: Sequence) -> LinkRow:
    link_id, link_type, a_kind, a_id, b_kind, b_id, basis, confidence, state, rule, note = row[:11]
    asserted_by, asserted_at, decided_by, decided_at, member, unit, audience, members, excluded, lying, until = row[11:]
    is_of_member = member == session.actor.member
    return LinkRow(
        id=link_id, state=LinkState(state),
        claim=Claim(
            type=LinkType(link_type), a=End(kind=EndKind(a_kind), id=a_id), b=End(kind=EndKind(b_kind), id=b_id),
            basis=Basis(basis), confidence=Confidence(confidence), rule=rule, note=sealed.words_of_note(member, NOTE, note),
        ),
        handling=from_circles(audience, owner_member=member, owner_unit=unit, members=members, excluded=excluded),
        is_own=is_of_member and unit == session.actor.unit, asserted_by=asserted_by if is_of_member else None,
        asserted_at=asserted_at, decided_by=decided_by if is_of_member else None, decided_at=decided_at,
        handled=handled.of(session, HANDLED, (member, unit), lying), restricted_until=until if is_of_member else None,
    )  # fmt: skip
