"""Ten million rows of the ledger, made by SQL: 50 books over five years, four of them closed, some rows told late."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

FIRST = date(2015, 1, 1)
YEARS, BOOKS = 5, 50
DAYS = 365 * YEARS


@dataclass(frozen=True)
class Filled:
    """The books that were made, and a connection of the owner of the tables."""

    book_ids: list[UUID]
    count: int
    owner: Any

    def recompute(self, as_of: Any) -> dict[UUID, int]:
        """Return what each account held, added up from every row of the journal."""
        found = self.owner.execute(
            """
            WITH t AS (SELECT * FROM ledger_transfer WHERE valid_on <= %s AND recorded_at <= %s)
            SELECT a.id, CASE a.code WHEN 'B100' THEN -1 ELSE 1 END
                * (coalesce(d.total, 0) - coalesce(c.total, 0))
            FROM bench_account a
            LEFT JOIN (SELECT debit_id, sum(amount) AS total FROM t GROUP BY 1) d ON d.debit_id = a.id
            LEFT JOIN (SELECT credit_id, sum(amount) AS total FROM t GROUP BY 1) c ON c.credit_id = a.id
            """,
            [as_of.true_on, as_of.known_at],
        )
        return {account_id: int(held) for account_id, held in found}


def connect_owner() -> Any:
    """Return a connection as the owner of the tables, whom no row policy binds."""
    import psycopg
    from django.db import connection

    settings = connection.settings_dict
    return psycopg.connect(
        host=settings["OPTIONS"].get("host") or settings["HOST"], dbname=settings["NAME"],
        user="owner", autocommit=True,
    )  # fmt: skip


def fill(grounds: Any, count: int) -> Filled:
    """Fill books of the donor of *grounds* with *count* rows in the order of their recording, past triggers and indexes."""
    owner = connect_owner()
    owner.execute("SET session_replication_role = replica; SET synchronous_commit = off")
    # Joins by merging would sort the rows, which are made in the order of their recording.
    owner.execute("SET maintenance_work_mem = '512MB'; SET jit = off; SET enable_mergejoin = off")
    values = {
        "count": count, "first": FIRST, "days": DAYS, "books": BOOKS, "years": YEARS,
        "pair": grounds.pairing.pk, "donor": grounds.owners["donor"],
    }  # fmt: skip
    indexes = owner.execute(
        "SELECT i.relname, pg_get_indexdef(i.oid), pg_get_constraintdef(c.oid) FROM pg_index x"
        " JOIN pg_class i ON i.oid = x.indexrelid LEFT JOIN pg_constraint c ON c.conindid = i.oid"
        " AND c.contype = 'u' WHERE x.indrelid = 'ledger_transfer'::regclass AND NOT x.indisprimary"
    ).fetchall()
    for name, _, unique in indexes:
        owner.execute(
            f"ALTER TABLE ledger_transfer DROP CONSTRAINT {name}"
            if unique
            else f"DROP INDEX {name}"
        )
    # What is thrown away afterwards needs no log to be restored from.
    owner.execute("ALTER TABLE ledger_transfer SET UNLOGGED")
    for statement in _STATEMENTS:
        owner.execute(statement, values)
    for name, definition, unique in indexes:
        owner.execute(
            f"ALTER TABLE ledger_transfer ADD CONSTRAINT {name} {unique}" if unique else definition
        )
    owner.execute("VACUUM ANALYZE")
    return Filled([row[0] for row in owner.execute("SELECT id FROM bench_book")], count, owner)


_STATEMENTS = (
    """
    CREATE TABLE bench_book AS SELECT n AS number, gen_random_uuid() AS id
    FROM generate_series(0, %(books)s - 1) n
    """,
    """
    INSERT INTO ledger_book (id, tenant_id, scope_id, pairing_id, programme_id, side)
    SELECT b.id, %(donor)s, b.id, gen_random_uuid(), p.programme_id, 'donor'
    FROM bench_book b, pairings_pairing p WHERE p.id = %(pair)s
    """,
    """
    CREATE TABLE bench_account AS
    SELECT gen_random_uuid() AS id, b.id AS book_id, number, code, year
    FROM bench_book b, unnest(ARRAY['B100', 'B110', 'B120', 'B130', 'D5310']) code,
        generate_series(extract(year FROM %(first)s::date)::int,
            extract(year FROM %(first)s::date)::int + %(years)s - 1) year
    UNION ALL
    SELECT gen_random_uuid(), b.id, number, code, 0
    FROM bench_book b, unnest(ARRAY['D1000', 'D1310']) code
    """,
    """
    CREATE TABLE bench_year AS SELECT year, CASE WHEN year < extract(year FROM %(first)s::date)::int + %(years)s - 1
        THEN make_timestamptz(year + 1, 2, 1, 0, 0, 0, 'UTC') ELSE 'infinity' END AS closed_at
    FROM (SELECT DISTINCT year FROM bench_account WHERE year > 0) known
    """,
    """
    CREATE TABLE bench_ends AS SELECT d.number, kind, y.year, d.book_id, d.id AS debit_id, c.id AS credit_id
    FROM (VALUES (0, 'B110', 'B100'), (1, 'B120', 'B110'), (2, 'B130', 'B120'), (3, 'D1310', 'D1000'),
        (4, 'D5310', 'D1310')) k (kind, debit, credit)
    CROSS JOIN bench_year y
    JOIN bench_account d ON d.code = debit AND d.year IN (0, y.year)
    JOIN bench_account c ON c.code = credit AND c.year IN (0, y.year) AND c.number = d.number
    """,
    "ANALYZE bench_year, bench_ends",
    """
    INSERT INTO ledger_transfer (id, tenant_id, scope_id, batch_id, book_id, number, debit_id, credit_id,
        amount, unit, year, relates_to_year, valid_on, recorded_at, is_late)
    SELECT r.id, %(donor)s, e.book_id, r.id, e.book_id, 1, e.debit_id, e.credit_id, r.amount, 'CNY', e.year,
        CASE WHEN e.year > r.year THEN r.year ELSE 0 END, day, recorded, e.year > r.year
    FROM (
        SELECT *, date_part('year', day)::int AS year
        FROM (
            SELECT *, greatest(%(first)s::date, (recorded - random() * 60 * interval '1 day')::date) AS day
            FROM (
                SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS id,
                    n %% 5 AS kind, n / 5 %% %(books)s AS number, 1 + floor(random() * 1000)::int AS amount,
                    (%(first)s::date + 1)::timestamptz
                        + n / %(count)s::float * (%(days)s - 2) * interval '1 day' AS recorded
                FROM generate_series(1, %(count)s) n
            ) said
        ) known
    ) r
    JOIN bench_year y ON y.year = r.year
    JOIN bench_ends e ON e.number = r.number AND e.kind = r.kind
        AND e.year = r.year + (recorded > y.closed_at)::int
    """,
    """
    INSERT INTO ledger_account (id, tenant_id, scope_id, book_id, code, "group", year, unit, balance,
        may_be_negative)
    SELECT a.id, %(donor)s, a.book_id, a.book_id, code, CASE WHEN code LIKE 'B%%' THEN 'B' ELSE 'F' END,
        year, 'CNY', CASE code WHEN 'B100' THEN -1 ELSE 1 END
            * (coalesce(d.total, 0) - coalesce(c.total, 0)), true
    FROM bench_account a
    LEFT JOIN (SELECT debit_id, sum(amount) AS total FROM ledger_transfer GROUP BY 1) d ON d.debit_id = a.id
    LEFT JOIN (SELECT credit_id, sum(amount) AS total FROM ledger_transfer GROUP BY 1) c ON c.credit_id = a.id
    """,
)
