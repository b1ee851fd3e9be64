"""An exercise drawn in the database under test, as in an academy: `python -m tests.world.drawer OFFICER` says which."""

import json
import sys
from dataclasses import asdict

from clew.cli.entry import aside, entered


def draw(officer: str) -> None:
    """Draw one; an academy of its own is founded by tests/scenario/test_academy.py."""
    with entered() as configuration:
        from django.conf import settings

        from clew.cli import exercise_story
        from clew.node.workplace import equipped

        settings.CLEW_IS_ACADEMY = True
        with equipped(configuration) as workplace:
            made = exercise_story.draw(workplace, officer, configuration.exercises_folder, aside)
        print(json.dumps(asdict(made), default=str))


if __name__ == "__main__":
    draw(sys.argv[1])
