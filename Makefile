# `make demo` and `make test` each work on a bare machine with Python 3.11, venv and make.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
# The lock files name everything, so nothing is resolved; a module is compiled when it is first imported, and most never are.
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
# What is compiled once need not be compiled again by each of the hundreds of processes that tests start.
unexport PYTHONDONTWRITEBYTECODE

# What is run again on each other way of starting the database.
OTHER_WAYS := tests/house/test_catalogue.py tests/unit/records tests/scenario/test_triage.py

.PHONY: help install install-test install-reference packages demo test lint types lock clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

install: .venv/.installed  ## make .venv with the product, from the lock file

.venv/.installed: requirements/run.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(PIP) --no-deps --no-compile --require-hashes --requirement requirements/run.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

install-test: install .venv/.installed-test

.venv/.installed-test: requirements/test.txt | .venv/.installed
	$(PIP) --no-deps --no-compile --require-hashes --requirement requirements/test.txt
	@$(MAKE) --no-print-directory install-reference || echo "SKIPPED: no compiler for the reference PDQ; tests that compare with it are skipped"
	@touch $@

install-reference: install  ## what the benchmarks compare with (pdqhash is compiled: needs gcc and Python's headers)
	$(PIP) --no-deps --no-compile --require-hashes --requirement requirements/reference.txt

packages:  # Debian packages that some tests need; only root can install them, others skip those tests loudly
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && ! { command -v chromium-headless-shell && ldconfig -p | grep -q libchromaprint; } >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell fonts-dejavu-core libchromaprint1 >/dev/null || echo "could not install Debian's chromium-headless-shell and libchromaprint1: tests that need them are skipped"; \
	fi

demo: install  ## start a node with three fictional countries and triage a fictional seizure
	@CLEW_HOME="$${CLEW_HOME:-$(CURDIR)/.demo}" exec $(BIN)/clew demo

# One process more than there are cores, for some wait: six on two cores took an eighth longer. The product is compiled
# beside what is installed for the tests and what looks at style and types.
test: install  ## install what it needs and run all tests
	@export NUMBA_CACHE_DIR="$$(mktemp -d)" CLEW_TEST_MOULDS="$$(mktemp -d)" && trap 'rm -rf "$$NUMBA_CACHE_DIR" "$$CLEW_TEST_MOULDS"' EXIT && \
	$(MAKE) --no-print-directory --jobs 2 --output-sync compiled packages types lint collected && \
	$(MAKE) --no-print-directory tests && $(MAKE) --no-print-directory --jobs 2 --output-sync tests-by-url tests-by-folder

.PHONY: tests tests-by-url tests-by-folder collected compiled
collected: install-test  # and their assertions are rewritten once, not by each process
	$(BIN)/python -m pytest --collect-only -qq > /dev/null || true  # what is wrong is told below

compiled: install  # the code that finds and compares media, into NUMBA_CACHE_DIR: or all but one would wait for it
	$(BIN)/python -m tests.world.compiling || true  # what is wrong is told by the tests

tests:
	$(BIN)/python -m pytest --numprocesses $$(( $$(nproc) + 1 )) --dist loadfile --no-loadscope-reorder

tests-by-url:  # once more on a PostgreSQL reached by URL
	CLEW_TEST_DATABASE=url $(BIN)/python -m pytest -q $(OTHER_WAYS)

tests-by-folder:  # and on programs from a folder
	CLEW_POSTGRES_BIN="$$($(BIN)/python -c 'from clew.node.binaries import of_the_wheel; print(of_the_wheel())')" $(BIN)/python -m pytest -q $(OTHER_WAYS)

lint: install-test
	$(BIN)/ruff check src tests benchmarks scripts
	$(BIN)/lint-imports

types: install-test
	$(BIN)/mypy

lock:  ## write the lock files anew from pyproject.toml and requirements/test.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --output-file requirements/run.txt pyproject.toml requirements/build.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraint requirements/run.txt --output-file requirements/test.txt requirements/test.in
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraint requirements/run.txt --constraint requirements/test.txt --output-file requirements/reference.txt requirements/reference.in

.PHONY: messages
messages: install  ## after a change of what pages say: bring the catalogues of translations up to it, and compile them
	$(BIN)/python -m scripts.messages

.PHONY: screenshots
screenshots: install-test  ## after a change of what pages look like: go through the story and keep its pictures for the documents
	@mkdir -p docs/screenshots
	CLEW_TEST_SCREENSHOTS="$(CURDIR)/docs/screenshots" $(BIN)/python -m pytest -q "tests/end_to_end/test_story.py::test_a_child_is_found_from_an_upload_to_safety[en]"

.PHONY: vendor
vendor:  ## maintainers: fetch what others wrote for browsers anew, at the versions in scripts/vendor.py (needs npm)
	$(PYTHON) scripts/vendor.py

clean:  ## remove what make made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build
