"""`clew victim`, `clew offender`: people by reference, without names."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.entry import As, Json, console, entered, identifier, shown, write
from clew.cli.entry import said as told
from clew.domain.errors import Invalid
from clew.domain.offender import Established, OffenderFacts
from clew.domain.person import AgeBand, Sex, age_band
from clew.domain.victim import Said, VictimFacts

if TYPE_CHECKING:
    from clew.actions.portraying import Page

victims = typer.Typer(no_args_is_help=True)
offenders = typer.Typer(no_args_is_help=True)

SHOWN_PER_PAGE = 200

Victim = Annotated[str, typer.Argument(metavar="VICTIM", help="Its reference, such as V-482177348.")]
Offender = Annotated[str, typer.Argument(metavar="OFFENDER", help="Its reference, such as O-482177348.")]
Reason = Annotated[str, typer.Option(help="Why: others decide by it.")]
Basis = Annotated[str, typer.Option(help="On what basis this is said.")]
Own = Annotated[bool, typer.Option("--own", help="Only those of your unit.")]
After = Annotated[str | None, typer.Option(help="Where to go on, as the page before said.")]
Audience = Annotated[str, typer.Option(help='Who sees it: unit, member, "members NO,SE" or all.')]
SexOf = Annotated[Sex, typer.Option("--sex", help="As it is seen.")]
Age = Annotated[str, typer.Option(help="Between which ages, such as 7-9.")]
On = Annotated[str, typer.Option(help="The day on which the ages held, such as 2023-04-15.")]
Purpose = Annotated[str, typer.Option(help="Why you need to know, such as victim-identification.")]
Case = Annotated[str, typer.Option(help="The reference of the case for which you need it.")]


@victims.callback()
def victim() -> None:
    """Victims: children by reference, without names."""


@offenders.callback()
def offender() -> None:
    """Offenders: people by reference, and what is established."""


@victims.command("list")
def list_victims(as_: As, own: Own = False, after: After = None, json_: Json = False) -> None:
    """Victims that you may see, the newest first."""
    with entered():
        from clew.actions import opening, portraying

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = portraying.every_victim(session, own=own, after=after, limit=SHOWN_PER_PAGE)
        listed("victims", page, json_)


@victims.command("show")
def show_victim(name: Victim, as_: As, after: After = None, json_: Json = False) -> None:
    """A victim: what is known, what units assert of it, and its links; never who it is."""
    with entered():
        from clew.actions import opening, portraying
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = portraying.look_at_victim(session, name, after=after)
        shown(json_, answers.victim_json(view), answers.victim_in_words(view), view.links.next)


@victims.command("enter")
def enter_victim(
    as_: As, sex: SexOf = Sex.UNKNOWN, age: Age = "", on: On = "", basis: Basis = "", audience: Audience = "all",
    json_: Json = False,
) -> None:  # fmt: skip
    """Enter a victim of your unit; the node draws its reference."""
    with entered():
        from clew.actions import describing, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude="")
        with opening.acting_as(actor) as session:
            made = describing.enter_victim(session, VictimFacts(sex=sex, age=_age(age, on)), basis, given)
        told(json_, {"reference": made.kept.reference}, made.kept.reference)


@victims.command("describe")
def describe_victim(
    name: Victim, as_: As, basis: Basis, sex: SexOf = Sex.UNKNOWN, age: Age = "", on: On = "", json_: Json = False
) -> None:
    """Say what is known of a victim of your unit now; what was said before stays beside it."""
    with entered():
        from clew.actions import describing, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            describing.describe_victim(session, name, VictimFacts(sex=sex, age=_age(age, on)), basis)
        told(json_, {"victim": name}, "It is kept.")


@victims.command()
def same(one: Victim, other: Victim, as_: As, reason: Reason, json_: Json = False) -> None:
    """Say that two victims are one child. Your unit may take it back, and nobody else."""
    with entered():
        from clew.actions import asserting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = asserting.same(session, one, other, reason)
        told(json_, {"assertion": str(made)}, str(made))


@victims.command()
def say(
    name: Victim,
    said: Annotated[Said, typer.Argument(help="adult-now, no-real-child or altered.")],
    as_: As,
    reason: Reason,
    json_: Json = False,
) -> None:
    """Say of a victim that it is adult now, that there is no real child, or that media of it were altered."""
    with entered():
        from clew.actions import asserting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = asserting.say(session, name, said, reason)
        told(json_, {"assertion": str(made)}, str(made))


@victims.command()
def undo(
    assertion: Annotated[str, typer.Argument(help="Its identifier, as show gives it.")], as_: As, json_: Json = False
) -> None:
    """Take back what your unit said of victims."""
    with entered():
        from clew.actions import asserting, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            asserting.undo(session, _identifier(assertion))
        told(json_, {"assertion": assertion, "withdrawn": True}, "It is taken back.")


@offenders.command("list")
def list_offenders(as_: As, own: Own = False, after: After = None, json_: Json = False) -> None:
    """Offenders that you may see, the newest first."""
    with entered():
        from clew.actions import opening, portraying

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = portraying.every_offender(session, own=own, after=after, limit=SHOWN_PER_PAGE)
        listed("offenders", page, json_)


@offenders.command("show")
def show_offender(name: Offender, as_: As, after: After = None, json_: Json = False) -> None:
    """An offender: what is established, and its links; never who it is."""
    with entered():
        from clew.actions import opening, portraying
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = portraying.look_at_offender(session, name, after=after)
        shown(json_, answers.view_json(view), answers.view_in_words(view), view.links.next)


@offenders.command("enter")
def enter_offender(
    as_: As,
    established: Annotated[Established, typer.Option(help="What is established.")] = Established.UNKNOWN,
    sex: SexOf = Sex.UNKNOWN, age: Age = "", on: On = "", basis: Basis = "", audience: Audience = "all",
    json_: Json = False,
) -> None:  # fmt: skip
    """Enter an offender of your unit; the node draws its reference."""
    with entered():
        from clew.actions import describing, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude="")
        facts = OffenderFacts(established=established, sex=sex, age=_age(age, on))
        with opening.acting_as(actor) as session:
            made = describing.enter_offender(session, facts, basis, given)
        told(json_, {"reference": made.kept.reference}, made.kept.reference)


@offenders.command("describe")
def describe_offender(
    name: Offender, as_: As, basis: Basis,
    established: Annotated[Established, typer.Option(help="What is established now.")],
    sex: SexOf = Sex.UNKNOWN, age: Age = "", on: On = "", json_: Json = False,
) -> None:  # fmt: skip
    """Say what is established of an offender of your unit now."""
    with entered():
        from clew.actions import describing, opening

        facts = OffenderFacts(established=established, sex=sex, age=_age(age, on))
        with opening.acting_as(opening.actor_of(as_)) as session:
            describing.describe_offender(session, name, facts, basis)
        told(json_, {"offender": name}, "It is kept.")


@victims.command("entrust")
@offenders.command("entrust")
def entrust(name: Annotated[str, typer.Argument(metavar="REFERENCE")], as_: As, json_: Json = False) -> None:
    """Keep who it is, read from standard input: sealed, and for your unit alone."""
    with entered():
        from clew.actions import entrusting, opening

        words = files.given()
        with opening.acting_as(opening.actor_of(as_)) as session:
            entrusting.entrust(session, name, words)
        told(json_, {"entrusted": name}, "It is kept, for your unit alone.")


@victims.command("reveal")
@offenders.command("reveal")
def reveal(
    name: Annotated[str, typer.Argument(metavar="REFERENCE")], as_: As, purpose: Purpose, case: Case,
    json_: Json = False,
) -> None:  # fmt: skip
    """Who it is, if it is your unit's. That you asked is on record before you are told."""
    with entered():
        from clew.actions import entrusting, opening

        found = entrusting.reveal(opening.actor_of(as_), name, purpose=purpose, case=case)
        if json_:
            write({"identities": [
                {"words": one.words, "by": one.written_by, "at": one.written_at.isoformat()} for one in found
            ]})  # fmt: skip
            return
        for one in found:
            console.print(f"{one.written_at:%Y-%m-%d %H:%M}  {one.words}", markup=False)


@victims.command("forget")
@offenders.command("forget")
def forget(
    name: Annotated[str, typer.Argument(metavar="REFERENCE")], as_: As, purpose: Purpose, case: Case,
    json_: Json = False,
) -> None:  # fmt: skip
    """Have nothing stay of who it is."""
    with entered():
        from clew.actions import entrusting, opening

        entrusting.forget(opening.actor_of(as_), name, purpose=purpose, case=case)
        told(json_, {"forgotten": name}, "Nothing of who it is stays.")


def _age(ages: str, on: str) -> AgeBand | None:
    try:
        day = date.fromisoformat(on.strip()) if on.strip() else None
    except ValueError:
        raise Invalid("A day is written year-month-day, such as 2023-04-15.") from None
    return age_band(ages, day)


def _identifier(untrusted_words: str) -> UUID:
    return identifier(untrusted_words, "Your unit has no such assertion.")


def listed(what: str, page: "Page", as_json: bool) -> None:
    """Say a page of victims, offenders or places."""
    from clew.cli import link_answers as answers

    fields = {what: [answers.row_json(row) for row in page.items], "next": page.next}
    shown(as_json, fields, map(answers.row_in_words, page.items), page.next)
