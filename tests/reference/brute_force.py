"""
The best sequence of levels of a tiny scenario, by trying everything (§M5).

Every set of pairs that the rules on pairs allow is one case; every way to hand out the whole lots
over these pairs splits it into further cases. What is left in a case are the divisible amounts,
a linear program. A level is then solved in all cases, the best value is kept as a constraint, and
the cases that cannot reach it are dropped. There is no cleverness here on purpose: it is the
yardstick for the solver, and shares no line with it, nor with the checker.

For a vector, theta_m (the sum of the m smallest coverages) is the least of all sums of m
coverages, so "theta_m >= c" is one row for each choice of m recipients. That is exact inside a
case, where the coverages are linear; the maximum over the cases is exact because all are tried.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import highspy
import numpy as np

from tiebeam.core.model.scenario import (
    LevelName,
    Scenario,
    distance_km,
    partner_bounds_of_donor,
    partner_bounds_of_recipient,
)

FREEZE_TOLERANCE = 1e-9
"""By how much a level that is kept may slip in later ones; ten times what the LP solver sees."""

Couple = tuple[str, str]
Key = tuple[str, str, str]
"""Donor, recipient, resource."""

LevelFigure = float | tuple[float, ...]


@dataclass(frozen=True)
class Form:
    """A linear form in the divisible amounts: constant + sum of coefficient times amount."""

    constant: float
    coefficients: dict[Key, float]

    def __add__(self, other: "Form") -> "Form":
        keys = {**self.coefficients, **other.coefficients}
        return Form(
            self.constant + other.constant,
            {
                key: self.coefficients.get(key, 0.0) + other.coefficients.get(key, 0.0)
                for key in keys
            },
        )

    def times(self, factor: float) -> "Form":
        return Form(self.constant * factor, {k: c * factor for k, c in self.coefficients.items()})

    def minus(self, constant: float) -> "Form":
        return Form(self.constant - constant, self.coefficients)


NOTHING = Form(0.0, {})


@dataclass(frozen=True)
class Case:
    """One set of open pairs with the whole lots that flow; the rows are forms that must be >= 0."""

    pairs: frozenset[Couple]
    lots: dict[Key, Fraction]
    divisible: tuple[Key, ...]
    rows: tuple[Form, ...] = ()

    def with_rows(self, rows: Sequence[Form]) -> "Case":
        return replace(self, rows=(*self.rows, *rows))


class Law:
    """The data of a scenario as §M1 names them, and the forms of §M4 and §M5."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.c = {
            (q.party, q.resource): Fraction(str(q.amount))
            for q in scenario.capacities
            if q.amount > 0
        }
        self.n = {
            (q.party, q.resource): Fraction(str(q.amount)) for q in scenario.needs if q.amount > 0
        }
        self.w = {resource.id: resource.weight for resource in scenario.resources}
        self.lot = {resource.id: Fraction(str(resource.lot)) for resource in scenario.resources}
        self.link = {(link.donor, link.recipient): link for link in scenario.links}
        self.with_capacity = sorted({donor for donor, _ in self.c})
        self.with_need = sorted({recipient for recipient, _ in self.n})
        # A case of pairs only has no resources; then everybody can have a pair.
        everybody = not scenario.resources
        self.donors = [d for d in scenario.donors if everybody or d.id in self.with_capacity]
        self.recipients = [r for r in scenario.recipients if everybody or r.id in self.with_need]

    def status(self, couple: Couple) -> str:
        return self.link[couple].status if couple in self.link else "allowed"

    def r(self, key: Key) -> float:
        couple = key[:2]
        return self.link[couple].uses.get(key[2], 1.0) if couple in self.link else 1.0

    def amount(self, case: Case, key: Key) -> Form:
        """x_ijk."""
        if key in case.lots:
            return Form(float(case.lots[key]), {})
        return Form(0.0, {key: 1.0}) if key in case.divisible else NOTHING

    def total(self, forms: Iterator[Form]) -> Form:
        result = NOTHING
        for form in forms:
            result += form
        return result

    def share(self, case: Case, couple: Couple) -> Form:
        """v_ij of §M4."""
        donor, recipient = couple
        needed = [k for k in self.w if (recipient, k) in self.n]
        weight = sum(self.w[k] for k in needed)
        return self.total(
            self.amount(case, (donor, recipient, k)).times(
                self.w[k] / float(self.n[recipient, k]) / weight
            )
            for k in needed
        )

    def coverage(self, case: Case, recipient: str) -> Form:
        """v_j of §M4."""
        return self.total(self.share(case, (d.id, recipient)) for d in self.donors)

    def spent(self, case: Case, donor: str, resource: str) -> Form:
        """The left side of §M3.1."""
        keys = [(donor, recipient.id, resource) for recipient in self.recipients]
        return self.total(self.amount(case, key).times(self.r(key)) for key in keys)

    def load(self, case: Case, donor: str) -> Form:
        """u_i of §M4."""
        held = [k for k in self.w if (donor, k) in self.c]
        weight = sum(self.w[k] for k in held)
        return self.total(
            self.spent(case, donor, k).times(self.w[k] / float(self.c[donor, k]) / weight)
            for k in held
        )

    def distance(self, case: Case) -> Form:
        donors = {donor.id: donor for donor in self.scenario.donors}
        recipients = {recipient.id: recipient for recipient in self.scenario.recipients}
        result = NOTHING
        for donor, recipient in sorted(case.pairs):
            km = distance_km(
                donors[donor], recipients[recipient], self.link.get((donor, recipient))
            )
            result += self.share(case, (donor, recipient)).times(km)
        return result

    def cost(self, case: Case) -> Form:
        open_donors = {donor for donor, _ in case.pairs}
        result = Form(sum(d.open_cost for d in self.donors if d.id in open_donors), {})
        for couple in sorted(case.pairs & self.link.keys()):
            result += Form(self.link[couple].fixed_cost, {})
            for resource, unit_cost in self.link[couple].unit_costs.items():
                result += self.amount(case, (*couple, resource)).times(unit_cost)
        return result

    def continuity(self, case: Case) -> Form:
        return Form(sum(self.link[couple].tie for couple in case.pairs & self.link.keys()), {})


def solve_by_brute_force(
    scenario: Scenario,
) -> list[tuple[LevelName, LevelFigure]] | None:
    """
    Return what each level of the policy reaches at best given the earlier ones; None if nothing.

    Coverage: v_j ascending. Burden: u_i descending. Where a level has slack, this is what it
    reached before any was spent (``best`` of a plan), and the later levels may spend it.
    """
    law = Law(scenario)
    cases = list(list_cases(law))
    sequence: list[tuple[LevelName, LevelFigure]] = []
    for name in scenario.policy.levels:
        solved = solve_level(law, name, cases, scenario.policy.slack.get(name, 0.0))
        if solved is None:
            return None
        figure, cases = solved
        sequence.append((name, figure))
    return sequence


def solve_level(
    law: Law, name: LevelName, cases: list[Case], slack: float
) -> tuple[LevelFigure, list[Case]] | None:
    """Return the best of level *name* over *cases*, and the cases that later levels may use."""
    # Everything is maximised here: burden, partners, distance and cost with their sign turned.
    sign = 1.0 if name in ("coverage", "continuity") else -1.0
    steps = steps_of_level(law, name)
    reached: list[float] = []
    left = cases
    for forms_of in steps:
        bests = [
            (case, maximise_least(case, [f.times(sign) for f in forms_of(case)])) for case in left
        ]
        feasible = [(case, best) for case, best in bests if best is not None]
        if not feasible:
            assert not reached, "what one step reached, the next can hold"
            return None
        top = max(best for _, best in feasible)
        reached.append(top)
        left = [
            case.with_rows([f.times(sign).minus(top - FREEZE_TOLERANCE) for f in forms_of(case)])
            for case, best in feasible
            if best >= top - FREEZE_TOLERANCE
        ]
    if slack > 0:
        left = [
            case.with_rows(
                [
                    # Minus signs turned: theta >= (1 - s) theta* and -theta >= -(1 + s) theta*.
                    form.times(sign).minus(top - slack * abs(top) - FREEZE_TOLERANCE)
                    for forms_of, top in zip(steps, reached, strict=True)
                    for form in forms_of(case)
                ]
            )
            for case in cases
        ]
        left = [case for case in left if maximise_least(case, [NOTHING]) is not None]
    if name not in ("coverage", "burden"):
        return sign * reached[0], left
    count = len(law.with_need if name == "coverage" else law.with_capacity)
    sums = [0.0, *(sign * top for top in reached[:count])]
    return tuple(after - before for before, after in itertools.pairwise(sums)), left


def steps_of_level(law: Law, name: LevelName) -> list[Callable[[Case], list[Form]]]:
    """
    Return what is optimised one after another at level *name*.

    A step gives for a case the forms of which the worst counts: for theta_m all sums of m.
    """
    if name == "coverage":
        return _steps_of_vector(law.coverage, law.with_need)
    if name == "burden":
        return _steps_of_vector(law.load, law.with_capacity)
    if name == "continuity":
        return [lambda case: [law.continuity(case)]]
    if name == "partners":
        return [lambda case: [Form(float(len(case.pairs)), {})]]
    if name == "distance":
        return [lambda case: [law.distance(case)]]
    return [lambda case: [law.cost(case)]]


def _steps_of_vector(
    form_of: Callable[[Case, str], Form], parties: list[str]
) -> list[Callable[[Case], list[Form]]]:
    def all_sums_of(m: int) -> Callable[[Case], list[Form]]:
        def sums(case: Case) -> list[Form]:
            forms = {party: form_of(case, party) for party in parties}
            chosen = itertools.combinations(parties, m)
            return [sum((forms[party] for party in group), start=NOTHING) for group in chosen]

        return sums

    # An empty vector still asks whether the case can hold at all.
    return [all_sums_of(m) for m in range(1, len(parties) + 1)] or [lambda _: [NOTHING]]


def list_cases(law: Law) -> Iterator[Case]:
    """Yield every case: pairs that keep §M3.4 and §M3.5, with whole lots that keep §M3.1 to §M3.3."""
    for pairs in list_pairings(law):
        couples = sorted(pairs)
        keys = [
            (donor, recipient, k)
            for donor, recipient in couples
            for k in law.w
            if (donor, k) in law.c and (recipient, k) in law.n
        ]
        divisible = tuple(key for key in keys if not law.lot[key[2]])
        whole = [key for key in keys if law.lot[key[2]]]
        for lots in list_lot_flows(law, whole, dict(law.c), dict(law.n)):
            case = Case(pairs, lots, divisible)
            yield case.with_rows(list(_rows_of_case(law, case)))


def list_pairings(law: Law) -> Iterator[frozenset[Couple]]:
    """Yield every set of pairs between those who can have one, as §M3.4 and §M3.5 allow."""
    couples = [(d.id, r.id) for d in law.donors for r in law.recipients]
    required = {couple for couple in law.link if law.status(couple) == "required"}
    free = [c for c in couples if law.status(c) == "allowed"]
    if not required <= set(couples):
        return
    for bits in itertools.product([False, True], repeat=len(free)):
        pairs = required | set(itertools.compress(free, bits))
        of_donor = {d.id: sum(pair[0] == d.id for pair in pairs) for d in law.donors}
        of_recipient = {r.id: sum(pair[1] == r.id for pair in pairs) for r in law.recipients}
        bounds_of_donor = {d.id: partner_bounds_of_donor(law.scenario, d) for d in law.donors}
        bounds_of_recipient = {
            r.id: partner_bounds_of_recipient(law.scenario, r) for r in law.recipients
        }
        if all(b[0] <= of_donor[i] <= b[1] for i, b in bounds_of_donor.items()) and all(
            b[0] <= of_recipient[j] <= b[1] for j, b in bounds_of_recipient.items()
        ):
            yield frozenset(pairs)


def list_lot_flows(
    law: Law, keys: list[Key], c: dict[Couple, Fraction], n: dict[Couple, Fraction]
) -> Iterator[dict[Key, Fraction]]:
    """Yield every way to send whole lots over *keys* out of what is left of *c* into that of *n*."""
    if not keys:
        yield {}
        return
    (donor, recipient, k), *later = keys
    use = Fraction(str(law.r((donor, recipient, k))))
    amount = Fraction(0)
    while amount <= n[recipient, k] and use * amount <= c[donor, k]:
        left = {**c, (donor, k): c[donor, k] - use * amount}
        open_need = {**n, (recipient, k): n[recipient, k] - amount}
        for flows in list_lot_flows(law, later, left, open_need):
            yield {(donor, recipient, k): amount, **flows}
        amount += law.lot[k]


def _rows_of_case(law: Law, case: Case) -> Iterator[Form]:
    """Yield the rules of *case* that its pairs and lots do not settle: §M3.1, §M3.2, §M3.6."""
    divisible = {key[2] for key in case.divisible}
    for (donor, k), capacity in law.c.items():
        if k in divisible:
            yield law.spent(case, donor, k).times(-1.0).minus(-float(capacity))
    for (recipient, k), need in law.n.items():
        if k in divisible:
            received = [law.amount(case, (d.id, recipient, k)) for d in law.donors]
            yield law.total(iter(received)).times(-1.0).minus(-float(need))
    for couple in sorted(case.pairs):
        if couple[1] in law.with_need:
            yield law.share(case, couple).minus(law.scenario.policy.min_share)


def maximise_least(case: Case, forms: Sequence[Form]) -> float | None:
    """Return how high the least of *forms* can go within the rows of *case*; None if they clash."""
    if not case.divisible:
        holds = all(row.constant >= -FREEZE_TOLERANCE for row in case.rows)
        return min(form.constant for form in forms) if holds else None
    count = len(case.divisible)
    column = {key: at for at, key in enumerate(case.divisible)}
    matrix = np.zeros((len(case.rows) + len(forms), count + 1))
    for at, form in enumerate([*case.rows, *forms]):
        for key, coefficient in form.coefficients.items():
            matrix[at, column[key]] = coefficient
    # The last column is the least itself: every one of *forms* minus it is >= 0.
    matrix[len(case.rows) :, count] = -1.0
    least = np.array([-form.constant for form in [*case.rows, *forms]])
    return _maximise_last_column(matrix, least)


def _maximise_last_column(matrix: np.ndarray, least: np.ndarray) -> float | None:
    """Maximise the last column subject to matrix @ x >= least, the others >= 0; None if none."""
    rows, columns = matrix.shape
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = rows, columns
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_ = np.r_[np.zeros(columns - 1), 1.0]
    lp.col_lower_ = np.r_[np.zeros(columns - 1), -highspy.kHighsInf]
    lp.col_upper_ = np.full(columns, highspy.kHighsInf)
    lp.row_lower_ = least
    lp.row_upper_ = np.full(rows, highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.arange(0, rows * columns + 1, columns)
    lp.a_matrix_.index_ = np.tile(np.arange(columns), rows)
    lp.a_matrix_.value_ = matrix.ravel()
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("primal_feasibility_tolerance", 1e-10)
    solver.setOptionValue("dual_feasibility_tolerance", 1e-10)
    solver.passModel(lp)
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return None
    assert status == highspy.HighsModelStatus.kOptimal, status
    return float(solver.getObjectiveValue())
