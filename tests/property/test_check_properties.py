"""What must hold for the checker on any scenario and plan, however they were made."""

import random
from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reference.brute_force import Case, Law, list_cases
from reference.instances import scenarios, tiny_scenarios
from tiebeam.core.model.plan import Flow, LevelResult, Pair, Plan
from tiebeam.core.model.scenario import Scenario
from tiebeam.core.pairing.check import check_plan
from tiebeam.core.pairing.evaluate import coverages, leads, level_value, loads, theta

FACTOR = 1000

amounts = st.one_of(
    st.integers(0, 30).map(lambda tenths: tenths / 10),
    st.sampled_from([1e-10, 1e-9, 3.0000001, 1e6, -1.0, float("nan"), float("inf")]),
)
sound_amounts = st.integers(1, 40).map(lambda halves: halves / 2)


@st.composite
def plans(draw: st.DrawFn, scenario: Scenario, amount: st.SearchStrategy[float]) -> Plan:
    """Draw a plan on *scenario*, of known ids and no sense."""
    donors = st.sampled_from([donor.id for donor in scenario.donors])
    recipients = st.sampled_from([recipient.id for recipient in scenario.recipients])
    pairs = draw(st.lists(st.builds(Pair, donor=donors, recipient=recipients, lead=st.booleans())))
    rows = st.tuples(
        donors, recipients, st.sampled_from([r.id for r in scenario.resources] or ["?"])
    )
    flows = [
        Flow(donor=d, recipient=r, resource=k, amount=draw(amount))
        for d, r, k in draw(st.lists(rows, unique=True, max_size=6))
        if scenario.resources
    ]
    return Plan(pairs=tuple(pairs), flows=tuple(flows))


def state_levels(scenario: Scenario, plan: Plan) -> Plan:
    """Return *plan* stating at every level what it reaches, and that as the bound."""
    levels = []
    for name in scenario.policy.levels:
        reached = level_value(name, scenario, plan.pairs, plan.flows)
        if isinstance(reached.value, tuple):
            value = tuple(float(number) for number in reached.value)
            bound = tuple(float(total) for total in theta(reached.value))
            level = LevelResult(
                name=name,
                of=reached.of,
                value=value,
                bound=bound,
                gap=0.0,
                certificate="unverified",
            )
        else:
            number = float(reached.value)
            level = LevelResult(
                name=name, value=number, bound=number, gap=0.0, certificate="unverified"
            )
        levels.append(level)
    return replace(plan, levels=tuple(levels))


def with_leads(scenario: Scenario, plan: Plan) -> Plan:
    lead_of = leads(scenario, plan.flows, plan.pairs)
    return replace(
        plan,
        pairs=tuple(replace(p, lead=lead_of[p.recipient] == p.donor) for p in plan.pairs),
    )


def shuffled(scenario: Scenario, plan: Plan, seed: int) -> tuple[Scenario, Plan]:
    """Return both with their rows in another order."""
    chance = random.Random(seed)

    def shuffle(rows: tuple) -> tuple:
        return tuple(chance.sample(rows, len(rows)))

    tables = ("donors", "recipients", "resources", "capacities", "needs", "links")
    return (
        replace(scenario, **{name: shuffle(getattr(scenario, name)) for name in tables}),
        replace(plan, pairs=shuffle(plan.pairs), flows=shuffle(plan.flows)),
    )


def in_thousandths(scenario: Scenario, plan: Plan) -> tuple[Scenario, Plan]:
    """Return both with every resource counted in a unit a thousand times smaller."""
    return (
        replace(
            scenario,
            resources=tuple(replace(r, lot=r.lot * FACTOR) for r in scenario.resources),
            capacities=tuple(replace(q, amount=q.amount * FACTOR) for q in scenario.capacities),
            needs=tuple(replace(q, amount=q.amount * FACTOR) for q in scenario.needs),
        ),
        replace(plan, flows=tuple(replace(f, amount=f.amount * FACTOR) for f in plan.flows)),
    )


class TestCheckPlan:
    @given(data=st.data(), scenario=scenarios(), seed=st.integers(0, 1000))
    def test_says_the_same_whatever_the_order_of_the_rows(self, data, scenario, seed):
        """§M9: rows of the scenario and of the plan; faulty plans too."""
        plan = data.draw(plans(scenario, amounts))

        other_scenario, other_plan = shuffled(scenario, plan, seed)

        assert repr(check_plan(other_scenario, other_plan)) == repr(check_plan(scenario, plan))

    @settings(max_examples=40)
    @given(data=st.data(), scenario=tiny_scenarios())
    def test_is_silent_on_plans_in_whole_lots_that_keep_the_rules(self, data, scenario):
        """§M3, §M6: any listed plan, stating what it reaches; nothing flows that is divisible."""
        cases = [
            case
            for case in list_cases(Law(scenario))
            if all(row.constant >= 0 for row in case.rows)
        ]
        assume(cases)
        plan = to_plan(data.draw(st.sampled_from(cases)))

        report = check_plan(scenario, state_levels(scenario, with_leads(scenario, plan)))

        assert report.findings == ()

    @given(data=st.data(), scenario=scenarios())
    def test_does_not_take_a_stated_level_on_trust(self, data, scenario):
        """§M6: a value that is a hundredth better than what the plan comes to is found."""
        plan = state_levels(scenario, data.draw(plans(scenario, sound_amounts)))
        at = data.draw(st.integers(0, len(plan.levels) - 1))
        level = plan.levels[at]
        assume(level.value != ())
        boast = 1.01 if level.name in ("coverage", "continuity") else 0.99
        first = level.value[0] if isinstance(level.value, tuple) else level.value
        assume(first > 0.001)
        value = (
            (first * boast, *level.value[1:])
            if isinstance(level.value, tuple)
            else level.value * boast
        )
        boasting = replace(plan.levels[at], value=value)
        levels = (*plan.levels[:at], boasting, *plan.levels[at + 1 :])

        codes = {f.code for f in check_plan(scenario, replace(plan, levels=levels)).findings}

        assert codes & {"check.false_value", "check.false_party_value"}


class TestEvaluation:
    @given(data=st.data(), scenario=scenarios())
    def test_does_not_depend_on_the_unit(self, data, scenario):
        """§M4: amounts and lots a thousand times as large leave coverage and load as they are."""
        plan = data.draw(plans(scenario, sound_amounts))

        small_scenario, small_plan = in_thousandths(scenario, plan)

        assert coverages(small_scenario, small_plan.flows) == coverages(scenario, plan.flows)
        assert loads(small_scenario, small_plan.flows) == loads(scenario, plan.flows)
        assert leads(small_scenario, small_plan.flows, plan.pairs) == leads(
            scenario, plan.flows, plan.pairs
        )
        codes = [f.code for f in check_plan(scenario, plan).findings]
        assert [f.code for f in check_plan(small_scenario, small_plan).findings] == codes

    @given(data=st.data(), scenario=scenarios())
    def test_stays_within_one_while_the_rules_on_amounts_hold(self, data, scenario):
        """§M4: v_j and u_i are in [0, 1], but for the tolerance of divisible amounts."""
        plan = data.draw(plans(scenario, sound_amounts))
        broken = {finding.rule for finding in check_plan(scenario, plan).findings}

        shares = [*coverages(scenario, plan.flows).values()] if "M3.2" not in broken else []
        shares += [*loads(scenario, plan.flows).values()] if "M3.1" not in broken else []

        assert all(0 <= share <= 1 + 1e-6 for share in shares)

    @given(data=st.data(), scenario=scenarios())
    def test_of_more_help_is_never_less_coverage(self, data, scenario):
        """§M4: one more unit somewhere raises one recipient at most, and lowers none."""
        plan = data.draw(plans(scenario, sound_amounts))
        assume(plan.flows)
        more = replace(plan.flows[0], amount=plan.flows[0].amount + 1)

        before = coverages(scenario, plan.flows)
        after = coverages(scenario, (more, *plan.flows[1:]))

        assert all(after[recipient] >= before[recipient] for recipient in before)
        assert all(
            after[recipient] == before[recipient]
            for recipient in before
            if recipient != more.recipient
        )


def to_plan(case: Case) -> Plan:
    """Return the plan of *case* with nothing divisible in it."""
    return Plan(
        pairs=tuple(Pair(donor=d, recipient=r) for d, r in sorted(case.pairs)),
        flows=tuple(
            Flow(donor=d, recipient=r, resource=k, amount=float(amount))
            for (d, r, k), amount in case.lots.items()
            if amount
        ),
    )
