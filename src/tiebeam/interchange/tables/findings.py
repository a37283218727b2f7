"""What reading found: faults, each listed, and repairs, told in few words."""

from tiebeam.errors import Fault

_ROWS_NAMED = 5
"""Of many repairs of one kind in one column, so many rows are named."""


class Findings:
    """
    The faults and warnings of one reading, in the order in which they were met.

    Repairs of one kind in one column become one warning with a count, so that a
    sheet of full-width digits does not bury what matters.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.unread: set[str] = set()
        self._warnings: list[Fault] = []
        self._repairs: dict[tuple[str, str, str], tuple[int, list[int]]] = {}

    def add_fault(
        self,
        code: str,
        place: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        **facts: object,
    ) -> None:
        """Note something that keeps the input from being read."""
        self.faults.append(
            Fault(
                code=code, place=place, row=row, column=column, value=_shorten(value), facts=facts
            )
        )

    def add_warning(
        self,
        code: str,
        place: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        **facts: object,
    ) -> None:
        """Note something that was read and that a person should look at."""
        self._warnings.append(
            Fault(
                code=code, place=place, row=row, column=column, value=_shorten(value), facts=facts
            )
        )

    def add_repair(
        self,
        code: str,
        place: str,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        read_as: str = "",
    ) -> None:
        """Note that *value* was read as *read_as*; repeated kinds are counted, not repeated."""
        key = (code, place, column)
        if key not in self._repairs:
            self._repairs[key] = (len(self._warnings), [])
            self.add_warning(
                code, place, row=row, column=column, value=value, read_as=_shorten(read_as)
            )
        self._repairs[key][1].append(row or 0)

    def list_warnings(self) -> list[Fault]:
        """List the warnings; a repair says how often (``count``) and in which ``rows`` first."""
        warnings = list(self._warnings)
        for position, rows in self._repairs.values():
            first = warnings[position]
            named = [row for row in rows if row][:_ROWS_NAMED]
            counted = first.facts | {"count": len(rows), "rows": named}
            warnings[position] = Fault(
                code=first.code,
                place=first.place,
                row=first.row,
                column=first.column,
                value=first.value,
                facts=counted,
            )
        return warnings


def _shorten(text: str) -> str:
    """Return *text* short enough for a message."""
    return text if len(text) <= 80 else text[:79] + "…"
