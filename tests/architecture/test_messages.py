import ast
import re
from collections.abc import Iterator
from functools import cache
from string import Formatter

from django.apps import apps

from architecture.repository import ROOT
from tiebeam.interfaces.messages import LANGUAGES, list_messages

SOURCES = ROOT / "src" / "tiebeam"
CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
FILE_NAME = re.compile(r"\.(?:css|csv|html|js|json|md|pem|py|svg|toml|xlsx)$")
# Keys of a file's head that look like a code.
PLACES = {"scenario.id"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
# What stays English in a Chinese sentence: fields, options, units, proper names in capitals.
NOT_WORDS = re.compile(r"\{[^}]*\}|--?[\w-]+|[A-Z]+|\bkm\b")


def _nodes() -> Iterator[ast.AST]:
    for path in SOURCES.rglob("*.py"):
        # A migration names models ("identity.person") and is not read by people.
        if path.parent.name == "migrations":
            continue
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _declared() -> set[str]:
    """Collect what stands behind ``code=`` in a call, and as the ``code`` of an error's class."""
    declared: set[str] = set()
    for node in _nodes():
        value = node.value if isinstance(node, ast.keyword) and node.arg == "code" else None
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
            value = node.value
        if isinstance(value, ast.Constant) and "." in str(value.value):
            declared.add(str(value.value))
    return declared


@cache
def _kinds_of_record() -> frozenset[str]:
    """Collect what the log calls the records: ``pairings.pairlist`` names no sentence."""
    return frozenset(model._meta.label_lower for model in apps.get_models())


def _written(families: set[str]) -> set[str]:
    """Collect every string of the sources that is a code of *families*, or the start of one."""
    return {
        text
        for node in _nodes()
        if isinstance(node, ast.Constant) and isinstance(text := node.value, str)
        if CODE.fullmatch(text.rstrip(".") + ".x") and "." in text
        if text.split(".")[0] in families and not FILE_NAME.search(text) and text not in PLACES
        if text not in _kinds_of_record()
    }


def _is_known(text: str) -> bool:
    """Tell whether *text* is a code of the catalogue, or the beginning of one."""
    beginning = text if text.endswith((".", "_")) else f"{text}."
    return any(code == text or code.startswith(beginning) for code in list_messages())


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


class TestCatalogue:
    def test_has_a_sentence_for_every_code_that_the_sources_use(self):
        declared = _declared()
        families = {code.split(".")[0] for code in {*list_messages(), *declared}}

        used = declared | _written(families)

        assert len(used) > 100
        assert sorted(code for code in used if not _is_known(code)) == []

    def test_speaks_both_languages(self):
        silent = {
            code
            for code, texts in list_messages().items()
            if set(texts) != set(LANGUAGES)
            or any(bool(text.strip()) != bool(texts["en"].strip()) for text in texts.values())
        }

        # Between two words of Chinese there is nothing where English has a space.
        assert silent - {"report.space"} == set()

    def test_tells_the_same_facts_in_both_languages(self):
        different = {
            code: (_fields(texts["en"]), _fields(texts["zh"]))
            for code, texts in list_messages().items()
            if _fields(texts["en"]) != _fields(texts["zh"])
        }

        assert different == {}

    def test_has_chinese_words_in_the_chinese_sentences(self):
        english = {
            code
            for code, texts in list_messages().items()
            if re.search(r"[A-Za-z]{3}", NOT_WORDS.sub("", texts["en"]))
            and not CHINESE.search(texts["zh"])
        }

        assert english == set()
