"""What others wrote for browsers: as it was taken, with its licence, and of a kind that a strict policy allows."""

import hashlib
import re
import tomllib
from importlib.resources import files

import pytest

VENDOR = files("clew.web").joinpath("static/vendor")
MANIFEST = tomllib.loads(VENDOR.joinpath("vendor.toml").read_text("utf-8"))
FILES = {file["name"]: (package, file) for package in MANIFEST["package"] for file in package["file"]}
LICENCES = {"MIT": "Permission is hereby granted", "ISC": "Permission to use, copy, modify", "BSD-2-Clause": "Redistribution", "BSD-3-Clause": "Redistribution"}

MADE_OF_TEXT = re.compile(r"\b(?:eval|Function)\(")
"""What would need `unsafe-eval` if it ran."""
NEVER_RUN = {
    "cytoscape.js": 1,  # finds the global object where neither `self` nor `global` is one: no browser
    "d3.js": 1,  # rows of comma-separated values into objects (d3-dsv): no page reads such
}


def test_the_manifest_names_every_file_that_lies_there():
    assert {file.name for file in VENDOR.iterdir()} == {"vendor.toml", *FILES}


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_is_as_it_was_taken_and_has_its_licence(name):
    package, file = FILES[name]
    content = VENDOR.joinpath(name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert LICENCES[package["licence"]] in " ".join(package["licence_text"].split())
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])
    assert len(MADE_OF_TEXT.findall(content.decode("utf-8"))) == NEVER_RUN.get(name, 0)
