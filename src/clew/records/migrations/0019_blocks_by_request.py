"""A block names the request of a person that it was laid for."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("records", "0018_keys_forgotten")]
    operations = [
        migrations.AddField(model_name="block", name="request_id", field=models.UUIDField(null=True)),
        migrations.AddIndex(
            "block",
            models.Index(name="blocks_by_request", fields=["request_id"], condition=Q(request_id__isnull=False)),
        ),
    ]
