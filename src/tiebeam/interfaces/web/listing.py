"""What a list page is asked for in its address: order, filters, page, columns, file."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from django.http import HttpRequest

from tiebeam.interfaces.web.addresses import NotUnderstood

T = TypeVar("T")

ROWS_ON_A_PAGE = 50
LETTERS_MOST = 200
"""So long a question may be; no name is longer, and each word costs the database a condition."""
ROWS_IN_A_FILE_MOST = 100_000

FileKind = Literal["", "csv", "xlsx"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """
    What the reader asks of a list.

    Attributes:
        sort: Key of the column that orders the rows; empty for the order of the list itself.
        is_descending: Largest or latest first.
        words: What is searched for.
        filters: Chosen values by the key of the filter.
        page: From 1.
        columns: Keys of the columns that are shown; empty for all.
        file: The form in which what is seen is downloaded; empty for the page itself.
    """

    sort: str = ""
    is_descending: bool = False
    words: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    columns: tuple[str, ...] = ()
    file: FileKind = ""

    @property
    def start(self) -> int:
        """Number of rows before the first that is shown."""
        return 0 if self.file else (self.page - 1) * ROWS_ON_A_PAGE

    @property
    def stop(self) -> int:
        """Number of rows up to the last that is shown: a file holds those of all pages."""
        return ROWS_IN_A_FILE_MOST if self.file else self.start + ROWS_ON_A_PAGE


def read_asked(
    request: HttpRequest,
    *,
    sorts: Iterable[str] = (),
    filters: Iterable[str] = (),
    name: str = "",
) -> Asked:
    """
    Return what the address asks of a list.

    Args:
        request: Whose address is read.
        sorts: Keys of the columns that may order the rows.
        filters: Keys of the filters that the list knows.
        name: Under which the chosen columns are remembered; empty where all are shown always.

    Raises:
        NotUnderstood: The address names an order or a page that is not there.
    """
    query = request.GET
    sort = query.get("sort", "")
    if sort.lstrip("-") not in {"", *sorts}:
        raise NotUnderstood("sort", "web.error.address.sort", value=sort)
    page = query.get("page", "1")
    if not (page.isascii() and page.isdigit() and 0 < int(page) < 1_000_000):
        raise NotUnderstood("page", "web.error.address.page", value=page)
    file = query.get("file", "")
    if file not in {"", "csv", "xlsx"}:
        raise NotUnderstood("file", "web.error.address.file", value=file)
    return Asked(
        sort=sort.lstrip("-"),
        is_descending=sort.startswith("-"),
        words=read_words(request),
        filters={key: query[key] for key in filters if query.get(key)},
        page=int(page),
        columns=_chosen_columns(request, name),
        file=file,  # type: ignore[arg-type]  # checked above
    )


def read_words(request: HttpRequest) -> str:
    """
    Return the words that the address asks for.

    Raises:
        NotUnderstood: They are longer than any name.
    """
    words = request.GET.get("q", "").strip()
    if len(words) > LETTERS_MOST:
        raise NotUnderstood(
            "q", "web.error.address.words", most=LETTERS_MOST, length=len(words), value=words
        )
    return words


def arrange(
    rows: Sequence[T], asked: Asked, keys: Mapping[str, Callable[[T], Any]]
) -> tuple[list[T], int]:
    """
    Return the rows of the asked page in the asked order, and how many there are in all.

    For lists that are short by their nature; long ones are ordered and cut by the database.
    Rows without a value stand last.
    """
    ordered = list(rows)
    if asked.sort:
        key = keys[asked.sort]
        known = [row for row in ordered if key(row) is not None]
        unknown = [row for row in ordered if key(row) is None]
        ordered = sorted(known, key=key, reverse=asked.is_descending) + unknown
    return ordered[asked.start : asked.stop], len(ordered)


def _chosen_columns(request: HttpRequest, name: str) -> tuple[str, ...]:
    if not name:
        return ()
    kept = f"columns:{name}"
    if "columns" in request.GET:
        chosen = [key for key in request.GET.getlist("columns") if key]
        request.session[kept] = chosen
        return tuple(chosen)
    return tuple(request.session.get(kept, ()))
