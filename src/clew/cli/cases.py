"""`clew case`: which there are, how one ends for good, and stacks of what came before there were any."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.answers import plain
from clew.cli.entry import As, Json, aside, console, entered, said, shown, write

if TYPE_CHECKING:
    from clew.actions.opening import CaseLine

app = typer.Typer(no_args_is_help=True)

Reference = Annotated[str, typer.Argument(metavar="CASE", help="Reference of the case, such as NO-2026-17.")]
CERTIFICATE_BYTES_MAX = 64 * 1024
CASES_PER_PAGE = 50
EXHIBITS_SHOWN_MAX = 20


@app.callback()
def case() -> None:
    """Cases: which there are, how one ends for good; and near copies laid together afterwards."""


@app.command("list")
def list_(
    as_: As, after: Annotated[UUID | None, typer.Option(help="Go on behind this case.")] = None, json_: Json = False
) -> None:
    """Cases of your member that you may see, the newest first, with their first exhibits."""
    with entered():
        from clew.actions import opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            behind = None if after is None else str(after)
            page = opening.cases(session, after=behind, limit=CASES_PER_PAGE, exhibits_max=EXHIBITS_SHOWN_MAX)
        items = [
            {"reference": one.reference, "unit": one.unit, "exhibits": list(one.exhibits),
             "exhibits_count": one.exhibits_count, "opened_at": one.opened_at.isoformat()}
            for one in page.items
        ]  # fmt: skip
        lines = [
            f"{plain(one.reference)}  {one.unit or 'your unit'}  {one.opened_at:%Y-%m-%d}  {_exhibits(one)}"
            for one in page.items
        ] or ["There is no case."]
        shown(json_, {"cases": items, "next": page.next}, lines, page.next)


def _exhibits(one: "CaseLine") -> str:
    more = one.exhibits_count - len(one.exhibits)
    return ", ".join(map(plain, one.exhibits)) + (f" and {more:,} more" if more else "")


@app.command()
def ending(reference: Reference, as_: As, json_: Json = False) -> None:
    """How the end of a case of your unit stands: proposed, carried out, or neither."""
    with entered():
        from clew.actions import opening, shredding

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = shredding.look(session, reference)
        one = view.shredding
        fields = {
            "case": view.case, "is_open": view.is_open, "step": one and one.step,
            "proposed_by": one and one.proposed_by, "proposed_at": one and one.proposed_at.isoformat(),
            "confirmed_by": one and one.confirmed_by,
            "destroyed_at": one.destroyed_at.isoformat() if one is not None and one.destroyed_at is not None else None,
        }  # fmt: skip
        nobody = "It is open, and nobody proposed its end."
        said(json_, fields, nobody if one is None else f"{one.step}, by {plain(one.proposed_by)}")


@app.command()
def stack(reference: Reference, as_: As, json_: Json = False) -> None:
    """Lay near copies of a case of your unit together that came before there were stacks. Stopped, it is run again."""
    with entered() as configuration:
        from clew.actions import opening, stacking
        from clew.node.workplace import equipped

        media = moved = 0
        with equipped(configuration) as workplace:
            for step in stacking.stack_case(workplace, opening.actor_of(as_), reference):
                media, moved = media + step.looked_at, moved + step.moved
                aside.print(f"{media:,} media looked at, {moved:,} laid into stacks")
        said(json_, {"media": media, "moved": moved}, f"{moved:,} of {media:,} media that lay alone lie in stacks now")


@app.command()
def shred(
    reference: Reference,
    as_: As,
    confirm: Annotated[bool, typer.Option("--confirm", help="As the second officer: carry it out.")] = False,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the proposal back.")] = False,
    json_: Json = False,
) -> None:
    """Destroy the key of a case, its records and its media: one officer proposes, another of the unit confirms."""
    with entered() as configuration:
        from clew.actions import opening, shredding

        actor = opening.actor_of(as_)
        if not confirm:
            with opening.acting_as(actor) as session:
                (shredding.withdraw if withdraw else shredding.propose)(session, reference)
            console.print(
                "The proposal is taken back." if withdraw
                else f"Proposed. Another officer of {actor.unit} carries it out: the same command with --confirm."
            )  # fmt: skip
            return
        from clew.node import keys
        from clew.node.workplace import equipped

        with equipped(configuration) as workplace:
            text = shredding.confirm(
                workplace, actor, reference, backup_days=configuration.key_backup_days,
                seed=keys.key(configuration.keys_folder, keys.CERTIFICATES),
            )  # fmt: skip
        _show(text, as_json=json_)


@app.command()
def certificate(reference: Reference, as_: As, json_: Json = False) -> None:
    """The certificate of a case that was shredded."""
    with entered():
        from clew.actions import opening, shredding

        with opening.acting_as(opening.actor_of(as_)) as session:
            text = shredding.certificate(session, reference)
        _show(text, as_json=json_)


@app.command()
def verify(
    path: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A certificate as JSON.")],
    key: Annotated[str | None, typer.Option(help="Public key of the node that should have signed it.")] = None,
    json_: Json = False,
) -> None:
    """Check a certificate; needs no node."""
    from clew.domain import shredding
    from clew.keys import certificates

    text = files.read(path, CERTIFICATE_BYTES_MAX).decode("utf-8", "replace")
    statement = certificates.verified(text, key)
    if json_:
        write({"is_of_the_key": key is not None, "statement": statement})
        return
    console.print("The signature holds." if key else "The signature is that of the key which the certificate names.")
    console.print(shredding.in_words(statement), markup=False)


def _show(text: str, *, as_json: bool) -> None:
    from clew.domain import shredding
    from clew.keys import certificates

    if as_json:
        sys.stdout.write(text + "\n")
    else:
        console.print(shredding.in_words(certificates.verified(text)), markup=False)
