"""No statement of the node asks PostgreSQL for a plan: EXPLAIN counts rows before the rule of visibility leaves them out.

PostgreSQL lets whoever may read a table explain a query of it, and has no right that forbids it. So what holds is
that nobody is given a plan: none is asked for, and no statement is made of words from outside.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import clew

SOURCE = Path(clew.__path__[0])
PLAN = re.compile(r"\bexplain\b\s*(\(|analyze|verbose|select|insert|update|delete|with|execute|declare)|auto_explain", re.IGNORECASE)


def words_of(text: str, suffix: str) -> Iterator[str]:
    """What may reach the database: SQL files, and every string of a module."""
    if suffix == ".sql":
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def asks_for_plans(text: str, suffix: str) -> bool:
    return any(PLAN.search(words) for words in words_of(text, suffix))


def test_no_statement_asks_for_a_plan() -> None:
    files = [path for path in SOURCE.rglob("*") if path.suffix in {".py", ".sql"}]
    assert files
    assert [path.name for path in files if asks_for_plans(path.read_text("utf-8"), path.suffix)] == []


def test_the_law_notices_a_statement_that_does() -> None:
    for words in ("explain select 1", "EXPLAIN (analyze) select 1", "load 'auto_explain'"):
        assert asks_for_plans(words, ".sql")
        assert asks_for_plans(f"cursor.execute({words!r})", ".py")
    assert not asks_for_plans('"""They explain so much more."""', ".py")
