"""A unit goes on with a round where its last look ended; and a lead keeps what its urgency is worked out from at most."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles

RULES = [
    "same-camera", "same-document", "aligned-clip", "known-place", "reappeared", "same-name", "clue-answered", "near-copy",
]  # fmt: skip
STATES = ["watched", "raised", "taken", "followed", "set-aside", "closed"]
READ = ("leads", "lead_media", "media")
WEIGH = """
    update leads l set newest_taken_at = w.newest, came_at = w.came, media = w.many, has_others = w.others
      from (select e.lead_id, max(m.taken_at at time zone 'UTC') filter (where m.taken_at at time zone 'UTC' <= now() + interval '1 day') as newest, max(m.taken_in_at) as came, count(*) as many,
                   bool_or(m.owner_member <> e.member) as others
              from lead_media e join media m on m.id = e.medium_id group by e.lead_id) w
     where w.lead_id = l.id"""


def weigh(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever owns the tables sees all rows for as long as this takes."""
    for statement in [
        *(f"alter table {table} no force row level security" for table in READ),
        WEIGH,
        *(f"alter table {table} force row level security" for table in READ),
        *policies.functions_made(Roles.of(schema_editor.connection.settings_dict["NAME"])),
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0082_one_child")]
    operations = [
        migrations.AddField("leadcheck", "mark", models.TextField(null=True)),
        migrations.AddField("lead", "newest_taken_at", models.DateTimeField(null=True)),
        migrations.AddField("lead", "came_at", models.DateTimeField(null=True)),
        migrations.AddField("lead", "media", models.IntegerField(default=0, db_default=0)),
        migrations.AddField("lead", "has_others", models.BooleanField(default=False, db_default=False)),
        migrations.RemoveConstraint("lead", "lead_is_known"),
        migrations.AddConstraint(
            "lead", models.CheckConstraint(condition=Q(rule__in=RULES, state__in=STATES), name="lead_is_known")
        ),
        migrations.RunPython(weigh, migrations.RunPython.noop),
    ]
