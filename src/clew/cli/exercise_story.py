"""The story of an exercise: invented countries, drawn media, and what is right, all from one seed."""

import hashlib
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

from PIL import Image
from rich.console import Console

from clew.actions import admitting, describing, exercising, gathering, linking, opening, surveying
from clew.actions.workplace import Workplace
from clew.cli import intaking
from clew.cli.drawing import landscape, room
from clew.domain.exercise import HIDDEN, PARALLEL, SEIZURE, SOLVED, Cast, Question
from clew.domain.handling import Audience, Handling, handled
from clew.domain.link import Basis, LinkType
from clew.domain.place import PlaceFacts, PlaceKind, Point
from clew.domain.series import SeriesState
from clew.domain.victim import VictimFacts

UNIT = "VICTIM-ID"
COUNTRIES = (
    "Aldmark", "Borvia", "Cestria", "Dunmere", "Estovia", "Fallen Isles", "Gorland", "Hesper", "Istria Minor",
    "Jorvik Coast", "Kalmora", "Lethland", "Morvane", "Norcastle", "Ostmark Bay", "Pellinor",
)  # fmt: skip
SERIES = ("attic", "garden", "harbour", "lantern", "orchard", "staircase", "veranda", "winter")
EXHIBIT = "PHONE-1"
SEED_BYTES = 16
FIRST_PASSWORD_BYTES = 12

Picture = Image.Image


@dataclass(slots=True, kw_only=True)
class Drawn:
    """Pictures on their way into the exercise, and what has been decided about them."""

    folder: Path
    chance: random.Random
    cameras: Sequence[str] = ()
    digests: dict[str, bytes] = field(default_factory=dict)

    def picture(self) -> Picture:
        """A picture that nothing else in the exercise is like."""
        draw = self.chance.choice((landscape, room))
        return draw(self.chance.randrange(10**9))

    def copy(self, picture: Picture) -> Picture:
        """The same picture as it comes again: smaller, grey or as it was."""
        size = picture.width * 3 // 4, picture.height * 3 // 4
        return self.chance.choice((lambda p: p.resize(size), lambda p: p.convert("L"), lambda p: p))(picture)

    def keep(self, part: str, name: str, picture: Picture, camera: int | None = None) -> str:
        """Write the picture as a file of a part, by a camera where one is said; its SHA-256."""
        (self.folder / part).mkdir(parents=True, exist_ok=True)
        path = self.folder / part / name
        exif = Image.Exif()
        if camera is not None:
            exif[0x010F], exif[0x0110] = "Drawn", "Lantern"
            exif.get_ifd(0x8769)[0xA431] = self.cameras[camera]
        picture.save(path, "JPEG", quality=self.chance.randrange(82, 93), exif=exif)
        digest = hashlib.sha256(path.read_bytes())
        self.digests[name] = digest.digest()
        return digest.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """An exercise that was drawn: what its officer is told, and by what name and password they come in."""

    id: UUID
    account: str
    password: str
    briefing: str


def draw(workplace: Workplace, officer: str, folder: Path, console: Console) -> Begun:
    """Draw a new exercise for an officer and enter everything that others hold; what is right is kept apart.

    What is drawn lies in a folder of its own in `folder`.
    """
    exercise = uuid4()
    chance = random.Random(secrets.token_bytes(SEED_BYTES))  # noqa: S311 (what must not be guessed is the seed)
    cast, names = Cast.of(exercise, officer), chance.sample(COUNTRIES, 4)
    _enter(cast, names)
    cameras = [f"{chance.randrange(10**8, 10**9)}" for _ in range(2)]
    drawn = Drawn(folder=folder / cast.code, chance=chance, cameras=cameras)
    pictures = _held_by_others(workplace, cast, drawn, console)
    truth, ends = _seizure(drawn, pictures), _own(workplace, cast, drawn, console)
    truth |= {
        Question.ASKED: frozenset({_reference_of(cast.played(PARALLEL), "enquiry")}),
        Question.PLACED: frozenset({ends["place"]}),
        Question.CONSENTED: frozenset({cast.case}),
        Question.IDENTIFIED: frozenset({ends["victim"]}),
    }
    password, briefing = secrets.token_urlsafe(FIRST_PASSWORD_BYTES), _briefing(cast, names[0], drawn, ends)
    admitting.set_password(cast.me, password)
    exercising.lay_out(exercise, cast.me, briefing, truth, series=ends["series"], case=cast.case)
    return Begun(id=exercise, account=cast.me, password=password, briefing=briefing)


def _enter(cast: Cast, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        opening.add_member(cast.member(number), name)
        opening.add_officer(cast.played(number), member=cast.member(number), unit=UNIT)
    opening.add_officer(cast.me, member=cast.member(0), unit=UNIT)


def _held_by_others(workplace: Workplace, cast: Cast, drawn: Drawn, console: Console) -> Mapping[str, list[Picture]]:
    """What three other countries hold: a solved series, a parallel enquiry, and what nobody else is told of."""
    held: dict[str, list[Picture]] = {}
    shared = f"members {cast.member(0)}"
    for number, part, count, series, audience in (
        (SOLVED, "solved", 2, "solved", shared), (PARALLEL, "parallel", 2, "enquiry", shared),
        (HIDDEN, "hidden", 1, None, "unit"),
    ):  # fmt: skip
        held[part] = [drawn.picture() for _ in range(count)]
        for place, picture in enumerate(held[part]):
            drawn.keep(part, f"{part}-{place}.jpg", picture)
        _take_in(workplace, drawn, part, cast.played(number), f"{cast.code}-{number}", series, audience, console)
    with opening.acting_as(opening.actor_of(cast.played(SOLVED))) as session:
        opening.mark_series(session, "solved", SeriesState.IDENTIFIED, "Told for this exercise.")
    held["known"] = [drawn.picture()]
    return held


def _seizure(drawn: Drawn, held: Mapping[str, list[Picture]]) -> dict[Question, frozenset[str]]:
    """The files that the officer takes in; which of them there are, and which belong with the own series."""
    files = [(drawn.copy(picture), None) for part in held.values() for picture in part]
    new = [(drawn.picture(), 0) for _ in range(3)]
    files += [(drawn.picture(), None) for _ in range(2)]
    named = [*files, *new]
    drawn.chance.shuffle(named)
    names = drawn.chance.sample(range(1000, 9999), len(named))
    kept = [
        (drawn.keep(SEIZURE, f"IMG_{name}.jpg", picture, camera), camera)
        for name, (picture, camera) in zip(names, named, strict=True)
    ]
    drawn.keep("own", "known.jpg", held["known"][0])
    note = drawn.folder / SEIZURE / "notes.txt"
    note.write_text(f"drawn for an exercise, {drawn.chance.randrange(10**9)}\n")
    digests = {hashlib.sha256(note.read_bytes()).hexdigest(), *(digest for digest, _ in kept)}
    return {
        Question.TAKEN_IN: frozenset(digests),
        Question.GATHERED: frozenset(digest for digest, camera in kept if camera == 0),
    }


def _own(workplace: Workplace, cast: Cast, drawn: Drawn, console: Console) -> dict[str, str]:
    """What the own unit has from before: two series by two cameras, in each a child, and two places.

    Gives references: of the series that the new media belong to, of its child and place, and of the others beside.
    """
    for camera in range(2):
        drawn.keep("own", f"camera-{camera}.jpg", drawn.picture(), camera)
    _take_in(workplace, drawn, "own", cast.played(0), f"{cast.code}-EARLIER", None, "all", console)
    titles = drawn.chance.sample(SERIES, 2)
    handling = _everyone(cast)
    ends: dict[str, str] = {}
    actor = opening.actor_of(cast.played(0))
    for camera, title in enumerate(titles):
        with opening.acting_as(actor) as session:
            series = gathering.open_new(session, title, handling).reference
            gathering.add(session, series, media=[drawn.digests[f"camera-{camera}.jpg"]])
            victim = describing.enter_victim(session, VictimFacts(), "", handling).kept.reference
            linking.link(session, victim, LinkType.APPEARS_IN, series, basis=Basis.SEEN)
            point = _point(drawn.chance)
            facts = PlaceFacts(kind=PlaceKind.GPS, point=point)
            place = describing.enter_place(session, facts, "", "", handling).kept.reference
        told = {"series": series, "victim": victim, "place": place, "at": f"{point.latitude}, {point.longitude}"}
        ends |= told if camera == 0 else {f"other-{name}": words for name, words in told.items()}
    return ends


def _point(chance: random.Random) -> Point:
    latitude, longitude = chance.uniform(-60, 60), chance.uniform(-170, 170)
    return Point(latitude=round(latitude, 3), longitude=round(longitude, 3), precision_m=50)


def _everyone(cast: Cast) -> Handling:
    return handled(owner_member=cast.member(0), owner_unit=UNIT, audience=Audience.ALL)


def _take_in(
    workplace: Workplace, drawn: Drawn, part: str, officer: str, case: str, series: str | None, audience: str,
    console: Console,
) -> None:  # fmt: skip
    asked = intaking.Asked(
        path=drawn.folder / part, officer=officer, case=case, exhibit="DISK-1", series=series, keeps_bytes=False,
        audience=audience,
    )  # fmt: skip
    intaking.run(workplace, asked, console)


def _reference_of(officer: str, series: str) -> str:
    with opening.acting_as(opening.actor_of(officer)) as session:
        return surveying.look(session, series).line.reference


BRIEFING = """\
This is an exercise: its countries are invented, its media are drawn, and nobody in it is real.
You are {me}, of the unit {unit} of {country}; {colleague} is your colleague.
A telephone was seized. Its files lie in {folder}, and come from the page of your exercise too: take them in\
 as case {case}, exhibit {exhibit}, and look at the triage.
Where another unit has a parallel enquiry, write to it about its series. What is solved elsewhere, and what your unit\
 knows, needs nothing more.
Your unit has two open series, {series}. Put the new media that were taken by the camera of one of them\
 with it, and nothing else.
The telephone noted where it was when it took them: {at}. Link the series with that place of your unit.
If your case overlaps with what another member does not show, decide whether to meet.
Your unit looks for two children, {victims}. A school knows the child in the series that the new media\
 belong to: identify that child; your colleague confirms.
Others answer, and time passes, whenever you ask for it: clew --academy exercise play, or the button on your page."""


def _briefing(cast: Cast, country: str, drawn: Drawn, ends: Mapping[str, str]) -> str:
    series, victims = (" and ".join(sorted((ends[name], ends[f"other-{name}"]))) for name in ("series", "victim"))
    return BRIEFING.format(
        me=cast.me, unit=UNIT, country=country, colleague=cast.played(0), folder=drawn.folder / SEIZURE,
        case=cast.case, exhibit=EXHIBIT, series=series, at=ends["at"], victims=victims,
    )  # fmt: skip
