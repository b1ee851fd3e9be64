"""Media whose SHA-1 is not known are found by their MD5 in an index of their own."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0016_requests")]
    operations = [
        migrations.AddIndex(
            "medium", models.Index(name="media_by_md5_alone", fields=["md5"], condition=Q(md5__isnull=False, sha1__isnull=True))
        )
    ]
