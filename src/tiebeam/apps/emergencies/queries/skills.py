"""How many of each skill a need lacks: heads alone do not say whether nurses come (§E4)."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tiebeam.apps.emergencies.models import Need, Step
from tiebeam.apps.emergencies.queries.fill import Cover
from tiebeam.apps.emergencies.queries.held import PER_STATEMENT, Held
from tiebeam.apps.emergencies.queries.situation import AHEAD, NeedFigures
from tiebeam.apps.people.models import Package, Team
from tiebeam.apps.people.queries.skills import count_skills, list_used_skills, plain_skill

Having = Mapping[UUID, Counter[str] | None]
"""The skills of who is bound, by deployment: of a team, or of a package; None where they are not known."""


@dataclass(frozen=True, slots=True)
class SkillGaps:
    """
    What of its skills a need lacks, as the need spells them.

    Attributes:
        lacking: How many of each; those of which there are enough are left out.
        unknown: Of how many people that are bound the skills are not known to the reader.
    """

    lacking: Mapping[str, int]
    unknown: int

    def after(self, package: Package) -> "SkillGaps":
        """Return what is lacking still once *package* comes too."""
        comes = count_skills(package.skills)
        left = {name: number - comes[plain_skill(name)] for name, number in self.lacking.items()}
        return replace(self, lacking={name: number for name, number in left.items() if number > 0})


def list_known_skills() -> list[str]:
    """List the skills that stand in the needs, packages and teams that may be read."""
    return list_used_skills(Need.objects.exclude(skills={}).values_list("skills", flat=True))


def find_skill_gaps(
    found: Iterable[NeedFigures], held: Sequence[Held], day: date
) -> dict[UUID, SkillGaps]:
    """
    Return what each live need that names skills lacks of them from *day* on, as far as the deployments *held* tell.

    Nothing is asked where no need names a skill; a need whose fill is not known is left out.
    """
    wanted = [row for row in found if row.need.skills and row.is_live and row.fill is not None]
    ids = {row.need.pk for row in wanted}
    bound = [each for each in held if each.need_id in ids and each.tour is not None]
    having = _read_skills(bound) if bound else {}
    return {
        row.need.pk: _gaps_of(
            row.need, [each for each in bound if each.need_id == row.need.pk], having, day
        )
        for row in wanted
    }


def _gaps_of(need: Need, held: Sequence[Held], having: Having, day: date) -> SkillGaps:
    first = max(day, need.starts_on)
    until = need.until or first + AHEAD
    tours = [(tour, having[each.deployment_id]) for each in held if (tour := each.tour) is not None]

    def most(count: Callable[[int, Counter[str] | None], int]) -> int:
        """Return the most on any one day of those whom *count* finds among the heads of a tour, by its skills."""
        counted = [replace(tour, heads=count(tour.heads, skills)) for tour, skills in tours]
        return Cover(counted).most_heads(first, until)

    def most_of(skill: str) -> int:
        return most(lambda _, skills: skills[skill] if skills else 0)

    left = {name: number - most_of(plain_skill(name)) for name, number in need.skills.items()}
    unknown = most(lambda heads, skills: heads if skills is None else 0)
    return SkillGaps({name: number for name, number in left.items() if number > 0}, unknown)


def _read_skills(held: Sequence[Held]) -> Having:
    """Return the skills of who goes, by deployment: of the team, else of the package; of a part of it nothing is known."""
    sent: dict[UUID, tuple[UUID | None, UUID | None]] = {}
    for start in range(0, len(held), PER_STATEMENT):
        ids = [each.deployment_id for each in held[start : start + PER_STATEMENT]]
        rows = Step.objects.filter(deployment_id__in=ids).order_by("number")
        sent |= {pk: (team, package) for pk, team, package in rows.values_list(
            "deployment_id", "team_id", "package_id")}  # fmt: skip
    sources = {
        row.pk: row
        for model, keys in ((Team, {team for team, _ in sent.values()}),
                            (Package, {package for _, package in sent.values()}))
        if keys - {None}
        for row in model.objects.filter(pk__in=keys - {None})
    }  # fmt: skip
    found: dict[UUID, Counter[str] | None] = {}
    for each in held:
        team, package = sent[each.deployment_id]
        source = sources.get(team or package)
        is_whole = source is not None and each.heads == source.heads
        found[each.deployment_id] = count_skills(source.skills) if source and is_whole else None
    return found
