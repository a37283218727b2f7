"""Obligations in words: rules, documents, exact amounts, and each step of a derivation."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.http import HttpRequest

from tiebeam.apps.ledger.obligation_models import DonorRate, ObligationNotice, ObligationRule
from tiebeam.apps.pairings.models import Pairing
from tiebeam.core.rules.derivation import Derivation, Step
from tiebeam.core.rules.rule import PARTS, Document, Rule, rate_text
from tiebeam.interfaces.messages.figures import THIN, exact_money, money
from tiebeam.interfaces.web.directory.tables import word_of
from tiebeam.interfaces.web.page import Fact, language_of, name_of, say_to
from tiebeam.interfaces.web.tables import Cell, Column, Row, Status, Table, amount

MARKS: dict[str, Status] = {
    "draft": "none",
    "issued": "good",
    "superseded": "none",
    "discarded": "none",
}


def say_state(request: HttpRequest, notice: ObligationNotice) -> Cell:
    """Return the state of a notice as a cell."""
    text = say_to(request, f"obligations.state.{notice.state}")
    return Cell(text, status=MARKS[notice.state])


def say_amount(request: HttpRequest, fen: int, *, is_illustrative: bool = False) -> str:
    """Return an amount, and that it only illustrates where it does."""
    shown = money(fen, language_of(request))
    return (
        say_to(request, "obligations.illustrative_amount", amount=shown)
        if is_illustrative
        else shown
    )


def amount_cell(request: HttpRequest, fen: int | None, *, is_illustrative: bool = False) -> Cell:
    """Return a cell for an amount, with the mark where it only illustrates."""
    cell = amount(fen, language_of(request), say_to(request, "web.unknown"))
    note = say_to(request, "obligations.illustrative") if is_illustrative else ""
    return Cell(cell.text, exact=cell.exact, note=note)


def exact_text(request: HttpRequest, fen: Fraction) -> str:
    """Return an amount exactly, also where it is no whole fen: "1.2345元", or as a fraction of a fen."""
    if fen.denominator == 1:
        return exact_money(int(fen), language_of(request))
    yuan = _decimal(fen / 100)
    if yuan is None:
        return say_to(request, "obligations.fraction_of_fen", fraction=str(fen))
    return say_to(request, "obligations.yuan", figure=_thin(yuan))


def fen_text(request: HttpRequest, fen: Fraction) -> str:
    """Return a part of a fen: "0.55 fen"."""
    figure = _decimal(fen)
    return say_to(request, "obligations.fen", figure=str(fen) if figure is None else _thin(figure))


def say_document(request: HttpRequest, document: Mapping[str, Any] | Document) -> str:
    """Return title, number and article of a document; what is not known of it is said so."""
    known = document if isinstance(document, Mapping) else _plain(document)
    language = language_of(request)
    title = known["title"].get(language) or known["title"].get("en") or ""
    unknown = say_to(request, "web.unknown")
    return say_to(
        request,
        "obligations.document" if title else "obligations.document_untitled",
        title=title,
        number=known["number"] or unknown,
        article=known["article"] or unknown,
    )


def say_offset(request: HttpRequest, offset: int | None) -> str:
    """Return which year's figure counts."""
    if offset is None:
        return say_to(request, "web.unknown")
    code = {0: "same", -1: "before"}.get(offset, "earlier")
    return say_to(request, f"obligations.offset.{code}", years=-offset)


def list_rule_facts(
    request: HttpRequest, rule: Rule, choice: ObligationRule | None = None
) -> list[Fact]:
    """Return what the rule says, part by part, each with how it is known."""
    offset = rule.base_offset
    if offset is None and choice is not None:
        offset = choice.base_offset
    said = {
        "statistic": rule.statistic[language_of(request)],
        "base_year": say_offset(request, offset),
        "rate": _say_rates(rule),
        "bound": say_to(request, f"obligations.bound.{rule.bound}"),
        "growth": _say_growth(request, rule),
        "term": _say_term(request, rule),
    }
    for form, counts in rule.counts.items():
        word = "unknown" if counts is None else "yes" if counts else "no"
        said[form] = say_to(request, f"obligations.counts.{word}")
    facts = [
        Fact(
            say_to(request, f"obligations.part.{part}"),
            said[part] + _mark(request, rule, choice, part),
        )
        for part in PARTS
    ]
    page = rule.document.page
    facts.append(
        Fact(
            say_to(request, "obligations.part.document"),
            say_document(request, rule.document),
            address=page if page.startswith("http") else "",
        )
    )
    if choice is not None:
        facts.append(
            Fact(
                say_to(request, "obligations.part.indicator"),
                word_of(request, "indicator", choice.indicator),
            )
        )
    return facts


def steps_table(
    request: HttpRequest, derivation: Derivation, pairings: Mapping[str, Pairing]
) -> Table:
    """Return the way from the base to the due, step by step."""
    rows = []
    for number, step in enumerate(derivation.steps, start=1):
        last = Cell("")
        if step.fen:
            fen = Fraction(step.fen)
            exact = exact_text(request, fen)
            shown = money(round(fen), language_of(request))
            last = Cell(shown, note="" if shown == exact else _unbroken(exact))
        rows.append(
            Row(
                (
                    Cell(str(number)),
                    Cell(
                        say_to(request, step.code), note=_tell(request, step, derivation, pairings)
                    ),
                    last,
                )
            )
        )
    return Table(
        name="derivation",
        columns=(
            Column("number", say_to(request, "obligations.column.number")),
            Column("step", say_to(request, "obligations.column.step")),
            Column("amount", say_to(request, "obligations.column.amount"), is_number=True),
        ),
        rows=tuple(rows),
    )


def name_area(request: HttpRequest, pairings: Mapping[str, Pairing], key: str) -> str:
    """Return the recipient of a pairing by its key."""
    found = pairings.get(key)
    return name_of(request, found.recipient) if found else say_to(request, "web.unknown")


def say_own_rate(row: DonorRate) -> str:
    """Return a recorded rate as per cent."""
    return rate_text(Fraction(row.numerator, row.denominator))


def _tell(
    request: HttpRequest, step: Step, derivation: Derivation, pairings: Mapping[str, Pairing]
) -> str:
    """Return how one step comes about."""
    facts = step.facts
    name = step.code.rpartition(".")[2]
    told: Mapping[str, object] = {}
    if name == "base":
        told = facts | {
            "statistic": word_of(request, "indicator", facts["statistic"]),
            "quantity": _thin(Decimal(facts["quantity"])),
            "unit": word_of(request, "unit", facts["unit"]),
            "reliability": say_to(request, f"directory.reliability.{facts['reliability']}"),
        }
    elif name == "rate":
        told = {key: rate_text(Fraction(facts[key])) for key in ("rate", "lowest", "highest")} | {
            "document": say_document(request, facts["document"])
        }
        name = "own_rate" if facts["is_own"] else "rate"
    elif name == "product":
        told = _factors(request, derivation)
    elif name == "rounding":
        told = {"residue": fen_text(request, abs(Fraction(facts["residue"])))}
        name = f"rounding_{facts['bound']}" if Fraction(facts["residue"]) else "rounding_none"
    elif name == "spread":
        told = {"base": exact_text(request, Fraction(facts["base_fen"]))}
    elif name in {"growth", "no_growth"}:
        told = {
            "rate": rate_text(Fraction(facts["rate"])),
            "first": facts["first_year"],
            "last": facts["last_year"],
            "areas": _list_floors(request, facts, pairings),
        }
        name = "growth" if facts.get("earlier") else "no_growth"
    elif name == "due":
        told = {
            key: money(int(facts[key]), language_of(request)) for key in ("by_rate", "by_growth")
        }
        name = f"due_{derivation.decided_by}" if facts["by_growth"] else "due"
    return say_to(request, f"obligations.told.{name}", **told)


def _factors(request: HttpRequest, derivation: Derivation) -> dict[str, object]:
    base, rate = (derivation.step(f"obligations.step.{name}") for name in ("base", "rate"))
    assert base is not None and rate is not None  # noqa: PT018  # every derivation has both
    return {
        "base": exact_text(request, Fraction(base.fen)),
        "rate": rate_text(Fraction(rate.facts["rate"])),
    }


def _list_floors(
    request: HttpRequest, facts: Mapping[str, Any], pairings: Mapping[str, Pairing]
) -> list[str]:
    language = language_of(request)
    return [
        say_to(
            request,
            "obligations.told.area",
            area=name_area(request, pairings, key),
            earlier=money(earlier, language),
            floor=money(facts["floors"][key], language),
        )
        for key, earlier in facts.get("earlier", {}).items()
    ]


def _mark(request: HttpRequest, rule: Rule, choice: ObligationRule | None, part: str) -> str:
    """Return how a part is known, where it is not by the source."""
    mark: str = rule.marks[part]
    if part == "base_year" and mark == "unknown" and choice is not None:
        return say_to(request, "obligations.mark.entered", because=choice.entered_because)
    return say_to(request, "obligations.mark.assumption") if mark == "assumption" else ""


def _say_rates(rule: Rule) -> str:
    lowest, highest = rate_text(rule.lowest_rate), rate_text(rule.highest_rate)
    return f"{lowest}–{highest}" if rule.is_bounded else lowest


def _say_growth(request: HttpRequest, rule: Rule) -> str:
    if rule.growth is None:
        return say_to(request, f"obligations.growth.{rule.marks['growth']}")
    return say_to(
        request,
        "obligations.growth.known",
        rate=rate_text(rule.growth.rate),
        first=rule.growth.first_year,
        last=rule.growth.until_year - 1,
    )


def _say_term(request: HttpRequest, rule: Rule) -> str:
    if rule.until_year is None:
        return say_to(request, "obligations.term.open", first=rule.first_year)
    return say_to(
        request, "obligations.term.closed", first=rule.first_year, last=rule.until_year - 1
    )


def _plain(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "number": document.number,
        "article": document.article,
        "page": document.page,
    }


def _decimal(figure: Fraction) -> Decimal | None:
    """Return *figure* as a decimal where it is one, else None."""
    rest = figure.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return None
    return Decimal(figure.numerator) / Decimal(figure.denominator)


def _unbroken(amount: str) -> str:
    """Return *amount* so that no line ends within it."""
    return amount.replace(" ", "\u00a0").replace("元", "\u2060元")


def _thin(figure: Decimal) -> str:
    return f"{figure.normalize():,f}".replace(",", THIN).replace("-", "−")
