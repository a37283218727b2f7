"""Many events at once: all or none, in parts, once, by two people (issue 4 §4 and §5)."""

from uuid import uuid4

import pytest
from drills.tampering import as_superuser
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import Batch, Book, Import, ImportProposal
from tiebeam.apps.ledger.operations import imports
from tiebeam.apps.ledger.operations.chain import Chain
from tiebeam.apps.ledger.operations.imports import (
    PartMissing,
    post_import_part,
    propose_import,
    return_import,
    withdraw_import,
)
from tiebeam.apps.ledger.operations.parts import OwnProposal
from tiebeam.apps.ledger.operations.proposals import NotProposed
from tiebeam.apps.ledger.operations.refusals import KeyReused
from tiebeam.apps.ledger.queries.verification import verify_books
from tiebeam.apps.regions.operations.rows import GivenRow
from tiebeam.errors import InvalidInput
from tiebeam.platform.audit.models import Entry
from tiebeam.platform.tenancy.acting import acting

HEAD = {"donor": "Fujian", "recipient": "林芝", "document": "DEMO 1", "purpose": "education"}
ROWS = [
    {"kind": "opening", "amount_wan": "1000"},
    {"kind": "appropriation", "amount_wan": "1000", "beyond_due": "yes"},
    {"kind": "commitment", "amount_wan": "900", "key": "school"},
    {"kind": "order", "amount_wan": "700", "key": "tranche", "follows": "school"},
    {"kind": "payment", "amount_wan": "700", "key": "paid", "follows": "tranche"},
]


def sheet(*rows):
    return [
        GivenRow(number=number, values={**HEAD, "day": "2020-03-01", **row})
        for number, row in enumerate(rows, start=2)
    ]


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    return found


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(imports, "PART", 2)
    settings.MEDIA_ROOT = tmp_path
    imports._list_events.cache_clear()


@pytest.fixture
def propose(grounds):
    def make(*rows, **more):
        return propose_import(
            programme=grounds.programme,
            rows=sheet(*(rows or ROWS)),
            actor=grounds.makers["donor"],
            now=LATER,
            **more,
        )

    return make


@pytest.fixture
def post(grounds):
    def make(proposal, part, side="donor"):
        return post_import_part(
            proposal=proposal, part=part, actor=grounds.checkers[side], now=LATER
        )

    return make


def faults(raised):
    return [(fault.code, fault.row) for fault in raised.value.faults]


class TestImport:
    def test_posts_all_rows_in_parts_with_one_entry_each(self, grounds, propose, post):
        proposal = propose(source="payments.xlsx")
        with acting(grounds.makers["donor"]):
            assert not Batch.objects.exists()
        for part in (1, 2, 3):
            post(proposal, part)

        assert grounds.balances("donor") == {
            "B106/2020": 1000_000_000,
            "B120/2020": 100_000_000,
            "B130/2020": 200_000_000,
            "B150/2020": 700_000_000,
            "D1000": 300_000_000,
            "D1310": 700_000_000,
            "D3000": 1000_000_000,
        }
        with acting(grounds.checkers["donor"]):
            batches = Batch.objects.all()
            assert {batch.import_id for batch in batches} == {proposal.pk}
            assert {batch.maker_id for batch in batches} == {grounds.makers["donor"].person_id}
            assert [row.batches_count for row in Import.objects.order_by("part")] == [2, 2, 1]
            assert ImportProposal.objects.get().state == "posted"
            assert Entry.objects.filter(action="ledger.post_import_part").count() == 4

    def test_goes_on_where_it_stopped_and_posts_nothing_twice(self, grounds, propose, post):
        proposal = propose()
        first = post(proposal, 1)
        with pytest.raises(PartMissing):
            post(proposal, 3)
        assert post(proposal, 1).pk == first.pk
        post(proposal, 2)
        post(proposal, 3)

        again = propose(import_id=uuid4())
        for part in (1, 2, 3):
            assert post(again, part).batches_count == 0
        with acting(grounds.checkers["donor"]):
            assert Batch.objects.count() == 5

    def test_keeps_nothing_where_one_row_is_refused(self, grounds, propose):
        more = [
            {"kind": "payment", "amount_wan": "1", "follows": "tranche"},
            {"kind": "order", "amount_wan": "201", "follows": "school"},
            {"kind": "receipt", "amount_wan": "1", "follows": "paid"},
        ]
        with pytest.raises(InvalidInput) as raised:
            propose(*ROWS, *more[:2])
        assert faults(raised) == [("ledger.more_than_left", 7), ("ledger.more_than_left", 8)]
        with pytest.raises(InvalidInput) as raised:
            propose(*ROWS, more[2])
        assert faults(raised) == [("ledger_files.not_ours", 7)]
        with acting(grounds.makers["donor"]):
            assert not ImportProposal.objects.exists()

    @pytest.mark.parametrize(
        ("row", "code"),
        [
            ({"kind": "opening", "amount_yuan": "-1"}, "units.negative"),
            ({"kind": "opening", "amount_yuan": "1", "day": "2019-03-01"}, "ledger.year_not_set"),
            ({"kind": "opening", "amount_yuan": "1", "day": "2021-02-02"}, "ledger.day_ahead"),
            ({"kind": "payment", "amount_yuan": "1", "day": "2020-02-29", "follows": "tranche"}, "ledger.day_before_followed"),
            ({"kind": "commitment", "amount_yuan": "1", "day": "2019-12-31"}, "ledger_files.agreement_missing"),
            ({"kind": "opening", "amount_yuan": "1", "donor": "Nobody"}, "ledger_files.unknown_pair"),
            ({"kind": "opening", "amount_yuan": "1", "key": "school"}, "ledger_files.key_twice"),
            ({"kind": "order", "amount_yuan": "1", "follows": "x"}, "ledger_files.unknown_predecessor"),
            ({"kind": "commitment", "amount_yuan": "1", "agreement": "x"}, "ledger_files.unknown_agreement"),
            ({"kind": "opening", "amount_yuan": "1", "document": ""}, "ledger.document_missing"),
            ({"kind": "opening", "quantity": "1", "quantity_unit": "kits", "nature": "x"}, "ledger.term_missing"),
        ],
    )  # fmt: skip
    def test_names_the_row_and_its_fault(self, propose, row, code):
        with pytest.raises(InvalidInput) as raised:
            propose(*ROWS, row)

        assert faults(raised) == [(code, 7)]

    def test_refuses_the_same_key_with_another_body(self, propose, post):
        proposal = propose()
        for part in (1, 2, 3):
            post(proposal, part)

        with pytest.raises(InvalidInput) as raised:
            propose({"kind": "commitment", "amount_wan": "901", "key": "school"})
        assert faults(raised) == [("ledger.key_reused", 2)]

    def test_is_proven_by_the_hashes_of_its_parts(self, propose, post, grounds):
        proposal = propose()
        for part in (1, 2, 3):
            post(proposal, part)
        with acting(grounds.checkers["donor"]), as_superuser():
            assert verify_books(Book.objects.all()) == []
            Batch.objects.filter(kind="payment").update(body_sha256="0" * 64)
            found = verify_books(Book.objects.all())

        assert [(each.law, each.where) for each in found] == [("import_proven", f"{proposal.pk}/3")]

    def test_refuses_the_key_of_another_pair(self, workspace, grounds, propose, post, monkeypatch):
        elsewhere = make_grounds(workspace, slug="elsewhere")
        elsewhere.fix_year(2020)
        row = {"kind": "opening", "amount_wan": "1", "key": str(elsewhere.post("opening", 5).pk)}
        with pytest.raises(InvalidInput) as raised:
            propose(row)
        assert faults(raised) == [("ledger.key_reused", 2)]

        # Of a pair that is not read, the database alone knows it.
        monkeypatch.setattr(Chain, "_read", lambda *_: None)
        proposal = propose(row)
        with pytest.raises(KeyReused, match=row["key"]):
            post(proposal, 1)
        with acting(grounds.checkers["donor"]):
            assert Batch.objects.count() == 1
            assert not Import.objects.exists()

    def test_asks_about_an_amount_that_looks_like_a_slipped_unit(self, propose):
        rows = [{"kind": "opening", "amount_wan": f"{n}"} for n in (900, 1000, 1100)]
        slipped = {"kind": "opening", "amount_yuan": "1000"}

        with pytest.raises(InvalidInput) as raised:
            propose(*rows, slipped)
        assert faults(raised) == [("units.seems_too_small", 5)]
        assert propose(*rows, slipped, is_sure=True).events_count == 4

    def test_is_posted_by_another_person_of_the_organisation(self, grounds, propose, post):
        proposal = propose()

        with pytest.raises(OwnProposal):
            post_import_part(
                proposal=proposal,
                part=1,
                actor=_as_finance(grounds, grounds.makers["donor"]),
                now=LATER,
            )
        with pytest.raises(ImportProposal.DoesNotExist):
            post(proposal, 1, "recipient")

    def test_is_sent_back_or_withdrawn_before_it_is_begun(self, grounds, propose, post):
        proposal = propose()
        returned = return_import(
            proposal=proposal, reason="wrong file", actor=grounds.checkers["donor"], now=LATER
        )
        assert (returned.state, returned.reason) == ("returned", "wrong file")
        with pytest.raises(NotProposed):
            post(proposal, 1)
        begun = propose()
        post(begun, 1)
        with pytest.raises(NotProposed):
            withdraw_import(proposal=begun, actor=grounds.makers["donor"], now=LATER)


def _as_finance(grounds, maker):
    from dataclasses import replace

    return replace(maker, duties=grounds.checkers["donor"].duties)
