"""`clew demo`."""


def demo() -> None:
    """Start a node with three fictional countries and triage a fictional seizure."""
