"""
The tree of RFC 6962: roots, and the proofs that the verifier checks.

Pure functions. Whoever holds the tree answers for the roots of its *complete*
subtrees, those of 2^level leaves that begin at a multiple of 2^level; everything
else is put together from these. Empty trees have no root here and no proof.
"""

from collections.abc import Callable, Iterable, Sequence

from tiebeam.platform.audit.verifier import node_hash

Node = Callable[[int, int], bytes]
"""(level, index) -> root of the complete subtree of the leaves index·2^level … (index+1)·2^level − 1."""


class Frontier:
    """
    The complete subtrees that a tree ends in: all that is needed to append to it.

    Args:
        roots: (level, root) of the subtrees, from the largest to the smallest.
    """

    def __init__(self, roots: Iterable[tuple[int, bytes]] = ()) -> None:
        self._roots = list(roots)
        levels = [level for level, _ in self._roots]
        assert levels == sorted(set(levels), reverse=True), "subtrees grow smaller"
        self.size = sum(1 << level for level in levels)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Append a leaf; return (level, index, root) of each subtree that it completes, itself first."""
        position = self.size
        level, root = 0, leaf
        completed = [(0, position, leaf)]
        while self._roots and self._roots[-1][0] == level:
            root = node_hash(self._roots.pop()[1], root)
            level += 1
            completed.append((level, position >> level, root))
        self._roots.append((level, root))
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Return the root of the whole tree, which must not be empty."""
        assert self._roots, "an empty tree has no root"
        _, root = self._roots[-1]
        for _, left in reversed(self._roots[:-1]):
            root = node_hash(left, root)
        return root


def fold(leaves: Sequence[bytes]) -> bytes:
    """Return the root over *leaves*, at least one."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def frontier_of(size: int, node: Node) -> Frontier:
    """Return the frontier of the tree of *size* leaves."""
    levels = [level for level in reversed(range(size.bit_length())) if size >> level & 1]
    return Frontier((level, node(level, (size >> level) - 1)) for level in levels)


def inclusion_path(position: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that a leaf is at *position* of the tree of *size* (RFC 6962, 2.1.1)."""
    assert 0 <= position < size, (position, size)
    return _path(position, 0, size, node)


def consistency_path(old_size: int, size: int, node: Node) -> list[bytes]:
    """Return the proof that the tree of *old_size* begins the one of *size* (RFC 6962, 2.1.2)."""
    assert 0 < old_size <= size, (old_size, size)
    return _subproof(old_size, 0, size, node, is_whole=True)


def _range_root(start: int, end: int, node: Node) -> bytes:
    length = end - start
    level = length.bit_length() - 1
    if length == 1 << level:
        return node(level, start >> level)
    middle = start + (1 << level)
    return node_hash(node(level, start >> level), _range_root(middle, end, node))


def _middle(start: int, end: int) -> int:
    """Return where the range is split: after the largest power of two below its length."""
    return start + (1 << ((end - start - 1).bit_length() - 1))


def _path(position: int, start: int, end: int, node: Node) -> list[bytes]:
    if end - start == 1:
        return []
    middle = _middle(start, end)
    if position < middle:
        return [*_path(position, start, middle, node), _range_root(middle, end, node)]
    return [*_path(position, middle, end, node), _range_root(start, middle, node)]


def _subproof(old_end: int, start: int, end: int, node: Node, *, is_whole: bool) -> list[bytes]:
    if old_end == end:
        return [] if is_whole else [_range_root(start, end, node)]
    middle = _middle(start, end)
    if old_end <= middle:
        rest = _subproof(old_end, start, middle, node, is_whole=is_whole)
        return [*rest, _range_root(middle, end, node)]
    rest = _subproof(old_end, middle, end, node, is_whole=False)
    return [*rest, _range_root(start, middle, node)]
