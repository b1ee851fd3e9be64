"""Census: statistics are kept where no role of the application reads; rules of row security.

Functions of the blind role count and tell numbers only, each by whoever may have them (`statistics.sql`).
"""

from collections.abc import Mapping

from clew.domain.statistics import DAYS_KEPT, ROLES_THAT_COUNT
from clew.records import locks

RULES: Mapping[str, Mapping[str, str]] = {"statistics": {}, "publications": {}}
APP_GRANTS: Mapping[str, str] = {}
BLIND_GRANTS = {
    "publications": "select, insert",
    "statistics": "select, insert, delete",
}
FUNCTIONS_OF_THE_APP = (
    "clew_count_statistics()",
    "clew_public_indicator()",
    "clew_publish(boolean)",
    "clew_statistics()",
)
FUNCTIONS_OF_THE_BLIND = ("clew_count_of_day(date)", "clew_statistics_day()", "clew_unidentified()")
PLACES = {
    "{statisticians}": ", ".join(f"'{role}'" for role in sorted(ROLES_THAT_COUNT)),
    "{statistics_days}": str(DAYS_KEPT),
    "{statistics_lock}": str(locks.STATISTICS),
}
