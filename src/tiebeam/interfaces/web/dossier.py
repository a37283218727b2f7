"""
What stands in the dossier of a pair beyond the pair itself: each kind of page brings its own part.

A function that takes the request, the pairing and the two dates returns a
:class:`Section`, or None where there is nothing to show; its module is imported
where the addresses of the pages are made.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from tiebeam.apps.pairings.models import Pairing
from tiebeam.interfaces.web.page import Link
from tiebeam.platform.time.periods import AsOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """
    One part of the dossier.

    Attributes:
        key: Its name within the page; the address of the part is ``#key``.
        title: In the reader's language.
        template: What draws it; it is included with ``section`` and has ``section.values``.
        values: For the template.
        step: Where the part is worked on, for those who may.
    """

    key: str
    title: str
    template: str
    values: dict[str, Any] = field(default_factory=dict)
    step: Link | None = None


Maker = Callable[[HttpRequest, Pairing, AsOf], Section | None]

_makers: dict[str, tuple[int, Maker]] = {}


def dossier_section(key: str, order: int) -> Callable[[Maker], Maker]:
    """Register a function that makes the part *key* of a pair's dossier, in place *order*."""

    def register(maker: Maker) -> Maker:
        _makers[key] = (order, maker)
        return maker

    return register


def list_sections(request: HttpRequest, pairing: Pairing, as_of: AsOf) -> list[Section]:
    """Return the parts of the dossier of *pairing* in their order."""
    makers = [maker for _, maker in sorted(_makers.values(), key=lambda entry: entry[0])]
    made = [maker(request, pairing, as_of) for maker in makers]
    return [section for section in made if section is not None]
