"""Imports of the own organisation, and where each stands."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, Sum

from tiebeam.apps.ledger.import_models import ImportProposal
from tiebeam.apps.ledger.models import Import
from tiebeam.apps.programmes.models import Programme


@dataclass(frozen=True, slots=True)
class StandingImport:
    """An import, with how many of its events are posted by now."""

    proposal: ImportProposal
    posted: int

    @property
    def state(self) -> str:
        """Its state; ``begun`` where a part of it is posted and the rest is not."""
        return "begun" if self.proposal.state == "proposed" and self.posted else self.proposal.state


def list_imports() -> list[StandingImport]:
    """Return the imports of the acting organisation, the latest first."""
    proposals = ImportProposal.objects.owned().select_related("programme")
    rows = Import.objects.owned().values_list("import_id")
    posted = dict(rows.annotate(count=Sum("batches_count")).order_by())
    return [
        StandingImport(proposal, posted.get(proposal.pk) or 0)
        for proposal in proposals.order_by("-proposed_at", "pk")
    ]


def get_import(import_id: UUID) -> StandingImport:
    """
    Return one import of the acting organisation.

    Raises:
        ObjectDoesNotExist: It has none of this id.
    """
    proposal = ImportProposal.objects.owned().select_related("programme").get(pk=import_id)
    posted = (
        Import.objects.owned()
        .filter(import_id=import_id)
        .aggregate(count=Sum("batches_count"), parts=Count("pk"))
    )
    return StandingImport(proposal, posted["count"] or 0)


def list_programmes_with_books(organisation_id: UUID) -> list[Programme]:
    """Return the programmes in which an organisation keeps books or steers, by name."""
    taking_part = Q(pairings__donor_id=organisation_id) | Q(pairings__recipient_id=organisation_id)
    rows = Programme.objects.filter(taking_part | Q(tenant_id=organisation_id)).distinct()
    return list(rows.order_by("name_zh", "pk"))
