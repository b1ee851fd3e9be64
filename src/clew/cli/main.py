"""`clew`: the command line. Exit codes: 0 done, 1 refused with one sentence, 2 wrong usage."""

import gc
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import copy
from functools import cache
from pathlib import Path
from typing import Annotated, cast

import typer
from typer.main import get_command_name

from clew.domain.errors import ClewError
from clew.node.configuration import enter_academy

# Compiled code is kept with the node. Set before anything imports numba, which reads it once.
os.environ.setdefault(
    "NUMBA_CACHE_DIR", str(Path(os.environ.get("CLEW_HOME") or "~/.clew").expanduser().absolute() / "cache")
)

# What is imported stays: the collector of memory would go through it again and again, a sixth of the start.
gc.disable()
from clew.cli import (  # noqa: E402
    academies,
    audits,
    budgets,
    cases,
    categories,
    clues,
    crops,
    demo,
    exercises,
    exhibits,
    handlings,
    hash_lists,
    identifications,
    keys,
    leads,
    links,
    marks,
    matches,
    members,
    messages,
    metadata,
    nodes,
    notices,
    officers,
    overlaps,
    people,
    places,
    programs,
    provenances,
    questions,
    readinesses,
    referrals,
    releases,
    reports,
    requests,
    retentions,
    schemes,
    searches,
    series,
    taskforces,
    triages,
    units,
    views,
    workbenches,
)

gc.enable()

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"max_content_width": 100},
)
app.add_typer(academies.app, name="academy", help="The academy: exercises for officers, apart from all that is real.")
app.add_typer(audits.app, name="audit", help="What was done, and proof of it.")
app.add_typer(members.app, name="member", help="Members: the countries and bodies that take part.")
app.add_typer(units.app, name="unit", help="Units: teams within a member.")
app.add_typer(officers.app, name="officer", help="Officers: the people who work here.")
app.add_typer(exercises.app, name="exercise", help="An exercise of the academy, from within it.")
app.add_typer(handlings.app, name="handling", help="Handling: who may use records, and for what.")
app.add_typer(cases.app, name="case", help="Cases: which there are, how one ends; stacks laid afterwards.")
app.add_typer(categories.app, name="category", help="Categories: observed once, and made by each scheme.")
app.add_typer(clues.app, name="clue", help="Clues: what was seen, heard or read in media.")
app.add_typer(marks.app, name="mark", help="Marks: whether media matter to your unit's enquiry.")
app.add_typer(views.app, name="view", help="Saved views: filters of media that you keep under names.")
app.add_typer(matches.app, name="match", help="Matches: whether two media are the same, as officers say.")
app.add_typer(crops.app, name="crop", help="Crops: objects cut out of media, let out by a second officer.")
app.add_typer(identifications.app, name="identification", help="Identification: how victims are found, by two.")
app.add_typer(budgets.app, name="budget", help="Reveal budgets: how many media an officer may reveal.")
app.add_typer(keys.app, name="key", help="Keys: renewed, and looked after.")
app.add_typer(hash_lists.app, name="hash-list", help="Hash lists: which there are, and those that leave.")
app.add_typer(leads.app, name="lead", help="Leads: reasons to look closer at a series.")
app.add_typer(messages.app, name="message", help="Messages: what units ask one another about records.")
app.add_typer(notices.app, name="notice", help="Notices: that something waits for your unit.")
app.add_typer(questions.app, name="question", help="Questions: whether others know an object.")
app.add_typer(referrals.app, name="referral", help="Referrals: what is handed over to the likely country.")
app.add_typer(overlaps.app, name="overlap", help="Overlaps: another member is on the same ground.")
app.add_typer(readinesses.app, name="readiness", help="Readiness: how far members have come on their way in.")
app.add_typer(releases.app, name="release", help="Releases: originals opened to one other member.")
app.add_typer(reports.app, name="report", help="Reports of a member, as numbers.")
app.add_typer(requests.app, name="request", help="Requests: people who ask what is kept about them.")
app.add_typer(retentions.app, name="retention", help="Retention: until when records are kept, and what ends by itself.")
app.add_typer(schemes.app, name="scheme", help="Schemes: which facts make which category.")
app.add_typer(series.app, name="series", help="Series: media that belong together.")
app.add_typer(taskforces.app, name="taskforce", help="Task forces: chosen series, named members, a time.")
app.add_typer(people.victims, name="victim", help="Victims: children by reference, without names.")
app.add_typer(people.offenders, name="offender", help="Offenders: people by reference, and what is established.")
app.add_typer(places.app, name="place", help="Places: by what they are known, and where they are.")
app.add_typer(programs.app, name="program", help="Programs: software of a member, by a token with scopes.")
app.add_typer(links.app, name="link", help="Links: what joins records, and what is reached from one.")
series.app.command()(workbenches.vote)
series.app.command()(workbenches.unvote)


@app.callback()
def clew(
    academy: Annotated[
        bool, typer.Option("--academy", help="Work in the academy of this node, in exercises and with nothing else.")
    ] = False,
) -> None:
    """Clew: media of many countries compared, and children found."""
    if academy:
        enter_academy(os.environ)


for command in (
    nodes.init,
    nodes.serve,
    nodes.work,
    nodes.doctor,
    nodes.openapi,
    exhibits.intake,
    searches.search,
    metadata.metadata,
    provenances.provenance,
    triages.triage,
    triages.compare,
    workbenches.workbench,
    demo.demo,
):
    app.command()(command)
# What stands for a camera may begin with a hyphen, as one in 64 does.
app.command(context_settings={"ignore_unknown_options": True})(searches.search_media)


def named(untrusted_words: Sequence[str]) -> typer.Typer:
    """What somebody typed, with only the group or command that it names: 250 are built otherwise, to run one."""
    asked = next((word for word in untrusted_words if not word.startswith("-")), "")
    return _alone().get(asked, app)  # all of them for the help of all, and for what there is not


@cache
def _alone() -> Mapping[str, typer.Typer]:
    """Each group and each command by its name, as if there were no other."""
    found: dict[str, typer.Typer] = {}
    for group in app.registered_groups:
        found[str(group.name)] = alone = copy(app)
        alone.registered_groups, alone.registered_commands = [group], []
    for command in app.registered_commands:
        name = command.name or get_command_name(cast("Callable[..., None]", command.callback).__name__)
        found[name] = alone = copy(app)
        alone.registered_groups, alone.registered_commands = [], [command]
    return found


def main() -> None:
    """Run the command; a refusal is one sentence on standard error."""
    try:
        try:
            named(sys.argv[1:])()
        finally:
            sys.stdout.flush()  # what finds no room is told here, not by the interpreter's last words
    except ClewError as refused:
        sys.stderr.write(f"{refused}\n")
        sys.exit(1)
    except OSError as failed:
        _let_go_of_the_answer()
        sys.stderr.write(f"A disk, file or device cannot be used: {failed.strerror or type(failed).__name__}.\n")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _let_go_of_the_answer() -> None:
    """Nobody takes what is still to be written: the interpreter would try once more as it ends, and say so."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
