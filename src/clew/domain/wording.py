"""Other words on a cover: what they become, whether that loosens them, and the strictest of several."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from clew.domain.cover import (
    TEXT_CHARACTERS_MAX,
    Condition,
    Confidentiality,
    Cover,
    Words,
    cover_from_words,
)
from clew.domain.errors import Invalid

BASIC = frozenset({Condition.H0})
"""What is asked of everybody: it stands where nothing more is asked, and beside nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """The words that somebody gives anew; what is None stays as it is, and an empty text is taken away.

    How long records are kept is no word of these: retention decides it, and the day of review follows from it.
    """

    purposes: str | None = None
    legal_basis: str | None = None
    conditions: str | None = None
    condition_text: str | None = None
    confidentiality: str | None = None
    evaluation: str | None = None
    is_minor: bool | None = None


def as_said(words: Words) -> Reworded:
    """The words of an intake: what it leaves out is as what it goes into has it."""
    return Reworded(
        purposes=words.purposes or None, legal_basis=words.legal_basis or None, conditions=words.conditions or None,
        condition_text=words.condition_text or None, confidentiality=words.confidentiality or None,
        evaluation=words.evaluation or None, is_minor=False if words.adults else None,
    )  # fmt: skip


def reworded(before: Cover, said: Reworded) -> Cover:
    """The cover with the words that were `said` in the place of its own.

    Raises:
        Invalid: a word is not on its closed list.
    """
    text = before.condition_text if said.condition_text is None else said.condition_text
    words = Words(
        purposes=said.purposes or "", legal_basis=said.legal_basis or "", conditions=said.conditions or "",
        condition_text=text, confidentiality=said.confidentiality or "", evaluation=said.evaluation or "",
    )  # fmt: skip
    given = cover_from_words(words, before.retention_end)
    is_minor = before.is_minor if said.is_minor is None else said.is_minor
    unsaid = {
        name: getattr(before, name)
        for field, names in _FIELDS.items()
        for name in names
        if getattr(said, field) is None
    }
    return replace(given, retention_end=before.retention_end, is_minor=is_minor, **unsaid)


_FIELDS = {
    "purposes": ("purposes",),
    "legal_basis": ("legal_basis",),
    "conditions": ("conditions",),
    "condition_text": ("condition_text",),
    "confidentiality": ("confidentiality",),
    "evaluation": ("source_evaluation", "information_evaluation"),
}
"""What each of the words stands for on a cover."""


def loosens(before: Cover, after: Cover) -> bool:
    """Whether `after` lets anybody do anything that `before` does not, or asks less of them.

    Another text of a condition may ask less: nobody but a person can tell. What the owner says of its own
    records, the law and the evaluations, opens nothing.
    """
    return bool(
        after.purposes - before.purposes
        or (before.conditions - after.conditions) - BASIC
        or _texts(before).keys() - _texts(after).keys()
        or after.confidentiality < before.confidentiality
        or (before.is_minor and not after.is_minor)
    )


def strictest(first: Cover, *others: Cover) -> Cover:
    """The cover that asks what all of them ask and allows what all allow; the rest is as the first says.

    Raises:
        Invalid: they share no purpose, or together their conditions are longer than a cover can hold.
    """
    return reduce(_stricter, others, first)


def _stricter(one: Cover, other: Cover) -> Cover:
    purposes = one.purposes & other.purposes
    if not purposes:
        raise Invalid("Some of these records are kept for none of the same purposes: name one that they share.")
    text = SEPARATOR.join(_texts(one) | _texts(other))
    if len(text) > TEXT_CHARACTERS_MAX:
        raise Invalid(
            "Together the conditions would be longer than the {most} characters of a text.", most=TEXT_CHARACTERS_MAX
        )
    return replace(
        one,
        purposes=purposes,
        conditions=(one.conditions | other.conditions) - BASIC or BASIC,
        condition_text=text,
        confidentiality=Confidentiality(max(one.confidentiality, other.confidentiality)),
        is_minor=one.is_minor or other.is_minor,
    )


SEPARATOR = " · "
"""Between texts of conditions that hold together."""


def _texts(cover: Cover) -> dict[str, None]:
    """The texts that hold together, each once, in their order."""
    return dict.fromkeys(text for text in cover.condition_text.split(SEPARATOR) if text)


def following(current: Cover | None, before: Cover | None, after: Cover | None, own: Cover | None) -> Cover | None:
    """What lies on a record once the words of what it lies in went from `before` to `after`.

    `own` are stricter words of its own, which no change of what it lies in loosens. What its owner said of this
    record in particular, the law and the evaluations, stays; so does its end. A record without a cover stays
    without one beside others that have one: nothing is known of it, and only its own unit uses it.
    """
    if after is None or (current is None and before is not None):
        return current
    given = after if own is None else strictest(after, own)
    if current is None or before is None:
        return given if current is None else replace(given, retention_end=current.retention_end)
    said = {
        name: getattr(current, name)
        for name in ("legal_basis", "source_evaluation", "information_evaluation")
        if getattr(current, name) != getattr(before, name)
    }
    return replace(given, retention_end=current.retention_end, **said)


def together(covers: Iterable[Cover | None]) -> Cover | None:
    """The strictest of the covers that are there; None where none is."""
    there = [cover for cover in covers if cover is not None]
    return strictest(*there) if there else None


def is_own(current: Cover | None, before: Cover | None) -> bool:
    """Whether a record lies under words that are stricter than those of what it lies in."""
    return current is not None and before is not None and loosens(current, before)
