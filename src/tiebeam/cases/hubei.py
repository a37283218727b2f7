"""
How the needs and capacities of the case ``hubei-2020`` follow from published figures.

Nobody published what each city needed or what each province could give. The case
derives both, by rules simple enough to be repeated by hand, from the facts that lie
in its folder. What is derived is an assumption of the case and is shown as one; the
ratio is meant to be swept.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path

from tiebeam.cases import read_rows
from tiebeam.units import allocate

FACTS_FOLDER = Path(__file__).parent / "hubei-2020"
NEEDS_SOURCE = "derived-needs"
"""Key in sources.csv that a derived row of needs.csv refers to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubeiFacts:
    """
    The published figures the case is derived from, and the one number chosen by us.

    Attributes:
        active_cases: Recipient id -> confirmed less cured less dead, 10 February 2020.
        populations: Donor id -> persons, census of 2020.
        mix: Resource id -> persons of that kind in the flow of 12 February 2020.
        staff_total: Persons sent to the 16 recipients in all.
        staff_per_case: The assumed ratio, persons wanted per active case.
    """

    active_cases: Mapping[str, int]
    populations: Mapping[str, int]
    mix: Mapping[str, int]
    staff_total: int
    staff_per_case: Fraction


def read_facts(folder: Path = FACTS_FOLDER) -> HubeiFacts:
    """Return the facts that lie in *folder*: three CSV files and ``derivation.toml``."""
    with (folder / "derivation.toml").open("rb") as file:
        chosen = tomllib.load(file)
    return HubeiFacts(
        active_cases={
            row["recipient"]: int(row["confirmed"]) - int(row["cured"]) - int(row["dead"])
            for row in read_rows(folder / "active_cases.csv")
        },
        populations={
            row["donor"]: int(row["population"]) for row in read_rows(folder / "populations.csv")
        },
        mix={row["resource"]: int(row["staff"]) for row in read_rows(folder / "mix.csv")},
        staff_total=chosen["capacities"]["staff_total"],
        staff_per_case=Fraction(chosen["needs"]["staff_per_case"]),
    )


def derive_needs(facts: HubeiFacts, staff_per_case: Fraction) -> dict[tuple[str, str], int]:
    """
    Return (recipient, resource) -> persons wanted at this ratio.

    Each need is active cases x ratio x the resource's part of the mix, rounded up to a
    whole person: a city with any case wants at least one of each kind.

    Args:
        facts: Of which the active cases and the mix are used.
        staff_per_case: Persons per active case, > 0; exact, so that rounding up is too.
    """
    mix_total = sum(facts.mix.values())
    return {
        (recipient, resource): ceil(cases * staff_per_case * Fraction(persons, mix_total))
        for recipient, cases in sorted(facts.active_cases.items())
        for resource, persons in facts.mix.items()
    }


def derive_capacities(facts: HubeiFacts) -> dict[tuple[str, str], int]:
    """
    Return (donor, resource) -> persons it can send; all rows add up to the staff total.

    Two steps, each by largest remainder: the total is split over the resources by the
    mix, then each resource over the donors by population. So the sums of the resources
    and of the whole are exact; a donor's sum is what the two steps leave it.
    """
    staff_of = allocate(facts.staff_total, facts.mix)
    shares = {resource: allocate(staff, facts.populations) for resource, staff in staff_of.items()}
    return {
        (donor, resource): shares[resource][donor]
        for donor in sorted(facts.populations)
        for resource in facts.mix
    }


def write_needs(path: Path, needs: Mapping[tuple[str, str], int]) -> None:
    """Write *needs* as a needs.csv, for instance into a copy of the case at another ratio."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("recipient", "resource", "amount", "source"))
        for (recipient, resource), persons in needs.items():
            table.writerow((recipient, resource, persons, NEEDS_SOURCE))
