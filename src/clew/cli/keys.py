"""`clew key`: what the operator does with members' keys. None of it shows a key."""

from typing import Annotated

import typer

from clew.cli.entry import Json, console, entered, said

app = typer.Typer(no_args_is_help=True)


@app.callback()
def key() -> None:
    """Keys: renewed, and looked after."""


@app.command()
def rotate(member: Annotated[str, typer.Option(help="Code of the member, such as NO.")], json_: Json = False) -> None:
    """Renew the key of a member; the keys of its cases are wrapped anew, nothing else is touched.

    Interrupted, it goes on when it is run again.
    """
    with entered():
        from django.conf import settings

        from clew.actions import rewrapping

        version, count = rewrapping.rotate(settings.CLEW_KEYRING, member)
        words = f"Version {version} of the key of {member.upper()} wraps {count:,} keys."
        said(json_, {"member": member.upper(), "version": version, "keys": count}, words)


@app.command()
def sweep(json_: Json = False) -> None:
    """Destroy again the keys of shredded cases that came back when a backup of the keys was put back."""
    with entered():
        from django.conf import settings

        from clew.actions import shredding

        count = shredding.destroy_again(settings.CLEW_KEYRING)
        said(json_, {"keys": count}, f"{count:,} keys of shredded cases destroyed again.")


@app.command(name="public")
def public_key() -> None:
    """The public key by which this node's certificates are checked."""
    with entered() as configuration:
        from clew.keys import certificates
        from clew.node import keys

        console.print(certificates.public_key(keys.key(configuration.keys_folder, keys.CERTIFICATES)))
