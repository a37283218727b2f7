"""The glossary of one language, made from glossary.csv when the documents are built."""

import csv
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import make_glossary_term
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

COLUMNS = ["term_en", "term_zh", "term_ja", "definition_en", "definition_zh"]
LANGUAGES = {"en": ("zh", "ja"), "zh": ("en", "ja")}
"""Language of a glossary -> the others, whose words stand behind the definition."""


def read_terms(path: Path) -> list[dict[str, str]]:
    """
    Return the rows of the glossary file at *path*, in their order.

    Raises:
        ExtensionError: A column is missing, or a word or a definition in English or Chinese.
    """
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise ExtensionError(f"{path}: columns {reader.fieldnames}, expected {COLUMNS}")
        rows = list(reader)
    for row in rows:
        if not all(row[column] for column in COLUMNS if column != "term_ja"):
            raise ExtensionError(f"{path}: a cell is empty in {row}")
    return rows


class GlossaryTable(SphinxDirective):
    """``{glossary-table} en``: every term of the file as a glossary entry in that language."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return one glossary with all terms."""
        language = self.arguments[0]
        path = Path(self.env.srcdir) / "glossary.csv"
        self.env.note_dependency(str(path))
        entries = nodes.definition_list(classes=["glossary"])
        for row in read_terms(path):
            entries += self._entry(row, language)
        return [addnodes.glossary("", entries, sorted=False)]

    def _entry(self, row: dict[str, str], language: str) -> nodes.definition_list_item:
        """Return the term of *row* with its definition and its words in the other languages."""
        word = row[f"term_{language}"]
        term = make_glossary_term(
            self.env,
            [nodes.Text(word)],
            word[0].upper(),
            str(self.env.doc2path(self.env.current_document.docname)),
            self.lineno,
            None,
            self.state.document,
        )
        others = [row[f"term_{other}"] for other in LANGUAGES[language] if row[f"term_{other}"]]
        definition = nodes.definition(
            "",
            nodes.paragraph(text=row[f"definition_{language}"]),
            nodes.paragraph(text=" · ".join(others), classes=["other-languages"]),
        )
        return nodes.definition_list_item("", term, definition)


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the directive."""
    app.add_directive("glossary-table", GlossaryTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
