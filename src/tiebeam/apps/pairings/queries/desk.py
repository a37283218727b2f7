"""What lies on the pairing desk: rounds with their frozen scenarios and variants."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from tiebeam.apps.pairings.models import BuiltScenario, Lock, Opinion, PairList, Variant
from tiebeam.apps.programmes.models import Round


@dataclass(frozen=True, slots=True)
class RoundAtDesk:
    """A round, and how much of it lies on the desk."""

    round: Round
    scenarios: int
    variants: int
    plans: int


def list_rounds_at_desk(organisation_id: UUID) -> list[RoundAtDesk]:
    """List the rounds of the programmes of an organisation, and others of which a scenario may be read; the latest first."""
    scenarios = Counter(BuiltScenario.objects.values_list("round_id", flat=True))
    variants: Counter[UUID] = Counter()
    plans: Counter[UUID] = Counter()
    for round_id, status in Variant.objects.values_list("scenario__round_id", "plan_status"):
        variants[round_id] += 1
        plans[round_id] += bool(status)
    rows = Round.objects.filter(
        Q(programme__tenant_id=organisation_id) | Q(pk__in=list(scenarios))
    ).select_related("programme")
    return [
        RoundAtDesk(row, scenarios[row.pk], variants[row.pk], plans[row.pk])
        for row in rows.order_by("-starts_on", "pk")
    ]


def list_scenarios(of_round: Round) -> list[BuiltScenario]:
    """List the frozen scenarios of a round, the latest first."""
    rows = BuiltScenario.objects.filter(round=of_round).defer("content")
    return list(rows.order_by("-built_at", "pk"))


def get_scenario(scenario_id: UUID) -> BuiltScenario:
    """
    Return one frozen scenario, with its round and programme.

    Raises:
        BuiltScenario.DoesNotExist: There is none, or it may not be read.
    """
    found: BuiltScenario = BuiltScenario.objects.select_related("round__programme").get(
        pk=scenario_id
    )
    return found


def get_variant(variant_id: UUID) -> Variant:
    """
    Return one variant, with its scenario, round and programme.

    Raises:
        Variant.DoesNotExist: There is none, or it may not be read.
    """
    found: Variant = Variant.objects.select_related("scenario__round__programme").get(pk=variant_id)
    return found


def find_lock(variant: Variant, donor: str, recipient: str) -> Lock | None:
    """Return the lock on a pair, or None where there is none."""
    found: Lock | None = Lock.objects.filter(
        variant=variant, donor=donor, recipient=recipient
    ).first()
    return found


def list_variants_of_round(of_round: Round) -> list[Variant]:
    """List the variants of all scenarios of a round, without their plans, by name."""
    rows = Variant.objects.filter(scenario__round=of_round).defer("plan")
    return list(rows.order_by("name", "pk"))


def list_lists_of_variant(variant: Variant) -> list[PairList]:
    """List the versions of lists that were drafted from a variant, the latest first."""
    return list(PairList.objects.filter(variant=variant).order_by("-version", "pk"))


def list_replies_on_variant(variant: Variant) -> list[Opinion]:
    """List what both sides said of the lists drafted from a variant, the latest list first."""
    rows = Opinion.objects.filter(of_list__variant=variant)
    rows = rows.select_related("tenant", "of_list", "answer")
    return list(rows.order_by("-of_list__version", "given_at", "pk"))
