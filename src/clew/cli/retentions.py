"""`clew retention`: until when records are kept, what was decided about that, and what ended."""

import json
import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli.entry import As, Json, console, day, entered, goes_on, identifier
from clew.domain.errors import Invalid
from clew.domain.handling_change import SubjectKind

if TYPE_CHECKING:
    from clew.actions.ending import Foreseen
    from clew.actions.retaining import Due, Tombstone

app = typer.Typer(no_args_is_help=True)
Kind = Annotated[SubjectKind, typer.Argument(help="case, exhibit, series, hash-list, victim, offender or place.")]
Name = Annotated[str, typer.Argument(help="Its reference or name.")]
Within = Annotated[str | None, typer.Option("--case", help="The case of an exhibit.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words.")]
LISTED_MAX = 1_000


@app.callback()
def retention() -> None:
    """Retention: until when records are kept, and what ends by itself."""


@app.command()
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would end; change nothing.")] = False,
    json_: Json = False,
) -> None:
    """End what is past its end and not blocked, of every unit: as the worker does by itself every hour."""
    with entered() as configuration:
        from clew.actions import ending

        if dry_run:
            _foretell(ending.foresee(), as_json=json_)
            return
        from clew.node.workplace import equipped

        with equipped(configuration) as workplace:
            ended = ending.end_all(workplace)
        if json_:
            sys.stdout.write(json.dumps({kind.value: count for kind, count in ended.items()}) + "\n")
            return
        told = ", ".join(f"{count:,} {kind.value}" for kind, count in ended.items() if count)
        console.print(f"Ended: {told or 'nothing'}")


@app.command("list")
def list_(
    as_: As,
    after: Annotated[str, typer.Option(help="Go on after this mark, as the page before gave it.")] = "",
    waiting: Annotated[bool, typer.Option("--waiting", help="Only that of which a longer end waits for you.")] = False,
    json_: Json = False,
) -> None:
    """What of your unit ends within six months, the nearest first: extend it with a reason, or let it end."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            begin = retaining.marker_in(after)
            page = retaining.coming_due(session, limit=LISTED_MAX, after=begin, is_waiting=waiting)
        if json_:
            sys.stdout.write(json.dumps([_due_json(due) for due in page.items], ensure_ascii=False) + "\n")
            return
        for due in page.items:
            kept = due.kept
            named = f"{kept.case} / {kept.name}" if kept.case else kept.name
            waits = "  a longer end waits for a second officer" if due.proposal else ""
            decided = "  shall end" if kept.is_decided else ""
            console.print(
                f"{kept.ends_on}  {due.state.value:<8} {kept.kind.value:<9} {named}{decided}{waits}", markup=False
            )
        if not page.items:
            console.print("Nothing waits for you." if waiting else "Nothing ends within six months.")
        goes_on(page.next)


@app.command()
def show(kind: Kind, name: Name, as_: As, within: Within = None, json_: Json = False) -> None:
    """Until when it is kept, by which rule, and everything that was decided about it."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            due, decisions = retaining.look(session, kind, name, within)
        if json_:
            said = [
                {
                    "id": str(one.id), "until": one.until.isoformat() if one.until else None, "state": one.state.value,
                    "reason": one.reason, "by": one.proposed_by, "at": one.proposed_at.isoformat(),
                }
                for one in decisions
            ]  # fmt: skip
            sys.stdout.write(json.dumps({**_due_json(due), "decisions": said}, ensure_ascii=False) + "\n")
            return
        console.print(f"kept until {due.kept.ends_on} ({due.kept.rule.value}), {due.state.value}")
        for one in decisions:
            what = f"until {one.until}" if one.until else "shall end"
            console.print(f"{one.id}  {one.state.value}  {what}  {one.proposed_by}: {one.reason}", markup=False)


@app.command()
def extend(
    kind: Kind,
    name: Name,
    as_: As,
    until: Annotated[str, typer.Option(help="The first day on which it is no longer kept, such as 2031-01-31.")],
    reason: Reason,
    within: Within = None,
    json_: Json = False,
) -> None:
    """Keep it longer: at once, or as a proposal where the member asks for a second officer."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            decision = retaining.extend(session, kind, name, within, day(until), reason)
        _told(json_, {"id": str(decision.id), "state": decision.state.value}, f"{decision.id}  {decision.state.value}")


@app.command("let-end")
def let_end(kind: Kind, name: Name, as_: As, reason: Reason, within: Within = None, json_: Json = False) -> None:
    """Answer the review: it shall end as it is."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            retaining.let_end(session, kind, name, within, reason)
        _told(json_, {"ok": True}, "It ends on its day.")


@app.command()
def approve(
    decision: Annotated[str, typer.Argument(help="Identifier of the proposal, as show gives it.")], as_: As
) -> None:
    """Agree, as a second officer of the unit, to a longer end."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            retaining.approve(session, _identifier(decision))


@app.command()
def withdraw(decision: Annotated[str, typer.Argument(help="Identifier of the proposal.")], as_: As) -> None:
    """Take a proposal back, or refuse it."""
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            retaining.withdraw(session, _identifier(decision))


@app.command()
def block(kind: Kind, name: Name, as_: As, reason: Reason, within: Within = None, json_: Json = False) -> None:
    """Put it under examination: it is kept past its end, and nobody but your unit uses it meanwhile."""
    with entered():
        from clew.actions import blocking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            block_id = blocking.block(session, kind, name, within, reason)
        _told(json_, {"id": str(block_id)}, str(block_id))


@app.command()
def unblock(
    block_id: Annotated[str, typer.Argument(metavar="BLOCK", help="Identifier, as block and blocks give it.")],
    as_: As,
    json_: Json = False,
) -> None:
    """Lift a block: what held before holds again, and an end that came meanwhile is carried out at the next run."""
    with entered():
        from clew.actions import blocking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            blocking.unblock(session, _identifier(block_id))
        _told(json_, {"ok": True}, "The block is lifted.")


@app.command()
def blocks(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on after this block.")] = None,
    json_: Json = False,
) -> None:
    """What is blocked now, the newest first."""
    with entered():
        from clew.actions import blocking, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = blocking.blocked_now(session, after=after)
        found = [one.block for one in page.items]
        if json_:
            said = [
                {
                    "id": str(one.id), "kind": one.kind.value, "subject": str(one.subject_id), "unit": one.unit,
                    "reason": one.reason, "by": one.laid_by, "at": one.laid_at.isoformat(),
                }
                for one in found
            ]  # fmt: skip
            sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
            return
        for one in found:
            console.print(f"{one.id}  {one.kind.value}  {one.unit}  {one.laid_by}: {one.reason}", markup=False)
        goes_on(page.next)


@app.command()
def terms(
    as_: As,
    kind: Annotated[SubjectKind | None, typer.Option("--set", help="As administrator: set that of this type.")] = None,
    years: Annotated[int, typer.Option(help="To so many years.")] = 0,
    json_: Json = False,
) -> None:
    """How long each type is kept where nothing else is said."""
    with entered():
        from clew.actions import opening, retaining
        from clew.domain.retention import TERMS

        with opening.acting_as(opening.actor_of(as_)) as session:
            if kind is not None:
                retaining.set_term(session, kind, years)
            found = retaining.terms(session)
        if json_:
            sys.stdout.write(json.dumps({each.value: count for each, count in found.items()}) + "\n")
            return
        for each, count in found.items():
            console.print(f"{each.value:<10} {count:>3} years, {TERMS[each].years_max} at most")


@app.command()
def ended(
    as_: As,
    kind: Annotated[SubjectKind | None, typer.Option(help="With --name: proof that one of this name ended.")] = None,
    name: Annotated[str | None, typer.Option(help="Its reference or name.")] = None,
    within: Within = None,
    after: Annotated[UUID | None, typer.Option(help="Go on after this tombstone.")] = None,
    json_: Json = False,
) -> None:
    """Tombstones of your member: what ended, when, by which rule, and the event that proves it."""
    if (kind is None) != (name is None):
        raise Invalid("Say both --kind and --name, or neither.")
    with entered():
        from clew.actions import opening, retaining

        with opening.acting_as(opening.actor_of(as_)) as session:
            if kind is not None and name is not None:
                found, following = retaining.proof(session, kind, name, within), None
            else:
                page = retaining.ended(session, limit=LISTED_MAX, after=after)
                found, following = page.items, page.next
        if json_:
            sys.stdout.write(json.dumps([_stone_json(stone) for stone in found]) + "\n")
            return
        for stone in found:
            counts = ", ".join(f"{count:,} {what}" for what, count in stone.counts.items() if count)
            console.print(
                f"{stone.due_on}  {stone.kind.value:<9} {stone.id}  {stone.rule.value}  event {stone.act_id}  {counts}"
            )
        goes_on(following)


def _foretell(found: "tuple[Foreseen, ...]", *, as_json: bool) -> None:
    """Identifiers and counts: whoever runs the node has no right to the names."""
    if as_json:
        said = [
            {
                "member": one.member, "unit": one.unit, "media": one.media, "blobs": one.blobs, "is_more": one.is_more,
                "subjects": [
                    {
                        "kind": kept.kind.value, "id": str(kept.id), "ends_on": kept.ends_on.isoformat(),
                        "rule": kept.rule.value, "places": one.places.get(kept.id, 0),
                    }
                    for kept in one.subjects
                ],
            }
            for one in found
        ]  # fmt: skip
        sys.stdout.write(json.dumps(said) + "\n")
        return
    for one in found:
        by_kind = {kind: sum(kept.kind is kind for kept in one.subjects) for kind in SubjectKind}
        told = ", ".join(f"{count:,} {kind.value}" for kind, count in by_kind.items() if count)
        more = " and more" if one.is_more else ""
        console.print(f"{one.member}/{one.unit}: {told}{more}; {one.media:,} media, {one.blobs:,} in the vault")
        for kept in one.subjects:
            places = one.places.get(kept.id, 0)
            console.print(f"  {kept.ends_on}  {kept.kind.value:<9} {kept.id}  {places:,} places  {kept.rule.value}")
    if not found:
        console.print("Nothing is past its end.")


def _due_json(due: "Due") -> dict[str, object]:
    kept = due.kept
    return {
        "kind": kept.kind.value, "name": kept.name, "case": kept.case, "ends_on": kept.ends_on.isoformat(),
        "rule": kept.rule.value, "state": due.state.value, "entered_on": kept.entered_on.isoformat(),
        "shall_end": kept.is_decided, "proposal": str(due.proposal.id) if due.proposal else None,
    }  # fmt: skip


def _stone_json(stone: "Tombstone") -> dict[str, object]:
    return {
        "id": str(stone.id), "kind": stone.kind.value, "member": stone.member, "unit": stone.unit,
        "entered_on": stone.entered_on.isoformat(), "due_on": stone.due_on.isoformat(), "rule": stone.rule.value,
        "ended_at": stone.ended_at.isoformat() if stone.ended_at else None, "event": str(stone.act_id),
        "reference": stone.token.hex(), "counts": dict(stone.counts),
    }  # fmt: skip


def _told(as_json: bool, said: dict[str, object], words: str) -> None:
    if as_json:
        sys.stdout.write(json.dumps(said) + "\n")
    else:
        console.print(words, markup=False)


def _identifier(words: str) -> UUID:
    return identifier(words.strip(), "There is no such decision or block.")
