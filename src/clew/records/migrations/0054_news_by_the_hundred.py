"""Lines of what is new hold a hundred media: one each took as long to write as the media themselves."""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0053_media_of_exhibits_in_order")]
    operations = [
        migrations.AddField(
            model_name="leadnews",
            name="media",
            field=ArrayField(models.UUIDField(), default=list),
            preserve_default=False,
        ),
        migrations.RunSQL("update lead_news set media = array[medium_id]", migrations.RunSQL.noop),
        migrations.RemoveField(model_name="leadnews", name="medium_id"),
    ]
