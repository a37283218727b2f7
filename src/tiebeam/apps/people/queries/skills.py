"""Skills by name: one skill is one, however it is spelt (§E3)."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping

from tiebeam.apps.people.models import Package, Team


def plain_skill(name: str) -> str:
    """Return *name* as it is compared: without case, width, and blanks too many."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def count_skills(skills: Mapping[str, int]) -> Counter[str]:
    """Return how many there are of each skill, by its plain name."""
    counted: Counter[str] = Counter()
    for name, number in skills.items():
        counted[plain_skill(name)] += number
    return counted


def has_skills(having: Mapping[str, int], wanted: Iterable[str]) -> bool:
    """Return whether somebody has each of the skills *wanted*."""
    return {plain_skill(name) for name in wanted} <= count_skills(having).keys()


def list_used_skills(more: Iterable[Mapping[str, int]] = ()) -> list[str]:
    """List the skills of the packages and teams that may be read, and *more*, each as it is spelt most often."""
    used: dict[str, Counter[str]] = {}
    rows = [*Package.objects.values_list("skills", flat=True), *more]
    for skills in (*rows, *Team.objects.values_list("skills", flat=True)):
        for name in skills:
            used.setdefault(plain_skill(name), Counter())[name] += 1
    return sorted(min(found, key=lambda name: (-found[name], name)) for found in used.values())
