"""`clew member`: the countries and bodies that take part."""

from typing import Annotated

import typer
from rich.markup import escape

from clew.cli.answers import plain
from clew.cli.entry import Json, console, entered, shown, write
from clew.domain.member import MemberKind
from clew.domain.suspension import Level, Scope

app = typer.Typer(no_args_is_help=True)
Code = Annotated[str, typer.Argument(help="ISO code, such as NO.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the member's audit.")]


@app.callback()
def member() -> None:
    """Members: the countries and bodies that take part."""


@app.command()
def add(
    code: Code,
    name: Annotated[str, typer.Argument(help='Name, such as "Norway".')],
    kind: Annotated[MemberKind | None, typer.Option(help="Two letters are a country unless said otherwise.")] = None,
    language: Annotated[list[str] | None, typer.Option(help="ISO 639 code, such as nb; may be said again.")] = None,
    contact: Annotated[str | None, typer.Option(help="Where other members reach this one.")] = None,
    legal_basis: Annotated[str | None, typer.Option(help="On what legal basis the member takes part.")] = None,
) -> None:
    """Add a member, or change one that is there; what is not said stays."""
    with entered():
        from clew.actions import entering

        entering.add_member(
            code, name, kind=kind, languages=language, contact_point=contact, legal_basis=legal_basis
        )
        console.print(f"{code.upper()} is a member: {name}", markup=False)


@app.command(name="list")
def list_(json_: Json = False) -> None:
    """All members with their units."""
    with entered():
        from clew.actions import entering

        found = entering.everybody()
        if json_:
            write({
                "members": [
                    {
                        "code": line.code, "name": line.particulars.name, "kind": line.particulars.kind.value,
                        "languages": list(line.particulars.languages), "contact": line.particulars.contact_point,
                        "legal_basis": line.particulars.legal_basis,
                        "units": [
                            {"code": unit.code, "specialities": sorted(unit.specialities)} for unit in line.units
                        ],
                    }
                    for line in found
                ],
            })  # fmt: skip
            return
        for line in found:
            languages = ", ".join(line.particulars.languages)
            console.print(f"{line.code:<8} {escape(line.particulars.name)}  {line.particulars.kind}  {languages}")
            for unit in line.units:
                console.print(f"           {unit.code}  {', '.join(sorted(unit.specialities))}", style="dim")


@app.command()
def suspend(code: Code, reason: Reason) -> None:
    """Stop all access of a member, from the next request on."""
    switch(Scope(level=Level.MEMBER, member=code.strip().upper()), reason)


@app.command()
def resume(code: Code) -> None:
    """Lift the suspension of a member."""
    switch(Scope(level=Level.MEMBER, member=code.strip().upper()), None)


@app.command()
def suspensions(code: Code, json_: Json = False) -> None:
    """Who is suspended of a member now: officers, units or all of it, with the reason; the latest first."""
    with entered():
        from clew.actions import admitting, opening, suspending

        with opening.acting_as(admitting.operator_at(code)) as session:
            found = suspending.look(session)
        items = [
            {"level": one.scope.level.value, "name": one.scope.name, "reason": one.reason, "laid_by": one.laid_by,
             "laid_at": one.laid_at.isoformat()}
            for one in found
        ]  # fmt: skip
        lines = [
            f"{one.scope.level}  {plain(one.scope.name)}  since {one.laid_at:%Y-%m-%d}, by {plain(one.laid_by)}:"
            f" {plain(one.reason)}"
            for one in found
        ] or ["Nobody is suspended."]
        shown(json_, {"suspensions": items}, lines, None)


def switch(scope: Scope, reason: str | None) -> None:
    """Suspend for a reason, or lift without one, as the node's operator."""
    with entered():
        from clew.actions import admitting, opening, suspending

        with opening.acting_as(admitting.operator_at(scope.member)) as session:
            if reason is not None:
                suspending.suspend(session, scope, reason)
            else:
                suspending.lift(session, scope)
        named = scope.name
        console.print(f"{named} {'is suspended' if reason is not None else 'may work again'}", markup=False)
