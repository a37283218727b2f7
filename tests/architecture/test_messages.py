import ast
import re
from string import Formatter

from architecture.repository import ROOT
from tiebeam.interfaces.messages import LANGUAGES, list_messages

CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
FILE_NAME = re.compile(r"\.(?:csv|html|json|md|py|svg|toml|xlsx)$")
# Places in a file that look like a code.
PLACES = {"scenario.id"}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _strings() -> set[str]:
    """Collect every string in the sources that could be a code, or the start of one."""
    return {
        node.value
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if CODE.fullmatch(node.value.rstrip("._") + "x")
    }


def _declared() -> set[str]:
    """Collect what stands behind ``code=`` in a call, and as the ``code`` of an error's class."""
    declared: set[str] = set()
    for path in (ROOT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            value = node.value if isinstance(node, ast.keyword) and node.arg == "code" else None
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "code":
                value = node.value
            if isinstance(value, ast.Constant) and "." in value.value:
                declared.add(value.value)
    return declared


def _used() -> tuple[set[str], set[str]]:
    """Return the codes that the sources use, and the beginnings of codes that they complete."""
    families = {code.split(".")[0] for code in {*list_messages(), *_declared()}}
    strings = {
        text
        for text in _strings() - PLACES
        if text.split(".")[0] in families and not FILE_NAME.search(text)
    }
    beginnings = {text for text in strings if text.endswith((".", "_"))}
    return (strings - beginnings) | _declared(), beginnings


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


class TestCatalogue:
    def test_has_a_sentence_for_every_code_that_the_sources_use(self):
        codes, beginnings = _used()

        assert len(codes) > 20
        assert sorted(codes - set(list_messages())) == []
        assert {
            start
            for start in beginnings
            if not any(code.startswith(start) for code in list_messages())
        } == set()

    def test_speaks_both_languages(self):
        assert {
            code for code, texts in list_messages().items() if set(texts) != set(LANGUAGES)
        } == set()
        assert {
            code
            for code, texts in list_messages().items()
            if not all(map(str.strip, texts.values()))
        } == set()

    def test_tells_the_same_facts_in_both_languages(self):
        assert {
            code: (_fields(texts["en"]), _fields(texts["zh"]))
            for code, texts in list_messages().items()
            if _fields(texts["en"]) != _fields(texts["zh"])
        } == {}

    def test_has_chinese_words_in_the_chinese_sentences(self):
        english = {
            code
            for code, texts in list_messages().items()
            if re.search(r"[A-Za-z]{3}", re.sub(r"\{[^}]*\}|--?[\w-]+|[A-Z]+", "", texts["en"]))
            and not CHINESE.search(texts["zh"])
        }

        assert english == set()
