"""`clew unit`: teams within a member, and what each is good at."""

from typing import Annotated

import typer

from clew.cli.entry import Json, entered, said
from clew.cli.members import Reason, switch
from clew.domain.suspension import Level, Scope

app = typer.Typer(no_args_is_help=True)
Member = Annotated[str, typer.Argument(help="Code of the member.")]
Unit = Annotated[str, typer.Argument(help="Code of the unit, such as VICTIM-ID.")]


@app.callback()
def unit() -> None:
    """Units: teams within a member."""


@app.command()
def add(
    member: Member,
    unit: Unit,
    speciality: Annotated[list[str] | None, typer.Option(help="Such as intake; may be said again.")] = None,
    json_: Json = False,
) -> None:
    """Add a unit, or say anew what one that is there is good at."""
    with entered():
        from clew.actions import admitting, entering, opening
        from clew.domain.member import specialities

        known = specialities(speciality or [])
        with opening.acting_as(admitting.operator_at(member)) as session:
            entering.add_unit(session, unit, known)
        fields = {"member": member.upper(), "unit": unit.upper(), "specialities": sorted(known)}
        said(json_, fields, f"{member.upper()}/{unit.upper()}: {', '.join(sorted(known)) or 'no speciality named'}")


@app.command()
def suspend(member: Member, unit: Unit, reason: Reason) -> None:
    """Stop all access of a unit, from the next request on."""
    switch(Scope(level=Level.UNIT, member=member.strip().upper(), unit=unit.strip().upper()), reason)


@app.command()
def resume(member: Member, unit: Unit) -> None:
    """Lift the suspension of a unit."""
    switch(Scope(level=Level.UNIT, member=member.strip().upper(), unit=unit.strip().upper()), None)
