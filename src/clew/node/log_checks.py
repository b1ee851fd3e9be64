"""Checks of the audit's log: whether it is whole since it was last looked at, in time, and watched by others."""

import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from clew.actions import proving, rereading, sequencing, verifying
from clew.domain.errors import ClewError, Invalid
from clew.formats.checkpoint import Checkpoint
from clew.node.configuration import Configuration
from clew.node.doctor import Check
from clew.node.folders import make_private

LAG_SECONDS_MAX = 60.0
WITNESS_AGE_MAX = timedelta(days=1)
FINDINGS_SHOWN = 3


def check_log(configuration: Configuration) -> list[Check]:
    """All checks of the log. What waits is put in order on the way; what was found whole is not read again."""
    try:
        return [_lag(), _whole(configuration), _witnesses()]
    except ClewError as refused:
        return [Check(name="audit", ok=False, sentence=str(refused))]


def _lag() -> Check:
    count, seconds = sequencing.waiting()
    done = sequencing.catch_up()
    left, _ = sequencing.waiting()
    if left:
        sentence = f"{left:,} events wait for the sequencer and are not put in order: nothing is shown meanwhile."
    elif count and seconds > LAG_SECONDS_MAX:
        sentence = f"{done:,} events had waited up to {seconds:,.0f} s and are in order now: keep clew work running."
    else:
        sentence = "Every event has its place in the log."
    return Check(name="audit sequencer", ok=not left, sentence=sentence)


def _whole(configuration: Configuration) -> Check:
    place = make_private(configuration.home / "audit") / "verified"
    found = verifying.verify(since=_seen(place))
    rereading.remember(found)
    if found.is_good:
        _remember(place, found)
        sentence = f"The log is whole: {found.size:,} events, of which {found.size - found.verified_from:,} were new."
        return Check(name="audit log", ok=True, sentence=sentence)
    named = "; ".join(map(str, found.findings[:FINDINGS_SHOWN]))
    return Check(name="audit log", ok=False, sentence=f"The log was changed: {named}. Run clew audit verify.")


def _witnesses() -> Check:
    newest = proving.newest_cosignatures()
    if not newest:
        sentence = "Nobody outside has signed the log yet: give a witness what clew audit request makes."
        return Check(name="audit witnesses", ok=True, sentence=sentence, warns=True)
    now = datetime.now(tz=UTC)
    age = min(now - each.at for each in newest)
    hours = age.total_seconds() / 3600
    ok = age <= WITNESS_AGE_MAX
    sentence = f"{len(newest)} witnesses; the newest signature is {hours:,.1f} hours old."
    return Check(name="audit witnesses", ok=ok, sentence=sentence if ok else f"{sentence} Ask one to sign again.")


def _seen(place: Path) -> Checkpoint | None:
    """What the last check ended with; None where there was none."""
    try:
        return Checkpoint.parse(place.read_text("utf-8"))
    except (FileNotFoundError, Invalid, UnicodeDecodeError):
        return None


def _remember(place: Path, found: verifying.Verification) -> None:
    text = str(Checkpoint(origin=sequencing.log_key().name, size=found.size, root=found.root))
    unfinished = place.with_name(f".verified.{secrets.token_hex(8)}")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(place)
