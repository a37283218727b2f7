"""
The peer of the ledger benchmark, run by a Python of its own: django-hordak on the same server.

What it does less: no permission, no roles or row policies, no maker and checker, no key that makes a
retry safe, no rule that decides the rows, no bound on a balance, no fiscal years, no second time axis,
no log; a transaction there is two legs, which its trigger demands to sum to zero.
"""

import json
import sys
import time
from urllib.parse import parse_qs, urlsplit


def main(address: str, times: int) -> None:
    """Print posts and rows a second."""
    import django
    import psycopg
    from django.conf import settings

    parts = urlsplit(address)
    host = parse_qs(parts.query)["host"][0]
    with psycopg.connect(host=host, user="owner", dbname="postgres", autocommit=True) as owner:
        owner.execute("DROP DATABASE IF EXISTS hordak")
        owner.execute("CREATE DATABASE hordak")
    settings.configure(
        SECRET_KEY="benchmark",  # of a database that is thrown away
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "hordak",
                "USER": "owner",
                "HOST": host,
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        HORDAK_CURRENCIES=["CNY"],
        HORDAK_INTERNAL_CURRENCY="CNY",
        DEFAULT_CURRENCY="CNY",
        CURRENCIES=["CNY"],
        USE_TZ=True,
    )
    django.setup()
    from django.core.management import call_command
    from django.db import transaction
    from hordak.models import Account, Leg, Transaction
    from moneyed import Money

    call_command("migrate", verbosity=0, interactive=False)
    treasury, transit = (
        Account.objects.create(name=name, code=code, type="AS", currencies=["CNY"])
        for name, code in (("Treasury", "1"), ("In transit", "2"))
    )
    amount = Money("0.10", "CNY")

    def post() -> None:
        with transaction.atomic():
            treasury.transfer_to(transit, amount)

    for _ in range(5):
        post()
    began = time.perf_counter()
    for _ in range(times):
        post()
    single = times / (time.perf_counter() - began)
    rates = []
    for _ in range(5):
        began = time.perf_counter()
        with transaction.atomic():
            made = Transaction.objects.bulk_create([Transaction() for _ in range(500)])
            Leg.objects.bulk_create(
                [
                    leg
                    for each in made
                    for leg in (
                        Leg(transaction=each, account=treasury, credit=amount),
                        Leg(transaction=each, account=transit, debit=amount),
                    )
                ]
            )
        rates.append(1000 / (time.perf_counter() - began))
    print(
        json.dumps(
            {
                "single posts, one client": (single, "posts/s"),
                "bulk_create, 1,000 legs a commit, median": (sorted(rates)[2], "legs/s"),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
