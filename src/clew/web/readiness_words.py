"""Steps of getting connected, parts of an exercise and what came of it, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from clew.domain.exercise import Part
from clew.domain.readiness import Known, Step
from clew.web.words import Words

STEPS: Mapping[Step, Words] = {
    Step.LEGAL_BASIS: gettext_lazy("Legal basis"),
    Step.UNIT: gettext_lazy("Unit named"),
    Step.ADMINISTRATOR: gettext_lazy("Administrator certified"),
    Step.SECURE_LINK: gettext_lazy("Secure link"),
    Step.TRAINING: gettext_lazy("Training"),
    Step.FIRST_UPLOAD: gettext_lazy("First test upload"),
    Step.FIRST_MATCH: gettext_lazy("First match"),
    Step.FIRST_IDENTIFICATION: gettext_lazy("First identification"),
}
KNOWN: Mapping[Known, Words] = {
    Known.RECORDS: gettext_lazy("the records show it"),
    Known.STATED: gettext_lazy("stated by a person"),
}
PARTS: Mapping[Part, Words] = {
    Part.TRIAGE: gettext_lazy("Triage"),
    Part.LINKS: gettext_lazy("Links"),
    Part.DECONFLICTION: gettext_lazy("Deconfliction"),
    Part.IDENTIFICATION: gettext_lazy("Identification"),
}
