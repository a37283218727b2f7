"""
The worked example of five years in the browser: the balances worked by hand, as by API and by command.

Each step is reported by one person and posted by another, on the pages that they use every day.
"""

from collections import Counter

import pytest
from django.urls import reverse
from tests.ledger_examples import FEN, Step, load_example
from tests.pages.money_grounds import make_people
from tests.records.ledger_grounds import LedgerGrounds

from tiebeam.apps.ledger.models import Account
from tiebeam.core.ledger.events import KINDS
from tiebeam.platform.tenancy.acting import acting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HANDS = {
    "coordinator": ("office", "colleague"),
    "donor": ("fujian", "fujian_finance"),
    "recipient": ("nyingchi", "nyingchi_finance"),
}
TICKED = ("nature", "stage")


class Desk:
    """Two people of each side at their windows, and what they told so far."""

    def __init__(self, grounds: LedgerGrounds, sit) -> None:
        self.grounds = grounds
        self.hands = {side: [sit(who, "zh").page for who in two] for side, two in HANDS.items()}
        self.base = ""
        self.events: dict[str, str] = {}
        self.unanswered: Counter[str] = Counter()

    def take(self, step: Step) -> None:
        side = step.side or KINDS[step.kind].by
        maker, checker = self.hands[side]
        pairing = self.grounds.pairing.pk
        if step.kind == "close":
            maker.goto(self.base + reverse("close_year", args=[pairing, step.on.year]))
            if step.terms["carried"].get("B120") is False:
                maker.locator("[name=appropriated][value=lapse]").check()
            maker.locator("[name=is_read]").check()
        elif step.kind == "receipt":
            self._answer(maker, step)
        else:
            self._report(maker, step)
        self._send(maker)
        proposal = maker.url.split("?")[0].rstrip("/").rsplit("/", 1)[1]
        checker.goto(self.base + reverse("proposal", args=[proposal]))
        self._send(checker, reverse("post_proposal", args=[proposal]))
        assert checker.locator("[role=status]").first.is_visible(), checker.url
        if step.kind == "payment":
            self.unanswered[step.name] = step.terms["amount"]
        if step.kind in {"receipt", "bounce"}:
            self.unanswered[step.follows] -= step.terms["amount"]
        if step.name:
            self.events[step.name] = proposal

    def _report(self, maker, step: Step) -> None:
        address = reverse("propose_event", args=[self.grounds.pairing.pk, step.kind])
        query = f"?follows={self.events[step.follows]}" if step.follows else ""
        maker.goto(self.base + address + query)
        self._fill(maker, step)
        for word in TICKED:
            if word in step.terms:
                maker.locator(f"[name={word}][value={step.terms[word]}]").check()
        if step.terms.get("beyond_due"):
            maker.locator("[name=is_beyond_due]").check()
        for word in ("quantity", "quantity_unit", "relates_to"):
            if word in step.terms:
                maker.fill(f"[name={word}]", str(step.terms[word]))
        if step.kind == "commitment":
            maker.locator("[name=agreement_id]").first.check()
            maker.locator("[name=purpose][value=education]").check()

    def _answer(self, maker, step: Step) -> None:
        maker.goto(self.base + reverse("answer_payment", args=[self.events[step.follows]]))
        is_all = step.terms["amount"] == self.unanswered[step.follows]
        maker.locator(f"[name=answer][value={'all' if is_all else 'part'}]").check()
        if is_all:
            maker.fill("[name=valid_on]", step.on.isoformat())
            maker.fill("[name=document]", "DEMO 1")
        else:
            self._fill(maker, step)
            maker.fill("[name=reason]", "其余尚未到账。")

    @staticmethod
    def _fill(maker, step: Step) -> None:
        maker.fill("[name=amount_0]", str(step.terms["amount"] // FEN))
        maker.select_option("[name=amount_1]", "wan")
        maker.fill("[name=valid_on]", step.on.isoformat())
        maker.fill("[name=document]", "DEMO 1")

    @staticmethod
    def _send(page, action: str = "") -> None:
        form = page.locator(f"form[action='{action}']" if action else "main form:has([name=key])")
        with page.expect_navigation():
            form.locator("button").first.click()
        # An amount unlike the others is asked about once more.
        doubt = page.locator("[name=is_right]")
        if doubt.count():
            doubt.check()
            with page.expect_navigation():
                form.locator("button").first.click()
        alert = page.locator("[role=alert]")
        assert not alert.count(), (page.url, alert.first.inner_text())

    def balances(self) -> dict[tuple[str, int, str], int]:
        held = {}
        for side in ("donor", "recipient"):
            with acting(self.grounds.makers[side]):
                for row in Account.objects.owned().exclude(balance=0):
                    held[row.code, row.year, row.unit] = row.balance
        return held


def test_five_years_leave_the_balances_worked_by_hand(standing, sit, live_server):
    grounds = make_people(standing.workspace)
    standing.people |= standing.workspace.people
    example = load_example("five-years")
    for year, said in example.years.items():
        grounds.fix_year(year, said["profile"], reopens=said["refund_reopens"])
    desk = Desk(grounds, sit)
    desk.base = live_server.url

    for step in example.steps:
        desk.take(step)

    assert desk.balances() == example.balances
