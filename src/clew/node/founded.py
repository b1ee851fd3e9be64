"""A founded node: its database up, and Django ready for it. Every command begins here, and few found a node."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import django
from django.conf import settings
from django.db import connections

from clew.domain.errors import Unavailable
from clew.node import postgres
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts

SETTINGS = "clew.node.settings"
FOUNDED = "founded"
"""A file beside the keys: a database was founded with them."""


@contextmanager
def opened(configuration: Configuration, say: postgres.Say | None = None) -> Iterator[ConnectionFacts]:
    """A founded node, its database up and Django ready, within.

    Raises:
        Unavailable: it was never founded, or the database cannot be used.
    """
    if not (configuration.keys_folder / FOUNDED).exists():
        raise Unavailable("This node is not founded yet: run clew init.")
    with postgres.running(configuration, say) as facts:
        set_up_django(configuration)
        try:
            yield facts
        finally:
            connections.close_all()


def set_up_django(configuration: Configuration) -> None:
    """Have Django work with this node's database.

    Raises:
        RuntimeError: this process works for another node; a node and its academy are never reached by one process.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    django.setup()
    if settings.CONFIGURATION.home != configuration.home:
        raise RuntimeError("a process works for one node: a node and its academy each have their own")
