"""A saved view keeps all that a page of media may be narrowed to: places, clues, series and one of them, and a camera."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0066_places_in_their_order")]
    operations = [
        *(
            migrations.AddField(model_name="savedview", name=name, field=models.BooleanField(null=True))
            for name in ("has_place", "is_in_series", "has_clue")
        ),
        *(
            migrations.AddField(
                model_name="savedview", name=name, field=models.TextField(default="", db_default="")
            )
            for name in ("series", "camera")
        ),
    ]
