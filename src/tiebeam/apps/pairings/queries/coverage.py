"""How much of what a place needs its pairs cover, by what was stated and accepted."""

from collections.abc import Iterable
from dataclasses import dataclass

from tiebeam.apps.pairings.models import Pairing
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries import ReturnedLines


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """
    One resource of one round: what is needed, and what the pairs in force bring.

    Attributes:
        share: Planned of needed, at most 1; None where nothing is needed.
    """

    of_round: Round
    resource: str
    need: float
    planned: float
    share: float | None


def list_coverage(pairings: Iterable[Pairing], returns: Iterable[ReturnedLines]) -> list[Coverage]:
    """
    Return the coverage of each accepted need by *pairings*, which are those of one recipient on a day.

    A resource for which no pair states an amount is covered by 0 as far as is stated.
    """
    rows = list(pairings)
    found = []
    for row in returns:
        if row.state != "accepted":
            continue
        of_round = row.of_return.round
        own = [pairing for pairing in rows if pairing.programme_id == of_round.programme_id]
        for resource, need in row.amounts.items():
            planned = sum(float(pairing.amounts.get(resource, 0.0)) for pairing in own)
            share = min(1.0, planned / need) if need else None
            found.append(
                Coverage(
                    of_round=of_round, resource=resource, need=need, planned=planned, share=share
                )
            )
    return found
