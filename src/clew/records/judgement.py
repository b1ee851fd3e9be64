"""Judgement: who may read and write verdicts on matches; rules of row security.

Whoever is told of the match sees what was said of it. A verdict is its unit's own: no other changes it, and it goes with
either medium.
"""

from collections.abc import Mapping

from clew.records.custody import OWN_UNIT
from clew.records.visibility import OFFICER

IS_TOLD = (
    "exists (select from public.matches x where x.a_medium = least(medium_id, other_id)"
    " and x.b_medium = greatest(medium_id, other_id))"
)
OWN_WORD = f"{OWN_UNIT} and said_by = {OFFICER} and withdrawn_at is null"

RULES: Mapping[str, Mapping[str, str]] = {
    "match_verdicts": {
        "select": f"using ({IS_TOLD})",
        "insert": f"with check ({OWN_WORD} and {IS_TOLD})",
        "update": f"using ({OWN_WORD}) with check ({OWN_UNIT} and said_by = {OFFICER})",
    },
}

APP_GRANTS = {"match_verdicts": "select, insert, update (withdrawn_at)"}

# They go to the records with which their media are joined.
BLIND_GRANTS = {"match_verdicts": "select (medium_id, other_id), update (medium_id, other_id)"}

GOES_WITH_ITS_MEDIA = tuple(
    f"alter table match_verdicts add constraint match_verdicts_{column}_goes_with_it"
    f" foreign key ({column}) references media (id) on delete cascade"
    for column in ("medium_id", "other_id")
)
HELD_BY_THE_DATABASE = frozenset({"match_verdicts_medium_id_goes_with_it", "match_verdicts_other_id_goes_with_it"})
"""Constraints without which what this page says does not hold."""
