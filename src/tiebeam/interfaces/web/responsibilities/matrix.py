"""The matrix of a pairing as pages draw it: areas of work by parties, gaps and double owners in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from tiebeam.apps.pairings.models import Pairing, Responsibility
from tiebeam.apps.pairings.queries.responsibilities import (
    AREAS,
    Matrix,
    get_matrix,
    list_responsibilities,
)
from tiebeam.apps.regions.queries.names import list_organisations_by_id
from tiebeam.interfaces.web.page import name_of, say_to
from tiebeam.platform.tenancy.acting import Actor
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """What one party is for one area: in words, with the way to end it for who set it."""

    head: str
    share: str
    word: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixRow:
    """One area of work, and what is wrong with it, in words."""

    area: str
    cells: tuple[MatrixCell, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixShown:
    """The whole matrix; ``faults`` names every gap and double owner."""

    parties: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    faults: tuple[str, ...]

    @property
    def whole_count(self) -> int:
        """How many areas have one who is accountable and somebody responsible."""
        return sum(not row.faults for row in self.rows)


def show_matrix(
    request: HttpRequest, pairing: Pairing, as_of: AsOf, actor: Actor | None
) -> MatrixShown:
    """Return the matrix of *pairing*; *actor* is who may end own entries, None for nobody."""
    matrix = get_matrix(pairing, as_of)
    held = {(row.area, row.party_id): row for row in list_responsibilities(pairing, as_of)}
    names = {
        key: name_of(request, row) for key, row in list_organisations_by_id(matrix.parties).items()
    }
    unknown = say_to(request, "web.unknown")
    parties = [(key, names.get(key, unknown)) for key in matrix.parties]
    faults = _faults(request, matrix, names)
    rows = tuple(
        MatrixRow(
            area=say_area(request, row.area),
            cells=tuple(
                _cell(request, held.get((row.area, key)), name, actor) for key, name in parties
            ),
            faults=faults.get(row.area, ()),
        )
        for row in matrix.areas
    )
    return MatrixShown(
        parties=tuple(name for _, name in parties),
        rows=rows,
        faults=tuple(
            say_to(request, "responsibilities.fault", area=row.area, faults=row.faults)
            for row in rows
            if row.faults
        ),
    )


def say_area(request: HttpRequest, area: str) -> str:
    """Return the word for an area of work; one that was entered freely is its own."""
    return say_to(request, f"pairings.area.{area}") if area in AREAS else area


def _cell(
    request: HttpRequest, row: Responsibility | None, head: str, actor: Actor | None
) -> MatrixCell:
    if row is None:
        return MatrixCell(head=head, share="", word="", end="")
    is_own = actor is not None and row.tenant_id == actor.organisation_id
    may_end = is_own and row.valid_until is None
    return MatrixCell(
        head=head,
        share=row.share,
        word=say_to(request, f"pairings.share.{row.share}"),
        end=reverse("end_responsibility", args=[row.pk]) if may_end else "",
    )


def _faults(
    request: HttpRequest, matrix: Matrix, names: dict[UUID, str]
) -> dict[str, tuple[str, ...]]:
    faults: dict[str, tuple[str, ...]] = {}
    for area, missing in matrix.list_gaps().items():
        faults[area] = tuple(say_to(request, f"responsibilities.gap.{share}") for share in missing)
    for area, owners in matrix.list_double_owners().items():
        text = say_to(request, "responsibilities.double_owner", owners=_names(owners, names))
        faults[area] = (*faults.get(area, ()), text)
    return faults


def _names(keys: Iterable[UUID], names: dict[UUID, str]) -> list[str]:
    return [names.get(key, "") for key in keys]
