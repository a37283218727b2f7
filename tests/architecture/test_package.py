import subprocess
import sys
import zipfile

import pytest

from architecture.repository import ROOT, committed_files
from tiebeam import __version__

SOURCES = ROOT / "src"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the package as an installer would, without fetching anything."""
    folder = tmp_path_factory.mktemp("wheel")
    program = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(folder)], cwd=ROOT, check=True)
    (built,) = folder.iterdir()
    return zipfile.ZipFile(built)


class TestWheel:
    def test_carries_every_committed_file_of_the_package(self, wheel):
        committed = {
            path.relative_to(SOURCES).as_posix()
            for path in committed_files()
            if path.is_relative_to(SOURCES)
        }

        assert committed - set(wheel.namelist()) == set()
        assert "tiebeam/cases/hubei-2020/scenario/scenario.toml" in wheel.namelist()

    def test_carries_the_licence_and_its_version(self, wheel):
        folder = f"tiebeam-{__version__}.dist-info"

        assert "Apache License" in wheel.read(f"{folder}/licenses/LICENSE").decode()
        assert f"Version: {__version__}\n" in wheel.read(f"{folder}/METADATA").decode()

    def test_brings_the_command(self, wheel):
        entry_points = wheel.read(f"tiebeam-{__version__}.dist-info/entry_points.txt").decode()

        assert "tiebeam = tiebeam.interfaces.cli:main" in entry_points
