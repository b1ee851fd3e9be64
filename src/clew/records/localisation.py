"""Localisation: who may read and write clues, and votes on where a series was made; rules of row security.

A clue lies under a cover of its own and is seen by whoever may see it and its medium. Its unit alone takes it back;
once it has, nobody changes it. A vote is seen by whoever sees the series; an investigator
or analyst has one that stands.
"""

from collections.abc import Mapping

from clew.domain.likely_country import SPECIALISTS
from clew.records.assertions import OWN, SEES_MEDIUM, SEES_SERIES
from clew.records.custody import OWN_UNIT
from clew.records.visibility import OFFICER, ROLE, visible

COVERED = ("clues",)
"""Tables with the columns of the cover that are seen by fewer than it says: by those who see what they are about."""

OWN_VOTE = f"{OWN_UNIT} and voted_by = {OFFICER}"
IS_SPECIALIST = f"{ROLE} = any('{{{','.join(sorted(SPECIALISTS))}}}')"

RULES: Mapping[str, Mapping[str, str]] = {
    "clues": {
        "select": f"using ({visible()} and {SEES_MEDIUM})",
        "insert": f"with check ({OWN} and asserted_by = {OFFICER} and withdrawn_at is null and {SEES_MEDIUM})",
        "update": (
            f"using ({OWN} and withdrawn_at is null)"
            f" with check ({OWN} and (withdrawn_by is null or withdrawn_by = {OFFICER}))"
        ),
    },
    "series_votes": {
        "select": f"using ({SEES_SERIES})",
        "insert": f"with check ({OWN_VOTE} and {IS_SPECIALIST} and withdrawn_at is null and {SEES_SERIES})",
        "update": f"using ({OWN_VOTE} and withdrawn_at is null) with check ({OWN_VOTE})",
    },
}

APP_GRANTS = {
    "clues": (
        "select, insert, update (audience, members, excluded, is_own_handling, withdrawn_by, withdrawn_at, handled,"
        " restricted_until)"
    ),
    "series_votes": "select, insert, update (withdrawn_at)",
}

BLIND_GRANTS = {
    # What goes to the record with which its medium is joined, what is looked at again for leads, and how many came when.
    "clues": (
        "select (owner_member, owner_unit, audience, members, excluded, id, medium_id, asserted_at, withdrawn_at),"
        " update (medium_id)"
    ),
}

GOES_ALONG = (
    *(
        f"alter table {table} add constraint {table}_{column}_goes_with_it"
        f" foreign key ({column}) references {parent} (id) on delete cascade"
        for table, column, parent in (("clues", "medium_id", "media"), ("series_votes", "series_id", "series"))
    ),
)
CLUE_IS_WHOLE = (
    "alter table clues add constraint clue_is_whole check ("
    "cardinality(countries) = cardinality(weights) and cardinality(countries) <= 80"
    " and 0 <> all (weights) and 3 >= all (weights) and -3 <= all (weights)"
    " and (x is null) = (y is null) and (x is null) = (width is null) and (x is null) = (height is null)"
    " and (x is null or x >= 0 and y >= 0 and width > 0 and height > 0 and x + width <= 1.000000001 and y + height <= 1.000000001)"
    " and (to_ms is null or x is null and from_ms >= 0 and to_ms > from_ms)"
    " and (field = '' or x is null and from_ms is null and to_ms is null))"
)
HELD_BY_THE_DATABASE = frozenset(
    {"clues_medium_id_goes_with_it", "series_votes_series_id_goes_with_it", "clue_is_whole"}
)
"""Constraints without which what this page says does not hold."""
