"""How the documents are built: English at the root, Chinese below zh/."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_ext"))

from tiebeam import __version__  # noqa: E402 - the path above is for the extensions below

project = "Tiebeam"
author = "The Tiebeam contributors"
project_copyright = "The Tiebeam contributors, Apache-2.0"
version = release = __version__

extensions = [
    "myst_parser",
    "chinese",
    "command_reference",
    "glossary_table",
    "mathml",
    "workspace_reference",
]
html_math_renderer = "mathml"
source_suffix = {".md": "markdown"}
exclude_patterns = ["_ext"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True

html_theme = "furo"
html_title = f"Tiebeam {version}"
html_static_path = ["_static"]
html_css_files = ["tiebeam.css"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c8a", "color-brand-content": "#0b5c8a"},
    "dark_css_variables": {"color-brand-primary": "#6cb6dd", "color-brand-content": "#6cb6dd"},
}
html_show_sphinx = False
