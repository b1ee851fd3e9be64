"""Migrations say what the models say: what a model asks of the database is asked of it."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_no_model_asks_for_what_no_migration_brings() -> None:
    loader = MigrationLoader(None)
    found = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(graph=loader.graph)
    assert {app: [one.operations for one in changes] for app, changes in found.items() if app == "records"} == {}
