"""The help of a command in the documents, as ``tiebeam … --help`` prints it."""

import contextlib
import io
import os
from unittest import mock

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata
from typer.main import get_command

from tiebeam.interfaces.cli.app import app

WIDTH_COLUMNS = "88"


def read_help(command: list[str], language: str) -> str:
    """
    Return what ``tiebeam COMMAND --help`` prints in *language*, "en" or "zh".

    Raises:
        ExtensionError: There is no such command.
    """
    printed = io.StringIO()
    width = mock.patch.dict(os.environ, {"COLUMNS": WIDTH_COLUMNS, "NO_COLOR": "1"})
    with width, contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        status = get_command(app).main(
            args=["--lang", language, *command, "--help"],
            prog_name="tiebeam",
            standalone_mode=False,
        )
    if status:
        raise ExtensionError(f"tiebeam {' '.join(command)} --help: {printed.getvalue()}")
    lines = printed.getvalue().strip("\n").splitlines()
    return "\n".join(line.rstrip() for line in lines)


class TiebeamHelp(SphinxDirective):
    """``{tiebeam-help} scenario check``: the help of that command; ``:lang: zh`` in Chinese."""

    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = {"lang": directives.unchanged}  # noqa: RUF012 - as the base class declares it

    def run(self) -> list[nodes.Node]:
        """Return one literal block."""
        command = self.arguments[0].split() if self.arguments else []
        text = read_help(command, self.options.get("lang", "en"))
        return [nodes.literal_block(text, text, language="text")]


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the directive."""
    app.add_directive("tiebeam-help", TiebeamHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
