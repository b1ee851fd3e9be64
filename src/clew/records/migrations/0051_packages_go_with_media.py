"""Which own media a package names, so that it goes with them."""

import django.contrib.postgres.fields
from django.db import migrations, models

NAMED = """
    update referral_packages p set media = array(
        select s.medium_id from referrals r join series_media s on s.series_id = r.series_id
         where r.id = p.referral_id and s.owner_member = p.member and s.owner_unit = p.unit)"""
"""Of a package that is there already nothing can be read here: it may name whatever its series has."""


TABLES = ("referral_packages", "referrals", "series_media")
"""Row security binds their owner too, and a migration acts as nobody."""


class Migration(migrations.Migration):
    dependencies = [("records", "0050_sealed_uploads")]
    operations = [
        migrations.AddField(
            "referralpackage",
            "media",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.RunSQL(
            [
                *(f"alter table {table} no force row level security" for table in TABLES),
                NAMED,
                *(f"alter table {table} force row level security" for table in TABLES),
            ],
            migrations.RunSQL.noop,
        ),
    ]
