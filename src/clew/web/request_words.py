"""Words of requests, consultations and annual reports on the pages."""

from collections.abc import Mapping

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from clew.domain.annual_report import TITLES, WORDS
from clew.domain.clock import RequestKind, Timing
from clew.domain.request import Outcome, State, View
from clew.web.linked import linked
from clew.web.translated import translated
from clew.web.words import Words

KINDS: Mapping[RequestKind, Words] = {
    RequestKind.ACCESS: gettext_lazy("Access"),
    RequestKind.CORRECTION: gettext_lazy("Correction"),
    RequestKind.DELETION: gettext_lazy("Deletion"),
}
STATES: Mapping[State, Words] = {
    State.RECEIVED: gettext_lazy("received"),
    State.ADMITTED: gettext_lazy("examined"),
    State.DECIDED: gettext_lazy("decided"),
    State.CLOSED: gettext_lazy("closed"),
}
OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.GRANTED: gettext_lazy("granted"),
    Outcome.PARTLY_GRANTED: gettext_lazy("granted in part"),
    Outcome.REFUSED: gettext_lazy("refused"),
    Outcome.INADMISSIBLE: gettext_lazy("inadmissible"),
    Outcome.WITHDRAWN: gettext_lazy("withdrawn"),
}
TIMINGS: Mapping[Timing, Words] = {
    Timing.IN_TIME: gettext_lazy("✓ in time"),
    Timing.DUE_SOON: gettext_lazy("△ due within 30 days"),
    Timing.OVERDUE: gettext_lazy("▲ overdue"),
}
"""Sign and word together: never a sign alone."""
VIEWS: Mapping[View, Words] = {
    View.AGREES: gettext_lazy("agrees"),
    View.AGREES_IN_PART: gettext_lazy("agrees in part"),
    View.OBJECTS: gettext_lazy("objects"),
}


def written(untrusted_words: str) -> SafeString:
    """What somebody wrote, in its paragraphs, each in the direction of its own script."""
    lines = (line for line in untrusted_words.split("\n") if line.strip())
    return format_html_join("", '<p dir="auto">{}</p>', ((linked(line),) for line in lines))


def section(name: str) -> str:
    """The title of a section of the annual report."""
    return translated(TITLES[name])


def figure(section_name: str, name: str) -> str:
    """What a figure of the annual report counts."""
    return translated(WORDS[section_name, name])
