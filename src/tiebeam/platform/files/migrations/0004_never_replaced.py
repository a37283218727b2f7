"""Rows that are never changed are not replaced either."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import RefuseReplacing


class Migration(migrations.Migration):
    dependencies = [("files", "0003_never_changed")]

    operations = [
        RefuseReplacing("files_document", "id"),
        RefuseReplacing("files_document", "stored_as"),
    ]
