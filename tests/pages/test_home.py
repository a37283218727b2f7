import pytest


class TestHome:
    def test_greets_each_role_by_its_organisation(self, as_fujian):
        answer = as_fujian.get("/")

        assert answer.status_code == 200
        assert "Nothing waits for Fujian" in answer.content.decode()
        assert "donor co-operation office" in answer.content.decode()

    def test_speaks_chinese(self, sign_in):
        page = sign_in("fujian", "zh").get("/").content.decode()

        assert "福建目前没有待办事项" in page
        assert '<html lang="zh-Hans">' in page

    def test_sends_a_stranger_to_the_sign_in(self, as_nobody):
        answer = as_nobody.get("/")

        assert answer.status_code == 302
        assert answer.url.startswith("/accounts/login/")

    def test_refuses_other_methods(self, as_fujian):
        assert as_fujian.post("/").status_code == 405

    @pytest.mark.parametrize("organisation", ["office", "fujian", "nyingchi", "admin"])
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_words_for_all_that_it_shows(self, sign_in, organisation, language):
        assert "[" + "web." not in sign_in(organisation, language).get("/").content.decode()
