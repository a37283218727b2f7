"""
What became of each pair from one round to the next: held, moved, ended or new.

Two pair lists are rarely of one grain: a province is paired in one round and a
prefecture of it in the next, and often only a part of a list is known. So a pair may
also be *nested* (the same donor in the same province, in other terms) or *undecided*
(the other list is silent on this donor); neither is passed off as an end.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

Fate = Literal["held", "nested", "moved", "ended", "new", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPair:
    """One pair of a round; *is_doubtful* where its source is weak or its name uncertain."""

    donor: str
    recipient: str
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRound:
    """
    The pairs in force in one round, each once, names already made one.

    Attributes:
        known_donors: Donors whose pairs this list holds in full; None where the
            list is complete. On any other donor the list is silent.
    """

    id: str
    pairs: tuple[RoundPair, ...]
    known_donors: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFate:
    """
    What became of one pair, or where it came from.

    Attributes:
        in_earlier, in_later: In which of the two lists it stands; both where held.
        counterparts: Where nested, the donor's recipients in the other list that
            contain this one or lie in it; where moved, those it took up or left.
        is_doubtful: This pair or one of its counterparts is doubtful.
    """

    donor: str
    recipient: str
    fate: Fate
    in_earlier: bool
    in_later: bool
    counterparts: tuple[str, ...] = ()
    is_doubtful: bool = False


def compare_rounds(
    earlier: PairRound, later: PairRound, *, parents: Mapping[str, str]
) -> tuple[PairFate, ...]:
    """
    Return the fate of every pair of both rounds, sorted by donor, then recipient.

    A pair in both lists is *held*. Else, seen from the list it stands in: *undecided*
    where the other list is silent on its donor; *nested* where the donor has, in the
    other list, a recipient that contains this one or lies in it; *moved* where the
    donor both left and took up recipients that are neither held nor nested; at last
    *ended* (earlier list) or *new* (later list).

    Args:
        earlier: The list that was in force first.
        later: The list that followed it.
        parents: Recipient -> the recipient or region that contains it, in one step
            or several; without circles.
    """
    before = {(pair.donor, pair.recipient): pair.is_doubtful for pair in earlier.pairs}
    after = {(pair.donor, pair.recipient): pair.is_doubtful for pair in later.pairs}
    left = _judge(before, after, later.known_donors, parents, otherwise="ended")
    taken = _judge(after, before, earlier.known_donors, parents, otherwise="new")
    _mark_moves(left, taken)

    fates = [
        PairFate(
            donor=donor,
            recipient=recipient,
            fate="held",
            in_earlier=True,
            in_later=True,
            is_doubtful=before[donor, recipient] or after[donor, recipient],
        )
        for donor, recipient in before.keys() & after.keys()
    ]
    for own, other, verdicts in ((before, after, left), (after, before, taken)):
        fates += [
            PairFate(
                donor=donor,
                recipient=recipient,
                fate=fate,
                in_earlier=own is before,
                in_later=own is after,
                counterparts=counterparts,
                is_doubtful=own[donor, recipient] or any(other[donor, to] for to in counterparts),
            )
            for (donor, recipient), (fate, counterparts) in verdicts.items()
        ]
    return tuple(sorted(fates, key=lambda fate: (fate.donor, fate.recipient)))


_Key = tuple[str, str]
_Verdict = tuple[Fate, tuple[str, ...]]


def _judge(
    own: Mapping[_Key, bool],
    other: Mapping[_Key, bool],
    donors_of_other: AbstractSet[str] | None,
    parents: Mapping[str, str],
    *,
    otherwise: Fate,
) -> dict[_Key, _Verdict]:
    """Return fate and counterparts of the pairs that stand in *own* alone, moves not yet seen."""
    verdicts: dict[_Key, _Verdict] = {}
    for donor, recipient in own.keys() - other.keys():
        related = sorted(
            place
            for giver, place in other
            if giver == donor
            and (_lies_in(place, recipient, parents) or _lies_in(recipient, place, parents))
        )
        if donors_of_other is not None and donor not in donors_of_other:
            verdicts[donor, recipient] = ("undecided", ())
        elif related:
            verdicts[donor, recipient] = ("nested", tuple(related))
        else:
            verdicts[donor, recipient] = (otherwise, ())
    return verdicts


def _mark_moves(left: dict[_Key, _Verdict], taken: dict[_Key, _Verdict]) -> None:
    """Turn the ends and beginnings of a donor that has both into moves, in place."""
    for donor in {donor for donor, _ in left}:
        gone = sorted(key for key, (fate, _) in left.items() if key[0] == donor and fate == "ended")
        come = sorted(key for key, (fate, _) in taken.items() if key[0] == donor and fate == "new")
        if gone and come:
            left.update((key, ("moved", tuple(place for _, place in come))) for key in gone)
            taken.update((key, ("moved", tuple(place for _, place in gone))) for key in come)


def _lies_in(place: str, region: str, parents: Mapping[str, str]) -> bool:
    """Tell whether *region* contains *place*, in one step or several."""
    while place in parents:
        place = parents[place]
        if place == region:
            return True
    return False
