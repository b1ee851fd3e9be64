"""The newest victims, offenders and places, and links that were taken back, without reading all of them."""

from django.db import migrations, models
from django.db.models import Q

WITHDRAWN = 4


class Migration(migrations.Migration):
    dependencies = [("records", "0030_categories")]
    operations = [
        *(
            migrations.AddIndex(noun, models.Index(fields=["entered_at", "id"], name=f"{noun}s_in_order"))
            for noun in ("victim", "offender", "place")
        ),
        migrations.AddIndex(
            "link", models.Index(fields=["a_id"], name="links_withdrawn_from_a", condition=Q(state=WITHDRAWN))
        ),
        migrations.AddIndex(
            "link", models.Index(fields=["b_id"], name="links_withdrawn_to_b", condition=Q(state=WITHDRAWN))
        ),
    ]
