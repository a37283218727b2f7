"""The words of a template, from the message catalogue in the reader's language."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from tiebeam.interfaces.messages import Language, say
from tiebeam.interfaces.messages.figures import exact_money, money
from tiebeam.units import yuan

register = template.Library()


@register.simple_tag(takes_context=True)
def words(context: template.Context, code: str, **facts: Any) -> str:
    """Return the sentence of *code* in the language of the page."""
    return say(code, facts, _language_of(context))


@register.simple_tag(takes_context=True)
def name(context: template.Context, record: Any) -> str:
    """Return the name of a record in the language of the page; the other where that is empty."""
    if record is None:
        return ""
    chinese, english = str(record.name_zh), str(record.name_en)
    return (chinese or english) if _language_of(context) == "zh" else (english or chinese)


@register.simple_tag(name="money", takes_context=True)
def amount(context: template.Context, fen: int) -> SafeString:
    """Return an amount of money as people read it, with the exact one for hovering."""
    language = _language_of(context)
    return format_html(
        '<data class="money" value="{}" title="{}">{}</data>',
        yuan(fen),
        exact_money(fen, language),
        money(fen, language),
    )


def _language_of(context: template.Context) -> Language:
    # Mail is written without a page around it: in the language of the answer under way.
    kept = context.get("language") or get_language() or ""
    return "en" if kept.startswith("en") else "zh"
