"""The pages as one ASGI application: `uvicorn clew.node.asgi:application`."""

import os

from django.core.asgi import get_asgi_application
from django.db import connections

from clew.web.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clew.node.settings")

STATEMENT_SECONDS_MAX = 30

application = bounded(get_asgi_application())

# Every request has a thread of its own here: a connection that outlives its request is never
# used again and stays open until the memory is collected (seen with CONN_MAX_AGE = None).
for facts in connections.settings.values():
    facts["CONN_MAX_AGE"] = 0
    # A page that takes longer is no help to anyone, and holds a connection that workers need.
    facts["OPTIONS"] = {**facts["OPTIONS"], "options": f"-c statement_timeout={STATEMENT_SECONDS_MAX}s"}
