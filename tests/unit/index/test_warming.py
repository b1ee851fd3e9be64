"""After warming nothing is left to compile, whatever the index is then asked."""

import subprocess
import sys
from pathlib import Path

EVERYTHING = """
import sys
from pathlib import Path
import numpy as np
from clew.index import plan
from clew.index.kernel import KERNELS
from clew.index.recall import Index
from clew.index.warming import warm

warm()
compiled = {each.name: list(each.compiled_for()) for each in KERNELS}
plan.ROWS_MAX = ((100, "scan"), (10**9, "16"))
bits = np.random.default_rng(1).integers(0, 256, (400, 32), dtype=np.uint8)
known = 50
index = Index(Path(sys.argv[1]), lambda after, limit: (after + 1, bits[after + 1 : known]))
for known in (50, 400):
    index.catch_up()
    for _ in range(2):
        for asked in (bits[:1], bits[:0], bits[:200], bits[::3], np.asfortranarray(bits), bits[5:6]):
            index.search(asked)
        index.consolidate()
index.verify()
index.close()
assert all(len(signatures) == 1 for signatures in compiled.values())
assert compiled == {each.name: list(each.compiled_for()) for each in KERNELS}, "compiled later"
print(len(compiled))
"""


def test_nothing_is_compiled_after_warming(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", EVERYTHING, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) == 8
