"""How categories are told on the command line: fields for JSON, and lines."""

from collections.abc import Sequence

from clew.actions.categorising import Categorised, Chosen, Observed
from clew.cli.entry import shown
from clew.domain.category import Standing


def show_page(
    items: Sequence[Categorised], next_: str | None, scheme: dict[str, object], member: str, *, as_json: bool
) -> None:
    """A page of media with their categories, as JSON or in lines."""
    fields = {**scheme, "media": [medium_json(one, member) for one in items], "next": next_}
    shown(as_json, fields, map(in_words, items), next_)


def in_words(one: Categorised) -> str:
    """A medium with its category, in a line."""
    category_ = one.found.category or ""
    votes = f"{one.found.votes:,} spoke" if one.found.votes else "nobody spoke"
    untold = ""
    if one.found.standing is Standing.INDICATIVE and not one.words:
        untold = "; say yourself what you observe before you are told"
    return f"{one.sha256}  {category_:<8} {one.found.standing}, {votes}{untold}"


def word_in_words(word: Observed, member: str) -> list[str]:
    """What an officer observed of a medium, in lines; who it was, as far as `member` is told."""
    who = " ".join(filter(None, (word.member, word.unit, word.shown_by(member))))
    facts_ = " ".join(f"{question}={answer}" for question, answer in word.facts.items())
    line = f"    {who} {'decided' if word.is_review else 'observed'} {word.at:%Y-%m-%d}: {facts_}"
    return [line, f"        {word.reason}"] if word.reason else [line]


def medium_json(one: Categorised, member: str) -> dict[str, object]:
    """A medium with its category and all that was observed of it."""
    return {
        "sha256": one.sha256, "category": one.found.category, "standing": one.found.standing.value,
        "votes": one.found.votes, "own": None if one.own is None else dict(one.own.facts),
        "observed": [
            {
                "facts": dict(word.facts), "is_review": word.is_review, "member": word.member, "unit": word.unit,
                "officer": word.shown_by(member), "reason": word.reason or None, "at": word.at.isoformat(),
            }
            for word in one.words
        ],
    }  # fmt: skip


def scheme_json(by: Chosen) -> dict[str, object]:
    """By which scheme a category was made."""
    return {"scheme": by.scheme.name, "version": by.scheme.version, "member": by.member}
