"""The pages of a node whose academy can be used: what officers ask of it waits for a test to draw it."""

from django.conf import settings

from clew.actions.enrolling import Academy
from clew.node.asgi import application

settings.CLEW_ACADEMY = "tests.world.taught.academy"

__all__ = ["application"]


def academy() -> Academy:
    """One that is there: nothing is drawn by a process that serves."""
    return Academy(is_usable=lambda: True, draw=None, results=None)
