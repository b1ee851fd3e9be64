"""Hidden, absent and malformed are one answer to what is posted too: every form of the pages, with each field that names a record.

Forms are found on the pages themselves, filled in as they stand, and posted with one field changed: to what Sweden hides, to what
nobody has, to what is no name. That no field is forgotten is held against the templates.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.core.cache import caches
from django.test import Client
from django.urls import resolve

import clew.web
from clew.actions.opening import today
from clew.domain.officer import Role
from clew.web.posting import TOLD
from tests.end_to_end.test_one_answer_of_the_api import ABSENT_DIGEST, ABSENT_ID, UNUSED
from tests.end_to_end.test_owners_are_told import Shown, enter, of_pages
from tests.world.clients import shown_ago, signed_in
from tests.world.door import apart
from tests.world.foreign import CONTENT
from tests.world.world import World
from tests.world.world import superuser as of_world

PEOPLE = {"ada": Role.INVESTIGATOR, "nina": Role.NATIONAL_ADMINISTRATOR, "dora": Role.DATA_PROTECTION_OFFICER, "cora": Role.COORDINATOR}
NAMES = {
    "after", "asked", "assertion", "camera", "case", "clue", "crop", "event", "exhibit", "id", "medium", "message", "name", "names", "officer", "other",
    "proposal", "record", "reference", "scope", "series", "sha256", "subject", "to", "unit", "view", "whom", "with", "within",
}  # fmt: skip
"""Fields that name a record, or what something lies in."""
WORDS = {
    "about", "act", "again", "again_on", "age", "answer", "applicant", "as", "at", "audience", "back", "basis", "before", "box", "by", "called",
    "chart", "code", "condition_text", "conditions", "confidence", "confidentiality", "contact_point", "countries", "country", "credential",
    "csrfmiddlewaretoken", "daily", "done_on", "due", "due_on", "established", "every", "evidence", "excluded", "exercise", "facts", "field", "files", "form",
    "from", "good_at", "hops", "hourly", "identity", "information", "is_minor", "kept_by", "kind", "km", "known", "language", "languages",
    "legal_basis", "level", "login", "media", "member", "members", "mode", "needed", "next", "next_on", "number", "of", "off", "on", "outcome", "own",
    "owner", "password", "passwordless", "period", "purpose", "purposes", "q", "reason", "received", "role", "said", "scheme", "second", "section", "sex",
    "since", "source", "speaking", "speciality", "standing", "state", "step", "sure", "title", "trained_on", "trainer", "type", "undecided",
    "until", "value", "verdict", "way", "why", "words", "year", "years",
}  # fmt: skip
"""Fields that hold an officer's own words, a choice of ours, a number, a day, a member (all are told) or how a list is read."""
OF_THE_PAGE = {"viewport", "color-scheme", "robots"}
"""Names of what is said of a page in its head."""
OF_THE_MOMENT = "/audit/export/"
"""A file with the log as it is by then, to those alone who audit; the case that they state is looked up nowhere."""
FORMS_MIN, COMPARED_MIN = 30, 50
MALFORMED = ("~zz", "\0", "x" * 300, "\U0001f4a9", "'--", "0", "-1", "NULL", "../..")
HIDDEN_MAX = 2
"""So many names of Sweden's are tried at a field of a form, others at the next."""


def test_no_field_of_a_form_is_forgotten() -> None:
    """Every name in the templates is one that names a record, or one that does not."""
    templates = Path(clew.web.__file__).parent / "templates"
    found = {name for one in templates.rglob("*.html") for name in re.findall(r'\sname="([A-Za-z_][\w.-]*)"', one.read_text("utf-8"))}
    assert found - OF_THE_PAGE == NAMES | WORDS
    assert not NAMES & WORDS


@dataclass
class Form:
    """A form as a page shows it: where it goes, and what it holds as it stands."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)


class Reader(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self._address, self._form, self._select, self._area = address, None, "", ""
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if tag == "form":
            is_post = said.get("method", "").lower() == "post"
            self._form = Form(action=urljoin(self._address, said.get("action") or self._address)) if is_post else None
            self.forms += [self._form] if self._form else []
        elif self._form is None:
            return
        elif tag == "select":
            self._select = name
            self._form.fields.setdefault(name, [])
        elif tag == "option" and self._select:
            chosen = self._form.fields[self._select]
            if said.get("value") and (not chosen or "selected" in said):
                self._form.fields[self._select] = [said["value"]]
        elif tag == "textarea" and name:
            self._form.fields.setdefault(name, ["Words."])
        elif tag in {"input", "button"} and name:
            is_box = said.get("type") in {"checkbox", "radio"}
            if is_box and name in self._form.fields:
                return
            self._form.fields.setdefault(name, [said.get("value") or filled(said)])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""


def filled(said: Mapping[str, str]) -> str:
    """What somebody would write there."""
    if said.get("type") == "date":
        return str(today())
    if said.get("type") == "number":
        return said.get("min") or "1"
    return "NO-1" if said.get("name") in NAMES else "Words."


@pytest.fixture(scope="module")
def shown(node) -> Iterator[Shown]:
    if not node.is_own:
        pytest.skip("the database elsewhere shows nobody past row security")
    world = World(facts=node)
    yield apart(lambda one: (enter(one), people(one))[0], world)
    world.empty()


def people(world: World) -> None:
    for name, role in PEOPLE.items():
        world.officer(name, role=role, unit="ADMIN" if role is Role.NATIONAL_ADMINISTRATOR else "VICTIM-ID")


@dataclass(frozen=True)
class Pools:
    """What Sweden hides, by how it is written, each with what is absent in its place."""

    ids: tuple[tuple[str, str], ...]
    references: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]
    digests: tuple[tuple[str, str], ...]
    officers: tuple[tuple[str, str], ...] = (("sven", "nobody"),)
    units: tuple[tuple[str, str], ...] = (("DESK", "NOT-THERE"),)


@pytest.fixture(scope="module")
def pools(shown: Shown, node) -> Pools:
    superuser = of_world(node)
    rows = [
        (str(one), ABSENT_ID)
        for table in ("cases", "exhibits", "series", "media", "clues", "links", "victims", "offenders", "places", "hash_lists")
        for (one,) in superuser.execute(f"select id from {table} where owner_member = 'SE' and audience = 0 order by id limit 1").fetchall()
    ]
    rows += [
        (str(one), ABSENT_ID)
        for table in ("correspondences", "crops", "question_answers", "leads", "messages", "releases", "observations", "series_votes")
        for (one,) in superuser.execute(f"select t.id from {table} t where t.member = 'SE' {HIDDEN.get(table, '')} limit 1").fetchall()
    ]
    references = [
        (one, f"{one[:2]}{UNUSED}") for table in ("series", "victims", "offenders", "places")
        for (one,) in superuser.execute(f"select reference from {table} where owner_member = 'SE' and audience = 0 order by reference limit 1").fetchall()
    ]
    names = [(f"{kind}-hidden", f"{kind}-absent") for kind in ("SE", "PHONE", "list", "series")]
    digests = [(hashlib.sha256(CONTENT["hidden"]).hexdigest(), ABSENT_DIGEST)]
    return Pools(ids=tuple(rows), references=tuple(references), names=tuple(names), digests=tuple(digests))


HIDDEN = {
    "correspondences": "and t.to_member = 'DK'", "releases": "and t.recipient = 'DK'",
    "messages": "and exists (select from correspondences c where c.id = t.correspondence_id and c.to_member = 'DK')",
    "series_votes": "and exists (select from series s where s.id = t.series_id and s.audience = 0)",
}  # fmt: skip


def tries(pools: Pools, name: str, value: str) -> tuple[tuple[str, str], ...]:
    """What is tried at a field, by how what stands there is written."""
    if re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value):
        return pools.ids
    if re.fullmatch(r"[0-9a-f]{64}", value):
        return pools.digests
    if name in {"officer", "unit"}:
        return pools.officers if name == "officer" else pools.units
    if re.fullmatch(r"[A-Z]-\d+", value):
        return pools.references
    return (*pools.references, *pools.names, *pools.digests, *pools.ids[:2])


def forms(shown: Shown, client: Client, who: str) -> Iterator[Form]:
    """Each form of the pages once: as it stands where it is met first."""
    met = set()
    for number, address in enumerate(of_pages(shown)):
        if number % 20 == 0:
            shown_ago(client, who, 0)
        answer = client.get(address)
        if answer.status_code != 200 or answer.streaming or "text/html" not in answer["Content-Type"]:
            continue
        reader = Reader(address)
        reader.feed(answer.content.decode())
        for form in reader.forms:
            path = urlsplit(form.action).path
            if path.startswith("/account/"):
                continue
            key = resolve(path).route, tuple(sorted(form.fields))
            if key not in met:
                met.add(key)
                yield form


def posted(client: Client, form: Form, name: str, value: str) -> tuple[int, str, str, str]:
    caches["api"].clear()
    answer = client.post(form.action, {**form.fields, name: value})
    assert answer.status_code != 500, (form.action, name, value)
    session = client.session
    told = str(session.pop(TOLD, ""))
    session.save()
    is_left = answer.status_code in {302, 303} or answer.streaming or (form.action == OF_THE_MOMENT and answer.status_code == 200)
    body = "" if is_left else answer.content.decode(errors="replace")
    return answer.status_code, less(answer.get("Location", ""), value), less(told, value), less(body, value)


def less(words: str, value: str) -> str:
    """Without what was given, and without what is of the moment."""
    for one in {value, value.lower(), value.replace("'", "&#x27;")}:
        words = words.replace(one, "{}") if len(one) > 2 else words
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"|nonce="[^"]+"|data-token="\w+"|\d\d:\d\d(:\d\d)?|(?<=of=)[\w-]+|(?<=/messages/)[0-9a-f-]{36}', "", words)


@pytest.mark.parametrize("who", PEOPLE)
def test_every_form_gives_one_answer_to_what_is_hidden_absent_and_malformed(shown: Shown, pools: Pools, who: str) -> None:
    client, compared, found, count = signed_in(who), 0, [], 0
    for number, form in enumerate(list(forms(shown, client, who))):
        count += 1
        shown_ago(client, who, 0)
        route = resolve(urlsplit(form.action).path).route
        for name in sorted(NAMES & {*form.fields}):
            value = (form.fields[name] or [""])[0]
            pairs = tries(pools, name, value)
            some = [pairs[(number + each) % len(pairs)] for each in range(min(HIDDEN_MAX, len(pairs)))]
            for hidden, absent in some:
                said, wanted = posted(client, form, name, hidden), posted(client, form, name, absent)
                compared += 1
                # What gave something new its name, or was done, is told otherwise the second time: both are asked once more.
                if said != wanted and posted(client, form, name, hidden) != posted(client, form, name, absent):
                    found.append(f"{route} {name}={hidden!r}: {said[:3]} / {absent!r}: {wanted[:3]}")
            if some:
                posted(client, form, name, MALFORMED[(number + compared) % len(MALFORMED)])  # it is absent or not written so, never an error
    assert not found, "\n".join(found)
    assert count > FORMS_MIN
    assert compared > COMPARED_MIN


def test_the_walk_of_forms_notices_an_answer_that_differs(shown: Shown) -> None:
    """What is open is told from what is absent, so the walk comes as far as the names that it posts."""
    client, differing = signed_in("ada"), set()
    shown_ago(client, "ada", 0)
    for form in list(forms(shown, client, "ada")):
        for name in {"other", "to", "with"} & {*form.fields}:
            for there in shown.references:
                if posted(client, form, name, there) != posted(client, form, name, f"{there[:2]}{UNUSED}"):
                    differing.add(resolve(urlsplit(form.action).path).route)
                    break
    assert differing
