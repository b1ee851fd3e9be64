"""The page and the command by which hash lists leave the node: counted, taken out behind the second factor, in parts."""

import hashlib
import json
import re
import stat
from pathlib import Path

import pytest

from clew.actions import auditing, issuing
from clew.domain.handling import Actor, Audience
from clew.domain.sign_in import FRESH_MAX
from clew.records.acts import Wanted
from clew.records.session import acting_as
from tests.world.clients import shown_ago, signed_in
from tests.world.commands import clew
from tests.world.counting import QUERIES_MAX, counted
from tests.world.shown import body
from tests.world.world import World, handling

ONE = hashlib.sha256(b"one").hexdigest()
SAID = {"of": "case", "names": "CASE-1", "purpose": "detection", "case": "NO-2026-17", "form": "csv"}
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
COUNT, GIVE = "/lists/export/count/", "/lists/export/give/"


@pytest.fixture
def held(world: World, ada: Actor) -> Actor:
    world.occurrence(ada, world.medium(ada, content=b"one"))
    return ada


def exported(of: Actor) -> int:
    with acting_as(of) as session:
        return len(auditing.acts_of(session, Wanted(act="hash_list.export"), 20).items)


def test_the_page_of_a_case_leads_to_the_form_filled_in(held: Actor) -> None:
    client = signed_in("ada")
    assert b'href="/lists/export/?of=case&amp;names=CASE-1"' in client.get("/cases/CASE-1/").content
    assert b'exhibit=PHONE-1"' in client.get("/cases/CASE-1/exhibits/PHONE-1/").content
    with counted() as sent:
        page = client.get("/lists/export/?of=case&names=CASE-1&exhibit=PHONE-1").content.decode()
    assert len(sent) <= QUERIES_MAX
    assert '<option value="case" selected>' in page
    assert ">CASE-1</textarea>" in page
    assert 'name="exhibit" value="PHONE-1"' in page
    assert '<option value="detection" selected>' in page


def test_what_would_go_is_counted_and_nothing_goes(world: World, held: Actor, sven: Actor) -> None:
    theirs = world.medium(sven, content=b"theirs")
    digests = f"{ONE}\r\n{hashlib.sha256(b'theirs').hexdigest()}\r\n"
    page = signed_in("ada").post(COUNT, SAID | {"of": "media", "names": digests}).content.decode()
    assert theirs
    assert "1 medium may go. 1 more that you see there is left out" in page
    assert '>NO-2026-17"' not in page
    assert 'value="NO-2026-17"' in page
    assert exported(held) == 0


def test_the_list_is_a_file_to_keep_called_after_its_act(held: Actor) -> None:
    answer = signed_in("ada").post(GIVE, SAID)
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == f'attachment; filename="hash-list-{answer["Clew-Act"]}.csv"'
    assert (answer["Clew-Media"], "Clew-Next" in answer) == ("1", False)
    assert ONE in body(answer).decode()
    with acting_as(held) as session:
        (act,) = auditing.acts_of(session, Wanted(act="hash_list.export"), 20).items
    assert (str(act.id), act.purpose, act.case_reference) == (answer["Clew-Act"], "detection", "NO-2026-17")
    answer = signed_in("ada").post(GIVE, SAID | {"form": "vics", "scheme": "template-letters"})
    assert json.loads(body(answer))["value"][0]["AlternativeHashes"] == [{"HashName": "SHA256", "HashValue": ONE}]


def test_it_asks_for_the_second_factor_once_more(held: Actor) -> None:
    client = signed_in("ada")
    shown_ago(client, "ada", FRESH_MAX.total_seconds() + 60)
    for address in (COUNT, GIVE):
        assert client.post(address, SAID)["Location"].startswith("/account/again/")
    assert exported(held) == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"purpose": "curiosity"}, "State a purpose of the closed list"), ({"case": ""}, "State the reference of the case"),
        ({"of": "x"}, "Say what the list is made of."), ({"names": ""}, "Name one case"), ({"form": "x"}, "no such form"),
        ({"scheme": "x"}, "There is no such scheme."), ({"names": "NONE"}, "There is no such case."),
        ({"after": "x"}, "begin"), ({"of": "media", "names": "zz"}, "A SHA-256 has 64"),
        ({"of": "hash-list"}, "Your unit has no such hash list."), ({"of": "series"}, "There is no such series."),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_on_the_page_with_all_that_was_filled_in(
    held: Actor, wrong: dict[str, str], sentence: str
) -> None:
    page = signed_in("ada").post(GIVE, SAID | wrong)
    assert sentence in page.content.decode()
    assert not page.streaming
    assert exported(held) == 0


def test_a_hidden_case_is_told_as_one_that_never_was(world: World, held: Actor, sven: Actor) -> None:
    hidden = world.medium(sven, Audience.UNIT, content=b"hidden")
    world.occurrence(sven, hidden, "SE-1", cover=handling(sven, Audience.UNIT))
    client = signed_in("ada")
    for step in (COUNT, GIVE):
        pages = {
            TOKEN.sub("", client.post(step, SAID | {"names": name}).content.decode().replace(name, ""))
            for name in ("SE-1", "SE-2")
        }
        assert len(pages) == 1
        assert "There is no such case." in pages.pop()


def test_a_list_that_is_cut_is_said_to_go_on_and_does(world: World, held: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 1)
    monkeypatch.setattr(issuing, "MEDIA_PER_LIST_MAX", 1)
    world.occurrence(held, world.medium(held, content=b"two"))
    client = signed_in("ada")
    page = client.post(COUNT, SAID).content.decode()
    assert "there are more behind these" in page
    first = client.post(GIVE, SAID)
    after = first["Clew-Next"]
    assert f'name="after" value="{after}"' in page
    second = client.post(GIVE, SAID | {"after": after})
    assert "Clew-Next" not in second
    lists = [body(one).decode() for one in (first, second)]
    assert {ONE in one for one in lists} == {True, False}
    assert f'name="after" value="{after}"' in client.post(COUNT, SAID | {"after": after}).content.decode()


def test_a_list_of_many_comes_in_blocks_and_whole(world: World, held: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clew.web.pieces.BLOCK_BYTES", 100)
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 2)
    for number in range(5):
        world.occurrence(held, world.medium(held, content=b"%d" % number))
    lines = body(signed_in("ada").post(GIVE, SAID)).decode().splitlines()
    assert len(lines) == 7


# The command -----------------------------------------------------------------------------------------

STATED = ("--purpose", "detection", "--case", "NO-2026-17", "--as", "ada")


def test_the_command_writes_a_file_of_its_users_alone(held: Actor, tmp_path: Path) -> None:
    to = tmp_path / "list.csv"
    said = clew("hash-list", "export", "case", "CASE-1", *STATED, "--to", str(to), "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert (told["media"], told["by_owner"], told["left_out"], told["next"]) == (1, {"NO": 1}, 0, None)
    assert ONE in to.read_text()
    assert stat.S_IMODE(to.stat().st_mode) == 0o600
    with acting_as(held) as session:
        (act,) = auditing.acts_of(session, Wanted(act="hash_list.export"), 20).items
    assert str(act.id) == told["act"]


def test_the_command_says_what_would_go_and_where_it_goes_on(
    world: World, held: Actor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert clew("hash-list", "count", "media", ONE, *STATED).out == "1 media (NO 1)\n"
    monkeypatch.setattr(issuing, "MEDIA_AT_ONCE", 1)
    monkeypatch.setattr(issuing, "MEDIA_PER_LIST_MAX", 1)
    world.occurrence(held, world.medium(held, content=b"two"))
    to, then = tmp_path / "one.csv", tmp_path / "two.csv"
    said = clew("hash-list", "export", "case", "CASE-1", *STATED, "--to", str(to))
    after = said.err.rpartition("--after ")[2].strip().rstrip(".")
    assert clew("hash-list", "export", "case", "CASE-1", *STATED, "--to", str(then), "--after", after).code == 0
    assert (ONE in to.read_text()) is not (ONE in then.read_text())
