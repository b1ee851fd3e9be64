"""The pages of triage in a real browser, served by a real node."""

import json
import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from tests.world.browsers import Visitor, chromium, visitor

CLEW = Path(sys.executable).with_name("clew")
PASSWORD = "calm-river-stone-9"  # noqa: S105 - of officers that live as long as this test
CASE = "NO-2026-17"
EXHIBIT = f"/cases/{CASE}/exhibits/PHONE~2F1/"
ANSWERS = ("solved_elsewhere", "parallel_enquiry", "new", "known", "undecodable")
START_SECONDS_MAX = 60

_SET_PASSWORDS = """
import json, sys
import django
django.setup()
from clew.actions import opening
for username, password in json.load(sys.stdin).items():
    opening.set_password(username, password)
"""


def draw(folder: Path, names: range, seed: str) -> Path:
    """Pictures of coloured shapes; the same seed and name give the same picture."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        dice = random.Random(f"{seed} {name}")
        picture = Image.new("RGB", (320, 240), tuple(dice.randrange(256) for _ in range(3)))
        pen = ImageDraw.Draw(picture)
        for _ in range(14):
            corners = [(dice.randrange(320), dice.randrange(240)) for _ in range(3)]
            pen.polygon(corners, fill=tuple(dice.randrange(256) for _ in range(3)))
        picture.save(folder / f"shapes-{name}.png")
    return folder


@dataclass(frozen=True, kw_only=True)
class Node:
    """A node that is served, with two members' records and one seizure of Norway."""

    address: str
    environment: dict[str, str]

    def clew(self, *words: str | Path) -> None:
        subprocess.run(
            [CLEW, *map(str, words)], env=self.environment, check=True, capture_output=True, timeout=120
        )

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        silence = subprocess.DEVNULL
        return subprocess.Popen(
            [CLEW, *map(str, words)], env=self.environment, stdout=silence, stderr=silence
        )


def await_pages(address: str) -> None:
    until = time.monotonic() + START_SECONDS_MAX
    while True:
        try:
            urllib.request.urlopen(f"{address}/account/sign-in/", timeout=5).close()  # noqa: S310 - our own node
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def enter_records(served: Node, folder: Path) -> None:
    """Sweden knows who is in its series, Spain does not yet; Norway had an earlier case."""
    for code, name, officer in (("NO", "Norway", "ada"), ("SE", "Sweden", "bo"), ("ES", "Spain", "carla")):
        served.clew("member", "add", code, name)
        served.clew("officer", "add", officer, "--member", code, "--unit", "VICTIM-ID")
    passwords = json.dumps(dict.fromkeys(("ada", "bo", "carla"), PASSWORD)).encode()
    settings = {**served.environment, "DJANGO_SETTINGS_MODULE": "clew.node.settings"}
    subprocess.run(
        [sys.executable, "-c", _SET_PASSWORDS], input=passwords, env=settings, check=True, timeout=60
    )
    for officer, case, seed, series in (
        ("bo", "SE-2026-1", "sweden", "green-room"),
        ("carla", "ES-2026-1", "spain", "blue-room"),
        ("ada", "NO-2025-1", "norway", None),
    ):
        source = draw(folder / seed, range(3), seed)
        named = () if series is None else ("--series", series)
        served.clew("intake", source, "--as", officer, "--case", case, "--exhibit", "DISK-1", *named)
    served.clew("series", "mark", "green-room", "--as", "bo", "--state", "identified")


def seize(folder: Path) -> Path:
    """What Norway seized: three pictures of each of the three, sixty new ones and a broken file."""
    for seed in ("sweden", "spain", "norway"):
        draw(folder / seed, range(3), seed)
    draw(folder / "new", range(60), "seizure")
    (folder / "notes.bin").write_bytes(b"\0no picture" * 50)
    return folder


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("node")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "CLEW_HOME": str(folder / "home"), "CLEW_LISTEN_PORT": str(port)}
    served = Node(address=f"http://127.0.0.1:{port}", environment=environment)
    served.clew("init")
    serving = served.start("serve")
    try:
        await_pages(served.address)
        enter_records(served, folder)
        served.clew("intake", seize(folder / "seized"), "--as", "ada", "--case", CASE, "--exhibit", "PHONE/1")
        yield served
    finally:
        serving.terminate()
        serving.wait(timeout=30)


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def signed_in(browser, served):
    """What the browser of an officer of Norway keeps after signing in once."""
    with visitor(browser, served.address) as ada:
        ada.sign_in("ada", PASSWORD)
        return ada.context.storage_state()


@pytest.fixture
def ada(browser, served, signed_in) -> Iterator[Visitor]:
    """An officer of Norway, signed in."""
    with visitor(browser, served.address, storage_state=signed_in) as ada:
        yield ada


def numbers(page) -> dict[str, str]:
    return {answer: page.locator(f"[data-field={answer}]").inner_text() for answer in ANSWERS}


def test_everything_but_sign_in_needs_sign_in(browser, served):
    with visitor(browser, served.address) as stranger:
        for path in (
            "/",
            f"/cases/{CASE}/",
            EXHIBIT,
            f"{EXHIBIT}progress",
            "/cases/none/",
            "/account/sign-out/",
        ):
            stranger.go(path)
            assert "/account/sign-in/" in stranger.page.url
        assert stranger.go("/account/sign-in/").get_by_role("link").all_inner_texts() == [
            "Skip to the content"
        ]


def test_a_wrong_password_is_refused_in_words(browser, served):
    with visitor(browser, served.address) as stranger:
        page = stranger.sign_in("bo", "not-the-password")
        assert page.get_by_role("alert").inner_text()
        assert stranger.faults() == []


def test_the_list_of_cases_leads_to_an_exhibit_and_its_numbers(ada):
    ada.go("/").get_by_role("link", name="PHONE/1").click()
    assert numbers(ada.page) == {
        "solved_elsewhere": "3", "parallel_enquiry": "3", "new": "60", "known": "3", "undecodable": "1",
    }  # fmt: skip


def test_signing_out_is_a_deliberate_press(browser, served):
    with visitor(browser, served.address) as ada:
        ada.sign_in("ada", PASSWORD)
        ada.go("/account/sign-out/")
        ada.go("/")
        assert ada.page.url == f"{served.address}/"
        ada.page.get_by_role("button", name="Sign out").click()
        ada.go("/")
        assert "/account/sign-in/" in ada.page.url


def test_reasons_say_what_is_known_how_it_was_found_and_whom_to_ask(ada):
    ada.go(EXHIBIT)
    reason = ada.page.locator(".reasons li").first.inner_text()
    assert "Series green-room of Sweden: victim identified" in reason
    assert "Same bytes" in reason
    assert "Contact: Sweden, unit VICTIM-ID" in reason
    ada.go(f"{EXHIBIT}?answer=parallel_enquiry")
    assert (
        "Series blue-room of Spain: victim not yet identified"
        in ada.page.locator(".reasons li").first.inner_text()
    )


def test_undecodable_files_are_listed_with_their_reason(ada):
    ada.go(f"{EXHIBIT}?answer=undecodable")
    listed = ada.page.locator(".files li").all_inner_texts()
    assert len(listed) == 1
    assert listed[0].split()[0].endswith("notes.bin")
    assert ada.page.locator(".files .why").inner_text()


def test_long_lists_come_in_pages_that_hold_every_medium_once(ada):
    ada.go(f"{EXHIBIT}?answer=new")
    listed = ada.page.locator(".media .facts code").all_inner_texts()
    ada.page.get_by_role("link", name="Next").click()
    listed += ada.page.locator(".media .facts code").all_inner_texts()
    assert len(listed) == len(set(listed)) == 60
    assert ada.page.get_by_role("link", name="Next").count() == 0


@pytest.mark.parametrize(("scheme", "width"), [("light", 1200), ("dark", 320)])
def test_every_page_is_accessible_fits_and_breaks_no_policy(browser, served, signed_in, scheme, width):
    how = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}}
    with visitor(browser, served.address, **how) as stranger:
        stranger.go("/account/sign-in/")
        assert stranger.faults() == []
        assert stranger.complaints == []
    with visitor(browser, served.address, storage_state=signed_in, **how) as ada:
        for path in (
            "/",
            f"/cases/{CASE}/",
            *(f"{EXHIBIT}?answer={answer}" for answer in ANSWERS),
            "/account/sign-out/",
        ):
            ada.go(path)
            assert ada.faults() == [], path
        assert ada.complaints == []
        assert ada.kinds_requested <= {"document", "stylesheet", "script", "other", "eventsource"}
        ada.go("/cases/none/")
        assert ada.faults() == []


def test_pages_work_without_scripts(browser, served):
    with visitor(browser, served.address, java_script_enabled=False) as ada:
        ada.sign_in("ada", PASSWORD)
        ada.go(EXHIBIT)
        ada.page.get_by_role("link", name="New").click()
        assert ada.page.get_by_role("heading", level=2).inner_text().split() == ["●", "New"]
        ada.page.get_by_role("link", name="Refresh").click()
        assert numbers(ada.page)["new"] == "60"
        ada.page.get_by_role("button", name="Sign out").click()
        assert "/account/sign-in/" in ada.page.url


def test_numbers_move_while_an_intake_runs(ada, served, tmp_path):
    source = draw(tmp_path / "live", range(150), "live")
    intake = served.start("intake", source, "--as", "ada", "--case", CASE, "--exhibit", "LIVE")
    try:
        until = time.monotonic() + START_SECONDS_MAX
        while ada.context.request.get(f"{served.address}/cases/{CASE}/exhibits/LIVE/").status != 200:
            assert time.monotonic() < until
            time.sleep(0.05)
        ada.go(f"/cases/{CASE}/exhibits/LIVE/?answer=known")
        ada.page.get_by_text("Intake has ended: 150 files").wait_for(timeout=90_000)
        assert numbers(ada.page)["new"] == "150"
        assert ada.complaints == []
    finally:
        intake.wait(timeout=60)


def test_hidden_and_absent_are_one_answer_byte_for_byte(browser, served):
    with visitor(browser, served.address) as carla:
        carla.sign_in("carla", PASSWORD)
        for hidden, absent in (
            (f"/cases/{CASE}/", "/cases/ES-2026-9/"),
            (EXHIBIT, "/cases/ES-2026-1/exhibits/none/"),
            (f"{EXHIBIT}progress", "/cases/ES-2026-1/exhibits/none/progress"),
        ):
            answers = [
                carla.context.request.get(served.address + path) for path in (hidden, absent, "/no/such/page")
            ]
            assert {answer.status for answer in answers} == {404}
            assert len({answer.body() for answer in answers}) == 1
            kept = [{**answer.headers, "date": ""} for answer in answers[:2]]
            assert kept[0] == kept[1]


def test_letters_and_arrows_move_between_media(ada):
    ada.go(f"{EXHIBIT}?answer=new")
    rows = ada.page.locator(".media > li")
    rows.first.focus()
    for key, row in (
        ("j", 1),
        ("ArrowDown", 2),
        ("k", 1),
        ("ArrowUp", 0),
        ("k", 0),
        ("End", 49),
        ("Home", 0),
    ):
        ada.page.keyboard.press(key)
        assert rows.nth(row).evaluate("row => row === document.activeElement"), key


def test_guessing_passwords_is_stopped(browser, served):
    with visitor(browser, served.address) as stranger:
        for _ in range(5):
            stranger.sign_in("bo", "not-the-password")
        page = stranger.sign_in("bo", PASSWORD)
        assert "/account/sign-in/" in page.url
        assert "Too many" in page.locator("body").inner_text()
