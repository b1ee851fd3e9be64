"""Optics: which cameras and software there are under which handling; rules of row security, and what keeps them (`camera.sql`).

One shows to whoever sees media that lie so: its row has their owner and handling, and nothing else is asked.
"""

from collections.abc import Mapping

from clew.records.visibility import visible

COVERED = ("cameras",)
"""Tables with a cover that nobody but the database writes."""
RULES: Mapping[str, Mapping[str, str]] = {"cameras": {"select": f"using ({visible()})"}}
APP_GRANTS = {"cameras": "select"}
# Whoever holds a row must be allowed to change it.
BLIND_GRANTS = {"cameras": "select, insert, update (id), delete"}

_SAID = "(text, text, smallint, text[], text[], bytea, bytea, bytea)"
FUNCTIONS_OF_THE_BLIND = (
    "clew_instrument(bytea, bytea, bytea)",
    f"clew_keep_camera{_SAID}",
    f"clew_let_camera_go{_SAID}",
    "clew_note_new_cameras()",
    "clew_note_changed_cameras()",
    "clew_note_gone_cameras()",
)

TRIGGERS: Mapping[str, tuple[str, str, str, str]] = {
    "cameras_come": ("insert", "media", "referencing new table as new_rows", "clew_note_new_cameras"),
    "cameras_change": (
        "update", "media", "referencing old table as old_rows new table as new_rows", "clew_note_changed_cameras"
    ),
    "cameras_go": ("delete", "media", "referencing old table as old_rows", "clew_note_gone_cameras"),
}  # fmt: skip
"""By name: when, on which table, with which rows, what it calls."""
FUNCTIONS_OF_BEFORE = tuple(
    f"{name}(text, text, smallint, text[], text[], bytea, bytea)" for name in ("clew_keep_camera", "clew_let_camera_go")
)

WHAT_THERE_IS = """
    insert into cameras (camera, make, model, owner_member, owner_unit, audience, members, excluded)
    select distinct md5(md5(coalesce(camera_make, '')) || md5(coalesce(camera_model, '')))::uuid,
           coalesce(camera_make, ''), coalesce(camera_model, ''), owner_member, owner_unit, audience, members, excluded
      from media where camera_make is not null or camera_model is not null"""
WHAT_SOFTWARE_THERE_IS = """
    insert into cameras (camera, make, model, software, owner_member, owner_unit, audience, members, excluded)
    select distinct md5(md5('') || md5('') || md5(software))::uuid, ''::bytea, ''::bytea, software, owner_member, owner_unit,
           audience, members, excluded
      from media where software is not null"""
