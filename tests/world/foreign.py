"""What another member has, open and hidden: names and identifiers that must be one answer with absent ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clew.actions import (
    asserting,
    consulting,
    corresponding,
    deconflicting,
    describing,
    entrusting,
    examining,
    following,
    linking,
    localising,
    mustering,
    opening,
    questioning,
    referring,
    restricting,
    sifting,
    spotting,
)
from clew.domain import clue, crop
from clew.domain.agreement import State
from clew.domain.camera import Camera
from clew.domain.clock import RequestKind
from clew.domain.handling import Actor, Audience
from clew.domain.handling_change import SubjectKind
from clew.domain.lead import Rule
from clew.domain.lead import Step as LeadStep
from clew.domain.link import Basis, Confidence, LinkType
from clew.domain.offender import OffenderFacts
from clew.domain.officer import Role
from clew.domain.overlap import Mode, Step
from clew.domain.place import PlaceFacts, PlaceKind
from clew.domain.referral import SECTIONS_DEFAULT
from clew.domain.victim import Said, VictimFacts
from clew.records import cameras, cases, crops, hash_lists, leads, matches, officers, sealed
from clew.records.releases import CONDITIONS
from clew.records.session import Session, acting_as
from tests.world.kept import connected
from tests.world.ticks import ticks
from tests.world.world import World, handling

WORDS = ("open", "hidden")
REQUEST = "request-1"
OTHERS_EVERY = 9
"""Of rows of other kinds than a route or command names, every ninth is tried too."""
CLUE = clue.Said(kind=clue.ClueKind.TEXT, value="Words of Sweden", note="On a jacket of Sweden.", speaks={"SE": 3})
CAMERA = {word: Camera(model=f"Camera of Sweden, {word}") for word in WORDS}
CONTENT = {word: f"of Sweden, {word}".encode() for word in WORDS}


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """What Sweden has, open to all and hidden: names of its subjects, the references of its hidden series, victim,
    offender and place, and identifiers of its rows of every table.

    `token` stands for the camera of its open medium. `tables` says of each identifier which; `hidden` are those of them that nobody but Sweden's unit may see.
    """

    names: tuple[str, ...]
    tables: Mapping[str, str]
    hidden: tuple[str, ...]
    token: str

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of rows of every table."""
        return tuple(self.tables)

    def ids_like(self, word: str) -> tuple[str, ...]:
        """Those of tables whose name holds the word, such as `lead`, and some of others; all where no name does."""
        like = [one for one, table in self.tables.items() if word in table]
        return tuple(dict.fromkeys([*like, *self.ids[::OTHERS_EVERY]])) if like else self.ids


def two_members(world: World) -> World:
    """The world with nothing in it but Norway and Sweden."""
    world.empty()
    for code, name in (("NO", "Norway"), ("SE", "Sweden")):
        world.member(code, name)
    return world


def sweden(world: World) -> Foreign:
    """Sweden with a case, an exhibit, a series, a hash list and a medium, once open to all and once hidden."""
    sven = world.officer("sven", member="SE")
    for audience, word in ((Audience.ALL, "open"), (Audience.UNIT, "hidden")):
        cover = handling(sven, audience)
        world.exhibit(sven, f"SE-{word}", f"PHONE-{word}", cover=cover)
        medium = world.medium(sven, audience, content=CONTENT[word])
        world.occurrence(sven, medium, f"SE-{word}", f"PHONE-{word}")
        with acting_as(sven) as session, session.cursor() as cursor:
            sealed_model = sealed.of_member("SE").seal(CAMERA[word].model.encode(), cameras.MODEL)
            cursor.execute("update media set camera_model = %s where id = %s", [sealed_model, medium])
        series_id = world.series(sven, f"series-{word}", [medium])
        with acting_as(sven) as session:
            spotting.add(session, hashlib.sha256(CONTENT[word]).hexdigest(), CLUE, cover)
            localising.vote(session, f"series-{word}", "SE", Confidence.CERTAIN, "A tram of Sweden.")
            if audience is Audience.UNIT:
                reference = hide_series(session, series_id)
            hash_lists.open_list(session, f"list-{word}", cover)
            restricting.change(
                session, SubjectKind.CASE, f"SE-{word}", None, handling(sven, Audience.UNIT), "An operation is under way."
            )
    lead(sven, series_id, medium)
    references = people(sven)
    release(world, medium)
    request(world)
    overlap(world, sven)
    force = task_force(world, sven)
    asked = question(world, sven, reference, medium)
    names = [f"{kind}-{word}" for kind in ("SE", "PHONE", "series", "list") for word in WORDS]
    hidden = identifiers_of(world, "SE", "and audience = 0")
    return Foreign(
        names=(*names, reference, *references, force, *asked, REQUEST), tables={**identifiers_of(world, "SE"), **hidden},
        hidden=tuple(hidden), token=cameras.token("SE", CAMERA["open"]),
    )  # fmt: skip


def people(of: Actor) -> tuple[str, str, str]:
    """A victim, an offender and a place, open and hidden, linked, said to be duplicates and adult; references of the hidden."""
    for audience in (Audience.ALL, Audience.UNIT):
        cover = handling(of, audience)
        with acting_as(of) as session:
            child = describing.enter_victim(session, VictimFacts(), "Seen.", cover).kept.reference
            other = describing.enter_victim(session, VictimFacts(), "Seen.", cover).kept.reference
            man = describing.enter_offender(session, OffenderFacts(), "Seen.", cover).kept.reference
            room = describing.enter_place(session, PlaceFacts(kind=PlaceKind.ROOM), "a room", "Seen.", cover).kept.reference
            linking.link(session, child, LinkType.WAS_AT, room, basis=Basis.SEEN)
            linking.propose(session, man, LinkType.WAS_AT, room, basis=Basis.SEEN)
            asserting.same(session, child, other, "The same.")
            asserting.say(session, child, Said.ADULT_NOW, "A birthday.")
            entrusting.entrust(session, child, "Somebody of Sweden")
    return child, man, room


def task_force(world: World, of: Actor) -> str:
    """A task force of Sweden, with an officer who brought a series and holds a stack; its reference."""
    saga = world.officer("saga", member="SE", unit="DESK", role=Role.COORDINATOR)
    with acting_as(saga) as session:
        ends_at = mustering.now() + timedelta(days=9)
        made = mustering.open_one(session, "Rooms", "Why.", starts_at=None, ends_at=ends_at, invited=["DK"]).reference
        mustering.name_officers(session, made, [of.officer])
    with acting_as(of) as session:
        mustering.come_in(session, made)
    with acting_as(of) as session:
        sifting.bring(session, made, "series-hidden")
        sifting.take(session, made)
    return made


def question(world: World, of: Actor, series: str, medium: UUID) -> tuple[str, str]:
    """Sweden asks Denmark about its hidden series, with an object that was let out, and refers it there; the references."""
    signe, box = world.officer("sara", member="SE"), crop.Box(left=0, top=0, width=100, height=100)
    with acting_as(of) as session:
        case_id = cases.find_own(session, "SE-hidden")
        crop_id = crops.propose(session, medium, case_id, box, None, "A plug of Sweden", name=bytes(32), blob=bytes(32))
        crops.arrive(session, crop_id, b"wrapped")
    with acting_as(signe) as session:
        crops.move(session, crop_id, State.IN_FORCE)
    with acting_as(of) as session:
        asking = questioning.Asking(
            kind=questioning.Kind.PLUG_TYPE, about=questioning.About.SERIES, name=series, words="Is this plug yours?",
            language="en", due_on=opening.today(), crop_id=crop_id,
        )  # fmt: skip
        asked = questioning.ask(session, asking, questioning.whom(["DK"], (), ()))
        wanted = referring.Wanted(
            series=series, country="DK", to=("DK", "VICTIM-ID"), due_on=opening.today(), words="Words of Sweden",
            sections=SECTIONS_DEFAULT, crops=(crop_id,),
        )  # fmt: skip
        referred = referring.build(session, wanted)
    with acting_as(signe) as session:
        referring.approve(session, referred)
    dina = officers.actor_of("dina")
    with acting_as(dina) as session:
        questioning.answer(session, asked, questioning.Answer(said=questioning.Said.YES, country="DK"), "Ours.")
    return asked, referred


def hide_series(session: Session, series_id: UUID) -> str:
    """Nobody but the own unit sees the series from now on; its reference."""
    with session.cursor() as cursor:
        cursor.execute("update series set audience = 0, members = '{}' where id = %s returning reference", [series_id])
        return cursor.fetchone()[0]


def lead(of: Actor, series_id: UUID, medium: UUID) -> None:
    """A lead of an officer's unit on a series, for which a medium speaks, set aside."""
    with acting_as(of) as session:
        token = leads.token_of(session, Rule.SAME_CAMERA, b"4471")
        one = leads.Drawn(
            series_id=series_id, rule=Rule.SAME_CAMERA, evidence=token, medium_id=medium, measured={"ending": "4471"}
        )
        (lead_id,) = leads.keep(session, [one])
        leads.tell(session, [series_id])
        following.move(session, lead_id, LeadStep.SET_ASIDE, why="The camera was sold.")


def overlap(world: World, of: Actor) -> None:
    """Sweden's hidden case overlaps with Denmark's: both were told, consented, and have one another's card."""
    dina = world.officer("dina", member="DK")
    medium = world.medium(dina, Audience.UNIT, content=CONTENT["hidden"])
    world.occurrence(dina, medium, "DK-1", cover=handling(dina, Audience.UNIT))
    with acting_as(dina) as session:
        matches.note_digest_overlaps(session, [medium])
    ticks(world)
    for officer, case in ((of, "SE-hidden"), (dina, "DK-1")):
        with acting_as(officer) as session:
            deconflicting.set_mode(session, SubjectKind.CASE, case, Mode.CONTACT, "As the test says.")
            deconflicting.say(session, SubjectKind.CASE, case, Step.CONSENT)
    with acting_as(of) as session:
        about = corresponding.About(kind=corresponding.SubjectKind.CASE, name="SE-hidden")
        corresponding.ask(session, about, ("DK", "VICTIM-ID"), opening.today(), "Is this tram yours?")


def request(world: World) -> None:
    """A person asks Sweden what is kept about them, and Sweden asks Denmark."""
    world.member("DK", "Denmark")
    with acting_as(world.officer("signe", member="SE", role=Role.DATA_PROTECTION_OFFICER)) as session:
        examining.receive(session, REQUEST, RequestKind.ACCESS, datetime.now(UTC), "Somebody", "What is kept?")
        examining.admit(session, REQUEST)
        consulting.ask(session, REQUEST, "DK", "May it be told?")


def release(world: World, medium: UUID, recipient: str = "DK") -> None:
    """A release of Sweden's medium, to Denmark where nobody else is said: what opens it is nothing here."""
    world.member("DK", "Denmark")
    conditions = sealed.of_member("SE").seal(b"Words of Sweden", CONDITIONS, medium.bytes)
    with connected(**world.facts.as_owner()) as owner:
        owner.execute("alter table releases no force row level security")
        owner.execute(
            "insert into releases (medium_id, member, unit, recipient, conditions, wrapped, released_by)"
            " values (%s, 'SE', 'VICTIM-ID', %s, %s, '\\x00', 'sven')",
            [medium, recipient, conditions],
        )
        owner.execute("alter table releases force row level security")


def identifiers_of(world: World, member: str, condition: str = "") -> dict[str, str]:
    """One identifier of each table that has any of the member's, with the table, read past row security.

    With a condition on the cover: of each table that has covers.
    """
    found = {}
    with connected(**{**world.facts.as_superuser(), "dbname": world.facts.database}) as superuser:
        tables = superuser.execute(
            """
            select a.attrelid::regclass::text, min(b.attname) from pg_attribute a
              join pg_class c on c.oid = a.attrelid and c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
              join pg_attribute b on b.attrelid = a.attrelid and b.attname in ('owner_member', 'member')
             where a.attname = 'id' and a.atttypid = 'uuid'::regtype
               and (not %s or exists (select from pg_attribute d where d.attrelid = a.attrelid and d.attname = 'audience'))
             group by 1""",
            [bool(condition)],
        ).fetchall()
        for table, column in tables:
            query = f"select id from {table} where {column} = %s {condition} limit 1"
            found |= {str(row[0]): table for row in superuser.execute(query, [member])}
    return found
