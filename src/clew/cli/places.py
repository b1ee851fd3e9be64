"""`clew place`: places by what they are known, and where they are."""

from typing import Annotated

import typer

from clew.cli.entry import As, Json, entered, shown
from clew.cli.entry import said as told
from clew.cli.people import SHOWN_PER_PAGE, After, Audience, Basis, Own, listed
from clew.domain.place import PlaceFacts, PlaceKind, around_in, point_in

app = typer.Typer(no_args_is_help=True)

Place = Annotated[str, typer.Argument(metavar="PLACE", help="Its reference, such as P-482177348.")]
KindOf = Annotated[PlaceKind, typer.Option("--kind", help="By what it is known.")]
Country = Annotated[str, typer.Option(help="Two letters, such as BR.")]
At = Annotated[str, typer.Option(help="Latitude, longitude and metres, such as 59.91,10.75,50.")]
Name = Annotated[str, typer.Option(help="What your unit calls the place.")]
Uses = Annotated[str, typer.Option(help="What the audience may use it for: original shows others the exact point.")]


@app.callback()
def place() -> None:
    """Places: by what they are known, and where they are."""


@app.command("list")
def list_places(as_: As, own: Own = False, after: After = None, json_: Json = False) -> None:
    """Places that you may see, the newest first."""
    with entered():
        from clew.actions import opening, portraying

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = portraying.every_place(session, own=own, after=after, limit=SHOWN_PER_PAGE)
        listed("places", page, json_)


@app.command("show")
def show_place(name: Place, as_: As, after: After = None, json_: Json = False) -> None:
    """A place: by what it is known, where it is as near as you may know it, and its links."""
    with entered():
        from clew.actions import opening, portraying
        from clew.cli import link_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = portraying.look_at_place(session, name, after=after)
        shown(json_, answers.view_json(view), answers.view_in_words(view), view.links.next)


@app.command("map")
def map_places(
    as_: As,
    at: Annotated[str, typer.Option(help="Around a point, such as 59.91,10.75.")] = "",
    km: Annotated[str, typer.Option(help="Within so many kilometres; else 50.")] = "",
    json_: Json = False,
) -> None:
    """Places that a map shows, the newest first, each as near as you may know it; around a point, if asked."""
    with entered():
        from clew.actions import opening, portraying
        from clew.cli import link_answers as answers

        around = around_in(at, km)
        with opening.acting_as(opening.actor_of(as_)) as session:
            found = portraying.chart_places(session, around)
        lines = [*map(answers.row_in_words, found.items)] or ["There is no such place that you may see."]
        more = ["There are older ones."] if found.is_cut else []
        fields = {"places": [answers.row_json(row) for row in found.items], "is_cut": found.is_cut}
        shown(json_, fields, [*lines, *more], None)


@app.command("enter")
def enter_place(
    as_: As, kind: KindOf, country: Country = "", at: At = "", name: Name = "", basis: Basis = "",
    audience: Audience = "all", uses: Uses = "fingerprints,facts", json_: Json = False,
) -> None:  # fmt: skip
    """Enter a place of your unit; the node draws its reference."""
    with entered():
        from clew.actions import describing, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = handlings.said(actor, audience=audience, uses=uses, also="", exclude="")
        facts = PlaceFacts(kind=kind, country=country.strip().upper(), point=point_in(at))
        with opening.acting_as(actor) as session:
            made = describing.enter_place(session, facts, name, basis, given)
        told(json_, {"reference": made.kept.reference}, made.kept.reference)


@app.command("describe")
def describe_place(
    place: Place, as_: As, kind: KindOf, basis: Basis, country: Country = "", at: At = "", name: Name = "",
    json_: Json = False,
) -> None:  # fmt: skip
    """Say what is known of a place of your unit now; what is left out is not known any more."""
    with entered():
        from clew.actions import describing, opening

        facts = PlaceFacts(kind=kind, country=country.strip().upper(), point=point_in(at))
        with opening.acting_as(opening.actor_of(as_)) as session:
            describing.describe_place(session, place, facts, name, basis)
        told(json_, {"place": place}, "It is kept.")
