"""A function of the database with other words in it: what a law must notice."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from clew.node.connection import ConnectionFacts
from clew.records import policies
from tests.world.kept import connected


@contextmanager
def changed(node: ConnectionFacts, function: str, before: str, after: str) -> Iterator[None]:
    """Within, `after` stands in the function in place of `before`."""
    made, its_name = policies.functions_made(node.roles), f"function {function}"
    assert sum(before in words for words in made if its_name in words) == 1, before

    def make(change: Callable[[str], str]) -> None:
        with connected(**node.as_owner()) as owner:
            for words in made:  # all of them, for some say who the others belong to
                owner.execute(change(words) if its_name in words else words)

    make(lambda words: words.replace(before, after))
    try:
        yield
    finally:
        make(lambda words: words)
