"""Owners see every access to their records: whatever page or operation shows a record of another member tells that member.

Every page and every operation that reads, asked by an officer who sees much of Sweden's: where an answer holds an identifier or a
reference of a record of Sweden's, one of the acts that were put on record by then is among Sweden's accesses. A page or an operation that
is new is asked without anybody's doing.
"""

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import psycopg
import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import URLPattern, get_resolver
from psycopg.rows import TupleRow

from clew.actions import corresponding, gathering, linking, localising, opening, questioning, referring, spotting
from clew.domain.handling import Actor, Audience
from clew.domain.lead import Rule
from clew.domain.link import Basis, Confidence, LinkType
from clew.domain.referral import SECTIONS_DEFAULT
from clew.records import leads, officers
from clew.records.session import acting_as
from clew.web.references import address_of
from tests.world.api_document import DOCUMENT
from tests.world.clients import shown_ago, signed_in
from tests.world.door import apart
from tests.world.foreign import CLUE, release, sweden, two_members
from tests.world.world import World, handling
from tests.world.world import superuser as of_world

NOT_TOLD: Mapping[str, str] = {
    r"/(api/)?audit/?($|\?)": "one's own acts, each by the identifier that it named: the owner was told when it was done",
}
"""Addresses that show something of Sweden's and tell it of nothing, each with its reason."""
OF_BOTH = b"of both"
DIGEST = hashlib.sha256(OF_BOTH).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What tells that something is Sweden's, and what may stand in addresses, by its kind."""

    tables: Mapping[str, str]
    references: tuple[str, ...]
    ids: Mapping[str, tuple[str, ...]]
    superuser: psycopg.Connection[TupleRow]
    answers: list[str] = field(default_factory=list)

    @property
    def marks(self) -> tuple[str, ...]:
        """Identifiers and references of Sweden's records."""
        return tuple(self.tables)

    def like(self, name: str) -> tuple[str, ...]:
        """Identifiers of the table that is named so, a few of each owner."""
        return tuple(one for table, some in self.ids.items() if name.rstrip("s") in table for one in (*some[:2], *some[-2:]))


@pytest.fixture(scope="module")
def shown(node) -> Iterator[Shown]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    yield apart(enter, world)
    world.empty()


def enter(world: World) -> Shown:
    two_members(world)
    sweden(world)
    meet(world)
    superuser = of_world(world.facts)
    tables = [name for (name,) in superuser.execute(
        "select a.attrelid::regclass::text from pg_attribute a join pg_class c on c.oid = a.attrelid and c.relkind = 'r'"
        "  join pg_attribute i on i.attrelid = c.oid and i.attname = 'id' and i.atttypid = 'uuid'::regtype"
        " where a.attname = 'owner_member' and c.relnamespace = 'public'::regnamespace"
    )]  # fmt: skip
    marks, ids = {}, {}
    for table in tables:
        found = superuser.execute(f"select id::text, owner_member from {table} order by owner_member = 'SE', id").fetchall()
        ids[table] = tuple(one for one, _ in found)
        marks |= {one: table for one, of in found if of == "SE"}
    references = []
    for table in ("series", "victims", "offenders", "places", "questions", "referrals"):
        for reference, of in superuser.execute(f"select reference, {'member' if table in ('questions', 'referrals') else 'owner_member'} from {table}").fetchall():
            references.append(reference)
            marks |= {reference: table} if of == "SE" else {}
    for table in ("leads", "correspondences", "notices", "observations", "questions", "referrals", "releases"):
        other = {"correspondences": "to_member", "referrals": "to_member", "releases": "recipient"}.get(table, "member")
        ids[table] = tuple(one for (one,) in superuser.execute(f"select id::text from {table} where 'NO' in (member, {other})").fetchall())
    marks |= {one: "releases" for (one,) in superuser.execute("select id::text from releases where recipient = 'NO'").fetchall()}
    return Shown(tables=marks, references=tuple(references), ids=ids, superuser=superuser)


def meet(world: World) -> None:
    """Norway has the same media, works on what Sweden shows, and is told of it."""
    ada, sven = world.officer("ada"), Actor(officer="sven", member="SE", unit="VICTIM-ID")
    medium, foreign = (world.medium(one, content=OF_BOTH) for one in (ada, sven))
    world.occurrence(ada, medium, "NO-1", "PHONE-1")
    world.occurrence(sven, foreign, "SE-shown", "PHONE-1")
    world.series(ada, "green-room", [medium])
    series_id = world.series(sven, "yellow-room", [foreign])
    with acting_as(sven) as session:
        spotting.add(session, DIGEST, CLUE, handling(sven, Audience.ALL))
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("select reference from series where id = %s", [series_id])
        (series,) = cursor.fetchone()
        cursor.execute("select reference from victims where audience <> 0 and owner_member = 'SE' order by reference")
        victims = [reference for (reference,) in cursor.fetchall()]
        about = corresponding.About(kind=corresponding.SubjectKind.SERIES, name=series)
        corresponding.ask(session, about, ("NO", "VICTIM-ID"), opening.today(), "Is this tram yours?")
        asking = questioning.Asking(
            kind=questioning.Kind.PLUG_TYPE, about=questioning.About.SERIES, name=series, words="Is this plug yours?",
            language="en", due_on=opening.today(), crop_id=None,
        )  # fmt: skip
        questioning.ask(session, asking, questioning.whom(["NO"], (), ()))
        wanted = referring.Wanted(
            series=series, country="NO", to=("NO", "VICTIM-ID"), due_on=opening.today(), words="Words of Sweden",
            sections=SECTIONS_DEFAULT, crops=(),
        )  # fmt: skip
        referred = referring.build(session, wanted)
    with acting_as(officers.actor_of("sara")) as session:
        referring.approve(session, referred)
    release(world, foreign, "NO")
    # Beside a case of which nothing is known elsewhere stands a lead on Sweden's series.
    alone = world.medium(ada, content=b"of Norway alone")
    world.occurrence(ada, alone, "NO-2", "PHONE-1")
    lead_on(ada, series_id, alone)
    with acting_as(ada) as session, session.cursor() as cursor:
        cursor.execute("select reference from series where owner_member = 'NO'")
        (green,) = cursor.fetchone()
    with acting_as(ada) as session:
        linking.link(session, victims[0], LinkType.APPEARS_IN, green, basis=Basis.SEEN)
        localising.vote(session, series, "NO", Confidence.CERTAIN, "A tram.")
        gathering.merge(session, green, series, "The same room.")


def lead_on(of: Actor, series_id: UUID, medium: UUID) -> None:
    with acting_as(of) as session:
        token = leads.token_of(session, Rule.SAME_CAMERA, b"4471")
        leads.keep(session, [leads.Drawn(series_id=series_id, rule=Rule.SAME_CAMERA, evidence=token, medium_id=medium, measured={"ending": "4471"})])
        leads.tell(session, [series_id])


# What is asked ---------------------------------------------------------------------------------------------------

GIVEN = {"case": ("NO-1", "NO-2"), "by": ("member",), "km": ("50",), "at": ("60.0,10.0",), "kind": ("case",), "name": ("NO-1",), "own": ("false",)}
"""What stands at words of a query that name no record of somebody's."""
REFERENCES = {"reference", "series", "of", "to"}
READ_BY_POST = ("/api/search", "/api/compare")


def of_operations(shown: Shown) -> Iterator[str]:
    """Every operation that reads, with what it may be asked of."""
    for path, methods in DOCUMENT["paths"].items():
        if "get" not in methods or methods["get"]["tags"] == ["programs"]:
            continue
        parameters = [one for one in methods["get"]["parameters"] if one["in"] in {"path", "query"}]
        required = [one for one in parameters if one.get("required")]
        optional = [one for one in parameters if not one.get("required") and one["name"] in REFERENCES | {"case"}]
        for more in [[], *([one] for one in optional)]:
            asked = [*required, *more]
            if sum(len(values_of(shown, path, one)) > 1 for one in asked) > 1:
                pairs = zip(*(values_of(shown, path, one) for one in asked), strict=False)
            else:
                pairs = itertools.product(*(values_of(shown, path, one) for one in asked))
            for values in pairs:
                address, query = path, {}
                for one, value in zip(asked, values, strict=True):
                    if one["in"] == "path":
                        address = address.replace(f"{{{one['name']}}}", quote(value, safe=""))
                    else:
                        query[one["name"]] = value
                yield f"{address}?{urlencode(query)}" if query else address


def values_of(shown: Shown, path: str, parameter: Mapping[str, Any]) -> tuple[str, ...]:
    name, schema = parameter["name"], parameter["schema"]
    if schema.get("format") == "uuid":
        return shown.like(name)
    if "0-9a-f" in schema.get("pattern", "") or name in {"medium", "other"}:
        return (DIGEST,)
    if name in REFERENCES:
        kind = path.removeprefix("/api/")[0].upper() if parameter["in"] == "path" else ""
        return tuple(one for one in shown.references if (name != "series" and not kind) or one[0] == (kind or "S"))
    return GIVEN.get(name, ())


def of_pages(shown: Shown) -> Iterator[str]:
    """Every page."""
    for one in get_resolver().url_patterns:
        pattern = str(one.pattern)
        assert isinstance(one, URLPattern)
        if pattern.startswith(("api/", "account/")) or one.name == "asset":
            continue
        places = re.findall(r"<(?:(\w+):)?(\w+)>", pattern)
        ways = [of_page(shown, kind, name, pattern) for kind, name in places]
        for values in itertools.islice(itertools.product(*ways), PAGES_MAX):
            given = iter(values)
            yield "/" + re.sub(r"<(?:\w+:)?\w+>", lambda _: next(given), pattern)  # noqa: B023 (at once)


def of_page(shown: Shown, kind: str, name: str, pattern: str) -> tuple[str, ...]:
    if kind == "uuid":
        return shown.like(name)
    if kind == "int":
        return ("1",)
    if name == "sha256" or kind == "slug":
        return (DIGEST,) if name == "sha256" else ("series", "case")
    if pattern.startswith(("cases/", "triage/")):
        return ("NO-1", "NO-2") if name != "exhibit" else ("PHONE-1",)
    letter = pattern[0].upper()
    return tuple(address_of(one) for one in shown.references if one[0] == letter) or tuple(map(address_of, shown.references[:2]))


PAGES_MAX = 12


# The law ------------------------------------------------------------------------------------------------------------


def untold(shown: Shown, client: Client, address: str) -> str | None:
    """What the address shows of Sweden's and puts on record for Norway alone; None where all is told, or nothing shown."""
    before = last_act(shown)
    caches["api"].clear()
    answer = client.get(address, HTTP_HOST="localhost")
    assert answer.status_code != 500, address
    if answer.status_code != 200 or getattr(answer, "is_async", False):  # a stream tells that something happened, and not what
        return None
    content = (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")
    found = next((mark for mark in shown.marks if mark in content), None)
    if found is None:
        return None
    shown.answers.append(address)
    acts = acts_after(shown, before)
    return None if any(is_told for _, is_told in acts) else f"{address} shows {shown.tables[found]}, by {[act for act, _ in acts]}"


def last_act(shown: Shown) -> str:
    return shown.superuser.execute("select coalesce(max(id::text), '') from acts").fetchone()[0]


def acts_after(shown: Shown, before: str) -> list[tuple[str, bool]]:
    return shown.superuser.execute(
        "select a.act, exists (select from accesses x where x.act_id = a.id and x.owner = 'SE') from acts a where a.id::text > %s", [before]
    ).fetchall()


@pytest.mark.parametrize("of", ["operations", "pages"])
def test_whatever_shows_a_record_of_another_member_tells_that_member(shown: Shown, of: str) -> None:
    client, found = signed_in("ada"), []
    for number, address in enumerate({"operations": of_operations, "pages": of_pages}[of](shown)):
        if number % 20 == 0:
            shown_ago(client, "ada", 0)
        told = untold(shown, client, address)
        if told is not None and not any(re.match(one, address) for one in NOT_TOLD):
            found.append(told)
    assert not found, "\n".join(found)
    assert len(shown.answers) > 20
