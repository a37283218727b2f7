"""Pages below zh/ are Chinese: lines join without a space, and the page says its language."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

FOLDER = "zh/"
LANGUAGE = "zh-Hans"
# A line break beside a Chinese character or a full-width sign stands for nothing.
BREAK = re.compile(r"(?<=[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef”])\n|\n(?=[\u4e00-\u9fff“（])")


def join_lines(app: Sphinx, doctree: nodes.document) -> None:
    """Take the line breaks between sentences out of the paragraphs of a Chinese page."""
    if not app.env.current_document.docname.startswith(FOLDER):
        return
    for text in list(doctree.findall(nodes.Text)):
        if not isinstance(text.parent, nodes.FixedTextElement) and "\n" in text:
            text.parent.replace(text, nodes.Text(BREAK.sub("", text)))


def name_language(
    _app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object
) -> None:
    """Tell the browser that the page is Chinese, so that it chooses fonts and line height."""
    if page.startswith(FOLDER):
        context["language"] = LANGUAGE


def setup(app: Sphinx) -> ExtensionMetadata:
    """Listen where pages are read and written."""
    app.connect("doctree-read", join_lines)
    app.connect("html-page-context", name_language)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
