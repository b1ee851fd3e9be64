"""Hidden and absent are one answer of the API too: every operation, with what another member has in each of its words.

Bodies and queries are made from the OpenAPI document, so that an operation comes as far as the word that is asked for;
and an operation that is new is walked without anybody's doing.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.core.cache import caches
from django.test import Client

from clew.actions.opening import today
from clew.domain.officer import Role
from tests.world.api_document import DOCUMENT
from tests.world.clients import signed_in
from tests.world.foreign import CONTENT, Foreign, sweden, two_members
from tests.world.world import World

PEOPLE = {
    "ada": Role.INVESTIGATOR, "otto": Role.AUDITOR, "nina": Role.NATIONAL_ADMINISTRATOR, "cora": Role.COORDINATOR,
    "dora": Role.DATA_PROTECTION_OFFICER,
}  # fmt: skip
ADMINISTRATION = "administration"
"""The tag of what an administrator alone does, and walks."""
ABSENT_ID = "0f9d1b52-6c1e-4a43-9d0e-2f7a54c1b8e3"
ABSENT_DIGEST = hashlib.sha256(b"absent").hexdigest()
UNUSED = "100000017"
"""Digits of a reference that could be drawn; that it was is as likely as one in nine millions."""
KINDS = {"assertion": "merge", "answer": "question_answer", "asked": "request"}
"""Of which table a field names rows, where its own name does not say it."""
TABLES_OF_A_MEMBER = frozenset({"certifications", "suspensions", "sign_ins"})
"""Without an audience of their own: no other member sees a row of theirs."""
IN_NAMES = {"officer": ("sven", "nobody"), "unit": ("DESK", "NOT-THERE"), "name": ("sven", "nobody"), "after": ("sven", "svem")}
"""What Sweden has, with what is absent, by field of an operation of administration."""
SAMPLED = {"trained_on": str(today()), "until": str(today() + timedelta(days=99))}
"""Fields that take less than their schema says."""
OF_THE_MOMENT = {"/api/audit/export"}
"""What repeats the question and has the log as it is by then, to those alone who audit: events of their own member."""
WORDS = {"title", "reason", "words", "basis", "name", "note", "evidence", "next_step", "why"}
"""Fields that hold an officer's own words, and name nothing."""


@pytest.fixture(scope="module")
def foreign(node) -> Iterator[Foreign]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = two_members(World(facts=node))
    for name, role in PEOPLE.items():
        world.officer(name, role=role, unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")
    found = sweden(world)
    ada = world.officer("ada")
    world.occurrence(ada, world.medium(ada, content=b"of Norway"), "NO-1", "PHONE-1")
    world.series(ada, "green-room")
    yield found
    world.empty()


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without its references, and of several the first that is not null."""
    if "$ref" in schema:
        return resolved(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    for several in ("anyOf", "allOf", "oneOf"):
        if several in schema:
            return resolved(next(one for one in schema[several] if one.get("type") != "null"))
    return schema


def sample(schema: Mapping[str, Any]) -> Any:
    """A value that the schema takes."""
    known = resolved(schema)
    if "enum" in known or "const" in known:
        return known["const"] if "const" in known else known["enum"][0]
    if known.get("type") == "object":
        properties = known.get("properties", {})
        return {name: SAMPLED.get(name) or sample(one) for name, one in properties.items() if name in known.get("required", ())}
    if known.get("type") == "array":
        return [sample(known["items"])]
    by_format = {"uuid": ABSENT_ID, "date": "2040-01-31", "date-time": "2040-01-31T00:00:00Z"}
    of_pattern = next((word for words, word in BY_PATTERN.items() if words in known.get("pattern", "")), None)
    word = of_pattern or by_format.get(known.get("format", ""), "sv" if is_short(known) else "NO-NOT-THERE")
    return {"string": word, "boolean": True, "number": 1, "integer": 1}[known["type"]]


def operations(tag: str | None = None) -> Iterator[tuple[str, str, Mapping[str, Any], Any]]:
    """Method, path, schemas of path and query by name (`in`, schema), and the body's schema or None; of one tag, or all."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if operation["tags"] == ["programs"] or tag not in {None, *operation["tags"]}:
                continue
            words = {one["name"]: one for one in operation["parameters"] if one["in"] in {"path", "query"}}
            content = operation.get("requestBody", {}).get("content", {})
            yield method, path, words, content.get("application/json", {}).get("schema")


BY_PATTERN = {"0-9a-f": ABSENT_DIGEST, "0-9+/": "AAAA", "/[A-Za-z0-9-]": "DK/VICTIM-ID", "[A-Z]{2}": "SE"}
"""What a pattern takes, by a part of it."""


TRIED_EVERY = {"ada": 2, "otto": 2}
TRIED_EVERY_ELSE = 9
"""Of what a field can name one in so many is tried, the others with the next fields; all by who walks one tag alone."""
MALFORMED = ("~zz", "\0", "x" * 300, "\U0001f4a9", "'--", "0", "-1", "NULL", "S-", "../..", " ", "NO/1")
"""Names that nothing has: each field gets one of them, the next field the next."""
NOT_WRITTEN_SO = frozenset({400, 404, 422})
"""What is malformed is absent, or is told before anything is looked for: that it is not written so."""


def is_short(known: Mapping[str, Any]) -> bool:
    return known.get("maxLength", 99) < 5


def naming(schema: Mapping[str, Any], name: str) -> bool:
    """Whether the field can name what is somebody's: no list of ours, number, day or words of the officer's own."""
    known = resolved(schema)
    if known.get("type") == "array":
        return naming(known["items"], name)
    is_of_ours = {"enum", "const"} & known.keys() or known.get("format", "").startswith("date") or is_short(known)
    is_of_form = known.get("pattern") and "0-9a-f" not in known["pattern"]
    if name == "after" and known.get("format") == "uuid":  # a place in the order of time, whoever has it
        return False
    return known.get("type") == "string" and not is_of_ours and not is_of_form and name not in WORDS


def values(schema: Mapping[str, Any], foreign: Foreign, name: str) -> list[tuple[str, str]]:
    """For a field: what is Sweden's, each with what is absent in its place."""
    known = resolved(schema)
    if known.get("type") == "array":
        return values(known["items"], foreign, name)
    if known.get("format") == "uuid":
        ids = foreign.ids_like(KINDS.get(name, name.removesuffix("s")))
        like = [each for each in ids if each in foreign.hidden or foreign.tables[each] in TABLES_OF_A_MEMBER]
        return [(each, ABSENT_ID) for each in like or foreign.hidden]
    if "0-9a-f" in known.get("pattern", ""):
        return [(hashlib.sha256(CONTENT["hidden"]).hexdigest(), ABSENT_DIGEST)]
    hidden = [each for each in foreign.names if "hidden" in each or re.fullmatch(r"[A-Z]-\d+", each)]
    return [(each, f"{each[:2]}{UNUSED}" if re.fullmatch(r"[A-Z]-\d+", each) else "NO-NOT-THERE") for each in hidden]


def asking(client: Client, method: str, path: str, given: Mapping[str, Any], query: list[str], body: Any) -> tuple[int, str, bytes]:
    address = path
    for name, value in given.items():
        address = address.replace(f"{{{name}}}", quote(str(value), safe=""))
    asked = urlencode({name: given[name] for name in query}, doseq=True)
    answer = client.generic(
        method.upper(), f"{address}?{asked}" if asked else address, json.dumps(body) if body is not None else b"",
        content_type="application/json",
    )
    return answer.status_code, answer["Content-Type"] if answer.content else "", answer.content


def is_entered(path: str, name: str) -> bool:
    """Whether the field gives what is new its name, which names nothing that is there."""
    return name == "name" and not path.startswith("/api/suspensions")


def put(known: Mapping[str, Any], value: str) -> Any:
    return [value] if resolved(known).get("type") == "array" else value


def walk(foreign: Foreign, client: Client, methods: frozenset[str], tag: str | None = None, tried_every: int = TRIED_EVERY_ELSE) -> int:
    """Every operation with every field that can name something; how many answers were compared."""
    compared, numbers = 0, count()
    for method, path, words, body_schema in operations(tag):
        if method not in methods or path in OF_THE_MOMENT:
            continue
        body = None if body_schema is None else sample(body_schema)
        given = {name: sample(one["schema"]) for name, one in words.items() if one.get("required")}
        fields = [("word", name, one["schema"]) for name, one in words.items()]
        if body_schema is not None:
            fields += [("body", name, one) for name, one in resolved(body_schema).get("properties", {}).items()]
        for where, name, schema in fields:
            is_named = tag == ADMINISTRATION and name in IN_NAMES and not is_entered(path, name)
            if not (is_named or naming(schema, name)):
                continue
            answers: dict[str, tuple[int, str, bytes]] = {}
            pairs = [IN_NAMES[name]] if is_named else values(schema, foreign, name)
            if where == "word" and name == "reference":  # of other kinds it is no reference at all
                kind = path.removeprefix("/api/")[0].upper()
                pairs = [each for each in pairs if each[0].startswith(f"{kind}-")] or pairs
            number = next(numbers)
            if tag is None:
                pairs = pairs[number % tried_every :: tried_every] or pairs[:1]
            # Of a search parts of words are looked for, and around a point that is blank everything is.
            wrongs = ["~zz" if name in {"q", "at"} else MALFORMED[number % len(MALFORMED)]]
            if where == "body" or words[name]["in"] == "query":
                wrongs += ["\0", *(["\ud800"] if where == "body" else [])]
            for hidden, absent in [*pairs, *((wrong, pairs[0][1]) for wrong in wrongs)]:
                is_wrong = hidden in wrongs
                if is_wrong and where == "word" and words[name]["in"] == "path" and hidden in {"\0", "../..", " ", "NO/1"}:
                    continue  # no part of an address
                for value in {hidden, absent} - answers.keys():
                    said = {**given, name: put(schema, value)} if where == "word" else given
                    text = {**body, name: put(schema, value)} if where == "body" else body
                    query = [each for each in said if words[each]["in"] == "query"]
                    caches["api"].clear()
                    status, kind, content = asking(client, method, path, said, query, text)
                    assert status != 500, (path, name, value)
                    if path == "/api/uploads" and status == 200:  # begun under either name, and one more each time
                        begun = json.loads(content)["upload"]
                        assert client.post(f"/api/uploads/{begun}/cancel", {}, content_type="application/json").status_code == 204
                        content = content.replace(begun.encode(), b"begun")
                    answers[value] = status, kind, content.replace(json.dumps(value).encode(), b'"{}"') if len(value) < 4 else content.replace(json.dumps(value)[1:-1].encode(), b"{}")
                is_told = is_wrong and answers[hidden][0] in NOT_WRITTEN_SO
                assert answers[hidden] == answers[absent] or is_told, (method, path, name, hidden, answers[hidden], answers[absent])
                compared += 1
    return compared


@pytest.mark.parametrize(
    ("name", "methods"), [("ada", {"get", "post"}), ("otto", {"get"}), ("cora", {"get", "post"}), ("dora", {"get", "post"})],
    ids=["ada", "otto", "cora", "dora"],
)  # fmt: skip
def test_every_operation_gives_one_answer_to_what_is_hidden_and_absent(
    foreign: Foreign, name: str, methods: set[str]
) -> None:
    assert walk(foreign, signed_in(name), frozenset(methods), tried_every=TRIED_EVERY.get(name, TRIED_EVERY_ELSE)) > 40


def test_what_an_administrator_does_gives_one_answer_to_what_is_hidden_and_absent(foreign: Foreign) -> None:
    client = signed_in("nina")
    assert walk(foreign, client, frozenset({"get", "post"}), ADMINISTRATION) > 8
    assert any(table == "certifications" for table in foreign.tables.values())
    given = {"officer": "ada", "role": "analyst", "trainer": "the school", **SAMPLED}
    assert asking(client, "post", "/api/certifications", {}, [], given)[0] == 200, "the walk comes as far as the officer"


def test_the_walk_comes_as_far_as_the_word_that_is_asked_for(foreign: Foreign) -> None:
    """The own series is told from an absent one, and a body that is made from the document is taken."""
    client = signed_in("ada")
    (own,) = (one["reference"] for one in client.get("/api/series?own=true").json()["items"])
    for method, path, words, body_schema in operations():
        if "reference" in words and words["reference"]["in"] == "path" and path.startswith("/api/series"):
            body = None if body_schema is None else sample(body_schema)
            found, absent = (
                asking(client, method, path, {"reference": name}, [], body)[0] for name in (own, f"S-{UNUSED}")
            )
            assert absent == 404, (method, path)
            assert found != 422, (method, path)


WITHOUT_NAMES = {"age", "point", "facts", "where", "speaks", "files", "keys", "uses"}
"""Fields of bodies that hold objects, in none of which a record is named."""


def test_no_name_hides_within_an_object_of_a_body() -> None:
    """The walk tries fields of bodies and not what lies in them: an object that is new is looked at by whoever adds it."""
    found = set()
    for _, _, _, body in operations():
        for name, schema in ({} if body is None else resolved(body).get("properties", {})).items():
            known = resolved(schema)
            known = resolved(known["items"]) if known.get("type") == "array" else known
            found |= {name} if known.get("type") == "object" else set()
    assert found == WITHOUT_NAMES
