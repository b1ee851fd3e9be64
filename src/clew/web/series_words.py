"""Words of series on the pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from clew.domain.proposal import Measured, Rule
from clew.domain.series import SeriesState, Step
from clew.web.words import Words, visible

STATES: Mapping[SeriesState, Words] = {
    SeriesState.OPEN: gettext_lazy("○ open"),
    SeriesState.UNDER_ENQUIRY: gettext_lazy("◐ under enquiry"),
    SeriesState.IDENTIFIED: gettext_lazy("● identified"),
    SeriesState.SAFEGUARDED: gettext_lazy("★ safeguarded"),
    SeriesState.WITHDRAWN: gettext_lazy("□ withdrawn"),
}
"""Sign and word together: never a sign alone."""

STEPS: Mapping[Step, Words] = {
    Step.TAKE: gettext_lazy("taken up"),
    Step.HAND_BACK: gettext_lazy("handed back"),
    Step.IDENTIFY: gettext_lazy("victim identified"),
    Step.SAFEGUARD: gettext_lazy("child safeguarded"),
    Step.WITHDRAW: gettext_lazy("withdrawn"),
    Step.REOPEN: gettext_lazy("opened again"),
}

RULES: Mapping[Rule, Words] = {
    Rule.SAME_BYTES: gettext_lazy("Its bytes are those of a medium in the series."),
    Rule.NEAR_COPY: gettext_lazy("It is a near copy of a medium in the series, {bits} of {radius} bits away."),
    Rule.ALIGNED_VIDEO: gettext_lazy(
        "It runs like a video in the series for {seconds} seconds, in {matched} of {compared} frames."
    ),
    Rule.SAME_DOCUMENT: gettext_lazy("It was made from the same edited document as a medium in the series."),
    Rule.SAME_CAMERA: gettext_lazy(
        "It was taken with the camera of a medium in the series, whose serial number ends in {ending}."
    ),
    Rule.BURST: gettext_lazy(
        "It was taken {seconds} seconds apart from a medium in the series, with a camera of the same model."
    ),
    Rule.SHARED_PLACE: gettext_lazy(
        "It was taken {metres} metres from a medium in the series, within what is known of both places."
    ),
    Rule.FILE_NAMES: gettext_lazy("Its file is named like files in the series, which begin with “{stem}”."),
}
"""`domain/proposal.SENTENCES`, marked for translation."""


def reason(rule: Rule, measured: Measured) -> str:
    """Why something is proposed, in one sentence; words out of files are spelled out where they have no shape."""
    shown = {name: visible(value) if isinstance(value, str) else value for name, value in measured.items()}
    return str(RULES[rule]).format(**shown)
