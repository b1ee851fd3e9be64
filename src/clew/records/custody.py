"""Custody: who may read and write what opens media, ends cases, and was opened to others."""

from collections.abc import Mapping

from clew.domain.handling import Use
from clew.records.visibility import OFFICER, VIEWER_MEMBER, VIEWER_UNIT, VIEWER_USE

OWN_UNIT = f"member = {VIEWER_MEMBER} and unit = {VIEWER_UNIT}"
OWN_MEDIUM = f"member = {VIEWER_MEMBER} and exists (select from media m where m.id = medium_id)"
"""A row about a medium of the viewer's own member that the viewer may see: the cover is the medium's."""
READABLE = (
    f"(member = {VIEWER_MEMBER} or {VIEWER_USE} = {Use.ORIGINAL:d})"
    " and exists (select from media m where m.id = medium_id)"
)
"""The same, or a medium of another member in a transaction that asks for originals and may see this one's."""

RULES: Mapping[str, Mapping[str, str]] = {
    "medium_keys": {
        "select": f"using ({READABLE})",
        "insert": f"with check ({OWN_MEDIUM})",
        "update": f"using ({OWN_MEDIUM}) with check ({OWN_MEDIUM})",
        "delete": f"using ({OWN_MEDIUM})",
    },
    "shreddings": {
        "select": f"using (member = {VIEWER_MEMBER})",
        "insert": f"with check ({OWN_UNIT} and proposed_by = {OFFICER})",
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT})",
        "delete": f"using ({OWN_UNIT} and step = 'proposed')",
    },
    "releases": {
        "select": f"using (member = {VIEWER_MEMBER} or recipient = {VIEWER_MEMBER})",
        "insert": f"with check ({OWN_UNIT} and released_by = {OFFICER})",
        "update": f"using ({OWN_UNIT}) with check ({OWN_UNIT})",
    },
}

APP_GRANTS = {
    "medium_keys": "select, insert, update (wrapped), delete",
    "releases": "select, insert, update (wrapped, withdrawn_at)",
    "shreddings": (
        "select, insert, delete, update (step, confirmed_by, confirmed_at, destroyed_at, counts, blobs, certificate)"
    ),
}

BLIND_GRANTS = {"medium_keys": "select", "shreddings": "select"}
