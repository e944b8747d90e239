"""kill -9 at any moment: everything that was acknowledged is there, and the chain is whole."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from store_world import open_store

APPENDER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import store_world
number = int(sys.argv[3])
with store_world.open_store(Path(sys.argv[1])) as store:
    while True:
        number += 1
        for events in store_world.parcel_life(number):
            print(store.append(events, operator="ada", checkpoint=b"x" * 500)[-1].seq, flush=True)
"""


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311  # no secret, only variety
    last = 0
    epoch = ""
    for round_ in range(8):
        command = [sys.executable, "-c", APPENDER, str(tmp_path), str(Path(__file__).parent), str(round_ * 10_000)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(chance.randint(1, 250)):
                last = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().splitlines()
        last = max([last, *(int(line) for line in rest[:-1])])
        with open_store(tmp_path) as store:
            epoch = epoch or store.epoch
            assert store.epoch == epoch
            assert [each.seq for each in store.log()] == list(range(1, store.head.seq + 1))
            assert store.head.seq >= last
            saved = store.checkpoint()
            assert saved is not None
            assert saved[0] == store.head.seq
            report = store.check(projections=True)
            assert report.ok, report
            last = store.head.seq
