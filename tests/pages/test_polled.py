"""What is built once for many who ask at the same moment."""

from threading import Barrier, Thread

from tiebeam.interfaces.web.polled import Kept


class TestKept:
    def test_is_made_once_for_all_who_ask_at_the_same_moment(self):
        kept, start, made, got = Kept(most=4), Barrier(8), [], []

        def make():
            made.append(1)
            return len(made)

        def ask():
            start.wait()
            got.append(kept.get("key", make, lambda _: True))

        threads = [Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert got == [1] * 8

    def test_is_made_again_when_it_stands_no_longer(self):
        kept = Kept(most=4)
        kept.get("key", lambda: "old", lambda _: True)
        assert kept.get("key", lambda: "new", lambda found: found != "old") == "new"

    def test_keeps_what_was_asked_for_last(self):
        kept = Kept(most=2)
        for key in ("a", "b", "a", "c"):
            kept.get(key, lambda key=key: [key], lambda _: True)
        assert [kept.get(key, lambda: None, lambda _: True) for key in ("c", "a", "b")] == [
            ["c"], ["a"], None,
        ]  # fmt: skip
