"""`clew officer`: the people who work here."""

import getpass
import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from clew.cli import files
from clew.cli.entry import Json, console, entered, write
from clew.cli.members import Reason, switch
from clew.domain.errors import Invalid, NotVisible
from clew.domain.officer import Role
from clew.domain.suspension import Level, Scope

app = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the officer.")]
PROPOSED = "The certification is proposed: an administrator of the member gives it on the page Administration."
RoleOf = Annotated[Role, typer.Option(help="What the officer is certified for.")]


@app.callback()
def officer() -> None:
    """Officers: the people who work here."""


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name to sign in with.")],
    member: Annotated[str, typer.Option(help="Code of the member.")],
    unit: Annotated[str, typer.Option(help="The unit within the member, such as VICTIM-ID.")],
    role: RoleOf = Role.INVESTIGATOR,
) -> None:
    """Admit and certify an officer; where the member has an administrator, one of them gives the certification."""
    with entered():
        from clew.actions import opening
        from clew.domain.certification import State

        state = opening.add_officer(name, member=member, unit=unit, role=role)
        console.print(f"{name.lower()} is an officer of {member.upper()}/{unit.upper()}")
        if state is State.PROPOSED:
            console.print(PROPOSED, style="dim")
        else:
            console.print(f"To sign in to the pages: clew officer password {name.lower()}", style="dim")


@app.command()
def certify(
    name: Name,
    trainer: Annotated[str, typer.Option(help="Who trained the officer.")],
    trained_on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="When.")],
    until: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the certification.")],
    role: RoleOf = Role.INVESTIGATOR,
) -> None:
    """Certify or renew: alone for 180 days while the member has no administrator, then as one of two people."""
    with entered():
        from clew.actions import admitting, opening
        from clew.domain.certification import State, training

        given = training(trainer, trained_on.date(), until.date())
        with opening.acting_as(admitting.operator_at(_member_of(name))) as session:
            state = admitting.certify(session, name, role, given)
        is_given = state is State.GIVEN
        console.print(f"{name.lower()} is certified as {role} until {until:%Y-%m-%d}" if is_given else PROPOSED)


@app.command()
def give(name: Name) -> None:
    """Give, as the second person, what an administrator proposed, while the member has fewer than three of them."""
    with entered():
        from clew.actions import admitting, opening

        with opening.acting_as(admitting.operator_at(_member_of(name))) as session:
            admitting.give_waiting(session, name)
        console.print(f"{name.lower()} is certified")


@app.command()
def suspend(name: Name, reason: Reason) -> None:
    """Stop an officer's access, from the next request on; running intakes wait."""
    switch(_scope(name), reason)


@app.command()
def resume(name: Name) -> None:
    """Lift the suspension of an officer."""
    switch(_scope(name), None)


@app.command()
def forget_keys(name: Name) -> None:
    """Take an officer's lost key away: password, second factors and sign-ins end; an administrator invites anew."""
    with entered():
        from clew.actions import admitting, opening

        with opening.acting_as(admitting.operator_at(_member_of(name))) as session:
            admitting.forget_keys(session, name)
        console.print(f"{name.lower()} can no longer sign in; an administrator invites anew")


@app.command(name="list")
def list_(member: Annotated[str, typer.Option(help="Code of the member.")], json_: Json = False) -> None:
    """Officers of a member with their role, standing and end of certification."""
    with entered():
        from clew.actions import admitting, opening

        with opening.acting_as(admitting.operator_at(member)) as session:
            found = admitting.roster(session)
        if json_:
            write({
                "officers": [
                    {
                        "officer": known.officer, "unit": known.unit, "role": known.role, "standing": known.standing,
                        "certified_until": None if known.ends_at is None else known.ends_at.isoformat(),
                        "second_factor": _factor(has_passkey=known.has_passkey, has_any=known.has_second_factor),
                        "signed_in_at": None if known.signed_in_at is None else known.signed_in_at.isoformat(),
                    }
                    for known in found
                ],
            })  # fmt: skip
            return
        table = Table("officer", "unit", "role", "standing", "certified until", "second factor", "signed in", box=None)
        for known in found:
            ends = "" if known.ends_at is None else f"{known.ends_at:%Y-%m-%d}"
            seen = "never" if known.signed_in_at is None else f"{known.signed_in_at:%Y-%m-%d}"
            factor = _factor(has_passkey=known.has_passkey, has_any=known.has_second_factor) or "none"
            said = (known.officer, known.unit, known.role or "", known.standing, ends, factor, seen)
            table.add_row(*map(Text, said))
        console.print(table)


@app.command()
def password(name: Name) -> None:
    """Set the password of an officer, on record, while no administrator can invite; asked for, or of standard input."""
    given = _asked() if sys.stdin.isatty() else files.given_line()
    with entered():
        from clew.actions import admitting

        admitting.set_password(name, given)
        console.print(f"{name.lower()} can sign in with the new password, and then adds a second factor")


def _factor(*, has_passkey: bool | None, has_any: bool | None) -> str | None:
    """The second factor that the officer has, a passkey before a code."""
    return "passkey" if has_passkey else "code" if has_any else None


def _scope(name: str) -> Scope:
    return Scope(level=Level.OFFICER, member=_member_of(name), officer=name.strip().lower())


def _member_of(name: str) -> str:
    with entered():
        from clew.actions import admitting

        member = admitting.member_of(name)
    if member is None:
        raise NotVisible("There is no such officer.")
    return member


def _asked() -> str:
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("The same again: "):
        raise Invalid("The two passwords differ.")
    return first
