"""What a dispatcher looks at: needs, who is bound where, who is free, and what a planner proposes (§E11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Literal
from uuid import UUID

from django.utils import timezone

from tiebeam.apps.emergencies.models import Deployment, Incident, Step
from tiebeam.apps.emergencies.proposal_models import OrderProposal
from tiebeam.apps.emergencies.queries.held import list_held
from tiebeam.apps.emergencies.queries.inbox import list_open_questions
from tiebeam.apps.emergencies.queries.situation import (
    N,
    NeedFigures,
    NeedSituation,
    list_figures,
    list_needs,
)
from tiebeam.apps.emergencies.queries.skills import SkillGaps, find_skill_gaps
from tiebeam.apps.emergencies.queries.standing import (
    Standing,
    in_states,
    list_standings,
    list_steps,
)
from tiebeam.apps.emergencies.states import BOUND
from tiebeam.apps.people.models import Package, Team
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class FreePackage:
    """A published package; ``standing`` is the deployment that binds it, None where it is free."""

    package: Package
    standing: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchBoard(Generic[N]):
    """What can be moved, and what is proposed."""

    incident: Incident
    needs: tuple[N, ...]
    packages: tuple[FreePackage, ...]
    proposals: tuple[OrderProposal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """
    What a person refused, for the next plan: a home not to be sent to a need, or a team not to be released.

    Attributes:
        package_id: The package that is meant; None for whatever the home has.
    """

    kind: Literal["must_not_send", "must_not_return"]
    home_id: UUID
    package_id: UUID | None
    need_id: UUID | None
    place_id: UUID | None
    deployment_id: UUID | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamTimeline:
    """The deployments of a team, each with its steps; what is open of them, and who relieves it."""

    team: Team
    standings: tuple[Standing, ...]
    steps: dict[UUID, tuple[Step, ...]]
    questions: dict[UUID, tuple[Step, ...]]
    successors: dict[UUID, tuple[Standing, ...]]


def dispatch_board(incident: Incident, now: datetime) -> DispatchBoard[NeedSituation]:
    """Return the needs of *incident*, the packages that may be read, and the orders to decide."""
    needs = list_needs(incident, AsOf(true_on=timezone.localdate(now)))
    return _board(incident, needs, now)


def dispatch_figures(
    incident: Incident, now: datetime
) -> tuple[DispatchBoard[NeedFigures], dict[UUID, SkillGaps]]:
    """Return the same with the figures of the needs alone; and by need what it lacks of its skills."""
    today, held = timezone.localdate(now), list_held(incident, now)
    needs = list_figures(incident, AsOf(true_on=today), held)
    return _board(incident, needs, now), find_skill_gaps(needs, held, today)


def _board(incident: Incident, needs: Iterable[N], now: datetime) -> DispatchBoard[N]:
    proposals = OrderProposal.objects.filter(incident=incident, state="proposed")
    return DispatchBoard(
        incident=incident,
        needs=tuple(needs),
        packages=tuple(list_packages(now)),
        proposals=tuple(
            proposals.select_related("need__place", "home", "package", "deployment").order_by(
                "-proposed_at", "position"
            )
        ),
    )


def list_packages(now: datetime) -> list[FreePackage]:
    """List the packages that may be read, each with the deployment that binds it."""
    packages = Package.objects.filter(is_published=True).select_related("tenant")
    found = list(packages.order_by("tenant__name_en", "name"))
    with_package = Step.objects.filter(package__in=found).values("deployment_id")
    rows = in_states(Deployment.objects.filter(pk__in=with_package), BOUND)
    bound = {each.last.package_id: each for each in list_standings(rows, now)}
    return [FreePackage(package=row, standing=bound.get(row.pk)) for row in found]


def list_locks(incident: Incident) -> list[Lock]:
    """List what was refused in *incident*, as locks of the next plan."""
    rows = OrderProposal.objects.filter(incident=incident, state="refused")
    return [
        Lock(
            kind="must_not_send" if row.kind == "send" else "must_not_return",
            home_id=row.home_id,
            package_id=row.package_id,
            need_id=row.need_id,
            place_id=row.need.place_id if row.need else row.deployment.host_id,
            deployment_id=row.deployment_id,
            reason=row.reason,
        )
        for row in rows.select_related("need", "deployment").order_by("decided_at", "pk")
    ]


def team_timeline(team: Team, now: datetime) -> TeamTimeline:
    """Return what happened to *team*, deployment by deployment, as far as it may be read."""
    ids = Step.objects.filter(team=team).values("deployment_id")
    standings = list_standings(Deployment.objects.filter(pk__in=ids), now)
    keys = [each.deployment.pk for each in standings]
    successors: dict[UUID, tuple[Standing, ...]] = {}
    for each in list_standings(Deployment.objects.filter(relieves_id__in=keys), now):
        key = each.deployment.relieves_id
        assert key is not None  # they were asked for by it
        successors[key] = (*successors.get(key, ()), each)
    return TeamTimeline(
        team=team,
        standings=tuple(standings),
        steps={each.deployment.pk: tuple(list_steps(each.deployment)) for each in standings},
        questions={key: tuple(rows) for key, rows in list_open_questions(keys).items()},
        successors=successors,
    )


def get_proposal(proposal_id: UUID) -> OrderProposal:
    """
    Return a proposed order.

    Raises:
        OrderProposal.DoesNotExist: There is none that may be read.
    """
    rows = OrderProposal.objects.select_related(
        "incident__programme", "need__place", "home", "package", "deployment__host"
    )
    found: OrderProposal = rows.get(pk=proposal_id)
    return found
