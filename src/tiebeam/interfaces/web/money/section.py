"""The money in the dossier of a pair."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.ledger.queries.flows import list_years
from tiebeam.apps.ledger.queries.waiting import list_open
from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.money.mine import title_of_year
from tiebeam.interfaces.web.money.tables import years_table
from tiebeam.interfaces.web.money.words import part_of
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.time.periods import AsOf


@dossier_section("money", order=45)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section | None:
    """Return the years of the pair; what was known earlier stands in the reports of the ledger."""
    years, part = list_years(pairing.pk), part_of(actor_of(request), pairing)
    if as_of.known_at is not None or not (years or part):
        return None
    today = timezone.localdate()
    is_recipient = part == "recipient"
    table = years_table(
        request,
        years,
        {pairing.pk: pairing},
        list_open(("payment",), pairing.pk),
        today,
        is_recipient=is_recipient,
        names_pairs=False,
    )
    return Section(
        key="money",
        title=title_of_year(request, years, today.year, is_recipient=is_recipient),
        template="web/parts/section_table.html",
        values={"table": table},
        step=Link(say_to(request, "money.to_pair"), reverse("money_of_pair", args=[pairing.pk])),
    )
