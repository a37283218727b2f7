"""What the pages of the desk are about, found among what the reader may read; and who may act on it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone

from tiebeam.apps.pairings.models import BuiltScenario, Variant
from tiebeam.apps.pairings.queries.desk import get_scenario, get_variant
from tiebeam.apps.programmes.models import Programme, Round
from tiebeam.apps.programmes.queries import get_round
from tiebeam.interfaces.web.forming import find_or_404
from tiebeam.interfaces.web.page import Link, name_of, say_to
from tiebeam.interfaces.web.seated import actor_of
from tiebeam.platform.permissions.operations import is_allowed
from tiebeam.platform.tenancy.acting import Actor

NAME_IN_TRAIL = 28
"""So long a name may be above a page."""


def find_round(round_id: UUID) -> Round:
    """Return a round; a page of its own says that there is none."""
    return find_or_404(get_round, round_id)


def find_scenario(scenario_id: UUID) -> BuiltScenario:
    """Return a frozen scenario; a page of its own says that there is none."""
    return find_or_404(get_scenario, scenario_id)


def find_variant(variant_id: UUID) -> Variant:
    """Return a variant; a page of its own says that there is none."""
    return find_or_404(get_variant, variant_id)


def find_own_variant(request: HttpRequest, variant_id: UUID) -> Variant:
    """Return a variant that the reader may work on; there is no form for anybody else."""
    variant = find_variant(variant_id)
    demand_maker(request, variant.scenario.round.programme)
    return variant


def seat_of(request: HttpRequest) -> dict[str, Any]:
    """Return who acts, and when, as every operation takes it."""
    return {"actor": actor_of(request), "now": timezone.now()}


def address_of(variant: Variant) -> str:
    """Return where a variant is shown."""
    return reverse("desk_variant", args=[variant.pk])


def may_act(actor: Actor, programme: Programme) -> bool:
    """Return whether *actor* pairs in *programme*: by role, and for its owner."""
    return programme.tenant_id == actor.organisation_id and is_allowed(
        actor, "pairings.store_plan", programme.pk
    )


def demand_maker(request: HttpRequest, programme: Programme) -> None:
    """Show the page of what is missing to whoever has no forms here, as the operations would refuse it."""
    if not may_act(actor_of(request), programme):
        raise Http404


def trail_to_round(request: HttpRequest) -> list[Link]:
    """Return the places above the page of a round."""
    return [Link(say_to(request, "web.rail.desk"), reverse("desk"))]


def trail_to_scenario(request: HttpRequest, of_round: Round) -> list[Link]:
    """Return the places above the page of a scenario."""
    here = Link(_short(name_of(request, of_round)), reverse("desk_round", args=[of_round.pk]))
    return [*trail_to_round(request), here]


def trail_to_variant(request: HttpRequest, scenario: BuiltScenario) -> list[Link]:
    """Return the places above the page of a variant."""
    here = Link(_short(scenario.name), reverse("desk_scenario", args=[scenario.pk]))
    return [*trail_to_scenario(request, scenario.round), here]


def trail_below_variant(request: HttpRequest, variant: Variant) -> list[Link]:
    """Return the places above a form of a variant."""
    here = Link(_short(variant.name), reverse("desk_variant", args=[variant.pk]))
    return [*trail_to_variant(request, variant.scenario), here]


def _short(name: str) -> str:
    """Return a name with room for the others above a page."""
    return name if len(name) <= NAME_IN_TRAIL else f"{name[: NAME_IN_TRAIL - 1].rstrip()}…"


def round_name(request: HttpRequest, of_round: Round) -> str:
    """Return the name of a round with that of its programme."""
    return say_to(
        request,
        "desk.round_name",
        programme=name_of(request, of_round.programme),
        round=name_of(request, of_round),
    )
