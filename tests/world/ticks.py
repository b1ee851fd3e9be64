"""The clock of overlaps in the tests: what was noted and said is laid back by whole days, as if it had been then."""


from clew.actions import deconflicting
from tests.world.kept import connected
from tests.world.world import World

MOMENTS = {
    "overlaps": "noted_at", "overlap_modes": "changed_at", "overlap_grounds": "noted_at", "overlap_clock": "released_until",
}  # fmt: skip


def ticks(world: World, *, days: int = 1, with_words: bool = False) -> None:
    """So many days go by: what was noted before is told now, to every side; `with_words`: what sides said is as long ago."""
    with connected(**world.facts.as_owner()) as owner:
        for table, column in (MOMENTS | ({"overlap_decisions": "decided_at"} if with_words else {})).items():
            query = "select relforcerowsecurity from pg_class where oid = %s::regclass"
            is_forced = owner.execute(query, [f"public.{table}"]).fetchone()[0]
            # The owner of the tables is under row security too; for this it is lifted and put back.
            owner.execute(f"alter table public.{table} no force row level security")
            owner.execute(f"update public.{table} set {column} = {column} - make_interval(days => %s)", [days])
            if is_forced:
                owner.execute(f"alter table public.{table} force row level security")
    deconflicting.release_all()
