"""Read frozen scenarios, and the ties that stand on the ground when one is built."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePosixPath
from uuid import UUID

from tiebeam.apps.pairings.models import BuiltScenario, Pairing
from tiebeam.apps.programmes.models import Round
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import Link, Scenario
from tiebeam.errors import InvalidInput, Refused
from tiebeam.interchange.scenario import read_scenario, write_scenario
from tiebeam.platform.time.periods import valid_on

TieProvider = Callable[[Round, date], Mapping[tuple[UUID, UUID], float]]
"""Tells what stands on the ground between a donor and a recipient on a day."""

_tie_providers: dict[str, TieProvider] = {}


class ScenarioAltered(Refused):
    """The frozen content is no longer what its hash says."""

    code = "pairings.scenario_altered"


def load_scenario(built: BuiltScenario) -> Scenario:
    """
    Return the frozen scenario as it was built.

    Raises:
        ScenarioAltered: What is stored has another hash than the one it was stored with.
    """
    try:
        scenario = _read_content(tuple(sorted(built.content.items())))
    except InvalidInput as error:
        raise ScenarioAltered(name=built.name, sha256=built.sha256) from error
    if scenario_sha256(scenario) != built.sha256:
        raise ScenarioAltered(name=built.name, sha256=built.sha256)
    return scenario


def freeze_scenario(scenario: Scenario) -> dict[str, str]:
    """Return the folder form of *scenario*: file name to text."""
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "scenario"
        write_scenario(scenario, folder)
        return {file.name: file.read_bytes().decode() for file in sorted(folder.iterdir())}


def register_tie_provider(name: str, provider: TieProvider) -> None:
    """Let an app above tell what stands on the ground, such as people posted there."""
    _tie_providers[name] = provider


def list_ties(round: Round, as_of: date) -> dict[tuple[UUID, UUID], float]:
    """Return (donor, recipient) -> tie: one for a pair in force on the day, and what providers add."""
    standing = Pairing.objects.filter(
        valid_on(as_of), programme_id=round.programme_id, parent=None
    ).values_list("donor_id", "recipient_id")
    ties = dict.fromkeys(standing, 1.0)
    for provider in _tie_providers.values():
        for couple, amount in provider(round, as_of).items():
            ties[couple] = ties.get(couple, 0.0) + amount
    return ties


def with_ties(
    scenario: Scenario, organisations: Mapping[str, UUID], ties: Mapping[tuple[UUID, UUID], float]
) -> Scenario:
    """Return *scenario* with the tie of every link as *ties* says; links are added where needed."""
    known = {(link.donor, link.recipient): link for link in scenario.links}
    for donor in scenario.donors:
        for recipient in scenario.recipients:
            couple = (donor.id, recipient.id)
            tie = ties.get((organisations[donor.id], organisations[recipient.id]), 0.0)
            if tie or couple in known:
                link = known.get(couple) or Link(donor=donor.id, recipient=recipient.id)
                known[couple] = replace(link, tie=tie)
    return replace(scenario, links=tuple(known[couple] for couple in sorted(known)))


@lru_cache(maxsize=8)
def _read_content(files: tuple[tuple[str, str], ...]) -> Scenario:
    with tempfile.TemporaryDirectory() as room:
        for name, text in files:
            (Path(room) / PurePosixPath(name).name).write_bytes(text.encode())
        return read_scenario(Path(room)).scenario
