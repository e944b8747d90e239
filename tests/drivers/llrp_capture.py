"""Traffic of a test on the loopback, as Wireshark's dissector sees it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

WRONG = "llrp && (_ws.malformed || _ws.expert.severity == error)"


@contextmanager
def captured(folder: Path, port: int) -> Iterator[Path]:
    """The file that the loopback's traffic of a port goes to. Skips the test, saying why, where that cannot be."""
    if shutil.which("tshark") is None or shutil.which("dumpcap") is None:
        pytest.skip("tshark is not installed: the traffic is not judged")
    file = folder / "llrp.pcap"
    file.touch()
    folder.chmod(0o777)
    file.chmod(0o666)
    capturing = subprocess.Popen(
        ["dumpcap", "-q", "-P", "-i", "lo", "-f", f"tcp port {port}", "-w", str(file)],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert capturing.stderr is not None
    told: list[str] = []
    for line in capturing.stderr:
        told.append(line)
        if line.startswith("File:"):
            break
    else:
        capturing.wait()
        pytest.skip(f"cannot capture here: {' '.join(told).strip()}")
    try:
        yield file
    finally:
        capturing.terminate()
        capturing.communicate()


def until_captured(port: int, file: Path) -> set[str]:
    """The types of all messages, when the last one, the answer to our goodbye, has been written."""
    for _ in range(100):
        kinds = set(dissected(port, file, "-Y", "llrp", "-T", "fields", "-e", "llrp.type").replace(",", "\n").split())
        if "4" in kinds:
            return kinds
    raise AssertionError("the capture is incomplete")


def dissected(port: int, file: Path, *options: str) -> str:
    command = ["tshark", "-r", str(file), "-d", f"tcp.port=={port},llrp", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
