"""Uploads lie sealed from here on: what was under way before is begun anew, and its bytes are swept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("records", "0049_uploads")]
    operations = [migrations.RunSQL("truncate uploads", migrations.RunSQL.noop)]
