"""
Who knows what an ending pairing leaves open.

Money, people and projects are kept by apps above this one, so they come and say
what they count. A kind that nobody counts is said to be not recorded here.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tiebeam.apps.pairings.models import Pairing

KINDS = ("money", "people", "projects", "documents")
"""The kinds of things that every hand-over answers for, in the order of its list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItems:
    """
    What a pairing leaves open of one kind.

    Attributes:
        items_count: How many; None where this system does not record them for this pairing.
        descriptions: One line for each, as the readers of the hand-over see it.
    """

    items_count: int | None
    descriptions: tuple[str, ...] = ()


Provider = Callable[[Pairing], OpenItems]

_providers: dict[str, Provider] = {}


def register_provider(kind: str, provider: Provider) -> None:
    """Have *provider* asked for *kind*; a kind besides :data:`KINDS` gets its line after these."""
    assert _providers.get(kind, provider) is provider, kind
    _providers[kind] = provider


def withdraw_provider(kind: str) -> None:
    """Ask nobody for *kind* any more."""
    _providers.pop(kind, None)


def ask_providers(pairing: Pairing) -> dict[str, OpenItems]:
    """Return what *pairing* leaves open, for each kind; a count of None where nobody records it."""
    kinds = dict.fromkeys([*KINDS, *sorted(_providers)])
    return {
        kind: _providers[kind](pairing) if kind in _providers else OpenItems(items_count=None)
        for kind in kinds
    }
