"""Names and references: what people and exports call cases, exhibits, lists and series."""

from clew.domain.errors import Invalid

NAME_CHARACTERS_MAX = 200


def is_name(untrusted_name: str) -> bool:
    """Whether it can be kept as a name: a few characters, all of which can be seen."""
    return 0 < len(untrusted_name) <= NAME_CHARACTERS_MAX and untrusted_name.isprintable()


def named(untrusted_name: str) -> str:
    """The name as it is kept, without spaces around it.

    Raises:
        Invalid: it is empty, too long, or holds what does not show.
    """
    name = untrusted_name.strip()
    if not is_name(name):
        raise Invalid(
            "A reference or name has 1 to {most} characters, all of which can be seen.", most=NAME_CHARACTERS_MAX
        )
    return name
