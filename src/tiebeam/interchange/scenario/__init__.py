"""Scenarios as people keep them: a folder of CSV files, or a workbook (scenario format 1)."""

from tiebeam.interchange.scenario.assembly import ReadScenario
from tiebeam.interchange.scenario.reading import read_scenario
from tiebeam.interchange.scenario.template import write_template
from tiebeam.interchange.scenario.writing import write_scenario

__all__ = ["ReadScenario", "read_scenario", "write_scenario", "write_template"]
