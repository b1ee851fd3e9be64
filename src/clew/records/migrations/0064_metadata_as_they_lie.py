"""Metadata of media as they lie in their files."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0063_reviews_are_asked")]
    operations = [
        migrations.AddField("medium", "metadata", models.BinaryField(null=True)),
        # Compressed and sealed already: PostgreSQL need not try once more, and rows that are gone through stay short.
        migrations.RunSQL("alter table media alter column metadata set storage external", migrations.RunSQL.noop),
    ]
