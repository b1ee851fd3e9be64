"""A match is told where facts and fingerprints are: leads and proposals keep by which, and what is told no more is an overlap."""

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models import Q

from clew.records import policies
from clew.records.roles import Roles

READ = ("lead_media", "leads", "matches", "media", "overlaps", "series_media", "series_proposals")
PROPOSED = """
    update series_proposals p set near_medium = n.medium_id, near_series = n.series_id
      from (select s.id, n.medium_id, n.series_id from series_proposals s cross join lateral (
                   select o.id as medium_id, y.series_id from (
                       select s.medium_id as id, s.series_id as near where s.medium_id is not null
                       union all select l.medium_id, s.series_id from series_media l where l.series_id = s.other_id
                       union all select l.medium_id, s.other_id from series_media l where l.series_id = s.series_id and s.other_id is not null) o
                     join media m on m.id = o.id and (m.owner_member, m.owner_unit) = (s.member, s.unit)
                    cross join lateral (select x.b_medium as id from matches x where x.a_medium = o.id
                                        union all select x.a_medium from matches x where x.b_medium = o.id) z
                     join series_media y on y.medium_id = z.id and y.series_id = o.near
                    limit 1) n
             where s.rule in ('near-copy', 'aligned-video')) n
     where p.id = n.id"""
SPEAKS = """
    update lead_media e set near_medium = e.medium_id, near_series = n.series_id
      from (select s.lead_id, s.medium_id, n.series_id from leads l join lead_media s on s.lead_id = l.id cross join lateral (
                   select y.series_id from (
                       select x.b_medium as id from matches x where x.a_medium = s.medium_id
                       union all select x.a_medium from matches x where x.b_medium = s.medium_id
                       union all select o.id from media m join media o on o.name = m.name where m.id = s.medium_id) p
                     join series_media y on y.medium_id = p.id
                    -- A lead may be kept on a series that is one with that of the match.
                    order by y.series_id = l.series_id desc, y.series_id limit 1) n
             where l.rule in ('aligned-clip', 'near-copy', 'reappeared')) n
     where (e.lead_id, e.medium_id) = (n.lead_id, n.medium_id)"""
BESIDE = """
    update lead_media e set near_medium = w.near_medium, near_series = w.near_series
      from leads l cross join lateral (
           select f.near_medium, f.near_series from lead_media f
            where f.lead_id = l.id and f.near_medium is not null order by f.added_at, f.medium_id limit 1) w
     where l.id = e.lead_id and l.rule = 'reappeared' and e.near_medium is null"""
NOTE = """
    insert into public.overlaps (left_medium, right_medium)
    select distinct a.id, b.id from matches x join media a on a.id = x.a_medium join media b on b.id = x.b_medium
     where a.owner_member <> b.owner_member and '(blocked)' <> all (a.excluded || b.excluded) and not {}
    on conflict (left_medium, right_medium) do nothing"""


def renew(_: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever owns the tables sees all rows for as long as this takes.

    Where every owner leaves both boxes alone, or takes the facts away too, no overlap is noted that was not there.
    """
    for statement in [
        *(f"alter table public.{table} no force row level security" for table in READ),
        SPEAKS,
        BESIDE,
        PROPOSED,
        NOTE.format(policies.both_are_told()),
        *(f"alter table public.{table} force row level security" for table in READ),
        *policies.functions_made(Roles.of(schema_editor.connection.settings_dict["NAME"])),
    ]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("records", "0083_leads_go_on")]
    operations = [
        migrations.AddField("leadmedium", "near_medium", models.UUIDField(null=True)),
        migrations.AddField("leadmedium", "near_series", models.UUIDField(null=True)),
        migrations.AddField("seriesproposal", "near_medium", models.UUIDField(null=True)),
        migrations.AddField("seriesproposal", "near_series", models.UUIDField(null=True)),
        migrations.AddIndex(
            "seriesproposal",
            models.Index(name="proposals_by_near", fields=["near_medium"], condition=Q(near_medium__isnull=False)),
        ),
        migrations.AddIndex(
            "leadmedium",
            models.Index(name="lead_media_by_near", fields=["near_medium"], condition=Q(near_medium__isnull=False)),
        ),
        migrations.RunPython(renew, migrations.RunPython.noop),
    ]
