"""
Conflicts of tiny infeasible scenarios, judged by trying everything (§M8).

Each set of rules is put alone into the scenario: with all its rules brute force finds no plan,
with any one of them dropped it finds one.
"""

from dataclasses import replace
from itertools import count, islice

import pytest

from reference.brute_force import NOTHING, Law, list_cases, maximise_least
from reference.instances import is_tiny, random_scenario
from tiebeam.core.explain.conflicts import find_conflicts
from tiebeam.core.model.plan import Conflict
from tiebeam.core.model.scenario import Link, Party, Scenario
from tiebeam.core.pairing.evaluate import index_links

MANY = 9
BOUNDS = {"min": "min_partners", "max": "max_partners"}


def has_plan(scenario: Scenario) -> bool:
    """Whether any pairs, lots and amounts keep §M3."""
    cases = list_cases(Law(scenario))
    return any(maximise_least(case, [NOTHING]) is not None for case in cases)


def with_rules_alone(scenario: Scenario, rules: list[Conflict]) -> Scenario:
    """Return *scenario* with *rules* and no other bound, link status or min_share."""
    told = [(rule.code.removeprefix("conflict."), rule.facts) for rule in rules]

    def party(row: Party, side: str) -> Party:
        cells = {"min_partners": 0, "max_partners": MANY}
        for kind, facts in told:
            if kind in (f"{side}_min", f"{side}_max") and facts[side] == row.id:
                cells[BOUNDS[kind.removeprefix(f"{side}_")]] = facts["limit"]
        return replace(row, **cells)

    links = {
        couple: replace(link, status="allowed") for couple, link in index_links(scenario).items()
    }
    for kind, facts in told:
        if kind in ("required", "forbidden"):
            couple = (facts["donor"], facts["recipient"])
            plain = Link(donor=couple[0], recipient=couple[1])
            links[couple] = replace(links.get(couple, plain), status=kind)
    least = [facts["limit"] for kind, facts in told if kind == "min_share"]
    return replace(
        scenario,
        policy=replace(scenario.policy, min_share=least[0] if least else 0.0),
        donors=tuple(party(row, "donor") for row in scenario.donors),
        recipients=tuple(party(row, "recipient") for row in scenario.recipients),
        links=tuple(links.values()),
    )


def infeasible_scenarios():
    """Yield (seed, scenario) of the scenarios without a plan that stay tiny without any rule."""
    for seed in count():
        scenario = random_scenario(seed)
        if is_tiny(with_rules_alone(scenario, [])) and not has_plan(scenario):
            yield seed, scenario


CASES = list(islice(infeasible_scenarios(), 60))


class TestFindConflicts:
    @pytest.mark.parametrize(("seed", "scenario"), CASES, ids=[str(seed) for seed, _ in CASES])
    def test_names_minimal_sets_that_cannot_hold_together(self, seed, scenario):
        """§M8, §M3.4, §M3.5, §M3.6."""
        conflicts = find_conflicts(scenario)

        assert conflicts, seed
        for rules in conflicts:
            assert not has_plan(with_rules_alone(scenario, list(rules))), seed
            for dropped in rules:
                rest = [rule for rule in rules if rule is not dropped]
                assert has_plan(with_rules_alone(scenario, rest)), (seed, dropped)

    def test_names_none_where_there_is_a_plan(self):
        """§M8."""
        solvable = (scenario for seed in count() if has_plan(scenario := random_scenario(seed)))
        for scenario in islice(solvable, 10):
            assert find_conflicts(scenario) == ()
