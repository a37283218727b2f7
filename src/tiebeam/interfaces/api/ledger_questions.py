"""Questions about money: what a pair's books hold, what is to be paid when, what was given outside them."""

from django.utils import timezone

from tiebeam.apps.ledger.models import Book
from tiebeam.apps.ledger.queries.balances import trial_balance
from tiebeam.apps.ledger.queries.finality import is_final
from tiebeam.apps.ledger.queries.gifts import list_gifts, sum_gifts
from tiebeam.apps.ledger.queries.obligations import are_illustrative
from tiebeam.apps.ledger.queries.schedule import forecast, list_schedules
from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.regions.models import Organisation
from tiebeam.interfaces.api.questions import question
from tiebeam.platform.time.periods import AsOf


@question("trial-balance", "What the books of a pair hold")
def balances(pairing: Pairing, as_of: AsOf) -> object:
    """Every account of the books that may be read; whether that can no longer change, or rests on assumed figures."""
    found = trial_balance(Book.objects.filter(pairing=pairing), as_of)
    return {
        "lines": [{**line.key._asdict(), "balance": line.balance} for line in found],
        "is_final": is_final(as_of.known_at, timezone.now()),
        "is_illustrative": are_illustrative([pairing.pk]),
        "is_demo": pairing.programme.is_demo,
    }


@question("payment-schedule", "What of a pair is to be paid when")
def payment_schedule(pairing: Pairing) -> object:
    """The commitments of a pairing, each with its tranches, what is ordered and paid of them, and the months."""
    schedules = list_schedules(pairing_ids=[pairing.pk])
    return {"commitments": schedules, "months": forecast(schedules, timezone.localdate())}


@question("cash-forecast", "What a donor is to pay by month")
def cash_forecast(donor: Organisation) -> object:
    """What falls due by month across all pairings of a donor, how much of it is ordered and paid, what is late."""
    return forecast(list_schedules(donor_id=donor.pk), timezone.localdate())


@question("gifts", "What society gave, and enterprises invested")
def gifts(pairing: Pairing) -> object:
    """The totals of the registers of a pairing by year: outside the books, and never added to them."""
    return sum_gifts(list_gifts(pairing))
