"""Somebody who uploads through the pages of the node in CLEW_HOME: `python -m tests.world.uploader stage CASE FILE…`.

`stage` says what is to come and sends it, and says the address of the upload; `end ADDRESS` has it taken in.
"""

import json
import sys
from pathlib import Path

from clew.cli.entry import entered

HEADERS = {"content_type": "application/json", "HTTP_ACCEPT": "application/json"}
EXHIBIT = "UPLOADED"


def stage(case: str, paths: list[Path]) -> str:
    """The address of an upload of ada's, of which all has come."""
    from clew.domain.upload import PIECE_BYTES_MAX
    from tests.world.clients import signed_in

    client, contents = signed_in("ada"), [path.read_bytes() for path in paths]
    files = [[path.name, len(content)] for path, content in zip(paths, contents, strict=True)]
    said = json.dumps({"case": case, "exhibit": EXHIBIT, "files": files})
    address = str(client.post("/uploads/begin/", said, **HEADERS).json()["upload"])
    for number, content in enumerate(contents):
        for offset in range(0, len(content), PIECE_BYTES_MAX):
            piece, at = content[offset : offset + PIECE_BYTES_MAX], {"Upload-Offset": str(offset)}
            sent = client.patch(f"{address}{number}/", piece, content_type="application/octet-stream", headers=at)
            assert sent.status_code == 204, sent.content
    return address


def end(address: str) -> str:
    """All has come: where its triage is to be seen."""
    from tests.world.clients import signed_in

    return str(signed_in("ada").post(f"{address}end/", **HEADERS).json()["exhibit"])


if __name__ == "__main__":
    with entered():
        step, first, *rest = sys.argv[1:]
        print(end(first) if step == "end" else stage(first, [Path(each) for each in rest]))
