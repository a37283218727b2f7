"""The colours of the report, once for the page and its pictures; each has a name, not a place."""

from typing import Literal, get_args

Ink = Literal[
    "ink", "muted", "line", "paper", "surface", "donor", "recipient", "good", "risk", "bad"
]
INKS: tuple[Ink, ...] = get_args(Ink)

LIGHT: dict[Ink, str] = {
    "ink": "#1b1f23",
    "muted": "#57606a",
    "line": "#d0d7de",
    "paper": "#ffffff",
    "surface": "#f6f8fa",
    "donor": "#0b5c8a",
    "recipient": "#b35900",
    "good": "#1a7f37",
    "risk": "#9a6700",
    "bad": "#cf222e",
}

DARK: dict[Ink, str] = {
    "ink": "#e6edf3",
    "muted": "#9ba4ae",
    "line": "#3a424b",
    "paper": "#0f1419",
    "surface": "#182028",
    "donor": "#6cb6e6",
    "recipient": "#f0a35e",
    "good": "#56c271",
    "risk": "#dca93a",
    "bad": "#ff7b72",
}


def paint(*, fill: Ink | None = None, stroke: Ink | None = None) -> dict[str, str]:
    """
    Return the attributes that paint an SVG element.

    The light colour stands in the element, so that a saved picture is complete by itself;
    the class lets the page's own style replace it in dark mode.
    """
    classes = [f"f-{fill}"] if fill else []
    classes += [f"s-{stroke}"] if stroke else []
    attributes = {"class": " ".join(classes)}
    attributes["fill"] = LIGHT[fill] if fill else "none"
    if stroke:
        attributes["stroke"] = LIGHT[stroke]
    return attributes


def colour_style() -> str:
    """Return the CSS that defines the colours for light, dark and print."""
    classes = "".join(
        f".f-{ink}{{fill:var(--{ink})}}.s-{ink}{{stroke:var(--{ink})}}" for ink in INKS
    )
    return (
        f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
        f"@media print{{:root{{color-scheme:light}}}}{classes}"
    )


def _variables(colours: dict[Ink, str]) -> str:
    return "".join(f"--{ink}:{colour};" for ink, colour in colours.items())
