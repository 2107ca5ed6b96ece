"""The data files are what their generator makes."""

import subprocess
import sys

from repository import ROOT


def test_the_generator_makes_the_committed_files_byte_for_byte(tmp_path):
    subprocess.run([sys.executable, ROOT / "data" / "make_data.py", tmp_path], check=True)
    made = sorted(p.name for p in tmp_path.iterdir())
    assert made == sorted(p.name for p in (ROOT / "data").glob("*.csv"))
    for name in made:
        assert (tmp_path / name).read_bytes() == (ROOT / "data" / name).read_bytes(), name
