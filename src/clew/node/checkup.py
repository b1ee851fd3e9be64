"""Everything `clew doctor` looks at: the database, the sandbox, the index, the disk, sound, versions."""

import platform
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from django.conf import settings

from clew.actions import (
    admitting,
    cropping,
    easing,
    ending,
    entering,
    examining,
    keeping,
    opening,
    restricting,
    shredding,
)
from clew.domain.certification import WARNING
from clew.domain.errors import ClewError, Tampered
from clew.domain.suspension import Standing
from clew.index.recall import Index
from clew.jobs import tasks
from clew.media import sound
from clew.media.nursery import Nursery
from clew.media.proof import prove
from clew.media.vault import Vault
from clew.node import academy
from clew.node.configuration import Configuration
from clew.node.connection import ConnectionFacts
from clew.node.doctor import Check, check_database
from clew.node.log_checks import check_log
from clew.node.place import place_of
from clew.node.statistic_checks import check_statistics
from clew.node.task_force_checks import check_task_forces
from clew.node.workplace import equipped

FREE_BYTES_MIN = 2 * 1024**3


def checks(configuration: Configuration, facts: ConnectionFacts) -> Iterator[Check]:
    """One check after the other, the safety of the data first."""
    yield from check_database(configuration, facts)
    yield check_task_forces(configuration, facts)
    yield academy.check(configuration)
    yield check_statistics(facts)
    yield from check_log(configuration)
    yield _officers()
    yield _founded()
    yield _requests()
    with equipped(configuration) as workplace:
        yield _vault(workplace.vault)
        yield _sandbox(workplace.nursery)
        for engine, index in workplace.indexes.items():
            yield _index(engine.name.lower(), index)
    yield _key_files(configuration)
    yield _keys_apart(configuration)
    yield _shredded_keys()
    yield _retention()
    yield _restrictions()
    yield _objects()
    yield _intakes()
    yield _disk(configuration)
    yield _sound()
    yield Check(
        name="versions", ok=True,
        sentence=f"Clew {version('clew')}, Python {platform.python_version()}, Linux {platform.release()}.",
    )  # fmt: skip


def _sandbox(nursery: Nursery) -> Check:
    try:
        proof = prove(nursery)
    except ClewError as refused:
        return Check(name="sandbox", ok=False, sentence=str(refused))
    level = proof.level.name.lower().replace("_", " ")
    if proof.is_closed:
        sentence = f"{proof.attempts} attempts to break out, none let through ({level})."
    else:
        sentence = f"{len(proof.let_through)} of {proof.attempts} attempts were let through: nothing is decoded here."
    return Check(name="sandbox", ok=proof.is_closed, sentence=sentence)


def _officers() -> Check:
    """How many officers may work, and how many certifications end soon or have ended; counts only."""
    soon = datetime.now(UTC) + WARNING
    working = ending = without_factor = 0
    for member in entering.everybody():
        with opening.acting_as(admitting.operator_at(member.code)) as session:
            for known in admitting.roster(session):
                working += known.standing is Standing.ADMITTED
                ending += known.ends_at is not None and known.ends_at <= soon
                without_factor += not known.has_second_factor
    return Check(
        name="officers",
        ok=True,
        sentence=f"{working} may work; {ending} certifications end within 30 days or have ended;"
        f" {without_factor} have no second factor yet.",
    )


def _founded() -> Check:
    """Who works by what the node's operator certified alone; counts only, by member."""
    counts = {}
    for member in entering.everybody():
        with opening.acting_as(admitting.operator_at(member.code)) as session:
            counts[member.code] = admitting.founded(session)
    found = ", ".join(f"{code} {count}" for code, count in counts.items() if count)
    return Check(
        name="certified alone", ok=True, warns=bool(found),
        sentence="Everybody who works here was certified by two people." if not found
        else f"Certified by the operator of the node alone: {found}. Have two people certify them anew.",
    )  # fmt: skip


def _requests() -> Check:
    """Whether a request of somebody about their own data is overdue; counts only."""
    open_, due_soon, overdue, unanswered = 0, 0, 0, 0
    for member in entering.everybody():
        with opening.acting_as(admitting.operator_at(member.code)) as session:
            due = examining.due(session)
        open_ += due.open
        due_soon += due.due_soon
        overdue += due.overdue
        unanswered += due.unanswered
    said = (
        f"{open_} open, {due_soon} due within 30 days, {overdue} overdue;"
        f" {unanswered} consultations wait for an answer."
    )
    return Check(
        name="requests", ok=not overdue,
        sentence=said if not overdue else f"{said} The data-protection officers of the members decide them.",
    )  # fmt: skip


def _index(name: str, index: Index) -> Check:
    try:
        index.catch_up()
        index.verify()
    except Tampered:
        mended = index.mend()
        return Check(name=f"index of {name}", ok=True, sentence=f"{mended} damaged segments were built anew.")
    except ClewError as refused:
        return Check(name=f"index of {name}", ok=False, sentence=str(refused))
    return Check(
        name=f"index of {name}", ok=True,
        sentence=f"{index.last + 1:,} fingerprints, {index.segments} segments, checksums hold.",
    )  # fmt: skip


def _key_files(configuration: Configuration) -> Check:
    """Every file of keys is the node's user's alone; a copy that others could read counts as known."""
    found = [path for path in configuration.keys_folder.rglob("*") if path.lstat().st_mode & 0o077]
    return Check(
        name="keys", ok=not found,
        sentence=f"{len(found)} files or folders of keys are open to others: close them and consider the keys known."
        if found else "The keys are the node's user's alone.",
    )  # fmt: skip


def _keys_apart(configuration: Configuration) -> Check:
    """No copy of the vault or of the own database takes the keys along, or is taken along by a copy of the keys."""
    keys = configuration.keys_folder.resolve()
    others = {"the vault": configuration.vault_folder.resolve()}
    if configuration.database_url is None:
        others["the database"] = place_of(configuration).root.resolve()
    mixed = [name for name, folder in others.items() if folder.is_relative_to(keys) or keys.is_relative_to(folder)]
    return Check(
        name="keys apart", ok=not mixed,
        sentence=f"The keys lie in one folder with {' and '.join(mixed)}: a copy takes both along. Move them apart."
        if mixed else "The keys lie apart from the vault and the database.",
    )  # fmt: skip


def _shredded_keys() -> Check:
    return _none(
        "shredded cases", lambda: len(shredding.revived(settings.CLEW_KEYRING)),
        good="No shredded case has a key.", bad="{count} keys of shredded cases are back: run clew key sweep.",
    )  # fmt: skip


def _retention() -> Check:
    """Nothing is past its end for longer than a day, and no end and no shredding stopped on its way; counts only."""
    try:
        late = ending.overdue(opening.today() - timedelta(days=1))
        stopped = ending.unfinished() + shredding.unfinished()
    except ClewError as refused:
        return Check(name="retention", ok=False, sentence=str(refused))
    ok = not late and not stopped
    sentence = (
        "Nothing is past its end; each type has its term."
        if ok else f"Past their end since a day or more: {late}; begun and not done: {stopped}. Keep clew work running."
    )  # fmt: skip
    return Check(name="retention", ok=ok, sentence=sentence)


def _objects() -> Check:
    """No object that nobody agreed to in time is still there; counts only."""
    return _none(
        "objects", cropping.overdue, good="No object is kept that nobody agreed to in time.",
        bad="{count} objects should have gone since a day or more. Keep clew work running.",
    )  # fmt: skip


def _restrictions() -> Check:
    """No restriction is in force past its end for longer than a day; counts only."""
    since = opening.today() - timedelta(days=1)
    return _none(
        "restrictions", lambda: restricting.overdue(since) + easing.overdue(since),
        good="No restriction is in force past its end.",
        bad="{count} restrictions should have ended since a day or more. Keep clew work running.",
    )  # fmt: skip


def _none(name: str, asked: Callable[[], int], *, good: str, bad: str) -> Check:
    """That nothing is counted; `bad` says what is wrong with `{count}` of them, and what to do."""
    try:
        count = asked()
    except ClewError as refused:
        return Check(name=name, ok=False, sentence=str(refused))
    return Check(name=name, ok=not count, sentence=bad.format(count=count) if count else good)


def _intakes() -> Check:
    """No part of an intake was given up; counts only."""
    return _none(
        "intakes", tasks.given_up, good="No part of an intake was given up.",
        bad="Parts of intakes that failed for good: {count}."
        " Run the same clew intake again: it goes on where it stopped.",
    )  # fmt: skip


def _vault(vault: Vault) -> Check:
    """A few media of every unit can be opened with the keys that are here; counts only."""
    try:
        opened, lost = keeping.look_after(vault)
    except ClewError as refused:
        return Check(name="vault", ok=False, sentence=str(refused))
    what_to_do = "bring the vault and the keys back from their backups."
    return Check(
        name="vault", ok=not lost,
        sentence=f"{lost} of {opened + lost} media, picked by chance, cannot be opened: {what_to_do}" if lost
        else f"{opened} media, picked by chance, were opened." if opened else "No media are kept here yet.",
    )  # fmt: skip


def _disk(configuration: Configuration) -> Check:
    free = shutil.disk_usage(configuration.vault_folder).free
    ok = free >= FREE_BYTES_MIN
    sentence = f"{free / 1024**3:,.1f} GiB free for the vault" + ("." if ok else ": free some before the next intake.")
    return Check(name="disk", ok=ok, sentence=sentence)


def _sound() -> Check:
    if sound.available():
        return Check(name="sound", ok=True, sentence="Chromaprint is installed: sound is compared.")
    return Check(
        name="sound", ok=True, sentence="Sound is not compared: install Debian's libchromaprint1 to have it compared."
    )
