"""Skills with how many people have them: entered line by line, and told in one line."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from tiebeam.interfaces.web.page import say_to


class SkillsField(forms.CharField):
    """A field that takes one skill in each line, with how many people: ``nurse 35``."""

    def __init__(self) -> None:
        """Take several lines, or none."""
        super().__init__(required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self, value: Any) -> Any:
        """Return how many people there are of each skill."""
        found: dict[str, int] = {}
        for at, line in enumerate(super().clean(value).splitlines(), start=1):
            if not line.strip():
                continue
            skill, _, count = line.replace(":", " ").replace("：", " ").strip().rpartition(" ")
            skill = " ".join(skill.split())
            if not skill or not count.isdecimal():
                raise ValidationError("", code="invalid", params={"line": at})
            if skill in found:
                raise ValidationError("", code="twice", params={"line": at, "skill": skill})
            found[skill] = int(count)
        return found

    def prepare_value(self, value: Any) -> Any:
        """Return skills as lines; what was entered stays as it was."""
        if not isinstance(value, Mapping):
            return value
        return "\n".join(f"{skill} {count}" for skill, count in sorted(value.items()))


def say_skills(request: HttpRequest, skills: Mapping[str, int]) -> str:
    """Return the skills with their numbers in one line, by name: databases keep no order of their own."""
    return say_to(request, "emergencies.comma").join(
        f"{skill} {count}" for skill, count in sorted(skills.items())
    )
