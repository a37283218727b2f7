"""One language's voice: names, figures and sentences as the reader of that language writes them."""

import math
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from tiebeam.core.model.scenario import Party, Resource, Scenario
from tiebeam.interfaces.messages import Language, has_message, say
from tiebeam.interfaces.messages.figures import number, percent, percents_apart
from tiebeam.interfaces.report.svg import clean

Figure = Fraction | float

LANGUAGE_TAGS: dict[Language, str] = {"en": "en", "zh": "zh-Hans"}


_MONTHS = frozenset(f"{month:02}" for month in range(1, 13))


class Voice:
    """Says things about one scenario in one language."""

    def __init__(self, scenario: Scenario, language: Language) -> None:
        self.scenario = scenario
        self.language = language
        self._donors = {donor.id: donor for donor in scenario.donors}
        self._recipients = {recipient.id: recipient for recipient in scenario.recipients}
        self._resources = {resource.id: resource for resource in scenario.resources}

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return LANGUAGE_TAGS[self.language]

    def say(self, code: str, **facts: object) -> str:
        """Return the sentence of *code* filled with *facts*."""
        return say(code, facts, self.language)

    def tell(self, code: str, facts: Mapping[str, object]) -> str:
        """Return the sentence of a code from below, ids among its *facts* told as names."""
        named = {key: self._name_fact(key, value) for key, value in facts.items()}
        return clean(say(code, named, self.language))

    def donor(self, party: str) -> str:
        """Return the name of a donor; its id where the scenario does not know it."""
        return self._name(self._donors.get(party), party)

    def recipient(self, party: str) -> str:
        """Return the name of a recipient; its id where the scenario does not know it."""
        return self._name(self._recipients.get(party), party)

    def resource(self, resource: str) -> str:
        """Return the name of a resource; its id where the scenario does not know it."""
        return self._name(self._resources.get(resource), resource)

    def unit(self, resource: Resource) -> str:
        """Return what one of *resource* is called; common units are known in both languages."""
        own = resource.extra.get("unit_zh", "") if self.language == "zh" else ""
        return clean(own) if own else self.unit_word(resource.unit)

    def unit_word(self, unit: str) -> str:
        """Return the word for *unit* where it is a common one, else *unit* as written."""
        code = f"report.unit.{unit.strip().lower()}"
        return say(code, {}, self.language) if has_message(code) else clean(unit)

    def percent(self, share: Figure) -> str:
        """Return a share of 1 as per cent, never rounded onto 0 or 100."""
        return percent(float(share), self.language)

    def even_percent(self, share: Figure) -> str:
        """Return a share as per cent with at least one place, so that a column lines up."""
        text = self.percent(share)
        bare = text.rstrip("%\u202f")
        return text if "." in bare else f"{bare}.0{text[len(bare) :]}"

    def percents(self, *shares: Figure) -> tuple[str, ...]:
        """Return shares as per cent with places enough to tell them apart."""
        return percents_apart((float(share) for share in shares), self.language)

    def number(self, figure: Figure) -> str:
        """Return a number with thin separators."""
        return number(float(figure))

    def whole(self, figure: Figure) -> str:
        """Return a number without places, for lengths whose parts of a km mean nothing."""
        return number(float(round(figure)))

    def amount(self, figure: Figure, unit: str) -> str:
        """Return a number with its unit."""
        return self.say("report.amount", number=self.number(figure), unit=unit).strip()

    def level(self, level: str) -> str:
        """Return the name of a level."""
        code = f"levels.{level}.name"
        return say(code, {}, self.language) if has_message(code) else clean(level)

    def level_figure(self, level: str, figure: Figure) -> str:
        """Return the value of a level that is a number, in words; parts of a km mean nothing."""
        is_long = level == "distance" and math.isfinite(float(figure)) and abs(float(figure)) >= 100
        shown = self.whole(figure) if is_long else self.number(figure)
        return self.say(f"report.figure.{level}", figure=shown)

    def sentences(self, sentences: Iterable[str]) -> str:
        """Return several sentences as one text; Chinese ones stand without a space between."""
        return ("" if self.language == "zh" else " ").join(sentences)

    def join(self, items: Iterable[str]) -> str:
        """Return several words as one list."""
        return self.say("report.comma").join(items)

    def date(self, iso: str) -> str:
        """Return an ISO date or month as it stands in prose; anything else as written."""
        parts = iso.split("-")
        if len(parts) == 2 and parts[1] in _MONTHS:
            month = self.say(f"report.month.{int(parts[1])}")
            return self.say("report.date_month", month=month, year=parts[0])
        try:
            day = date.fromisoformat(iso)
        except ValueError:
            return clean(iso)
        month = self.say(f"report.month.{day.month}")
        return self.say("report.date", day=str(day.day), month=month, year=str(day.year))

    def either(self, english: str, chinese: str) -> str:
        """Return the text of this language; the other where it is missing."""
        first, second = (chinese, english) if self.language == "zh" else (english, chinese)
        return clean(first or second)

    def _name(self, named: Party | Resource | None, known_as: str) -> str:
        if named is None:
            return clean(known_as)
        return self.either(named.name, named.name_zh) or clean(known_as)

    def _name_fact(self, key: str, value: object) -> object:
        if isinstance(value, list | tuple):
            return [self._name_fact(key.removesuffix("s"), item) for item in value]
        if not isinstance(value, str):
            return value
        if key == "party":
            return self.donor(value) if value in self._donors else self.recipient(value)
        teller = {
            "donor": self.donor,
            "recipient": self.recipient,
            "resource": self.resource,
            "level": self.level,
        }.get(key)
        return teller(value) if teller else clean(value)


def exact_text(figure: Figure) -> str:
    """Return a figure with every place it has, up to twelve: what is shown on hover and exported."""
    if isinstance(figure, Fraction) and figure.denominator == 1:
        return str(figure.numerator)
    return f"{float(figure):.12g}"
