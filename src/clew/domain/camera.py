"""Cameras as media name them: make and model, in the camera's own words."""

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
