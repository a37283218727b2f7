import re
from pathlib import Path

import pytest
from django.template import engines
from django.test import RequestFactory
from django.urls import reverse

import tiebeam.interfaces.web
from tiebeam.interfaces.messages import has_message
from tiebeam.interfaces.web.errors import show_broken
from tiebeam.interfaces.web.listing import Asked
from tiebeam.interfaces.web.tables import Cell, Column, Row, Table, figure, table_as_file

FOLDER = Path(tiebeam.interfaces.web.__file__).parent
TEMPLATES = sorted((FOLDER / "templates").rglob("*.*"))
MISSING = "00000000-0000-4000-8000-000000000000"
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"')


def _text(answer) -> str:
    return answer.content.decode()


class TestFrame:
    def test_forbids_what_stands_inline_or_comes_from_elsewhere(self, as_fujian):
        policy = as_fujian.get("/").headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy + ";"
        assert "'unsafe-eval'" not in policy
        assert not re.search(r"https?:", policy)

    def test_has_no_inline_script_or_style(self, as_fujian):
        page = _text(as_fujian.get("/"))

        assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
        assert re.findall(r"<style|\son\w+=|javascript:", page) == []

    def test_names_no_other_host(self, as_fujian):
        assert re.findall(r'(?:src|href)="(?:https?:)?//', _text(as_fujian.get("/"))) == []

    def test_shows_who_acts_for_whom(self, as_fujian):
        page = _text(as_fujian.get("/"))

        assert "Fujian" in page
        assert reverse("choose_seat") in page

    def test_shows_the_people_to_an_administrator_alone(self, as_admin, as_fujian):
        assert 'href="/people/"' in _text(as_admin.get("/"))
        assert 'href="/people/"' not in _text(as_fujian.get("/"))

    def test_keeps_page_and_state_when_the_language_is_switched(self, as_admin):
        page = _text(as_admin.get("/people/", {"q": "fu", "sort": "-name"}))

        (address,) = re.findall(r'class="language" href="([^"]*)"', page)
        assert address == "?q=fu&amp;sort=-name&amp;lang=zh"
        switched = as_admin.get("/people/" + address.replace("&amp;", "&"))
        assert '<html lang="zh-Hans">' in _text(switched)
        assert 'value="fu"' in _text(switched)
        assert '<html lang="zh-Hans">' in _text(as_admin.get("/"))

    def test_says_that_a_page_without_history_shows_today(self, as_admin):
        page = _text(as_admin.get("/people/", {"on": "2019-01-01"}))

        assert "This page has no earlier state" in page


class TestErrorPage:
    def test_is_the_same_for_a_missing_record_and_an_unknown_address(self, as_admin):
        missing = as_admin.get(f"/people/{MISSING}/")
        unknown = as_admin.get("/people/nothing/of/that/name/")

        assert missing.status_code == unknown.status_code == 404
        assert TOKEN.sub("", _text(missing)) == TOKEN.sub("", _text(unknown))

    @pytest.mark.parametrize(
        ("language", "words"), [("en", "There is no such page"), ("zh", "没有此页")]
    )
    def test_speaks_both_languages(self, sign_in, language, words):
        assert words in _text(sign_in("fujian", language).get("/nothing/"))

    def test_tells_that_a_role_is_lacking(self, as_fujian):
        answer = as_fujian.get("/people/")

        assert answer.status_code == 403
        assert "Your role does not allow this" in _text(answer)

    def test_tells_that_a_form_came_without_its_sign(self, sign_in):
        answer = sign_in("fujian", enforce_csrf_checks=True).post("/seat/", {})

        assert answer.status_code == 403
        assert "The form was open for too long" in _text(answer)

    @pytest.mark.parametrize("query", ["page=0", "page=x", "sort=nothing", "file=exe", "page=²"])
    def test_tells_that_an_address_makes_no_sense(self, as_admin, query):
        answer = as_admin.get(f"/people/?{query}")

        assert answer.status_code == 400
        assert "The address asks for something that is not there" in _text(answer)

    def test_needs_no_database_when_something_broke(self):
        request = RequestFactory().get("/")
        request.language = "zh"

        answer = show_broken(request)

        assert answer.status_code == 500
        assert "系统出错" in _text(answer)


class TestTemplates:
    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_name_codes_that_the_catalogue_has(self, path):
        codes = re.findall(r"{%\s*words\s+[\"']([^\"']+)[\"']", path.read_text("utf-8"))

        assert [code for code in codes if not has_message(code)] == []

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_can_be_read(self, path):
        found = engines["django"].get_template(path.relative_to(FOLDER / "templates").as_posix())

        assert found.template.origin.name == str(path)

    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
    def test_hold_no_sentence_of_their_own(self, path):
        text = re.sub(r"{[%#{].*?[%#}]}|<[^>]*>", " ", path.read_text("utf-8"), flags=re.DOTALL)

        # What is the same in both languages: names of languages and of file forms, signs.
        left = set(re.findall(r"\w+", text)) - {"English", "中文", "XLSX", "CSV", "openapi", "json"}
        assert left == set()


def _table(file: str) -> Table:
    return Table(
        name="needs",
        columns=(Column("name", "Name"), Column("need", "Need", unit="people", is_number=True)),
        rows=(Row((Cell("=1+1"), figure(1234.5))), Row((Cell("Enshi"), figure(None, "not known")))),
        asked=Asked(file=file),
    )


class TestTableAsFile:
    def test_makes_a_formula_harmless_in_csv(self):
        lines = table_as_file(_table("csv")).content.decode("utf-8-sig").splitlines()

        assert lines == ["Name,Need (people)", "'=1+1,1234.5", "Enshi,not known"]

    def test_keeps_text_and_numbers_apart_in_a_workbook(self, tmp_path):
        openpyxl = pytest.importorskip("openpyxl")
        (tmp_path / "needs.xlsx").write_bytes(table_as_file(_table("xlsx")).content)

        sheet = openpyxl.load_workbook(tmp_path / "needs.xlsx").active

        assert sheet["A2"].value == "=1+1"
        assert sheet["A2"].data_type == "s"
        assert sheet["B2"].value == 1234.5

    def test_is_no_file_where_the_page_was_asked_for(self):
        assert table_as_file(_table("")) is None
