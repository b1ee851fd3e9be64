"""Fingerprints say by which version of their kind they were made. What is there already was made by the first."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0075_instruments")]
    operations = [
        # Two constants: no row is written anew.
        migrations.AddField("fingerprintset", "version", models.SmallIntegerField(db_default=1, default=1)),
        migrations.AddField("fingerprintcounter", "renewed_at", models.DateTimeField(null=True)),
        migrations.AddIndex(
            "fingerprintset",
            models.Index(
                name="fingerprints_older",
                fields=["owner_member", "owner_unit", "medium_id"],
                condition=Q(kind=1, version__lt=1) | Q(kind=2, version__lt=1) | Q(kind=3, version__lt=1) | Q(kind=4, version__lt=1),
            ),
        ),
    ]
