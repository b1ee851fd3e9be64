"""Words of leads on the pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from clew.domain.lead import BECAUSE, Because, Outcome, Rule, State, Step
from clew.domain.proposal import Measured
from clew.web.words import Words, visible

STATES: Mapping[State, Words] = {
    State.RAISED: gettext_lazy("○ raised"),
    State.TAKEN: gettext_lazy("◐ taken"),
    State.FOLLOWED: gettext_lazy("◑ followed"),
    State.SET_ASIDE: gettext_lazy("□ set aside"),
    State.CLOSED: gettext_lazy("● closed"),
}
"""Sign and word together: never a sign alone. What is only watched is on no page."""

STEPS: Mapping[Step, Words] = {
    Step.TAKE: gettext_lazy("Take it"),
    Step.HAND_BACK: gettext_lazy("Hand it back"),
    Step.FOLLOW: gettext_lazy("It is followed"),
    Step.SET_ASIDE: gettext_lazy("Set it aside"),
    Step.REOPEN: gettext_lazy("Have it again"),
    Step.CLOSE: gettext_lazy("Close it"),
}

OUTCOMES: Mapping[Outcome, Words] = {
    Outcome.VICTIM: gettext_lazy("a victim was found"),
    Outcome.OFFENDER: gettext_lazy("an offender was found"),
    Outcome.PLACE: gettext_lazy("a place was found"),
    Outcome.CONTACT: gettext_lazy("units are in contact"),
    Outcome.MORE_MATERIAL: gettext_lazy("more material was found"),
    Outcome.NOTHING: gettext_lazy("nothing came of it"),
}

RULES: Mapping[Rule, Words] = {
    Rule.SAME_CAMERA: gettext_lazy(
        "It was taken with the camera of the series, whose serial number ends in {ending}."
    ),
    Rule.SAME_DOCUMENT: gettext_lazy("It was made from the same edited document as a medium in the series."),
    Rule.ALIGNED_CLIP: gettext_lazy("It runs like a clip in the series for {seconds} seconds."),
    Rule.KNOWN_PLACE: gettext_lazy(
        "It was taken {metres} metres from where the series is known to be, as exactly as that is known."
    ),
    Rule.REAPPEARED: gettext_lazy(
        "A medium of this solved series lies in an exhibit that came later, beside material taken {days} days after the"
        " newest that the series has."
    ),
    Rule.SAME_NAME: gettext_lazy("A clue on it reads the same as a clue in the series: {kind}."),
    Rule.CLUE_ANSWERED: gettext_lazy(
        "A unit that was asked about the series, or about a medium in it, answered: {answer}."
    ),
    Rule.NEAR_COPY: gettext_lazy("It is a near copy of a medium in the series, {bits} of {radius} bits away."),
}
"""`domain/lead.SENTENCES`, marked for translation."""

HALVES: Mapping[Rule, Words] = {
    Rule.REAPPEARED: gettext_lazy("A medium of this solved series lies in an exhibit that came later."),
}
"""`domain/lead.HALVES`, marked for translation."""

PARTS: Mapping[Because, Words] = {
    Because.DANGER: gettext_lazy("A child may be in danger now: something of it was taken within the last 90 days."),
    Because.STILL_OPEN: gettext_lazy("Nobody knows the victim yet."),
    Because.FRESH: gettext_lazy("The material is fresh: it came within the last 7 days."),
    Because.RECENT: gettext_lazy("The material came within the last 30 days."),
    Because.PLACE: gettext_lazy("It is known where some of it was taken, and so the likely country."),
    Because.LIKELY_COUNTRY: gettext_lazy("Clues or specialists make one country likely."),
    Because.STRONG: gettext_lazy(
        "The evidence is strong: what was found belongs to one device or one document."
    ),
    Because.SOME_WEIGHT: gettext_lazy("The evidence has some weight."),
    Because.MANY: gettext_lazy("Ten media or more speak for it."),
    Because.OTHERS: gettext_lazy("Another member holds part of it."),
}
"""`domain/lead.BECAUSE`, marked for translation."""


ACTS: Mapping[Rule, Words] = {
    Rule.KNOWN_PLACE: gettext_lazy("See where"), Rule.CLUE_ANSWERED: gettext_lazy("Read"),
    Rule.REAPPEARED: gettext_lazy("See what came"),
}  # fmt: skip
"""By rule, what is done first, where that is not just to open it."""


def reason(rule: Rule, measured: Measured) -> str:
    """Why, in one sentence; words out of files are spelled out where they have no shape."""
    if not measured and rule in HALVES:
        return str(HALVES[rule])
    shown = {name: visible(value) if isinstance(value, str) else value for name, value in measured.items()}
    return str(RULES[rule]).format(**shown)


def act(rule: Rule) -> Words:
    """What is done first about a lead of that rule."""
    return ACTS.get(rule, gettext_lazy("Open"))


def parts(some: tuple[Because, ...]) -> list[tuple[int, Words]]:
    """What each part of a rank counts, and why."""
    return [(BECAUSE[part][0], PARTS[part]) for part in some]
