"""What holds each recipient at its coverage, and each donor at its load (§M8)."""

from collections.abc import Sequence

import numpy as np

from tiebeam.core.explain.reasons import Binding, DonorReason, RecipientReason
from tiebeam.core.explain.repair import possible_shares, where
from tiebeam.core.pairing.problem import AMOUNT_SLIVER, Bools, Floats, Problem
from tiebeam.core.pairing.stages import coverages, loads

EQUAL = 1e-6
"""Shares nearer than this are the same; coverage short of 1 by less is full (§M7)."""


class Bindings:
    """
    The rules that bind the parties of one plan.

    Args:
        pairs, amounts: Of the plan; (donors, recipients) and (…, resources).
    """

    def __init__(self, problem: Problem, pairs: Bools, amounts: Floats) -> None:
        self.problem, self.pairs = problem, pairs
        used = (problem.use * amounts).sum(1)
        self.left: Floats = np.maximum(0.0, problem.capacity - used)
        self.missing: Floats = np.maximum(0.0, problem.need - amounts.sum(0))
        self.covered = np.ones(len(problem.recipients))
        self.covered[problem.needy] = coverages(problem, amounts)
        self.loaded = np.zeros(len(problem.donors))
        self.loaded[problem.able] = loads(problem, amounts)
        self.shares = possible_shares(problem)

    # -- recipients ------------------------------------------------------------

    def recipients(self) -> tuple[RecipientReason, ...]:
        """Return a reason for every recipient with a need, the worst covered first."""
        order = sorted(self.problem.needy, key=lambda j: (self.covered[j], j))
        return tuple(
            RecipientReason(
                recipient=self.problem.recipients[j],
                coverage=float(self.covered[j]),
                is_full=self._is_full(int(j)),
                binding=() if self._is_full(int(j)) else tuple(self._bind_recipient(int(j))),
            )
            for j in order
        )

    def _is_full(self, j: int) -> bool:
        return bool(self.covered[j] >= 1 - EQUAL)

    def _bind_recipient(self, j: int) -> list[Binding]:
        """Return what stands between recipient j and more help, the nearest first."""
        problem, partners = self.problem, where(self.pairs[:, j])
        short = [k for k in range(len(problem.resources)) if self._least_lot(j, k) > 0]
        if not short:
            lots = [float(problem.lot[k]) for k in where(self.missing[j] > 1e-9)]
            return [Binding(rule="M2", code="binding.lot", facts={"lot": max(lots, default=0.0)})]
        found = []
        spent = [i for i in partners if not any(self._can_send(i, j, k) for k in short)]
        if spent:
            found.append(
                Binding(
                    rule="M3.1",
                    code="binding.capacity",
                    facts={"donors": self._donors(spent)},
                    worth=self._worth_of_unit(j, short),
                )
            )
        found += self._bind_by_partners(j, short)
        found += self._bind_by_fairness(j)
        return found or [
            Binding(
                rule="M5", code="binding.later_levels", facts={"donors": self._donors(partners)}
            )
        ]

    def _bind_by_partners(self, j: int, short: Sequence[int]) -> list[Binding]:
        """Return which rules on pairs keep donors from j that have something left for it."""
        problem, found = self.problem, []
        others = [int(i) for i in problem.able if not self.pairs[i, j]]
        spare = [i for i in others if any(self._can_send(i, j, k) for k in short)]
        forbidden = [i for i in spare if not problem.possible[i, j]]
        taken = [
            i
            for i in spare
            if problem.possible[i, j] and self.pairs[i].sum() >= problem.donor_max[i]
        ]
        free = [i for i in spare if i not in forbidden and i not in taken]
        is_at_limit = self.pairs[:, j].sum() >= problem.recipient_max[j]
        if is_at_limit and others:
            gains = [self._gain(i, j, short) for i in free]
            gains = [gain for gain in gains if gain >= problem.min_share - EQUAL]
            found.append(
                Binding(
                    rule="M3.4",
                    code="binding.partner_limit",
                    facts={"limit": int(problem.recipient_max[j])},
                    worth=max(gains, default=None),
                )
            )
        if taken:
            facts: dict[str, object] = {"donors": self._donors(taken)}
            found.append(Binding(rule="M3.4", code="binding.donor_limit", facts=facts))
        if forbidden:
            facts = {"donors": self._donors(forbidden)}
            found.append(Binding(rule="M3.5", code="binding.forbidden", facts=facts))
        small = [i for i in free if self._gain(i, j, short) < problem.min_share - EQUAL]
        if small and len(small) == len(free) and not is_at_limit:
            facts = {"limit": problem.min_share}
            found.append(Binding(rule="M3.6", code="binding.min_share", facts=facts))
        return found

    def _bind_by_fairness(self, j: int) -> list[Binding]:
        """Return the recipients, no better off than j, whom its possible donors serve."""
        problem = self.problem
        donors = self.pairs[:, j]
        if self.pairs[:, j].sum() < problem.recipient_max[j]:
            donors = donors | problem.possible[:, j]
        served = where(np.asarray(self.pairs[donors].any(axis=0), dtype=bool))
        equals = [o for o in served if o != j and self.covered[o] <= self.covered[j] + EQUAL]
        if not equals:
            return []
        facts = {"recipients": [problem.recipients[other] for other in equals]}
        return [Binding(rule="M5", code="binding.fairness", facts=facts)]

    # -- donors ----------------------------------------------------------------

    def donors(self) -> tuple[DonorReason, ...]:
        """Return a reason for every donor with a capacity, the heaviest loaded first."""
        order = sorted(self.problem.able, key=lambda i: (-self.loaded[i], i))
        return tuple(
            DonorReason(
                donor=self.problem.donors[i],
                load=float(self.loaded[i]),
                binding=tuple(self._bind_donor(int(i))),
            )
            for i in order
        )

    def _bind_donor(self, i: int) -> list[Binding]:
        """Return why donor i gives no more than it does."""
        problem = self.problem
        resources = range(len(problem.resources))
        if self.loaded[i] >= 1 - EQUAL:
            facts: dict[str, object] = {"donors": [problem.donors[i]]}
            return [Binding(rule="M3.1", code="binding.capacity", facts=facts)]
        found = []
        served = where(self.pairs[i])
        wanting = [
            int(j)
            for j in problem.needy
            if any(self._least_lot(j, k) > 0 and self._can_send(i, j, k) for k in resources)
        ]
        if served and not set(served).intersection(wanting):
            facts = {"recipients": [problem.recipients[j] for j in served]}
            found.append(Binding(rule="M3.2", code="binding.served_full", facts=facts))
        elsewhere = [j for j in wanting if not self.pairs[i, j]]
        forbidden = [j for j in elsewhere if not problem.possible[i, j]]
        if len(elsewhere) > len(forbidden) and len(served) >= problem.donor_max[i]:
            facts = {"limit": int(problem.donor_max[i])}
            found.append(Binding(rule="M3.4", code="binding.served_limit", facts=facts))
        full = [
            j
            for j in elsewhere
            if j not in forbidden and self.pairs[:, j].sum() >= problem.recipient_max[j]
        ]
        if full and len(served) < problem.donor_max[i]:
            facts = {"recipients": [problem.recipients[j] for j in full]}
            found.append(Binding(rule="M3.4", code="binding.recipient_limit", facts=facts))
        if forbidden:
            facts = {"recipients": [problem.recipients[j] for j in forbidden]}
            found.append(Binding(rule="M3.5", code="binding.donor_forbidden", facts=facts))
        return found

    # -- amounts ---------------------------------------------------------------

    def _donors(self, positions: Sequence[int]) -> list[str]:
        return [self.problem.donors[i] for i in positions]

    def _least_lot(self, j: int, k: int) -> float:
        """Return the least amount of k that j could still take; 0 where it could take none."""
        lot = float(self.problem.lot[k]) or EQUAL * float(self.problem.need[j, k])
        return lot if 0 < lot <= self.missing[j, k] * (1 + AMOUNT_SLIVER) else 0.0

    def _can_send(self, i: int, j: int, k: int) -> bool:
        """Whether i has as much of k left as j could take at least."""
        least = self._least_lot(j, k)
        spare = self.left[i, k] / self.problem.use[i, j, k]
        return bool(least > 0 and spare * (1 + AMOUNT_SLIVER) >= least)

    def _gain(self, i: int, j: int, short: Sequence[int]) -> float:
        """Return the coverage that j would win from what i has left."""
        problem, gain = self.problem, 0.0
        for k in short:
            amount = min(self.left[i, k] / problem.use[i, j, k], self.missing[j, k])
            lot = problem.lot[k]
            if lot > 0:
                amount = np.floor(amount / lot * (1 + AMOUNT_SLIVER)) * lot
            gain += float(problem.coverage_share[j, k] * amount / problem.need[j, k])
        return gain

    def _worth_of_unit(self, j: int, short: Sequence[int]) -> float | None:
        """Return the coverage that one more unit at a partner is worth; None where lots are larger."""
        problem = self.problem
        worths = [
            float(problem.coverage_share[j, k] / problem.need[j, k] / problem.use[i, j, k])
            for i in where(self.pairs[:, j])
            for k in short
            if not self._can_send(i, j, k)
            and self.missing[j, k] * problem.use[i, j, k] >= 1
            and (problem.lot[k] == 0 or (problem.lot[k] == 1 and problem.use[i, j, k] <= 1))
        ]
        return max(worths, default=None)
