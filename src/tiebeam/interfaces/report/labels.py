"""Names on a map: greedy placement in which no name covers another, and some may stay out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from its top left corner; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """Return whether the two share any area."""
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def contains(self, other: "Box") -> bool:
        """Return whether *other* lies wholly inside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label that should stand near (*x*, *y*), *gap* away from it."""

    x: float
    y: float
    width: float
    height: float
    gap: float = 6.0


def place_labels(
    wanted: Sequence[Wanted], *, taken: Sequence[Box], frame: Box
) -> tuple[Box | None, ...]:
    """
    Place the labels, the first being the most wanted.

    Args:
        taken: What no label may cover (the marks).
        frame: Outside of which no label may reach.

    Returns:
        One box for each label, or None where there is no room.
    """
    occupied = list(taken)
    places: list[Box | None] = []
    for label in wanted:
        free = (
            box
            for box in _candidates(label)
            if frame.contains(box) and not any(box.overlaps(other) for other in occupied)
        )
        place = next(free, None)
        places.append(place)
        if place:
            occupied.append(place)
    return tuple(places)


def _candidates(label: Wanted) -> list[Box]:
    """Return where *label* may stand, the best first: right, left, above, below, corners; then further out."""
    width, height = label.width, label.height
    boxes = []
    for gap in (label.gap, label.gap * 2, label.gap * 3.5):
        right, left = label.x + gap, label.x - gap - width
        above, below = label.y - gap - height, label.y + gap
        beside, centred = label.y - height / 2, label.x - width / 2
        boxes += [(right, beside), (left, beside), (centred, above), (centred, below)]
        boxes += [(right, above), (right, below), (left, above), (left, below)]
    return [Box(x, y, width, height) for x, y in boxes]
