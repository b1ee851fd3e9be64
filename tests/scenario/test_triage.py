"""What a unit learns of a seized folder: solved elsewhere, parallel enquiry, known, new."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from clew.actions import comparing, opening
from clew.cli.drawing import drive, landscape, room, write_clip
from clew.domain.handling import Actor, Audience
from clew.domain.series import SeriesState
from clew.domain.triage import Answer, Counts, Evidence, ReasonKind
from clew.records.session import acting_as
from tests.world.kept import connected
from tests.world.office import Office, unit_only
from tests.world.ticks import ticks
from tests.world.world import World, handling


def save(picture: Image.Image, path: Path, quality: int = 90) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, quality=quality)
    return path


@pytest.fixture
def held_by_norway(office: Office, ada: Actor, tmp_path: Path) -> Path:
    """Ten rooms of an open series of Norway."""
    folder = tmp_path / "norway"
    for seed in range(10):
        save(room(seed), folder / f"{seed}.jpg")
    office.intake(ada, folder, "NO-1", series="green-room")
    return folder


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p, lambda p: p.resize((320, 240)), lambda p: p.convert("L"),
        lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT), lambda p: p.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        lambda p: p.transpose(Image.Transpose.ROTATE_90), lambda p: p.transpose(Image.Transpose.ROTATE_180),
        lambda p: p.transpose(Image.Transpose.ROTATE_270), lambda p: p.transpose(Image.Transpose.TRANSPOSE),
    ],
    ids=["saved again", "smaller", "grey", "mirrored", "upside down", "turned left", "turned round", "turned right", "transposed"],
)  # fmt: skip
def test_an_edited_copy_is_found_in_another_countrys_series(
    office: Office, held_by_norway: Path, sven: Actor, tmp_path: Path, edit: Callable[[Image.Image], Image.Image]
) -> None:
    for seed in (3, 7):
        save(edit(room(seed)), tmp_path / "seized" / f"copy-{seed}.jpg", quality=60)
    save(room(500), tmp_path / "seized" / "new.jpg")
    office.intake(sven, tmp_path / "seized", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=2, new=1)
    found = office.triage(sven, "SE-1")
    for seed in (3, 7):
        best = found[f"copy-{seed}.jpg"].reasons[0]
        assert best.kind is ReasonKind.PDQ
        assert best.matched == hashlib.sha256((held_by_norway / f"{seed}.jpg").read_bytes()).hexdigest()
        assert (best.series, best.owner) == ("green-room", "NO")


def test_once_the_victim_is_identified_the_same_material_is_solved_elsewhere(
    office: Office, held_by_norway: Path, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    save(room(3).resize((320, 240)), tmp_path / "seized" / "copy.jpg")
    office.intake(sven, tmp_path / "seized", "SE-1")
    assert office.counts(sven, "SE-1").parallel_enquiry == 1
    with acting_as(ada) as session:
        opening.mark_series(session, "green-room", SeriesState.IDENTIFIED, "By telephone.")
    assert office.counts(sven, "SE-1") == Counts(solved_elsewhere=1)


def test_the_older_case_learns_of_the_newer_one_without_asking(
    office: Office, held_by_norway: Path, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    assert office.counts(ada, "NO-1") == Counts(new=10)
    save(room(3).transpose(Image.Transpose.ROTATE_90), tmp_path / "seized" / "turned.jpg")
    office.intake(sven, tmp_path / "seized", "SE-1")
    assert office.counts(ada, "NO-1") == Counts(new=9, parallel_enquiry=1)
    (reason,) = office.triage(ada, "NO-1")["3.jpg"].reasons
    assert (reason.owner, reason.transform) == ("SE", "rotate-270")


def test_material_of_an_own_earlier_case_is_known_and_does_not_change_the_earlier_one(
    office: Office, held_by_norway: Path, ada: Actor, tmp_path: Path
) -> None:
    save(room(3).convert("L"), tmp_path / "seized" / "again.jpg")
    office.intake(ada, tmp_path / "seized", "NO-2")
    assert office.counts(ada, "NO-2") == Counts(known=1)
    assert office.counts(ada, "NO-1") == Counts(new=10)


def test_two_like_pictures_of_one_case_do_not_explain_each_other(office: Office, ada: Actor, tmp_path: Path) -> None:
    save(room(3), tmp_path / "seized" / "one.jpg")
    save(room(3).resize((320, 240)), tmp_path / "seized" / "other.jpg")
    office.intake(ada, tmp_path / "seized", "NO-2")
    assert office.counts(ada, "NO-2") == Counts(new=2)


def test_a_hash_list_makes_known_and_a_case_weighs_more(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    listed = save(landscape(1), tmp_path / "seized" / "listed.jpg")
    both = save(landscape(2), tmp_path / "seized" / "both.jpg")
    by_md5 = save(landscape(3), tmp_path / "seized" / "md5.jpg")
    lines = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (listed, both)]
    (tmp_path / "sha256.txt").write_text("\n".join(lines))
    (tmp_path / "md5.txt").write_text(hashlib.md5(by_md5.read_bytes(), usedforsecurity=False).hexdigest().upper())
    office.intake(ada, tmp_path / "sha256.txt")
    office.intake(ada, tmp_path / "md5.txt")
    (tmp_path / "norway").mkdir()
    (tmp_path / "norway" / "same.jpg").write_bytes(both.read_bytes())
    office.intake(ada, tmp_path / "norway", "NO-1")
    office.intake(sven, tmp_path / "seized", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(known=2, parallel_enquiry=1)
    assert office.triage(sven, "SE-1")["listed.jpg"].reasons[0].evidence is Evidence.HASH_LIST


def test_the_same_file_twice_is_one_medium_with_both_paths(office: Office, ada: Actor, tmp_path: Path) -> None:
    one = save(landscape(1), tmp_path / "seized" / "a.jpg")
    (tmp_path / "seized" / "b").mkdir()
    (tmp_path / "seized" / "b" / "a copy.jpg").write_bytes(one.read_bytes())
    office.intake(ada, tmp_path / "seized", "NO-1")
    (only,) = office.triage(ada, "NO-1").values()
    assert set(only.paths) == {"a.jpg", "b/a copy.jpg"}


def test_empty_files_say_nothing_of_each_other(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    for actor, name in ((ada, "norway"), (sven, "sweden")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "empty.jpg").touch()
        office.intake(actor, tmp_path / name, f"{name}-1")
    assert office.counts(sven, "sweden-1") == Counts(undecodable=1)


def test_flat_pictures_never_match(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    for actor, shade in ((ada, 120), (sven, 121)):
        save(Image.new("RGB", (640, 480), (shade,) * 3), tmp_path / actor.member / "flat.jpg")
        office.intake(actor, tmp_path / actor.member, f"{actor.member}-1")
    assert office.counts(sven, "SE-1") == Counts(new=1)


def test_a_clip_cut_from_a_video_is_found_with_its_seconds(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    (tmp_path / "norway").mkdir()
    (tmp_path / "sweden").mkdir()
    write_clip(tmp_path / "norway" / "whole.mp4", drive(7, 20.0))
    write_clip(tmp_path / "sweden" / "cut.mp4", drive(7, 8.0, start=6.0), bit_rate=400_000)
    write_clip(tmp_path / "sweden" / "other.mp4", drive(11, 6.0))
    office.intake(ada, tmp_path / "norway", "NO-1", series="ride")
    office.intake(sven, tmp_path / "sweden", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=1, new=1)
    best = office.triage(sven, "SE-1")["cut.mp4"].reasons[0]
    assert best.kind is ReasonKind.VIDEO
    assert best.aligned is not None
    here, there = best.aligned.seconds_here, best.aligned.seconds_there
    assert there[0] - here[0] == pytest.approx(6.0, abs=0.5)
    assert here[1] - here[0] >= 3.0


def test_what_is_hidden_is_new_to_the_other_and_both_sides_are_told_of_one_overlap_at_the_tick(
    world: World, office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    same = save(landscape(1), tmp_path / "norway" / "same.jpg")
    save(landscape(2), tmp_path / "norway" / "near.jpg")
    office.intake(ada, tmp_path / "norway", "NO-1", cover=unit_only(ada), series="hidden")
    (tmp_path / "sweden").mkdir()
    (tmp_path / "sweden" / "same.jpg").write_bytes(same.read_bytes())
    save(landscape(2).resize((320, 240)), tmp_path / "sweden" / "near.jpg")
    save(landscape(3), tmp_path / "sweden" / "new.jpg")
    office.intake(sven, tmp_path / "sweden", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(new=3)
    assert _own_sides(ada) == _own_sides(sven) == 0
    ticks(world)
    assert _own_sides(ada) == _own_sides(sven) == 1
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        assert connection.execute("select count(*) from \"overlaps\"").fetchone() == (2,)


def test_where_both_may_see_there_is_no_overlap(
    office: Office, world: World, held_by_norway: Path, sven: Actor, tmp_path: Path
) -> None:
    save(room(3).resize((320, 240)), tmp_path / "seized" / "copy.jpg")
    office.intake(sven, tmp_path / "seized", "SE-1")
    ticks(world)
    assert _own_sides(sven) == 0


def test_named_and_excluded_members_see_what_the_owner_said(
    world: World, office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    dina = world.officer("dina", member="DK")
    save(landscape(1), tmp_path / "norway" / "named.jpg")
    office.intake(ada, tmp_path / "norway", "NO-1", cover=handling(ada, Audience.MEMBERS, members={"SE"}))
    save(landscape(1).resize((320, 240)), tmp_path / "copy" / "named.jpg")
    for actor in (sven, dina):
        office.intake(actor, tmp_path / "copy", f"{actor.member}-1")
    assert office.counts(sven, "SE-1").parallel_enquiry == 1
    (only,) = office.triage(dina, "DK-1").values()
    assert {reason.owner for reason in only.reasons} == {"SE"}


def test_another_countrys_case_and_no_case_are_one_answer(office: Office, held_by_norway: Path, sven: Actor) -> None:
    def refusal(case: str) -> str:
        with pytest.raises(Exception, match=".") as refused:
            office.counts(sven, case)
        return f"{type(refused.value)} {refused.value}"

    assert refusal("NO-1") == refusal("NO-2")


def test_comparing_gives_the_same_reasons_and_stores_nothing(
    world: World, office: Office, held_by_norway: Path, sven: Actor, tmp_path: Path
) -> None:
    copy = save(room(3).resize((320, 240)), tmp_path / "seized" / "copy.jpg")
    (tmp_path / "seized" / "same.jpg").write_bytes((held_by_norway / "5.jpg").read_bytes())
    found = {one.paths[0]: one for one in comparing.compare(office.workplace, sven, copy.parent)}
    assert {path: one.answer for path, one in found.items()} == dict.fromkeys(
        ("copy.jpg", "same.jpg"), Answer.PARALLEL_ENQUIRY
    )
    assert found["copy.jpg"].reasons[0].kind is ReasonKind.PDQ
    assert found["same.jpg"].reasons[0].kind is ReasonKind.DIGEST
    with connected(**world.facts.as_owner()) as connection:
        connection.execute(f"set role {world.facts.roles.blind}")
        assert connection.execute("select count(*) from media where owner_member = 'SE'").fetchone() == (0,)
    assert not any(path.is_file() for path in (tmp_path / "vault" / "incoming").rglob("*"))


def _own_sides(of: Actor) -> int:
    with acting_as(of) as session, session.cursor() as cursor:
        cursor.execute("select count(*) from overlap_sides")
        return int(cursor.fetchone()[0])


def test_anothers_frames_without_times_fail_nobody(office: Office, ada: Actor, sven: Actor, tmp_path: Path) -> None:
    """A reader that a hostile file took over once could plant a set that crashed every other member's intake."""
    folder = tmp_path / "seized"
    folder.mkdir()
    write_clip(folder / "clip.mp4", drive(3, 4.0))
    office.intake(sven, folder, "SE-1", cover=unit_only(sven))
    with acting_as(sven) as session, session.cursor() as cursor:
        cursor.execute("update fingerprints set times_ms = null where kind = 3")
        assert cursor.rowcount == 1
    save(landscape(1), folder / "beside.jpg")
    office.intake(ada, folder, "NO-1")
    assert office.counts(ada, "NO-1") == Counts(new=2)


def test_each_chunk_has_readers_of_its_own(office: Office, ada: Actor, tmp_path: Path) -> None:
    """A reader that a hostile file took over could lie about later media, or carry one case's bits into another's."""
    lent: list[str] = []
    readers = office.workplace.readers
    lend = readers.lend
    readers.lend = lambda key: lent.append(key) or lend(key)  # type: ignore[method-assign]
    for case in ("NO-1", "NO-2"):
        save(landscape(len(lent)), tmp_path / case / "one.jpg")
        office.intake(ada, tmp_path / case, case)
    assert len(lent) == len(set(lent)) == 2


def test_a_copy_of_a_picture_with_transparency_is_found_as_it_was_shown(
    office: Office, ada: Actor, sven: Actor, tmp_path: Path
) -> None:
    """Hidden under the transparent parts lies something else, which the reference fingerprint sees."""
    picture = room(3).convert("RGBA")
    hole = Image.linear_gradient("L").resize(picture.size).point(lambda value: 255 if value > 110 else 0)
    picture.putalpha(hole)
    (tmp_path / "norway").mkdir()
    picture.save(tmp_path / "norway" / "cut out.png")
    shown = Image.new("RGB", picture.size, "white")
    shown.paste(picture, mask=hole)
    save(shown.resize((320, 240)), tmp_path / "sweden" / "shown.jpg")
    save(picture.convert("RGB").resize((320, 240)), tmp_path / "sweden" / "hidden.jpg")
    office.intake(ada, tmp_path / "norway", "NO-1")
    office.intake(sven, tmp_path / "sweden", "SE-1")
    assert office.counts(sven, "SE-1") == Counts(parallel_enquiry=2)
    assert office.counts(ada, "NO-1") == Counts(parallel_enquiry=1)
