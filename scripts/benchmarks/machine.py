"""The machine the figures were taken on: they mean nothing without it."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

import textual
from pysqlite3 import dbapi2

from benchmarks.bench import Bench
from benchmarks.figure import percentile

_BLOCK = 4096
_ROOM = 512 * _BLOCK
_SAMPLES = 400


class RawFile:
    """A file written block by block in place, each write followed by fdatasync: the least a durable commit can cost.

    Its room is written once beforehand, so that no sync has to record a new size or extent; a WAL in use is no different.
    """

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        os.pwrite(self._fd, bytes(_ROOM), 0)
        os.fsync(self._fd)
        self._offset = 0

    def write(self) -> int:
        """Nanoseconds for one block of 4 KiB, durable."""
        block = os.urandom(_BLOCK)
        begin = time.perf_counter_ns()
        os.pwrite(self._fd, block, self._offset)
        os.fdatasync(self._fd)
        spent = time.perf_counter_ns() - begin
        self._offset = (self._offset + _BLOCK) % _ROOM
        return spent

    def close(self) -> None:
        os.close(self._fd)


def machine(bench: Bench) -> dict[str, float | int | str]:
    """Facts by name, units in the names."""
    with bench.folder("machine") as folder:
        raw = RawFile(folder / "raw")
        try:
            syncs = [raw.write() / 1e6 for _ in range(bench.samples(_SAMPLES))]
        finally:
            raw.close()
        filesystem = _filesystem(folder)
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "sqlite": dbapi2.sqlite_version,
        "textual": textual.__version__,
        "filesystem": filesystem,
        "fdatasync_4k_p50_ms": percentile(syncs, 50),
        "fdatasync_4k_p99_ms": percentile(syncs, 99),
        "load_before": os.getloadavg()[0],
    }


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return platform.machine()


def _filesystem(folder: Path) -> str:
    """The type of the file system a folder is on: the mount whose path is the longest beginning of the folder's."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    holding = [mount for mount in mounts if folder.resolve().is_relative_to(mount[1])]
    return max(holding, key=lambda mount: len(mount[1]))[2] if holding else "unknown"
