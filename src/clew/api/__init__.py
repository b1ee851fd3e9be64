"""Doors for programs: the actions of the pages as HTTP with JSON, described by an OpenAPI document."""
