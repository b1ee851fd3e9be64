"""`clew handling`: who may use a case, an exhibit, a series or a hash list, and for what."""

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered, identifier
from clew.cli.entry import said as told
from clew.domain.cover import Cover
from clew.domain.errors import Invalid
from clew.domain.handling import (
    BLOCKED,
    Actor,
    Handling,
    Use,
    audience_from_words,
    codes_from_words,
    handled,
    named_from_words,
    uses_from_words,
)
from clew.domain.handling_change import SubjectKind
from clew.domain.wording import Reworded

if TYPE_CHECKING:
    from clew.actions.restricting import Sight, View

app = typer.Typer(no_args_is_help=True)
Kind = Annotated[SubjectKind, typer.Argument(help="case, exhibit, series, hash-list, victim, offender or place.")]
Name = Annotated[str, typer.Argument(help="Its reference or name.")]
Within = Annotated[str | None, typer.Option("--case", help="The case of an exhibit.")]
Every = Annotated[bool, typer.Option("--every", help="Also media with a narrower cover of their own: they lose it.")]
Change = Annotated[str, typer.Argument(help="Identifier of the change, as show gives it.")]


@app.callback()
def handling() -> None:
    """Handling: who may use records, and for what."""


@app.command()
def show(kind: Kind, name: Name, as_: As, within: Within = None, json_: Json = False) -> None:
    """What holds for it, and everything that was done about it."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = restricting.look(session, kind, name, within)
        if json_:
            sys.stdout.write(json.dumps(_view_json(view), ensure_ascii=False) + "\n")
            return
        console.print(f"{view.media:,} media")
        for line in in_words(view.handling):
            console.print(f"  {line}")
        for line in [] if view.cover is None else cover_in_words(view.cover):
            console.print(f"  {line}", markup=False)
        for change in view.changes:
            until = f" until {change.until}" if change.until else ""
            console.print(f"{change.id}  {change.state}{until}  {change.proposed_by}: {change.reason}", markup=False)


@app.command("set")
def set_(
    kind: Kind,
    name: Name,
    as_: As,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")],
    within: Within = None,
    audience: Annotated[str, typer.Option(help='unit, member, "members NO,SE" or all.')] = "all",
    uses: Annotated[str, typer.Option(help="What the audience may use it for.")] = "fingerprints,facts",
    also: Annotated[str, typer.Option(help='Members who may more: "BR,CA=preview,original".')] = "",
    exclude: Annotated[str, typer.Option(help="Members who may not, whatever the audience: SE,DK.")] = "",
    until: Annotated[str, typer.Option(help="End of the restriction, such as 2027-01-31.")] = "",
    every: Every = False,
    json_: Json = False,
) -> None:
    """Give it another handling: at once, or as a proposal where a second officer must agree."""
    with entered():
        from clew.actions import opening, restricting

        actor = opening.actor_of(as_)
        given = said(actor, audience=audience, uses=uses, also=also, exclude=exclude)
        with opening.acting_as(actor) as session:
            change = restricting.change(session, kind, name, within, given, reason, _day(until), reaches_own=every)
        told(json_, {"id": str(change.id), "state": change.state.value}, f"{change.id}  {change.state}")


@app.command()
def words(
    kind: Kind,
    name: Name,
    as_: As,
    reason: Annotated[str, typer.Option(help="Why, in a few words.")],
    within: Within = None,
    purposes: Annotated[str | None, typer.Option(help="What it is kept for, by commas, such as investigation.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="The law by which it is processed.")] = None,
    conditions: Annotated[str | None, typer.Option(help="Handling codes H0 to H3, by commas.")] = None,
    condition_text: Annotated[str | None, typer.Option(help="What H3 asks for, in words.")] = None,
    confidentiality: Annotated[str | None, typer.Option(help="official-use, restricted or confidential.")] = None,
    evaluation: Annotated[str | None, typer.Option(help="Of source and information, such as B2.")] = None,
    minors: Annotated[bool | None, typer.Option("--minors/--adults", help="Whether minors are concerned.")] = None,
    every: Every = False,
    json_: Json = False,
) -> None:
    """Give it other words of its cover; what is left out stays. Looser ones may wait for a second officer."""
    with entered():
        from clew.actions import opening, restricting

        given = Reworded(
            purposes=purposes, legal_basis=legal_basis, conditions=conditions, condition_text=condition_text,
            confidentiality=confidentiality, evaluation=evaluation, is_minor=minors,
        )  # fmt: skip
        with opening.acting_as(opening.actor_of(as_)) as session:
            change = restricting.reword(session, kind, name, within, given, reason, reaches_own=every)
        told(json_, {"id": str(change.id), "state": change.state.value}, f"{change.id}  {change.state}")


@app.command()
def preview(
    kind: Kind,
    name: Name,
    member: Annotated[str, typer.Argument(help="Code of the member through whose eyes to look.")],
    as_: As,
    within: Within = None,
    json_: Json = False,
) -> None:
    """It as another member sees it: how many media for each use."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            sight = restricting.preview(session, kind, name, within, member.strip().upper())
        if json_:
            sys.stdout.write(json.dumps(_sight_json(sight)) + "\n")
            return
        console.print(f"{sight.member} sees {'it' if sight.sees_subject else 'nothing of it'}")
        for use, count in sight.media.items():
            console.print(f"  {count:>9,}  {_word(use)}")
        console.print(f"  {sight.told:>9,}  told what they match")


@app.command()
def approve(change: Change, as_: As) -> None:
    """Agree, as a second officer of the unit, to a wider handling."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            restricting.approve(session, _identifier(change))


@app.command()
def withdraw(change: Change, as_: As) -> None:
    """Take a proposal back, or refuse it."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            restricting.withdraw(session, _identifier(change))


@app.command()
def end(change: Change, as_: As) -> None:
    """End a restriction before its time."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            restricting.end(session, _identifier(change))


@app.command()
def rule(
    as_: As,
    second: Annotated[bool, typer.Option(help="A second officer must agree to a wider handling.")],
) -> None:
    """Say, as the member's administrator, whether a wider handling needs a second officer."""
    with entered():
        from clew.actions import opening, restricting

        with opening.acting_as(opening.actor_of(as_)) as session:
            restricting.ask_for_second(session, is_asked=second)


def said(actor: Actor, *, audience: str, uses: str, also: str, exclude: str) -> Handling:
    """The handling that somebody says at the command line.

    Raises:
        Invalid: it cannot be.
    """
    try:
        circle, members = audience_from_words(audience)
        named, named_uses = named_from_words(also, beside=circle)
        return handled(
            owner_member=actor.member, owner_unit=actor.unit, audience=circle,
            members=(members | named) - {actor.member}, excluded=codes_from_words(exclude),
            uses=uses_from_words(uses), named_uses=named_uses,
        )  # fmt: skip
    except ValueError as wrong:
        raise Invalid(f"This audience cannot be: {wrong}.") from None


def in_words(given: Handling) -> list[str]:
    """A handling as lines: who, and for what."""
    lines = [f"{given.owner_member}/{given.owner_unit}: everything"]
    circles = (
        (f"other units of {given.owner_member}", given.member_uses),
        (", ".join(sorted(given.members)), given.named_uses),
        ("all members", given.all_uses),
    )
    for who, uses in circles:
        if who:
            lines.append(f"{who}: {', '.join(_word(use) for use in Use if use & uses) or 'nothing'}")
    refused = sorted(given.excluded - {BLOCKED})
    if refused:
        lines.append(f"{', '.join(refused)}: nothing, whatever else is said")
    if given.is_blocked:
        lines.append("under examination: nobody else has any use of it")
    return lines


def cover_in_words(cover: Cover) -> list[str]:
    """The words of a cover as lines."""
    evaluation = f"{cover.source_evaluation}{cover.information_evaluation:d}"
    level = cover.confidentiality.name.lower().replace("_", "-")
    law = f" by {plain(cover.legal_basis)}" if cover.legal_basis else ""
    text = f": {plain(cover.condition_text)}" if cover.condition_text else ""
    return [
        f"kept for {', '.join(sorted(cover.purposes))}{law}",
        f"{', '.join(sorted(cover.conditions))}{text}",
        f"{level}, evaluated {evaluation}, {'minors concerned' if cover.is_minor else 'adults only'}",
        f"kept until {cover.retention_end}, reviewed on {cover.review_date}",
    ]


def _word(use: Use) -> str:
    return str(use.name).lower()


def _view_json(view: "View") -> dict[str, object]:
    return {
        "kind": view.kind.value, "name": view.name, "media": view.media, "handling": _handling_json(view.handling),
        "words": None if view.cover is None else _cover_json(view.cover),
        "changes": [
            {
                "id": str(change.id), "state": change.state.value, "reason": change.reason,
                "until": change.until.isoformat() if change.until else None, "by": change.proposed_by,
                "at": change.proposed_at.isoformat(),
                "handling": None if change.cover else _handling_json(change.given),
                "words": _cover_json(change.cover) if change.cover else None, "every": change.reaches_own,
            }
            for change in view.changes
        ],
    }  # fmt: skip


def _handling_json(given: Handling) -> dict[str, object]:
    circles = {"own_units": given.member_uses, "named": given.named_uses, "all": given.all_uses}
    return {
        "audience": given.audience.name.lower(),
        "uses": {circle: [_word(use) for use in Use if use & uses] for circle, uses in circles.items()},
        "members": sorted(given.members), "excluded": sorted(given.excluded),
    }  # fmt: skip


def _cover_json(cover: Cover) -> dict[str, object]:
    return {
        "purposes": sorted(cover.purposes), "legal_basis": cover.legal_basis, "conditions": sorted(cover.conditions),
        "condition_text": cover.condition_text,
        "confidentiality": cover.confidentiality.name.lower().replace("_", "-"),
        "evaluation": f"{cover.source_evaluation}{cover.information_evaluation:d}", "minors": cover.is_minor,
        "retention_end": cover.retention_end.isoformat(), "review_date": cover.review_date.isoformat(),
    }  # fmt: skip


def _sight_json(sight: "Sight") -> dict[str, object]:
    return {
        "member": sight.member, "sees_it": sight.sees_subject,
        "media": {_word(use): count for use, count in sight.media.items()}, "matches_told": sight.told,
    }  # fmt: skip


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words.strip()) if words.strip() else None
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2031-01-31.") from None


def _identifier(words: str) -> UUID:
    """What is no identifier names nothing: the same answer as for one that names nothing of the unit."""
    return identifier(words.strip(), "There is no such change of handling.")
