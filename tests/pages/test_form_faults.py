"""What a field does not take is said in our own words: what was met, what is expected, what to do."""

import importlib
import pkgutil

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.test import RequestFactory

from tiebeam.interfaces import web
from tiebeam.interfaces.messages import say
from tiebeam.interfaces.web.forms import PageForm, date_field, find_sentence


class Questions(PageForm):
    """One field of each kind."""

    words = "web.menu"

    title = forms.CharField(max_length=5, required=False)
    day = date_field(required=False)
    count = forms.IntegerField(max_value=9, min_value=2, required=False)
    share = forms.FloatField(required=False)
    side = forms.ChoiceField(choices=[("donor", "donor")], required=False)
    mail = forms.EmailField(required=False)
    file = forms.FileField(required=False)
    secret = forms.CharField(max_length=3, required=False, widget=forms.PasswordInput)


def fault_of(language: str, given: dict[str, str], files: dict | None = None, **required: bool):
    request = RequestFactory().get("/")
    request.language = language
    form = Questions(request, QueryDict(mutable=True) | given, files or {})
    for name, is_required in required.items():
        form.fields[name].required = is_required
    [(_, [sentence])] = form.errors.items()
    return sentence


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        ({"title": "abcdef"}, "has 6 characters; at most 5", "共 6 个字符，最多可保存 5 个"),
        ({"day": "31.02.2020"}, "“31.02.2020” is no day", "“31.02.2020”不是有效日期"),
        ({"count": "ten"}, "“ten” is no whole number", "“ten”不是整数"),
        ({"count": "12"}, "12 is too large: at most 9", "12 过大，上限为 9"),
        ({"count": "1"}, "1 is too small: at least 2", "1 过小，下限为 2"),
        ({"share": "1,5"}, "“1,5” is no number", "“1,5”不是数字"),
        ({"side": "both"}, "“both” is not among", "“both”不在可选项中"),
        ({"mail": "office"}, "“office” is no e-mail address", "“office”不是有效的电子邮箱"),
    ],
)
class TestFault:
    def test_says_what_was_met_and_what_is_expected(self, given, english, chinese):
        assert english in fault_of("en", given)
        assert chinese in fault_of("zh", given)


class TestMissing:
    @pytest.mark.parametrize(
        ("name", "english", "chinese"),
        [
            ("title", "Fill this in", "请填写"),
            ("side", "Choose one of the entries", "请从列表中选择"),
            ("file", "Choose the file on your computer", "请在本机选择文件"),
        ],
    )
    def test_says_what_to_do(self, name, english, chinese):
        assert english in fault_of("en", {}, **{name: True})
        assert chinese in fault_of("zh", {}, **{name: True})

    def test_file_is_named_when_it_is_empty(self):
        empty = {"file": SimpleUploadedFile("名单.xlsx", b"")}

        assert "“名单.xlsx” is empty" in fault_of("en", {}, empty)

    def test_never_repeats_a_password(self):
        assert "tree" not in fault_of("en", {"secret": "tree-frog"})


def _list_forms(kind: type) -> list[type]:
    return [kind, *(row for child in kind.__subclasses__() for row in _list_forms(child))]


def test_every_fault_of_every_field_of_the_pages_has_words():
    for module in pkgutil.walk_packages(web.__path__, f"{web.__name__}."):
        importlib.import_module(module.name)
    kinds = [kind for kind in _list_forms(PageForm) if kind.__module__.startswith(web.__name__)]
    assert len(kinds) > 20
    # The checkbox that clears a file is on no page.
    never = {"contradiction"}
    lacking = {
        f"{type(field).__name__}.{code}"
        for kind in kinds
        for field in kind.base_fields.values()
        for code in field.error_messages
        if code not in never and find_sentence(field, code) is None
    }

    assert lacking == set()


def test_the_words_ask_for_no_fact_that_is_not_there():
    facts = {
        "value": "x",
        "limit_value": 1,
        "show_value": 2,
        "max": 3,
        "length": 4,
        "min_length": 5,
    }
    for kind in (forms.CharField, forms.FileField, forms.DecimalField, forms.MultipleChoiceField):
        field = kind()
        for code in (*field.error_messages, "max_length", "max_value", "password_too_short"):
            sentence = find_sentence(field, code)
            if sentence is not None:
                assert not say(sentence, facts, "en").startswith("[")
