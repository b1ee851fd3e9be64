"""What is left of a reveal budget, in words."""

from django.utils.translation import gettext as _

from clew.domain.reveal_budget import Left
from clew.web.words import number


def left(of: Left) -> str:
    """One line, to stand small beside what is revealed."""
    return _("Left to reveal: {hourly} within the hour, {daily} within the day.").format(
        hourly=number(of.hourly), daily=number(of.daily)
    )
