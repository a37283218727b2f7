"""Changes as they are written on the command line: what each text is read as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiebeam.core.pairing.changes import Forbid, Require, Set
from tiebeam.errors import InvalidInput
from tiebeam.interchange.change_texts import read_changes


def read_setting(text):
    (change,) = read_changes([], [], [text])
    return change.path, change.value


def codes(forbid=(), require=(), settings=()):
    with pytest.raises(InvalidInput) as caught:
        read_changes(forbid, require, settings)
    return [(fault.code, fault.place, fault.value) for fault in caught.value.faults]


class TestSettings:
    @pytest.mark.parametrize(
        ("text", "path", "value"),
        [
            ("policy.min_share=0.1", ("policy", "min_share"), "0.1"),
            ("policy.levels=coverage,burden", ("policy", "levels"), "coverage,burden"),
            ("policy.slack.coverage = 0.02", ("policy", "slack", "coverage"), "0.02"),
            ("capacities.hu nan.beds=3", ("capacities", "hu nan", "beds"), "3"),
            ('capacities."st. gallen".beds=3', ("capacities", "st. gallen", "beds"), "3"),
            ('capacities."a=b".beds=3', ("capacities", "a=b", "beds"), "3"),
            ('capacities."say ""x""".beds=3', ("capacities", 'say "x"', "beds"), "3"),
            ("recipients.湖城.max_partners=2", ("recipients", "湖城", "max_partners"), "2"),
            ("recipients.hill.max_partners=", ("recipients", "hill", "max_partners"), ""),
            ("donors.north.name=a=b", ("donors", "north", "name"), "a=b"),
        ],
    )
    def test_are_read_as_a_path_and_a_value(self, text, path, value):
        assert read_setting(text) == (path, value)

    @pytest.mark.parametrize(
        "text",
        [
            "policy.min_share",
            "=3",
            "policy.=3",
            ".seed=3",
            'capacities."open.beds=3',
            'capacities."a"b.beds=3',
            "",
        ],
    )
    def test_that_have_no_path_or_value_are_refused(self, text):
        assert codes(settings=[text]) == [("cli.bad_setting", "--set", text)]

    @given(
        ids=st.lists(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4
        ),
        value=st.text(alphabet='abc=.:"0189 '),
    )
    def test_hold_any_id_between_quotes(self, ids, value):
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in ids)

        assert read_setting(f"{quoted}={value}") == (tuple(ids), value.strip())


class TestCouples:
    def test_are_read_as_donor_and_recipient(self):
        assert read_changes(["north:hill"], ["south : lake"], []) == (
            Forbid(donor="north", recipient="hill"),
            Require(donor="south", recipient="lake"),
        )

    def test_hold_an_id_with_a_colon_between_quotes(self):
        (change,) = read_changes(['"a:b":c'], [], [])

        assert change == Forbid(donor="a:b", recipient="c")

    @pytest.mark.parametrize("text", ["north", "north:", ":hill", "a:b:c", 'a:"b'])
    def test_of_another_form_are_refused(self, text):
        assert codes(forbid=[text]) == [("cli.bad_couple", "--forbid", text)]


class TestReadChanges:
    def test_keeps_the_order_of_settings(self):
        first, second = read_changes([], [], ["policy.seed=1", "policy.seed=2"])

        assert (first, second) == (
            Set(path=("policy", "seed"), value="1"),
            Set(path=("policy", "seed"), value="2"),
        )

    def test_lists_every_text_that_cannot_be_read(self):
        found = codes(forbid=["a"], require=["b"], settings=["c"])

        assert [place for _, place, _ in found] == ["--forbid", "--require", "--set"]
