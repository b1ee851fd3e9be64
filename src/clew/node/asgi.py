"""The pages as one ASGI application: `uvicorn clew.node.asgi:application`."""

import os

from django.core.asgi import get_asgi_application
from django.db import connections

from clew.node.settling import settle
from clew.web.bodies import bounded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clew.node.settings")

STATEMENT_SECONDS_MAX = 30
POOL = {"min_size": 1, "max_size": 40, "timeout": 10.0}
"""Connections that requests take and give back; units: connections, seconds that a request waits for one."""

application = bounded(get_asgi_application())
settle()

# Every request has a thread of its own here: a connection that outlives its request is never
# used again and stays open until the memory is collected (seen with CONN_MAX_AGE = None), and
# one that is made for each request costs three times the request itself.
for facts in connections.settings.values():
    facts["CONN_MAX_AGE"] = 0
    # A page that takes longer is no help to anyone, and holds a connection that workers need.
    facts["OPTIONS"] = {**facts["OPTIONS"], "options": f"-c statement_timeout={STATEMENT_SECONDS_MAX}s", "pool": POOL}
