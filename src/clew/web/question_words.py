"""Words of questions, objects and referrals on the pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy, pgettext_lazy

from clew.domain.agreement import State as CropState
from clew.domain.question import About, Kind, Said
from clew.domain.referral import Section, State, Step
from clew.web.words import Words

KINDS: Mapping[Kind, Words] = {
    Kind.SIGN: gettext_lazy("sign"), Kind.LANGUAGE: gettext_lazy("language"),
    Kind.PLUG_TYPE: gettext_lazy("plug or socket"), Kind.PRODUCT: gettext_lazy("product"),
    Kind.SCHOOL_WEAR: gettext_lazy("school wear"),
    Kind.LANDMARK: gettext_lazy("landmark"), Kind.SOUND: gettext_lazy("sound"), Kind.TEXT: gettext_lazy("text"),
    Kind.GPS: gettext_lazy("GPS"), Kind.CAMERA: gettext_lazy("camera"), Kind.ACCOUNT: gettext_lazy("account"),
    Kind.PHONE: gettext_lazy("telephone number"), Kind.WEB: gettext_lazy("address on the web"),
    Kind.CURRENCY: gettext_lazy("currency"), Kind.TRAFFIC: gettext_lazy("side of the road"),
    Kind.OTHER: gettext_lazy("something else"),
}  # fmt: skip
ABOUT: Mapping[About, Words] = {
    About.SERIES: gettext_lazy("Series"), About.MEDIUM: gettext_lazy("Medium"),
    About.PLACE: gettext_lazy("Place"), About.CLUE: gettext_lazy("Clue"),
}  # fmt: skip
SAID: Mapping[Said, Words] = {
    Said.YES: gettext_lazy("✓ yes"), Said.PROBABLY: gettext_lazy("◐ probably"), Said.NO: gettext_lazy("✗ no"),
    Said.NOTHING_KNOWN: gettext_lazy("○ knows nothing of it"),
}  # fmt: skip
"""Sign and word together: never a sign alone."""
CROP_STATES: Mapping[CropState, Words] = {
    CropState.PROPOSED: gettext_lazy("○ waits for a second officer"), CropState.IN_FORCE: gettext_lazy("● let out"),
    CropState.ENDED: pgettext_lazy("object", "ended"), CropState.WITHDRAWN: pgettext_lazy("object", "refused"),
    CropState.LAPSED: pgettext_lazy("object", "lapsed"), CropState.REPLACED: pgettext_lazy("object", "replaced"),
}  # fmt: skip
STATES: Mapping[State, Words] = {
    State.PROPOSED: gettext_lazy("○ waits for a second officer"), State.HANDED_OVER: gettext_lazy("◐ handed over"),
    State.ACCEPTED: gettext_lazy("● accepted"), State.DECLINED: pgettext_lazy("referral", "declined"),
    State.HANDED_BACK: gettext_lazy("handed back"), State.WITHDRAWN: gettext_lazy("withdrawn"),
    State.LAPSED: gettext_lazy("lapsed"),
}  # fmt: skip
STEPS: Mapping[Step, Words] = {
    Step.APPROVE: gettext_lazy("Hand it over"), Step.WITHDRAW: gettext_lazy("Withdraw it"),
    Step.LAPSE: gettext_lazy("It lapses"), Step.ACCEPT: gettext_lazy("Accept"), Step.DECLINE: gettext_lazy("Decline"),
    Step.HAND_BACK: gettext_lazy("Hand back"),
}  # fmt: skip
SECTIONS: Mapping[Section, Words] = {
    Section.NARRATIVE: gettext_lazy("Narrative"), Section.MEDIA: gettext_lazy("Media of the owner, as facts"),
    Section.TIMELINE: gettext_lazy("When it was taken, by the cameras' clocks"), Section.CLUES: gettext_lazy("Clues"),
    Section.RANKING: gettext_lazy("Countries that these clues speak for"), Section.PLACES: gettext_lazy("Places"),
    Section.QUESTIONS: gettext_lazy("Questions that are open"),
}  # fmt: skip
