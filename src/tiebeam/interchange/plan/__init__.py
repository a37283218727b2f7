"""Plans as people keep them: a folder of ``plan.json``, CSV files and a workbook, or pairs alone."""

from tiebeam.interchange.plan.reading import read_plan
from tiebeam.interchange.plan.writing import demand_replaceable, write_plan

__all__ = ["demand_replaceable", "read_plan", "write_plan"]
