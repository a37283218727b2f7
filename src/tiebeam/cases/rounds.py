"""
The rounds of a case that has several, read from its folder: ``rounds.toml`` and tables.

What became of the pairs from one round to the next is computed in
``tiebeam.core.pairing.rounds``; here the lists are only read.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tiebeam.cases import read_rows
from tiebeam.core.pairing.rounds import PairFate, PairRound, RoundPair, compare_rounds


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRounds:
    """
    The rounds of one case, in order.

    Attributes:
        parents: Recipient -> the place that contains it; absent where none is given.
    """

    rounds: tuple[PairRound, ...]
    parents: Mapping[str, str]


def read_rounds(folder: Path) -> CaseRounds:
    """
    Return the rounds of the case in *folder*, names already made one by its alias table.

    A pair is doubtful where its row says a doubt. A list known as "listed" is silent on
    every donor that it does not name; one known as "all" is complete.
    """
    with (folder / "rounds.toml").open("rb") as file:
        heads = tomllib.load(file)["round"]
    rows = read_rows(folder / "pairs.csv")
    return CaseRounds(
        rounds=tuple(_round_of(head, rows) for head in heads),
        parents={
            place["id"]: place["parent"]
            for place in read_rows(folder / "places.csv")
            if place["parent"]
        },
    )


def compare_case_rounds(folder: Path) -> dict[tuple[str, str], tuple[PairFate, ...]]:
    """Return (earlier round, later round) -> the fate of every pair, for each step in turn."""
    case = read_rounds(folder)
    return {
        (earlier.id, later.id): compare_rounds(earlier, later, parents=case.parents)
        for earlier, later in pairwise(case.rounds)
    }


def _round_of(head: Mapping[str, str], rows: Sequence[Mapping[str, str]]) -> PairRound:
    """Return the round of this entry in rounds.toml, with its rows of pairs.csv."""
    pairs = tuple(
        RoundPair(donor=row["donor"], recipient=row["recipient"], is_doubtful=bool(row["doubt"]))
        for row in rows
        if row["round"] == head["id"]
    )
    named = frozenset(pair.donor for pair in pairs)
    return PairRound(
        id=head["id"], pairs=pairs, known_donors=None if head["known"] == "all" else named
    )
