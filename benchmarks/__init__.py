"""Numbers, never part of the tests: one command for each of the things that must be fast."""
