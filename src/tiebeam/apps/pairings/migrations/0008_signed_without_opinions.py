"""Why a list was signed before both sides were heard."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """A list keeps the reason for which its signers did not wait for opinions."""

    dependencies = [("pairings", "0007_published_pairings")]

    operations = [
        migrations.AddField(
            model_name="pairlist",
            name="without_opinions_because",
            field=models.TextField(blank=True, default=""),
        ),
    ]
