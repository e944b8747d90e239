"""A folder that takes the place of a printer."""

from __future__ import annotations

import os
import resource
import signal
import threading
from pathlib import Path

import pytest

from drivers.contract import DeviceError, Printer
from drivers.printer import FilePrinter


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_jobs_become_numbered_files(tmp_path: Path) -> None:
    printer = FilePrinter(name="bench", path=tmp_path / "labels")
    printer.send(b"one", timeout=1)
    printer.send(b"two", timeout=1)
    assert isinstance(printer, Printer)
    assert names(tmp_path / "labels") == ["bench-000001.zpl", "bench-000002.zpl"]
    assert (tmp_path / "labels" / "bench-000002.zpl").read_bytes() == b"two"


def test_numbers_go_on_after_a_restart_even_where_one_was_removed(tmp_path: Path) -> None:
    FilePrinter(name="bench", path=tmp_path).send(b"1", timeout=1)
    FilePrinter(name="bench", path=tmp_path).send(b"2", timeout=1)
    (tmp_path / "bench-000001.zpl").unlink()
    FilePrinter(name="bench", path=tmp_path).send(b"3", timeout=1)
    assert names(tmp_path) == ["bench-000002.zpl", "bench-000003.zpl"]


def test_two_programs_on_one_folder_lose_no_job(tmp_path: Path) -> None:
    printers = [FilePrinter(name="bench", path=tmp_path, accepts="image/png") for _ in range(4)]

    def print_ten(printer: FilePrinter) -> None:
        for number in range(10):
            printer.send(f"{id(printer)} {number}".encode(), timeout=1)

    threads = [threading.Thread(target=print_ten, args=(printer,)) for printer in printers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    files = list(tmp_path.iterdir())
    assert {path.suffix for path in files} == {".png"}
    assert len({path.read_bytes() for path in files}) == 40


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    FilePrinter(name="../../etc/bench", path=tmp_path / "labels").send(b"1", timeout=1)
    assert names(tmp_path / "labels") == [".._.._etc_bench-000001.zpl"]


def test_a_folder_that_cannot_be_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text("a file")
    printer = FilePrinter(name="bench", path=tmp_path / "labels")
    with pytest.raises(DeviceError, match="cannot write to"):
        printer.send(b"1", timeout=1)
    status = printer.status(timeout=1)
    assert not status.ready
    assert "not a folder" in status.reason


def test_a_read_only_folder_is_told_and_leaves_nothing_behind(tmp_path: Path) -> None:
    # File modes do not bind the superuser; a folder of the kernel's own, in which nobody may make files, does.
    folder = Path("/proc/sys") if os.geteuid() == 0 else tmp_path
    tmp_path.chmod(0o500)
    before = names(folder)
    printer = FilePrinter(name="bench", path=folder)
    with pytest.raises(DeviceError, match="cannot write to"):
        printer.send(b"1", timeout=1)
    assert not printer.status(timeout=1).ready
    tmp_path.chmod(0o700)
    assert names(folder) == before


def test_a_disk_that_takes_no_more_is_told_and_leaves_no_draft(tmp_path: Path) -> None:

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(DeviceError, match="cannot write to"):
            FilePrinter(name="bench", path=tmp_path).send(b"x" * 5000, timeout=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert names(tmp_path) == []


def test_a_media_type_it_cannot_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="application/pdf"):
        FilePrinter(name="bench", path=tmp_path, accepts="application/pdf")
