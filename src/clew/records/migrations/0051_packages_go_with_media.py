"""Which own media a package names, so that it goes with them."""

import django.contrib.postgres.fields
from django.db import migrations, models

NAMED = """
    update referral_packages p set media = array(
        select s.medium_id from referrals r join series_media s on s.series_id = r.series_id
         where r.id = p.referral_id and s.owner_member = p.member and s.owner_unit = p.unit)"""
"""Of a package that is there already nothing can be read here: it may name whatever its series has."""


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
        migrations.RunSQL(NAMED, migrations.RunSQL.noop),
    ]
