"""Showing: who may read and write looks, sightings and exposures; rules of row security.

A look is of one officer, who reads nobody else's. A sighting is its unit's own: whoever else sees the medium does not
learn who else has looked at it, but for its owner, whose audit says so. An exposure is read by the officer alone,
whatever anybody's role.
"""

from collections.abc import Mapping

from clew.records.assertions import SEES_MEDIUM
from clew.records.custody import OWN_UNIT
from clew.records.visibility import HOME, OFFICER

OWN = f"{OWN_UNIT} and officer = {OFFICER}"
MINE = f"member = {HOME} and officer = {OFFICER}"

RULES: Mapping[str, Mapping[str, str]] = {
    "looks": {
        "select": f"using ({OWN})",
        "insert": f"with check ({OWN} and ended_at is null and {SEES_MEDIUM})",
        "update": f"using ({OWN}) with check ({OWN})",
        "delete": f"using ({OWN})",
    },
    "sightings": {
        "select": f"using ({OWN_UNIT} and {SEES_MEDIUM})",
        "insert": f"with check ({OWN_UNIT} and seen_by = {OFFICER} and {SEES_MEDIUM})",
        "update": f"using ({OWN_UNIT} and seen_by = {OFFICER}) with check ({OWN_UNIT} and seen_by = {OFFICER})",
    },
    "exposures": {
        "select": f"using ({MINE})",
        "insert": f"with check ({MINE})",
        "update": f"using ({MINE}) with check ({MINE})",
    },
}

APP_GRANTS = {
    "looks": "select, insert, update (used_at, ended_at), delete",
    "sightings": "select, insert, update (seen_at)",
    "exposures": "select, insert, update (seconds, warned_seconds, break_at, break_at_warned)",
}
BLIND_GRANTS = {
    "looks": "select (used_at), delete",
    "sightings": "select (medium_id, member, unit, seen_by), update (medium_id)",
    "exposures": "select (day), delete",
}

GOES_WITH_ITS_MEDIUM = (
    "alter table sightings add constraint sightings_medium_id_goes_with_it"
    " foreign key (medium_id) references media (id) on delete cascade"
)
HELD_BY_THE_DATABASE = frozenset({"sightings_medium_id_goes_with_it"})
"""A constraint without which what this page says does not hold."""
LOOKS_KEPT_HOURS = 24
EXPOSURES_KEPT_DAYS = 31
