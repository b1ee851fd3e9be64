"""`clew init`, `serve`, `work`, `doctor` and `openapi`: the node itself."""

import json
import sys

import typer
from rich.markup import escape

from clew.cli.entry import Json, aside, console, entered
from clew.node.configuration import Configuration


def init() -> None:
    """Make a node, or bring it up to date: keys, database, compiled code. Safe to run again."""
    from clew.node import founded, founding

    configuration = Configuration.from_environment()
    with aside.status("keys and database"):
        founding.found(configuration, say=aside.print)
    with founded.opened(configuration), aside.status("compiling, once"):
        from clew.node import workplace

        with workplace.equipped(configuration) as made:
            workplace.warm()
            sandbox = workplace.sandbox_in_words(made)
    console.print(f"The node is ready in {configuration.home}")
    console.print(sandbox)
    console.print('Next: clew member add NO "Norway"', style="dim")


def work() -> None:
    """Do jobs until Ctrl-C: all of intakes of this machine, and the closer look at media that are in the vault."""
    with entered() as configuration:
        from clew.node.serving import work_for_ever

        work_for_ever(configuration)


def serve() -> None:
    """Serve the pages and do jobs, until Ctrl-C."""
    with entered() as configuration:
        from clew.node.serving import serve_for_ever

        console.print(f"http://{configuration.listen_host}:{configuration.listen_port}/  (Ctrl-C stops)")
        serve_for_ever(configuration)


def openapi() -> None:
    """Print the OpenAPI document of the API that other software calls."""
    with entered():
        from clew.api.operations import described

        sys.stdout.write(described())


def doctor(json_: Json = False) -> None:
    """Check the node: one line for each check; exit code 1 where one fails, and not where one only warns."""
    with entered() as configuration:
        from clew.node.checkup import checks
        from clew.node.connection import facts

        failed = 0
        found = []
        for check in checks(configuration, facts(configuration)):
            failed += not check.ok
            found.append({"name": check.name, "ok": check.ok, "warns": check.warns, "sentence": check.sentence})
            if not json_:
                sign = "[red]NO[/]" if not check.ok else "[yellow]!![/]" if check.warns else "[green]ok[/]"
                console.print(f"{sign}  {escape(check.name)}: {escape(check.sentence)}")
        if json_:
            sys.stdout.write(json.dumps({"ok": not failed, "checks": found}) + "\n")
        if failed:
            raise typer.Exit(1)
