"""A notice of work that ended says which work it was, in both languages."""

from types import SimpleNamespace
from uuid import uuid4

import pytest

from tiebeam.interfaces.jobs import solving, taking_in
from tiebeam.interfaces.messages import LANGUAGES, say_strictly
from tiebeam.platform.notices.models import Notice

RULES = (taking_in.tell_taken_in, solving.tell_explained, solving.tell_what_if)


class TestANotice:
    @pytest.mark.parametrize("state", ["finished", "failed", "stopped"])
    def test_names_the_kind_of_work(self, state):
        for language in LANGUAGES:
            said = {
                say_strictly(f"notices.say.{told.kind}_{told.variant}", {}, language)
                for rule in RULES
                for told in [rule(SimpleNamespace(state=state, person_id=uuid4()))]
            }
            assert len(said) == len(RULES)

    def test_fits_its_column(self):
        longest = Notice._meta.get_field("variant").max_length
        run = SimpleNamespace(state="finished", person_id=uuid4())

        assert all(len(rule(run).variant) <= longest for rule in RULES)
