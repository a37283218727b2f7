"""The rows of a table as HTML, drawn by hand: through a template they take most of the time of a long list."""

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from tiebeam.interfaces.web.tables import Cell, Column, Row, Table

SIGNS = {"good": "●", "risk": "▲", "bad": "■", "none": "○"}


def draw_rows(table: Table) -> SafeString:
    """Return the body of *table*: the totals, where it has some, then its rows."""
    rows = [_draw_row(row, table.columns) for row in table.rows]
    if table.totals is not None:
        rows.insert(0, _draw_row(table.totals, table.columns, is_total=True))
    return mark_safe("".join(rows))  # noqa: S308  # every value in it was escaped


def draw_status(kind: str, text: str = "") -> SafeString:
    """Return a status mark: its sign and its word, never colour alone."""
    sign, word = SIGNS.get(kind), conditional_escape(text)
    if sign is None:
        return word
    return mark_safe(  # noqa: S308  # the word was escaped, the kind is one of the signs
        f'<span class="status {kind}"><span class="sign" aria-hidden="true">{sign}</span> {word}</span>'
    )


def _draw_row(row: Row, columns: tuple[Column, ...], *, is_total: bool = False) -> str:
    marks = ' class="total"' if is_total else ""
    if row.address:
        marks += f' data-address="{conditional_escape(row.address)}"'
    first, *others = zip(columns, row.cells, strict=True)
    cells = [_draw_cell(*first, "th", ' scope="row"', row.address)]
    cells += [_draw_cell(column, cell, "td") for column, cell in others]
    return f"<tr{marks}>{''.join(cells)}</tr>"


def _draw_cell(column: Column, cell: Cell, tag: str, marks: str = "", address: str = "") -> str:
    if column.is_number:
        marks += ' class="number"'
    elif cell.is_day:
        marks += ' class="day"'
    marks += f' data-head="{conditional_escape(column.head)}"'
    if cell.hover:
        marks += f' title="{conditional_escape(cell.hover)}"'
    text: str = conditional_escape(cell.text)
    leads_to = cell.address or address
    if leads_to:
        text = f'<a href="{conditional_escape(leads_to)}">{text}</a>'
    elif cell.status:
        text = draw_status(cell.status, cell.text)
    # A card names the unit beside the figure; what is empty or not known has none.
    if column.unit and any(sign.isdigit() for sign in cell.text):
        text = (
            f'<span>{text}<span class="card-unit"> {conditional_escape(column.unit)}</span></span>'
        )
    if cell.note:
        text += f'<span class="note">{conditional_escape(cell.note)}</span>'
    return f"<{tag}{marks}>{text}</{tag}>"
