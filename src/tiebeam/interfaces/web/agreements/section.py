"""The agreements in the dossier of a pair."""

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.pairings.queries.agreements import list_agreements
from tiebeam.interfaces.web.agreements.lists import standings_table
from tiebeam.interfaces.web.agreements.words import may_draft
from tiebeam.interfaces.web.dossier import Section, dossier_section
from tiebeam.interfaces.web.page import Link, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.time.periods import AsOf


@dossier_section("agreements", order=40)
def make_section(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> Section:
    """Return the agreements of the pair on the day."""
    standings = list_agreements(pairing, as_of)
    draft = Link(say_to(request, "agreements.draft"), reverse("draft_agreement", args=[pairing.pk]))
    return Section(
        key="agreements",
        title=say_to(
            request,
            "agreements.section",
            count=len(standings),
            in_force=sum(row.is_in_force(as_of.true_on) for row in standings),
        ),
        template="web/parts/section_table.html",
        values={"table": standings_table(request, standings, as_of.true_on)},
        step=draft if may_draft(actor_of(request), pairing) else None,
    )
