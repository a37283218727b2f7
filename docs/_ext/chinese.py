"""Pages below zh/ are Chinese: lines join without a space, and the page says its language."""

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

FOLDER = "zh/"
LANGUAGE = "zh-Hans"
# Beside a Chinese character or a full-width sign, a line break stands for nothing.
WITHOUT_SPACE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]")


def join_lines(app: Sphinx, doctree: nodes.document) -> None:
    """Take the line breaks between sentences out of the paragraphs of a Chinese page."""
    if not app.env.current_document.docname.startswith(FOLDER):
        return
    for line_break in [text for text in doctree.findall(nodes.Text) if text == "\n"]:
        parent = line_break.parent
        place = next(n for n, child in enumerate(parent.children) if child is line_break)
        before = parent[place - 1].astext() if place else ""
        after = parent[place + 1].astext() if place + 1 < len(parent) else ""
        if WITHOUT_SPACE.match(before[-1:]) or WITHOUT_SPACE.match(after[:1]):
            del parent[place]


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
