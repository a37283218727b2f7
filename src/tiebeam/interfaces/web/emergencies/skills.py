"""Skills with how many people have them: entered line by line, and told in one line."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tiebeam.apps.emergencies.queries.skills import SkillGaps
from tiebeam.apps.people.queries.skills import plain_skill
from tiebeam.interfaces.web.emergencies.lines import LinesWidget
from tiebeam.interfaces.web.page import language_of, say_to


class SkillsField(forms.CharField):
    """A field that takes one skill in each line, with how many people: ``nurse 35``."""

    widget = LinesWidget

    def __init__(self) -> None:
        """Take several lines, or none."""
        super().__init__(required=False, max_length=5000)
        self._known: dict[str, str] = {}

    def offer(self, known: Iterable[str]) -> None:
        """Offer the names of skills that stand somewhere; the same skill is spelt as there."""
        self._known = {plain_skill(name): name for name in known}
        self.widget.names = tuple(self._known.values())
        self.widget.label = str(self.label or "")

    def clean(self, value: Any) -> Any:
        """Return how many people there are of each skill."""
        found: dict[str, int] = {}
        lines = super().clean("\n".join(value or ())).splitlines()
        for at, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            skill, _, count = line.replace(":", " ").replace("：", " ").strip().rpartition(" ")
            skill = " ".join(skill.split())
            if not skill or not count.isdecimal():
                raise ValidationError("", code="invalid", params={"line": at})
            skill = self._known.get(plain_skill(skill), skill)
            if plain_skill(skill) in map(plain_skill, found):
                raise ValidationError("", code="twice", params={"line": at, "skill": skill})
            found[skill] = int(count)
        return found

    def prepare_value(self, value: Any) -> Any:
        """Return skills as lines; what was entered stays as it was."""
        if not isinstance(value, Mapping):
            return value
        return [f"{skill} {count}" for skill, count in sorted(value.items())]


def say_skills(request: HttpRequest, skills: Mapping[str, int]) -> str:
    """Return the skills with their numbers in one line, by name: databases keep no order of their own."""
    return say_to(request, "emergencies.comma").join(
        f"{skill} {count}" for skill, count in sorted(skills.items())
    )


def say_skill_gaps(request: HttpRequest, gaps: SkillGaps, *, is_headed: bool = False) -> str:
    """
    Return which skill lacks how many, and of how many people the skills are not known; nothing where all is there.

    Args:
        is_headed: Whether a head says already that they lack.
    """
    if not gaps.lacking:
        return ""
    skills = say_skills(request, gaps.lacking)
    if is_headed and not gaps.unknown:
        return skills
    said = [say_to(request, "emergencies.skills_lacking", skills=skills)]
    if gaps.unknown:
        said.append(say_to(request, "emergencies.skills_unknown", heads=gaps.unknown))
    return join_sentences(request, said)


def join_sentences(request: HttpRequest, said: Iterable[str]) -> str:
    """Return sentences one after the other: in Chinese without a blank."""
    return ("" if language_of(request) == "zh" else " ").join(said)
