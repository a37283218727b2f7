"""
The solver's linear program for one tiny scenario per rule, as text in the form of an LP file.

The files in ``golden/`` were read line by line against §M2-§M5 before they were kept. Where the
program changes on purpose, run in ``tests``, with ``src`` on the path, and read what differs:

    python -m reference.golden_models
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import highspy
import numpy as np

from tiebeam.core.model.scenario import Link, Party, Policy, Quantity, Resource, Scenario
from tiebeam.core.pairing.problem import compile_problem
from tiebeam.core.pairing.relaxation import Relaxation
from tiebeam.core.pairing.stages import Stage

FOLDER = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Golden:
    """
    What one file shows.

    Attributes:
        says: What the rule asks, and how the numbers of this scenario come about.
        rows: Families of rows that are shown.
        stage: Whose cost is the objective.
        bounds: Families of columns of which the bounds are shown.
        prepare: What is done to the program first.
    """

    says: str
    scenario: Scenario
    rows: tuple[str, ...] = ()
    stage: Stage | None = None
    bounds: tuple[str, ...] = ()
    prepare: Callable[[Relaxation], None] = lambda relaxation: None


def make_scenario(
    *,
    policy: Policy | None = None,
    donors: tuple[Party, ...] | None = None,
    recipients: tuple[Party, ...] | None = None,
    resources: tuple[Resource, ...] | None = None,
    more_needs: tuple[Quantity, ...] = (),
    more_capacities: tuple[Quantity, ...] = (),
    links: tuple[Link, ...] = (),
) -> Scenario:
    """Return two donors, a with 10 and b with 4, and two recipients, x in need of 8 and y of 5."""
    return Scenario(
        id="golden",
        policy=policy or Policy(),
        donors=donors or (party("a", 30.0), party("b", 31.0)),
        recipients=recipients or (party("x", 32.0), party("y", 33.0)),
        resources=resources or (resource("m"),),
        capacities=(amount("a", "m", 10), amount("b", "m", 4), *more_capacities),
        needs=(amount("x", "m", 8), amount("y", "m", 5), *more_needs),
        links=links,
    )


def party(name: str, lat: float, **more: object) -> Party:
    return Party(id=name, name=name, lat=lat, lon=110.0, **more)


def resource(name: str, **more: float) -> Resource:
    return Resource(id=name, name=name, unit="person", **more)


def amount(of: str, name: str, number: float) -> Quantity:
    return Quantity(party=of, resource=name, amount=float(number))


def keep_continuity_and_coverage(relaxation: Relaxation) -> None:
    """Keep a number that was reached, and two sums of a vector; the latter show when broken."""
    relaxation.add_floor(Stage("continuity", 0), -7.0)
    relaxation.add_floor(Stage("coverage", 1, 1), -0.25)
    relaxation.add_floor(Stage("coverage", 1, 2), -1.5)
    # Nothing is worth more than doing nothing: the first solution breaks both floors.
    relaxation.aim(Stage("burden", 2, 1))
    relaxation.solve()


def keep_and_spend_slack(relaxation: Relaxation) -> None:
    keep_continuity_and_coverage(relaxation)
    relaxation.relax_floors("continuity", 0.2)
    relaxation.relax_floors("coverage", 0.2)


def keep_burden(relaxation: Relaxation) -> None:
    relaxation.add_floor(Stage("burden", 2, 1), 0.5)
    relaxation.add_floor(Stage("burden", 2, 2), 0.9)
    # Coverage wants all that there is: the first solution breaks both.
    relaxation.aim(Stage("coverage", 0, 2))
    relaxation.solve()


TIED = (
    Link(donor="a", recipient="x", tie=7.0),
    Link(donor="b", recipient="y", tie=2.0),
)

TWO_RESOURCES = make_scenario(
    resources=(resource("m", weight=1.0), resource("n", weight=3.0)),
    more_needs=(amount("x", "n", 6),),
    more_capacities=(amount("a", "n", 3),),
    links=(Link(donor="a", recipient="x", uses={"n": 2.0}),),
)

GOLDEN: Mapping[str, Golden] = {
    "M2-amounts": Golden(
        "a flow counts whole lots where there are any (m in threes: 8 hold 2, 5 and 4 hold 1),\n"
        "else shares of the most that the pair can carry (n); pairs and lots are whole.",
        make_scenario(
            resources=(resource("m", lot=3.0), resource("n")),
            more_needs=(amount("x", "n", 6),),
            more_capacities=(amount("a", "n", 3),),
        ),
        bounds=("flow", "pair"),
    ),
    "M3.1-capacity": Golden(
        "nobody gives more than it has; a unit from a to x takes 2 of a's capacity, so that at\n"
        "most 5 can go there: in shares of the most, of the capacities 10 and 4.",
        make_scenario(links=(Link(donor="a", recipient="x", uses={"m": 2.0}),)),
        rows=("capacity",),
    ),
    "M3.2-need": Golden(
        "nobody receives more than it needs: 8 and 4 of the 8 of x, 5 and 4 of the 5 of y.",
        make_scenario(),
        rows=("need",),
    ),
    "M3.3-link": Golden(
        "something flows only through an open pair, and no more than it can carry: in threes,\n"
        "2 lots from a to x, 1 elsewhere.",
        make_scenario(resources=(resource("m", lot=3.0),)),
        rows=("link",),
    ),
    "M3.4-partners": Golden(
        "own bounds go before the policy's, these before the default: a has 1 to 1 of its own,\n"
        "b 0 to 2 by default, x at most 1 of its own and at least 0 by the policy, y 0 to 2.",
        make_scenario(
            policy=Policy(min_partners_per_recipient=0),
            donors=(party("a", 30.0, min_partners=1, max_partners=1), party("b", 31.0)),
            recipients=(party("x", 32.0, max_partners=1), party("y", 33.0)),
        ),
        rows=("donor_partners", "recipient_partners"),
    ),
    "M3.4-nothing-to-give": Golden(
        "the rules on partners do not apply to a donor without capacity: c has no column; its\n"
        "minimum of 1 is left out.",
        make_scenario(
            donors=(party("a", 30.0), party("b", 31.0), party("c", 32.0, min_partners=1))
        ),
        rows=("donor_partners", "recipient_partners"),
    ),
    "M3.5-status": Golden(
        "a required pair is open, a forbidden one has no column.",
        make_scenario(
            links=(
                Link(donor="a", recipient="x", status="required"),
                Link(donor="b", recipient="x", status="forbidden"),
            )
        ),
        bounds=("flow", "pair"),
    ),
    "M3.6-min-share": Golden(
        "an open pair covers at least a tenth of its recipient.",
        make_scenario(policy=Policy(min_share=0.1)),
        rows=("share",),
    ),
    "M4-coverage": Golden(
        "x needs m and n with weights 1 and 3: a full need of n is three quarters of its\n"
        "coverage; a can carry 1.5 of the 6, as a unit takes 2 of its 3. y needs m alone.",
        TWO_RESOURCES,
        rows=("coverage",),
    ),
    "M4-load": Golden(
        "a has m and n with weights 1 and 3: all of n is three quarters of its load; b has m alone.",
        TWO_RESOURCES,
        rows=("load",),
    ),
    "M5-coverage": Golden(
        "theta_2, the sum of the two smallest coverages, is the most of 2 t less what the\n"
        "coverages lack to t; with a minus, as everything is made small.",
        make_scenario(),
        rows=("worst",),
        stage=Stage("coverage", 0, 2),
    ),
    "M5-burden": Golden(
        "theta_1, the largest load, is the least of t plus what the loads exceed it by.",
        make_scenario(),
        rows=("heaviest",),
        stage=Stage("burden", 2, 1),
    ),
    "M5-continuity": Golden(
        "the ties of open pairs, with a minus.",
        make_scenario(links=TIED),
        stage=Stage("continuity", 1),
    ),
    "M5-partners": Golden("the number of open pairs.", make_scenario(), stage=Stage("partners", 3)),
    "M5-distance": Golden(
        "kilometres times v_ij: 100 from a to x, whose whole need of 8 fits; 200 from b to y,\n"
        "4 of whose 5 do. The others are 111.19508 km a degree of latitude apart (§M1): b to x one\n"
        "degree and half of the need, a to y three degrees and all of it.",
        make_scenario(
            links=(
                Link(donor="a", recipient="x", distance_km=100.0),
                Link(donor="b", recipient="y", distance_km=200.0),
            )
        ),
        stage=Stage("distance", 4),
    ),
    "M5-cost": Golden(
        "a donor that is open at all costs 50 (a) or 20 (b), the pair a-x another 7, and each of the\n"
        "8 that it can carry 1.5; a donor is open where any pair of it is.",
        make_scenario(
            policy=Policy(levels=("cost",)),
            donors=(party("a", 30.0, open_cost=50.0), party("b", 31.0, open_cost=20.0)),
            links=(Link(donor="a", recipient="x", fixed_cost=7.0, unit_costs={"m": 1.5}),),
        ),
        rows=("open",),
        stage=Stage("cost", 0),
    ),
    "M5-kept": Golden(
        "continuity has reached 7, coverage 0.25 and 1.5: the ties stay at 7 or more; of the\n"
        "coverages any one is at least 0.25 and the two together 1.5, rows that come when broken.",
        make_scenario(links=TIED),
        rows=("floor",),
        prepare=keep_continuity_and_coverage,
    ),
    "M5-kept-burden": Golden(
        "the heaviest load has reached 0.5, the two together 0.9: any one is at most 0.5; with a\n"
        "minus, as for coverage.",
        make_scenario(),
        rows=("floor",),
        prepare=keep_burden,
    ),
    "M5-slack": Golden(
        "a fifth of continuity and of coverage may be spent: 5.6 of 7, 0.2 of 0.25, 1.2 of 1.5.",
        make_scenario(links=TIED),
        rows=("floor",),
        prepare=keep_and_spend_slack,
    ),
}


def render(name: str) -> str:
    """Return the text of one golden file."""
    golden = GOLDEN[name]
    problem = compile_problem(golden.scenario)
    relaxation = Relaxation(problem)
    golden.prepare(relaxation)
    names = name_columns(relaxation)
    lines = [
        rf"\ §{name.split('-', maxsplit=1)[0]}: {golden.says}".replace("\n", "\n\\ "),
        "minimize",
    ]
    if golden.stage is not None:
        costs = relaxation.costs(golden.stage)
        chosen = np.flatnonzero(costs)
        lines.append(f" cost: {_sum(zip(chosen, costs[chosen], strict=True), names)}")
    lines.append("subject to")
    lines += _rows(relaxation, names, golden.rows)
    if golden.bounds:
        lines += ["bounds", *_bounds(relaxation, names, golden.bounds)]
        whole = relaxation.at["flow"][relaxation.flow_whole]
        lines += ["general", *(f" {names[c]}" for c in [*whole, *relaxation.at["pair"]])]
    return "\n".join([*lines, "end", ""])


def name_columns(relaxation: Relaxation) -> list[str]:
    """Return a name for every column, with the ids of the parties and resources."""
    problem = relaxation.problem
    names = ["?"] * relaxation.columns
    for at, column in enumerate(relaxation.at["flow"]):
        i, j, k = relaxation.flow_i[at], relaxation.flow_j[at], relaxation.flow_k[at]
        names[column] = f"flow({problem.donors[i]},{problem.recipients[j]},{problem.resources[k]})"
    for at, column in enumerate(relaxation.at["pair"]):
        i, j = relaxation.pair_i[at], relaxation.pair_j[at]
        names[column] = f"pair({problem.donors[i]},{problem.recipients[j]})"
    needy = [problem.recipients[j] for j in problem.needy]
    able = [problem.donors[i] for i in problem.able]
    ids = {
        "coverage": [f"v({name})" for name in needy],
        "load": [f"u({name})" for name in able],
        "open": [f"z({name})" for name in problem.donors],
        "worst": ["t_worst", *(f"below({name})" for name in needy)],
        "heaviest": ["t_heaviest", *(f"above({name})" for name in able)],
    }
    for family, texts in ids.items():
        for column, text in zip(relaxation.at[family], texts, strict=False):
            names[column] = text
    return names


def _rows(relaxation: Relaxation, names: list[str], families: tuple[str, ...]) -> Iterator[str]:
    """Yield the rows of *families*, with the ids in their names."""
    program = relaxation.highs.getLp()
    for row, name in enumerate(relaxation.row_names):
        if name[0] not in families:
            continue
        low, high = program.row_lower_[row], program.row_upper_[row]
        _, index, value = relaxation.highs.getRowEntries(row)
        terms = [(at, factor) for at, factor in zip(index, value, strict=True) if factor]
        text = _sum(sorted(terms), names) or "0"
        label = f"{name[0]}({_ids(relaxation, name)})"
        if low == high:
            yield f" {label}: {text} = {low:.9g}"
        elif low <= -highspy.kHighsInf:
            yield f" {label}: {text} <= {high:.9g}"
        elif high >= highspy.kHighsInf:
            yield f" {label}: {text} >= {low:.9g}"
        else:
            yield f" {label}: {low:.9g} <= {text} <= {high:.9g}"


def _ids(relaxation: Relaxation, name: tuple) -> str:
    """Return the ids that the numbers in a row's name stand for."""
    problem = relaxation.problem
    donors, recipients, resources = problem.donors, problem.recipients, problem.resources
    family, *key = name
    of = {
        "capacity": (donors, resources),
        "need": (recipients, resources),
        "coverage": (recipients,),
        "load": (donors,),
        "worst": (recipients,),
        "heaviest": (donors,),
        "share": (donors, recipients),
        "link": (donors, recipients, resources),
        "recipient_partners": (recipients,),
        "donor_partners": (donors,),
        "open": (donors, recipients),
    }
    if family == "floor":
        level, _, *parties = key
        side = donors if level == "burden" else recipients
        return ",".join([level, *(side[at] for group in parties for at in group)])
    return ",".join(ids[at] for ids, at in zip(of[family], key, strict=True))


def _bounds(relaxation: Relaxation, names: list[str], families: tuple[str, ...]) -> Iterator[str]:
    """Yield the bounds of the columns of *families*."""
    for family in families:
        for column in relaxation.at[family]:
            low, high = relaxation.lower[column], relaxation.upper[column]
            yield f" {low:.9g} <= {names[column]} <= {high:.9g}"


def _sum(terms: object, names: list[str]) -> str:
    """Return terms as text; numbers to nine digits."""
    return " ".join(f"{value:+.9g} {names[column]}" for column, value in terms)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for _name in GOLDEN:
        (FOLDER / f"{_name}.lp").write_text(render(_name), encoding="utf-8")
