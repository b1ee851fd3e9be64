"""What a process that serves the pages has read by the time of its first requests: a forge that imports this has read it for all it forks.

Nothing here opens a connection: each process that is forked has its own.
"""

from pathlib import Path

import uvicorn  # noqa: F401
from django.template import engines
from django.urls import get_resolver

import clew.web

TEMPLATES = Path(clew.web.__file__).with_name("templates")

get_resolver().url_patterns  # noqa: B018
for template in sorted(TEMPLATES.rglob("*.html")):
    engines["django"].get_template(str(template.relative_to(TEMPLATES)))
