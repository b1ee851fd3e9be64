"""The pages as an academy shows them, over the database under test: what an exercise is on, without an academy of its own."""

from django.conf import settings

from clew.node.asgi import application
from clew.node.configuration import Configuration

settings.CLEW_IS_ACADEMY = True
settings.CLEW_EXERCISES = Configuration.from_environment().exercises_folder

__all__ = ["application"]
