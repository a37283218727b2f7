"""The permission matrix and the models in the documents, read from the code when they are built."""

import inspect
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from typing import Literal

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

Language = Literal["en", "zh"]

ROLE_OF_TEXT = re.compile(r":\w+:`~?([^`]+)`")
HEADS = {
    "operation": ("operation", "操作"),
    "members": ("every member", "所有成员"),
    "role": ("role", "角色"),
    "apart": ("never together with", "不得兼任"),
}
APPS = {
    "regions": ("Regions and organisations", "地区与机构"),
    "programmes": ("Programmes", "对口支援项目"),
    "pairings": ("Pairings", "结对"),
    "identity": ("People", "人员"),
    "files": ("Files", "文件"),
    "tasks": ("Background work", "后台任务"),
}


def open_workspace() -> None:
    """Load the applications of the workspace, without a database and without leaving a file."""
    os.environ.setdefault("TIEBEAM_SECRET_KEY", "for the documents alone")
    os.environ.setdefault("TIEBEAM_HOME", tempfile.gettempdir())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tiebeam.site.settings")
    import django

    django.setup()


def say_role(role: str, language: Language) -> str:
    """Return a role in words."""
    from tiebeam.interfaces.messages import say

    return say(f"web.role.{role}", {}, language)


def say_operation(name: str, function: object, language: Language) -> str:
    """Return what an operation does in words: the catalogue's, else the first line of its own."""
    from tiebeam.interfaces.messages import has_message, say

    if has_message(name):
        return say(name, {}, language)
    if language == "zh":
        return name
    return plain_text(inspect.getdoc(function) or name)


def plain_text(text: str) -> str:
    """Return the first paragraph of a docstring without its marks."""
    first = " ".join(text.split("\n\n", maxsplit=1)[0].split())
    return ROLE_OF_TEXT.sub(r"\1", first).replace("``", "").replace("*", "")


def make_table(heads: Sequence[str], rows: Iterable[Sequence[nodes.Node]]) -> nodes.table:
    """Return a table."""
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=1) for _ in heads]
    head = nodes.row()
    head += [nodes.entry("", nodes.paragraph(text=text)) for text in heads]
    body = nodes.tbody()
    for row in rows:
        line = nodes.row()
        line += [nodes.entry("", cell) for cell in row]
        body += line
    group += [nodes.thead("", head), body]
    return nodes.table("", group)


class PermissionMatrix(SphinxDirective):
    """``{permission-matrix} en``: every operation by every role, and the roles kept apart."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a table for each application, and one of the roles kept apart."""
        open_workspace()
        import tiebeam.interfaces.jobs.asking  # noqa: F401  # operations that begin background work
        from tiebeam.platform.permissions.loading import load_operations
        from tiebeam.platform.permissions.operations import list_rights

        load_operations()
        language: Language = "zh" if self.arguments[0] == "zh" else "en"
        rights = list_rights()
        found: list[nodes.Node] = []
        for app in dict.fromkeys(right.name.partition(".")[0] for right in rights):
            title = APPS.get(app, (app, app))[language == "zh"]
            found.append(nodes.rubric(text=title))
            rows = [
                [
                    self._cell(say_operation(right.name, right.function, language), right.name),
                    nodes.paragraph(text=self._roles(right.roles, language)),
                ]
                for right in rights
                if right.name.partition(".")[0] == app
            ]
            heads = [HEADS[key][language == "zh"] for key in ("operation", "role")]
            found.append(make_table(heads, rows))
        return [*found, *self._apart(language)]

    def _cell(self, words: str, name: str) -> nodes.paragraph:
        cell = nodes.paragraph("", "")
        if words != name:
            cell += nodes.Text(f"{words} ")
        cell += nodes.literal(text=name)
        return cell

    def _roles(self, roles: Iterable[str], language: Language) -> str:
        told = [say_role(role, language) for role in sorted(roles)]
        joined = ("、" if language == "zh" else ", ").join(told)
        return joined or HEADS["members"][language == "zh"]

    def _apart(self, language: Language) -> list[nodes.Node]:
        from tiebeam.platform.permissions.roles import FORBIDDEN_TOGETHER, Role

        rows = []
        for role in Role:
            others = {other for pair in FORBIDDEN_TOGETHER if role in pair for other in pair}
            if others:
                told = self._roles(others - {role}, language)
                words = say_role(role, language)
                rows.append([nodes.paragraph(text=words), nodes.paragraph(text=told)])
        heads = [HEADS[key][language == "zh"] for key in ("role", "apart")]
        return [nodes.rubric(text=heads[1]), make_table(heads, rows)]


class ModelsReference(SphinxDirective):
    """``{models-reference}``: every model of the workspace with its docstring and columns."""

    def run(self) -> list[nodes.Node]:
        """Return a list of models for each application."""
        open_workspace()
        from django.apps import apps

        found: list[nodes.Node] = []
        for config in apps.get_app_configs():
            models = list(config.get_models())
            if not config.name.startswith("tiebeam.") or not models:
                continue
            found.append(nodes.rubric(text=plain_text(type(config).__doc__ or config.label)))
            listed = nodes.definition_list()
            for model in models:
                columns = ", ".join(field.name for field in model._meta.concrete_fields)
                term = nodes.term("", "", nodes.literal(text=model._meta.label))
                told = [nodes.paragraph(text=plain_text(model.__doc__ or ""))]
                told.append(nodes.paragraph("", "", nodes.emphasis(text=columns)))
                listed += nodes.definition_list_item("", term, nodes.definition("", *told))
            found.append(listed)
        return found


def setup(app: Sphinx) -> ExtensionMetadata:
    """Offer the directives."""
    app.add_directive("permission-matrix", PermissionMatrix)
    app.add_directive("models-reference", ModelsReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
