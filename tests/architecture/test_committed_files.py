import re

from architecture.repository import committed_files, name_of, text_of

# In pieces, so that this file does not itself hold what it looks for.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npm" + "js",
    "npm" + "mirror",
    "deb." + "debian.org",
    "conda." + "anaconda",
    "tuna." + "tsinghua",
    "mirrors." + "aliyun",
]
MACHINE_FOLDERS = ["work", "tmp", "home", "root", "Users", "farm", "opt"]
MACHINE_PATH = re.compile(r"(?<![\w.~}\])$*-])/(?:" + "|".join(MACHINE_FOLDERS) + r")/\w")
LARGEST_BYTES = 1_000_000


def _lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name_of(path)}:{number}: {line.strip()[:100]}"
        for path in committed_files()
        for number, line in enumerate((text_of(path) or "").splitlines(), 1)
        if pattern.search(line)
    ]


class TestCommittedFiles:
    def test_name_no_package_registry(self):
        assert _lines_with(re.compile("|".join(map(re.escape, HOSTS)))) == []

    def test_name_no_path_of_one_machine(self):
        assert _lines_with(MACHINE_PATH) == []

    def test_hold_no_unfinished_work(self):
        unfinished = re.compile(
            r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b|raise Not" + r"Implemented"
        )

        assert _lines_with(unfinished) == []

    def test_take_today_from_the_time_zone_of_the_office(self):
        assert _lines_with(re.compile(r"\bnow(?:\(\))?\.da" + r"te\(\)")) == []

    def test_are_small_enough_to_be_read(self):
        large = [name_of(path) for path in committed_files() if path.stat().st_size > LARGEST_BYTES]

        assert large == []

    def test_hold_no_code_of_others_in_its_compressed_form(self):
        assert [
            name_of(path)
            for path in committed_files()
            if path.name.endswith((".min.js", ".min.css", ".whl", ".jar"))
        ] == []
