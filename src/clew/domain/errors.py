"""What can go wrong, named by what the caller can do about it."""

from datetime import UTC, datetime

NOWHERE = "No page begins there: take the marker as the page before gave it."
"""What is said wherever lists come in pages."""


class ClewError(Exception):
    """Base of every refusal that Clew makes on purpose.

    The message is one sentence that says what to do. It never holds a name, a path, a
    note or a digest, because doors show it and logs keep it. What differs from one time to
    the next stands in it as `{most}` and comes beside it, so that pages can say the sentence
    in another language; `web/translated.py` does.
    """

    def __init__(self, sentence: str = "", **values: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.values = values

    def __str__(self) -> str:
        shown = {name: _plain(value) for name, value in self.values.items()}
        return self.sentence.format(**shown) if shown else self.sentence


def _plain(value: object) -> object:
    """A value as it stands in the English sentence."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"{value:,}" if isinstance(value, int) else value


class NotVisible(ClewError):
    """The actor may not see it, or it does not exist: one answer for both."""


class Invalid(ClewError):
    """What was given cannot be used as it is; the sentence says what would be."""


class StepRefused(ClewError):
    """The step is not possible in the present state, or not for this role."""


class SecondPersonNeeded(ClewError):
    """Two different people are needed, and this would be the same one twice."""


class NotAdmitted(ClewError):
    """The officer may not act now: suspended, or without a certification in force. It may pass."""


class Unavailable(ClewError):
    """Something Clew needs is not there now; the same call may succeed later."""


class SourceUnreadable(Unavailable):
    """What is being taken in cannot be read now: whoever gave it looks after its disk, and waiting mends nothing."""


class Undecodable(ClewError):
    """The bytes of a medium cannot be turned into pixels, frames or samples."""


class Tampered(ClewError):
    """Stored bytes are not what was stored; they are never handed on."""
