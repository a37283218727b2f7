"""The forms in which values are set in place of the scenario's: chosen by name, or written by hand."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest

from tiebeam.core.model.scenario import LEVEL_NAMES
from tiebeam.core.pairing.changes import Set
from tiebeam.interchange.change_texts import change_text, read_changes
from tiebeam.interfaces.jobs.asking import TIME_LIMIT_MOST_S, TIME_LIMIT_S
from tiebeam.interfaces.report.words import Voice
from tiebeam.interfaces.web.desk.forms import DeskForm, reason_field
from tiebeam.interfaces.web.desk.settings import (
    KINDS,
    Choice,
    find_value,
    read_choice,
    say_value,
)
from tiebeam.interfaces.web.page import say_to

PARTS = ("what", "whose", "resource", "value")
ROWS_MOST = 30
"""So many values are chosen on one page; more are written by hand."""


class SettingsForm(DeskForm):
    """
    Values set in place of those of the scenario.

    A row is chosen: what, whose, of which resource, and the new value. What stands there now is
    shown once the row names it. A row that names nothing is left out.
    """

    voice: Voice
    present: ClassVar[str] = "now"
    settings_by_hand = forms.CharField(
        required=False, widget=forms.Textarea({"rows": 5, "class": "code"})
    )

    def __init__(
        self, request: HttpRequest, voice: Voice, kept: Sequence[Set] = (), **kwargs: Any
    ) -> None:
        """Begin with what is *kept*; with what was chosen so far where a row is asked for."""
        self.voice = voice
        given = request.POST
        is_begun = "what_0" in given
        # Asking for a row, or for what stands there now, sets nothing.
        is_choosing = "more" in given or "look" in given
        values = {key: given[key] for key in given} if is_begun else _begin(kept)
        count = sum(1 for key in values if key.startswith("what_"))
        if not is_begun or "more" in given:
            count += 1
        if request.method != "POST" or is_choosing:
            kwargs |= {"data": None, "initial": values}
        super().__init__(request, **kwargs)
        self.count = max(1, min(count, ROWS_MOST))
        for number in range(self.count):
            self._add_row(number, values)

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields of each row, with what stands there now."""
        return [
            {
                "id": f"row-{number}",
                "fields": [self[name] for name in self._names(number) if name in self.fields],
                "present": self._say_present(number),
            }
            for number in range(self.count)
        ]

    @property
    def is_by_hand(self) -> bool:
        """Whether something is written by hand."""
        return bool(self["settings_by_hand"].value())

    def ids(self) -> list[tuple[str, str]]:
        """Return every name with the id that stands for it where values are written by hand."""
        scenario, voice = self.voice.scenario, self.voice
        told = [(voice.donor(row.id), row.id) for row in scenario.donors]
        told += [(voice.recipient(row.id), row.id) for row in scenario.recipients]
        told += [(voice.resource(row.id), row.id) for row in scenario.resources]
        return told

    def clean(self) -> dict[str, Any]:
        """Demand that each row says all that it needs, of the side that it is about."""
        for number in range(self.count):
            self._check(number)
        return self.cleaned_data

    def settings(self) -> list[Set]:
        """
        Return what was chosen, then what was written by hand.

        Raises:
            InvalidInput: A line cannot be read; every one is listed.
        """
        chosen = []
        for number in range(self.count):
            choice = _choice_of(*self._given(number)[:3])
            if choice is not None:
                path = KINDS[choice.kind].path(choice.party, choice.resource)
                chosen.append(Set(path=path, value=self._read_value(number, choice)))
        lines = self.cleaned_data["settings_by_hand"].splitlines()
        written = read_changes((), (), [line.strip() for line in lines if line.strip()])
        return [*chosen, *(row for row in written if isinstance(row, Set))]

    def _add_row(self, number: int, values: Mapping[str, str]) -> None:
        chosen = values.get(f"what_{number}", "")
        kind = KINDS.get(chosen)
        offered: dict[str, list[Any]] = {"what": self._kinds()}
        if kind is None or kind.side:
            offered["whose"] = self._parties(kind.side if kind else "")
        if kind is None or kind.has_resource:
            offered["resource"] = self._resources()
        for part in PARTS:
            if part == "value":
                # What is being written stays while the row around it is drawn anew.
                kept = forms.TextInput({"hx-preserve": "true"})
                field: forms.Field = forms.CharField(max_length=200, required=False, widget=kept)
            elif part in offered:
                field = forms.ChoiceField(choices=offered[part], required=False)
            else:
                continue
            words = "value_levels" if (part, chosen) == ("value", "levels") else part
            field.label = say_to(self.request, f"desk.field.{words}")
            self.fields[f"{part}_{number}"] = field

    def _kinds(self) -> list[Any]:
        offered = [(name, say_to(self.request, f"desk.setting.{name}")) for name in KINDS]
        return [("", say_to(self.request, "desk.set_choose.what")), *offered]

    def _parties(self, side: str) -> list[Any]:
        scenario, voice = self.voice.scenario, self.voice
        groups = {
            "donor": [(f"donor:{row.id}", voice.donor(row.id)) for row in scenario.donors],
            "recipient": [
                (f"recipient:{row.id}", voice.recipient(row.id)) for row in scenario.recipients
            ],
        }
        blank = ("", say_to(self.request, "desk.set_choose.whose"))
        if side:
            return [blank, *groups[side]]
        return [
            blank,
            *((say_to(self.request, f"desk.field.{name}"), rows) for name, rows in groups.items()),
        ]

    def _resources(self) -> list[Any]:
        voice = self.voice
        blank = ("", say_to(self.request, "desk.set_choose.resource"))
        rows = [
            (row.id, voice.say("pairs.resource", name=voice.resource(row.id), unit=voice.unit(row)))
            for row in voice.scenario.resources
        ]
        return [blank, *rows]

    def _names(self, number: int) -> list[str]:
        return [f"{part}_{number}" for part in PARTS]

    def _given(self, number: int) -> list[str]:
        """Return what the row says, each part or nothing."""
        source = self.cleaned_data if self.is_bound else self.initial
        return [str(source.get(name) or "").strip() for name in self._names(number)]

    def _say_present(self, number: int) -> str:
        if self.is_bound and not hasattr(self, "cleaned_data"):
            return ""
        choice = _choice_of(*self._given(number)[:3])
        if choice is None:
            return ""
        value = say_value(choice, find_value(self.voice.scenario, choice), self.voice)
        return say_to(self.request, f"desk.set_to.{self.present}", value=value)

    def _check(self, number: int) -> None:
        what, whose, resource, value = self._given(number)
        kind = KINDS.get(what)
        if kind is None:
            if whose or resource or value:
                self._fault(number, "what")
            return
        if kind.side and not whose.startswith(f"{kind.side}:"):
            self._fault(number, "whose", kind.side)
        if kind.has_resource and not resource:
            self._fault(number, "resource")
        if not value and not kind.key.startswith(("max_", "min_")):
            self._fault(number, "value")

    def _fault(self, number: int, part: str, side: str = "") -> None:
        code = f"desk.fault.set_{part}{f'_{side}' if side else ''}"
        self.add_error(f"{part}_{number}", say_to(self.request, code))

    def _read_value(self, number: int, choice: Choice) -> str:
        """Return the value as the law writes it; levels may be told by name."""
        value = self._given(number)[3]
        if choice.kind != "levels":
            return value
        by_name = {self.voice.level(name).casefold(): name for name in LEVEL_NAMES}
        for sign in "、，":
            value = value.replace(sign, ",")
        names = [name.strip() for name in value.split(",")]
        return ",".join(by_name.get(name.casefold(), name) for name in names)


class ChangesForm(SettingsForm):
    """Values that are kept with a variant, and why."""

    present: ClassVar[str] = "in_scenario"
    reason = reason_field(is_required=False)


class WhatIfForm(SettingsForm):
    """Changes that are asked about and not kept."""

    time_limit_s = forms.FloatField(
        min_value=1, max_value=TIME_LIMIT_MOST_S, initial=round(TIME_LIMIT_S)
    )

    def clean(self) -> dict[str, Any]:
        """Demand something to ask about."""
        super().clean()
        is_empty = not any(self._given(number)[0] for number in range(self.count))
        if is_empty and not self.cleaned_data.get("settings_by_hand") and not self.errors:
            self.add_error("what_0", say_to(self.request, "desk.fault.set_nothing"))
        return self.cleaned_data


def _choice_of(what: str, whose: str, resource: str) -> Choice | None:
    """Return what a row names, None while it does not name enough."""
    kind = KINDS.get(what)
    if kind is None:
        return None
    side, _, party = whose.partition(":")
    if (kind.side and side != kind.side) or (kind.has_resource and not resource):
        return None
    return Choice(
        kind=what,
        party=party if kind.side else "",
        resource=resource if kind.has_resource else "",
    )


def _begin(kept: Sequence[Set]) -> dict[str, str]:
    """Return what is kept as rows; what no row can say is written by hand."""
    values: dict[str, str] = {}
    by_hand = []
    for setting in kept:
        choice = read_choice(setting.path)
        number = sum(1 for key in values if key.startswith("what_"))
        if choice is None or number >= ROWS_MOST - 1:
            by_hand.append(change_text(setting))
            continue
        side = KINDS[choice.kind].side
        whose = f"{side}:{choice.party}" if side else ""
        told = (choice.kind, whose, choice.resource, setting.value)
        values |= {f"{part}_{number}": text for part, text in zip(PARTS, told, strict=True)}
    return values | {"settings_by_hand": "\n".join(by_hand)}
