"""Fetch what others wrote for browsers, at pinned versions, and write the manifest: `make vendor`, for maintainers.

Whoever installs Clew needs neither this nor npm: the files lie in the package. Python 3.11 and npm are enough here.
A second run changes nothing; a changed version is a changed line of `PACKAGES`, read and tried in a browser first.
"""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

VENDOR = Path(__file__).parent.parent / "src/clew/web/static/vendor"

PACKAGES = (
    # package, version, licence, where its text lies, and which files are taken under which names
    ("cytoscape", "3.34.0", "MIT", "LICENSE", {"dist/cytoscape.min.js": "cytoscape.js"}),
    ("layout-base", "2.0.1", "MIT", "LICENSE", {"layout-base.js": "layout-base.js"}),
    ("cose-base", "2.2.0", "MIT", "LICENSE", {"cose-base.js": "cose-base.js"}),
    ("cytoscape-fcose", "2.2.0", "MIT", "LICENSE", {"cytoscape-fcose.js": "cytoscape-fcose.js"}),
    (
        "leaflet", "1.9.4", "BSD-2-Clause", "LICENSE",
        {"dist/leaflet.js": "leaflet.js", "dist/leaflet.css": "leaflet.css"},
    ),
    (
        "world-atlas", "2.0.2", "ISC", "LICENSE",
        {"countries-110m.json": "countries-110m.json", "countries-50m.json": "countries-50m.json"},
    ),
    ("i18n-iso-countries", "7.14.0", "MIT", "LICENSE", {"codes.json": "country-codes.json"}),
    ("topojson-client", "3.1.0", "ISC", "LICENSE", {"dist/topojson-client.min.js": "topojson-client.js"}),
    ("d3", "7.9.0", "ISC", "LICENSE", {"dist/d3.min.js": "d3.js"}),
    ("@observablehq/plot", "0.6.17", "ISC", "LICENSE", {"dist/plot.umd.min.js": "plot.js"}),
    (
        "openseadragon", "6.1.1", "BSD-3-Clause", "LICENSE.txt",
        {"build/openseadragon/openseadragon.min.js": "openseadragon.js"},
    ),
)  # fmt: skip

HEAD = """\
# What others wrote for browsers and Clew carries: written by scripts/vendor.py (`make vendor`), checked by
# tests/house/test_vendor.py. `taken_from` is the path in the package of that name and version on registry.npmjs.org.
"""


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    manifest = [HEAD]
    with tempfile.TemporaryDirectory() as folder:
        for package, version, licence, text, taken in PACKAGES:
            unpacked = unpack(package, version, Path(folder))
            manifest.append(
                f'[[package]]\nname = "{package}"\nversion = "{version}"\nlicence = "{licence}"\n'
                f"licence_text = '''\n{(unpacked / text).read_text().strip()}\n'''\n"
            )
            for path, name in taken.items():
                content = (unpacked / path).read_bytes()
                (VENDOR / name).write_bytes(content)
                digest = hashlib.sha256(content).hexdigest()
                manifest.append(f'[[package.file]]\nname = "{name}"\ntaken_from = "{path}"\nsha256 = "{digest}"\n')
    (VENDOR / "vendor.toml").write_text("\n".join(manifest))


def unpack(package: str, version: str, folder: Path) -> Path:
    """The package as npm gives it, in a folder. npm runs none of its scripts."""
    packing = ["npm", "pack", "--silent", "--ignore-scripts", f"{package}@{version}"]
    packed = subprocess.run(packing, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603
    into = folder / packed.removesuffix(".tgz")
    with tarfile.open(folder / packed) as archive:
        archive.extractall(into, filter="data")
    (content,) = into.iterdir()
    return content


if __name__ == "__main__":
    main()
