"""A view may be kept of media of every kind; and what the models say of keys of budgets stands here too."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import migrations, models
from django.db.models import Q

ANSWERS = ["", "solved_elsewhere", "parallel_enquiry", "known", "new", "undecodable"]
KINDS = ["", "image", "video", "unknown", "other"]


class Migration(migrations.Migration):
    dependencies = [("records", "0064_metadata_as_they_lie")]
    operations = [
        migrations.RemoveConstraint(model_name="savedview", name="saved_view_is_known"),
        migrations.AddConstraint(
            model_name="savedview",
            constraint=models.CheckConstraint(
                condition=Q(answer__in=ANSWERS, kind__in=KINDS), name="saved_view_is_known"
            ),
        ),
        migrations.AlterField(
            model_name="revealbudget",
            name="id",
            field=models.UUIDField(
                primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False, serialize=False
            ),
        ),
    ]
