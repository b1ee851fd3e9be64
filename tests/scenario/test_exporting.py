"""Events are taken out of the audit for somebody without a node: what is in the file is proved, and that it is all."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from clew.actions import auditing, checking, exporting, proving, sequencing, witnessing
from clew.actions.auditing import Wanted
from clew.actions.checking import CheckedExport
from clew.domain.errors import ClewError, Invalid, StepRefused, Tampered
from clew.domain.handling import Actor, Audience
from clew.domain.officer import Role
from clew.formats import audit_export
from clew.formats.audit_export import AuditExport
from clew.records import audit
from clew.records.session import acting_as
from tests.world.clients import shown_ago, signed_in
from tests.world.world import World

WITNESS = "witness.example/1"


@pytest.fixture
def ada(world: World) -> Actor:
    return world.officer("ada", member="NO")


@pytest.fixture
def auditor(world: World) -> Actor:
    return world.officer("auditor", member="NO", role=Role.AUDITOR)


WHY = {"purpose": "supervision", "case": "DPA-7"}


def act(actor: Actor, count: int = 1, kind: str = "case.read", **more: str) -> None:
    with acting_as(actor) as session:
        for _ in range(count):
            audit.append(session, kind, "", **more)


def taken(actor: Actor, **wanted: object) -> str:
    with acting_as(actor) as session:
        chosen = exporting.choose(session, Wanted(**wanted), **WHY)
    return str(exporting.prove(chosen))


def checked(text: str, witnesses: tuple = ()) -> CheckedExport:
    return checking.check_export(AuditExport.parse(text), sequencing.log_key(), witnesses)


def events(text: str) -> list[dict]:
    return [json.loads(line)["event"] for line in text.splitlines()[1:]]


def test_what_is_taken_out_is_checked_with_the_key_alone_and_holds_references_only(world: World, ada: Actor, auditor: Actor) -> None:
    act(ada, 3, "medium.reveal", purpose="victim-identification", case="NO-SECRET")
    act(ada, 5)
    act(world.officer("sven", member="SE"), 4, "medium.reveal")
    text = taken(auditor, act="medium.reveal")
    assert str(AuditExport.parse(text)) == text
    found = checked(text)
    assert (found.events, found.has_more, found.officer, found.member) == (3, False, "auditor", "NO")
    assert found.asked["act"] == "medium.reveal"
    *lines, last = events(text)
    assert {(one["officer"], one["act"], one["purpose"]) for one in lines} == {("ada", "medium.reveal", "victim-identification")}
    assert (last["act"], last["officer"], last["counts"]) == ("audit.export", "auditor", {"events": 3, "more": 0})
    assert "NO-SECRET" not in text
    assert all(one["case"].startswith("sealed:") for one in lines)
    assert [one["id"] for one in lines] == sorted((one["id"] for one in lines), reverse=True)


def test_taking_out_is_on_record_and_so_is_the_identifier_that_was_asked_for(ada: Actor, auditor: Actor) -> None:
    act(ada)
    (event,) = (one["id"] for one in events(taken(auditor, act="case.read"))[:1])
    taken(auditor, subject=event)
    text = taken(auditor, subject="words of a case")
    with acting_as(auditor) as session:
        found = auditing.acts_of(session, Wanted(act="audit.export")).items
    assert [one.subject for one in found] == ["", event, ""]
    assert "words of a case" not in text
    assert checked(text).events == 0


def test_an_identifier_that_is_hidden_and_one_that_is_absent_take_out_the_same(world: World, auditor: Actor) -> None:
    sven = world.officer("sven", member="SE")
    hidden = world.medium(sven, Audience.UNIT)
    with acting_as(sven) as session:
        audit.append(session, "medium.reveal", str(hidden))
    said = []
    for identifier in (hidden, uuid4()):
        text = taken(auditor, subject=str(identifier))
        (mine,) = events(text)
        said.append((checked(text).events, mine["owner"], mine["shown"], mine["counts"], mine["subject"] == str(identifier)))
    assert said == [(0, "NO", [], {"events": 0, "more": 0}, True)] * 2


def test_a_file_holds_the_newest_so_many_and_says_that_there_are_more(
    ada: Actor, auditor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "EVENTS_MAX", 4)
    act(ada, 6)
    first = taken(auditor, act="case.read")
    assert (checked(first).events, checked(first).has_more) == (4, True)
    second = taken(auditor, act="case.read", before=AuditExport.parse(first).lines[-1].act.id)
    assert (checked(second).events, checked(second).has_more) == (2, False)
    act(ada, 4, "exhibit.open")
    assert not checked(taken(auditor, act="exhibit.open")).has_more


def test_days_that_were_asked_for_are_those_of_the_file(ada: Actor, auditor: Actor) -> None:
    act(ada, 2)
    now = datetime.now(UTC)
    assert checked(taken(auditor, act="case.read", since=now - timedelta(days=1))).events == 2
    assert checked(taken(auditor, act="case.read", until=now - timedelta(days=1))).events == 0


def changed(text: str, number: int, change: Callable[[dict], object]) -> str:
    lines = text.splitlines()
    line = json.loads(lines[number])
    change(line)
    lines[number] = json.dumps(line)
    return "\n".join(lines) + "\n"


def without(text: str, *numbers: int) -> str:
    return "".join(f"{line}\n" for number, line in enumerate(text.splitlines()) if number not in numbers)


LIES: dict[str, Callable[[str, str], str]] = {
    "an event is missing": lambda text, _: without(text, 2),
    "the newest is missing": lambda text, _: without(text, 1),
    "two are missing": lambda text, _: without(text, 2, 3),
    "all are missing": lambda text, _: without(text, 1, 2, 3, 4),
    "the act of taking out is missing": lambda text, _: without(text, 5),
    "two changed places": lambda text, _: "\n".join([*(lines := text.splitlines())[:1], lines[2], lines[1], *lines[3:]]) + "\n",
    "one stands twice": lambda text, _: "\n".join([*(lines := text.splitlines())[:3], lines[2], *lines[4:]]) + "\n",
    "one is another's": lambda text, other: "\n".join([*(lines := text.splitlines())[:4], other.splitlines()[1], lines[5]]) + "\n",
    "another officer": lambda text, _: changed(text, 2, lambda line: line["event"].update(officer="bo")),
    "another act": lambda text, _: changed(text, 2, lambda line: line["event"].update(act="exhibit.open")),
    "another time": lambda text, _: changed(text, 2, lambda line: line["event"].update(at="2026-01-01T00:00:00+00:00")),
    "another count": lambda text, _: changed(text, 2, lambda line: line["event"].update(counts={"media": 1})),
    "another number": lambda text, _: changed(text, 2, lambda line: line.update(number=line["number"] + 1)),
    "another way": lambda text, _: changed(text, 2, lambda line: line["proof"].reverse()),
    "no way": lambda text, _: changed(text, 2, lambda line: line.update(proof=[])),
    "fewer were taken": lambda text, _: changed(without(text, 2), 4, lambda line: line["event"].update(counts={"events": 3, "more": 0})),
    "it says that there are more": lambda text, _: changed(text, 0, lambda line: line.update(has_more=True)),
    "it says that it was asked for another": lambda text, _: changed(text, 0, lambda line: line["asked"].update(subject=str(UUID(int=7)))),
    "another checkpoint": lambda text, other: changed(text, 0, lambda line: line.update(checkpoint=json.loads(other.splitlines()[0])["checkpoint"])),
    "a forged checkpoint": lambda text, _: changed(text, 0, lambda line: line.update(checkpoint=line["checkpoint"].replace("\n", "\n1", 1))),
    "a word beside": lambda text, _: changed(text, 2, lambda line: line["event"].update(note="he did it")),
    "a name twice": lambda text, _: text.replace('"officer":"ada"', '"officer":"bo","officer":"ada"', 1),
    "a line of nothing": lambda text, _: text + "\n",
    "it is cut": lambda text, _: text[:-40],
    "it is cut at a line's end": lambda text, _: text[:-1],
    "another form": lambda text, _: changed(text, 0, lambda line: line.update(format="clew-audit-export/2")),
    "a number that is none": lambda text, _: changed(text, 2, lambda line: line.update(number=True)),
    "deep": lambda text, _: text + "[" * 100_000,
    "no time": lambda text, _: changed(text, 2, lambda line: line["event"].update(at="2026-01-01T00:00:00")),
}  # fmt: skip


@pytest.fixture
def files(ada: Actor, auditor: Actor) -> tuple[str, str]:
    """A file of four events, and another of one that came before."""
    act(ada, 1, "exhibit.open")
    other = taken(auditor, act="exhibit.open")
    act(ada, 4)
    return taken(auditor, act="case.read"), other


def test_every_lie_about_what_was_taken_out_is_found(files: tuple[str, str]) -> None:
    text, other = files
    assert checked(text).events == 4
    for name, lie in LIES.items():
        told = lie(text, other)
        assert told != text, name
        with pytest.raises(ClewError) as refused:
            checked(told)
        assert isinstance(refused.value, Invalid | Tampered), name


def test_a_file_of_another_log_is_none_of_this_one(files: tuple[str, str]) -> None:
    key = sequencing.log_key(bytes(range(32)))
    with pytest.raises(Invalid):
        checking.check_export(AuditExport.parse(files[0]), key, ())


@pytest.mark.parametrize("text", ["", "\n", "{", "{}\n{}\n", "null\nnull\n", '{"a":NaN}\n\n', "[]\n[]\n", "x" * 50])
def test_what_is_no_such_file_is_one_sentence(text: str) -> None:
    with pytest.raises(Invalid):
        AuditExport.parse(text)


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_export, "CHARACTERS_MAX", 10)
    with pytest.raises(Invalid, match="too large"):
        AuditExport.parse("x" * 11)


def test_what_a_witness_has_signed_is_in_the_file_and_the_log_goes_on_from_it(
    ada: Actor, auditor: Actor, tmp_path: Path
) -> None:
    act(ada, 3)
    sequencing.catch_up()
    key, asked = witnessing.witness_key(tmp_path, WITNESS), proving.request(0)
    text = taken(auditor, act="case.read")
    with pytest.raises(Invalid):
        checked(text, (key,))
    size = int(asked.note.text.split("\n")[1])
    line = witnessing.cosign(tmp_path, WITNESS, sequencing.log_key(), str(asked))
    proving.keep_cosignature(key, size, str(line))
    act(ada, 2)
    text = taken(auditor, act="case.read")
    found = checked(text, (key,))
    assert (found.events, found.witnessed, found.witnessed_size, [name for name, _ in found.cosigned]) == (5, 3, size, [WITNESS])
    with pytest.raises(Invalid):
        checked(text, (witnessing.witness_key(tmp_path / "other", "other.example/1"),))
    with pytest.raises(Tampered):
        checked(changed(text, 0, lambda line: line.update(consistency=[])), (key,))


@pytest.mark.parametrize("role", [Role.INVESTIGATOR, Role.ANALYST, Role.COORDINATOR])
def test_who_does_not_audit_takes_nothing_out(world: World, role: Role) -> None:
    other = world.officer("other", member="NO", role=role)
    with acting_as(other) as session, pytest.raises(StepRefused):
        exporting.choose(session, Wanted(), **WHY)
    assert signed_in("other").post("/audit/export/", WHY).status_code in {403, 409}


@pytest.mark.parametrize("why", [{}, {"purpose": "supervision"}, {"case": "DPA-7"}, {"purpose": "curiosity", "case": "DPA-7"}])
def test_nothing_is_taken_out_unless_purpose_and_case_are_stated(ada: Actor, auditor: Actor, why: dict[str, str]) -> None:
    act(ada)
    with acting_as(auditor) as session, pytest.raises(Invalid):
        exporting.choose(session, Wanted(), **{"purpose": "", "case": "", **why})
    assert signed_in("auditor").post("/audit/export/", why).status_code == 400
    with acting_as(auditor) as session:
        assert not auditing.acts_of(session, Wanted(act="audit.export"), 5).items


def test_what_is_stated_stands_beside_the_act_of_taking_out(ada: Actor, auditor: Actor) -> None:
    act(ada)
    text = taken(auditor, act="case.read")
    with acting_as(auditor) as session:
        (said,) = auditing.acts_of(session, Wanted(act="audit.export"), 5).items
    assert (said.purpose, said.case_reference) == ("supervision", "DPA-7")
    assert "DPA-7" not in text


def test_an_event_that_was_changed_is_not_handed_out(world: World, ada: Actor, auditor: Actor) -> None:
    act(ada, 3)
    sequencing.catch_up()
    with acting_as(auditor) as session:
        chosen = exporting.choose(session, Wanted(act="case.read"), **WHY)
    changed_since = replace(chosen, acts=(replace(chosen.acts[0], subject="x"), *chosen.acts[1:]))
    with pytest.raises(Tampered):
        exporting.prove(changed_since)
    assert len(exporting.prove(chosen).lines) == 3


def test_the_page_hands_out_what_its_filter_shows_once_the_second_factor_was_shown(ada: Actor, auditor: Actor) -> None:
    act(ada, 3, "exhibit.open")
    act(ada, 2)
    client = signed_in("auditor")
    page = client.get("/audit/?act=exhibit.open").content.decode()
    assert '<input type="hidden" name="act" value="exhibit.open">' in page
    answer = client.post("/audit/export/", {"act": "exhibit.open", **WHY})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="audit-')
    assert answer.headers["Content-Type"] == "application/jsonl"
    assert checked(answer.content.decode()).events == 3
    shown_ago(client, "auditor", 3_600)
    assert client.post("/audit/export/", {"act": "exhibit.open", **WHY}).headers["Location"].startswith("/account/again/")
    shown_ago(client, "auditor", 0)
    assert client.post("/audit/export/", {"since": "yesterday", **WHY}).status_code == 400
    assert client.get("/audit/export/").status_code == 405
