"""The figures that matter, and the sentence that is the title of the whole report."""

from dataclasses import dataclass
from fractions import Fraction

from tiebeam.interfaces.report.outcome import Outcome, common_unit
from tiebeam.interfaces.report.phrases import first_of
from tiebeam.interfaces.report.words import Voice, exact_text


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One of the figures that matter: what it is, the figure, and who or what stands behind it."""

    label: str
    figure: str
    exact: str
    detail: str
    compared: str = ""


def title_of(outcome: Outcome, voice: Voice) -> str:
    """Return the finding of the whole report as one sentence."""
    plan = outcome.plan
    if not plan.pairs:
        code = "report.title.infeasible" if plan.status == "infeasible" else "report.title.nothing"
        return voice.say(code)
    if not outcome.coverages:
        donors = len({pair.donor for pair in plan.pairs})
        recipients = len({pair.recipient for pair in plan.pairs})
        return voice.say(
            "report.title.pairs", pairs=len(plan.pairs), donors=donors, recipients=recipients
        )
    worst = min(outcome.coverages.values())
    if worst >= 1:
        return voice.say("report.title.full", count=len(outcome.coverages))
    order = sorted(outcome.coverages, key=lambda r: (outcome.coverages[r], voice.recipient(r)))
    unit = common_unit(outcome.scenario)
    return voice.say(
        "report.title.worst" if unit else "report.title.worst_mean",
        worst=first_of(order, outcome.coverages, voice.recipient, voice),
        share=voice.percent(worst),
        total=voice.percent(_covered(outcome, unit)[0]),
    )


def key_figures(outcome: Outcome, other: Outcome | None, voice: Voice) -> tuple[KeyFigure, ...]:
    """Return the worst-covered place, the need covered in all, the heaviest load; else the pairs."""
    figures = []
    if outcome.coverages:
        figures.append(_worst_figure(outcome, other, voice))
        figures.append(_total_figure(outcome, other, voice))
    if outcome.loads:
        figures.append(_load_figure(outcome, other, voice))
    if not figures:
        figures.append(_pair_figure(outcome, other, voice))
    return tuple(figures)


def _worst_figure(outcome: Outcome, other: Outcome | None, voice: Voice) -> KeyFigure:
    order = sorted(outcome.coverages, key=lambda r: (outcome.coverages[r], voice.recipient(r)))
    worst = outcome.coverages[order[0]]
    compared = ""
    if other and other.coverages:
        compared = _compared(voice, voice.percent(min(other.coverages.values())))
    return KeyFigure(
        label=voice.say("report.figure_label.worst"),
        figure=voice.percent(worst),
        exact=f"{exact_text(worst * 100)} %",
        detail=first_of(order, outcome.coverages, voice.recipient, voice),
        compared=compared,
    )


def _total_figure(outcome: Outcome, other: Outcome | None, voice: Voice) -> KeyFigure:
    """Return how much of the need is covered in all: in a shared unit, else as a mean coverage."""
    unit = common_unit(outcome.scenario)
    share, got, need = _covered(outcome, unit)
    detail = voice.say("report.figure_label.mean_detail", count=len(outcome.coverages))
    if unit:
        word = voice.unit_word(unit)
        detail = voice.say(
            "report.figure_label.total_detail",
            got=voice.number(got),
            need=voice.number(need),
            unit=word,
        )
    compared = ""
    if other and other.coverages:
        compared = _compared(voice, voice.percent(_covered(other, unit)[0]))
    return KeyFigure(
        label=voice.say("report.figure_label.total" if unit else "report.figure_label.mean"),
        figure=voice.percent(share),
        exact=f"{exact_text(share * 100)} %",
        detail=detail,
        compared=compared,
    )


def _load_figure(outcome: Outcome, other: Outcome | None, voice: Voice) -> KeyFigure:
    order = sorted(outcome.loads, key=lambda d: (-outcome.loads[d], voice.donor(d)))
    load = outcome.loads[order[0]]
    compared = ""
    if other and other.loads:
        compared = _compared(voice, voice.percent(max(other.loads.values())))
    return KeyFigure(
        label=voice.say("report.figure_label.load"),
        figure=voice.percent(load),
        exact=f"{exact_text(load * 100)} %",
        detail=first_of(order, outcome.loads, voice.donor, voice),
        compared=compared,
    )


def _pair_figure(outcome: Outcome, other: Outcome | None, voice: Voice) -> KeyFigure:
    ties = sum(1 for couple in outcome.distances if outcome.tie(couple))
    return KeyFigure(
        label=voice.say("report.figure_label.pairs"),
        figure=voice.number(len(outcome.distances)),
        exact=str(len(outcome.distances)),
        detail=voice.say("report.figure_label.pairs_detail", ties=ties),
        compared=_compared(voice, voice.number(len(other.distances))) if other else "",
    )


def _covered(outcome: Outcome, unit: str) -> tuple[Fraction, Fraction, Fraction]:
    """Return (share, received, needed): amounts where there is a unit, else the mean coverage."""
    if not unit:
        mean = sum(outcome.coverages.values(), Fraction()) / len(outcome.coverages)
        return mean, Fraction(), Fraction()
    need = sum((outcome.needed(resource.id) for resource in outcome.resources), Fraction())
    got = sum((outcome.delivered(resource.id) for resource in outcome.resources), Fraction())
    return got / need, got, need


def _compared(voice: Voice, figure: str) -> str:
    return voice.say("report.figure_label.compared", figure=figure)
