"""A worker that dies beside the server is begun again, ever more slowly, and ends with the server."""

import sys
import threading

from tiebeam.interfaces.cli.serving import keep_running


class TestKeepRunning:
    def test_begins_again_what_dies_and_says_so(self):
        stop, told = threading.Event(), []

        def tell(code: int, wait_s: float) -> None:
            told.append((code, wait_s))
            if len(told) == 3:
                stop.set()

        keep_running([sys.executable, "-c", "raise SystemExit(7)"], stop, tell, first_wait_s=0.01)

        assert told == [(7, 0.01), (7, 0.02), (7, 0.04)]

    def test_ends_what_runs_when_the_server_ends(self, tmp_path):
        stop, told, mark = threading.Event(), [], tmp_path / "began"
        program = f"import pathlib, time; pathlib.Path({str(mark)!r}).touch(); time.sleep(600)"
        keeper = threading.Thread(
            target=keep_running,
            args=([sys.executable, "-c", program], stop, lambda *said: told.append(said)),
            kwargs={"first_wait_s": 0.01},
        )
        keeper.start()
        while not mark.exists():
            stop.wait(0.01)
        stop.set()
        keeper.join(timeout=30)

        assert not keeper.is_alive()
        assert told == []
