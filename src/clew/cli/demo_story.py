"""The story of the demonstration: who holds what, and what the seizure shares with it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from rich.console import Console

from clew.actions import admitting, opening
from clew.actions.workplace import Workplace
from clew.cli import intaking
from clew.cli.drawing import drive, landscape, room, write_clip
from clew.domain.series import SeriesState

MEMBERS = {"XA": "Aldmark", "XB": "Borvia", "XC": "Cestria"}
OFFICERS = {"ana": "XA", "bo": "XB", "cleo": "XC"}
UNIT = "VICTIM-ID"
SOLVED = ("green-room",)
CLIP_SECONDS, CUT_FROM, CUT_SECONDS = 24.0, 6.0, 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """What one officer takes in, and how it is drawn."""

    officer: str
    case: str
    exhibit: str
    draw: Callable[[Path], None]
    series: str | None = None


def tell(workplace: Workplace, folder: Path, password: str, console: Console) -> None:
    """Enter the countries, their officers and what they hold; then take in the seizure. Again, it changes nothing."""
    for code, name in MEMBERS.items():
        opening.add_member(code, name)
    for officer, member in OFFICERS.items():
        opening.add_officer(officer, member=member, unit=UNIT)
    admitting.set_password("cleo", password)
    for number, exhibit in enumerate(EXHIBITS):
        source = folder / str(number)
        if not (source / "drawn").exists():
            with console.status(f"drawing {exhibit.case}"):
                (source / "files").mkdir(parents=True, exist_ok=True)
                exhibit.draw(source / "files")
                (source / "drawn").touch()
        console.print(f"{MEMBERS[OFFICERS[exhibit.officer]]}: {exhibit.case} {exhibit.exhibit}")
        intaking.run(
            workplace,
            intaking.Asked(path=source / "files", officer=exhibit.officer, case=exhibit.case, exhibit=exhibit.exhibit,
                           series=exhibit.series),
            console,
        )  # fmt: skip
        if exhibit.series in SOLVED:
            with opening.acting_as(opening.actor_of(exhibit.officer)) as session:
                opening.mark_series(session, exhibit.series, SeriesState.IDENTIFIED, "Told for this demonstration.")


def _solved(folder: Path) -> None:
    for seed in range(40):
        room(seed).save(folder / f"IMG_{seed:04}.jpg", quality=90)


def _open(folder: Path) -> None:
    for seed in range(100, 130):
        landscape(seed).save(folder / f"DSC{seed:05}.jpg", quality=88)
    write_clip(folder / "walk.mp4", drive(7, CLIP_SECONDS))


def _earlier(folder: Path) -> None:
    for seed in range(200, 215):
        room(seed).save(folder / f"photo {seed}.png")


def _seizure(folder: Path) -> None:
    for number, (name, picture) in enumerate(_pictures()):
        part = folder / ("DCIM" if number % 3 else "Messenger/received")
        part.mkdir(parents=True, exist_ok=True)
        picture.save(part / name, quality=75)
    write_clip(folder / "DCIM" / "VID_0001.mp4", drive(7, CUT_SECONDS, start=CUT_FROM), bit_rate=500_000)
    write_clip(folder / "DCIM" / "VID_0002.mp4", drive(11, 8.0))
    (folder / "Messenger" / "note.jpg").write_text("this is text under the name of a picture\n")
    (folder / "Messenger" / "empty.jpg").touch()


def _pictures() -> Iterator[tuple[str, Image.Image]]:
    edits: list[Callable[[Image.Image], Image.Image]] = [
        lambda p: p, lambda p: p.resize((320, 240)), lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda p: p.transpose(Image.Transpose.ROTATE_90), lambda p: p.convert("L"),
    ]  # fmt: skip
    for number, seed in enumerate(range(25)):
        yield f"solved-{seed}.jpg", edits[number % 5](room(seed))
    for number, seed in enumerate(range(100, 115)):
        yield f"shared-{seed}.jpg", edits[number % 5](landscape(seed))
    for number, seed in enumerate(range(200, 210)):
        yield f"own-{seed}.jpg", edits[number % 5](room(seed))
    for seed in range(1000, 1100):
        yield f"20260{seed}.jpg", (landscape if seed % 2 else room)(seed)


EXHIBITS = (
    Exhibit(officer="ana", case="XA-2026-03", exhibit="DISK-1", draw=_solved, series="green-room"),
    Exhibit(officer="bo", case="XB-2026-11", exhibit="PHONE-2", draw=_open, series="harbour"),
    Exhibit(officer="cleo", case="XC-2025-40", exhibit="LAPTOP-9", draw=_earlier),
    Exhibit(officer="cleo", case="XC-2026-17", exhibit="PHONE-1", draw=_seizure),
)

ANSWERS = {"solved_elsewhere": 25, "parallel_enquiry": 16, "known": 10, "new": 101, "undecodable": 2}
"""What triage must say of the seizure; a test holds it to that."""
