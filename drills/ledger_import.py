"""
Kill whoever posts an import, again and again, and see that nothing of it is partial, lost or there twice.

``python -m drills.ledger_import --kills 200`` writes a dated report below build/drills. The database is
one of its own, thrown away afterwards: SQLite, or PostgreSQL with ``TIEBEAM_TEST_DATABASE=postgresql``.
Status 1 when anything was amiss.
"""

import argparse
import os
import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from drills.kill_worker import FOLDER
from drills.reports import write_report

ROOT = Path(__file__).parents[1]
NOW = datetime(2021, 2, 1, 1, tzinfo=UTC)
PART, PARTS = 20, 25
POSTER = f"""
import pickle, sys
sys.path[:0] = ["tests", "."]
import django; django.setup()
from tiebeam.apps.ledger.operations import imports
imports.PART = {PART}
proposal, actor, now = pickle.load(open(sys.argv[1], "rb"))
part = int(sys.argv[2])
print("ready", flush=True)
while True:
    try:
        imports.post_import_part(proposal=proposal, part=part, actor=actor, now=now)
    except (imports.PartMissing, imports.NotProposed):
        break
    print(part, flush=True)
    part += 1
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the drill that the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20200210)
    asked = parser.parse_args(arguments)
    sys.path.insert(0, str(ROOT / "tests"))
    # It chooses the database before Django reads its settings, as for the tests.
    import tests.workspace_database as database

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    if database.WANTED == "postgresql":
        folder = urlsplit(os.environ["TIEBEAM_DATABASE_URL"]).query.removeprefix("host=")
        programs = database._find_programs()
        assert programs is not None
        make = [programs / "createdb", "-h", folder, "-U", "owner", "workspace"]
        subprocess.run(make, check=True)
    subprocess.run([sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True)
    os.environ["TIEBEAM_DATABASE_ASSUME_ROLE"] = "1"
    import django

    django.setup()
    from django.db import connection

    began = time.monotonic()
    done, wrong = _drill(asked.kills, Random(asked.seed))
    lines = [
        f"* Database: {connection.vendor}; seed {asked.seed}; {time.monotonic() - began:.0f} s",
        *(f"* {what}: {count}" for what, count in done.items()),
        f"* Partial, lost or twice: {len(wrong)}",
        *(f"    * {each}" for each in wrong[:50]),
    ]
    write_report(
        "Drill: who imports is killed", f"ledger-import-{connection.vendor}", lines, FOLDER
    )
    connection.close()
    return 1 if wrong else 0


def _drill(kills: int, chance: Random) -> tuple[dict[str, int], list[str]]:
    from tests.small_workspace import make_workspace

    from records.ledger_grounds import make_grounds

    grounds = make_grounds(make_workspace(datetime(2020, 2, 10, 1, tzinfo=UTC)))
    grounds.fix_year(2020)
    done = {"killed": 0, "imports": 0, "parts posted": 0, "parts acknowledged": 0}
    wrong: list[str] = []
    while done["killed"] < kills:
        done["imports"] += 1
        proposal = _propose(grounds, done["imports"])
        acknowledged: set[int] = set()
        is_done = False
        while not is_done:
            told, is_done = _post(proposal, grounds, chance, may_kill=done["killed"] < kills)
            done["killed"] += not is_done
            acknowledged |= told
            wrong += _find_wrong(grounds, proposal, acknowledged, is_done=is_done)
        done["parts acknowledged"] += len(acknowledged)
        done["parts posted"] += PARTS
    return done, wrong


def _propose(grounds: Any, number: int) -> Any:
    from tiebeam.apps.ledger.operations import imports
    from tiebeam.apps.regions.operations.rows import GivenRow

    head = {"donor": "Fujian", "recipient": "Nyingchi", "document": f"DEMO {number}"}
    event = {"kind": "opening", "day": "2020-03-01"}
    rows = [
        GivenRow(number=n, values=head | event | {"amount": str(n), "key": f"{number}/{n}"})
        for n in range(2, PART * PARTS + 2)
    ]
    return imports.propose_import(
        programme=grounds.programme, rows=rows, actor=grounds.makers["donor"], now=NOW, is_sure=True
    )


def _post(proposal: Any, grounds: Any, chance: Random, *, may_kill: bool) -> tuple[set[int], bool]:
    """Let a process of its own go on with the import, and kill it; return the parts it told of, and whether it was done."""
    given = Path(os.environ["TIEBEAM_HOME"]) / "import.pickle"
    given.write_bytes(pickle.dumps((proposal, grounds.checkers["donor"], NOW)))
    poster = subprocess.Popen(
        [sys.executable, "-c", POSTER, str(given), str(_next_part(proposal, grounds))],
        stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert poster.stdout is not None
    assert poster.stdout.readline() == "ready\n"
    if may_kill:
        time.sleep(chance.random() * 0.6)
        poster.kill()
    told = {int(line) for line in poster.stdout if line.strip().isdigit()}
    return told, poster.wait(120) == 0


def _next_part(proposal: Any, grounds: Any) -> int:
    from tiebeam.apps.ledger.models import Import
    from tiebeam.platform.tenancy.acting import acting

    with acting(grounds.checkers["donor"]):
        return Import.objects.filter(import_id=proposal.pk).count() + 1


def _find_wrong(grounds: Any, proposal: Any, acknowledged: set[int], *, is_done: bool) -> list[str]:
    """Return where batches, rows, balances and log do not say the same whole parts."""
    from django.db.models import Sum

    from tiebeam.apps.ledger.models import Account, Batch, Import, Transfer
    from tiebeam.platform.audit.models import Entry
    from tiebeam.platform.tenancy.acting import acting

    with acting(grounds.checkers["donor"]):
        parts = set(Import.objects.filter(import_id=proposal.pk).values_list("part", flat=True))
        batches = Batch.objects.filter(import_id=proposal.pk)
        rows = Transfer.objects.filter(batch__import_id=proposal.pk)
        held = dict(Account.objects.values_list("code", "balance"))
        moved = Transfer.objects.aggregate(total=Sum("amount"))["total"] or 0
        logged = Entry.objects.filter(
            action="ledger.post_import_part", body__contains=str(proposal.pk)
        )
        counts = {
            "batches": (batches.count(), len(parts) * PART),
            "rows": (rows.count(), len(parts) * PART),
            "balance": (held.get("D1000", 0), moved),
            "entries": (logged.count(), len(parts) + (len(parts) == PARTS)),
            "parts one after the other": (parts, set(range(1, len(parts) + 1))),
            "acknowledged": (acknowledged - parts, set()),
        }
        if is_done:
            counts["done"] = (len(parts), PARTS)
    return [
        f"{what}: {found}, not {meant}" for what, (found, meant) in counts.items() if found != meant
    ]


if __name__ == "__main__":
    sys.exit(main())
