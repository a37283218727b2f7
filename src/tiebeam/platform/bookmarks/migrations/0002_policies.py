"""What the database itself enforces for these tables."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import ACTING, PersonalRows


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [("bookmarks", "0001_initial"), ("tenancy", "0002_policies")]

    operations = [
        PersonalRows("bookmarks_savedfilter", f"organisation_id = {ACTING}", is_private=True)
    ]
