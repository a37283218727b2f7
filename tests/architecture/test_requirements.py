import re
import tomllib

import pytest

from architecture.repository import ROOT

LOCKS = ["runtime", "development", "benchmarks"]
TOOLS = ["front-end", "checkers"]
"""What runs in processes of its own and is never imported."""

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?P<marker> ;[^\\]*)?", re.MULTILINE)


def _lock(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.lock").read_text(encoding="utf-8")


def _pins(name: str) -> dict[str, set[str]]:
    pins: dict[str, set[str]] = {}
    for pin in PIN.finditer(_lock(name)):
        pins.setdefault(pin["name"], set()).add(pin["version"])
    return pins


def _project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


class TestLock:
    @pytest.mark.parametrize("lock", LOCKS)
    def test_holds_every_package_that_the_project_asks_for(self, lock):
        asked = {
            re.match(r"[a-z0-9-]+", dependency)[0] for dependency in _project()["dependencies"]
        }

        assert asked - set(_pins(lock)) == set()

    @pytest.mark.parametrize("lock", LOCKS + TOOLS)
    def test_has_a_hash_for_every_pin(self, lock):
        pins = re.split(r"\n(?=\S)", _lock(lock).strip())

        assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []

    @pytest.mark.parametrize("lock", LOCKS + TOOLS)
    def test_names_no_address(self, lock):
        assert re.findall(r"\w+://\S+|--(?:extra-)?index-url|--find-links", _lock(lock)) == []


class TestLocks:
    def test_agree_on_the_version_of_what_they_share(self):
        runtime, development, benchmarks = map(_pins, LOCKS)

        shared = set(runtime) & set(development) & set(benchmarks)

        assert shared >= {"numpy", "highspy", "typer"}
        assert {
            name for name in shared if not runtime[name] == development[name] == benchmarks[name]
        } == set()

    def test_keep_copyleft_checkers_out_of_what_we_import(self):
        assert {"beancount"} & set().union(*map(set, map(_pins, LOCKS))) == set()
        assert "beancount" in _pins("checkers")
