"""Read the rules that are shipped, each part with the mark of how it is known (§P1)."""

import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from tiebeam.core.rules.rule import PARTS, Document, Growth, Rule


@cache
def list_rules() -> tuple[Rule, ...]:
    """Return every version of every rule, by id and version."""
    folder = resources.files(__name__.rpartition(".")[0]).joinpath("parameters")
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".toml")),
        key=lambda item: item.name,
    )
    heads = [tomllib.loads(item.read_text(encoding="utf-8")) for item in files]
    return tuple(_rule_of(head, version) for head in heads for version in head["version"])


def get_rule(rule_id: str, version: int) -> Rule:
    """
    Return one version of a rule.

    Raises:
        KeyError: No such rule is shipped.
    """
    for rule in list_rules():
        if (rule.id, rule.version) == (rule_id, version):
            return rule
    raise KeyError(rule_id, version)


def _rule_of(head: Mapping[str, Any], version: Mapping[str, Any]) -> Rule:
    rates = version["rate"] if isinstance(version["rate"], list) else [version["rate"]]
    growth = version.get("growth")
    rule = Rule(
        id=head["id"],
        version=version["version"],
        title=head["title"],
        statistic=version["statistic"],
        base_offset=version.get("base_year"),
        lowest_rate=Fraction(rates[0]),
        highest_rate=Fraction(rates[-1]),
        bound=version.get("bound", "unknown"),
        first_year=version["first_year"],
        until_year=version.get("until_year"),
        growth=growth and Growth(**{**growth, "rate": Fraction(growth["rate"])}),
        counts={form: version["counts"].get(form) for form in ("cash", "in_kind", "staff")},
        marks=version["marks"],
        document=Document(**version["document"]),
        notes=tuple(version.get("notes", ())),
    )
    _check(rule)
    return rule


def _check(rule: Rule) -> None:
    """Assert that a part is unknown exactly where its value is missing: it is a file of ours."""
    values = {
        "base_year": rule.base_offset,
        "bound": None if rule.bound == "unknown" else rule.bound,
        "growth": rule.growth,
        **rule.counts,
    }
    assert set(rule.marks) == set(PARTS), rule.id
    for part, value in values.items():
        assert (value is None) == (rule.marks[part] in ("unknown", "absent")), (rule.id, part)
