"""Covers in words: what each word of the closed lists means to whoever reads a record."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clew.domain.cover import (
    Condition,
    Confidentiality,
    Cover,
    InformationEvaluation,
    Purpose,
    SourceEvaluation,
)
from clew.domain.wording import Reworded
from clew.web.words import Words

PURPOSES: Mapping[Purpose, Words] = {
    Purpose.VICTIM_IDENTIFICATION: gettext_lazy("victim identification"),
    Purpose.OFFENDER_IDENTIFICATION: gettext_lazy("offender identification"),
    Purpose.INVESTIGATION: gettext_lazy("investigation"),
    Purpose.FORENSIC_ANALYSIS: gettext_lazy("forensic analysis"),
    Purpose.CRIME_ANALYSIS: gettext_lazy("crime analysis"),
    Purpose.DETECTION: gettext_lazy("detection of what is known"),
    Purpose.SUPERVISION: gettext_lazy("supervision"),
}
CONDITIONS: Mapping[Condition, Words] = {
    Condition.H0: gettext_lazy("H0: only to prevent and combat crime"),
    Condition.H1: gettext_lazy("H1: not as evidence in court without permission"),
    Condition.H2: gettext_lazy("H2: not handed on without permission"),
    Condition.H3: gettext_lazy("H3: as the text says"),
}
CONFIDENTIALITY: Mapping[Confidentiality, Words] = {
    Confidentiality.OFFICIAL_USE: gettext_lazy("for official use"),
    Confidentiality.RESTRICTED: gettext_lazy("restricted"),
    Confidentiality.CONFIDENTIAL: gettext_lazy("confidential"),
}
SOURCES: Mapping[SourceEvaluation, Words] = {
    SourceEvaluation.RELIABLE: gettext_lazy("A: reliable"),
    SourceEvaluation.MOSTLY_RELIABLE: gettext_lazy("B: mostly reliable"),
    SourceEvaluation.MOSTLY_UNRELIABLE: gettext_lazy("C: mostly unreliable"),
    SourceEvaluation.NOT_ASSESSED: gettext_lazy("X: not assessed"),
}
INFORMATION: Mapping[InformationEvaluation, Words] = {
    InformationEvaluation.CERTAIN: gettext_lazy("1: certain"),
    InformationEvaluation.KNOWN_TO_SOURCE: gettext_lazy("2: known to the source itself"),
    InformationEvaluation.CORROBORATED: gettext_lazy("3: corroborated"),
    InformationEvaluation.NOT_ASSESSED: gettext_lazy("4: not assessed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A box or an option of the editor: its value, its word, and whether it is set."""

    value: str
    word: Words
    is_set: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """The words of a cover as the form shows them."""

    purposes: list[Choice]
    conditions: list[Choice]
    levels: list[Choice]
    sources: list[Choice]
    information: list[Choice]
    legal_basis: str
    condition_text: str
    is_minor: bool


def purpose(value: str) -> str:
    """A purpose in words, by its value."""
    return str(PURPOSES[Purpose(value)])


def lines(cover: Cover | None) -> list[str]:
    """A cover as lines."""
    if cover is None:
        return [_("Nothing is said: only your unit uses it.")]
    purposes = _(", ").join(str(PURPOSES[purpose]) for purpose in Purpose if purpose in cover.purposes)
    said = [
        _("Kept for {purposes}").format(purposes=purposes),
        *(str(CONDITIONS[condition]) for condition in Condition if condition in cover.conditions),
        str(CONFIDENTIALITY[cover.confidentiality]),
        _("Source {source}, information {information}").format(
            source=SOURCES[cover.source_evaluation], information=INFORMATION[cover.information_evaluation]
        ),
        _("Minors are concerned") if cover.is_minor else _("No person concerned is a minor"),
        _("Reviewed on {day}").format(day=date_format(cover.review_date, "DATE_FORMAT")),
    ]
    if cover.legal_basis:
        said.insert(1, _("By {law}").format(law=cover.legal_basis))
    if cover.condition_text:
        said.append(cover.condition_text)
    return said


def editor(cover: Cover | None, unsaid: Cover) -> Editor:
    """The editor of a cover; of what has none, `unsaid` is what would hold where nothing is chosen."""
    shown = cover or unsaid
    return Editor(
        purposes=[Choice(value=each, word=PURPOSES[each], is_set=each in shown.purposes) for each in Purpose],
        conditions=[Choice(value=each, word=CONDITIONS[each], is_set=each in shown.conditions) for each in Condition],
        levels=[
            Choice(value=_level(each), word=CONFIDENTIALITY[each], is_set=each is shown.confidentiality)
            for each in Confidentiality
        ],
        sources=[
            Choice(value=each, word=SOURCES[each], is_set=each is shown.source_evaluation) for each in SourceEvaluation
        ],
        information=[
            Choice(value=f"{each:d}", word=INFORMATION[each], is_set=each is shown.information_evaluation)
            for each in InformationEvaluation
        ],
        legal_basis=shown.legal_basis, condition_text=shown.condition_text, is_minor=shown.is_minor,
    )  # fmt: skip


def _level(level: Confidentiality) -> str:
    return level.name.lower().replace("_", "-")


def said(form: QueryDict) -> Reworded:
    """The words that a form gives: all of them."""
    return Reworded(
        purposes=",".join(form.getlist("purposes")), legal_basis=form.get("legal_basis", ""),
        conditions=",".join(form.getlist("conditions")), condition_text=form.get("condition_text", ""),
        confidentiality=form.get("confidentiality", ""),
        evaluation=form.get("source", "") + form.get("information", ""), is_minor="is_minor" in form,
    )  # fmt: skip
