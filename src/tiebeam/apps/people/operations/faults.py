"""What is wrong with a package, a team or a member as it was given."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from tiebeam.apps.regions.operations.checks import list_length_faults
from tiebeam.errors import Fault

MOST_HEADS = 100_000
MOST_SKILLS = 50
_NUMBERS = {"heads": (1, MOST_HEADS), "cost_per_day": (0, 10**13), "ready_within_days": (0, 365)}


def list_faults(
    place: str, record: Model, texts: Iterable[str], numbers: Iterable[str] = ()
) -> list[Fault]:
    """Return a fault for each text that is missing or too long, and each number out of range."""
    wanted = list(texts)
    faults = [
        Fault(code="regions.value_missing", place=place, column=column)
        for column in wanted
        if not getattr(record, column).strip()
    ]
    faults += list_length_faults(place, record, *wanted)
    for column, (low, high) in _NUMBERS.items():
        number = getattr(record, column, None)
        if number is None and column not in numbers:
            continue
        if not isinstance(number, int) or not low <= number <= high:
            facts: dict[str, object] = {"low": low, "high": high}
            faults.append(
                Fault(
                    code="regions.out_of_range",
                    place=place,
                    column=column,
                    value=str(number)[:80],
                    facts=facts,
                )
            )
    return faults


def list_skill_faults(place: str, skills: Any, heads: int) -> list[Fault]:
    """Return a fault where *skills* are no whole numbers of people by skill, or more than *heads*."""
    is_good = (
        isinstance(skills, Mapping)
        and len(skills) <= MOST_SKILLS
        and all(_is_count(skill, number) for skill, number in skills.items())
    )
    if not is_good:
        return [Fault(code="people.skills_unfit", place=place, column="skills")]
    total = sum(skills.values())
    if total > heads:
        facts: dict[str, object] = {"total": total, "heads": heads}
        return [
            Fault(code="people.more_skills_than_heads", place=place, column="skills", facts=facts)
        ]
    return []


def _is_count(skill: object, number: object) -> bool:
    is_named = isinstance(skill, str) and 0 < len(skill.strip()) <= 60
    return is_named and isinstance(number, int) and number is not True and number >= 1
