"""
The report: one bilingual page on a plan that works offline, on a phone and on paper.

It tells what the plan comes to, what is proven about it, why each pair is in it, and
what all of that rests on. All text of a scenario is distrusted and escaped.
"""

from tiebeam.interfaces.report.document import render_report, write_report

__all__ = ["render_report", "write_report"]
