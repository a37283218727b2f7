"""
That the tables of hubei-2020 are what its notes say they are derived from.

The expected figures were worked out by hand from the published ones: 12,018 active cases,
2,897 people of the mix (1,003 doctors, 1,681 nurses, 213 others), 7,425 staff, and the
census of the 19 provinces, 937,147,936 people.
"""

import csv
from fractions import Fraction

import pytest

from tiebeam.cases import CASES_FOLDER
from tiebeam.cases.hubei import (
    derive_capacities,
    derive_needs,
    read_facts,
    write_needs,
)

FOLDER = CASES_FOLDER / "hubei-2020"
VARIANTS = ("scenario", "scenario-without-limits")


def amounts_of(variant: str, table: str, party: str) -> dict[tuple[str, str], int]:
    with (FOLDER / variant / table).open(encoding="utf-8", newline="") as file:
        return {(row[party], row["resource"]): int(row["amount"]) for row in csv.DictReader(file)}


class TestNeeds:
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_that_are_shipped_follow_from_the_active_cases(self, variant):
        facts = read_facts()

        derived = derive_needs(facts, facts.staff_per_case)

        assert amounts_of(variant, "needs.csv", "recipient") == derived

    def test_are_rounded_up_person_by_person(self):
        facts = read_facts()

        needs = derive_needs(facts, Fraction("0.62"))

        # 2,462 x 0.62 x 1,003 / 2,897 = 528.48; x 1,681 / 2,897 = 885.73; x 213 / 2,897 = 112.23
        assert needs["xiaogan", "doctors"] == 529
        assert needs["xiaogan", "nurses"] == 886
        assert needs["xiaogan", "other-specialists"] == 113

    def test_stay_whole_where_the_product_is(self):
        # At 2,897 per case each need is cases x persons of the mix, with nothing to round.
        needs = derive_needs(read_facts(), Fraction(2897))

        assert needs["shennongjia", "doctors"] == 4 * 1003
        assert needs["shennongjia", "other-specialists"] == 4 * 213

    def test_never_shrink_as_the_ratio_grows(self):
        facts = read_facts()

        less, more = derive_needs(facts, Fraction("0.5")), derive_needs(facts, Fraction("0.6"))

        assert all(less[key] <= more[key] for key in less)
        assert sum(less.values()) < sum(more.values())

    def test_can_be_written_for_another_ratio(self, tmp_path):
        facts = read_facts()

        write_needs(tmp_path / "needs.csv", derive_needs(facts, facts.staff_per_case))

        shipped = (FOLDER / "scenario" / "needs.csv").read_bytes()
        assert (tmp_path / "needs.csv").read_bytes() == shipped


class TestCapacities:
    @pytest.mark.parametrize("variant", VARIANTS)
    def test_that_are_shipped_follow_from_population_and_mix(self, variant):
        assert amounts_of(variant, "capacities.csv", "donor") == derive_capacities(read_facts())

    def test_add_up_to_the_7425_of_the_brief(self):
        assert sum(derive_capacities(read_facts()).values()) == 7425

    def test_add_up_to_the_mix_for_each_kind_of_staff(self):
        capacities = derive_capacities(read_facts())
        sums = {
            kind: sum(staff for (_, resource), staff in capacities.items() if resource == kind)
            for kind in ("doctors", "nurses", "other-specialists")
        }

        # 7,425 x 1,003 / 2,897 = 2,570.69; x 1,681 = 4,308.40; x 213 = 545.92: the last
        # two persons go to the largest remainders, other specialists and doctors.
        assert sums == {"doctors": 2571, "nurses": 4308, "other-specialists": 546}

    def test_of_guangdong_are_its_part_of_the_people(self):
        capacities = derive_capacities(read_facts())

        # 126,012,510 / 937,147,936 = 0.134464 of 2,571, 4,308 and 546: 345.71, 579.27, 73.42.
        assert capacities["guangdong", "doctors"] == 346
        assert capacities["guangdong", "nurses"] == 579
        assert capacities["guangdong", "other-specialists"] == 73


class TestVariantWithoutLimits:
    def test_differs_in_the_limits_alone(self):
        for table in ("recipients", "resources", "capacities", "needs", "links", "sources"):
            first, second = (
                (FOLDER / variant / f"{table}.csv").read_text("utf-8") for variant in VARIANTS
            )
            assert first == second, table

        limited, free = (
            list(csv.DictReader((FOLDER / variant / "donors.csv").read_text("utf-8").splitlines()))
            for variant in VARIANTS
        )
        limits = {row["id"]: row.pop("max_partners") for row in limited}

        assert {donor: limit for donor, limit in limits.items() if limit} == {"shanxi": "3"}
        assert limited == free
