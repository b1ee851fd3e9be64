"""Instruments: what media say they were made with, in its own words: a camera by make and model, or software."""

from dataclasses import dataclass

from clew.domain.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """Make and model, exactly as they were read; one of them may be empty."""

    make: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        if not self.make and not self.model:
            raise Invalid("A camera has a make or a model.")

    @property
    def words(self) -> str:
        """Both as one is told."""
        return " ".join(filter(None, (self.make, self.model)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """What wrote a medium, with its version where it says one, exactly as it was read."""

    words: str

    def __post_init__(self) -> None:
        if not self.words:
            raise Invalid("Software has a name.")


Instrument = Camera | Software
