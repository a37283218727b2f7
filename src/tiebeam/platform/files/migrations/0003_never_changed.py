"""A document is what was attached: its row is never changed."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("files", "0002_policies")]

    operations = [AppendOnly("files_document")]
