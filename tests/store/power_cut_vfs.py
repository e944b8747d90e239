"""Looks over the shoulder of the SQLite inside pysqlite3, and of `os` for the files that the store writes itself.

A VFS (https://sqlite.org/vfs.html) is put before SQLite's own by ctypes: opening, writing, truncating, syncing and deleting go
to a `Tape`, or fail on demand. Nothing is replaced: every call that is let through reaches the real file.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_int64, c_void_p, cast, pointer
from pathlib import Path
from typing import Any
from unittest.mock import patch

from power_cut_disk import Sync, SyncFolder, Tape, Truncate, Write
from pysqlite3 import _sqlite3

OK, IOERR_WRITE, IOERR_FSYNC, FULL = 0, 10 | 3 << 8, 10 | 4 << 8, 13
CREATED = 0x4

# SQLite keeps the pointer to the path for as long as the file is open, so it is handed on as it came.
OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
DELETE = CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
WRITE = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
TRUNCATE = CFUNCTYPE(c_int, c_void_p, c_int64)
SYNC = CFUNCTYPE(c_int, c_void_p, c_int)
OPEN_FOLDER = CFUNCTYPE(c_int, c_char_p, POINTER(c_int))
SET_CALL = CFUNCTYPE(c_int, c_void_p, c_char_p, c_void_p)
GET_CALL = CFUNCTYPE(c_void_p, c_void_p, c_char_p)


class Vfs(Structure):
    """struct sqlite3_vfs."""

    _fields_ = (
        *(("version", c_int), ("file_size", c_int), ("longest_path", c_int)),
        *(("next", c_void_p), ("name", c_char_p), ("data", c_void_p), ("open", OPEN), ("delete", DELETE)),
        *((name, c_void_p) for name in ("access", "full_path", "dl_open", "dl_error", "dl_sym", "dl_close")),
        *((name, c_void_p) for name in ("randomness", "sleep", "time", "last_error", "time64")),
        *(("set_call", SET_CALL), ("get_call", GET_CALL), ("next_call", c_void_p)),
    )


class Methods(Structure):
    """struct sqlite3_io_methods."""

    _fields_ = (
        *(("version", c_int), ("close", c_void_p), ("read", c_void_p)),
        *(("write", WRITE), ("truncate", TRUNCATE), ("sync", SYNC)),
        *((name, c_void_p) for name in ("size", "lock", "unlock", "check", "control", "sector", "traits")),
        *((name, c_void_p) for name in ("map", "shm_lock", "barrier", "unmap", "fetch", "unfetch")),
    )


class File(Structure):
    """struct sqlite3_file; what follows is SQLite's own."""

    _fields_ = (("methods", POINTER(Methods)),)


Verdict = Callable[[str, str], int]
"""Asked before each write, truncate or sync of a file (its name); anything but OK is what SQLite gets to hear instead."""


def let_through(call: str, name: str) -> int:
    return OK


class Watch:
    """The VFS while it is registered. Only files in `folder` are watched."""

    def __init__(self, library: ctypes.CDLL, folder: Path, tape: Tape, verdict: Verdict) -> None:
        self._folder, self._tape, self._verdict = folder, tape, verdict
        library.sqlite3_vfs_find.restype = POINTER(Vfs)
        self._library = library
        self._base = library.sqlite3_vfs_find(None)
        self._files: dict[int, tuple[str, Methods]] = {}
        self._tables: dict[int, Methods] = {}
        self._kept: list[Any] = []
        self._vfs = Vfs.from_buffer_copy(self._base.contents)
        self._vfs.name = b"watch"
        self._vfs.open, self._vfs.delete = self._callback(OPEN, self._open), self._callback(DELETE, self._delete)
        self._open_folder = OPEN_FOLDER(self._base.contents.get_call(self._base, b"openDirectory"))

    def start(self) -> None:
        hook = self._callback(OPEN_FOLDER, self._opened_folder)
        self._base.contents.set_call(self._base, b"openDirectory", cast(hook, c_void_p))
        self._library.sqlite3_vfs_register(pointer(self._vfs), 1)

    def stop(self) -> None:
        self._library.sqlite3_vfs_unregister(pointer(self._vfs))
        self._base.contents.set_call(self._base, b"openDirectory", None)
        self._library.sqlite3_vfs_register(self._base, 1)

    def _callback(self, kind: Any, function: Callable[..., int]) -> Any:
        made = kind(function)
        self._kept.append(made)
        return made

    def _open(self, _vfs: int, path: int | None, file: int, flags: int, out: Any) -> int:
        name = None if path is None else self._named(ctypes.string_at(path))
        done: int = self._base.contents.open(self._base, path, file, flags, out)
        if done == OK and name is not None:
            self._tape.file(name)
            opened = cast(file, POINTER(File)).contents
            address = ctypes.addressof(opened.methods.contents)
            if address not in self._tables:
                self._tables[address] = self._watched(opened.methods.contents)
            self._files[file] = (name, opened.methods.contents)
            opened.methods = pointer(self._tables[address])
        return done

    def _watched(self, methods: Methods) -> Methods:
        table = Methods.from_buffer_copy(methods)
        table.write = self._callback(WRITE, self._write)
        table.truncate = self._callback(TRUNCATE, self._truncate)
        table.sync = self._callback(SYNC, self._sync)
        return table

    def _write(self, file: int, data: int, size: int, offset: int) -> int:
        name, methods = self._files[file]
        done = self._verdict("write", name) or methods.write(file, data, size, offset)
        if done == OK:
            self._tape.calls.append(Write(self._tape.file(name), offset, ctypes.string_at(data, size)))
        return done

    def _truncate(self, file: int, size: int) -> int:
        name, methods = self._files[file]
        done = self._verdict("truncate", name) or methods.truncate(file, size)
        if done == OK:
            self._tape.calls.append(Truncate(self._tape.file(name), size))
        return done

    def _sync(self, file: int, flags: int) -> int:
        name, methods = self._files[file]
        done = self._verdict("sync", name) or methods.sync(file, flags)
        if done == OK:
            self._tape.calls.append(Sync(self._tape.file(name)))
        return done

    def _delete(self, _vfs: int, path: bytes, sync_folder: int) -> int:
        name = self._named(path)
        before = len(self._tape.calls)
        done: int = self._base.contents.delete(self._base, path, sync_folder)
        if done == OK and name is not None:
            synced = self._tape.calls[before:]
            del self._tape.calls[before:]
            self._tape.delete(name)
            self._tape.calls.extend(synced)
        return done

    def _opened_folder(self, path: bytes, fd: Any) -> int:
        """SQLite opens a folder for one purpose only: to sync it."""
        if Path(os.fsdecode(path)).parent == self._folder or Path(os.fsdecode(path)) == self._folder:
            self._tape.calls.append(SyncFolder())
        return self._open_folder(path, fd)

    def _named(self, path: bytes) -> str | None:
        found = Path(os.fsdecode(path))
        return found.name if found.parent == self._folder else None


class OwnFiles:
    """What the store does to the epoch's file, by `os`: done, and seen."""

    def __init__(self, folder: Path, tape: Tape) -> None:
        self._folder, self._tape = folder, tape
        self._fsync, self._pwrite, self._replace = os.fsync, os.pwrite, os.replace

    def fsync(self, fd: int) -> None:
        self._fsync(fd)
        path = _path(fd)
        if path == self._folder:
            self._tape.calls.append(SyncFolder())
        elif path.parent == self._folder:
            self._whole(path)
            self._tape.calls.append(Sync(self._tape.file(path.name)))

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        done = self._pwrite(fd, data, offset)
        if _path(fd).parent == self._folder:
            self._tape.calls.append(Write(self._tape.file(_path(fd).name), offset, data))
        return done

    def replace(self, old: Path, new: Path) -> None:
        if Path(old).parent == self._folder and not isinstance(self._tape.calls[-1], Sync):
            self._whole(Path(old))
        self._replace(old, new)
        if Path(old).parent == self._folder:
            self._tape.rename(Path(old).name, Path(new).name)

    def _whole(self, path: Path) -> None:
        """A file that was written by other means than these goes onto the tape with all that it holds now."""
        file = self._tape.file(path.name)
        self._tape.calls.extend((Truncate(file, 0), Write(file, 0, path.read_bytes())))


def _path(fd: int) -> Path:
    return Path(os.readlink(f"/proc/self/fd/{fd}"))


@contextmanager
def watched(folder: Path, tape: Tape, verdict: Verdict = let_through) -> Iterator[None]:
    """Whatever changes `folder` in the block goes onto the tape. Connections opened in the block are closed in the block."""
    watch = Watch(ctypes.CDLL(_sqlite3.__file__), folder, tape, verdict)
    own = OwnFiles(folder, tape)
    with patch("os.fsync", own.fsync), patch("os.pwrite", own.pwrite), patch("os.replace", own.replace):
        watch.start()
        try:
            yield
        finally:
            watch.stop()


def available() -> bool:
    """Whether this build of pysqlite3 lets its SQLite be seen."""
    return hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_register")
