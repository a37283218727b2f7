"""What the database lets anybody read through the public portal."""

from django.db import migrations

from tiebeam.platform.tenancy.policies import PublishedRows


class Migration(migrations.Migration):
    """Published programmes, their documents and pairings of the lists, and whom these name."""

    dependencies = [
        ("pairings", "0006_never_replaced"),
        ("programmes", "0004_participants_once_on_a_side"),
        ("regions", "0004_codes_given_once"),
    ]

    operations = [
        PublishedRows("programmes_programme", "programmes_programme.is_published"),
        PublishedRows(
            "programmes_legaldocument",
            "EXISTS (SELECT 1 FROM programmes_programme p"
            " WHERE p.id = programmes_legaldocument.programme_id AND p.is_published)",
        ),
        PublishedRows(
            "pairings_pairing",
            "pairings_pairing.parent_id IS NULL AND EXISTS (SELECT 1 FROM programmes_programme p"
            " WHERE p.id = pairings_pairing.programme_id AND p.is_published)",
        ),
        PublishedRows(
            "regions_organisation",
            "EXISTS (SELECT 1 FROM pairings_pairing x"
            " WHERE regions_organisation.id IN (x.donor_id, x.recipient_id))"
            " OR EXISTS (SELECT 1 FROM programmes_programme p"
            " WHERE p.tenant_id = regions_organisation.id)",
        ),
    ]
