"""`clew demo`: three fictional countries with drawn media, and one fictional seizure."""

import secrets
import socket
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from clew.cli import answers, nodes
from clew.cli.entry import aside, console, entered
from clew.domain.errors import Unavailable
from clew.node import keys
from clew.node.configuration import Configuration

CASE, EXHIBIT, OFFICER = "XC-2026-17", "PHONE-1", "cleo"
PORTS_TRIED = 20


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop after the answer instead of serving the page.")] = False,
    code: Annotated[bool, typer.Option("--code", help="Only say the code that the second factor shows now.")] = False,
) -> None:
    """Start a node with three fictional countries, take in a fictional seizure and show its triage."""
    configuration = Configuration.from_environment()
    if code:
        _say_code(configuration)
        return
    if not keys.exist(configuration.keys_folder) or not (configuration.keys_folder / "founded").exists():
        nodes.init()
    with entered():
        password = _password(configuration.home / "demo-password")
        _tell_story(configuration, password)
        if not once:
            _serve(configuration, password)


def _tell_story(configuration: Configuration, password: str) -> None:
    from clew.actions import opening, triaging
    from clew.cli import demo_story
    from clew.node.workplace import equipped

    with equipped(configuration) as workplace:
        demo_story.tell(workplace, configuration.home / "demo-media", password, aside)
    actor = opening.actor_of(OFFICER)
    with opening.acting_as(actor) as session:
        counts = triaging.counts(session, CASE, EXHIBIT)
    console.print()
    answers.show_counts(console, f"{CASE} {EXHIBIT}", counts)
    answers.show_media(console, triaging.every_medium(actor, CASE, EXHIBIT))


def _serve(configuration: Configuration, password: str) -> None:
    from clew.node.serving import serve_for_ever

    port = _free_port(configuration.listen_host, configuration.listen_port)
    console.print(
        f"\nThe same on a page:  http://{_name(configuration.listen_host)}:{port}/cases/{quote(CASE)}/exhibits/{quote(EXHIBIT)}/"
    )
    secret = _secret(configuration.home / "demo-second-factor")
    console.print(f"Sign in as {OFFICER} with the password {password}  (Ctrl-C stops everything)", soft_wrap=True)
    console.print(
        f"The second factor: add the secret {secret} to an authenticator app, or ask for the code of the moment\n"
        "with clew demo --code (make demo: CLEW_HOME=.demo .venv/bin/clew demo --code)",
        soft_wrap=True,
    )
    serve_for_ever(configuration, port=port)


def _password(path: Path) -> str:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(8), "ascii")  # one press chooses all of it: no sign in it
    return path.read_text("ascii")


def _secret(path: Path) -> str:
    """The authenticator secret of the demonstration's officer, given the first time."""
    from clew.web import second_factors

    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(second_factors.give_code(OFFICER), "ascii")
    return path.read_text("ascii")


def _say_code(configuration: Configuration) -> None:
    path = configuration.home / "demo-second-factor"
    if not path.exists():
        raise Unavailable("The demonstration has not served its page yet: run clew demo first.")
    with entered():
        from clew.web import second_factors

        console.print(second_factors.code_now(path.read_text("ascii")))


def _free_port(host: str, first: int) -> int:
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((host, port))
            except OSError:
                continue
            return port
    return first


def _name(host: str) -> str:
    """`localhost` where the host is this machine: browsers keep passkeys for names, never for numbers."""
    return "localhost" if host == "127.0.0.1" else host
