"""The tree as the database keeps it: leaves by position, and roots of complete subtrees."""

from tiebeam.platform.audit.merkle import fold
from tiebeam.platform.audit.models import SealedLeaf, Subtree

KEPT_EVERY = 8
"""Roots are kept for each level that is a multiple of this: 256 hashes below each."""


def is_kept(level: int) -> bool:
    """Return whether the roots of *level* are kept; those of level 0 are the leaves themselves."""
    return level > 0 and level % KEPT_EVERY == 0


def read_node(level: int, place: int) -> bytes:
    """Return the root of a complete subtree, put together from the kept ones below it."""
    below = level - level % KEPT_EVERY
    first, end = place << (level - below), (place + 1) << (level - below)
    if below == 0:
        leaves = SealedLeaf.objects.filter(position__gte=first, position__lt=end)
        return fold([bytes(leaf.leaf_hash) for leaf in leaves.order_by("position")])
    kept = Subtree.objects.filter(level=below, place__gte=first, place__lt=end)
    return fold([bytes(subtree.root) for subtree in kept.order_by("place")])
