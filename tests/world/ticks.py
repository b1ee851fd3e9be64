"""The clock of overlaps in the tests: what was noted and said is laid back by whole days, as if it had been then."""

import psycopg

from clew.actions import deconflicting
from tests.world.world import World


def ticks(world: World, *, days: int = 1) -> None:
    """So many days go by: what was noted before is told now, to every side."""
    with psycopg.connect(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        for table, column in (("overlaps", "noted_at"), ("overlap_modes", "changed_at"), ("overlap_grounds", "noted_at")):
            superuser.execute(f"update public.{table} set {column} = {column} - make_interval(days => %s)", [days])
        superuser.execute("update overlap_clock set released_until = released_until - make_interval(days => %s)", [days])
    deconflicting.release_all()
