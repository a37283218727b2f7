"""The pattern pieces of the pages, as tags; ``docs/reference/pages.md`` shows each."""

from datetime import date
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect
from django.http import HttpRequest

from tiebeam.interfaces.messages import say
from tiebeam.interfaces.messages.figures import number
from tiebeam.interfaces.web.table_rows import draw_rows, draw_status
from tiebeam.interfaces.web.tables import Table, choose_columns
from tiebeam.platform.bookmarks.queries import list_filters

register = template.Library()

register.simple_tag(draw_status, name="status")


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """Return this page's address with *changes* in its query; an empty value takes a part away."""
    request: HttpRequest = context["request"]
    query = request.GET.copy()
    query.pop("lang", None)
    for name, value in changes.items():
        if value in {"", None}:
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else request.path


@register.inclusion_tag("web/parts/table.html", takes_context=True)
def table(context: template.Context, table: Table) -> dict[str, Any]:
    """Draw a table: filters, head with sort links, rows, paging, download."""
    asked = table.asked
    seen = choose_columns(table)
    heads = [
        {
            "column": column,
            "is_sorted": bool(asked and asked.sort == column.key),
            "address": address(context, sort=_next_sort(table, column.key), page=""),
        }
        for column in seen.columns
    ]
    shown = {column.key for column in seen.columns}
    place = f"#{table.anchor}" if table.anchor else ""
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "language": context["language"],
        "table": seen,
        "columns": [(column, column.key in shown) for column in table.columns],
        "heads": heads,
        "body": draw_rows(seen),
        "choices": [
            (choice, asked.filters.get(choice.key, "") if asked else "") for choice in table.choices
        ],
        "is_filtered": bool(asked and (asked.filters or asked.words)),
        "has_tools": bool(asked and (table.choices or table.is_searchable)),
        "place": place,
        "before": address(context, page=asked.page - 1) + place if asked and asked.page > 1 else "",
        "after": address(context, page=asked.page + 1) + place
        if asked and asked.page < table.page_count
        else "",
        "is_beyond": bool(asked and table.row_count and asked.page > table.page_count),
        "last_page": address(context, page=table.page_count if table.page_count > 1 else ""),
        "as_csv": address(context, file="csv", page=""),
        "as_xlsx": address(context, file="xlsx", page=""),
        "without_filters": address(
            context, q="", page="", **{choice.key: "" for choice in table.choices}
        ),
    }


@register.inclusion_tag("web/parts/saved_filters.html", takes_context=True)
def saved_filters(context: template.Context, table: Table) -> dict[str, Any]:
    """Draw what the reader saved of this list, and the way to save it as it is shown."""
    request: HttpRequest = context["request"]
    is_offered = table.can_be_saved and getattr(request, "actor", None) is not None
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "language": context["language"],
        "is_offered": is_offered,
        "table_name": table.name,
        "saved": list_filters(request.path) if is_offered else [],
    }


def _next_sort(table: Table, key: str) -> str:
    asked = table.asked
    return f"-{key}" if asked and asked.sort == key and not asked.is_descending else key


@register.inclusion_tag("web/parts/field.html", takes_context=True)
def field(context: template.Context, field: BoundField, unit: str = "") -> dict[str, Any]:
    """Draw one field of a form: label above, hint, the field with its unit beside, its faults."""
    widget = field.field.widget
    return {
        "field": field,
        "language": context["language"],
        "unit": unit or widget.attrs.get("data-unit", ""),
        "is_box": isinstance(widget, CheckboxInput),
        "is_group": isinstance(widget, RadioSelect) or field.use_fieldset,
        "is_optional": not field.field.required and not isinstance(widget, CheckboxInput),
    }


@register.inclusion_tag("web/parts/faults.html", takes_context=True)
def faults(context: template.Context, *forms: BaseForm) -> dict[str, Any]:
    """Draw the summary of what is wrong in *forms*, each line leading to its field."""
    lines = [
        (_id_of(form, name), label, sentence)
        for form in forms
        for name, sentences in form.errors.items()
        for label in [form[name].label if name in form.fields else ""]
        for sentence in sentences
    ]
    is_refused = any(getattr(form, "is_refused", False) for form in forms)
    return {"lines": lines, "is_refused": is_refused, "language": context["language"]}


def _id_of(form: BaseForm, name: str) -> str:
    """Return the id of a field, of the group where it is a choice of several; empty for the whole form."""
    if name not in form.fields:
        return ""
    return form[name].id_for_label or form[name].auto_id


@register.filter
def figure(value: Any) -> str:
    """Write a number with thin separators."""
    return "" if value is None else number(float(value))


@register.simple_tag(takes_context=True)
def prose_date(context: template.Context, day: date | None) -> str:
    """Write a day as prose does: 2020年2月10日, 10 February 2020; an unknown one as such."""
    language = context["language"]
    if day is None:
        return say("web.unknown", {}, language)
    return say(f"web.prose_date.{day.month}", {"year": str(day.year), "day": day.day}, language)
