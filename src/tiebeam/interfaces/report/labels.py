"""Names on a map: greedy placement in which no name covers another, and some may stay out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

GAPS = (6.0, 11.0, 20.0, 32.0, 46.0)
"""How far from its mark a label may stand, tried in this order."""


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

    def nearest(self, x: float, y: float) -> tuple[float, float]:
        """Return the point of the box that is nearest to (*x*, *y*)."""
        return (
            min(max(x, self.x), self.x + self.width),
            min(max(y, self.y), self.y + self.height),
        )


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    A label that should stand near (*x*, *y*).

    Attributes:
        sizes: (width, height) of its forms, the fullest first; a shorter one is taken
            where a fuller one finds no room.
    """

    x: float
    y: float
    sizes: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a label stands, and in which of its forms (0 = the fullest)."""

    box: Box
    form: int


def place_labels(
    wanted: Sequence[Wanted], *, taken: Sequence[Box], frame: Box
) -> tuple[Placed | None, ...]:
    """
    Place the labels, the first being the most wanted.

    Args:
        taken: What no label may cover (the marks).
        frame: Outside of which no label may reach.

    Returns:
        One place for each label, or None where there is no room.
    """
    occupied = list(taken)
    places: list[Placed | None] = []
    for label in wanted:
        free = (
            placed
            for placed in _candidates(label)
            if frame.contains(placed.box) and not any(placed.box.overlaps(o) for o in occupied)
        )
        place = next(free, None)
        places.append(place)
        if place:
            occupied.append(place.box)
    return tuple(places)


def _candidates(label: Wanted) -> Iterator[Placed]:
    """Yield where *label* may stand, the best first: near before far, and full before short."""
    for gap in GAPS:
        for form, (width, height) in enumerate(label.sizes):
            right, left = label.x + gap, label.x - gap - width
            above, below = label.y - gap - height, label.y + gap
            beside, centred = label.y - height / 2, label.x - width / 2
            for x, y in (
                (right, beside),
                (left, beside),
                (centred, above),
                (centred, below),
                (right, above),
                (right, below),
                (left, above),
                (left, below),
            ):
                yield Placed(Box(x, y, width, height), form)
