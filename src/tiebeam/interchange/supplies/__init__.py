"""Supplies of a surge as an office keeps them: one workbook with seven sheets (§S13)."""

from tiebeam.interchange.supplies.reading import SupplyFile, read_supply_file
from tiebeam.interchange.supplies.template import write_supply_template

__all__ = ["SupplyFile", "read_supply_file", "write_supply_template"]
