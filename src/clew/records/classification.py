"""Classification: who may read and write what officers observed of media, and schemes; rules of row security.

Whoever sees a medium for its facts sees what was observed of it; what was observed goes with the medium. A scheme is
law, not a secret: every member reads every scheme, and an administrator adds to those of the own member.
"""

from collections.abc import Mapping

from clew.domain.officer import Role
from clew.records.assertions import SEES_MEDIUM
from clew.records.custody import IS_ADMINISTRATOR, OWN_UNIT
from clew.records.visibility import HOME, OFFICER, ROLE

OWN_WORD = f"{OWN_UNIT} and observed_by = {OFFICER} and withdrawn_at is null"
MAY_REVIEW = f"(not is_review or {ROLE} = '{Role.ANALYST}')"

RULES: Mapping[str, Mapping[str, str]] = {
    "observations": {
        "select": f"using ({SEES_MEDIUM})",
        "insert": f"with check ({OWN_WORD} and {MAY_REVIEW} and {SEES_MEDIUM})",
        "update": f"using ({OWN_WORD}) with check ({OWN_UNIT} and observed_by = {OFFICER})",
    },
    "schemes": {
        "select": f"using ({HOME} is not null)",
        "insert": f"with check (member = {HOME} and {IS_ADMINISTRATOR} and loaded_by = {OFFICER})",
    },
}

APP_GRANTS = {"observations": "select, insert, update (withdrawn_at)", "schemes": "select, insert"}

BLIND_GRANTS = {"observations": "select (medium_id, member, observed_by, withdrawn_at), update (medium_id)"}

GOES_WITH_ITS_MEDIUM = (
    "alter table observations add constraint observations_medium_id_goes_with_it"
    " foreign key (medium_id) references media (id) on delete cascade"
)
HELD_BY_THE_DATABASE = frozenset({"observations_medium_id_goes_with_it"})
"""A constraint without which what this page says does not hold."""
