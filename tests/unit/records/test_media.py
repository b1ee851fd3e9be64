"""Media are written so that two transactions never each wait for the other."""

from uuid import UUID, uuid4

from clew.domain.handling import Actor
from clew.domain.medium import MediumKind, Verdict
from clew.records import media, series
from clew.records.media import Medium
from clew.records.session import Session, acting_as
from tests.world.world import World, handling


def _medium(name: bytes) -> Medium:
    return Medium(
        id=uuid4(), sha256=name, sha1=None, md5=None, size_bytes=1, kind=MediumKind.IMAGE, verdict=Verdict.DECODED,
    )  # fmt: skip


def _as_written(session: Session, query: str) -> list[object]:
    with session.cursor() as cursor:
        return [row[0] for row in cursor.execute(f"{query} order by ctid")]


def test_media_are_written_in_the_order_of_their_names(world: World) -> None:
    world.empty(to_the_file=True)
    ada = world.officer("ada")
    names = [bytes([number]) * 32 for number in range(50)]
    with acting_as(ada) as session:
        made = media.add(session, handling(ada), [_medium(name) for name in reversed(names)])
        assert made.keys() == set(names)
        assert _as_written(session, "select name from media") == names


def test_media_of_a_series_are_written_in_their_order(world: World) -> None:
    world.empty(to_the_file=True)
    ada = world.officer("ada")
    with acting_as(ada) as session:
        made = media.add(session, handling(ada), [_medium(bytes([number]) * 32) for number in range(50)])
        given = sorted((medium_id for medium_id, _ in made.values()), reverse=True)
        series.add_media(session, _series(session, ada), handling(ada), given)
        assert _as_written(session, "select medium_id from series_media") == sorted(given)


def _series(session: Session, of: Actor) -> UUID:
    return series.find_or_open(session, "green-room", handling(of))
