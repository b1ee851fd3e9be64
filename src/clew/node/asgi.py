"""The pages as one ASGI application: `uvicorn clew.node.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clew.node.settings")

application = get_asgi_application()
