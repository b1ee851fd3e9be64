"""`clew series`: media that belong together, and which series are one."""

from typing import Annotated
from uuid import UUID

import typer

from clew.cli import files
from clew.cli.entry import As, Json, console, digests, entered, goes_on, identifier, said, write
from clew.domain.series import SeriesState

app = typer.Typer(no_args_is_help=True)

SHOWN_PER_PAGE = 200

Series = Annotated[str, typer.Argument(metavar="SERIES", help="Its reference, or the name of one of your unit's.")]
Media = Annotated[list[str], typer.Argument(metavar="SHA256...", help="Media of your unit by their SHA-256.")]
Reason = Annotated[str, typer.Option(help="Why: others decide by it.")]
Proposals = Annotated[list[str], typer.Argument(metavar="PROPOSAL...", help="Identifiers, as propose gives them.")]
Audience = Annotated[str, typer.Option(help='Who sees it: unit, member, "members NO,SE" or all.')]


@app.callback()
def series() -> None:
    """Series: media that belong together."""


@app.command("list")
def list_(
    as_: As,
    own: Annotated[bool, typer.Option("--own", help="Only those of your unit.")] = False,
    state: Annotated[SeriesState | None, typer.Option(help="Only those in this state.")] = None,
    after: Annotated[str | None, typer.Option(help="Where to go on, as the page before said.")] = None,
    json_: Json = False,
) -> None:
    """Series that you may see, the newest first."""
    with entered():
        from clew.actions import opening, surveying
        from clew.cli import series_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = surveying.every_series(session, own=own, state=state, after=after, limit=SHOWN_PER_PAGE)
        if json_:
            write({"series": [answers.line_json(line) for line in page.items], "next": page.next})
            return
        for line in page.items:
            console.print(answers.in_words(line), markup=False)
        goes_on(page.next)


@app.command()
def show(
    name: Series,
    as_: As,
    after: Annotated[str | None, typer.Option(help="Where its media go on, as the page before said.")] = None,
    rejected_after: Annotated[UUID | None, typer.Option(help="Of what was rejected, what lies behind this.")] = None,
    json_: Json = False,
) -> None:
    """A series: state, narrative, who contributes, what is one with it, and its media as facts."""
    with entered():
        from clew.actions import opening, surveying
        from clew.cli import series_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            view = surveying.look(session, name, rejected_after=rejected_after)
            page = surveying.media(session, name, after=after, limit=SHOWN_PER_PAGE)
        if json_:
            media = [answers.medium_json(row) for row in page.items]
            write({**answers.view_json(view), "media": media, "next": page.next})
            return
        for line in [*answers.view_in_words(view), *map(answers.medium_in_words, page.items)]:
            console.print(line, markup=False)
        goes_on(page.next)
        if view.rejected_next is not None:
            console.print(f"more was rejected: --rejected-after {view.rejected_next}", style="dim", markup=False)


@app.command("open")
def open_(
    title: Annotated[str, typer.Argument(help="What your unit calls it.")],
    as_: As,
    audience: Audience = "all",
    json_: Json = False,
) -> None:
    """Open a series of your unit; the node draws its reference."""
    with entered():
        from clew.actions import gathering, opening
        from clew.cli import handlings

        actor = opening.actor_of(as_)
        given = handlings.said(actor, audience=audience, uses="fingerprints,facts", also="", exclude="")
        with opening.acting_as(actor) as session:
            made = gathering.open_new(session, title, given)
        said(json_, {"reference": made.reference, "name": made.name}, made.reference)


@app.command()
def add(
    name: Series,
    as_: As,
    media: Annotated[list[str] | None, typer.Argument(metavar="[SHA256...]", help="Media of your unit.")] = None,
    case: Annotated[str | None, typer.Option(help="Or all media of this case of your unit.")] = None,
    exhibit: Annotated[str | None, typer.Option(help="Of the case, only this exhibit.")] = None,
    stacks_of: Annotated[
        str | None, typer.Option("--stacks-of", metavar="CASE", help="With all that lies in their stacks there, too.")
    ] = None,
    json_: Json = False,
) -> None:
    """Put media of your unit into a series, your own or another member's."""
    with entered():
        from clew.actions import gathering, opening

        names = digests(media or [])
        with opening.acting_as(opening.actor_of(as_)) as session:
            if stacks_of is None:
                count = gathering.add(session, name, media=names, case=case, exhibit=exhibit)
            else:
                count = len(gathering.add_stacks(session, name, stacks_of, names, exhibit).new)
        said(json_, {"media": count}, f"{count:,} media are new in it")


@app.command()
def remove(name: Series, media: Media, as_: As, reason: Reason, json_: Json = False) -> None:
    """Say that media are not in a series: your own are taken out, of others' your unit says so beside them."""
    with entered():
        from clew.actions import gathering, opening

        names = digests(media)
        with opening.acting_as(opening.actor_of(as_)) as session:
            done = gathering.remove(session, name, names, reason)
        fields: dict[str, object] = {"taken_out": done.taken_out, "dissented": done.dissented}
        said(json_, fields, f"{done.taken_out:,} taken out, {done.dissented:,} of others not agreed to")


@app.command()
def split(
    name: Series,
    media: Media,
    as_: As,
    title: Annotated[str, typer.Option(help="What your unit calls the new series.")],
    reason: Reason,
    json_: Json = False,
) -> None:
    """Move what your unit put into a series to a new one. It is undone like a merge."""
    with entered():
        from clew.actions import gathering, opening

        names = digests(media)
        with opening.acting_as(opening.actor_of(as_)) as session:
            made = gathering.split(session, name, names, title, reason)
        said(json_, {"reference": made.reference, "name": made.name}, made.reference)


@app.command()
def mark(
    name: Series,
    as_: As,
    state: Annotated[SeriesState, typer.Option(help="How far its enquiry has come.")],
    basis: Annotated[str, typer.Option(help="On what basis; asked for unless two officers agreed.")] = "",
    json_: Json = False,
) -> None:
    """Say of a series of your unit how far its enquiry has come."""
    with entered():
        from clew.actions import opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            opening.mark_series(session, name, state, basis)
        said(json_, {"series": name, "state": state.value}, f"{name} is {state}")


@app.command()
def narrate(
    name: Series,
    as_: As,
    words: Annotated[str, typer.Argument(help="What is known of it; - reads it from standard input.")] = "-",
    json_: Json = False,
) -> None:
    """Tell what is known of a series of your unit; earlier versions stay."""
    with entered():
        from clew.actions import gathering, opening

        text = files.given() if words == "-" else words
        with opening.acting_as(opening.actor_of(as_)) as session:
            gathering.narrate(session, name, text)
        said(json_, {"series": name}, "It is kept.")


@app.command()
def merge(one: Series, other: Series, as_: As, reason: Reason, json_: Json = False) -> None:
    """Say that two series are one. Your unit may take it back, and nobody else."""
    with entered():
        from clew.actions import gathering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            made = gathering.merge(session, one, other, reason)
        said(json_, {"assertion": str(made)}, str(made))


@app.command()
def undo(
    assertion: Annotated[str, typer.Argument(help="Identifier of a merge, a split or a dissent, as show gives it.")],
    as_: As,
    json_: Json = False,
) -> None:
    """Take back an assertion of your unit."""
    with entered():
        from clew.actions import gathering, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            gathering.undo(session, _identifier(assertion))
        said(json_, {"assertion": assertion, "withdrawn": True}, "It is taken back.")


@app.command()
def propose(
    as_: As,
    case: Annotated[str, typer.Option(help="A case of your unit.")],
    exhibit: Annotated[str | None, typer.Option(help="Of the case, only this exhibit.")] = None,
    json_: Json = False,
) -> None:
    """Look for what of a case may belong to series that you see; what is found waits for accept or reject."""
    with entered():
        from clew.actions import opening, proposing
        from clew.cli import series_answers as answers

        actor = opening.actor_of(as_)
        with opening.acting_as(actor) as session:
            done = proposing.propose(session, case, exhibit)
        with opening.acting_as(actor) as session:
            found = proposing.waiting(session, case, exhibit, limit=SHOWN_PER_PAGE + 1)
            waiting = found[:SHOWN_PER_PAGE]
            names = proposing.references(session, waiting)
        if json_:
            write({
                "media": done.media, "new": done.new, "is_cut": done.is_cut,
                "by_rule": {rule.value: count for rule, count in done.by_rule.items()},
                "waiting": [answers.proposal_json(one, names) for one in waiting],
                "has_more": len(found) > len(waiting),
            })  # fmt: skip
            return
        more = "; there is more: once more, or exhibit by exhibit" if done.is_cut else ""
        console.print(f"{done.media:,} media looked at, {done.new:,} proposals are new{more}", markup=False)
        for one in waiting:
            console.print(answers.proposal_in_words(one, names), markup=False)
        if len(found) > len(waiting):
            console.print("There are more, shown once these are decided.")


@app.command()
def accept(proposals: Proposals, as_: As, json_: Json = False) -> None:
    """Do what was proposed, as assertions of your unit."""
    with entered():
        from clew.actions import opening, proposing

        ids = [_identifier(one, "proposal") for one in proposals]
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = proposing.accept(session, ids)
        said(json_, {"accepted": count}, f"{count:,} accepted")


@app.command()
def reject(proposals: Proposals, as_: As, json_: Json = False) -> None:
    """Never propose these again, for whatever reason."""
    with entered():
        from clew.actions import opening, proposing

        ids = [_identifier(one, "proposal") for one in proposals]
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = proposing.reject(session, ids)
        said(json_, {"rejected": count}, f"{count:,} rejected")


@app.command()
def rejections(
    as_: As,
    case: Annotated[str, typer.Option(help="A case of your unit.")],
    exhibit: Annotated[str | None, typer.Option(help="Of the case, only this exhibit.")] = None,
    json_: Json = False,
) -> None:
    """What your unit rejected about a case, the latest first."""
    with entered():
        from clew.actions import opening, proposing
        from clew.cli import series_answers as answers

        with opening.acting_as(opening.actor_of(as_)) as session:
            found = proposing.rejected(session, case, exhibit, limit=SHOWN_PER_PAGE + 1)
            shown = found[:SHOWN_PER_PAGE]
            names = proposing.references(session, shown)
        if json_:
            write([answers.proposal_json(one, names) for one in shown])
            return
        for one in shown:
            console.print(answers.proposal_in_words(one, names), markup=False)
        if len(found) > len(shown):
            console.print(f"There are older ones than these {len(shown)}.")
        if not found:
            console.print("Nothing was rejected.")


@app.command()
def reconsider(proposals: Proposals, as_: As, json_: Json = False) -> None:
    """Take back what was rejected: it waits again."""
    with entered():
        from clew.actions import opening, proposing

        ids = [_identifier(one, "proposal") for one in proposals]
        with opening.acting_as(opening.actor_of(as_)) as session:
            count = proposing.reconsider(session, ids)
        said(json_, {"waiting": count}, f"{count:,} wait again")


def _identifier(untrusted_words: str, of_what: str = "assertion") -> UUID:
    return identifier(untrusted_words, f"Your unit has no such {of_what}.")
