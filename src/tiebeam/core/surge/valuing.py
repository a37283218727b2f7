"""The levels of §S6 as exact figures, from orders and transfers alone."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import accumulate

from tiebeam.core.surge.following import follow, staff_on
from tiebeam.core.surge.model import Demand, Order, State, Surge, Transfer, need
from tiebeam.core.surge.planned import Aims, Figure, Level

ByPlace = Mapping[str, Sequence[int]]


class Valuation:
    """
    Every figure of orders and transfers over the window of *aims*.

    Args:
        standing: The orders of the plan that stood before (§S6, `changes`).
    """

    def __init__(
        self,
        surge: Surge,
        state: State,
        scenarios: Sequence[Demand],
        aims: Aims,
        orders: Iterable[Order],
        transfers: Iterable[Transfer] = (),
        standing: Iterable[Order] = (),
    ) -> None:
        self.surge, self.state, self.aims = surge, state, aims
        self.orders, self.transfers = tuple(orders), tuple(transfers)
        self.standing = tuple(standing)
        self.days = range(state.day, state.day + aims.window)
        self.followed = follow(surge, state, self.orders, self.days.stop)
        self.staff = staff_on(surge, self.followed.spells, self.days)
        total = sum(scenario.weight for scenario in scenarios)
        self.weights = [scenario.weight / total for scenario in scenarios]
        self.before = [patients_in(surge, state, s, self.days) for s in scenarios]
        self.patients = [
            shift(before, self.transfers, self.days, surge.limits.stay_days)
            for before in self.before
        ]
        self.unmet = [
            {
                place: [
                    max(0, need(n, surge.staff_per_patient) - heads)
                    for n, heads in zip(series, self.staff[place], strict=True)
                ]
                for place, series in patients.items()
            }
            for patients in self.patients
        ]

    def ratios(self) -> dict[str, Fraction]:
        """Return place -> its shortage ratio over the window, over the scenarios."""
        found = {}
        for place in self.staff:
            needs = [
                sum(need(n, self.surge.staff_per_patient) for n in before[place])
                for before in self.before
            ]
            found[place] = self.over_scenarios(
                [
                    Fraction(sum(unmet[place]), total) if total else Fraction()
                    for unmet, total in zip(self.unmet, needs, strict=True)
                ]
            )
        return found

    def figure(self, level: Level) -> Figure:
        """Return what *level* comes to; less is better."""
        match level:
            case "shortage":
                return tuple(sorted(self.ratios().values(), reverse=True))
            case "unmet":
                return self.over_scenarios(
                    [Fraction(sum(map(sum, unmet.values()))) for unmet in self.unmet]
                )
            case "hub":
                return self.over_scenarios([self._peak(patients) for patients in self.patients])
            case "changes":
                return Fraction(len(sent(self.orders, self.days) ^ sent(self.standing, self.days)))
            case _:
                return Fraction(self.followed.kilometres)

    def mean_unmet(self) -> dict[str, tuple[Fraction, ...]]:
        """Return place -> unmet heads day by day, the mean over the scenarios."""
        return {
            place: tuple(
                sum(
                    (
                        w * unmet[place][at]
                        for w, unmet in zip(self.weights, self.unmet, strict=True)
                    ),
                    Fraction(),
                )
                for at in range(len(self.days))
            )
            for place in self.staff
        }

    def over_scenarios(self, figures: Sequence[Fraction]) -> Fraction:
        """Return the mean over the share `tail` of the weight in which *figures* are largest."""
        left, total = self.aims.tail, Fraction()
        for figure, weight in sorted(zip(figures, self.weights, strict=True), reverse=True):
            part = min(weight, left)
            total, left = total + part * figure, left - part
        return total / self.aims.tail

    def _peak(self, patients: ByPlace) -> Fraction:
        return max(
            (
                Fraction(n, place.beds)
                for place in self.surge.places
                if place.is_hub and place.beds
                for n in patients[place.id]
            ),
            default=Fraction(),
        )


def sums(values: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """Return theta_m for every m (§S7)."""
    return tuple(accumulate(sorted(values, reverse=True)))


def sent(orders: Iterable[Order], days: range) -> set[tuple[str, str, int]]:
    """Return the orders for places that leave on *days*, as team, place and day."""
    return {(o.team, o.to, o.leaves_on) for o in orders if o.to is not None and o.leaves_on in days}


def patients_in(surge: Surge, state: State, scenario: Demand, days: range) -> dict[str, list[int]]:
    """Return place -> patients on *days*, after the transfers that were made before (§S5)."""
    series = {
        place.id: [scenario.patients[place.id][day - scenario.first_day] for day in days]
        for place in surge.places
    }
    return shift(series, state.transfers, days, surge.limits.stay_days)


def shift(
    patients: ByPlace, transfers: Iterable[Transfer], days: range, stay: int
) -> dict[str, list[int]]:
    """Return *patients* after *transfers*; a place never gives more than it still has."""
    left = {place: list(series) for place, series in patients.items()}
    received = {place: [0] * len(days) for place in patients}
    # The longest moved go first: so the latest claim on those who are left comes first.
    known = [t for t in transfers if t.source in left and t.destination in left]
    for transfer in sorted(known, key=lambda t: (-t.on, t.source, t.destination)):
        for day in range(max(transfer.on, days.start), min(transfer.on + stay, days.stop)):
            at = day - days.start
            moved = min(transfer.patients, left[transfer.source][at])
            left[transfer.source][at] -= moved
            received[transfer.destination][at] += moved
    return {
        place: [own + other for own, other in zip(left[place], received[place], strict=True)]
        for place in patients
    }
