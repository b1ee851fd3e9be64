"""Handover: who may read and write referrals and their packages; rules of row security.

A referral is its unit's own until a second officer of it agrees. From then on the unit that it is handed to knows of
it, and reads the package for as long as it is handed over or accepted and its series is not under examination.
"""

from collections.abc import Mapping

from clew.domain.referral import State
from clew.records.custody import OF_THE_UNIT, OWN_UNIT
from clew.records.visibility import OFFICER

SHOWN = "any (array(select clew_referrals_shown(false)))"
READ = "any (array(select clew_referrals_shown(true)))"
OWN_REFERRAL = f"exists (select from public.referrals r where r.id = referral_id and r.state = '{State.PROPOSED}')"
ANSWERED = f"('{State.ACCEPTED}', '{State.DECLINED}', '{State.HANDED_BACK}')"

RULES: Mapping[str, Mapping[str, str]] = {
    "referrals": {
        "select": f"using ({OWN_UNIT} or id = {SHOWN})",
        "insert": (
            f"with check ({OWN_UNIT} and proposed_by = {OFFICER} and state = '{State.PROPOSED}' and decided_by is null"
            f" and {OF_THE_UNIT.format('public.series', 'series_id')})"
        ),
        "update": (
            f"using ({OWN_UNIT} or id = {READ})"
            f" with check ({OWN_UNIT} and (decided_by is null or decided_by = {OFFICER} or state = '{State.WITHDRAWN}')"
            f" or moved_by = {OFFICER} and state in {ANSWERED})"
        ),
    },
    "referral_packages": {
        "select": f"using ({OWN_UNIT} or referral_id = {READ})",
        "insert": f"with check ({OWN_UNIT} and {OWN_REFERRAL})",
        "delete": f"using ({OWN_UNIT})",
    },
}

APP_GRANTS = {
    "referral_packages": "select, insert, delete",
    "referrals": "select, insert, update (state, decided_by, decided_at, moved_by, moved_at)",
}
BLIND_GRANTS = {"referrals": "select"}
FUNCTIONS_OF_THE_APP = ("clew_referrals_shown(boolean)",)

GOES_WITH_IT = (
    *(
        f"alter table {table} add constraint {table}_{column}_goes_with_it"
        f" foreign key ({column}) references {parent} (id) on delete cascade"
        for table, column, parent in (
            ("referrals", "series_id", "series"), ("referral_packages", "referral_id", "referrals")
        )
    ),
    (
        "create trigger referral_is_given_a_reference before insert on referrals"
        " for each row execute function clew_give_reference('R')"
    ),
)  # fmt: skip
HELD_BY_THE_DATABASE = frozenset({
    "referrals_series_id_goes_with_it", "referral_packages_referral_id_goes_with_it", "referral_is_given_a_reference",
    "referral_is_handed_over_by_two", "referral_reference_is_given_once",
})  # fmt: skip
"""Constraints and a trigger without which what this page says does not hold."""
