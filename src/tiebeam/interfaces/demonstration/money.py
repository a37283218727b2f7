"""
What the books of the demonstration hold: years of one pair, and pairs with something in every state.

All of it is made up and carries the mark DEMO: amounts, days, bases, documents. Bases are
entered as assumptions, so that every due which rests on them is called illustrative.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tiebeam.apps.ledger.models import Batch
from tiebeam.apps.ledger.operations.claims import (
    check_reimbursement,
    pay_reimbursement,
    refuse_reimbursement,
    request_reimbursement,
)
from tiebeam.apps.ledger.operations.disputes import dispute_payment
from tiebeam.apps.ledger.operations.gifts import enter_gift
from tiebeam.apps.ledger.operations.given_events import KnownEvent, key_of, know_events
from tiebeam.apps.ledger.operations.obligation_notices import draft_notice, issue_notice
from tiebeam.apps.ledger.operations.proposals import post_proposal, propose
from tiebeam.apps.ledger.operations.tranches import plan_tranche
from tiebeam.apps.ledger.operations.vouchers import GivenVoucher
from tiebeam.apps.ledger.operations.years import set_programme_year
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.operations.agreements import ask_for_review, draft_agreement
from tiebeam.apps.pairings.operations.signatures import sign_agreement
from tiebeam.apps.pairings.queries.agreements import hash_of_agreement
from tiebeam.apps.programmes.models import Programme
from tiebeam.apps.regions.models import Organisation
from tiebeam.apps.regions.operations import add_statistic
from tiebeam.interchange.ledger_events.text_form import read_text
from tiebeam.interfaces.demonstration.obligations import ENTERED, INDICATOR
from tiebeam.platform.tenancy.acting import Actor, acting

BOOKS = Path(__file__).with_name("books")
PROGRAMME = "tibet"
YEARS = range(2021, 2028)
AGREEMENT = "示范五年协议（DEMO） · Five-year agreement (DEMO)"
TEXT = (
    "本文仅供演示，不产生任何义务。\n\nThis text is for demonstration; nobody owes anything by it."
)
WHY = "DEMO"
WAN = 10**6
"""万元, in fen."""
BASES = {"北京市": "6000", "上海市": "5000", "湖南省": "3500"}
"""Donor -> a round figure of revenue in 2024, in 亿元; none is that of a yearbook."""


@dataclass(frozen=True, slots=True)
class Two:
    """Who makes and who checks for one organisation."""

    maker: Actor
    checker: Actor
    third: Actor | None = None
    """Pays what the checker of a reimbursement found in order."""


@dataclass(frozen=True, slots=True)
class Money:
    """
    Who keeps the books.

    Attributes:
        coordinators: The two of the office that steers the programme.
        administrator: Enters the illustrative bases.
        sides: By name of the donor: the two of the donor, and those of its recipient.
    """

    coordinators: Two
    administrator: Actor
    sides: Mapping[str, tuple[Two, Two]]


def keep_books(money: Money, now: datetime) -> None:
    """Say what is owed, post what was given and spent, and leave something waiting for everybody."""
    coordinator = money.coordinators.maker
    with acting(coordinator):
        programme = Programme.objects.get(slug=PROGRAMME)
    for year in YEARS:
        set_programme_year(
            programme=programme, year=year, profile="on_expenditure", refund_reopens=True,
            actor=coordinator, now=now,
        )  # fmt: skip
    pairings = {donor: _agree(programme, *sides, now) for donor, sides in money.sides.items()}
    _say_what_is_owed(programme, money, now)
    for name in ("fujian-nyingchi", "beijing-lhasa", "shanghai-xigaze", "hunan-shannan"):
        _take(name, money, now)
    _take("hunan-shannan-waiting", money, now, is_posted=False)
    hunan = money.sides["湖南省"]
    _leave_waiting(pairings["湖南省"], hunan[0], hunan[1], now)


def _agree(programme: Programme, donor: Two, recipient: Two, now: datetime) -> Pairing:
    """Sign an agreement for the years of the books, and return the pairing."""
    with acting(donor.maker):
        pairing: Pairing = Pairing.objects.select_related("donor", "recipient").get(
            programme=programme,
            donor_id=donor.maker.organisation_id,
            recipient_id=recipient.maker.organisation_id,
            parent=None,
        )
    drafted = draft_agreement(
        pairing=pairing, kind="five_year", title=AGREEMENT, text=TEXT,
        starts_on=date(2021, 1, 1), ends_on=date(2026, 1, 1), actor=donor.maker, now=now,
    )  # fmt: skip
    ask_for_review(agreement=drafted, actor=donor.maker, now=now)
    for side in (donor, recipient):
        sign_agreement(
            agreement=drafted, text_sha256=hash_of_agreement(drafted), actor=side.maker, now=now
        )
    return pairing


def _say_what_is_owed(programme: Programme, money: Money, now: datetime) -> None:
    """Issue the notices of 2025 by the rule that was chosen, from illustrative bases."""
    coordinators = money.coordinators
    for name, revenue in BASES.items():
        with acting(coordinators.maker):
            donor = Organisation.objects.select_related("region").get(
                pk=money.sides[name][0].maker.organisation_id
            )
        assert donor.region is not None
        add_statistic(
            region=donor.region, indicator=INDICATOR, year=2024, quantity=Decimal(revenue),
            unit="亿元", vintage=date(2025, 1, 20), source=ENTERED, reliability="assumption",
            actor=money.administrator, now=now,
        )  # fmt: skip
        drafted = draft_notice(
            programme=programme, donor=donor, year=2025, actor=coordinators.maker, now=now
        )
        issue_notice(notice=drafted, actor=coordinators.checker, now=now)


def _take(name: str, money: Money, now: datetime, *, is_posted: bool = True) -> None:
    """Take the events of a file, each by the two of its side; or only propose them."""
    path = BOOKS / f"{name}.yaml"
    read = read_text(path.read_bytes(), path.name, {}, {})
    assert not read.faults, read.faults
    sides = money.sides[read.events[0].pair.donor]
    with acting(sides[0].maker):
        known, faults = know_events(read.events)
    assert not faults, faults
    people = {"coordinator": money.coordinators, "donor": sides[0], "recipient": sides[1]}
    for event in known:
        _post(event, people[event.side], now, is_posted=is_posted)


def _post(event: KnownEvent, two: Two, now: datetime, *, is_posted: bool) -> None:
    proposal = propose(
        pairing=event.pairing, terms=event.terms, key=event.key, actor=two.maker, now=now
    )
    if is_posted:
        post_proposal(proposal=proposal, actor=two.checker, now=now)


def _leave_waiting(pairing: Pairing, donor: Two, recipient: Two, now: datetime) -> None:
    """Leave a payment disputed, tranches planned, gifts registered, a reimbursement in each state."""
    with acting(donor.maker):
        commitment = Batch.objects.get(pk=key_of(pairing.pk, "医院"))
        payment = Batch.objects.get(pk=key_of(pairing.pk, "学校首款拨付"))
    dispute_payment(
        payment=payment, amount=1500 * WAN, actor=recipient.checker, now=now,
        reason="DEMO：到账1500万元短缺，请核对付款凭证。 / DEMO: this part never came.",
    )  # fmt: skip
    for due_on, amount in ((date(2026, 3, 31), 2000), (date(2027, 3, 31), 1500)):
        # After what was paid until then: only what is still to be paid is planned.
        plan_tranche(
            commitment=commitment, amount=amount * WAN, due_on=due_on, actor=donor.maker,
            now=now + timedelta(seconds=1),
        )  # fmt: skip
    for kind, giver, amount in (
        ("donation", "示范基金会（DEMO）", 200),
        ("investment", "示范企业（DEMO）", 900),
    ):
        enter_gift(
            pairing=pairing, kind=kind, giver=giver, received_on=date(2025, 9, 1), document=WHY,
            amount=amount * WAN, actor=recipient.maker, now=now,
        )  # fmt: skip
    for number, (title, amount, state) in enumerate(
        (("手术设备", 120, "paid"), ("培训", 80, "checked"), ("药品", 60, "requested"), ("车辆", 30, "refused")), start=1
    ):  # fmt: skip
        _reimburse(pairing, recipient, (f"{title}（DEMO）", number, amount), state, now)


def _reimburse(
    pairing: Pairing, recipient: Two, asked: tuple[str, int, int], state: str, now: datetime
) -> None:
    title, number, amount = asked
    given = GivenVoucher(
        issuer="示范供应商（DEMO）", number=f"DEMO-{number}", amount=amount * WAN,
        issued_on=date(2025, 8, 20),
    )  # fmt: skip
    claim = request_reimbursement(
        pairing=pairing, title=title, payee="示范供应商（DEMO）", purpose="medicine", nature="current",
        amount=amount * WAN, vouchers=[given], actor=recipient.maker, now=now,
    )  # fmt: skip
    if state == "refused":
        refuse_reimbursement(reimbursement=claim, reason=WHY, actor=recipient.checker, now=now)
    if state in {"checked", "paid"}:
        check_reimbursement(
            reimbursement=claim, pay_on=date(2025, 9, 10), document=WHY,
            actor=recipient.checker, now=now,
        )  # fmt: skip
    if state == "paid" and recipient.third:
        pay_reimbursement(reimbursement=claim, actor=recipient.third, now=now)
