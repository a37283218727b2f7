"""Read frozen scenarios, and the ties that stand on the ground when one is built."""

import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path, PurePosixPath

from tiebeam.apps.pairings.models import BuiltScenario, Pairing
from tiebeam.apps.programmes.models import Round
from tiebeam.apps.programmes.queries.scenario import Couple
from tiebeam.core.model.identity import scenario_sha256
from tiebeam.core.model.scenario import Scenario
from tiebeam.errors import InvalidInput, Refused
from tiebeam.interchange.scenario import read_scenario, write_scenario
from tiebeam.platform.time.periods import valid_on

PeopleProvider = Callable[[Round, date], Mapping[Couple, int]]
"""Tells how many people a donor has at a recipient on a day."""

_people_providers: dict[str, PeopleProvider] = {}


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


def register_people_provider(name: str, provider: PeopleProvider) -> None:
    """Let an app above tell how many people a donor has at a recipient."""
    _people_providers[name] = provider


def list_couples_in_force(round: Round, day: date) -> set[Couple]:
    """Return the pairs of donor and recipient in force in the programme of *round* on a day."""
    standing = Pairing.objects.filter(valid_on(day), programme_id=round.programme_id, parent=None)
    return set(standing.values_list("donor_id", "recipient_id"))


def list_people_on_the_ground(round: Round, day: date) -> dict[Couple, int]:
    """Return how many people stand between each pair on a day, as far as anybody here knows."""
    people: dict[Couple, int] = {}
    for provider in _people_providers.values():
        for couple, heads in provider(round, day).items():
            people[couple] = people.get(couple, 0) + heads
    return people


@lru_cache(maxsize=8)
def _read_content(files: tuple[tuple[str, str], ...]) -> Scenario:
    with tempfile.TemporaryDirectory() as room:
        for name, text in files:
            (Path(room) / PurePosixPath(name).name).write_bytes(text.encode())
        return read_scenario(Path(room)).scenario
