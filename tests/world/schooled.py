"""The pages as an academy shows them, over the database under test: what an exercise is on, without an academy of its own."""

from django.conf import settings

from clew.node.asgi import application

settings.CLEW_IS_ACADEMY = True

__all__ = ["application"]
