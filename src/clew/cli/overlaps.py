"""`clew overlap`: that another member is on the same ground, blind until both consent."""

import json
import sys
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, day, entered, goes_on
from clew.domain.errors import Invalid
from clew.domain.handling_change import SubjectKind
from clew.domain.overlap import Mode, Rule, Step

if TYPE_CHECKING:
    from clew.actions.deconflicting import Card, Line, View

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="CASE", help="Reference of the case, or name of the hash list.")]
OfList = Annotated[bool, typer.Option("--hash-list", help="It is a hash list.")]
Unit = Annotated[str | None, typer.Option(help="The unit of your member whose it is, if not your own.")]
Reason = Annotated[str, typer.Option(help="Why, in a few words. Only your own member reads it.")]
DEFAULT = "default"


@app.callback()
def overlap() -> None:
    """Overlaps: another member is on the same ground, blind until both consent."""


@app.command("list")
def list_(
    as_: As,
    after: Annotated[UUID | None, typer.Option(help="Go on after this side.")] = None,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those of which your unit said nothing yet.")] = False,
    json_: Json = False,
) -> None:
    """What your member was told of cases and hash lists that you may see, the latest first."""
    with entered() as configuration:
        from clew.actions import deconflicting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = deconflicting.sides(session, after_side=after, is_waiting=waiting)
        if json_:
            sys.stdout.write(json.dumps([_line_json(line) for line in page.items], ensure_ascii=False) + "\n")
            return
        for line in page.items:
            _show_line(line)
        if not page.items:
            hours = configuration.overlap_hours
            console.print(
                "Your member was told of no overlap. Members are told together,"
                f" once in {hours} hours, while clew work runs."
            )
        goes_on(page.next)


@app.command()
def show(name: Name, as_: As, hash_list: OfList = False, unit: Unit = None, json_: Json = False) -> None:
    """By which rule a case meets others, whether an overlap was told of it, and what your side said."""
    with entered():
        from clew.actions import deconflicting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = deconflicting.look(session, _kind(hash_list), name, unit)
        _show(view, as_json=json_)


@app.command()
def consent(
    name: Name, as_: As, hash_list: OfList = False, unit: Unit = None, reason: Reason = "",
    words: Annotated[str, typer.Option(help="What the other side reads on your card, if it consents too.")] = "",
    json_: Json = False,
) -> None:  # fmt: skip
    """Let whoever overlaps with a case and consents too know whom to ask. It holds for all that overlap with it."""
    _say(name, as_, hash_list, unit, Step.CONSENT, reason=reason, words=words, as_json=json_)


@app.command()
def decline(
    name: Name, as_: As, reason: Reason, hash_list: OfList = False, unit: Unit = None, json_: Json = False
) -> None:
    """Let nobody know of a case. The other side is not told."""
    _say(name, as_, hash_list, unit, Step.DECLINE, reason=reason, as_json=json_)


@app.command()
def wait(
    name: Name, as_: As, reason: Reason, hash_list: OfList = False, unit: Unit = None,
    until: Annotated[str | None, typer.Option(help="Day on which you want to be asked again.")] = None,
    json_: Json = False,
) -> None:  # fmt: skip
    """Leave it open for now. The other side is not told."""
    _say(name, as_, hash_list, unit, Step.WAIT, reason=reason, until=until, as_json=json_)


@app.command()
def mode(
    as_: As,
    name: Annotated[str | None, typer.Argument(metavar="CASE", help="Absent: your member's own rule.")] = None,
    to: Annotated[str | None, typer.Option(help="open, contact or silent; default: as your member says.")] = None,
    reason: Reason = "",
    hash_list: OfList = False,
    json_: Json = False,
) -> None:
    """Show or set the rule by which a case, or every case of your member, meets others."""
    with entered():
        from clew.actions import deconflicting, opening

        wanted = None if to is None else _mode(to)
        with opening.acting_as(opening.actor_of(as_)) as session:
            if to is not None and name is not None:
                deconflicting.set_mode(session, _kind(hash_list), name, wanted, reason)
            elif to is not None:
                if wanted is None:
                    raise Invalid("A member has one of the three rules.")
                deconflicting.set_mode_of_member(session, wanted, reason)
            if name is None:
                now, rules = deconflicting.mode_of_member(session)
            else:
                view = deconflicting.look(session, _kind(hash_list), name)
                now, rules = view.mode, view.rules
        if json_:
            said = {"mode": now.value, "rules": [_rule_json(rule) for rule in rules]}
            sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
            return
        console.print(f"Rule: {now.value}", markup=False)
        for rule in rules:
            _show_rule(rule)


def _say(
    name: str, as_: str, hash_list: bool, unit: str | None, step: Step, *, as_json: bool, reason: str = "",
    words: str = "", until: str | None = None,
) -> None:  # fmt: skip
    with entered():
        from clew.actions import deconflicting, opening

        again_on = None if until is None else day(until)
        with opening.acting_as(opening.actor_of(as_)) as session:
            view = deconflicting.say(
                session, _kind(hash_list), name, step, reason=reason, words=words, again_on=again_on, unit=unit
            )
        _show(view, as_json=as_json)


def _show(view: "View", *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(_view_json(view), ensure_ascii=False) + "\n")
        return
    console.print(f"{view.place.kind.value} {plain(view.place.name)}  rule {view.mode.value}", markup=False)
    if view.line is None:
        console.print("No overlap was told of it.")
    else:
        _show_line(view.line)
    for fact in view.facts:
        series = "" if fact.series is None else f"  series {plain(fact.series)}, {fact.state}"
        console.print(f"  open: {fact.member}/{plain(fact.unit)}{series}", markup=False)
    for said in view.said:
        console.print(
            f"  {said.decided_at:%Y-%m-%d %H:%M} {said.decided_by}: {said.step.value} {plain(said.reason)}",
            markup=False,
        )


def _show_line(line: "Line") -> None:
    side = line.side
    due = f"  asks again on {line.remind_on}" if line.remind_on else ""
    console.print(
        f"{side.released_at:%Y-%m-%d %H:%M}  {side.kind.value:<9} {plain(side.name)} of {plain(side.unit)}"
        f"  there is an overlap  {side.state.value}  {line.mode.value}{due}",
        markup=False,
    )
    for card in line.cards:
        words = f"  {plain(card.contact.words)}" if card.contact.words else ""
        console.print(
            f"  contact: {card.contact.member} {plain(card.name)}, {plain(card.contact.unit)},"
            f" {plain(card.contact_point) or 'no contact point'}{words}",
            markup=False,
        )  # fmt: skip


def _show_rule(rule: Rule) -> None:
    waits = "" if rule.is_in_force else "  waits for a second officer"
    named = DEFAULT if rule.mode is None else rule.mode.value
    when = f"{rule.changed_at:%Y-%m-%d %H:%M}"
    console.print(f"  {when} {rule.changed_by}: {named} {plain(rule.reason)}{waits}", markup=False)


def _line_json(line: "Line") -> dict[str, object]:
    side = line.side
    return {
        "kind": side.kind.value, "name": side.name, "unit": side.unit, "told_at": side.released_at.isoformat(),
        "state": side.state.value, "mode": line.mode.value,
        "remind_on": line.remind_on.isoformat() if line.remind_on else None, "is_due": line.is_due,
        "contacts": [_card_json(card) for card in line.cards],
    }  # fmt: skip


def _card_json(card: "Card") -> dict[str, object]:
    contact = card.contact
    return {
        "id": str(contact.id), "member": contact.member, "name": card.name, "unit": contact.unit,
        "contact_point": card.contact_point, "words": contact.words, "since": contact.since.isoformat(),
    }  # fmt: skip


def _view_json(view: "View") -> dict[str, object]:
    return {
        "kind": view.place.kind.value, "name": view.place.name, "unit": view.place.unit, "mode": view.mode.value,
        "overlap": None if view.line is None else _line_json(view.line),
        "said": [
            {
                "step": said.step.value, "reason": said.reason, "words": said.words, "by": said.decided_by,
                "at": said.decided_at.isoformat(), "again_on": said.again_on.isoformat() if said.again_on else None,
            }
            for said in view.said
        ],
        "open": [
            {"member": fact.member, "unit": fact.unit, "series": fact.series, "state": fact.state and fact.state.value}
            for fact in view.facts
        ],
        "rules": [_rule_json(rule) for rule in view.rules],
    }  # fmt: skip


def _rule_json(rule: Rule) -> dict[str, object]:
    return {
        "mode": None if rule.mode is None else rule.mode.value, "reason": rule.reason, "by": rule.changed_by,
        "at": rule.changed_at.isoformat(), "is_in_force": rule.is_in_force,
    }  # fmt: skip


def _kind(hash_list: bool) -> SubjectKind:
    return SubjectKind.HASH_LIST if hash_list else SubjectKind.CASE


def _mode(words: str) -> Mode | None:
    try:
        return None if words == DEFAULT else Mode(words)
    except ValueError:
        raise Invalid(f"A rule is {', '.join(Mode)} or {DEFAULT}.") from None
