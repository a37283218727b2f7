"""Who reads the books: auditors follow the money, overseers read both, the other side none (§L1)."""

from datetime import timedelta

import pytest
from tests.grounds import ground

from records.ledger_grounds import LATER, make_grounds
from tiebeam.apps.ledger.models import Account, Book, Transfer
from tiebeam.apps.programmes.operations import add_participant, end_participation
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import create_organisation, create_region
from tiebeam.platform.permissions.roles import Role
from tiebeam.platform.tenancy.acting import Actor, Duty, acting

REGIONS = {"country": None, "fujian": "country", "tibet": "country", "nyingchi": "tibet"}


@pytest.fixture
@ground
def offices(workspace):
    """The audit office of each region, a national one, and the regions of the two sides."""
    admin = workspace.actor("admin", Role.ADMINISTRATOR)
    regions = {}
    for name, parent in REGIONS.items():
        regions[name] = create_region(
            name_en=name,
            name_zh="某地",
            kind="other",
            parent=regions.get(parent),
            actor=admin,
            now=LATER,
        )
    with acting(admin):
        for name in ("fujian", "nyingchi"):
            pk = workspace.organisations[name].pk
            Organisation.objects.filter(pk=pk).update(region=regions[name])
    return {
        name: create_organisation(
            name_en=f"Audit {name}",
            name_zh="审计",
            kind="office",
            region=region,
            actor=admin,
            now=LATER,
        )
        for name, region in (*regions.items(), ("national", None))
    }


@pytest.fixture
@ground
def grounds(workspace):
    found = make_grounds(workspace)
    found.fix_year(2020)
    return found


def join(grounds, office, side="auditor"):
    return add_participant(
        programme=grounds.programme,
        organisation=office,
        side=side,
        actor=grounds.makers["coordinator"],
        now=LATER,
    )


def pay_and_receive(grounds):
    for kind in ("obligation", "opening", "appropriation"):
        grounds.post(kind, 10)
    grounds.post("receipt", 10, follows_id=grounds.pay(10).pk)


def read_by(grounds, office):
    """Return the sides whose books, accounts and rows an auditor of *office* reads."""
    person = grounds.makers["donor"].person_id
    actor = Actor(
        person_id=person, organisation_id=office.pk, duties=frozenset({Duty(Role.AUDITOR)})
    )
    with acting(actor):
        books = {book.pk: book.side for book in Book.objects.all()}
        for model in (Account, Transfer):
            assert set(model.objects.values_list("book_id", flat=True)) == set(books)
    return set(books.values())


BOTH = {"donor", "recipient"}
FOLLOWS = {
    "national": BOTH,
    "country": BOTH,
    "fujian": BOTH,
    "nyingchi": {"recipient"},
    "tibet": {"recipient"},
}


class TestAuditors:
    @pytest.mark.parametrize("is_there_first", [True, False])
    def test_follow_the_money_whenever_they_join(self, grounds, offices, is_there_first):
        if is_there_first:
            for name in FOLLOWS:
                join(grounds, offices[name])
        pay_and_receive(grounds)
        if not is_there_first:
            for name in FOLLOWS:
                join(grounds, offices[name])

        assert {name: read_by(grounds, offices[name]) for name in FOLLOWS} == FOLLOWS

    def test_read_no_book_any_more_when_they_have_left(self, grounds, offices):
        pay_and_receive(grounds)
        participant = join(grounds, offices["fujian"])
        end_participation(
            participant=participant,
            until=(LATER + timedelta(days=1)).date(),
            reason="reorganised",
            actor=grounds.makers["coordinator"],
            now=LATER + timedelta(days=1),
        )

        assert read_by(grounds, offices["fujian"]) == set()


class TestOverseers:
    @pytest.mark.parametrize(
        ("side", "read"), [("ministry", BOTH), ("assessor", BOTH), ("reader", set())]
    )
    def test_read_both_books_and_mere_readers_none(self, grounds, offices, side, read):
        pay_and_receive(grounds)
        join(grounds, offices["nyingchi"], side)

        assert read_by(grounds, offices["nyingchi"]) == read
