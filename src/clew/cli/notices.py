"""`clew notice`: that something waits for one's unit."""

import json
import sys
from typing import Annotated
from uuid import UUID

import typer

from clew.cli.answers import plain
from clew.cli.entry import As, Json, console, entered
from clew.domain.message import NoticeKind

app = typer.Typer(no_args_is_help=True)
WORDS = {
    NoticeKind.OVERLAP: "there is an overlap",
    NoticeKind.OVERLAP_REMINDER: "an overlap waits for your answer",
    NoticeKind.CONTACT: "both sides of an overlap consented",
    NoticeKind.MESSAGE: "a message waits to be read",
    NoticeKind.MESSAGE_DUE: "a request is past its day",
    NoticeKind.LEAD: "there is a lead on a series",
    NoticeKind.PROPOSALS: "programs propose what may belong to series: clew series propose --case lists it",
    NoticeKind.IDENTIFIED: "the child in a series that your unit had a part in is identified",
    NoticeKind.SAFEGUARDED: "the child in a series that your unit had a part in is safe",
    NoticeKind.TASK_FORCE: "a task force waits for a word of yours",
    NoticeKind.OUTCOME_TAKEN_BACK: "what your unit was told of a series was a mistake: look at it again",
    NoticeKind.REVIEW: "records of your unit end within six months and await a decision: clew retention list",
    NoticeKind.DONE_ALONE: "the operator of the node certified an officer, or set a password, alone: ask your auditor",
}


@app.callback()
def notice() -> None:
    """Notices: that something waits for your unit."""


@app.command("list")
def list_(as_: As, json_: Json = False) -> None:
    """What waits for your unit, the latest first; then what was seen."""
    with entered():
        from clew.actions import corresponding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            page = corresponding.notices(session)
        if json_:
            said = [
                {
                    "id": str(one.id), "kind": one.kind.value, "subject": str(one.subject_id), "about": one.about,
                    "raised_at": one.raised_at.isoformat(), "is_seen": one.seen_at is not None,
                    "media_since": one.since and one.since.isoformat(), "many": one.many,
                }
                for one in page.items
            ]  # fmt: skip
            sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
            return
        for one in page.items:
            about = f"  {plain(one.about)}" if one.about else f"  {one.subject_id}"
            seen = "" if one.seen_at is None else "  seen"
            if one.since is not None:
                about += f"  your media: {one.since:%B %Y}"
            if one.many is not None:
                about += f"  {one.many:,} new"
            console.print(f"{one.raised_at:%Y-%m-%d %H:%M}  {one.id}  {WORDS[one.kind]}{about}{seen}", markup=False)
        if not page.items:
            console.print("Nothing waits for your unit.")
        if page.has_more:
            console.print("There are more: they come up once these are seen.", style="dim")


@app.command()
def mail(
    as_: As,
    to: Annotated[str, typer.Option(help="Your address; empty: no mail any more.")] = "",
) -> None:
    """Be told by e-mail that something waits: the mail says no more than that."""
    with entered():
        from clew.actions import mailing, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            mailing.say_address(session, to)
        console.print("It is kept." if to else "You get no mail.")


@app.command()
def seen(
    notice: Annotated[UUID, typer.Argument(metavar="NOTICE", help="Its identifier.")],
    as_: As,
) -> None:
    """Say that a notice was seen."""
    with entered():
        from clew.actions import corresponding, opening

        with opening.acting_as(opening.actor_of(as_)) as session:
            corresponding.see(session, notice)
        console.print("It is seen.")
