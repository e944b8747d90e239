"""What would be written on a screen that is taken: it is in the log beside the data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CARELESS = """
import sys, threading, warnings
from pathlib import Path
from rl_station.cli.run import keep_log

keep_log(Path(sys.argv[1]))
warnings.warn("an old way of doing it")

def dies():
    raise RuntimeError("nobody expected this")

thread = threading.Thread(target=dies, name="careless")
thread.start()
thread.join()
"""


def test_a_warning_and_a_thread_that_died_are_in_the_log_and_on_no_screen(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", CARELESS, str(tmp_path)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    log = (tmp_path / "station.log").read_text()
    assert "an old way of doing it" in log
    assert "thread careless died" in log
    assert "RuntimeError: nobody expected this" in log
