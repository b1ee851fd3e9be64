"""A series remembers which intake of a case export or list opened it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0010_sealed_text")]
    operations = [migrations.AddField(model_name="series", name="opened_by", field=models.UUIDField(null=True))]
