"""Fields of several lines, for which the browser offers names as one types: organisations out of a long directory."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

SPARE, LEAST = 3, 5
"""Empty lines below those that are filled in, and lines at least."""


class LinesWidget(forms.Widget):
    """Lines to type in, and one list of the names on offer for all of them."""

    names: Sequence[str] = ()
    label = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return what was typed, without the lines that were left empty."""
        del files  # it is none
        return [text for text in data.getlist(name) if text.strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Return whether none of the lines was sent."""
        del files
        return name not in data

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the lines and the list."""
        del renderer  # without a template
        typed, field_id = list(value or ()), (attrs or {}).get("id", f"id_{name}")
        lines = [*typed, *[""] * max(SPARE, LEAST - len(typed))]
        return format_html(
            '<div class="lines">{}</div><datalist id="{}_names">{}</datalist>',
            format_html_join(
                "",
                '<input type="text" name="{}" value="{}" id="{}" list="{}_names" autocomplete="off"'
                ' aria-label="{} {}">',
                (
                    (name, text, f"{field_id}_{at}" if at else field_id, field_id, self.label, at + 1)
                    for at, text in enumerate(lines)
                ),
            ),
            field_id,
            format_html_join("", '<option value="{}">', ((each,) for each in self.names)),
        )  # fmt: skip


class OfficesField(forms.Field):
    """A field of organisations: its value holds their ids, what is typed their names in either language."""

    widget = LinesWidget

    def __init__(self) -> None:
        """Take several lines, or none."""
        super().__init__(required=False)
        self._texts: dict[str, str] = {}
        self._keys: dict[str, str] = {}

    def offer(self, names: Mapping[str, tuple[str, str]]) -> None:
        """Offer organisations: id -> the name that the reader knows, and the other one."""
        firsts = Counter(first for first, _ in names.values())
        # What several are called is told apart by the other name, and at last by the id.
        told = {
            key: first if firsts[first] == 1 else f"{first} · {second}"
            for key, (first, second) in names.items()
        }
        times = Counter(told.values())
        self._texts = {
            key: text if times[text] == 1 else f"{text} · {key}" for key, text in told.items()
        }
        seconds = Counter(second for _, second in names.values())
        self._keys = {_plain(s): key for key, (_, s) in names.items() if seconds[s] == 1}
        self._keys |= {_plain(text): key for key, text in self._texts.items()}
        self.widget.names = tuple(self._texts.values())
        self.widget.label = str(self.label or "")

    def prepare_value(self, value: Any) -> Any:
        """Return ids as names; what was typed stays as it was."""
        return [self._texts.get(each, each) for each in value or ()]

    def clean(self, value: Iterable[str]) -> list[str]:
        """Return the ids of the organisations that were typed, each once."""
        found: dict[str, None] = {}
        for text in value or ():
            key = self._keys.get(_plain(text))
            if key is None:
                raise ValidationError(
                    "", code="unknown", params={"name": " ".join(text.split())[:80]}
                )
            found[key] = None
        return list(found)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
