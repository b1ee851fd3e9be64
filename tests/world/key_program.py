"""A program that holds owners' keys, as a script before an HSM would: `python -m tests.world.key_program FOLDER`.

It has its own way of wrapping (Fernet), and a key for each scope that `destroy` forgets, so that even
a copy of a wrapped key opens nothing afterwards.
"""

import json
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet, InvalidToken


def main(folder: Path) -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = ANSWERS[asked["do"]](folder / asked["member"], asked)
        except InvalidToken:
            answer = {"refused": "changed"}
        except OSError:
            answer = {"refused": "unavailable"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def newest(member: Path, asked: dict) -> dict:
    member.mkdir(parents=True, exist_ok=True)
    versions = [int(path.name) for path in member.iterdir() if path.name.isdecimal()]
    if not versions:
        _make(member / "1", Fernet.generate_key())
    return {"version": max(versions, default=1)}


def renew(member: Path, asked: dict) -> dict:
    version = newest(member, asked)["version"] + 1
    _make(member / str(version), Fernet.generate_key())
    return {"version": version}


def wrap(member: Path, asked: dict) -> dict:
    version = newest(member, asked)["version"]
    own = member / f"scope-{asked['scope']}"
    if not own.exists():
        _make(own, secrets.token_bytes(32))
    inner = _mixed(bytes.fromhex(asked["key"]), own.read_bytes())
    return {"version": version, "wrapped": Fernet((member / str(version)).read_bytes()).encrypt(inner).hex()}


def unwrap(member: Path, asked: dict) -> dict:
    inner = Fernet((member / str(asked["version"])).read_bytes()).decrypt(bytes.fromhex(asked["wrapped"]))
    return {"key": _mixed(inner, (member / f"scope-{asked['scope']}").read_bytes()).hex()}


def destroy(member: Path, asked: dict) -> dict:
    (member / f"scope-{asked['scope']}").unlink(missing_ok=True)
    return {}


def _make(path: Path, key: bytes) -> None:
    """Whole or not at all: several of this program may make it at once, and the first one's stays."""
    with NamedTemporaryFile(dir=path.parent, prefix="new-") as new:
        new.write(key)
        new.flush()
        with suppress(FileExistsError):
            path.hardlink_to(new.name)


def _mixed(key: bytes, own: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(key, own, strict=True))


ANSWERS = {"newest": newest, "renew": renew, "wrap": wrap, "unwrap": unwrap, "destroy": destroy}

if __name__ == "__main__":
    main(Path(sys.argv[1]))
