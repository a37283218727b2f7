"""
What became of the pairs from one round to the next.

The small lists are made up so that each fate can be read off. The expected numbers of
the East-West case were counted by hand from the published lists, donor by donor.
"""

import csv
from collections import Counter

from tiebeam.cases import CASES_FOLDER
from tiebeam.cases.rounds import compare_case_rounds, read_rounds
from tiebeam.core.pairing.rounds import PairFate, PairRound, RoundPair, compare_rounds

EAST_WEST = CASES_FOLDER / "east-west"
STEPS = [("1996", "2001"), ("2001", "2010-06"), ("2010-06", "2016-12"), ("2016-12", "2021")]


def round_of(*pairs: str, known_donors: frozenset[str] | None = None) -> PairRound:
    """Return a round from "donor-recipient"; a question mark behind it makes the pair doubtful."""
    return PairRound(
        id="made up",
        pairs=tuple(
            RoundPair(
                donor=pair.split("-")[0],
                recipient=pair.split("-")[1].rstrip("?"),
                is_doubtful=pair.endswith("?"),
            )
            for pair in pairs
        ),
        known_donors=known_donors,
    )


def fates(earlier: PairRound, later: PairRound, **parents: str) -> list[str]:
    """Return "donor-recipient fate", with what it became or came from behind a colon."""
    return [
        f"{fate.donor}-{fate.recipient} {fate.fate}"
        + (f": {' '.join(fate.counterparts)}" if fate.counterparts else "")
        + (" ?" if fate.is_doubtful else "")
        for fate in compare_rounds(earlier, later, parents=parents)
    ]


class TestCompareRounds:
    def test_calls_a_pair_in_both_lists_held(self):
        assert fates(round_of("jilin-moxi"), round_of("jilin-moxi")) == ["jilin-moxi held"]

    def test_tells_in_which_list_a_pair_stands(self):
        found = compare_rounds(round_of("a-x", "b-y"), round_of("a-x", "c-z"), parents={})

        assert [(fate.donor, fate.in_earlier, fate.in_later) for fate in found] == [
            ("a", True, True),
            ("b", True, False),
            ("c", False, True),
        ]

    def test_calls_a_pair_ended_where_its_donor_takes_up_no_other(self):
        assert fates(round_of("a-x", "a-y"), round_of("a-x")) == ["a-x held", "a-y ended"]

    def test_calls_a_pair_new_where_its_donor_left_none(self):
        assert fates(round_of("a-x"), round_of("a-x", "a-y", "b-x")) == [
            "a-x held",
            "a-y new",
            "b-x new",
        ]

    def test_calls_both_sides_moved_where_a_donor_goes_elsewhere(self):
        assert fates(round_of("a-x", "a-y"), round_of("a-z")) == [
            "a-x moved: z",
            "a-y moved: z",
            "a-z moved: x y",
        ]

    def test_does_not_call_it_a_move_when_another_donor_takes_over(self):
        assert fates(round_of("a-x"), round_of("b-x")) == ["a-x ended", "b-x new"]

    def test_calls_a_part_of_the_same_region_nested_from_both_sides(self):
        assert fates(
            round_of("a-province"), round_of("a-town"), town="county", county="province"
        ) == [
            "a-province nested: town",
            "a-town nested: province",
        ]

    def test_calls_a_part_beside_the_held_whole_nested(self):
        assert fates(
            round_of("a-province"), round_of("a-province", "a-county"), county="province"
        ) == ["a-county nested: province", "a-province held"]

    def test_does_not_nest_two_parts_of_one_region_in_each_other(self):
        assert fates(round_of("a-east"), round_of("a-west"), east="province", west="province") == [
            "a-east moved: west",
            "a-west moved: east",
        ]

    def test_leaves_undecided_what_the_later_list_is_silent_on(self):
        later = round_of("a-x", known_donors=frozenset({"a"}))

        assert fates(round_of("a-x", "b-y"), later) == ["a-x held", "b-y undecided"]

    def test_leaves_undecided_what_the_earlier_list_is_silent_on(self):
        earlier = round_of("a-x", known_donors=frozenset({"a"}))

        assert fates(earlier, round_of("a-x", "a-z", "b-y")) == [
            "a-x held",
            "a-z new",
            "b-y undecided",
        ]

    def test_passes_a_doubt_on_to_the_other_side_of_a_move(self):
        assert fates(round_of("a-x", "b-y"), round_of("a-z?", "b-y")) == [
            "a-x moved: z ?",
            "a-z moved: x ?",
            "b-y held",
        ]

    def test_calls_a_held_pair_doubtful_when_either_list_is(self):
        assert fates(round_of("a-x?"), round_of("a-x")) == ["a-x held ?"]
        assert fates(round_of("a-x"), round_of("a-x?")) == ["a-x held ?"]

    def test_does_not_depend_on_the_order_of_the_rows(self):
        first = fates(round_of("a-x", "b-y", "c-z"), round_of("b-y", "a-w"))
        second = fates(round_of("c-z", "b-y", "a-x"), round_of("a-w", "b-y"))

        assert first == second


class TestEastWestRounds:
    def count(self, step: tuple[str, str], *, in_earlier: bool) -> Counter[str]:
        """Count the fates of the earlier list, or of what stands in the later list alone."""
        return Counter(
            fate.fate
            for fate in compare_case_rounds(EAST_WEST)[step]
            if fate.in_earlier == in_earlier
        )

    def test_are_five_in_order(self):
        assert list(compare_case_rounds(EAST_WEST)) == STEPS
        assert [len(known.pairs) for known in read_rounds(EAST_WEST).rounds] == [5, 15, 22, 30, 2]

    def test_of_1996_held_as_far_as_they_are_known(self):
        step = STEPS[0]

        assert self.count(step, in_earlier=True) == {"held": 5}
        assert self.count(step, in_earlier=False) == {"undecided": 10}

    def test_of_2001_held_but_for_three_moved_in_june_2010(self):
        step = STEPS[1]

        # Zhejiang three, Tianjin two and Liaoning two places inside their provinces.
        assert self.count(step, in_earlier=True) == {"held": 12, "moved": 3}
        assert self.count(step, in_earlier=False) == {"moved": 3, "nested": 7}
        assert {
            (fate.donor, fate.recipient, fate.counterparts)
            for fate in compare_case_rounds(EAST_WEST)[step]
            if fate.fate == "moved" and fate.in_earlier
        } == {
            ("shandong", "xinjiang", ("chongqing",)),
            ("xiamen", "chongqing", ("linxia",)),
            ("zhuhai", "chongqing", ("liangshan",)),
        }

    def test_of_june_2010_held_nine_times_by_december_2016(self):
        step = STEPS[2]

        # Nested: Gannan, Tianzhu in Gansu; Garze, Aba, Muli in Sichuan; Dalian, Ningbo and
        # Qingdao in Guizhou. Silent on Liaoning (three) and Shenzhen. Moved: Zhuhai.
        assert self.count(step, in_earlier=True) == {
            "held": 9,
            "nested": 8,
            "moved": 1,
            "undecided": 4,
        }
        assert self.count(step, in_earlier=False) == {"new": 17, "nested": 3, "moved": 1}

    def test_of_december_2016_are_mostly_unknown_in_2021(self):
        step = STEPS[3]

        assert self.count(step, in_earlier=True) == {"held": 1, "moved": 1, "undecided": 28}
        assert self.count(step, in_earlier=False) == {"moved": 1}

    def test_show_which_are_doubtful(self):
        doubtful = {
            step: Counter(fate.fate for fate in found if fate.is_doubtful)
            for step, found in compare_case_rounds(EAST_WEST).items()
        }

        assert doubtful == {
            STEPS[0]: {"held": 4},
            STEPS[1]: {},
            STEPS[2]: {"held": 3, "nested": 2, "moved": 2, "new": 7},
            STEPS[3]: {"held": 1, "moved": 2, "undecided": 10},
        }

    def test_stand_as_computed_in_the_table_that_is_shipped(self):
        with (EAST_WEST / "rounds.csv").open(encoding="utf-8", newline="") as file:
            shipped = [tuple(row.values()) for row in csv.DictReader(file)]

        assert shipped == [
            row_of(step, fate)
            for step, found in compare_case_rounds(EAST_WEST).items()
            for fate in found
        ]

    def test_keep_every_pair_of_each_list_and_add_none(self):
        rounds = {known.id: known for known in read_rounds(EAST_WEST).rounds}

        for (earlier, later), found in compare_case_rounds(EAST_WEST).items():
            assert sum(fate.in_earlier for fate in found) == len(rounds[earlier].pairs)
            assert sum(fate.in_later for fate in found) == len(rounds[later].pairs)


def row_of(step: tuple[str, str], fate: PairFate) -> tuple[str, ...]:
    """Return the row of rounds.csv that says *fate*."""
    said = {True: "yes", False: "no"}
    return (
        *step,
        fate.donor,
        fate.recipient,
        fate.fate,
        said[fate.in_earlier],
        said[fate.in_later],
        " ".join(fate.counterparts),
        said[fate.is_doubtful],
    )


class TestEastWestTables:
    def rows(self, name: str) -> list[dict[str, str]]:
        with (EAST_WEST / name).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def test_explain_every_name_that_differs_between_rounds(self):
        aliases = {
            (row["side"], row["published"], row["round"]) for row in self.rows("aliases.csv")
        }
        names: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for row in self.rows("pairs.csv"):
            for side in ("donor", "recipient"):
                names.setdefault((side, row[side]), set()).add(
                    (row[f"{side}_published"], row["round"])
                )

        for (side, _), seen in names.items():
            spellings = {name for name, _ in seen}
            if len(spellings) > 1:
                longer = [
                    (side, name, round_id)
                    for name, round_id in seen
                    if name != min(spellings, key=len)
                ]
                assert set(longer) <= aliases

    def test_give_each_alias_a_reason_and_a_pair_that_bears_the_name(self):
        rows = self.rows("pairs.csv")

        for alias in self.rows("aliases.csv"):
            assert alias["reason"]
            assert alias["is_certain"] in {"yes", "no"}
            assert any(
                row[f"{alias['side']}_published"] == alias["published"]
                and row[alias["side"]] == alias["id"]
                and row["round"] == alias["round"]
                for row in rows
            ), alias

    def test_mark_a_pair_doubtful_where_its_alias_is_a_judgement(self):
        unsure = {row["published"] for row in self.rows("aliases.csv") if row["is_certain"] == "no"}

        assert unsure == {"Guizhou (two prefectures each)"}
        for row in self.rows("pairs.csv"):
            if row["recipient_published"] in unsure:
                assert row["doubt"]

    def test_tie_each_round_to_the_list_before_it(self):
        rounds = read_rounds(EAST_WEST).rounds
        before: set[tuple[str, str]] = set()

        for known in rounds:
            folder = "scenario" if known.id == "2016-12" else f"scenario-{known.id}"
            now = {(pair.donor, pair.recipient) for pair in known.pairs}
            donors, recipients = ({pair[side] for pair in now} for side in (0, 1))
            ties = {(row["donor"], row["recipient"]) for row in self.rows(f"{folder}/links.csv")}
            assert ties == {
                (donor, recipient)
                for donor, recipient in before
                if donor in donors and recipient in recipients
            }
            before = now
