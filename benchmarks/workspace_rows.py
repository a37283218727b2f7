"""A workspace of a given size, made by statements of the owner: the rows of one real one, many times over."""

from dataclasses import dataclass
from typing import Any

PLACES = 200
"""Donors, and as many recipients."""
RICH = 1000
"""Pairings whose dossiers are asked for; each has at least RICH_ROWS lines in the log."""
RICH_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much there is."""

    programmes: int
    pairings: int
    audit_rows: int


FULL = Size(programmes=200, pairings=20_000, audit_rows=2_000_000)
SHORT = Size(programmes=10, pairings=600, audit_rows=20_000)


def clone(cursor: Any, table: str, template: str, count: str, columns: dict[str, str]) -> None:
    """
    Insert copies of the row *template* of a table, with *columns* said anew by expressions over ``n``.

    Args:
        cursor: Of the owner.
        table: The table.
        template: Id of the row.
        count: A subquery that gives ``n``.
        columns: Column -> SQL.
    """
    cursor.execute(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
        [table],
    )
    names = [row[0] for row in cursor.fetchall()]
    values = ", ".join(columns.get(name, f't."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    cursor.execute(
        f'INSERT INTO "{table}" ({listed}) SELECT {values}'
        f' FROM "{table}" t CROSS JOIN ({count}) AS c WHERE t.id = %s',
        [template],
    )


def series(first: int, last: int) -> str:
    """Return the subquery that gives n from *first* to *last*."""
    return f"SELECT generate_series({first}, {last}) AS n"


def make_id(kind: str, number: str = "n") -> str:
    """Return the expression of the id of the n-th record of a kind."""
    return f"md5('{kind}' || ({number}))::uuid"


def fill(cursor: Any, size: Size, templates: dict[str, str]) -> None:
    """Make organisations, programmes, pairings with their readers, and the log."""
    _fill_places(cursor, templates)
    programme = make_id("programme")
    clone(cursor, "programmes_programme", templates["programme"], series(1, size.programmes), {
        "id": programme, "scope_id": programme, "slug": "'p' || n",
        "name_en": "'Programme ' || n", "name_zh": "'对口支援项目' || n",
    })  # fmt: skip
    _fill_pairings(cursor, size, templates)
    _fill_log(cursor, size, templates)
    cursor.execute("ANALYZE")


def _fill_places(cursor: Any, templates: dict[str, str]) -> None:
    for kind, word in (("donor", "支援方"), ("recipient", "受援方")):
        place = make_id(kind)
        clone(cursor, "regions_organisation", templates["organisation"], series(1, PLACES), {
            "id": place, "scope_id": place,
            "name_en": f"'{kind.title()} ' || n", "name_zh": f"'{word}' || n",
        })  # fmt: skip


def _fill_pairings(cursor: Any, size: Size, templates: dict[str, str]) -> None:
    pairing, each = make_id("pairing"), size.pairings // size.programmes
    # Within a programme each donor comes once, and over all programmes every one equally often.
    donor = make_id("donor", f"1 + mod(n + n / {each}, {PLACES})")
    recipient = make_id("recipient", f"1 + mod(7 * n + n / {each}, {PLACES})")
    count = series(0, size.pairings - 1)
    clone(cursor, "pairings_pairing", templates["pairing"], count, {
        "id": pairing, "scope_id": pairing, "donor_id": donor, "recipient_id": recipient,
        "programme_id": make_id("programme", f"1 + n / {each}"),
    })  # fmt: skip
    for side, place in (("donor", donor), ("recipient", recipient)):
        clone(cursor, "tenancy_grant", templates["grant"], count, {
            "id": make_id(f"grant {side}"), "scope_id": pairing,
            "organisation_id": place, "role": f"'{side}'",
        })  # fmt: skip
        clone(
            cursor, "tenancy_grant", templates["grant"],
            f"SELECT p * {PLACES} + k AS n, p, k FROM generate_series(1, {size.programmes}) p,"
            f" generate_series(1, {PLACES}) k",
            {"id": make_id(f"grant of programme {side}"), "scope_id": make_id("programme", "p"),
             "organisation_id": make_id(side, "k"), "role": f"'{side}'"},
        )  # fmt: skip


def _fill_log(cursor: Any, size: Size, templates: dict[str, str]) -> None:
    rich = min(RICH, size.pairings, size.audit_rows // (2 * RICH_ROWS))
    step, others = 100_000, size.audit_rows - rich * RICH_ROWS
    # First what the dossiers show, then the rest over all pairings.
    parts = [
        (0, rich * RICH_ROWS, rich),
        (rich * RICH_ROWS, rich * RICH_ROWS + others, size.pairings),
    ]
    for first, end, among in parts:
        for start in range(first, end, step):
            pairing = make_id("pairing", f"mod(n, {among})")
            entry = make_id("entry")
            clone(cursor, "audit_entry", templates["entry"], series(start, min(start + step, end) - 1), {
                "id": entry, "transaction_id": entry, "record_id": pairing, "scope_id": pairing,
                "record_type": "'pairings.pairing'",
                "at": "t.at + n * interval '1 second'",
            })  # fmt: skip
