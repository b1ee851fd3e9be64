"""The OpenAPI document as it is kept in docs/: to make it takes seconds of each process that collects tests.

That it describes the operations as they are is held by tests/scenario/test_api.py.
"""

import json
from pathlib import Path
from typing import Any

DOCUMENT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
