"""What came back or was lost of valued goods is posted at its value (§U6)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """The value of a settlement."""

    dependencies = [("supplies", "0002_policies")]

    operations = [
        migrations.AddField(
            model_name="settlement", name="amount", field=models.BigIntegerField(null=True)
        ),
    ]
