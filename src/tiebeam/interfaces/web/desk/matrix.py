"""The matrix of a plan: donors down, recipients across, what flows and what is locked in each cell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tiebeam.apps.pairings.models import Lock
from tiebeam.core.model.scenario import LinkStatus
from tiebeam.interfaces.report.outcome import Couple, common_unit
from tiebeam.interfaces.web.desk.plan_view import Ground

LYING_MOST = 8
"""So many names fit side by side above their columns."""

CELLS_MOST = 6_000
"""So many cells a page can hold and still open on an old machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """
    One couple.

    Attributes:
        text: What flows, in the unit of the matrix; a dot where nothing does.
        lock: "in", "out" or "" as locked by hand.
        rule: "in", "out" or "" as the scenario itself has it.
        label: The couple and what holds between it, for those who do not see the table.
    """

    donor: str
    recipient: str
    key: str
    text: str
    is_open: bool
    is_lead: bool
    lock: str
    rule: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One donor, its burden, and its cells."""

    name: str
    share: str
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """
    The matrix.

    Attributes:
        unit: What the figures are; empty where the plan holds pairs alone.
        heads: Each recipient with its coverage.
    """

    unit: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[MatrixRow, ...]

    @property
    def is_wide(self) -> bool:
        """Whether there are so many recipients that their names stand upright to leave room."""
        return len(self.heads) > LYING_MOST


def draw_matrix(ground: Ground, locks: Sequence[Lock]) -> Matrix | None:
    """Return the matrix of a plan, or of a scenario without one; None where it is too large for a page."""
    scenario, voice, outcome = ground.scenario, ground.voice, ground.outcome
    if len(scenario.donors) * len(scenario.recipients) > CELLS_MOST:
        return None
    loads = outcome.loads if outcome else {}
    covered = outcome.coverages if outcome else {}
    texts = _Texts(ground, locks)
    return Matrix(
        unit=texts.unit,
        heads=tuple(
            (
                voice.recipient(party.id),
                voice.percent(covered[party.id]) if party.id in covered else "",
            )
            for party in scenario.recipients
        ),
        rows=tuple(
            MatrixRow(
                name=voice.donor(donor.id),
                share=voice.percent(loads[donor.id]) if donor.id in loads else "",
                cells=tuple(
                    texts.cell((donor.id, recipient.id), f"cell-{row}-{column}")
                    for column, recipient in enumerate(scenario.recipients)
                ),
            )
            for row, donor in enumerate(scenario.donors)
        ),
    )


class _Texts:
    """Writes the cells."""

    def __init__(self, ground: Ground, locks: Sequence[Lock]) -> None:
        self.voice = ground.voice
        plan, outcome = ground.plan, ground.outcome
        self.open = {(p.donor, p.recipient): p.lead for p in plan.pairs} if plan else {}
        self.locks: Mapping[Couple, bool] = {
            (lock.donor, lock.recipient): lock.must_be for lock in locks
        }
        self.links: Mapping[Couple, LinkStatus] = {
            (link.donor, link.recipient): link.status for link in ground.scenario.links
        }
        self.has_amounts = bool(outcome and outcome.has_amounts)
        word = common_unit(ground.scenario)
        self.is_share = self.has_amounts and not word
        self.unit = self.voice.unit_word(word) if word and self.has_amounts else ""
        if self.is_share:
            self.unit = self.voice.say("desk.matrix.share_unit")
        self.measured: Mapping[Couple, Fraction] = outcome.measure.of_pair if outcome else {}

    def cell(self, couple: Couple, key: str) -> MatrixCell:
        """Return the cell of a couple."""
        donor, recipient = couple
        is_open, is_lead = couple in self.open, self.open.get(couple, False)
        locked = self.locks.get(couple)
        lock = "" if locked is None else "in" if locked else "out"
        status = self.links.get(couple, "allowed")
        rule = {"required": "in", "forbidden": "out"}.get(status, "")
        said = [self._state(is_open=is_open, is_lead=is_lead)]
        if lock:
            said.append(self.voice.say(f"desk.matrix.lock_{lock}"))
        elif rule:
            said.append(self.voice.say(f"desk.matrix.rule_{rule}"))
        label = self.voice.say(
            "desk.matrix.label",
            donor=self.voice.donor(donor),
            recipient=self.voice.recipient(recipient),
            told=self.voice.join(said),
        )
        return MatrixCell(
            donor=donor,
            recipient=recipient,
            key=key,
            text=self._text(couple) if is_open else "·",
            is_open=is_open,
            is_lead=is_lead,
            lock=lock,
            rule="" if lock else rule,
            label=label,
        )

    def _state(self, *, is_open: bool, is_lead: bool) -> str:
        word = "lead" if is_lead else "open" if is_open else "closed"
        return self.voice.say(f"desk.matrix.{word}")

    def _text(self, couple: Couple) -> str:
        amount = self.measured.get(couple, Fraction())
        if not self.has_amounts:
            return "●"
        if self.is_share:
            return self.voice.percent(amount).rstrip("%\u202f")
        return self.voice.number(amount)
