"""Census: statistics are kept where no role of the application reads; rules of row security.

Functions of the blind role count and tell numbers only, each by whoever may have them (`statistics.sql`).
"""

from collections.abc import Iterable, Mapping

from clew.domain.medium import Verdict
from clew.domain.series import SOLVED, UNSOLVED
from clew.domain.statistics import DAYS, DAYS_KEPT, ROLES_THAT_COUNT, USUAL
from clew.records import locks

RULES: Mapping[str, Mapping[str, str]] = {"statistics": {}, "period_statistics": {}, "publications": {}}
APP_GRANTS: Mapping[str, str] = {}
BLIND_GRANTS = {
    "period_statistics": "select, insert, delete",
    "publications": "select, insert",
    "statistics": "select, insert, delete",
}
FUNCTIONS_OF_THE_APP = (
    "clew_count_statistics()",
    "clew_public_indicator()",
    "clew_publish(boolean)",
    "clew_statistics(text)",
    "clew_statistics_of_period(text)",
    "clew_statistics_over_time(text)",
    "clew_statistics_period(text)",
    "clew_statistics_years()",
)
FUNCTIONS_OF_THE_BLIND = (
    "clew_count_of_day(date)",
    "clew_count_of_periods(date)",
    "clew_statistics_day()",
    "clew_unidentified()",
    "clew_waits()",
)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in sorted(words))


PLACES = {
    "{decoded}": ", ".join(f"{verdict:d}" for verdict in Verdict if verdict.is_decoded),
    "{series_solved}": _listed(SOLVED),
    "{series_unsolved}": _listed(UNSOLVED),
    "{statisticians}": _listed(ROLES_THAT_COUNT),
    "{statistics_days}": str(DAYS_KEPT),
    "{statistics_periods}": _listed(DAYS),
    "{statistics_usual}": USUAL,
    "{statistics_lock}": str(locks.STATISTICS),
}
